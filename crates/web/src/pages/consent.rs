//! What an administrator of Microsoft's directory reads after consenting for the whole organisation, or declining.
//!
//! Anybody can make this address up, so nothing is concluded from it and nothing changes: it only says what comes next.
//! Whether the consent was given shows when somebody connects.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use engine::PersonCaller;

use super::frame::{Frame, Visit};
use super::{Sample, failure, html, sample};
use crate::State;
use crate::error::PageError;
use crate::words::Words;

#[derive(Template)]
#[template(path = "consent.html")]
struct ConsentPage {
    page: Frame,
    /// Whether the reader can connect her own calendar right away.
    signed_in: bool,
}

/// Microsoft's redirect after `adminconsent`.
pub(super) fn heard(
    state: &State,
    person: Option<&PersonCaller>,
    visit: &Visit,
    error: Option<&str>,
) -> Result<Response, PageError> {
    if error.is_some() {
        let declined = failure::of(
            StatusCode::FORBIDDEN,
            "admin_consent_declined",
            "The consent for the organisation was not given.",
        );
        return Err(declined);
    }
    let words = visit.words(person.and_then(|person| person.language()));
    Ok(html(&ConsentPage {
        page: titled(words, state.engine.is_simulated()),
        signed_in: person.is_some(),
    }))
}

fn titled(words: Words, simulated: bool) -> Frame {
    let title = words.say("consented-title").into_owned();
    Frame::anonymous(words, simulated).with_title(title)
}

pub(super) fn samples(words: Words) -> Vec<Sample> {
    let page = |signed_in| ConsentPage {
        page: titled(words, true),
        signed_in,
    };
    vec![
        sample("consented", &page(false)),
        sample("consented-signed-in", &page(true)),
    ]
}
