//! Organisations: directories of their own, each with its people, its settings and its copy of the application.

use std::collections::BTreeSet;

use crate::access::Policies;
use crate::company::PersonId;

/// An organisation by place in the world. The first is the one the simulator is started for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct TenantId(pub(crate) usize);

impl TenantId {
    /// The organisation that the simulator is started for, where the application is registered.
    pub(crate) const HOME: Self = Self(0);
}

/// One organisation's directory.
#[derive(Debug, Clone)]
pub(crate) struct Tenant {
    /// The GUID.
    pub(crate) id: String,
    /// Verified domains; the first is the one sign-in names end with.
    pub(crate) domains: Vec<String>,
    pub(crate) name: String,
    /// The application as this organisation has it; none before somebody consented, or after it was deleted.
    pub(crate) principal: Option<Principal>,
    /// What it demands of everybody who wants tokens.
    pub(crate) policies: Policies,
}

impl Tenant {
    /// Whether a path segment names this organisation, by GUID or by domain, in any case.
    pub(crate) fn is_named(&self, segment: &str) -> bool {
        segment.eq_ignore_ascii_case(&self.id)
            || self
                .domains
                .iter()
                .any(|domain| domain.eq_ignore_ascii_case(segment))
    }
}

/// The application in one organisation (a service principal).
#[derive(Debug, Clone)]
pub(crate) struct Principal {
    /// Off: nobody gets tokens (7000112).
    pub(crate) enabled: bool,
    /// On: only assigned people get tokens (50105), and only administrators may consent.
    pub(crate) assignment_required: bool,
    pub(crate) assigned: BTreeSet<PersonId>,
    /// What an administrator has consented to for everybody.
    pub(crate) everybody: BTreeSet<&'static str>,
}

impl Default for Principal {
    fn default() -> Self {
        Self {
            enabled: true,
            assignment_required: false,
            assigned: BTreeSet::new(),
            everybody: BTreeSet::new(),
        }
    }
}
