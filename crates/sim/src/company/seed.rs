//! Companies from a file: what can be written there, and what is refused before anything exists.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Account, Company, Content, DistributionList, Hours, PersonId};
use crate::access::Standing;
use crate::entra::certificate::Certificate;
use crate::options::Rotation;
use crate::random::Seeded;
use crate::state::World;
use crate::tenant::{ConsentPolicy, TenantId};
use crate::zones::WINDOWS_ZONES;

const LANGUAGES: [&str; 3] = ["de-DE", "en-GB", "en-US"];
/// How many people, and how many events, a file may have.
const MOST: usize = 20_000;

/// What a file says of a company beside its name and its application.
#[derive(Debug, Clone)]
pub(crate) struct Seed {
    pub(super) consent: ConsentPolicy,
    pub(super) people: Vec<SeedPerson>,
    lists: Vec<SeedList>,
    pub(super) shares: Vec<SeedShare>,
    pub(super) contacts: Vec<SeedContact>,
    pub(super) events: Vec<SeedEvent>,
}

/// Why a file is no company: which key, what was found, what is accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotACompany(String);

impl std::fmt::Display for NotACompany {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for NotACompany {}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    company: About,
    #[serde(default)]
    application: Registered,
    #[serde(default, rename = "person")]
    people: Vec<SeedPerson>,
    #[serde(default, rename = "list")]
    lists: Vec<SeedList>,
    #[serde(default, rename = "share")]
    shares: Vec<SeedShare>,
    #[serde(default, rename = "contact")]
    contacts: Vec<SeedContact>,
    #[serde(default, rename = "event")]
    events: Vec<SeedEvent>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct About {
    name: String,
    domain: String,
    tenant_id: Option<String>,
    consent: Option<ConsentPolicy>,
    start: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Registered {
    client_id: Option<String>,
    client_secret: Option<String>,
    certificates: Option<String>,
    #[serde(default)]
    redirect_uris: Vec<String>,
}

/// Somebody, or a room.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SeedPerson {
    pub(super) login: String,
    password: Option<String>,
    given_name: String,
    surname: String,
    #[serde(default)]
    job_title: String,
    #[serde(default)]
    department: String,
    #[serde(default)]
    office: String,
    #[serde(default)]
    phone: String,
    mobile: Option<String>,
    language: Option<String>,
    zone: Option<String>,
    #[serde(default)]
    working_hours: Hours,
    #[serde(default)]
    administrator: bool,
    #[serde(default)]
    guest: bool,
    #[serde(default)]
    room: bool,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct SeedList {
    address: String,
    /// Its members find a list with a name among the people relevant to them.
    name: Option<String>,
    members: Vec<String>,
}

/// A calendar that a colleague may look into.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SeedShare {
    pub(super) calendar: String,
    pub(super) with: String,
    #[serde(default)]
    pub(super) limited: bool,
}

/// A personal contact of somebody's.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SeedContact {
    pub(super) of: String,
    pub(super) given_name: String,
    pub(super) surname: String,
    pub(super) address: String,
    #[serde(default)]
    pub(super) company: String,
    #[serde(default)]
    pub(super) job_title: String,
    #[serde(default)]
    pub(super) phone: String,
    pub(super) nickname: Option<String>,
    pub(super) department: Option<String>,
    /// Further addresses; a contact has three at most.
    #[serde(default)]
    pub(super) also: Vec<String>,
    /// The folder it is in, inside the default one, made if it is not there; `Fairs/Exhibitors` is a folder in a folder.
    pub(super) folder: Option<String>,
}

/// An appointment, a meeting, or an invitation from outside.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SeedEvent {
    pub(super) of: String,
    pub(super) subject: String,
    /// Days from the Monday of the week in which the simulator starts.
    pub(super) day: i32,
    /// `HH:MM` in the zone of whose calendar it is; a whole day without it.
    pub(super) at: Option<String>,
    /// An hour, if nothing is said.
    pub(super) minutes: Option<i32>,
    /// One, if nothing is said; for whole days only.
    pub(super) days: Option<i32>,
    #[serde(default)]
    pub(super) place: String,
    #[serde(default)]
    pub(super) text: String,
    /// Sign-in names of the file, or addresses outside.
    #[serde(default)]
    pub(super) attendees: Vec<String>,
    /// Who invites from outside.
    pub(super) from: Option<Outside>,
    /// Anything else of Graph's event, as one would send it.
    #[serde(default)]
    pub(super) graph: Map<String, Value>,
}

