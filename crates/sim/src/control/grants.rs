//! Consent as a resource: what was granted, and what people have asked an administrator for.

use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{done, nobody, not_understood, with_body};
use crate::company::PersonId;
use crate::entra::scopes::Asked;
use crate::exchange::{Answer, Ask};
use crate::state::World;
use crate::tenant::TenantId;

/// Whose grant is meant: one person's own, or that of an organisation's administrator for everybody.
#[derive(Debug, Clone, Copy)]
enum Holder {
    Person(PersonId),
    Everybody(TenantId),
}

/// A grant to add. That for an organisation replaces the one it had.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewGrant {
    login: Option<String>,
    tenant: Option<String>,
    scope: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Decision {
    decision: Verdict,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Verdict {
    Approve,
    Deny,
}

/// `GET /_sim/grants`, all of them.
pub(super) fn list(world: &World) -> Answer {
    let everybody = (0..world.tenants.len()).map(TenantId).filter_map(|tenant| {
        let principal = world.tenant(tenant).principal.as_ref()?;
        let scopes: Vec<&str> = principal.everybody.iter().copied().collect();
        (!scopes.is_empty()).then(|| {
            json!({
                "consentType": "AllPrincipals",
                "tenant": world.tenant(tenant).id,
                "scope": scopes.join(" "),
            })
        })
    });
    let people = (0..world.people.len()).map(PersonId).filter_map(|person| {
        let scopes: Vec<&str> = world.granted_by(person)?.iter().copied().collect();
        Some(json!({
            "consentType": "Principal",
            "tenant": world.tenant_of(person).id,
            "login": world.person(person).login,
            "scope": scopes.join(" "),
        }))
    });
    Answer::json(
        StatusCode::OK,
        &Value::Array(everybody.chain(people).collect()),
    )
}

/// `POST /_sim/grants {"login" | "tenant", "scope"}`: consent without a page.
pub(super) fn add(world: &mut World, ask: &Ask) -> Answer {
    with_body(ask, |grant: NewGrant| {
        let Some(holder) = holder(world, grant.login.as_deref(), grant.tenant.as_deref()) else {
            return nobody();
        };
        match Asked::parse(&grant.scope) {
            Err(refused) => return not_understood(&refused.text),
            Ok(asked) => {
                let scopes = asked.needed(&std::collections::BTreeSet::new());
                match holder {
                    Holder::Person(person) => world.grant(person, &scopes),
                    Holder::Everybody(tenant) => world.grant_everybody(tenant, scopes),
                }
            }
        }
        done()
    })
}

/// `DELETE /_sim/grants?login=…|tenant=…[&scope=…]`: the whole grant, or one permission of it.
pub(super) fn remove(world: &mut World, ask: &Ask) -> Answer {
    let scope = ask.query_value("scope");
    match holder(world, ask.query_value("login"), ask.query_value("tenant")) {
        Some(Holder::Person(person)) => world.take_back(person, scope),
        Some(Holder::Everybody(tenant)) => world.take_back_everybodys(tenant, scope),
        None => return nobody(),
    }
    done()
}

/// `GET /_sim/consent-requests`, all of them, oldest first.
pub(super) fn list_requests(world: &World) -> Answer {
    let now = world.clock.now();
    let tenants = (0..world.tenants.len()).map(TenantId);
    let requests = tenants.flat_map(|tenant| world.consent_requests(tenant));
    let listed: Vec<Value> = requests
        .map(|request| {
            json!({
                "id": request.id,
                "tenant": world.tenant_of(request.person).id,
                "login": world.person(request.person).login,
                "scope": request.scopes.iter().copied().collect::<Vec<_>>().join(" "),
                "reason": request.reason,
                "asked": request.at,
                "expires": request.expires,
                "status": request.standing(now).word(),
            })
        })
        .collect();
    Answer::json(StatusCode::OK, &Value::Array(listed))
}

/// `POST /_sim/consent-requests/{id} {"decision": "approve" | "deny"}`.
pub(super) fn answer_request(world: &mut World, ask: &Ask, id: &str) -> Answer {
    with_body(ask, |body: Decision| {
        if world.answer_request(id, matches!(body.decision, Verdict::Approve)) {
            done()
        } else {
            let body = json!({ "error": { "code": "not_found", "message": "No such request waits for an answer." } });
            Answer::json(StatusCode::NOT_FOUND, &body)
        }
    })
}

fn holder(world: &World, login: Option<&str>, tenant: Option<&str>) -> Option<Holder> {
    match (login, tenant) {
        (Some(login), None) => world.person_by_login(login).map(Holder::Person),
        (None, Some(name)) => world.tenant_named(name).map(Holder::Everybody),
        _ => None,
    }
}
