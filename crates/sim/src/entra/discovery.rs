//! The documents by which clients find their way.

use axum::http::StatusCode;
use serde_json::json;

use super::Authority;
use super::errors::EntraError;
use crate::exchange::{Answer, Ask};
use crate::state::World;
use crate::tenant::CONSUMERS;

/// The issuer of a tenant path; a template where the path names no tenant.
pub(crate) fn issuer(world: &World, authority: Authority) -> String {
    match authority {
        Authority::Tenant(tenant) => {
            format!("{}/{}/v2.0", world.base, world.tenant(tenant).id)
        }
        Authority::Consumers => format!("{}/{CONSUMERS}/v2.0", world.base),
        Authority::Organizations | Authority::Common => format!("{}/{{tenantid}}/v2.0", world.base),
    }
}

/// The OpenID configuration. It has no PKCE and no revocation members, because Entra's has none.
pub(crate) fn configuration(world: &World, authority: Authority) -> Answer {
    let base = &world.base;
    let front = format!("{base}/{}", authority.word(world));
    let host = base
        .split_once("://")
        .map_or(base.as_str(), |(_, host)| host);
    let body = json!({
        "token_endpoint": format!("{front}/oauth2/v2.0/token"),
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "jwks_uri": format!("{front}/discovery/v2.0/keys"),
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "issuer": issuer(world, authority),
        "request_uri_parameter_supported": false,
        "userinfo_endpoint": format!("{base}/oidc/userinfo"),
        "authorization_endpoint": format!("{front}/oauth2/v2.0/authorize"),
        "device_authorization_endpoint": format!("{front}/oauth2/v2.0/devicecode"),
        "http_logout_supported": true,
        "frontchannel_logout_supported": true,
        "end_session_endpoint": format!("{front}/oauth2/v2.0/logout"),
        "claims_supported": [
            "sub", "iss", "cloud_instance_name", "cloud_instance_host_name", "cloud_graph_host_name", "msgraph_host",
            "aud", "exp", "iat", "auth_time", "acr", "nonce", "preferred_username", "name", "tid", "ver", "at_hash",
            "c_hash", "email",
        ],
        "kerberos_endpoint": format!("{front}/kerberos"),
        "tenant_region_scope": if matches!(authority, Authority::Tenant(_)) { json!("EU") } else { json!(null) },
        "cloud_instance_name": host,
        "cloud_graph_host_name": host,
        "msgraph_host": host,
        "rbac_url": format!("{base}/rbac"),
    });
    Answer::json(StatusCode::OK, &body)
        .header("cache-control", "max-age=86400, private")
        .header("access-control-allow-origin", "*")
}

/// Instance discovery, by which client libraries ask whether a host may be trusted.
pub(crate) fn instance(world: &World, ask: &Ask) -> Answer {
    let asked = ask
        .query_value("authorization_endpoint")
        .unwrap_or_default();
    let host = world
        .base
        .split_once("://")
        .map_or(world.base.as_str(), |(_, host)| host);
    let named = url::Url::parse(asked).ok().and_then(|url| {
        let host = url.host_str()?.to_owned();
        Some(
            url.port()
                .map_or_else(|| host.clone(), |port| format!("{host}:{port}")),
        )
    });
    let bare = host.rsplit_once(':').map_or(host, |(bare, _)| bare);
    // Some libraries drop the port from the question.
    if !named.is_some_and(|named| named == host || named == bare) {
        return EntraError::of(50_049).answer(world, ask);
    }
    let tenant = asked.split('/').nth(3).unwrap_or("common");
    let body = json!({
        "tenant_discovery_endpoint": format!("{}/{tenant}/v2.0/.well-known/openid-configuration", world.base),
        "api-version": "1.1",
        "metadata": [{ "preferred_network": host, "preferred_cache": host, "aliases": [host] }],
    });
    Answer::json(StatusCode::OK, &body)
}
