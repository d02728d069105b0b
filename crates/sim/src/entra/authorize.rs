//! The authorization request: what is refused on the page, what is refused by redirect, and what the answer looks like.

use axum::http::{Method, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use url::Url;

use super::claims::Claims;
use super::conditional::Proof;
use super::errors::{EntraError, correlation_id};
use super::scopes::Asked;
use super::sessions::SignedIn;
use super::tokens::Code;
use super::{Authority, pages, sign_in};
use crate::application::ClientKind;
use crate::exchange::{Answer, Ask, value_of};
use crate::random;
use crate::state::World;
use crate::tenant::TenantId;

/// How the answer travels back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ResponseMode {
    Query,
    Fragment,
    FormPost,
}

/// What the application wants to be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Prompt {
    AsNeeded,
    Login,
    None,
    Consent,
    SelectAccount,
}

/// A sign-in under way.
#[derive(Debug, Clone)]
pub(crate) struct Flow {
    pub(crate) id: String,
    pub(crate) authority: Authority,
    pub(crate) redirect_uri: String,
    pub(crate) response_mode: ResponseMode,
    pub(crate) state: Option<String>,
    pub(crate) nonce: Option<String>,
    pub(crate) asked: Asked,
    /// The PKCE challenge, and whether it is hashed.
    pub(crate) challenge: Option<(String, bool)>,
    pub(crate) prompt: Prompt,
    pub(crate) login_hint: Option<String>,
    pub(crate) claims: Claims,
    pub(crate) client_info: bool,
    pub(crate) correlation: String,
    /// Who has signed in, as soon as somebody has.
    pub(crate) signed_in: Option<SignedIn>,
}

/// Answers an authorization request, by GET or POST.
pub(crate) fn begin(world: &mut World, ask: &Ask, authority: Authority) -> Answer {
    let parameters = if ask.method == Method::POST {
        ask.form()
    } else {
        ask.query.clone()
    };
    let parameter = |name: &str| value_of(&parameters, name).filter(|value| !value.is_empty());
    let Some(client_id) = parameter("client_id") else {
        return pages::stopped(
            StatusCode::BAD_REQUEST,
            900_144,
            "The request must contain the parameter 'client_id'.",
        );
    };
    if !client_id.eq_ignore_ascii_case(&world.application.client_id) {
        let text = "The application was not found in the directory. It has not been installed by the administrator of the tenant or consented to by any user in it.";
        return pages::stopped(StatusCode::BAD_REQUEST, 700_016, text);
    }
    let Some(redirect_uri) =
        parameter("redirect_uri").filter(|uri| registered_redirect(world, uri))
    else {
        let text = "The redirect URI in the request does not match the ones registered for the application.";
        return pages::stopped(StatusCode::BAD_REQUEST, 50_011, text);
    };
    let mut flow = Flow {
        id: random::secret("", 24),
        authority,
        redirect_uri: redirect_uri.to_owned(),
        response_mode: ResponseMode::Query,
        state: parameter("state").map(str::to_owned),
        nonce: parameter("nonce").map(str::to_owned),
        asked: Asked::default(),
        challenge: None,
        prompt: Prompt::AsNeeded,
        login_hint: parameter("login_hint").map(str::to_owned),
        claims: Claims::parse(parameter("claims")),
        client_info: parameter("client_info") == Some("1"),
        correlation: correlation_id(ask),
        signed_in: None,
    };
    match complete(&mut flow, &parameter) {
        Ok(()) => sign_in::decide(world, ask, flow),
        Err(refused) => refuse(world, &flow, &refused, None),
    }
}

/// Reads what may be refused by redirect.
fn complete<'a>(
    flow: &mut Flow,
    parameter: &impl Fn(&str) -> Option<&'a str>,
) -> Result<(), EntraError> {
    flow.response_mode = match parameter("response_mode") {
        None | Some("query") => ResponseMode::Query,
        Some("fragment") => ResponseMode::Fragment,
        Some("form_post") => ResponseMode::FormPost,
        Some(_) => {
            return Err(EntraError::new(
                70_007,
                "invalid_request",
                "The 'response_mode' value is not supported.",
            ));
        }
    };
    match parameter("response_type") {
        Some("code") => {}
        Some(_) => {
            let text = "The application has not enabled this response type.";
            return Err(EntraError::new(700_054, "unsupported_response_type", text));
        }
        None => return Err(missing("response_type")),
    }
    flow.asked = Asked::parse(parameter("scope").ok_or_else(|| missing("scope"))?)?;
    flow.prompt = match parameter("prompt") {
        None => Prompt::AsNeeded,
        Some("login") => Prompt::Login,
        Some("none") => Prompt::None,
        Some("consent") => Prompt::Consent,
        Some("select_account") => Prompt::SelectAccount,
        Some(_) => {
            return Err(EntraError::new(
                90_023,
                "invalid_request",
                "The 'prompt' value is not supported.",
            ));
        }
    };
    if let Some(challenge) = parameter("code_challenge") {
        let hashed = match parameter("code_challenge_method") {
            Some("S256") => true,
            None | Some("plain") => false,
            Some(_) => {
                return Err(EntraError::new(
                    90_023,
                    "invalid_request",
                    "The 'code_challenge_method' is not supported.",
                ));
            }
        };
        if !(43..=128).contains(&challenge.len()) {
            let text = "The size of the code_challenge parameter is not valid.";
            return Err(EntraError::new(501_491, "invalid_request", text));
        }
        flow.challenge = Some((challenge.to_owned(), hashed));
    }
    Ok(())
}

