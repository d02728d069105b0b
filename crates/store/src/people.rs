//! People: known by tenant and object id, never by name or address.

use std::fmt;

use domain::id::{Identity, OrganisationId, PersonId};

use crate::Store;
use crate::database::containing;
use crate::error::Error;
use crate::row::Row;

/// Somebody who has signed in.
#[derive(Clone, PartialEq, Eq)]
pub struct Person {
    /// Our id.
    pub id: PersonId,
    /// The organisation the tenant is bound to.
    pub organisation: OrganisationId,
    /// Who it is for Microsoft.
    pub identity: Identity,
    /// The name to show; identifies nobody.
    pub name: String,
    /// The sign-in name to show; identifies nobody.
    pub login: String,
    /// Whether this person administers the organisation here.
    pub administrator: bool,
    /// The language chosen here.
    pub language: Option<String>,
    /// The IANA zone the browser told.
    pub browser_zone: Option<String>,
}

impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Person")
            .field("id", &self.id)
            .field("organisation", &self.organisation)
            .field("administrator", &self.administrator)
            .finish_non_exhaustive()
    }
}

impl Person {
    /// Reads the columns `person`, `organisation`, `tenant` and so on, as selected by the queries here and of sessions
    /// and agents.
    pub(crate) fn from_row(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            id: row.id("person")?,
            organisation: row.id("organisation")?,
            identity: Identity {
                tenant: row.id("tenant")?,
                object: row.id("object")?,
            },
            name: row.text("person_name")?,
            login: row.text("login")?,
            administrator: row.yes("administrator")?,
            language: row.maybe_text("language")?,
            browser_zone: row.maybe_text("browser_zone")?,
        })
    }
}

impl Store {
    /// Finds or makes the person with this identity, and keeps the name and login Microsoft told this time.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sign_in_person(
        &self,
        identity: &Identity,
        name: &str,
        login: &str,
    ) -> Result<Person, Error> {
        let doing = "keep a person";
        let mut write = self.database().write().await?;
        let organisation = self.find_or_create(&mut write, &identity.tenant).await?;
        let query = sqlx::query(
            "INSERT INTO persons (id, organisation, tenant, object, name, login, search, created_ms)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
             ON CONFLICT (tenant, object) DO UPDATE
             SET name = excluded.name, login = excluded.login, search = excluded.search
             RETURNING id AS person, organisation, tenant, object, name AS person_name, login, administrator, language,
                browser_zone",
        );
        let query = query
            .bind(PersonId::random(self.random()).as_str())
            .bind(organisation.as_str())
            .bind(identity.tenant.as_str())
            .bind(identity.object.as_str())
            .bind(name)
            .bind(login)
            .bind(format!("{name} {login}").to_lowercase())
            .bind(self.now_ms());
        let row = write.optional(doing, query).await?;
        let person = Person::from_row(&row.ok_or(Error::Unreadable { column: "person" })?)?;
        write.commit(doing).await?;
        Ok(person)
    }

    /// One person.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn person(&self, id: &PersonId) -> Result<Option<Person>, Error> {
        let query = sqlx::query(
            "SELECT id AS person, organisation, tenant, object, name AS person_name, login, administrator, language,
                browser_zone
             FROM persons WHERE id = $1",
        );
        let row = self
            .database()
            .optional("find a person", query.bind(id.as_str()))
            .await?;
        row.as_ref().map(Person::from_row).transpose()
    }

    /// People of an organisation whose name or login contains `filter`, by name, from the one after `after`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn people(
        &self,
        organisation: &OrganisationId,
        filter: &str,
        after: Option<&PersonId>,
        limit: u32,
    ) -> Result<Vec<Person>, Error> {
        let query = sqlx::query(
            "SELECT id AS person, organisation, tenant, object, name AS person_name, login, administrator, language,
                browser_zone
             FROM persons
             WHERE organisation = $1 AND search LIKE $2 ESCAPE '!'
                AND ($3 IS NULL OR (search, id) > (SELECT search, id FROM persons WHERE id = $3))
             ORDER BY search, id LIMIT $4",
        );
        let query = query
            .bind(organisation.as_str())
            .bind(containing(filter))
            .bind(after.map(PersonId::as_str))
            .bind(i64::from(limit));
        let rows = self.database().rows("list people", query).await?;
        rows.iter().map(Person::from_row).collect()
    }

    /// Makes somebody an administrator, or no longer one. Answers whether there is such a person.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_administrator(
        &self,
        id: &PersonId,
        administrator: bool,
    ) -> Result<bool, Error> {
        let query = sqlx::query("UPDATE persons SET administrator = $2 WHERE id = $1");
        let query = query.bind(id.as_str()).bind(i64::from(administrator));
        self.change("appoint an administrator", query).await
    }

    /// Whether an organisation has an administrator.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn has_administrator(&self, organisation: &OrganisationId) -> Result<bool, Error> {
        let query = sqlx::query(
            "SELECT id FROM persons WHERE organisation = $1 AND administrator = 1 LIMIT 1",
        );
        let row = self
            .database()
            .optional("find an administrator", query.bind(organisation.as_str()))
            .await?;
        Ok(row.is_some())
    }

    /// Keeps a person's language and zone; what is not given stays. Answers whether there is such a person.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_preferences(
        &self,
        person: &PersonId,
        language: Option<&str>,
        browser_zone: Option<&str>,
    ) -> Result<bool, Error> {
        let query = sqlx::query(
            "UPDATE persons SET language = COALESCE($2, language), browser_zone = COALESCE($3, browser_zone)
             WHERE id = $1",
        );
        let query = query
            .bind(person.as_str())
            .bind(language)
            .bind(browser_zone);
        self.change("keep preferences", query).await
    }
}
