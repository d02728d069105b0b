//! Changing the language of one's pages.

use axum::extract::State as With;
use axum::response::Redirect;
use serde::Deserialize;

use super::{form, return_to};
use crate::State;
use crate::caller::{Form, MaybePerson};
use crate::error::PageError;

#[derive(Deserialize)]
pub(super) struct LanguageForm {
    language: String,
    form_token: Option<String>,
    return_to: Option<String>,
}

/// Remembers the language of somebody who is signed in; for others it is in the address of the sign-in page.
pub(super) async fn change(
    With(state): With<State>,
    MaybePerson(person): MaybePerson,
    Form(sent): Form<LanguageForm>,
) -> Result<Redirect, PageError> {
    let Some(person) = person else {
        return Ok(Redirect::to("/"));
    };
    if !person.form_token_is(sent.form_token.as_deref().unwrap_or_default()) {
        return Err(form::outdated());
    }
    state.engine.set_language(&person, &sent.language).await?;
    Ok(Redirect::to(return_to::checked(sent.return_to.as_deref())))
}
