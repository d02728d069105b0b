//! Consent: what was granted to the application, and what a sign-in still needs.

use std::collections::BTreeSet;

use super::authorize::{Flow, Prompt};
use super::errors::EntraError;
use super::scopes::Asked;
use crate::company::PersonId;
use crate::state::World;
use crate::tenant::{Principal, TenantId};

/// What the first consent page always lists.
const ALWAYS: [&str; 2] = ["User.Read", "offline_access"];

/// What stands between a person who has signed in and her code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Need {
    Nothing,
    /// Her own consent to these.
    Consent(BTreeSet<&'static str>),
    /// An administrator's consent to these.
    Administrator(BTreeSet<&'static str>),
}

/// What a sign-in needs before its code can be sent.
pub(crate) fn need(world: &World, flow: &Flow, member: PersonId) -> Need {
    let granted = world.granted(member);
    let needed = flow.asked.needed(&granted);
    let missing: BTreeSet<&'static str> = needed.difference(&granted).copied().collect();
    let mut listed = if flow.prompt == Prompt::Consent {
        needed
    } else {
        missing
    };
    if listed.is_empty() && flow.prompt != Prompt::Consent {
        return Need::Nothing;
    }
    if granted.is_empty() || flow.prompt == Prompt::Consent {
        listed.extend(ALWAYS);
    }
    if world.may_consent(member, &listed) {
        Need::Consent(listed)
    } else {
        Need::Administrator(listed)
    }
}

/// What an administrator is asked for when she consents for everybody.
pub(crate) fn for_everybody(asked: &Asked) -> BTreeSet<&'static str> {
    let mut scopes = asked.needed(&BTreeSet::new());
    scopes.extend(ALWAYS);
    scopes
}

impl Principal {
    fn admits(&self, person: PersonId) -> Result<(), EntraError> {
        if !self.enabled {
            return Err(EntraError::of(7_000_112));
        }
        if self.assignment_required && !self.assigned.contains(&person) {
            return Err(EntraError::of(50_105));
        }
        Ok(())
    }
}

impl World {
    /// What the application may do for a person, by her own consent or the organisation's.
    pub(crate) fn granted(&self, person: PersonId) -> BTreeSet<&'static str> {
        let principal = self.tenant_of(person).principal.as_ref();
        let mut granted =
            principal.map_or_else(BTreeSet::new, |principal| principal.everybody.clone());
        granted.extend(self.entra.grants.get(&person).into_iter().flatten());
        granted
    }

    /// What a person has granted by herself, if anything.
    pub(crate) fn granted_by(&self, person: PersonId) -> Option<&BTreeSet<&'static str>> {
        self.entra.grants.get(&person)
    }

    /// What a token for a person may hold, given what it is asked for.
    ///
    /// # Errors
    /// When something is asked for that nobody has consented to.
    pub(crate) fn to_be_held(
        &self,
        person: PersonId,
        asked: &Asked,
    ) -> Result<BTreeSet<&'static str>, EntraError> {
        let application = &self.application;
        let mut granted = self.granted(person);
        let needed = asked.needed(&granted);
        if !needed.is_subset(&granted) {
            return Err(EntraError::of(65_001));
        }
        if application.narrow_tokens && !asked.by_default {
            granted.retain(|name| needed.contains(name));
        }
        granted.retain(|name| !application.withheld.contains(name));
        granted.extend(&application.added);
        Ok(granted)
    }

    /// Whether a person's organisation lets her use the application at all.
    pub(crate) fn admits(&self, person: PersonId) -> Result<(), EntraError> {
        match &self.tenant_of(person).principal {
            None => Err(EntraError::of(700_016)),
            Some(principal) => principal.admits(person),
        }
    }

    /// The same before the application is there: somebody's consent can still bring it.
    pub(crate) fn would_admit(&self, person: PersonId) -> Result<(), EntraError> {
        match &self.tenant_of(person).principal {
            None => Ok(()),
            Some(principal) => principal.admits(person),
        }
    }

    /// Notes a person's consent for herself; the first consent in an organisation installs the application there.
    pub(crate) fn grant(&mut self, person: PersonId, scopes: &BTreeSet<&'static str>) {
        let tenant = self.person(person).tenant;
        self.install(tenant);
        self.entra.grants.entry(person).or_default().extend(scopes);
    }

    /// Notes a consent for everybody in an organisation, which replaces the earlier one, as at Microsoft. What people
    /// have granted by themselves stays.
    pub(crate) fn grant_everybody(&mut self, tenant: TenantId, scopes: BTreeSet<&'static str>) {
        self.install(tenant).everybody = scopes;
    }

    /// Takes away what a person has granted, or only one permission of it.
    pub(crate) fn take_back(&mut self, person: PersonId, scope: Option<&str>) {
        let Some(granted) = self.entra.grants.get_mut(&person) else {
            return;
        };
        granted.retain(|name| scope.is_some_and(|scope| !name.eq_ignore_ascii_case(scope)));
        if granted.is_empty() {
            self.entra.grants.remove(&person);
        }
    }

    /// Takes away what an administrator has granted for everybody, or only one permission of it.
    pub(crate) fn take_back_everybodys(&mut self, tenant: TenantId, scope: Option<&str>) {
        if let Some(principal) = self.tenants[tenant.0].principal.as_mut() {
            let keeps = |name: &&str| scope.is_some_and(|scope| !name.eq_ignore_ascii_case(scope));
            principal.everybody.retain(keeps);
        }
    }

    /// Deletes the application in an organisation, and with it everything that was granted there.
    pub(crate) fn uninstall(&mut self, tenant: TenantId) {
        self.tenants[tenant.0].principal = None;
        let people = &self.people;
        let elsewhere = |person: &PersonId| people[person.0].tenant != tenant;
        self.entra.grants.retain(|person, _| elsewhere(person));
    }

    /// The application in an organisation, brought there if it was not.
    pub(crate) fn install(&mut self, tenant: TenantId) -> &mut Principal {
        self.tenants[tenant.0].principal.get_or_insert_default()
    }
}
