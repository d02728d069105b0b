//! What an administrator, the directory or chance does to people, organisations and places.

use std::net::IpAddr;
use std::ops::RangeInclusive;

use axum::http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use super::{not_understood, with_body};
use crate::access::{
    Device, Lack, Network, Policies, Risk, SecondFactor, SignInFrequency, Spelling,
};
use crate::company::PersonId;
use crate::exchange::{Answer, Ask};
use crate::state::World;
use crate::tenant::{ConsentPolicy, ConsentRules, TenantId};

/// What an organisation may choose: ten minutes to a day.
const TOKEN_SECONDS: RangeInclusive<u32> = 600..=86_400;

/// What `POST /_sim/people/{login}` changes; what is not named stays.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PersonChange {
    disabled: Option<bool>,
    deleted: Option<bool>,
    locked: Option<bool>,
    password_expired: Option<bool>,
    mfa: Option<Mfa>,
    #[serde(default, deserialize_with = "present")]
    risk: Option<Option<RiskName>>,
    /// A new password that the person chose.
    password: Option<String>,
    /// A new password that an administrator gave, which revokes all sessions.
    password_reset: Option<String>,
    /// Whether the person is assigned to the application.
    assigned: Option<bool>,
    /// `"withdrawn"`: the person has taken back what she consented to.
    consent: Option<Withdrawn>,
    /// Whether meetings in her calendars can be online.
    online_meetings: Option<bool>,
}

/// What `POST /_sim/tenants/{tenant}` changes; what is not named stays.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TenantChange {
    mfa: Option<Mfa>,
    #[serde(default, deserialize_with = "present")]
    allowed_networks: Option<Option<Vec<String>>>,
    #[serde(default, deserialize_with = "present")]
    device: Option<Option<DeviceName>>,
    #[serde(default, deserialize_with = "present")]
    sign_in_frequency: Option<Option<FrequencyChange>>,
    continuous_evaluation: Option<bool>,
    #[serde(default, deserialize_with = "present")]
    access_token_seconds: Option<Option<u32>>,
    error_spelling: Option<SpellingName>,
    application: Option<PrincipalChange>,
    consent: Option<ConsentChange>,
    /// `true` also when they are already on: then they are new, and nobody has accepted them.
    terms_of_use: Option<bool>,
    stay_signed_in: Option<bool>,
}

/// Which permissions people may grant by themselves, and what happens when they may not.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ConsentChange {
    policy: Option<ConsentPolicy>,
    managed_excludes: Option<Vec<String>>,
    low_impact: Option<Vec<String>>,
    step_up: Option<bool>,
    requests: Option<bool>,
    request_days: Option<u32>,
}

