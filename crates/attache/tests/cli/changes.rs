//! `attache admin changes`

use domain::audit::{Kind, Record};
use domain::clock::Clock;
use domain::permission::Level;
use serde_json::{Value, json};

use crate::keys::Vault;
use crate::program::{answer, run};

#[tokio::test]
async fn an_operator_lists_what_administrators_have_changed() {
    let vault = Vault::new(None, 1).await;
    let store = vault.open(0, &[]).await;
    let (person, _) = &vault.people[0];
    for (was, level) in [("unset", Level::Ask), ("ask", Level::AlwaysAllow)] {
        let mut record = Record::new(
            Clock::system().now(),
            Kind::LevelChanged,
            person.organisation.clone(),
        );
        record.person = Some(person.id.clone());
        record.actor = Some(person.id.clone());
        record.tool = Some("create_event".into());
        record.outcome = Some(level.as_str().into());
        record.reason = Some(format!("was_{was}"));
        store.record(record).await.expect("recorded");
        let set = store.set_level(&person.organisation, "create_event", level, &person.id);
        set.await.expect("set");
    }
    let told = |rest: &[&str]| -> Value {
        let command = ["admin", "changes", "--json"];
        let said = answer(&[&command, rest].concat(), vault.path());
        serde_json::from_str(&said).expect("JSON")
    };
    let first = told(&["--limit", "1"]);
    let newest = &first["changes"][0];
    let shown = ["what", "tool", "from", "to", "can_be_undone"].map(|name| newest[name].clone());
    let expected = ["level", "create_event", "ask", "always_allow"].map(Value::from);
    assert_eq!((&shown[..4], &shown[4]), (&expected[..], &json!(true)));
    assert_eq!(newest["by"], person.name.as_str());
    let next = first["next"].as_str().expect("there are more");
    let rest = told(&["--before", next]);
    assert_eq!(rest["changes"].as_array().map(Vec::len), Some(1));
    assert_eq!(
        (&rest["next"], &rest["changes"][0]["can_be_undone"]),
        (&Value::Null, &json!(false))
    );
    let lines = answer(&["admin", "changes"], vault.path());
    let first = lines.lines().next().expect("a line");
    assert!(
        first.contains("\tlevel\tcreate_event\task\talways_allow\t"),
        "{first}"
    );
    let refused = run(&["admin", "changes", "--before", "x"], vault.path());
    assert_eq!(refused.status.code(), Some(2));
}
