//! What each of Graph's refusals means, and what is tried again.

use std::time::Duration;

use microsoft::Kind;
use sim::{FaultAnswer, When};

use crate::office::{Office, status};

const CODED: &str = r#"{"error":{"code":"SomeCode","message":"of Anna Berger"}}"#;

#[tokio::test]
async fn each_status_has_its_meaning_and_no_message_comes_through() {
    let office = Office::open().await;
    let lena = office.lena_connected().await;
    let token = lena.token().await;
    let graph = office
        .microsoft
        .graph(&lena.permit(), &token)
        .expect("fits");
    for (code, kind) in [
        (
            400,
            Kind::Invalid {
                code: "SomeCode".into(),
            },
        ),
        (401, Kind::TokenRejected),
        (403, Kind::Forbidden),
        (404, Kind::NotFound),
        (405, Kind::OurRequest),
        (409, Kind::Conflict),
        (410, Kind::Gone),
        (412, Kind::Conflict),
        (301, Kind::Trouble),
    ] {
        office.graph_fault("/me", Some(1), When::Before, status(code, CODED));
        let error = graph.me().await.err().expect("refused");
        assert_eq!(
            (error.kind(), error.graph_code()),
            (kind, Some("SomeCode")),
            "{code}"
        );
        assert!(!format!("{error} {error:?}").contains("Anna"));
        assert_eq!(graph.take_upstream().len(), 1, "{code} is not tried again");
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let office = Office::open().await;
    let lena = office.lena_connected().await;
    let token = lena.token().await;
    let graph = office
        .microsoft
        .graph(&lena.permit(), &token)
        .expect("fits");
    office.sim.clear_log();
    let headers = vec![(
        "location".to_owned(),
        format!("{}/users", office.sim.graph()),
    )];
    office.graph_fault(
        "/me",
        Some(1),
        When::Before,
        FaultAnswer::Status {
            status: 307,
            headers,
            body: String::new(),
        },
    );
    assert_eq!(
        graph.me().await.err().expect("refused").kind(),
        Kind::Trouble
    );
    assert_eq!(office.asked("/users"), 0);
}

#[tokio::test]
async fn a_claims_challenge_is_handed_on_and_can_be_met() {
    let office = Office::open().await;
    let lena = office.lena_connected().await;
    let token = lena.token().await;
    let graph = office
        .microsoft
        .graph(&lena.permit(), &token)
        .expect("fits");
    office.graph_fault("/me", Some(1), When::Before, FaultAnswer::ClaimsChallenge);
    let Kind::Challenge { claims } = graph.me().await.err().expect("challenged").kind() else {
        panic!("a challenge")
    };
    assert!(claims.contains("access_token"));
    let redeemed = office
        .microsoft
        .entra()
        .redeem(&lena.permit(), lena.grant(), Some(&claims))
        .await;
    let Ok(redeemed) = redeemed else {
        panic!("redeems with the claims")
    };
    assert!(
        office
            .microsoft
            .graph(&lena.permit(), &redeemed.access)
            .expect("fits")
            .me()
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn ended_sessions_are_noticed_at_the_next_call() {
    let office = Office::open().await;
    let lena = office.lena_connected().await;
    let token = lena.token().await;
    let graph = office
        .microsoft
        .graph(&lena.permit(), &token)
        .expect("fits");
    office.sim.advance(Duration::from_secs(60));
    office.sim.revoke_sessions(&office.lena().login);
    assert!(matches!(
        graph.me().await.err().expect("challenged").kind(),
        Kind::Challenge { .. }
    ));
}

#[tokio::test]
async fn reads_are_tried_again_after_trouble_and_then_given_up() {
    let office = Office::open().await;
    let lena = office.lena_connected().await;
    let token = lena.token().await;
    let graph = office
        .microsoft
        .graph(&lena.permit(), &token)
        .expect("fits");
    for answer in [
        FaultAnswer::Html,
        FaultAnswer::Drop,
        FaultAnswer::Throttle { retry_after: 0 },
    ] {
        office.graph_fault("/me", Some(1), When::Before, answer);
        graph.me().await.expect("at the second attempt");
        assert_eq!(graph.take_upstream().len(), 2);
    }
    for (answer, kind) in [
        (FaultAnswer::Html, Kind::Trouble),
        (FaultAnswer::Drop, Kind::Unreachable),
    ] {
        office.graph_fault("/me", None, When::Before, answer);
        assert_eq!(graph.me().await.err().expect("given up").kind(), kind);
        assert_eq!(graph.take_upstream().len(), 3);
        office.sim.clear_faults();
    }
}

#[tokio::test]
async fn a_wait_that_does_not_fit_is_handed_on_at_once() {
    let office = Office::open().await;
    let lena = office.lena_connected().await;
    let token = lena.token().await;
    let graph = office
        .microsoft
        .graph(&lena.permit(), &token)
        .expect("fits");
    office.graph_fault(
        "/me",
        None,
        When::Before,
        FaultAnswer::Throttle { retry_after: 300 },
    );
    assert_eq!(
        graph.me().await.err().expect("throttled").kind(),
        Kind::Throttled {
            retry_after: Duration::from_secs(300)
        }
    );
    assert_eq!(graph.take_upstream().len(), 1);
}

#[tokio::test]
async fn a_success_that_cannot_be_read_or_is_too_long_is_trouble() {
    let office = Office::open().await;
    let lena = office.lena_connected().await;
    let token = lena.token().await;
    let graph = office
        .microsoft
        .graph(&lena.permit(), &token)
        .expect("fits");
    let long = format!(
        r#"{{"id":"{}","displayName":"{}"}}"#,
        office.lena().object_id,
        "x".repeat(5 * 1024 * 1024)
    );
    for answer in [
        FaultAnswer::Garbage,
        status(200, "{}"),
        status(200, ""),
        status(200, &long),
    ] {
        office.graph_fault("/me", Some(1), When::Before, answer);
        assert_eq!(
            graph.me().await.err().expect("unreadable").kind(),
            Kind::Trouble
        );
    }
}
