//! What administrators have changed, taking it back, and what other levels would have made of a week.

use domain::permission::Level;
use domain::policy::AskRule;
use engine::{AdministratorCaller, Change, LevelChange, Outcomes, Undo};
use serde_json::json;

use crate::house::House;

async fn administrator(house: &House) -> AdministratorCaller {
    let person = house.signed_in(0).await;
    let administrator = house.engine.administrator_caller(person);
    administrator.expect("the first is one")
}

async fn rules(house: &House, administrator: &AdministratorCaller, rules: &[AskRule]) {
    let seen = house
        .engine
        .rules(administrator)
        .await
        .expect("rules")
        .version;
    let request = house.request();
    let set = house.engine.set_rules(administrator, rules, seen, &request);
    set.await.expect("set");
}

/// The list, each line as who did what and whether it can be taken back.
async fn listed(house: &House, administrator: &AdministratorCaller) -> Vec<(i64, String)> {
    let listed = house.engine.changes(administrator, None, 50).await;
    let line = |view: engine::ChangeView| {
        assert!(view.by.is_some(), "{view:?}");
        let what = match view.change {
            Change::Level { tool, from, to } => {
                format!("{} {}>{to}", tool.name, from.map_or("unset", Level::as_str))
            }
            Change::Rules { from, to } => format!("rules {}>{}", from.len(), to.len()),
            Change::Taint { tool, on } => format!("{} watched {on}", tool.name),
        };
        let undo = match view.undo {
            Undo::Possible => "undo",
            Undo::ChangedSince => "since",
        };
        (view.sequence, format!("{what} {undo}"))
    };
    listed
        .expect("listed")
        .items
        .into_iter()
        .map(line)
        .collect()
}

async fn undone(house: &House, administrator: &AdministratorCaller, sequence: i64) -> &'static str {
    let request = house.request();
    let undone = house.engine.undo_change(administrator, sequence, &request);
    undone.await.map_or_else(|error| error.code, |()| "undone")
}

#[tokio::test]
async fn every_change_is_listed_and_the_last_of_its_place_can_be_taken_back() {
    let house = House::new().await;
    let pair = house.connected(1, &[("create_event", Level::Ask)]).await;
    house
        .set(&[
            ("create_event", Level::AlwaysAllow),
            ("read_profile", Level::Ask),
        ])
        .await;
    let chief = administrator(&house).await;
    rules(&house, &chief, &[AskRule::Series]).await;
    house.untainted(&["create_event"]).await;
    let before = listed(&house, &chief).await;
    let shown: Vec<&str> = before.iter().map(|(_, line)| line.as_str()).collect();
    let expected = [
        "create_event watched false undo",
        "rules 0>1 undo",
        "read_profile unset>ask undo",
        "create_event ask>always_allow undo",
        "create_event unset>ask since",
    ];
    assert_eq!(shown, expected);
    let event = |title: &str| json!({"title": title, "start": "2031-03-04T10:00:00+01:00", "duration_minutes": 30});
    assert_eq!(house.word(&pair, "create_event", event("1")).await, "done");

    // The older one of a place is refused, and nothing changes.
    assert_eq!(undone(&house, &chief, before[4].0).await, "changed_since");
    assert_eq!(undone(&house, &chief, 1).await, "not_found", "no change");
    assert_eq!(listed(&house, &chief).await, before);

    // Each of the others is taken back, as a change of its own that counts from the next call on.
    for (sequence, _) in &before[..4] {
        assert_eq!(undone(&house, &chief, *sequence).await, "undone");
        assert_eq!(
            undone(&house, &chief, *sequence).await,
            "changed_since",
            "once"
        );
    }
    let asked = house.word(&pair, "create_event", event("2")).await;
    assert_eq!(asked, "approval_required");
    let profile = house.word(&pair, "read_profile", json!({})).await;
    assert_eq!(
        profile, "unknown_tool",
        "nobody had set it: it is denied again"
    );
    let now = house.engine.rules(&chief).await.expect("rules");
    assert_eq!((now.rules, now.taint_off), (Vec::new(), Vec::new()));
    let after = listed(&house, &chief).await;
    let shown: Vec<&str> = after[..4].iter().map(|(_, line)| line.as_str()).collect();
    let expected = [
        "create_event always_allow>ask undo",
        "read_profile ask>deny undo",
        "rules 1>0 undo",
        "create_event watched true undo",
    ];
    assert_eq!(shown, expected);
    assert!(after[4..].iter().all(|(_, line)| line.ends_with("since")));

    // And the taking back can be taken back.
    assert_eq!(undone(&house, &chief, after[0].0).await, "undone");
    assert_eq!(house.word(&pair, "create_event", event("3")).await, "done");
}