/// Somebody without an account here.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Outside {
    pub(super) name: String,
    pub(super) address: String,
}

impl Company {
    /// Reads a company from TOML, and tries it: what cannot be written into the calendars is refused here.
    ///
    /// # Errors
    /// When the text is not TOML, has an unknown or missing key, or says something that cannot be. Nothing is half done.
    pub fn parse(text: &str) -> Result<Self, NotACompany> {
        let file: File =
            toml::from_str(text).map_err(|problem| NotACompany(problem.to_string()))?;
        let company = file.company()?;
        let mut world = World::new(String::new(), &company, Rotation::Lenient);
        match world.refused_seeds.pop() {
            None => Ok(company),
            Some(refused) => Err(NotACompany(refused)),
        }
    }
}

impl File {
    fn company(self) -> Result<Company, NotACompany> {
        let mut company = Company {
            name: self.company.name,
            domain: self.company.domain.to_ascii_lowercase(),
            redirect_uris: self.application.redirect_uris,
            ..Company::default()
        };
        if let Some(id) = self.company.tenant_id {
            company.tenant_id = guid("company.tenant_id", &id)?;
        }
        if let Some(id) = self.application.client_id {
            company.client_id = guid("application.client_id", &id)?;
        }
        if let Some(secret) = self.application.client_secret {
            company.client_secret = secret;
        }
        if let Some(pem) = self.application.certificates {
            company.client_certificates = Certificate::from_pem(&pem)
                .map_err(|problem| refused("application.certificates", &problem.to_string()))?;
        }
        if let Some(start) = self.company.start {
            let parsed = start.parse();
            company.start = Some(parsed.map_err(|_| {
                let text = format!("\"{start}\" is no instant such as 2026-03-02T08:00:00Z");
                refused("company.start", &text)
            })?);
        }
        let seed = Seed {
            consent: self.company.consent.unwrap_or(ConsentPolicy::AllowAll),
            people: self.people,
            lists: self.lists,
            shares: self.shares,
            contacts: self.contacts,
            events: self.events,
        };
        seed.check(&company.domain)?;
        company.content = Some(Content(Arc::new(seed)));
        Ok(company)
    }
}

impl Seed {
    fn check(&self, domain: &str) -> Result<(), NotACompany> {
        if self.people.is_empty() || self.people.len() > MOST || self.events.len() > MOST {
            let text = format!("between one and {MOST} people, and {MOST} events at most");
            return Err(refused("person", &text));
        }
        let mut known = BTreeSet::new();
        for (index, person) in self.people.iter().enumerate() {
            person.check(index, domain)?;
            if !known.insert(person.login.to_ascii_lowercase()) {
                let text = format!("\"{}\" is there twice", person.login);
                return Err(refused(&format!("person {}, login", index + 1), &text));
            }
        }
        let somebody = |key: String, login: &str| match known.contains(&login.to_ascii_lowercase())
        {
            true => Ok(()),
            false => Err(refused(
                &key,
                &format!("\"{login}\" is the login of no person of the file"),
            )),
        };
        for (index, list) in self.lists.iter().enumerate() {
            for member in &list.members {
                somebody(format!("list {}, members", index + 1), member)?;
            }
        }
        for (index, share) in self.shares.iter().enumerate() {
            somebody(format!("share {}, calendar", index + 1), &share.calendar)?;
            somebody(format!("share {}, with", index + 1), &share.with)?;
        }
        for (index, contact) in self.contacts.iter().enumerate() {
            somebody(format!("contact {}, of", index + 1), &contact.of)?;
        }
        for (index, event) in self.events.iter().enumerate() {
            somebody(format!("event {}, of", index + 1), &event.of)?;
        }
        Ok(())
    }

    pub(super) fn accounts(&self, domain: &str, ids: &mut Seeded) -> Vec<Account> {
        let people = self.people.iter();
        people.map(|person| person.account(domain, ids)).collect()
    }

