//! Events.

use crate::browser::{App, lena, simulator};

#[tokio::test]
async fn the_happy_path() {
    let simulator = simulator().await;
    let app = App::connected(&simulator, &lena(&simulator)).await;
    assert_eq!(app.get("/me").await.body["displayName"], "Lena Hoffmann");
    let view = app.get("/me/calendarView?startDateTime=2026-03-23T00:00:00Z&endDateTime=2026-03-30T00:00:00Z&$top=50").await;
    assert!(view.items().len() > 15, "{}", view.items().len());
}
