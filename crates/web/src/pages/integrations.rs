//! The list of integrations: one card for each product.

use askama::Template;
use axum::extract::State as With;
use axum::response::Response;
use domain::connection::ConnectionState;

use super::frame::{Frame, Section, Visit};
use super::words_for::Badge;
use super::{Sample, html, sample};
use crate::State;
use crate::caller::SignedIn;
use crate::error::PageError;
use crate::words::Words;

#[derive(Template)]
#[template(path = "integrations.html")]
struct IntegrationsPage {
    page: Frame,
    state: Badge,
}

impl IntegrationsPage {
    fn new(page: Frame, state: Option<&ConnectionState>) -> Self {
        let state = Badge::connection(page.words, state);
        Self { page, state }
    }
}

const SECTION: Option<Section> = Some(Section::Integrations);

pub(super) async fn show(
    With(state): With<State>,
    SignedIn(person): SignedIn,
    visit: Visit,
) -> Result<Response, PageError> {
    let page = visit
        .frame(&state, &person, SECTION, "integrations-title")
        .await?;
    let connection = state.engine.connection(&person).await?;
    Ok(html(&IntegrationsPage::new(
        page,
        connection.state.as_ref(),
    )))
}

pub(super) fn samples(words: Words) -> Vec<Sample> {
    let page = || Frame::sample(words, SECTION, "integrations-title");
    let connected = ConnectionState::Connected;
    vec![
        sample("integrations-never", &IntegrationsPage::new(page(), None)),
        sample(
            "integrations-connected",
            &IntegrationsPage::new(page(), Some(&connected)),
        ),
    ]
}
