//! The simulated world: everything that exists, behind one lock.

use std::collections::HashMap;

use serde_json::{Map, Value};

use crate::access::Addresses;
use crate::application::Application;
use crate::clock::Clock;
use crate::company::{Account, Company, DistributionList, PersonId};
use crate::entra::Entra;
use crate::exchange::Ask;
use crate::faults::{Faults, Flights};
use crate::graph::Timelines;
use crate::log::{Log, MOST};
use crate::mailbox::Mailbox;
use crate::notifications::Notifications;
use crate::options::Rotation;
use crate::random::Seeded;
use crate::scenario::Running;
use crate::tenant::{Tenant, TenantId};

/// Everything that exists. Handlers get it for the time of one answer, never across an await.
#[derive(Debug)]
pub(crate) struct World {
    /// The front of every link: the base at which the request that is being answered came in.
    pub(crate) base: String,
    pub(crate) clock: Clock,
    pub(crate) ids: Seeded,
    pub(crate) rotation: Rotation,
    pub(crate) application: Application,
    pub(crate) addresses: Addresses,
    /// Every organisation; the first is the one this simulator is started for.
    pub(crate) tenants: Vec<Tenant>,
    /// Every account of every organisation.
    pub(crate) people: Vec<Account>,
    pub(crate) lists: Vec<DistributionList>,
    /// By person; a guest has none.
    mailboxes: Vec<Option<Mailbox>>,
    /// How often each of them may have changed.
    changes: Vec<u64>,
    /// What of a company's file could not be written into the calendars.
    pub(crate) refused_seeds: Vec<String>,
    /// What people have changed in their mailboxes' settings.
    pub(crate) mailbox_settings: HashMap<PersonId, Map<String, Value>>,
    pub(crate) entra: Entra,
    /// What was asked for of calendars.
    pub(crate) timelines: Timelines,
    pub(crate) faults: Faults,
    pub(crate) notifications: Notifications,
    pub(crate) flights: Flights,
    pub(crate) log: Log,
    pub(crate) scenario: Running,
    /// What this world began as.
    company: Company,
    /// The answers that were not Microsoft's.
    #[cfg(feature = "schemas")]
    pub(crate) violations: crate::schemas::Violations,
}

impl World {
    /// Turns to one request: until the next one, links carry the base at which this came in.
    pub(crate) fn turn_to(&mut self, ask: &Ask) {
        if let Some(base) = &ask.base {
            self.base.clone_from(base);
        }
    }

    /// The world at its start: the company exists and its calendars are filled.
    pub(crate) fn new(base: String, company: &Company, rotation: Rotation) -> Self {
        let mut ids = Seeded::new(company.seed);
        let people = company.accounts(&mut ids);
        let mailboxes = people
            .iter()
            .map(|person| (!person.guest).then(|| Mailbox::new(&mut ids)))
            .collect();
        let mut world = Self {
            base,
            clock: Clock::starting_at(company.start),
            ids,
            rotation,
            application: Application::of(company),
            addresses: Addresses::default(),
            tenants: company.tenants(),
            changes: vec![0; people.len()],
            people,
            lists: company.lists(),
            mailboxes,
            refused_seeds: Vec::new(),
            mailbox_settings: HashMap::new(),
            entra: Entra::default(),
            timelines: Timelines::default(),
            faults: Faults::seeded(company.seed),
            notifications: Notifications::default(),
            flights: Flights::default(),
            log: Log::of(MOST),
            scenario: Running::default(),
            company: company.clone(),
            #[cfg(feature = "schemas")]
            violations: crate::schemas::Violations::default(),
        };
        crate::company::settle(&mut world, company);
        world
    }

    /// Makes everything as it was at the start. The log stays, empty, and what still waits for an answer is still counted.
    pub(crate) fn reset(&mut self) {
        let fresh = Self::new(self.base.clone(), &self.company, self.rotation);
        let old = std::mem::replace(self, fresh);
        (self.log, self.flights) = (old.log, old.flights);
        self.log.clear();
        #[cfg(feature = "schemas")]
        {
            self.violations = old.violations;
        }
    }

    pub(crate) fn tenant(&self, tenant: TenantId) -> &Tenant {
        &self.tenants[tenant.0]
    }

