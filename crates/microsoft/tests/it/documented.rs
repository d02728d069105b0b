//! Answers as Microsoft's documentation prints them, served by the simulator word for word.

use std::path::PathBuf;

use domain::calendar::EventId;
use domain::people::Address;
use microsoft::graph::Graph;
use serde_json::Value;
use sim::When;

use crate::office::{Office, status};

/// The folder with the documented pairs, if it is there.
fn folder() -> Option<PathBuf> {
    #[expect(
        clippy::disallowed_methods,
        reason = "a test is told where the documents are"
    )]
    let set = std::env::var_os("ATTACHE_TEST_GRAPH").map(PathBuf::from);
    let folder = set.unwrap_or_else(|| {
        PathBuf::from(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../../shared/graph"
        ))
    });
    folder
        .join("examples")
        .is_dir()
        .then(|| folder.join("examples"))
}

/// Gives a documented answer to the operation it documents; `false` when we have no such operation.
async fn accepts(graph: &Graph<'_>, operation: &str) -> Result<bool, microsoft::Error> {
    match operation {
        "event-get" => graph.event(&EventId::new("x".into())).await.map(drop)?,
        "people-list" => graph.people("x", 50).await.map(drop)?,
        "contact-list" => graph.contacts(50).await.map(drop)?,
        "calendar-getSchedule" => graph
            .own_schedule(&Address::parse("a@x.example").expect("an address"))
            .await
            .map(drop)?,
        "user-list" => graph.directory(&["x".into()], &[], 50).await.map(drop)?,
        _ => return Ok(false),
    }
    Ok(true)
}

/// Whether a documented body was not shortened to less than we ask for.
fn is_whole(pair: &Value) -> bool {
    let body = &pair["response"]["body"];
    let whole = match pair["operation"].as_str() {
        Some("event-get") => body["start"].is_object() && body["id"].is_string(),
        Some("user-list") => body["value"][0]["id"].is_string(),
        Some(_) | None => body.is_object(),
    };
    whole && pair["response"]["status"].as_u64() == Some(200)
}

#[tokio::test]
async fn documented_answers_are_understood() {
    let Some(folder) = folder() else {
        eprintln!(
            "SKIPPED: the documented pairs are not here; ATTACHE_TEST_GRAPH names their folder"
        );
        return;
    };
    let office = Office::open().await;
    let lena = office.lena_connected().await;
    let token = lena.token().await;
    let graph = office
        .microsoft
        .graph(&lena.permit(), &token)
        .expect("fits");
    let mut tried = 0;
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let text = std::fs::read_to_string(entry.expect("a file").path()).expect("a text");
        let mut pair: Value = serde_json::from_str(&text).expect("JSON");
        if !is_whole(&pair) {
            continue;
        }
        // Links of the documentation lead to Microsoft, not to the simulator.
        let body = pair["response"]["body"].as_object_mut().expect("an object");
        body.remove("@odata.nextLink");
        let body = Value::Object(body.clone()).to_string();
        office.graph_fault("/", Some(1), When::Before, status(200, &body));
        let operation = pair["operation"].as_str().unwrap_or_default();
        match accepts(&graph, operation).await {
            Ok(ours) => tried += usize::from(ours),
            Err(error) => panic!("{operation} {}: {error}", pair["name"]),
        }
        office.sim.clear_faults();
    }
    assert!(tried >= 4, "only {tried} documented answers were tried");
}
