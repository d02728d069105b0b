//! The front channel's sign-out.

use axum::http::StatusCode;
use url::Url;

use super::Authority;
use super::pages::{self, sign_out};
use super::respond::parameters;
use super::sessions::COOKIE;
use crate::exchange::{Answer, Ask, value_of};
use crate::state::World;

/// Signs out: the hinted account, the only one, or the one that is chosen on a page when there are several.
pub(super) fn answer(world: &mut World, ask: &Ask, authority: Authority) -> Answer {
    let parameters = parameters(ask);
    let value = |name: &str| value_of(&parameters, name).filter(|value| !value.is_empty());
    let back = value("post_logout_redirect_uri")
        .filter(|uri| world.application.redirect(uri).is_some())
        .map(|uri| with_state(uri, value("state")));
    // A sign-in name is no hint: only what an ID token said is.
    let hinted = value("logout_hint").and_then(|hint| world.account_by_opaque_hint(hint));
    let signed_in = world.entra.sessions.of(ask);
    if hinted.is_none() && signed_in.len() > 1 {
        return sign_out::choose(world, authority, signed_in, &parameters);
    }
    let closed = world.entra.sessions.close(ask, hinted);
    let announced = match (&world.application.logout_url, closed.first()) {
        (Some(url), Some(session)) => announcement(world, url, &session.sid),
        _ => None,
    };
    let answer = match (announced, back) {
        (Some(announced), back) => sign_out::announce(&announced, back.as_deref()),
        (None, Some(back)) => Answer::redirect(&back),
        (None, None) => pages::message(
            StatusCode::OK,
            "You signed out of your account",
            "It’s a good idea to close all browser windows.",
        ),
    };
    if world.entra.sessions.of(ask).is_empty() {
        let expired = format!("{COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
        answer.header("set-cookie", &expired)
    } else {
        answer
    }
}

fn with_state(uri: &str, state: Option<&str>) -> String {
    match (Url::parse(uri), state) {
        (Ok(mut url), Some(state)) => {
            url.query_pairs_mut().append_pair("state", state);
            url.into()
        }
        _ => uri.to_owned(),
    }
}

/// The address by which the application hears of a sign-out.
fn announcement(world: &World, logout_url: &str, sid: &str) -> Option<String> {
    let mut url = Url::parse(logout_url).ok()?;
    let issuer = format!("{}/{}/v2.0", world.base, world.home().id);
    url.query_pairs_mut()
        .append_pair("sid", sid)
        .append_pair("iss", &issuer);
    Some(url.into())
}
