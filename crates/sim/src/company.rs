//! The seeded company: who exists, and the application that asks for their calendars.

mod calendars;
mod contacts;
mod crowd;
mod people;
mod seed;
mod seeded;

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::access::{Policies, Standing};
use crate::entra::certificate::Certificate;
use crate::random::Seeded;
use crate::state::World;
use crate::tenant::{CONSUMERS, ConsentPolicy, ConsentRules, Principal, Tenant, TenantId};
use seed::Seed;

pub use seed::NotACompany;

/// The company that a simulator starts with.
#[derive(Debug, Clone)]
pub struct Company {
    /// The name that pages show.
    pub name: String,
    /// The verified domain; sign-in names end with it.
    pub domain: String,
    /// The tenant's GUID.
    pub tenant_id: String,
    /// The registered application's client id.
    pub client_id: String,
    /// The registered application's secret.
    pub client_secret: String,
    /// Certificates by which the application may prove itself instead.
    pub client_certificates: Vec<Certificate>,
    /// Redirect URIs beside the two loopback ones that are always registered.
    pub redirect_uris: Vec<String>,
    /// What the simulator's clock shows at the start, and around what the calendars are filled; `None` is now.
    pub start: Option<Timestamp>,
    /// The seed of every id.
    pub seed: u64,
    /// So many more made-up people, for load, each with two hundred events.
    pub more_people: usize,
    /// Who and what is there, when it comes from a file; else the company of this crate.
    pub content: Option<Content>,
}

/// People, calendars and contacts from a file; made by [`Company::parse`].
#[derive(Debug, Clone)]
pub struct Content(Arc<Seed>);

impl Default for Company {
    fn default() -> Self {
        Self {
            name: "Nordwind GmbH".to_owned(),
            domain: "nordwind.example".to_owned(),
            tenant_id: "4d6c2b1e-7a3f-4f58-9c0d-5e8b1a2f3c47".to_owned(),
            client_id: "b7f1c9d2-3e64-4a85-8f0b-6c2d9e1a7354".to_owned(),
            client_secret: "sim~8Q.not-a-real-secret~Zk3".to_owned(),
            client_certificates: Vec::new(),
            redirect_uris: Vec::new(),
            start: None,
            seed: 0x4E6F_7264,
            more_people: 0,
            content: None,
        }
    }
}

/// Somebody who can sign in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Person {
    /// The sign-in name (user principal name), equal to the e-mail address.
    pub login: String,
    /// The password. These people are made up.
    pub password: String,
    /// First and last name.
    pub name: String,
    /// The object id, `oid` in tokens.
    pub object_id: String,
    /// Whether this person may consent for the whole organisation.
    pub administrator: bool,
}

/// A person by place in the company.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct PersonId(pub(crate) usize);

/// A directory entry.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    pub(crate) login: String,
    pub(crate) mail: String,
    /// In whose directory this account is.
    pub(crate) tenant: TenantId,
    /// A guest of the directory has none here.
    pub(crate) password: Option<String>,
    pub(crate) given_name: String,
    pub(crate) surname: String,
    pub(crate) object_id: String,
    pub(crate) administrator: bool,
    /// Known here, at home elsewhere: signs in with the account of that address at home, and has no mailbox here.
    pub(crate) guest: bool,
    pub(crate) job_title: String,
    pub(crate) department: String,
    pub(crate) office: String,
    pub(crate) phone: String,
    pub(crate) mobile: Option<String>,
    pub(crate) language: &'static str,
    /// The mailbox zone's Windows name.
    pub(crate) zone: &'static str,
    /// How the mailbox tells its working hours.
    pub(crate) hours: Hours,
    /// A room: nobody signs in, and its calendar is open to nobody.
    pub(crate) room: bool,
    /// Grants issued up to this instant are worth nothing.
    pub(crate) tokens_valid_from: Option<Timestamp>,
    pub(crate) standing: Standing,
}

impl Account {
    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.given_name, self.surname)
    }
}

/// How a mailbox tells its working hours to those who ask for free and busy times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Hours {
    /// With the name of a zone.
    #[default]
    Named,
    /// With the rules of a zone, and no name for them.
    Customized,
    /// Not at all, as some mailboxes do.
    Absent,
}

/// A distribution list: one address for several people.
#[derive(Debug, Clone)]
pub(crate) struct DistributionList {
    pub(crate) tenant: TenantId,
    pub(crate) address: String,
    /// The name of a public one, which is relevant to its members.
    pub(crate) name: Option<String>,
    pub(crate) members: Vec<PersonId>,
}

impl Company {
    pub(crate) fn tenants(&self) -> Vec<Tenant> {
        let home = Tenant {
            id: self.tenant_id.clone(),
            domains: vec![self.domain.clone()],
            name: self.name.clone(),
            principal: Some(Principal::default()),
            policies: Policies::default(),
            consent: ConsentRules::with(
                self.content
                    .as_ref()
                    .map_or(ConsentPolicy::AllowAll, |Content(seed)| seed.consent),
            ),
            terms_of_use: false,
            stay_signed_in: false,
        };
        let neighbour = Tenant {
            id: "8e1f0c77-52ab-4d0e-9b6c-3a7d94f0e215".to_owned(),
            domains: vec![people::GUEST_DOMAIN.to_owned()],
            name: "Hafenbau AG".to_owned(),
            principal: None,
            policies: Policies::default(),
            consent: ConsentRules::with(ConsentPolicy::Managed),
            terms_of_use: false,
            stay_signed_in: false,
        };
        let personal = Tenant {
            id: CONSUMERS.to_owned(),
            domains: vec![people::PERSONAL_DOMAIN.to_owned()],
            name: "Personal accounts".to_owned(),
            principal: None,
            policies: Policies::default(),
            consent: ConsentRules::with(ConsentPolicy::AllowAll),
            terms_of_use: false,
            stay_signed_in: false,
        };
        vec![home, neighbour, personal]
    }

    pub(crate) fn lists(&self) -> Vec<DistributionList> {
        match &self.content {
            Some(Content(seed)) => seed.lists(),
            None => people::lists(&self.domain),
        }
    }

    pub(crate) fn accounts(&self, ids: &mut Seeded) -> Vec<Account> {
        match &self.content {
            Some(Content(seed)) => {
                let mut accounts = seed.accounts(&self.domain, ids);
                accounts.extend(people::others(ids));
                accounts
            }
            None => people::accounts(&self.domain, ids),
        }
    }
}

/// Fills the mailboxes of a world that has its people.
pub(crate) fn settle(world: &mut World, company: &Company) {
    match &company.content {
        Some(Content(seed)) => seeded::fill(world, seed),
        None => {
            contacts::fill(world);
            calendars::fill(world);
        }
    }
    crowd::join(world, company.more_people, company.seed);
}
