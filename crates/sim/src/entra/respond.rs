//! The answer to the application: how a code or a refusal travels back to it, and which refusals do not.

use axum::http::{Method, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use url::Url;

use super::authorize::{Flow, Prompt, Purpose, ResponseMode};
use super::catalogue::{self, AtAuthorize};
use super::conditional::Proof;
use super::errors::EntraError;
use super::id_token::{self, SignIn};
use super::pages;
use super::sessions::SignedIn;
use super::tokens::Code;
use crate::application::ClientKind;
use crate::company::PersonId;
use crate::exchange::{Answer, Ask, value_of};
use crate::random;
use crate::state::World;

/// Sends the person back with a code for the entry that she is in the directory which was asked for.
pub(crate) fn send_code(
    world: &mut World,
    flow: &Flow,
    signed_in: &SignedIn,
    member: PersonId,
) -> Answer {
    let kind = world.application.redirect(&flow.redirect_uri);
    let code = world.entra.tokens.new_code(Code {
        person: member,
        authority: flow.authority,
        redirect_uri: flow.redirect_uri.clone(),
        challenge: flow.challenge.clone(),
        asked: flow.asked.clone(),
        nonce: flow.nonce.clone(),
        sid: signed_in.sid.clone(),
        proof: Proof::of(signed_in, &flow.claims),
        kind: kind.unwrap_or(ClientKind::Web),
        issued: world.clock.now(),
        capable: flow.claims.capable,
        redeemed: false,
    });
    let mut values = vec![("code", code.clone())];
    if flow.id_token {
        let sign_in = SignIn {
            nonce: flow.nonce.as_deref(),
            sid: &signed_in.sid,
            profile: flow.asked.names.contains("profile"),
            email: flow.asked.names.contains("email"),
            at: signed_in.at,
            code: Some(&code),
        };
        let id_token = id_token::sign(world, member, &sign_in);
        values.push(("id_token", world.entra.tokens.remember(id_token)));
    }
    if flow.client_info {
        values.push(("client_info", client_info(world, signed_in)));
    }
    values.extend(flow.state.clone().map(|state| ("state", state)));
    values.push(("session_state", signed_in.sid.clone()));
    world.entra.drop_flow(&flow.id);
    send(flow, &values)
}

/// Refuses: on the page or by redirect, as the number's row says.
pub(crate) fn refuse(world: &mut World, flow: &Flow, refused: &EntraError) -> Answer {
    let row = catalogue::find(refused.code);
    let error = match row.map(|row| row.at_authorize) {
        Some(AtAuthorize::Redirect(error)) => error,
        Some(AtAuthorize::PageUnlessSilent(error)) if flow.prompt == Prompt::None => error,
        _ => {
            world.entra.drop_flow(&flow.id);
            return pages::stopped(StatusCode::BAD_REQUEST, refused.code, &refused.text);
        }
    };
    let told = EntraError {
        error: error.to_owned(),
        ..refused.clone()
    };
    send_refusal(world, flow, &told)
}

/// The person went back without an answer: she cancelled, or did not wait for an administrator.
pub(crate) fn cancel(world: &mut World, flow: &Flow) -> Answer {
    if let Purpose::AdminConsent(form) = flow.purpose {
        return super::admin_consent::declined(world, flow, form);
    }
    if flow.purpose == Purpose::Review {
        world.entra.drop_flow(&flow.id);
        let text = "Nobody has signed in. You can close this window.";
        return pages::message(StatusCode::OK, "Cancelled", text);
    }
    let mut values = vec![
        ("error", "access_denied".to_owned()),
        ("error_subcode", "cancel".to_owned()),
    ];
    values.extend(flow.state.clone().map(|state| ("state", state)));
    world.entra.drop_flow(&flow.id);
    send(flow, &values)
}

/// Sends the person back with a refusal.
pub(crate) fn send_refusal(world: &mut World, flow: &Flow, refused: &EntraError) -> Answer {
    let description = refused.description(&random::guid(), &flow.correlation, world.clock.now());
    let mut values = vec![
        ("error", refused.error.clone()),
        ("error_description", description),
        (
            "error_uri",
            format!("{}/error?code={}", world.base, refused.code),
        ),
    ];
    values.extend(refused.claims.clone().map(|claims| ("claims", claims)));
    values.extend(flow.state.clone().map(|state| ("state", state)));
    world.entra.drop_flow(&flow.id);
    send(flow, &values)
}

/// What a fault on the authorization endpoint answers: by redirect where that is safe, else on the page.
pub(crate) fn refuse_by_fault(world: &mut World, ask: &Ask, refused: &EntraError) -> Answer {
    let form = ask.form();
    let under_way = value_of(&form, "ctx").and_then(|id| world.entra.flows.get(id));
    let flow = match under_way {
        Some(flow) => flow.clone(),
        None => {
            let parameters = parameters(ask);
            let uri = value_of(&parameters, "redirect_uri").unwrap_or_default();
            let mut flow = Flow::to(uri, ask);
            flow.state = value_of(&parameters, "state").map(str::to_owned);
            flow
        }
    };
    if world.application.redirect(&flow.redirect_uri).is_none() {
        return pages::stopped(StatusCode::BAD_REQUEST, refused.code, &refused.text);
    }
    send_refusal(world, &flow, refused)
}

/// What a request asks with: its query, or its form when it was posted.
pub(crate) fn parameters(ask: &Ask) -> Vec<(String, String)> {
    if ask.method == Method::POST {
        ask.form()
    } else {
        ask.query.clone()
    }
}

/// Who the account is in its home tenant, as client libraries want to be told.
pub(crate) fn client_info(world: &World, signed_in: &SignedIn) -> String {
    let home = world.home_account(signed_in.person);
    let account = world.person(home.unwrap_or(signed_in.person));
    let info = json!({ "uid": account.object_id, "utid": world.tenant(account.tenant).id });
    URL_SAFE_NO_PAD.encode(info.to_string())
}

/// Sends values back to the application, the way it asked for.
pub(crate) fn send(flow: &Flow, values: &[(&str, String)]) -> Answer {
    let Ok(mut target) = Url::parse(&flow.redirect_uri) else {
        return pages::message(
            StatusCode::BAD_REQUEST,
            "Nowhere to go",
            "The redirect URI cannot be used.",
        );
    };
    match flow.response_mode {
        ResponseMode::FormPost => pages::form_post(&flow.redirect_uri, values),
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
