//! Becoming the first administrator with the one-time secret.

use askama::Template;
use axum::extract::State as With;
use axum::response::{Redirect, Response};
use domain::secret::BootstrapSecret;

use super::form::Sent;
use super::frame::{Frame, Visit};
use super::{Sample, html, sample};
use crate::State;
use crate::caller::{Request, SignedIn};
use crate::error::PageError;
use crate::words::Words;

#[derive(Template)]
#[template(path = "setup.html")]
struct SetupPage {
    page: Frame,
    signed_in: String,
}

impl SetupPage {
    fn new(page: Frame, login: &str) -> Self {
        let signed_in = page.words.fill("setup-signed-in", &[("login", login)]);
        Self { page, signed_in }
    }
}

pub(super) async fn show(
    With(state): With<State>,
    SignedIn(person): SignedIn,
    visit: Visit,
) -> Result<Response, PageError> {
    let page = visit.frame(&state, &person, None, "setup-title").await?;
    Ok(html(&SetupPage::new(page, person.login())))
}

pub(super) async fn appoint(
    With(state): With<State>,
    Request(request): Request,
    Sent { sender, fields }: Sent<SignedIn>,
) -> Result<Redirect, PageError> {
    let secret = fields.get("secret").unwrap_or_default().trim().to_owned();
    state
        .engine
        .appoint_with_secret(&sender.0, BootstrapSecret::new(secret), &request)
        .await?;
    Ok(Redirect::to("/administration/tools"))
}

pub(super) fn samples(words: Words) -> Vec<Sample> {
    let page = Frame::sample(words, None, "setup-title");
    vec![sample(
        "setup",
        &SetupPage::new(page, "jonas.weber@nordwind.example"),
    )]
}
