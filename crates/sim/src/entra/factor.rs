//! The second factor: a number that is shown here and entered on a telephone, which the same page stands in for.

use super::authorize::Flow;
use super::errors::EntraError;
use super::pages::Screen;
use super::sessions::SignedIn;
use crate::company::PersonId;
use crate::exchange::{Ask, value_of};
use crate::random;
use crate::state::World;

/// Asks for the second factor with a fresh number.
pub(super) fn asked(flow: &mut Flow, account: PersonId, refused: &EntraError) -> Screen {
    flow.enrols = matches!(refused.code, 50_072 | 50_079);
    fresh(flow, account, None)
}

fn fresh(flow: &mut Flow, account: PersonId, problem: Option<&'static str>) -> Screen {
    let number = 10 + random::below(90);
    flow.number = Some(number);
    Screen::SecondFactor {
        account,
        number,
        enrols: flow.enrols,
        problem,
    }
}

/// Takes what was entered on the telephone; the page again, if that was not it.
pub(super) fn presented(
    world: &mut World,
    ask: &Ask,
    flow: &mut Flow,
    form: &[(String, String)],
) -> Option<Screen> {
    let signed_in = flow.signed_in.clone()?;
    let person = signed_in.person;
    let entered = value_of(form, "otc").unwrap_or_default().trim();
    let waited_for = flow.number.take().map(|number| number.to_string());
    if value_of(form, "deny").is_some() {
        let problem = "You denied the request on your phone. Here is another one.";
        return Some(fresh(flow, person, Some(problem)));
    }
    if waited_for.as_deref() != Some(entered) {
        let problem = "That was not the number. Here is another one.";
        return Some(fresh(flow, person, Some(problem)));
    }
    let now = world.clock.now();
    let stepped_up = world.entra.sessions.step_up(ask, person, now);
    flow.signed_in = Some(stepped_up.unwrap_or(SignedIn {
        second_factor: Some(now),
        ..signed_in
    }));
    None
}
