//! Table 2: everybody who has a say.

use super::{UNLIMITED, calls, check, set, set_rules, table, tighten, tools};
use crate::agent::{Agent, SURFACES};
use crate::browser::Browser;
use crate::house::House;

const LEVELS: [&str; 3] = ["deny", "ask", "always_allow"];

const EVERY_RULE: [(&str, Option<&str>); 5] = [
    ("outside_attendee", None),
    ("more_attendees_than", Some("2")),
    ("series", None),
    ("starts_within_minutes", Some("60")),
    ("outside_working_hours", None),
];

/// So many questions an agent may have open.
const OPEN: usize = 5;

/// The page of the key that the first agent of the house has.
async fn page_of_first_agent(person: &mut Browser) -> String {
    person.open("/keys").await;
    let before = person.html.split("Demo agent").next().unwrap_or_default();
    let id = before.rsplit("href=\"/keys/").next();
    let id = id.and_then(|rest| rest.split('"').next());
    format!("/keys/{}", id.expect("a link"))
}

/// The lines of one combination, over both surfaces.
async fn walk(
    agent: &Agent<'_>,
    administrator: &mut Browser,
    number: &mut usize,
    of: [&str; 4],
) -> usize {
    let (lines, mut open) = (table::<8>(2), Vec::new());
    let [_, organisation, _, _] = of;
    let these: Vec<_> = lines.iter().filter(|line| line[1..5] == of).collect();
    for line in &these {
        let [tool, rules, _, _, _, listed, answer, asked] = **line;
        *number += 1;
        let arguments = match rules {
            "all" => calls::touching(tool, *number),
            _ => calls::harmless(tool, *number),
        };
        for surface in SURFACES {
            let expected = [listed, answer, asked];
            check(
                agent,
                surface,
                &format!("{line:?}"),
                (tool, &arguments),
                expected,
            )
            .await;
        }
        if answer.starts_with("approval_required") {
            open.push(tool);
        }
        if open.len() == OPEN - 1 {
            set(agent.house, administrator, &open, "deny").await;
            set(agent.house, administrator, &open, organisation).await;
            open.clear();
        }
    }
    these.len()
}

#[tokio::test]
async fn p1_whoever_has_a_say_can_only_tighten_as_every_line_of_permissions_txt_says() {
    let (house, mut number, mut walked) = (House::new(&UNLIMITED), 0, 0);
    let agent = Agent::first(&house);
    let mut administrator = house.signed_in(house.administrator()).await;
    let mut member = house.signed_in(house.member()).await;
    house.connect(&mut member).await;
    let key = page_of_first_agent(&mut member).await;
    let all = tools();
    for rules in ["none", "all"] {
        if rules == "all" {
            set_rules(&mut administrator, &EVERY_RULE).await;
        }
        for person in LEVELS {
            let page = "/integrations/outlook-calendar";
            set(&house, &mut administrator, &all, "deny").await;
            tighten(&mut member, page, "/outlook-calendar/levels", person).await;
            for own in LEVELS {
                tighten(&mut member, &key, "/levels", own).await;
                for organisation in LEVELS {
                    set(&house, &mut administrator, &all, organisation).await;
                    let of = [rules, organisation, person, own];
                    walked += walk(&agent, &mut administrator, &mut number, of).await;
                }
            }
        }
    }
    assert_eq!(walked, table::<8>(2).len(), "every line");
    assert_eq!(walked, 9 * 2 * 27);
}
