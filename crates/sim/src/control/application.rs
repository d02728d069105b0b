//! The registration of the application: its credentials and redirect URIs, while the simulator runs.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;

use super::{not_understood, with_body};
use crate::application::{Application, Audience, ClientKind, Secret};
use crate::entra::certificate::Certificate;
use crate::entra::redirects::may_be_registered;
use crate::entra::scopes;
use crate::exchange::{Answer, Ask};
use crate::state::World;

/// More than anybody registers.
const MOST: usize = 256;

/// What `POST /_sim/application` changes; what is not named stays.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    /// Adds a secret, or gives one that is there another end.
    add_secret: Option<SecretChange>,
    remove_secret: Option<String>,
    /// Adds the certificates of a PEM text.
    add_certificate: Option<String>,
    /// By its SHA-256 thumbprint in hexadecimal.
    remove_certificate: Option<String>,
    add_redirect_uri: Option<RedirectChange>,
    remove_redirect_uri: Option<String>,
    public: Option<bool>,
    audience: Option<Audience>,
    publisher_verified: Option<bool>,
    /// Whether the authorization endpoint may answer with an ID token beside the code.
    id_tokens: Option<bool>,
    /// Where the front channel announces a sign-out; empty is nowhere.
    logout_url: Option<String>,
    narrow_tokens: Option<bool>,
    /// Permissions that tokens never hold, in place of those named before.
    withheld_scopes: Option<Vec<String>>,
    /// Permissions that tokens always hold, in place of those named before.
    added_scopes: Option<Vec<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SecretChange {
    value: String,
    #[serde(default)]
    expires: Option<Timestamp>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RedirectChange {
    uri: String,
    #[serde(default)]
    kind: Kind,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    #[default]
    Web,
    Spa,
}

/// `POST /_sim/application`.
pub(super) fn change(world: &mut World, ask: &Ask) -> Answer {
    with_body(ask, |change: Change| {
        match apply(&mut world.application, change) {
            Ok(()) => show(world),
            Err(problem) => not_understood(&problem),
        }
    })
}

/// `GET /_sim/application`.
pub(super) fn show(world: &World) -> Answer {
    let application = &world.application;
    let secrets: Vec<_> = application
        .secrets
        .iter()
        .map(|secret| json!({ "value": secret.value, "expires": secret.expires }))
        .collect();
    let certificates: Vec<_> = application
        .certificates
        .iter()
        .map(|certificate| {
            json!({ "sha256": certificate.name(), "expires": certificate.not_after() })
        })
        .collect();
    let redirect_uris: Vec<_> = application
        .redirect_uris
        .iter()
        .map(|uri| {
            let kind = match application.kind_of(uri) {
                ClientKind::Web => "web",
                ClientKind::SinglePage => "spa",
            };
            json!({ "uri": uri, "kind": kind })
        })
        .collect();
    let body = json!({
        "client_id": application.client_id,
        "name": application.name,
        "secrets": secrets,
        "certificates": certificates,
        "redirect_uris": redirect_uris,
        "public": application.public,
        "audience": application.audience,
        "publisher_verified": application.publisher_verified,
        "id_tokens": application.id_tokens,
        "logout_url": application.logout_url,
        "narrow_tokens": application.narrow_tokens,
        "withheld_scopes": application.withheld,
        "added_scopes": application.added,
    });
    Answer::json(StatusCode::OK, &body)
}

fn apply(application: &mut Application, change: Change) -> Result<(), String> {
    let added = match change.add_certificate {
        Some(pem) => Certificate::from_pem(&pem).map_err(|problem| problem.to_string())?,
        None => Vec::new(),
    };
    let full = application.certificates.len() + added.len() > MOST
        || application.secrets.len() >= MOST
        || application.redirect_uris.len() >= application.most_redirects();
    if full {
        return Err(format!("no more than {MOST} of each can be registered"));
    }
    application.certificates.extend(added);
    if let Some(names) = change.withheld_scopes {
        application.withheld = known_scopes(&names)?;
    }
    if let Some(names) = change.added_scopes {
        application.added = known_scopes(&names)?;
    }
    if let Some(SecretChange { value, expires }) = change.add_secret {
        application.secrets.retain(|secret| secret.value != value);
        application.secrets.push(Secret { value, expires });
    }
    if let Some(value) = change.remove_secret {
        application.secrets.retain(|secret| secret.value != value);
    }
    if let Some(name) = change.remove_certificate {
        let other = |certificate: &Certificate| !certificate.name().eq_ignore_ascii_case(&name);
        application.certificates.retain(other);
    }
    if let Some(RedirectChange { uri, kind }) = change.add_redirect_uri {
        may_be_registered(&uri, application.audience)
            .map_err(|problem| format!("{uri:?} {problem}"))?;
        match kind {
            Kind::Web => drop(application.single_page_uris.remove(&uri)),
            Kind::Spa => drop(application.single_page_uris.insert(uri.clone())),
        }
        application.redirect_uris.retain(|other| *other != uri);
        application.redirect_uris.push(uri);
    }
    if let Some(uri) = change.remove_redirect_uri {
        application.redirect_uris.retain(|other| *other != uri);
        application.single_page_uris.remove(&uri);
    }
    application.public = change.public.unwrap_or(application.public);
    application.audience = change.audience.unwrap_or(application.audience);
    application.publisher_verified = change
        .publisher_verified
        .unwrap_or(application.publisher_verified);
    application.id_tokens = change.id_tokens.unwrap_or(application.id_tokens);
    if let Some(url) = change.logout_url {
        application.logout_url = Some(url).filter(|url| !url.is_empty());
    }
    application.narrow_tokens = change.narrow_tokens.unwrap_or(application.narrow_tokens);
    Ok(())
}

fn known_scopes(names: &[String]) -> Result<BTreeSet<&'static str>, String> {
    let scope = |name: &String| {
        scopes::known(name).ok_or_else(|| format!("{name:?} is no permission that is known here"))
    };
    names.iter().map(scope).collect()
}
