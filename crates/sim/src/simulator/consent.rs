//! Consent, from the handle: what an administrator does at her portal before or after a test.

use super::Simulator;
use crate::application::Audience;
use crate::entra::scopes::Asked;
use crate::tenant::{ConsentPolicy, TenantId};

impl Simulator {
    /// What people of the organisation may grant by themselves from now on. What was granted stays.
    pub fn set_consent_policy(&self, policy: ConsentPolicy) {
        self.world().tenants[TenantId::HOME.0].consent.policy = policy;
    }

    /// Whether people who may not consent can ask an administrator on the page.
    pub fn take_consent_requests(&self, on: bool) {
        self.world().tenants[TenantId::HOME.0].consent.requests = on;
    }

    /// Whose accounts the application is for.
    pub fn set_audience(&self, audience: Audience) {
        self.world().application.audience = audience;
    }

    /// Notes a person's consent, without a page; `false` when the login or a scope is unknown.
    pub fn grant(&self, login: &str, scope: &str) -> bool {
        let mut world = self.world();
        match (world.person_by_login(login), Asked::parse(scope)) {
            (Some(person), Ok(asked)) => {
                world.grant(person, &asked.names);
                true
            }
            _ => false,
        }
    }

    /// Notes an administrator's consent for everybody, in place of an earlier one; `false` when a scope is unknown.
    pub fn grant_everybody(&self, scope: &str) -> bool {
        match Asked::parse(scope) {
            Ok(asked) => {
                self.world().grant_everybody(TenantId::HOME, asked.names);
                true
            }
            Err(_) => false,
        }
    }

    /// Takes away what a person has granted, or only one permission of it. An administrator's consent still covers her.
    pub fn take_back_grant(&self, login: &str, scope: Option<&str>) {
        let mut world = self.world();
        if let Some(person) = world.person_by_login(login) {
            world.take_back(person, scope);
        }
    }

    /// Takes away what an administrator has granted for everybody, or only one permission of it.
    pub fn take_back_everybodys_grant(&self, scope: Option<&str>) {
        self.world().take_back_everybodys(TenantId::HOME, scope);
    }

    /// Whether the application is for assigned people only, and who they are. Unknown logins are nobody.
    pub fn assign(&self, required: bool, logins: &[&str]) {
        let mut world = self.world();
        let known = logins.iter();
        let assigned = known
            .filter_map(|login| world.person_by_login(login))
            .collect();
        let principal = world.install(TenantId::HOME);
        principal.assignment_required = required;
        principal.assigned = assigned;
    }
}
