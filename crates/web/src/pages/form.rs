//! Forms: read together with who sent them, refused unless they carry the token of that very session.

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use engine::PersonCaller;

use super::failure;
use crate::State;
use crate::caller::{Administrator, Form, SignedIn};

/// The fields of a form, in the order they were sent.
pub(crate) struct Fields(Vec<(String, String)>);

impl Fields {
    /// The value of the first field of this name.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.iter()
            .find(|(other, _)| *other == name)
            .map(|(_, value)| value)
    }

    #[cfg(test)]
    pub(super) fn of(fields: &[(&str, &str)]) -> Self {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Self(fields.iter().map(owned).collect())
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

/// Who may send a form.
pub(crate) trait Sender {
    /// The person behind it.
    fn person(&self) -> &PersonCaller;
}

impl Sender for SignedIn {
    fn person(&self) -> &PersonCaller {
        &self.0
    }
}

impl Sender for Administrator {
    fn person(&self) -> &PersonCaller {
        &self.0
    }
}

/// A form and its sender. The form carries the token of the sender's session.
pub(crate) struct Sent<S> {
    pub(super) sender: S,
    pub(super) fields: Fields,
}

impl<S> FromRequest<State> for Sent<S>
where
    S: Sender + FromRequestParts<State, Rejection = Response> + Send,
{
    type Rejection = Response;

    async fn from_request(request: Request, state: &State) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let sender = S::from_request_parts(&mut parts, state).await?;
        let Form(fields) = Form::from_request(Request::from_parts(parts, body), state)
            .await
            .map_err(axum::response::IntoResponse::into_response)?;
        let fields = Fields(fields);
        let token = fields.get("form_token").unwrap_or_default();
        if sender.person().form_token_is(token) {
            Ok(Self { sender, fields })
        } else {
            Err(outdated().into_response())
        }
    }
}

/// A form that was not rendered for this session.
pub(super) fn outdated() -> crate::error::Failure {
    failure::of(
        StatusCode::FORBIDDEN,
        "form_outdated",
        "The form belongs to another or an earlier session. Reload the page and send it again.",
    )
}
