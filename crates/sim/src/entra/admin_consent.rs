//! The administrator's own address: consent for the whole organisation, without a code.

use super::authorize::{Flow, Purpose, addressee, on_page, without_tags};
use super::errors::EntraError;
use super::respond::{parameters, send};
use super::scopes::{self, Asked};
use super::token::missing;
use super::{Authority, sign_in};
use crate::company::PersonId;
use crate::exchange::{Answer, Ask, value_of};
use crate::random;
use crate::state::World;

/// Which of the two addresses was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// `/{tenant}/v2.0/adminconsent`, which takes a `scope`.
    Current,
    /// `/{tenant}/adminconsent`, which consents to the application's registered list.
    Older,
}

/// Answers a request for an administrator's consent.
pub(crate) fn begin(world: &mut World, ask: &Ask, authority: Authority, form: Form) -> Answer {
    let parameters = parameters(ask);
    let parameter = |name: &str| value_of(&parameters, name).filter(|value| !value.is_empty());
    let redirect_uri = match addressee(world, &parameter) {
        Ok(redirect_uri) => redirect_uri,
        Err(refused) => return on_page(&refused),
    };
    if matches!(authority, Authority::Common | Authority::Consumers) {
        let text = "An administrator consents for an organization: the address has to name one, or 'organizations'.";
        return on_page(&EntraError::of(90_023).saying(text));
    }
    if let Err(refused) = world.serves(authority) {
        return on_page(&refused);
    }
    let mut flow = Flow::to(redirect_uri, ask);
    flow.authority = authority;
    flow.purpose = Purpose::AdminConsent(form);
    flow.state = parameter("state").map(without_tags);
    flow.login_hint = parameter("login_hint").map(str::to_owned);
    let asked = match (form, parameter("scope")) {
        (Form::Older, _) => Asked::parse(".default"),
        (Form::Current, Some(scope)) => Asked::parse(scope),
        (Form::Current, None) => Err(missing("scope")),
    };
    match asked {
        Ok(asked) => {
            flow.asked = asked;
            sign_in::decide(world, ask, flow)
        }
        Err(refused) => tell(world, &flow, &refused),
    }
}

/// The administrator accepted: her organisation's earlier consent gives way to this one.
pub(crate) fn accepted(world: &mut World, flow: &Flow, form: Form, member: PersonId) -> Answer {
    let tenant = world.person(member).tenant;
    let granted = flow.asked.needed(&std::collections::BTreeSet::new());
    let mut values = vec![
        ("admin_consent", "True".to_owned()),
        ("tenant", world.tenant(tenant).id.clone()),
    ];
    if form == Form::Current {
        values.push(("scope", scopes::qualified(&granted).join(" ")));
    }
    values.extend(flow.state.clone().map(|state| ("state", state)));
    world.grant_everybody(tenant, granted);
    world.entra.drop_flow(&flow.id);
    send(flow, &values)
}

/// She did not, or was no administrator and went back.
pub(crate) fn declined(world: &mut World, flow: &Flow, form: Form) -> Answer {
    let mut refused = EntraError::of(65_004);
    refused.error = match form {
        Form::Current => "consent_required",
        Form::Older => "permission_denied",
    }
    .to_owned();
    tell(world, flow, &refused)
}

fn tell(world: &mut World, flow: &Flow, refused: &EntraError) -> Answer {
    let description = refused.description(&random::guid(), &flow.correlation, world.clock.now());
    let mut values = vec![
        ("error", refused.error.clone()),
        ("error_description", description),
        ("admin_consent", "True".to_owned()),
    ];
    values.extend(flow.state.clone().map(|state| ("state", state)));
    world.entra.drop_flow(&flow.id);
    send(flow, &values)
}