#[tokio::test]
async fn changes_come_page_after_page() {
    let house = House::new().await;
    for level in [Level::Ask, Level::Deny, Level::Ask, Level::Deny, Level::Ask] {
        house.set(&[("create_event", level)]).await;
    }
    let chief = administrator(&house).await;
    let (mut before, mut seen) = (None, Vec::new());
    loop {
        let page = house.engine.changes(&chief, before.as_deref(), 2).await;
        let page = page.expect("a page");
        assert!(page.items.len() <= 2);
        seen.extend(page.items.iter().map(|view| view.sequence));
        before = page.next;
        if before.is_none() {
            break;
        }
    }
    assert_eq!(seen.len(), 5);
    assert!(seen.is_sorted_by(|one, next| one > next), "{seen:?}");
    let error = house.engine.changes(&chief, Some("x"), 2).await;
    assert_eq!(error.expect_err("no cursor").code, "invalid_cursor");
}

#[tokio::test]
async fn a_preview_counts_the_calls_of_the_week_as_they_ended_and_as_they_would_have() {
    let house = House::new().await;
    let levels = [
        ("read_profile", Level::AlwaysAllow),
        ("search_events", Level::Ask),
        ("create_event", Level::AlwaysAllow),
    ];
    let pair = house.connected(1, &levels).await;
    house.untainted(&["create_event"]).await;
    let chief = administrator(&house).await;
    rules(&house, &chief, &[AskRule::Series]).await;
    let event = |title: &str| json!({"title": title, "start": "2031-03-04T10:00:00+01:00", "duration_minutes": 30});
    for _ in 0..3 {
        assert_eq!(house.word(&pair, "read_profile", json!({})).await, "done");
    }
    let day = |day: u8| json!({"from": format!("2031-03-0{day}"), "to": format!("2031-03-0{day}")});
    for number in 1..=2 {
        let asked = house.word(&pair, "search_events", day(number)).await;
        assert_eq!(asked, "approval_required");
    }
    assert_eq!(
        house.word(&pair, "create_event", event("One")).await,
        "done"
    );
    let mut weekly = event("Weekly");
    weekly["recurrence"] = "every Tuesday, 3 times".into();
    assert_eq!(
        house.word(&pair, "create_event", weekly).await,
        "approval_required"
    );
    let denied = house
        .word(&pair, "cancel_event", json!({"id": "ev_0123456789abcdef"}))
        .await;
    assert_eq!(denied, "unknown_tool");
    let wrong = house.word(&pair, "create_event", json!({"title": 7})).await;
    assert_eq!(wrong, "invalid_arguments", "which is counted nowhere");

    let to = |tool: &str, from: Option<Level>, to: Level| LevelChange {
        tool: tool.to_owned(),
        from,
        to,
    };
    let changes = [
        to("read_profile", Some(Level::AlwaysAllow), Level::Deny),
        to("search_events", Some(Level::Ask), Level::AlwaysAllow),
        to("create_event", Some(Level::AlwaysAllow), Level::Ask),
        to("cancel_event", None, Level::Ask),
        to("read_event", None, Level::AlwaysAllow),
    ];
    let log = house.sim.log().len();
    let preview = house
        .engine
        .preview(&chief, &changes)
        .await
        .expect("a preview");
    assert_eq!(house.sim.log().len(), log, "nothing is asked of Microsoft");
    let counts = |ran, asked, denied, ran_or_asked| Outcomes {
        ran,
        asked,
        denied,
        ran_or_asked,
    };
    let found: Vec<_> = preview
        .tools
        .iter()
        .map(|tool| (tool.definition.name.as_str(), tool.was, tool.would))
        .collect();
    let expected = [
        ("search_events", counts(0, 2, 0, 0), counts(0, 0, 0, 2)),
        ("read_event", Outcomes::default(), Outcomes::default()),
        ("create_event", counts(1, 1, 0, 0), counts(0, 2, 0, 0)),
        ("cancel_event", counts(0, 0, 1, 0), counts(0, 1, 0, 0)),
        ("read_profile", counts(3, 0, 0, 0), counts(0, 0, 3, 0)),
    ];
    assert_eq!(found, expected);
    assert_eq!(preview.raised, [("series".to_owned(), 1)]);
    assert!(!preview.cut);
    // It has changed nothing.
    assert_eq!(house.word(&pair, "read_profile", json!({})).await, "done");
    // Without changes it tells how things were.
    let same = house.engine.preview(&chief, &[]).await.expect("a preview");
    assert!(same.tools.iter().all(|tool| tool.was == tool.would));
    let unknown = house
        .engine
        .preview(&chief, &[to("x", None, Level::Ask)])
        .await;
    assert_eq!(unknown.expect_err("no tool").code, "not_found");
}
