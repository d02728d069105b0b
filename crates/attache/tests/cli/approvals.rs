//! `attache admin approvals`

use std::time::Duration;

use domain::audit::Kind;
use domain::caller::Surface;
use domain::canonical::Digest;
use domain::connection::Integration;
use domain::id::CallId;
use domain::random::Random;
use domain::secret::AgentKey;
use serde_json::{Value, json};
use store::approvals::NewApproval;
use store::audit::AuditFilter;

use crate::keys::Vault;
use crate::program::{answer, run, text};

fn said(vault: &Vault, rest: &[&str]) -> String {
    answer(&[&["admin", "approvals"], rest].concat(), vault.path())
}

fn told(vault: &Vault, rest: &[&str]) -> Value {
    serde_json::from_str(&said(vault, &[rest, &["--json"]].concat())).expect("JSON")
}

#[tokio::test]
async fn an_operator_reads_a_card_as_text_decides_nothing_and_is_on_record_for_its_person() {
    let vault = Vault::new(None, 2).await;
    let store = vault.open(0, &[]).await;
    let (person, connection) = &vault.people[0];
    let random = Random::operating_system();
    let key = AgentKey::random(&random);
    let agent = store
        .create_agent(&person.id, "Claude on my laptop", &key, None)
        .await
        .expect("an agent");
    let held = store
        .connection(&person.id, Integration::OutlookCalendar)
        .await
        .expect("readable")
        .expect("it is there");
    let arguments = json!({"title": "Demo\nWhen: never"});
    let stored = store
        .ask(&NewApproval {
            organisation: person.organisation.clone(),
            person: person.id.clone(),
            connection: connection.clone(),
            life: held.life,
            agent: agent.id.clone(),
            surface: Surface::Mcp,
            tool: "create_event".to_owned(),
            digest: Digest::of_json("attache arguments", &arguments),
            card: json!({"title": "Demo\nWhen: never", "attendees": [
                {"address": "mara@hafenwerk.example", "optional": false, "outside": true},
            ]}),
            arguments,
            summary: "Create \"Demo\"".to_owned(),
            expires: domain::clock::Clock::system().now() + Duration::from_secs(600),
            call: CallId::random(&random),
        })
        .await
        .expect("it waits");
    let (whose, id) = (["--person", person.id.as_str()], stored.id.as_str());

    let listed = told(
        &vault,
        &[&["list"], &whose[..], &["--state", "pending"]].concat(),
    );
    assert_eq!(listed["approvals"][0]["approval"], id);
    assert_eq!(listed["approvals"][0]["agent"], "Claude on my laptop");
    assert!(!listed.to_string().contains("Demo"), "{listed}");
    let none = told(
        &vault,
        &[&["list"], &whose[..], &["--tool", "read_event"]].concat(),
    );
    assert_eq!(none["approvals"], json!([]));

    let card = said(&vault, &[&["show"], &whose[..], &[id]].concat());
    for line in [
        "  │ Demo",
        "  │ When: never",
        "  mara@hafenwerk.example [outside]",
    ] {
        assert!(card.lines().any(|one| one == line), "{line:?} in\n{card}");
    }
    let german = said(
        &vault,
        &[&["show", "--language", "de"], &whose[..], &[id]].concat(),
    );
    assert!(german.contains("extern"), "{german}");
    let shown = told(&vault, &[&["show"], &whose[..], &[id]].concat());
    assert_eq!(shown["text"], card.trim_end());
    assert_eq!(shown["state"], "pending", "reading decides nothing");

    let filter = AuditFilter {
        kinds: vec![Kind::CardRead],
        limit: 9,
        ..AuditFilter::default()
    };
    let entries = store.entries(&person.organisation, &filter).await;
    let entries = entries.expect("readable");
    assert_eq!(entries.len(), 3);
    for entry in entries {
        assert_eq!(entry.record.person.as_ref(), Some(&person.id));
        assert_eq!(entry.record.approval.as_ref(), Some(&stored.id));
        assert_eq!(entry.record.reason.as_deref(), Some("by_operator"));
    }

    // Another person's id does not lead to it.
    let (other, _) = &vault.people[1];
    let wrong = [
        "admin",
        "approvals",
        "show",
        "--person",
        other.id.as_str(),
        id,
    ];
    let refused = run(&wrong, vault.path());
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(refused.stderr).contains("there is nobody and nothing of this id"));
}
