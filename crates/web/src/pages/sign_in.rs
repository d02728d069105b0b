//! Signing in and out, and the way back from Microsoft.

use askama::Template;
use axum::extract::State as With;
use axum::http::header::{HeaderName, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{AppendHeaders, IntoResponse as _, Redirect, Response};
use domain::secret::{AuthorizationCode, StateSecret};
use engine::{Callback, CallbackAnswer, Finished};
use serde::Deserialize;
use url::form_urlencoded;

use super::form::Sent;
use super::frame::{Frame, Visit};
use super::{Sample, consent, failure, html, return_to, sample};
use crate::address::Query;
use crate::caller::{Form, MaybePerson, Request, SignedIn};
use crate::error::{Failure, PageError};
use crate::words::Words;
use crate::{State, cookies};

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage {
    page: Frame,
    return_to: String,
    /// Of somebody who is signed in, and has to prove it anew.
    again: bool,
}

impl SignInPage {
    /// The same page in another language.
    fn in_language(&self, tag: &str) -> String {
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("language", tag)
            .append_pair("return_to", &self.return_to)
            .extend_pairs(self.again.then_some(("again", "1")))
            .finish();
        format!("/?{query}")
    }
}

#[derive(Deserialize)]
pub(super) struct Asked {
    return_to: Option<String>,
    language: Option<String>,
    again: Option<String>,
}

pub(super) async fn show(
    With(state): With<State>,
    MaybePerson(person): MaybePerson,
    visit: Visit,
    Query(asked): Query<Asked>,
) -> Response {
    let return_to = return_to::checked(asked.return_to.as_deref());
    let again = person.is_some() && asked.again.is_some();
    if person.is_some() && !again {
        return Redirect::to(return_to).into_response();
    }
    let words = visit.words(asked.language.as_deref());
    let title = words.say("sign-in-title").into_owned();
    html(&SignInPage {
        page: Frame::anonymous(words, state.engine.is_simulated()).with_title(title),
        return_to: return_to.to_owned(),
        again,
    })
}

#[derive(Deserialize)]
pub(super) struct SignInForm {
    return_to: Option<String>,
    again: Option<String>,
}

pub(super) async fn begin(
    With(state): With<State>,
    MaybePerson(person): MaybePerson,
    Form(form): Form<SignInForm>,
) -> Result<Response, PageError> {
    let return_to = return_to::checked(form.return_to.as_deref());
    let begun = match person.filter(|_| form.again.is_some()) {
        Some(person) => state.engine.begin_sign_in_again(&person, return_to).await?,
        None => state.engine.begin_sign_in(return_to).await?,
    };
    Ok(to_microsoft(&state, &begun))
}

/// Sends the browser to Microsoft, bound to the attempt by a cookie.
pub(super) fn to_microsoft(state: &State, begun: &engine::Begun) -> Response {
    let cookie = cookies::browser_cookie(state, begun.state.expose(), &begun.browser);
    ([(SET_COOKIE, cookie)], Redirect::to(&begun.location)).into_response()
}

/// What Microsoft sends back in the address.
#[derive(Deserialize)]
pub(super) struct Answer {
    state: Option<String>,
    code: Option<String>,
    error: Option<String>,
    error_subcode: Option<String>,
    error_description: Option<String>,
    /// Microsoft's mark of an answer to an administrator's consent.
    admin_consent: Option<String>,
}

impl Answer {
    fn into_callback(self) -> Option<Callback> {
        let answer = match (self.code, self.error) {
            (Some(code), None) => CallbackAnswer::Code(AuthorizationCode::new(code)),
            (None, Some(error)) => CallbackAnswer::Error {
                error,
                subcode: self.error_subcode,
                description: self.error_description,
            },
            (_, _) => return None,
        };
        let state = StateSecret::new(self.state?);
        Some(Callback { state, answer })
    }
}

pub(super) async fn finish(
    With(state): With<State>,
    MaybePerson(person): MaybePerson,
    Request(request): Request,
    headers: HeaderMap,
    visit: Visit,
    Query(answer): Query<Answer>,
) -> Result<Response, PageError> {
    if answer.admin_consent.is_some() {
        return consent::heard(&state, person.as_ref(), &visit, answer.error.as_deref());
    }
    let callback = answer.into_callback().ok_or_else(not_an_answer)?;
    let attempt = callback.state.expose().to_owned();
    let browser = cookies::read_browser(&state, &headers, &attempt);
    let finished = state
        .engine
        .finish(callback, browser.as_ref(), person.as_ref(), &request)
        .await?;
    let done = (SET_COOKIE, cookies::clear_browser(&state, &attempt));
    Ok(match finished {
        Finished::SignedIn { session, return_to } => {
            let session = (SET_COOKIE, cookies::session_cookie(&state, &session));
            let to = Redirect::to(return_to::checked(Some(&return_to)));
            (AppendHeaders([session, done]), to).into_response()
        }
        Finished::Connected => {
            let to = Redirect::to("/integrations/outlook-calendar?connected");
            (AppendHeaders([done]), to).into_response()
        }
    })
}

fn not_an_answer() -> Failure {
    failure::of(
        StatusCode::BAD_REQUEST,
        "attempt_unknown",
        "This is not an answer to a sign-in that attache began. Start again.",
    )
}

pub(super) async fn sign_out(
    With(state): With<State>,
    Sent { sender, .. }: Sent<SignedIn>,
) -> Result<Response, PageError> {
    state.engine.sign_out(&sender.0).await?;
    let clear = (
        HeaderName::from_static("clear-site-data"),
        HeaderValue::from_static("\"cookies\", \"storage\""),
    );
    let cookie = (SET_COOKIE, cookies::clear_session(&state));
    Ok((AppendHeaders([cookie, clear]), Redirect::to("/")).into_response())
}

pub(super) fn samples(words: Words) -> Vec<Sample> {
    let title = words.say("sign-in-title").into_owned();
    let page = |again| SignInPage {
        page: Frame::anonymous(words, true).with_title(title.clone()),
        return_to: return_to::HOME.to_owned(),
        again,
    };
    vec![
        sample("sign-in", &page(false)),
        sample("sign-in-again", &page(true)),
    ]
}