/// Whether a redirect URI is registered. On loopback the port does not count; everything else does.
pub(crate) fn registered_redirect(world: &World, asked: &str) -> bool {
    let registered = &world.application.redirect_uris;
    registered
        .iter()
        .any(|registered| matches(registered, asked))
}

fn matches(registered: &str, asked: &str) -> bool {
    let Ok(url) = Url::parse(asked) else {
        return false;
    };
    if url.fragment().is_some() {
        return false;
    }
    let loopback =
        url.scheme() == "http" && matches!(url.host_str(), Some("localhost" | "127.0.0.1"));
    if !loopback {
        return registered == asked;
    }
    Url::parse(registered).is_ok_and(|registered| {
        registered.scheme() == url.scheme()
            && registered.host_str() == url.host_str()
            && registered.path() == url.path()
            && registered.query() == url.query()
    })
}

/// What kind of client a redirect URI is registered for.
fn client_kind(world: &World, asked: &str) -> ClientKind {
    let registered = world.application.redirect_uris.iter();
    registered
        .filter(|registered| matches(registered, asked))
        .map(|registered| world.application.kind_of(registered))
        .next_back()
        .unwrap_or(ClientKind::Web)
}

/// Sends the person back with a code.
pub(crate) fn send_code(world: &mut World, flow: &Flow, signed_in: &SignedIn) -> Answer {
    let code = world.entra.tokens.new_code(Code {
        person: signed_in.person,
        authority: flow.authority,
        redirect_uri: flow.redirect_uri.clone(),
        challenge: flow.challenge.clone(),
        asked: flow.asked.clone(),
        nonce: flow.nonce.clone(),
        sid: signed_in.sid.clone(),
        proof: Proof::of(signed_in, &flow.claims),
        kind: client_kind(world, &flow.redirect_uri),
        issued: world.clock.now(),
        capable: flow.claims.capable,
        redeemed: false,
    });
    let mut values = vec![("code", code)];
    if flow.client_info {
        values.push(("client_info", client_info(world, signed_in)));
    }
    if let Some(state) = &flow.state {
        values.push(("state", state.clone()));
    }
    values.push(("session_state", signed_in.sid.clone()));
    world.entra.drop_flow(&flow.id);
    send(flow, &values)
}

/// Sends the person back with a refusal.
pub(crate) fn refuse(
    world: &mut World,
    flow: &Flow,
    refused: &EntraError,
    subcode: Option<&str>,
) -> Answer {
    let mut values = vec![("error", refused.error.clone())];
    if let Some(subcode) = subcode {
        values.push(("error_subcode", subcode.to_owned()));
    }
    if refused.code != 0 {
        let description =
            refused.description(&random::guid(), &flow.correlation, world.clock.now());
        values.push(("error_description", description));
        values.push((
            "error_uri",
            format!("{}/error?code={}", world.base, refused.code),
        ));
    }
    if let Some(claims) = &refused.claims {
        values.push(("claims", claims.clone()));
    }
    if let Some(state) = &flow.state {
        values.push(("state", state.clone()));
    }
    world.entra.drop_flow(&flow.id);
    send(flow, &values)
}

/// What a fault on the authorization endpoint answers: by redirect where that is safe, else on the page.
pub(crate) fn refuse_by_fault(world: &mut World, ask: &Ask, refused: &EntraError) -> Answer {
    let parameters = if ask.method == Method::POST {
        ask.form()
    } else {
        ask.query.clone()
    };
    let redirect =
        value_of(&parameters, "redirect_uri").filter(|uri| registered_redirect(world, uri));
    let Some(redirect) = redirect else {
        return pages::stopped(StatusCode::BAD_REQUEST, refused.code, &refused.text);
    };
    let flow = Flow {
        id: String::new(),
        authority: Authority::Tenant(TenantId::HOME),
        redirect_uri: redirect.to_owned(),
        response_mode: ResponseMode::Query,
        state: value_of(&parameters, "state").map(str::to_owned),
        nonce: None,
        asked: Asked::default(),
        challenge: None,
        prompt: Prompt::AsNeeded,
        login_hint: None,
        claims: Claims::default(),
        client_info: false,
        correlation: correlation_id(ask),
        signed_in: None,
    };
    refuse(world, &flow, refused, None)
}

/// Who the account is in its home tenant, as client libraries want to be told.
pub(crate) fn client_info(world: &World, signed_in: &SignedIn) -> String {
    let person = world.person(signed_in.person);
    let info = json!({ "uid": person.object_id, "utid": world.tenant(person.tenant).id });
    URL_SAFE_NO_PAD.encode(info.to_string())
}

fn send(flow: &Flow, values: &[(&str, String)]) -> Answer {
    let Ok(mut target) = Url::parse(&flow.redirect_uri) else {
        return pages::message(
            StatusCode::BAD_REQUEST,
            "Nowhere to go",
            "The redirect URI cannot be used.",
        );
    };
    match flow.response_mode {
        ResponseMode::FormPost => pages::form_post(target.as_str(), values),
        ResponseMode::Query => {
            target.query_pairs_mut().extend_pairs(values);
            // Entra ends query answers with an empty fragment.
            Answer::redirect(&format!("{target}#"))
        }
        ResponseMode::Fragment => {
            let fragment = url::form_urlencoded::Serializer::new(String::new())
                .extend_pairs(values)
                .finish();
            Answer::redirect(&format!("{target}#{fragment}"))
        }
    }
}

fn missing(name: &str) -> EntraError {
    let text = format!("The request body must contain the following parameter: '{name}'.");
    EntraError::new(900_144, "invalid_request", &text)
}