    /// The organisation of that GUID or domain, in any case.
    pub(crate) fn tenant_named(&self, name: &str) -> Option<TenantId> {
        let mut tenants = self.tenants.iter();
        let tenant = tenants.position(|tenant| tenant.is_named(name));
        tenant.map(TenantId)
    }

    /// The organisation that this simulator is started for.
    pub(crate) fn home(&self) -> &Tenant {
        self.tenant(TenantId::HOME)
    }

    /// The organisation in whose directory an account is.
    pub(crate) fn tenant_of(&self, person: PersonId) -> &Tenant {
        self.tenant(self.person(person).tenant)
    }

    /// Everybody in an organisation's directory, guests included.
    pub(crate) fn directory(&self, tenant: TenantId) -> impl Iterator<Item = PersonId> + '_ {
        let everybody = (0..self.people.len()).map(PersonId);
        everybody.filter(move |person| self.person(*person).tenant == tenant)
    }

    pub(crate) fn person(&self, person: PersonId) -> &Account {
        &self.people[person.0]
    }

    pub(crate) fn mailbox(&self, person: PersonId) -> Option<&Mailbox> {
        self.mailboxes[person.0].as_ref()
    }

    /// A mailbox to be changed. There is no other way to one, so whoever remembers what it showed can tell.
    pub(crate) fn mailbox_mut(&mut self, person: PersonId) -> Option<&mut Mailbox> {
        self.changes[person.0] += 1;
        self.mailboxes[person.0].as_mut()
    }

    /// How often somebody's mailbox may have changed.
    pub(crate) fn changes(&self, person: PersonId) -> u64 {
        self.changes[person.0]
    }

    /// Adds an account with an empty mailbox.
    pub(crate) fn join(&mut self, account: Account) -> PersonId {
        let person = PersonId(self.people.len());
        self.people.push(account);
        self.mailboxes.push(Some(Mailbox::new(&mut self.ids)));
        self.changes.push(0);
        person
    }

    /// A fresh item id in that person's mailbox.
    pub(crate) fn new_item_id(&mut self, person: PersonId) -> Option<String> {
        let mailbox = self.mailboxes[person.0].as_ref()?;
        Some(mailbox.new_id(&mut self.ids))
    }

    /// The person with that sign-in name, in any case.
    pub(crate) fn person_by_login(&self, login: &str) -> Option<PersonId> {
        self.find(|person| person.login.eq_ignore_ascii_case(login))
    }

    /// The entry of an organisation's directory with that e-mail address.
    pub(crate) fn person_by_address(&self, tenant: TenantId, address: &str) -> Option<PersonId> {
        self.find(|person| {
            person.tenant == tenant
                && (person.mail.eq_ignore_ascii_case(address)
                    || person.login.eq_ignore_ascii_case(address))
        })
    }

    /// The entry of an organisation's directory with that object id or sign-in name.
    pub(crate) fn person_by_key(&self, tenant: TenantId, key: &str) -> Option<PersonId> {
        self.find(|person| {
            person.tenant == tenant
                && (person.object_id.eq_ignore_ascii_case(key)
                    || person.login.eq_ignore_ascii_case(key))
        })
    }

    /// Whose mailbox gets mail for that address, in whichever organisation.
    pub(crate) fn recipient(&self, address: &str) -> Option<PersonId> {
        self.find(|person| !person.guest && person.mail.eq_ignore_ascii_case(address))
    }

    /// Ends every session of a person: refresh tokens die, capable access tokens are challenged. For an account at home
    /// that goes for every organisation where it is a guest; where one is a guest, nobody can do it.
    pub(crate) fn revoke_sessions(&mut self, person: PersonId) {
        if self.person(person).guest {
            return;
        }
        let now = self.clock.now();
        let mail = self.person(person).mail.clone();
        self.people[person.0].tokens_valid_from = Some(now);
        let entries = self.people.iter_mut();
        for entry in entries.filter(|entry| entry.guest && entry.mail == mail) {
            entry.tokens_valid_from = Some(now);
        }
        self.entra.sessions.forget(person);
    }

    fn find(&self, fits: impl Fn(&Account) -> bool) -> Option<PersonId> {
        self.people.iter().position(fits).map(PersonId)
    }
}
