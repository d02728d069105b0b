//! Who a request is from, as far as it can be told before it is answered.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Surface;
use crate::company::PersonId;
use crate::exchange::{Ask, value_of};
use crate::state::World;

/// Whose token, code or name a request carries, and for which application.
#[derive(Debug, Default)]
pub(crate) struct Asker {
    pub(crate) login: Option<String>,
    pub(crate) app: Option<String>,
}

impl Asker {
    pub(crate) fn of(world: &mut World, ask: &Ask, surface: Option<Surface>) -> Self {
        if surface == Some(Surface::Graph) {
            let person = bearer(world, ask);
            return Self {
                login: person.map(|person| world.person(person).login.clone()),
                app: person.map(|_| world.application.client_id.clone()),
            };
        }
        let form = ask.form();
        let value = |name: &str| value_of(&form, name).or_else(|| ask.query_value(name));
        let known = value("refresh_token")
            .and_then(|token| world.entra.tokens.refresh(token).map(|token| token.person))
            .or_else(|| {
                value("code").and_then(|code| world.entra.tokens.code(code).map(|code| code.person))
            });
        let named = ["login", "loginfmt", "username", "login_hint"];
        let login = known
            .map(|person| world.person(person).login.clone())
            .or_else(|| named.iter().find_map(|name| value(name)).map(str::to_owned));
        Self {
            login,
            app: value("client_id").map(str::to_owned).or_else(|| basic(ask)),
        }
    }
}

/// Whose mailbox a Graph request is about: the caller's own, or the one that the address names.
pub(crate) fn mailbox_of(world: &World, ask: &Ask) -> Option<PersonId> {
    let caller = bearer(world, ask)?;
    let segments: Vec<&str> = ask.segments.iter().map(String::as_str).collect();
    match segments.as_slice() {
        [_, me, _, ..] if me.eq_ignore_ascii_case("me") => Some(caller),
        [_, users, key, _, ..] if users.eq_ignore_ascii_case("users") => {
            world.person_by_key(world.person(caller).tenant, key)
        }
        _ => None,
    }
}

fn bearer(world: &World, ask: &Ask) -> Option<PersonId> {
    let (_, token) = ask.header("authorization")?.split_once(' ')?;
    let token = world.entra.tokens.access(token.trim())?;
    Some(token.person)
}

/// The client id of an `Authorization: Basic` header.
fn basic(ask: &Ask) -> Option<String> {
    let (_, encoded) = ask.header("authorization")?.split_once(' ')?;
    let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    decoded.split_once(':').map(|(id, _)| id.to_owned())
}
