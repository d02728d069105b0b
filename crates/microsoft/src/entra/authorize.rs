//! The address of Microsoft's sign-in page.

use domain::id::TenantId;
use url::Url;

use super::{Begin, Prompt, claims, scopes};
use crate::error::Error;
use crate::settings::{Places, Settings};

/// Authorization code flow with PKCE (S256); the answer comes back in the query.
pub(crate) fn url(endpoint: &Url, settings: &Settings, begin: &Begin<'_>) -> Result<String, Error> {
    let claims = claims::with_capability(begin.claims)?;
    let mut url = endpoint.clone();
    {
        let mut query = url.query_pairs_mut();
        query
            .append_pair("client_id", &settings.client_id)
            .append_pair("response_type", "code")
            .append_pair("redirect_uri", &settings.redirect_uri)
            .append_pair("response_mode", "query")
            .append_pair("scope", &scopes::joined(begin.scopes))
            .append_pair("state", begin.state.expose())
            .append_pair("nonce", begin.nonce)
            .append_pair("code_challenge", begin.challenge)
            .append_pair("code_challenge_method", "S256")
            .append_pair("claims", &claims);
        if let Some(prompt) = begin.prompt {
            query.append_pair("prompt", word(prompt));
        }
        // Microsoft refuses a hint together with the account chooser.
        if let Some(hint) = begin
            .login_hint
            .filter(|_| begin.prompt != Some(Prompt::SelectAccount))
        {
            query.append_pair("login_hint", hint);
        }
    }
    Ok(url.into())
}

/// Where an administrator consents for a whole organisation (`/v2.0/adminconsent`); the answer comes back to our redirect
/// address, and nothing may be concluded from it.
pub(crate) fn admin_consent_url(
    places: &Places,
    settings: &Settings,
    tenant: Option<&TenantId>,
) -> String {
    let mut url = places.authority.clone();
    let tenant = tenant.map_or(places.tenant.as_str(), TenantId::as_str);
    url.set_path(&format!("{tenant}/v2.0/adminconsent"));
    url.query_pairs_mut()
        .append_pair("client_id", &settings.client_id)
        .append_pair("redirect_uri", &settings.redirect_uri)
        .append_pair("state", "admin-consent")
        .append_pair("scope", &scopes::qualified(&scopes::names()));
    url.into()
}

fn word(prompt: Prompt) -> &'static str {
    match prompt {
        Prompt::SelectAccount => "select_account",
        Prompt::Login => "login",
        Prompt::Consent => "consent",
    }
}
