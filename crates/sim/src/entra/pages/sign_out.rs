//! The pages of signing out.

use super::{escape, origin, page, tiles};
use crate::entra::Authority;
use crate::entra::sessions::SignedIn;
use crate::exchange::{Answer, value_of};
use crate::state::World;
use axum::http::StatusCode;

/// Which of several accounts is meant.
pub(in crate::entra) fn choose(
    world: &World,
    authority: Authority,
    sessions: &[SignedIn],
    parameters: &[(String, String)],
) -> Answer {
    let kept: String = ["post_logout_redirect_uri", "state"]
        .into_iter()
        .filter_map(|name| Some((name, value_of(parameters, name)?)))
        .map(|(name, value)| {
            format!(
                "<input type=\"hidden\" name=\"{name}\" value=\"{}\">",
                escape(value)
            )
        })
        .collect();
    let hint = |world: &World, session: &SignedIn| world.opaque_hint(session.person);
    let inner = format!(
        "<form method=\"post\" action=\"/{}/oauth2/v2.0/logout\"><h1>Pick an account</h1>\
         <p>Which account do you want to sign out of?</p>{kept}<div class=\"tiles\">{}</div></form>",
        authority.word(world),
        tiles(world, sessions, "logout_hint", hint)
    );
    // The answer to the form may lead on to the application.
    let back = value_of(parameters, "post_logout_redirect_uri").map(origin);
    let policy = format!("form-action 'self' {}", back.unwrap_or_default());
    page(StatusCode::OK, "Sign out", "card", &inner, &policy)
}

/// Tells the application in a frame nobody sees, and goes on from there.
pub(in crate::entra) fn announce(announced: &str, back: Option<&str>) -> Answer {
    let on = match back {
        Some(back) => format!(
            "<meta http-equiv=\"refresh\" content=\"1; url={back}\"><p><a href=\"{back}\">Go back to the application</a></p>",
            back = escape(back)
        ),
        None => "<p>It’s a good idea to close all browser windows.</p>".to_owned(),
    };
    let inner = format!(
        "<h1>You signed out of your account</h1>{on}<iframe hidden title=\"Signing out of the application\" src=\"{}\"></iframe>",
        escape(announced)
    );
    let policy = format!("form-action 'none'; frame-src {}", origin(announced));
    page(StatusCode::OK, "Sign out", "card", &inner, &policy)
}
