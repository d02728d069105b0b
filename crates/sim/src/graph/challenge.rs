//! A claims challenge in every form in which its header was seen, and in some that are none.

use axum::http::HeaderValue;
use axum::http::header::WWW_AUTHENTICATE;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

use super::error::GraphError;
use crate::exchange::{Answer, Ask};
use crate::state::World;

/// How a 401 of Graph's writes its `WWW-Authenticate`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChallengeForm {
    /// One `Bearer` challenge, standard base64 with its padding.
    #[default]
    Plain,
    /// A `PoP` challenge and then the `Bearer` one, in one header line.
    SeveralInOneLine,
    /// The same in two header lines.
    SeveralLines,
    /// `authorization_uri` without quotes.
    UnquotedUri,
    /// The claims first, then a description with commas and equals signs.
    OtherOrder,
    /// Scheme and parameter names in other cases.
    OtherCase,
    /// base64url without padding.
    UrlSafe,
    /// `claims=""`, which is no challenge.
    EmptyClaims,
    /// Claims beside another error, which is no challenge.
    OtherError,
}

/// The challenge in that form.
pub(crate) fn challenge(
    world: &World,
    ask: &Ask,
    claims: &str,
    message: &str,
    form: ChallengeForm,
) -> Answer {
    let refused = GraphError::new(401, "InvalidAuthenticationToken", message);
    let mut answer = refused.answer(world, ask);
    answer.headers.remove(WWW_AUTHENTICATE);
    for line in lines(&world.base, claims, form) {
        if let Ok(line) = HeaderValue::try_from(line) {
            answer.headers.append(WWW_AUTHENTICATE, line);
        }
    }
    answer
}

/// The header's lines.
pub(super) fn lines(base: &str, claims: &str, form: ChallengeForm) -> Vec<String> {
    const CLIENT: &str = "client_id=\"00000003-0000-0000-c000-000000000000\"";
    let authority = format!("{base}/common/oauth2/authorize");
    let uri = format!("authorization_uri=\"{authority}\"");
    let encoded = format!("claims=\"{}\"", STANDARD.encode(claims));
    let error = "error=\"insufficient_claims\"";
    let bearer = format!("Bearer realm=\"\", {uri}, {CLIENT}, {error}, {encoded}");
    let proof = format!("PoP realm=\"\", {uri}, {CLIENT}, nonce=\"a,b=c\"");
    match form {
        ChallengeForm::Plain => vec![bearer],
        ChallengeForm::SeveralInOneLine => vec![format!("{proof}, {bearer}")],
        ChallengeForm::SeveralLines => vec![proof, bearer],
        ChallengeForm::UnquotedUri => vec![format!(
            "Bearer realm=\"\", authorization_uri={authority}, {CLIENT}, {error}, {encoded}"
        )],
        ChallengeForm::OtherOrder => vec![format!(
            "Bearer {encoded}, error_description=\"claims=\\\"none\\\", really\", {error}, {CLIENT}, {uri}, realm=\"\""
        )],
        ChallengeForm::OtherCase => vec![format!(
            "bearer Realm=\"\", {uri}, {CLIENT}, Error=\"insufficient_claims\", Claims=\"{}\"",
            STANDARD.encode(claims)
        )],
        ChallengeForm::UrlSafe => vec![format!(
            "Bearer realm=\"\", {uri}, {CLIENT}, {error}, claims=\"{}\"",
            URL_SAFE_NO_PAD.encode(claims)
        )],
        ChallengeForm::EmptyClaims => vec![format!(
            "Bearer realm=\"\", {uri}, {CLIENT}, {error}, claims=\"\""
        )],
        ChallengeForm::OtherError => vec![format!(
            "Bearer realm=\"\", {uri}, {CLIENT}, error=\"invalid_token\", {encoded}"
        )],
    }
}
