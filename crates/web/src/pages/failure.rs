//! The page for anything that went wrong: what happened, what to do next, and the number of the request.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use domain::id::RequestId;

use super::frame::Frame;
use super::{Sample, html, sample};
use crate::error::Failure;
use crate::words::Words;

#[derive(Template)]
#[template(path = "failure.html")]
struct FailurePage {
    page: Frame,
    what: String,
    next: String,
    forward: Option<String>,
    link: Option<String>,
    back: &'static str,
    back_label: String,
    request: String,
}

/// After these, the next attempt begins on the page of the integration.
const BACK_TO_OUTLOOK: &[&str] = &[
    "attempt_unknown",
    "attempt_other_browser",
    "attempt_other_person",
    "consent_cancelled",
    "consent_declined",
    "admin_must_consent",
    "account_differs",
    "not_connected",
];

/// A failure of the pages' own.
pub(super) fn of(status: StatusCode, code: &'static str, message: &str) -> Failure {
    let mut failure = Failure::internal();
    failure.status = status;
    failure.code = code;
    message.clone_into(&mut failure.message);
    failure
}

/// The page for a failure.
pub(crate) fn error_page(words: &Words, failure: &Failure, request: &RequestId) -> Response {
    let page = page(*words, failure, request.as_str());
    let mut response = html(&page);
    *response.status_mut() = failure.status;
    response
}

fn page(words: Words, failure: &Failure, request: &str) -> FailurePage {
    let about = [failure.code, by_status(failure), "general"]
        .into_iter()
        .find(|about| {
            words
                .say_if_known(&format!("error-{about}-title"))
                .is_some()
        })
        .unwrap_or("general");
    let say = |part: &str| words.say(&format!("error-{about}-{part}")).into_owned();
    let to_outlook = BACK_TO_OUTLOOK.contains(&failure.code);
    let consent = Some(failure).filter(|failure| failure.code == "admin_must_consent");
    let link = consent.and_then(|failure| failure.link.clone());
    let (back, back_label) = if to_outlook {
        ("/integrations/outlook-calendar", "error-retry-connect")
    } else {
        ("/", "error-home")
    };
    FailurePage {
        page: Frame::anonymous(words, say("title"), false),
        what: say("what"),
        next: say("next"),
        forward: link
            .as_deref()
            .map(|link| words.fill("error-forward-text", &[("link", link)])),
        link,
        back,
        back_label: words.say(back_label).into_owned(),
        request: request.to_owned(),
    }
}

/// Which text fits when there is none for the code itself.
fn by_status(failure: &Failure) -> &'static str {
    match failure.status {
        StatusCode::UNAUTHORIZED => "unauthenticated",
        StatusCode::FORBIDDEN => "forbidden",
        StatusCode::NOT_FOUND => "not_found",
        StatusCode::BAD_REQUEST | StatusCode::PAYLOAD_TOO_LARGE => "invalid",
        StatusCode::CONFLICT => "conflict",
        StatusCode::TOO_MANY_REQUESTS => "throttled",
        StatusCode::SERVICE_UNAVAILABLE if failure.retry_after.is_some() => "throttled",
        StatusCode::SERVICE_UNAVAILABLE => "unavailable",
        StatusCode::BAD_GATEWAY => "microsoft",
        StatusCode::GATEWAY_TIMEOUT => "unreachable",
        _ => "general",
    }
}

/// The failures that have words of their own, beside those that every status has.
#[cfg(test)]
pub(super) const CALLBACK_CODES: &[&str] = &[
    "attempt_unknown",
    "attempt_other_browser",
    "attempt_other_person",
    "consent_cancelled",
    "consent_declined",
    "admin_must_consent",
    "tenant_not_allowed",
    "microsoft_unreachable",
    "microsoft_trouble",
    "sign_in_rejected",
    "account_differs",
];

pub(super) fn samples(words: Words) -> Vec<Sample> {
    let request = "req_0123456789abcdefghjkmnpqrs";
    let mut consent = of(StatusCode::FORBIDDEN, "admin_must_consent", "");
    consent.link = Some("https://login.microsoftonline.com/organizations/v2.0/adminconsent?client_id=6731de76-14a6-49ae-97bc-6eba6914391e".to_owned());
    let cancelled = of(StatusCode::BAD_REQUEST, "consent_cancelled", "");
    vec![
        sample(
            "error-not-found",
            &page(words, &Failure::not_found(), request),
        ),
        sample(
            "error-internal",
            &page(words, &Failure::internal(), request),
        ),
        sample(
            "error-form-outdated",
            &page(words, &super::form::outdated(), request),
        ),
        sample("error-cancelled", &page(words, &cancelled, request)),
        sample("error-admin-must-consent", &page(words, &consent, request)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Language;

    #[test]
    fn every_failure_of_signing_in_has_words_of_its_own() {
        for language in Language::ALL {
            let words = Words::in_language(language);
            for code in CALLBACK_CODES {
                for part in ["title", "what", "next"] {
                    let id = format!("error-{code}-{part}");
                    assert!(words.say_if_known(&id).is_some(), "{id}");
                }
            }
        }
    }

    #[test]
    fn an_unknown_failure_shows_no_message_of_its_own() {
        let words = Words::in_language(Language::English);
        let failure = of(StatusCode::IM_A_TEAPOT, "something_new", "marked message");
        let text = page(words, &failure, "req_x").render().expect("renders");
        assert!(text.contains("Something went wrong") && text.contains("req_x"));
        assert!(!text.contains("marked message"));
    }
}
