//! Connecting after an end, whoever or whatever ended it: nothing of the connection before is left or counts.

use std::time::Duration;

use domain::approval::ApprovalState;
use domain::connection::ConnectionState;
use domain::id::ApprovalId;
use domain::permission::Level;
use serde_json::{Value, json};
use sim::{ChallengeForm, Fault, FaultAnswer, Surface};
use sqlx::Connection as _;

use crate::causes::control;
use crate::house::{House, Pair};

/// What ends a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Herself,
    Administrator,
    Everybody,
    Microsoft,
    Damage,
}

fn event(title: &str) -> Value {
    json!({"title": title, "start": "2031-03-04T10:00", "duration_minutes": 30})
}

/// A call that waits, as `status` says, and under which id.
async fn waits(house: &House, pair: &Pair, title: &str, status: &str) -> ApprovalId {
    let answer = house.call(pair, "create_event", event(title)).await;
    let body = answer.expect("it waits").body;
    assert_eq!(body["status"], status, "{body}");
    ApprovalId::parse(body["approval_id"].as_str().expect("an id")).expect("an id")
}

async fn ends(house: &House, pair: &Pair, end: End) {
    let request = house.request();
    let administrator = house.signed_in(0).await;
    let administrator = house.engine.administrator_caller(administrator);
    let administrator = administrator.expect("she is one");
    match end {
        End::Herself => {
            let ended = house.engine.disconnect(&pair.person, &request).await;
            ended.expect("ended");
        }
        End::Administrator => {
            let id = pair.person.id();
            let ended = house.engine.disconnect_person(&administrator, id, &request);
            ended.await.expect("ended");
        }
        End::Everybody => {
            let ended = house.engine.disconnect_everybody(&administrator, &request);
            assert_eq!(ended.await.expect("ended"), 1);
        }
        End::Microsoft => {
            house.sim.advance(Duration::from_secs(60));
            house.sim.revoke_sessions(&pair.login);
            let word = house.word(pair, "search_events", json!({})).await;
            assert_eq!(word, "connection_revoked");
        }
        End::Damage => {
            let database = sqlx::SqliteConnection::connect(&house.database()).await;
            let mut database = database.expect("a connection");
            let query = sqlx::query("UPDATE grants SET sealed = 'AAAA'");
            query.execute(&mut database).await.expect("it runs");
            // The burst goes on until its token is rejected: then the grant is needed.
            house.sim.fault(Fault {
                surface: Surface::Graph,
                times: Some(1),
                answer: FaultAnswer::Challenge {
                    form: ChallengeForm::Plain,
                    claims: Some(
                        json!({"access_token": {"nbf": {"essential": true, "value": "1"}}})
                            .to_string(),
                    ),
                },
                ..Fault::default()
            });
            let word = house.word(pair, "search_events", json!({})).await;
            assert_eq!(word, "connection_damaged");
        }
    }
}

async fn connects(house: &House, pair: &Pair) {
    let begun = house.engine.begin_connect(&pair.person, None).await;
    let begun = begun.expect("begins");
    let asked = url::Url::parse(&begun.location).expect("an address");
    let claims = asked.query_pairs().find(|(name, _)| name == "claims");
    let (_, claims) = claims.expect("the capability");
    assert_eq!(claims, r#"{"access_token":{"xms_cc":{"values":["cp1"]}}}"#);
    assert!(!begun.location.contains("login_hint"));
    let done = house.come_back(&begun, 1, Some(&pair.person)).await;
    done.expect("connects");
}

async fn state(house: &House, pair: &Pair, id: &ApprovalId) -> ApprovalState {
    let view = house.engine.approval(&pair.person, id).await;
    view.expect("hers").state
}

#[tokio::test]
async fn connecting_after_any_end_begins_with_nothing_of_the_connection_before() {
    for end in [
        End::Herself,
        End::Administrator,
        End::Everybody,
        End::Microsoft,
        End::Damage,
    ] {
        let house = House::new().await;
        let levels = [
            ("create_event", Level::Ask),
            ("search_events", Level::AlwaysAllow),
            ("read_profile", Level::AlwaysAllow),
        ];
        let pair = house.connected(1, &levels).await;
        assert_eq!(house.word(&pair, "search_events", json!({})).await, "done");
        let approval = waits(&house, &pair, "asked before", "approval_required").await;
        ends(&house, &pair, end).await;
        assert_eq!(
            state(&house, &pair, &approval).await,
            ApprovalState::Void,
            "{end:?}"
        );

        // This time Microsoft grants less, and the mailbox has moved.
        control(
            &house,
            "application",
            Some(json!({"withheld_scopes": ["Contacts.Read"]})),
        )
        .await;
        connects(&house, &pair).await;
        let view = house.engine.connection(&pair.person).await.expect("a view");
        assert_eq!(view.state, Some(ConnectionState::Connected), "{end:?}");
        assert!(view.waiting.is_empty() && view.address.is_none(), "{end:?}");
        let missing: Vec<_> = view.missing.iter().map(|scope| scope.as_str()).collect();
        assert_eq!(
            missing,
            ["Contacts.Read"],
            "{end:?}: replaced, not added to"
        );

        house.sim.clear_log();
        assert_eq!(house.word(&pair, "search_events", json!({})).await, "done");
        assert_eq!(
            house.token_requests(),
            1,
            "{end:?}: no token from before is used"
        );
        let paths: Vec<_> = house
            .graph_requests()
            .into_iter()
            .map(|entry| entry.path)
            .collect();
        let learns = |end: &str| paths.iter().any(|path| path.to_lowercase().ends_with(end));
        assert!(
            learns("/me") && learns("/getschedule"),
            "{end:?}: {paths:?}"
        );

        let refused = house.approve(&pair.person, &approval).await;
        assert_eq!(
            refused.expect_err("void").code,
            "already_decided",
            "{end:?}"
        );
        let again = waits(&house, &pair, "asked before", "approval_required").await;
        assert_ne!(again, approval, "{end:?}: it is asked anew");
        assert_eq!(house.events(&pair.login, "asked before"), 0);
    }
}

#[tokio::test]
async fn what_microsoft_asked_for_before_an_end_is_not_asked_for_after_it() {
    for end in [End::Herself, End::Administrator, End::Everybody] {
        let house = House::new().await;
        let levels = [
            ("create_event", Level::AlwaysAllow),
            ("search_events", Level::AlwaysAllow),
        ];
        let pair = house.connected(1, &levels).await;
        assert_eq!(house.word(&pair, "search_events", json!({})).await, "done");
        house.sim.fault(Fault {
            surface: Surface::Graph,
            answer: FaultAnswer::Challenge {
                form: ChallengeForm::Plain,
                claims: Some(
                    json!({"access_token": {"acrs": {"essential": true, "value": "c7"}}})
                        .to_string(),
                ),
            },
            ..Fault::default()
        });
        let parked = waits(&house, &pair, "interrupted", "sign_in_required").await;
        house.sim.clear_faults();
        ends(&house, &pair, end).await;
        connects(&house, &pair).await;
        house.engine.resume_parked(None).await.expect("a look");
        assert_eq!(
            state(&house, &pair, &parked).await,
            ApprovalState::Void,
            "{end:?}"
        );
        assert_eq!(house.events(&pair.login, "interrupted"), 0, "{end:?}");
        let view = house.engine.connection(&pair.person).await.expect("a view");
        assert_eq!(view.state.expect("a state").code(), None);
    }
}
