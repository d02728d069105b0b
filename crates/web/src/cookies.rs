//! The cookies: the session's, and for each sign-in attempt one that ties it to its browser, so that attempts in several
//! tabs do not take each other's place.
//!
//! Over https their names begin with `__Host-`, so that no other host and no plain-http page can set them. Over http,
//! which is for loopback only, browsers refuse that prefix and `Secure`.

use axum::http::header::COOKIE;
use axum::http::{HeaderMap, HeaderValue};
use domain::secret::{BrowserSecret, SessionSecret};
use sha2::{Digest as _, Sha256};

use crate::State;

const SESSION: &str = "attache-session";
const BROWSER: &str = "attache-browser";

/// How long a sign-in attempt may take, in seconds.
const BROWSER_SECONDS: u32 = 600;

/// The `Set-Cookie` of a new session. The session's own lifetime is the engine's; the cookie ends with the browser.
pub(crate) fn session_cookie(state: &State, secret: &SessionSecret) -> HeaderValue {
    set(state.secure, SESSION, secret.expose(), None)
}

/// The `Set-Cookie` that removes the session's cookie.
pub(crate) fn clear_session(state: &State) -> HeaderValue {
    set(state.secure, SESSION, "", Some(0))
}

/// The `Set-Cookie` that ties a sign-in or connect attempt to this browser.
pub(crate) fn browser_cookie(state: &State, attempt: &str, secret: &BrowserSecret) -> HeaderValue {
    set(
        state.secure,
        &of_attempt(attempt),
        secret.expose(),
        Some(BROWSER_SECONDS),
    )
}

/// The `Set-Cookie` that removes the attempt's cookie.
pub(crate) fn clear_browser(state: &State, attempt: &str) -> HeaderValue {
    set(state.secure, &of_attempt(attempt), "", Some(0))
}

/// The name of an attempt's cookie, made from its `state`, which the way back brings along.
fn of_attempt(attempt: &str) -> String {
    let hash = Sha256::digest(attempt.as_bytes());
    let mark: String = hash
        .iter()
        .take(6)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("{BROWSER}-{mark}")
}

/// The session secret that the browser sent, if it sent exactly one.
pub(crate) fn read_session(state: &State, headers: &HeaderMap) -> Option<SessionSecret> {
    read(state.secure, headers, SESSION).map(SessionSecret::new)
}

/// The attempt's secret that the browser sent, if it sent exactly one.
pub(crate) fn read_browser(
    state: &State,
    headers: &HeaderMap,
    attempt: &str,
) -> Option<BrowserSecret> {
    read(state.secure, headers, &of_attempt(attempt)).map(BrowserSecret::new)
}

fn name(secure: bool, base: &str) -> String {
    if secure {
        format!("__Host-{base}")
    } else {
        base.to_owned()
    }
}

fn set(secure: bool, base: &str, value: &str, seconds: Option<u32>) -> HeaderValue {
    let mut text = format!(
        "{}={value}; Path=/; HttpOnly; SameSite=Lax",
        name(secure, base)
    );
    if secure {
        text.push_str("; Secure");
    }
    if let Some(seconds) = seconds {
        text.push_str(&format!("; Max-Age={seconds}"));
    }
    let mut header = HeaderValue::try_from(text)
        .expect("our own secrets are base64url, which fits into a header");
    header.set_sensitive(true);
    header
}

/// Two cookies of one name mean that somebody else set one of them: then neither counts.
fn read(secure: bool, headers: &HeaderMap, base: &str) -> Option<String> {
    let wanted = name(secure, base);
    let mut found = headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|header| header.to_str().ok())
        .flat_map(|header| header.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(name, value)| *name == wanted && !value.is_empty() && value.len() <= 128)
        .map(|(_, value)| value.to_owned());
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn over_https_a_cookie_is_bound_to_this_host_and_hidden_from_scripts() {
        let header = set(true, SESSION, "s3cret", None);
        assert_eq!(
            header.to_str().expect("ASCII"),
            "__Host-attache-session=s3cret; Path=/; HttpOnly; SameSite=Lax; Secure"
        );
        let loopback = set(false, BROWSER, "b", Some(600));
        assert_eq!(
            loopback.to_str().expect("ASCII"),
            "attache-browser=b; Path=/; HttpOnly; SameSite=Lax; Max-Age=600"
        );
    }

    #[test]
    fn a_cookie_is_read_by_its_exact_name_and_a_doubled_one_not_at_all() {
        let check = |secure, sent: &str, expected: Option<&str>| {
            let mut headers = HeaderMap::new();
            headers.insert(COOKIE, sent.parse().expect("a header"));
            assert_eq!(
                read(secure, &headers, SESSION).as_deref(),
                expected,
                "{sent}"
            );
        };
        check(false, "a=1; attache-session=x; b=2", Some("x"));
        check(true, "__Host-attache-session=x", Some("x"));
        check(true, "attache-session=x", None);
        check(false, "attache-session=x; attache-session=y", None);
        check(false, "attache-session=", None);
    }
}
