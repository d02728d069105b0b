//! Who may consent: one pure question about an organisation's settings, a person, the application and what it asks for.

use std::collections::BTreeSet;

use super::permissions;
use crate::application::Audience;
use crate::company::PersonId;
use crate::state::World;
use crate::tenant::{ConsentPolicy, TenantId};

/// Asking for no more than this is signing in, which is never risky.
const SIGNING_IN: &[&str] = &["openid", "profile", "email", "offline_access", "User.Read"];

impl World {
    /// Whether a person may consent to these permissions for herself.
    pub(crate) fn may_consent(&self, person: PersonId, scopes: &BTreeSet<&'static str>) -> bool {
        if self.person(person).administrator {
            return true;
        }
        let for_administrators = |scope: &&str| {
            permissions::find(scope).is_none_or(|permission| permission.administrators_only)
        };
        let tenant = self.tenant_of(person);
        let assignment = tenant
            .principal
            .as_ref()
            .is_some_and(|principal| principal.assignment_required);
        if assignment || scopes.iter().any(for_administrators) {
            return false;
        }
        let own_application = self.person(person).tenant == TenantId::HOME;
        let rules = &tenant.consent;
        if rules.step_up && !own_application && self.is_risky(scopes) {
            return false;
        }
        match rules.policy {
            ConsentPolicy::AllowAll => true,
            ConsentPolicy::Managed => !scopes
                .iter()
                .any(|scope| permissions::is_on(&rules.managed_excludes, scope)),
            ConsentPolicy::Low => {
                (own_application || self.application.publisher_verified)
                    && scopes
                        .iter()
                        .all(|scope| permissions::is_on(&rules.low_impact, scope))
            }
            ConsentPolicy::None => false,
        }
    }

    /// Whether Microsoft would take a request for a risky one: more than a sign-in, for somebody nobody has verified, who
    /// asks every organisation.
    fn is_risky(&self, scopes: &BTreeSet<&'static str>) -> bool {
        !self.application.publisher_verified
            && self.application.audience != Audience::OneOrganization
            && scopes.iter().any(|scope| !SIGNING_IN.contains(scope))
    }
}