/// What becomes of the application in an organisation.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PrincipalChange {
    /// `false` deletes it, with everything that an administrator consented to.
    installed: Option<bool>,
    enabled: Option<bool>,
    assignment_required: Option<bool>,
    /// `"withdrawn"`: what an administrator consented to for everybody is taken back.
    consent: Option<Withdrawn>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Mfa {
    Off,
    Required,
    Enrolment,
    Expired,
    External,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum RiskName {
    Blocked,
    PasswordChange,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum DeviceName {
    Compliant,
    Joined,
    ApprovedApplication,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum SpellingName {
    InteractionRequired,
    InvalidGrant,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Withdrawn {
    Withdrawn,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FrequencyChange {
    seconds: u32,
    #[serde(default)]
    on_refresh: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AddressChange {
    browser: Option<IpAddr>,
    server: Option<IpAddr>,
}

/// `POST /_sim/people/{login}`.
pub(super) fn change_person(world: &mut World, ask: &Ask, login: &str) -> Answer {
    let Some(person) = world.person_by_login(login) else {
        return super::nobody();
    };
    with_body(ask, |change: PersonChange| {
        apply_to_person(world, person, change);
        show_person(world, login)
    })
}

/// `GET /_sim/people/{login}`.
pub(super) fn show_person(world: &World, login: &str) -> Answer {
    let Some(person) = world.person_by_login(login) else {
        return super::nobody();
    };
    let account = world.person(person);
    let standing = &account.standing;
    let body = json!({
        "login": account.login,
        "name": account.name(),
        "object_id": account.object_id,
        "tenant": world.tenant_of(person).id,
        "disabled": standing.disabled,
        "deleted": standing.deleted,
        "locked": standing.locked,
        "password_expired": standing.password_expired,
        "mfa": mfa_name(standing.second_factor),
        "risk": standing.risk.map(|risk| match risk {
            Risk::Blocked => "blocked",
            Risk::PasswordMustChange => "password_change",
        }),
        "tokens_valid_from": account.tokens_valid_from,
        "granted": world.granted(person),
    });
    Answer::json(StatusCode::OK, &body)
}

/// `POST /_sim/tenants/{tenant}`, by GUID or domain.
pub(super) fn change_tenant(world: &mut World, ask: &Ask, name: &str) -> Answer {
    let Some(tenant) = world.tenant_named(name) else {
        return no_tenant();
    };
    with_body(ask, |change: TenantChange| {
        match apply_to_tenant(world, tenant, change) {
            Ok(()) => show_tenant(world, name),
            Err(problem) => not_understood(&problem),
        }
    })
}

/// `GET /_sim/tenants`: who there is.
pub(super) fn list_tenants(world: &World) -> Answer {
    let tenants = world.tenants.iter();
    let listed: Vec<Value> = tenants
        .map(|tenant| json!({ "id": tenant.id, "domains": tenant.domains, "name": tenant.name }))
        .collect();
    Answer::json(StatusCode::OK, &Value::Array(listed))
}

/// `GET /_sim/tenants/{tenant}`.
pub(super) fn show_tenant(world: &World, name: &str) -> Answer {
    let Some(tenant) = world.tenant_named(name) else {
        return no_tenant();
    };
    let tenant = world.tenant(tenant);
    let policies = &tenant.policies;
    let networks = policies.allowed_networks.as_ref();
    let body = json!({
        "id": tenant.id,
        "domains": tenant.domains,
        "name": tenant.name,
        "mfa": mfa_name(policies.second_factor),
        "allowed_networks": networks.map(|networks| networks.iter().map(Network::to_string).collect::<Vec<_>>()),
        "device": policies.device.map(|device| match device {
            Device::Compliant => "compliant",
            Device::Joined => "joined",
            Device::ApprovedApplication => "approved_application",
        }),
        "sign_in_frequency": policies.sign_in_frequency.map(|frequency| json!({
            "seconds": frequency.every.as_secs(),
            "on_refresh": frequency.on_refresh,
        })),
        "continuous_evaluation": policies.continuous_evaluation,
        "access_token_seconds": policies.access_token_life.map(|life| life.as_secs()),
        "error_spelling": match policies.spelling {
            Spelling::InteractionRequired => "interaction_required",
            Spelling::InvalidGrant => "invalid_grant",
        },
        "application": tenant.principal.as_ref().map(|principal| json!({
            "enabled": principal.enabled,
            "assignment_required": principal.assignment_required,
            "assigned": principal.assigned.iter().map(|person| &world.person(*person).login).collect::<Vec<_>>(),
            "granted": principal.everybody,
        })),
        "consent": tenant.consent,
        "terms_of_use": tenant.terms_of_use,
        "stay_signed_in": tenant.stay_signed_in,
    });
    Answer::json(StatusCode::OK, &body)
}

/// `POST /_sim/addresses`: from where browsers and servers seem to ask.
pub(super) fn change_addresses(world: &mut World, ask: &Ask) -> Answer {
    with_body(ask, |change: AddressChange| {
        let addresses = &mut world.addresses;
        addresses.browser = change.browser.unwrap_or(addresses.browser);
        addresses.server = change.server.unwrap_or(addresses.server);
        let body = json!({ "browser": addresses.browser, "server": addresses.server });
        Answer::json(StatusCode::OK, &body)
    })
}

fn apply_to_person(world: &mut World, person: PersonId, change: PersonChange) {
    let now = world.clock.now();
    if change.disabled == Some(true) || change.deleted == Some(true) {
        world.entra.sessions.forget(person);
    }
    if let Some(assigned) = change.assigned {
        let tenant = world.person(person).tenant;
        let principal = world.tenants[tenant.0].principal.get_or_insert_default();
        if assigned {
            principal.assigned.insert(person);
        } else {
            principal.assigned.remove(&person);
        }
    }
    if change.consent.is_some() {
        world.take_back(person, None);
    }
    if let (Some(allowed), Some(mailbox)) = (change.online_meetings, world.mailbox_mut(person)) {
        for calendar in &mut mailbox.calendars {
            calendar.online = allowed;
        }
    }
    let account = &mut world.people[person.0];
    let standing = &mut account.standing;
    for (value, new) in [
        (&mut standing.disabled, change.disabled),
        (&mut standing.deleted, change.deleted),
        (&mut standing.locked, change.locked),
        (&mut standing.password_expired, change.password_expired),
    ] {
        *value = new.unwrap_or(*value);
    }
    if let Some(risk) = change.risk {
        standing.risk = risk.map(|risk| match risk {
            RiskName::Blocked => Risk::Blocked,
            RiskName::PasswordChange => Risk::PasswordMustChange,
        });
    }
    if let Some(mfa) = change.mfa {
        standing.second_factor = demand(mfa, now);
    }
    if let Some(password) = &change.password {
        standing.password_changed = Some(now);
        standing.password_expired = false;
        account.password = Some(password.clone());
    }
    // These are what Microsoft tells resources at once.
    let critical = standing.disabled
        || standing.deleted
        || change.password.is_some()
        || matches!(change.risk, Some(Some(_)))
        || (change.mfa.is_some() && standing.second_factor.is_some());
    if critical {
        standing.challenged_up_to = Some(now);
    }
    if let Some(password) = change.password_reset {
        account.password = Some(password);
        world.revoke_sessions(person);
    }
}

fn apply_to_tenant(world: &mut World, id: TenantId, change: TenantChange) -> Result<(), String> {
    let now = world.clock.now();
    let networks = change.allowed_networks.map(read_networks).transpose()?;
    if let Some(Some(seconds)) = change.access_token_seconds
        && !TOKEN_SECONDS.contains(&seconds)
    {
        let (least, most) = TOKEN_SECONDS.into_inner();
        return Err(format!("a token lives {least} to {most} seconds"));
    }
    let tenant = &mut world.tenants[id.0];
    let policies: &mut Policies = &mut tenant.policies;
    if let Some(mfa) = change.mfa {
        policies.second_factor = demand(mfa, now);
    }
    if let Some(networks) = networks {
        policies.allowed_networks = networks;
    }
    if let Some(device) = change.device {
        policies.device = device.map(|device| match device {
            DeviceName::Compliant => Device::Compliant,
            DeviceName::Joined => Device::Joined,
            DeviceName::ApprovedApplication => Device::ApprovedApplication,
        });
    }
    if let Some(frequency) = change.sign_in_frequency {
        policies.sign_in_frequency = frequency.map(|frequency| SignInFrequency {
            every: SignedDuration::from_secs(i64::from(frequency.seconds)),
            on_refresh: frequency.on_refresh,
        });
    }
    if let Some(on) = change.continuous_evaluation {
        policies.continuous_evaluation = on;
    }
    if let Some(seconds) = change.access_token_seconds {
        policies.access_token_life =
            seconds.map(|seconds| SignedDuration::from_secs(i64::from(seconds)));
    }
    if let Some(spelling) = change.error_spelling {
        policies.spelling = match spelling {
            SpellingName::InteractionRequired => Spelling::InteractionRequired,
            SpellingName::InvalidGrant => Spelling::InvalidGrant,
        };
    }
    if let Some(change) = change.consent {
        apply_to_consent(&mut tenant.consent, change);
    }
    tenant.stay_signed_in = change.stay_signed_in.unwrap_or(tenant.stay_signed_in);
    if let Some(on) = change.terms_of_use {
        tenant.terms_of_use = on;
        let people = &world.people;
        let elsewhere = |person: &PersonId| people[person.0].tenant != id;
        world.entra.terms_accepted.retain(elsewhere);
    }
    if let Some(change) = change.application {
        apply_to_application(world, id, &change);
    }
    Ok(())
}

fn apply_to_application(world: &mut World, tenant: TenantId, change: &PrincipalChange) {
    match change.installed {
        Some(false) => world.uninstall(tenant),
        Some(true) => drop(world.install(tenant)),
        None => {}
    }
    if let Some(principal) = world.tenants[tenant.0].principal.as_mut() {
        principal.enabled = change.enabled.unwrap_or(principal.enabled);
        principal.assignment_required = change
            .assignment_required
            .unwrap_or(principal.assignment_required);
        if change.consent.is_some() {
            principal.everybody.clear();
        }
    }
}

fn apply_to_consent(rules: &mut ConsentRules, change: ConsentChange) {
    rules.policy = change.policy.unwrap_or(rules.policy);
    rules.step_up = change.step_up.unwrap_or(rules.step_up);
    rules.requests = change.requests.unwrap_or(rules.requests);
    rules.request_days = change.request_days.unwrap_or(rules.request_days);
    if let Some(list) = change.managed_excludes {
        rules.managed_excludes = list;
    }
    if let Some(list) = change.low_impact {
        rules.low_impact = list;
    }
}

fn read_networks(names: Option<Vec<String>>) -> Result<Option<Vec<Network>>, String> {
    let read = |name: &String| {
        Network::parse(name).ok_or_else(|| format!("{name:?} is no range of addresses"))
    };
    names
        .map(|names| names.iter().map(read).collect())
        .transpose()
}

fn demand(mfa: Mfa, now: Timestamp) -> Option<SecondFactor> {
    let (lack, since) = match mfa {
        Mfa::Off => return None,
        // Who has presented one already need not do it again.
        Mfa::Required => (Lack::NotPresented, Timestamp::MIN),
        Mfa::Enrolment => (Lack::NotEnrolled, Timestamp::MIN),
        Mfa::Expired => (Lack::Expired, now),
        Mfa::External => (Lack::External, now),
    };
    Some(SecondFactor { lack, since })
}

fn mfa_name(demand: Option<SecondFactor>) -> &'static str {
    match demand.map(|demand| demand.lack) {
        None => "off",
        Some(Lack::NotPresented) => "required",
        Some(Lack::NotEnrolled) => "enrolment",
        Some(Lack::Expired) => "expired",
        Some(Lack::External) => "external",
    }
}

fn no_tenant() -> Answer {
    let body: Value =
        json!({ "error": { "code": "not_found", "message": "No organisation has that name." } });
    Answer::json(StatusCode::NOT_FOUND, &body)
}

/// Tells `null`, which takes something away, from what is not named.
fn present<'de, T, D>(deserializer: D) -> Result<Option<T>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    T::deserialize(deserializer).map(Some)
}
