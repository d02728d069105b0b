//! `attache admin connections`

use domain::audit::Kind;
use domain::connection::{ConnectionState, Integration};
use serde_json::Value;
use store::audit::AuditFilter;

use crate::keys::Vault;
use crate::program::{answer, run, text};

const COMMAND: [&str; 2] = ["admin", "connections"];

fn told(vault: &Vault, rest: &[&str]) -> Value {
    let arguments: Vec<&str> = COMMAND.iter().chain(rest).copied().collect();
    let said = answer(&[&arguments[..], &["--json"]].concat(), vault.path());
    serde_json::from_str(&said).expect("JSON")
}

fn refused(vault: &Vault, rest: &[&str]) -> (i32, String) {
    let arguments: Vec<&str> = COMMAND.iter().chain(rest).copied().collect();
    let output = run(&arguments, vault.path());
    (output.status.code().expect("it ends"), text(output.stderr))
}

#[tokio::test]
async fn an_operator_lists_and_ends_connections_and_each_ending_is_on_record_as_his() {
    let vault = Vault::new(None, 7).await;
    let store = vault.open(0, &[]).await;
    let (person, _) = &vault.people[3];
    let first = told(&vault, &["list", "--limit", "5"]);
    let people = first["people"].as_array().expect("a list");
    let next = first["next"].as_str().expect("there are more");
    assert_eq!(people.len(), 5);
    let rest = told(&vault, &["list", "--after", next]);
    assert_eq!(rest["people"].as_array().map(Vec::len), Some(2));
    assert_eq!(rest["next"], Value::Null);
    let shown = told(&vault, &["show", person.id.as_str()]);
    assert_eq!(
        (&shown["state"], &shown["person"]),
        (&"connected".into(), &person.id.as_str().into())
    );

    let ended = told(&vault, &["disconnect", "--person", person.id.as_str()]);
    assert_eq!((&ended["ended"], &ended["left"]), (&1.into(), &6.into()));
    let found = |state: &str| {
        told(&vault, &["list", "--state", state])["people"]
            .as_array()
            .map(Vec::len)
    };
    assert_eq!(
        (found("disconnected"), found("connected"), found("never")),
        (Some(1), Some(6), Some(0))
    );
    let again = told(&vault, &["disconnect", "--person", person.id.as_str()]);
    assert_eq!(again["ended"], 0, "there is nothing left to end");

    let all = told(&vault, &["disconnect", "--all"]);
    assert_eq!((&all["ended"], &all["left"]), (&6.into(), &0.into()));
    for (person, connection) in &vault.people {
        let now = store
            .connection(&person.id, Integration::OutlookCalendar)
            .await;
        let now = now.expect("an answer").expect("it is there");
        assert_eq!(now.state, ConnectionState::Disconnected);
        let opened = store.open_grant(&person.id, connection).await;
        assert_eq!(opened.expect_err("destroyed").kind(), store::Kind::NoGrant);
    }
    let filter = AuditFilter {
        kinds: vec![Kind::Disconnected, Kind::EverybodyDisconnected],
        limit: 99,
        ..AuditFilter::default()
    };
    let entries = store
        .entries(&person.organisation, &filter)
        .await
        .expect("readable");
    assert_eq!(
        entries.len(),
        2 * 7 + 2,
        "begun and done, of each and of all"
    );
    for entry in &entries {
        assert_eq!(entry.record.reason.as_deref(), Some("by_operator"));
        assert_eq!(entry.record.actor, None);
    }
}

#[tokio::test]
async fn an_operator_who_asks_wrongly_is_told_what_is_accepted() {
    let vault = Vault::new(None, 1).await;
    let stranger = "per_00000000000000000000000000";
    for (rest, words) in [
        (
            &["list", "--state", "connecte"][..],
            "Use connected, needs_sign_in",
        ),
        (&["list", "--after", "x"], "not a cursor"),
        (
            &[
                "list",
                "--organisation",
                "11111111-2222-3333-4444-555555555555",
            ],
            "no such organisation",
        ),
        (&["disconnect"], "--person"),
        (
            &["disconnect", "--all", "--person", stranger],
            "cannot be used with",
        ),
        (
            &["disconnect", "--person", stranger],
            "nobody and nothing of this id",
        ),
        (&["show", stranger], "nobody and nothing of this id"),
    ] {
        let (code, said) = refused(&vault, rest);
        assert_eq!(code, 2, "{rest:?}: {said}");
        assert!(said.contains(words), "{rest:?}: {said}");
    }
    assert_eq!(told(&vault, &["list"])["people"][0]["state"], "connected");
}
