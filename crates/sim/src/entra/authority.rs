//! Whom an address is about, and which entry of which directory an account becomes there.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::errors::EntraError;
use crate::application::Audience;
use crate::company::PersonId;
use crate::state::World;
use crate::tenant::TenantId;

/// Whom a path is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Authority {
    /// One organisation, named by GUID or by domain.
    Tenant(TenantId),
    /// Work accounts of any organisation.
    Organizations,
    /// Personal accounts.
    Consumers,
    /// All of them.
    Common,
}

/// Why an account cannot be used at an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Foreign {
    /// The organisation has no entry for it.
    NotInTenant(TenantId),
    /// Only work accounts are welcome.
    Personal,
    /// Only personal accounts are welcome.
    Work,
}

impl Authority {
    pub(crate) fn of(world: &World, segment: &str) -> Option<Self> {
        let is = |name: &str| segment.eq_ignore_ascii_case(name);
        if let Some(tenant) = world.tenant_named(segment) {
            Some(Self::Tenant(tenant))
        } else if is("organizations") {
            Some(Self::Organizations)
        } else if is("consumers") {
            Some(Self::Consumers)
        } else if is("common") {
            Some(Self::Common)
        } else {
            None
        }
    }

    /// The word that links use: the GUID, even when the request named the domain.
    pub(crate) fn word(self, world: &World) -> &str {
        match self {
            Self::Tenant(tenant) => &world.tenant(tenant).id,
            Self::Organizations => "organizations",
            Self::Consumers => "consumers",
            Self::Common => "common",
        }
    }
}

impl World {
    /// Whether the application is for the accounts that an address is about.
    pub(crate) fn serves(&self, authority: Authority) -> Result<(), EntraError> {
        let audience = self.application.audience;
        let code = match authority {
            Authority::Tenant(TenantId::HOME) => return Ok(()),
            Authority::Tenant(tenant) if self.tenant(tenant).is_personal() => {
                return self.serves(Authority::Consumers);
            }
            Authority::Consumers if audience != Audience::Everybody => 9_002_332,
            Authority::Tenant(_) if audience == Audience::OneOrganization => 700_016,
            Authority::Organizations | Authority::Common
                if audience == Audience::OneOrganization =>
            {
                50_194
            }
            _ => return Ok(()),
        };
        Err(EntraError::of(code))
    }

    /// The entry that an account has in the directory an address is about; for its own directory that is itself.
    pub(crate) fn member(
        &self,
        authority: Authority,
        account: PersonId,
    ) -> Result<PersonId, Foreign> {
        let personal = self.tenant_of(account).is_personal();
        match authority {
            Authority::Tenant(tenant) if self.person(account).tenant == tenant => Ok(account),
            Authority::Tenant(tenant) => self
                .guest_of(tenant, account)
                .ok_or(Foreign::NotInTenant(tenant)),
            Authority::Consumers if !personal => Err(Foreign::Work),
            Authority::Organizations if personal => Err(Foreign::Personal),
            Authority::Common if personal && self.application.audience != Audience::Everybody => {
                Err(Foreign::Personal)
            }
            Authority::Organizations | Authority::Consumers | Authority::Common => Ok(account),
        }
    }

    /// The account with which an entry signs in: its own, or a guest's at home.
    pub(crate) fn home_account(&self, person: PersonId) -> Option<PersonId> {
        let entry = self.person(person);
        if entry.guest {
            self.recipient(&entry.mail)
        } else {
            Some(person)
        }
    }

    /// The account that a sign-in page's field or a `login_hint` names: an address, or what an earlier ID token said.
    pub(crate) fn account_by_hint(&self, hint: &str) -> Option<PersonId> {
        let hint = hint.trim();
        let named = match self.account_by_opaque_hint(hint) {
            Some(person) => Some(person),
            None => self.person_by_login(hint).or_else(|| self.recipient(hint)),
        };
        self.home_account(named?)
            .filter(|account| self.person(*account).password.is_some())
    }

    /// The account that an ID token's `login_hint` claim stands for.
    pub(crate) fn account_by_opaque_hint(&self, hint: &str) -> Option<PersonId> {
        hint.strip_prefix(HINT)?;
        let everybody = (0..self.people.len()).map(PersonId);
        let mut accounts = everybody.filter(|person| !self.person(*person).guest);
        accounts.find(|person| self.opaque_hint(*person) == hint)
    }

    /// The `login_hint` claim of an entry's ID tokens: the same each time, and telling nothing.
    pub(crate) fn opaque_hint(&self, person: PersonId) -> String {
        let account = self.home_account(person).unwrap_or(person);
        let secret = format!("login_hint/{}", self.person(account).object_id);
        let digest = digest(&SHA256, secret.as_bytes());
        format!("{HINT}{}", URL_SAFE_NO_PAD.encode(digest))
    }

    fn guest_of(&self, tenant: TenantId, account: PersonId) -> Option<PersonId> {
        let mail = &self.person(account).mail;
        self.directory(tenant).find(|person| {
            let entry = self.person(*person);
            entry.guest && entry.mail.eq_ignore_ascii_case(mail)
        })
    }
}

/// What the opaque hints begin with.
const HINT: &str = "O.";
