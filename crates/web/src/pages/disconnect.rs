//! Disconnecting: one page that says what it means, and the form that does it.

use askama::Template;
use axum::extract::State as With;
use axum::response::{Redirect, Response};

use super::form::Sent;
use super::frame::{Frame, Section, Visit};
use super::{Sample, html, sample};
use crate::State;
use crate::caller::{Request, SignedIn};
use crate::error::PageError;
use crate::words::Words;

#[derive(Template)]
#[template(path = "disconnect.html")]
struct DisconnectPage {
    page: Frame,
}

const SECTION: Option<Section> = Some(Section::Integrations);

pub(super) async fn show(
    With(state): With<State>,
    SignedIn(person): SignedIn,
    visit: Visit,
) -> Result<Response, PageError> {
    let page = visit
        .frame(&state, &person, SECTION, "disconnect-title")
        .await?;
    Ok(html(&DisconnectPage { page }))
}

pub(super) async fn disconnect(
    With(state): With<State>,
    Request(request): Request,
    Sent { sender, .. }: Sent<SignedIn>,
) -> Result<Redirect, PageError> {
    state.engine.disconnect(&sender.0, &request).await?;
    Ok(Redirect::to("/integrations/outlook-calendar?disconnected"))
}

pub(super) fn samples(words: Words) -> Vec<Sample> {
    let page = Frame::sample(words, SECTION, "disconnect-title");
    vec![sample("disconnect", &DisconnectPage { page })]
}
