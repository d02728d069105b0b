//! The page for anything that went wrong: what happened, what to do next, and the number of the request.

use askama::Template;
use axum::extract::{Request, State as With};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::Response;
use domain::id::RequestId;

use super::frame::{Frame, Visit};
use super::words_for::CONNECTION_CODES;
use super::{Sample, html, sample};
use crate::State;
use crate::caller::person;
use crate::error::Failure;
use crate::router::is_for_programs;
use crate::words::Words;

const OUTLOOK: &str = "/integrations/outlook-calendar";

#[derive(Template)]
#[template(path = "failure.html")]
struct FailurePage {
    page: Frame,
    what: String,
    next: String,
    forward: Option<String>,
    link: Option<String>,
    back: String,
    back_label: String,
    request: String,
}

/// After these, and after what a connection does not let through, the next attempt begins on the page of the
/// integration.
const BACK_TO_OUTLOOK: &[&str] = &[
    "attempt_unknown",
    "attempt_other_browser",
    "attempt_other_person",
    "consent_cancelled",
    "consent_declined",
    "admin_must_consent",
    "admin_consent_declined",
    "account_differs",
    "app_unavailable",
    "blocked_by_policy",
    "account_disabled",
    "approval_waits_for_administrator",
];

/// A failure of the pages' own.
pub(super) fn of(status: StatusCode, code: &'static str, message: &str) -> Failure {
    let mut failure = Failure::internal();
    failure.status = status;
    failure.code = code;
    message.clone_into(&mut failure.message);
    failure
}

/// Finds who will read a failure, so that its page has her language and her navigation. Where she cannot be found, the
/// page does without.
pub(crate) async fn find_reader(
    With(state): With<State>,
    visit: Visit,
    request: Request,
    next: Next,
) -> Response {
    let for_programs = is_for_programs(request.uri().path());
    let mut response = next.run(request).await;
    let code = response.extensions().get::<Failure>().map(|f| f.code);
    // When our own records are out of reach, they are not asked again.
    if !for_programs
        && code.is_some_and(|code| code != "unavailable")
        && let Some(frame) = frame(&state, visit).await
    {
        response.extensions_mut().insert(frame);
    }
    response
}

async fn frame(state: &State, visit: Visit) -> Option<Frame> {
    let person = person(state, visit.headers()).await.ok()??;
    let visit = visit.at("/");
    visit.frame(state, &person, None, "error-next").await.ok()
}

/// The page for a failure.
pub(crate) fn error_page(frame: Frame, failure: &Failure, request: &RequestId) -> Response {
    let page = page(frame, failure, request.as_str());
    let mut response = html(&page);
    *response.status_mut() = failure.status;
    response
}

fn page(frame: Frame, failure: &Failure, request: &str) -> FailurePage {
    let words = frame.words;
    let about = [failure.code, by_status(failure), "general"]
        .into_iter()
        .find(|about| {
            words
                .say_if_known(&format!("error-{about}-title"))
                .is_some()
        })
        .unwrap_or("general");
    let say = |part: &str| words.say(&format!("error-{about}-{part}")).into_owned();
    let consent = matches!(failure.code, "admin_must_consent" | "consent_cancelled");
    let (link, helps): (Option<_>, Option<_>) = match failure.link.clone() {
        // The one page that is not ours: where an administrator of Microsoft's directory consents.
        Some(link) if consent => (Some(link), None),
        link => (None, link),
    };
    let to_outlook =
        BACK_TO_OUTLOOK.contains(&failure.code) || CONNECTION_CODES.contains(&failure.code);
    let (back, back_label) = match helps {
        Some(link) if failure.code == "sign_in_again" => (link, "error-sign-in-again"),
        Some(link) if link.ends_with(OUTLOOK) => (link, "error-retry-connect"),
        Some(link) => (link, "error-open"),
        None if to_outlook => (OUTLOOK.to_owned(), "error-retry-connect"),
        None => ("/".to_owned(), "error-home"),
    };
    FailurePage {
        page: frame.with_title(say("title")),
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
const CALLBACK_CODES: &[&str] = &[
    "attempt_unknown",
    "attempt_other_browser",
    "attempt_other_person",
    "consent_cancelled",
    "consent_declined",
    "admin_must_consent",
    "admin_consent_declined",
    "tenant_not_allowed",
    "microsoft_unreachable",
    "microsoft_trouble",
    "sign_in_rejected",
    "account_differs",
    "app_unavailable",
    "blocked_by_policy",
    "account_disabled",
    "installation_refused",
    "sign_in_again",
];

pub(super) fn samples(words: Words) -> Vec<Sample> {
    let request = "req_0123456789abcdefghjkmnpqrs";
    let anonymous = || Frame::anonymous(words, true);
    let signed_in = || Frame::sample(words, None, "error-next");
    let mut consent = of(StatusCode::FORBIDDEN, "admin_must_consent", "");
    consent.link = Some("https://login.microsoftonline.com/organizations/v2.0/adminconsent?client_id=6731de76-14a6-49ae-97bc-6eba6914391e".to_owned());
    let cancelled = of(StatusCode::BAD_REQUEST, "consent_cancelled", "");
    let mut waits = of(StatusCode::CONFLICT, "approval_waits_for_administrator", "");
    waits.link = Some("https://attache.nordwind.example/integrations/outlook-calendar".to_owned());
    vec![
        sample(
            "error-not-found",
            &page(signed_in(), &Failure::not_found(), request),
        ),
        sample(
            "error-internal",
            &page(anonymous(), &Failure::internal(), request),
        ),
        sample(
            "error-form-outdated",
            &page(signed_in(), &super::form::outdated(), request),
        ),
        sample("error-cancelled", &page(signed_in(), &cancelled, request)),
        sample(
            "error-admin-must-consent",
            &page(signed_in(), &consent, request),
        ),
        sample("error-waits", &page(signed_in(), &waits, request)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Language;

    #[test]
    fn every_failure_that_a_person_can_end_has_words_of_its_own() {
        let others = [
            "levels_changed",
            "approval_waits_for_administrator",
            "restarting",
        ];
        for language in Language::ALL {
            let words = Words::in_language(language);
            for code in CALLBACK_CODES.iter().chain(CONNECTION_CODES).chain(&others) {
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
        let page = page(Frame::anonymous(words, false), &failure, "req_x");
        let text = page.render().expect("renders");
        assert!(text.contains("Something went wrong") && text.contains("req_x"));
        assert!(!text.contains("marked message"));
    }

    #[test]
    fn a_failure_leads_to_the_page_that_helps() {
        let check = |code, link: Option<&str>, expected: &str, label: &str| {
            let words = Words::in_language(Language::English);
            let mut failure = of(StatusCode::CONFLICT, code, "");
            failure.link = link.map(str::to_owned);
            let page = page(Frame::anonymous(words, false), &failure, "req_x");
            let text = page.render().expect("renders");
            let button = format!("<a class=\"button\" href=\"{expected}\">{label}</a>");
            assert!(text.contains(&button), "{code}: {text}");
        };
        let ours = "https://attache.example/integrations/outlook-calendar";
        let other = "https://attache.example/approvals";
        check(
            "scopes_missing",
            Some(ours),
            ours,
            "Back to Outlook Calendar",
        );
        check("needs_sign_in", None, OUTLOOK, "Back to Outlook Calendar");
        check(
            "approval_waits_for_administrator",
            None,
            OUTLOOK,
            "Back to Outlook Calendar",
        );
        check(
            "something_new",
            Some(other),
            other,
            "Open the page that helps",
        );
        check("something_new", None, "/", "Back to attache");
    }
}