    pub(super) fn lists(&self) -> Vec<DistributionList> {
        let places: BTreeMap<String, PersonId> = self
            .people
            .iter()
            .enumerate()
            .map(|(index, person)| (person.login.to_ascii_lowercase(), PersonId(index)))
            .collect();
        let place = |login: &String| places.get(&login.to_ascii_lowercase()).copied();
        let lists = self.lists.iter().map(|list| DistributionList {
            tenant: TenantId::HOME,
            address: list.address.clone(),
            name: list.name.clone(),
            members: list.members.iter().filter_map(place).collect(),
        });
        lists.collect()
    }
}

impl SeedPerson {
    fn check(&self, index: usize, domain: &str) -> Result<(), NotACompany> {
        let key = |name: &str| format!("person {}, {name}", index + 1);
        let home = self
            .login
            .to_ascii_lowercase()
            .ends_with(&format!("@{domain}"));
        if home == self.guest || self.login.matches('@').count() != 1 {
            let text = match self.guest {
                true => format!(
                    "a guest's address is not of {domain}; found \"{}\"",
                    self.login
                ),
                false => format!("an address of {domain} is needed; found \"{}\"", self.login),
            };
            return Err(refused(&key("login"), &text));
        }
        if self.password.is_some() == (self.guest || self.room) {
            let text = "everybody has one but guests and rooms, who have none";
            return Err(refused(&key("password"), text));
        }
        if let Some(zone) = &self.zone
            && windows_name(zone).is_none()
        {
            let text = format!("\"{zone}\" is no Windows or IANA name of a zone");
            return Err(refused(&key("zone"), &text));
        }
        if let Some(language) = &self.language
            && language_of(language).is_none()
        {
            let text = format!(
                "found \"{language}\"; accepted are {}",
                LANGUAGES.join(", ")
            );
            return Err(refused(&key("language"), &text));
        }
        Ok(())
    }

    fn account(&self, domain: &str, ids: &mut Seeded) -> Account {
        let login = match self.guest {
            true => format!("{}#EXT#@{domain}", self.login.replace('@', "_")),
            false => self.login.clone(),
        };
        let zone = self.zone.as_deref().and_then(windows_name);
        let language = self.language.as_deref().and_then(language_of);
        Account {
            login,
            mail: self.login.clone(),
            tenant: TenantId::HOME,
            password: self.password.clone(),
            given_name: self.given_name.clone(),
            surname: self.surname.clone(),
            object_id: ids.guid(),
            administrator: self.administrator,
            guest: self.guest,
            job_title: self.job_title.clone(),
            department: self.department.clone(),
            office: self.office.clone(),
            phone: self.phone.clone(),
            mobile: self.mobile.clone(),
            language: language.unwrap_or("en-US"),
            zone: zone.unwrap_or("W. Europe Standard Time"),
            hours: self.working_hours,
            room: self.room,
            tokens_valid_from: None,
            standing: Standing::default(),
        }
    }
}

/// The Windows name of a zone that is given by either of its names.
fn windows_name(name: &str) -> Option<&'static str> {
    let mut zones = WINDOWS_ZONES.iter();
    let fits = |(windows, iana): &&(&'static str, &'static str)| {
        windows.eq_ignore_ascii_case(name) || iana.eq_ignore_ascii_case(name)
    };
    zones.find(fits).map(|(windows, _)| *windows)
}

fn language_of(name: &str) -> Option<&'static str> {
    LANGUAGES.into_iter().find(|language| *language == name)
}

fn guid(key: &str, text: &str) -> Result<String, NotACompany> {
    let parts: Vec<usize> = text.split('-').map(str::len).collect();
    let hex = |character: char| character.is_ascii_hexdigit() || character == '-';
    if parts == [8, 4, 4, 4, 12] && text.chars().all(hex) {
        Ok(text.to_ascii_lowercase())
    } else {
        Err(refused(key, &format!("\"{text}\" is no GUID")))
    }
}

pub(super) fn refused(key: &str, why: &str) -> NotACompany {
    NotACompany(format!("{key}: {why}"))
}
