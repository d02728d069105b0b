//! Organisations: directories of their own, each with its people, its settings and its copy of the application.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::access::Policies;
use crate::company::PersonId;
use crate::entra::permissions::{LOW_IMPACT, MANAGED_EXCLUDES};

/// An organisation by place in the world. The first is the one the simulator is started for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct TenantId(pub(crate) usize);

impl TenantId {
    /// The organisation that the simulator is started for, where the application is registered.
    pub(crate) const HOME: Self = Self(0);
}

/// The directory of all personal accounts, which is no organisation.
pub(crate) const CONSUMERS: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";

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
    pub(crate) consent: ConsentRules,
    /// People have to accept terms of use before they get tokens.
    pub(crate) terms_of_use: bool,
    /// People are asked after their password whether to stay signed in.
    pub(crate) stay_signed_in: bool,
}

impl Tenant {
    /// Whether a path segment names this organisation, by GUID or by domain, in any case.
    pub(crate) fn is_named(&self, segment: &str) -> bool {
        segment.eq_ignore_ascii_case(&self.id) || self.has_domain(segment)
    }

    /// Whether a domain is one of this organisation's.
    pub(crate) fn has_domain(&self, domain: &str) -> bool {
        self.domains
            .iter()
            .any(|verified| verified.eq_ignore_ascii_case(domain))
    }

    /// Whether this is the directory of personal accounts.
    pub(crate) fn is_personal(&self) -> bool {
        self.id == CONSUMERS
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

/// Which permissions people may grant to applications by themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentPolicy {
    /// Anything that does not need an administrator by its nature (`microsoft-user-default-legacy`).
    #[default]
    AllowAll,
    /// The same, without Microsoft's list of mail, calendar, file and people permissions
    /// (`microsoft-user-default-recommended`, the default of new tenants).
    Managed,
    /// Low-impact permissions for applications of verified publishers or of this organisation
    /// (`microsoft-user-default-low`).
    Low,
    /// Nothing: an administrator consents.
    None,
}

/// An organisation's settings about consent.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ConsentRules {
    pub(crate) policy: ConsentPolicy,
    /// What the managed policy leaves to administrators; names, or beginnings with a `*`.
    pub(crate) managed_excludes: Vec<String>,
    /// What counts as low impact.
    pub(crate) low_impact: Vec<String>,
    /// Risky requests need an administrator, whatever the policy says.
    pub(crate) step_up: bool,
    /// People may ask an administrator to review a request (90095 instead of 90094).
    pub(crate) requests: bool,
    /// For how many days such a request waits for an answer.
    pub(crate) request_days: u32,
}

impl ConsentRules {
    pub(crate) fn with(policy: ConsentPolicy) -> Self {
        let owned = |list: &[&str]| list.iter().map(|&name| name.to_owned()).collect();
        Self {
            policy,
            managed_excludes: owned(MANAGED_EXCLUDES),
            low_impact: owned(LOW_IMPACT),
            step_up: true,
            requests: false,
            request_days: 30,
        }
    }
}
