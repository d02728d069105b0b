//! Table 1: the administrator's level alone.

use super::{UNLIMITED, calls, check, set, table, tools};
use crate::agent::Agent;
use crate::browser::Browser;
use crate::house::House;

/// The lines of this level and connection, tool by tool.
async fn walk(
    agent: &Agent<'_>,
    mut administrator: Option<&mut Browser>,
    number: &mut usize,
    [level, connection]: [&str; 2],
) -> usize {
    let lines = table::<7>(1);
    let these = lines
        .iter()
        .filter(|line| line[1] == level && line[2] == connection);
    let these: Vec<_> = these.collect();
    for of_one in these.chunk_by(|one, other| one[0] == other[0]) {
        for line in of_one {
            let [tool, _, _, surface, listed, answer, asked] = **line;
            *number += 1;
            let arguments = calls::harmless(tool, *number);
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
        if let Some(administrator) = administrator.as_deref_mut().filter(|_| level == "ask") {
            // What waits is void now: an agent may have only so many questions open.
            set(agent.house, administrator, &[of_one[0][0]], "deny").await;
        }
    }
    these.len()
}

#[tokio::test]
async fn p1_every_level_and_connection_meets_over_every_surface_what_permissions_txt_says() {
    let (house, mut number, mut walked) = (House::new(&UNLIMITED), 0, 0);
    let agent = Agent::first(&house);
    let mut administrator = house.signed_in(house.administrator()).await;
    let mut member = house.signed_in(house.member()).await;
    walked += walk(&agent, None, &mut number, ["not set", "none"]).await;
    for connection in ["none", "connected", "lacks scopes"] {
        match connection {
            "connected" => house.connect(&mut member).await,
            "lacks scopes" => house.take_scopes().await,
            _ => {}
        }
        for level in ["deny", "ask", "always_allow"] {
            set(&house, &mut administrator, &tools(), level).await;
            let administrator = Some(&mut administrator);
            walked += walk(&agent, administrator, &mut number, [level, connection]).await;
        }
    }
    // Once set, a level cannot be unset: where nothing is set is another house.
    let fresh = House::new(&UNLIMITED);
    let agent = Agent::first(&fresh);
    let mut member = fresh.signed_in(fresh.member()).await;
    fresh.connect(&mut member).await;
    walked += walk(&agent, None, &mut number, ["not set", "connected"]).await;
    fresh.take_scopes().await;
    walked += walk(&agent, None, &mut number, ["not set", "lacks scopes"]).await;
    assert_eq!(walked, table::<7>(1).len(), "every line");
    assert_eq!(walked, 9 * 4 * 3 * 2);
}
