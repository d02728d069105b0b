//! What raises *Always Allow* to *Ask for Permission* in an organisation: its rules, and for which tools what an agent has
//! read of others is not looked at.

use domain::id::OrganisationId;
use domain::policy::AskRule;

use crate::Store;
use crate::error::Error;
use crate::row::Row;

/// What an organisation's administrators have set about single calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrganisationRules {
    /// When *Always Allow* becomes *Ask*.
    pub rules: Vec<AskRule>,
    /// The tools for which it does not matter what an agent has read of others.
    pub taint_off: Vec<String>,
    /// The version of the organisation's policy; every change of levels or rules counts it up.
    pub version: i64,
}

impl OrganisationRules {
    /// Whether some call of a tool that changes something can be raised to *Ask*.
    pub fn may_raise(&self, tool: &str) -> bool {
        !self.rules.is_empty() || !self.taint_off.iter().any(|off| off == tool)
    }
}

/// The rules of a row. What cannot be read must not count as no rule, so it is an error.
pub(super) fn of(row: &Row) -> Result<Vec<AskRule>, Error> {
    row.parsed("ask_rules", |text| serde_json::from_str(text).ok())
}

/// The tools of a row for which it does not matter what an agent has read.
pub(super) fn taint_off(row: &Row) -> Result<Vec<String>, Error> {
    row.parsed("taint_off", |text| serde_json::from_str(text).ok())
}

impl Store {
    /// The rules of an organisation, and the version of its policy.
    ///
    /// # Errors
    /// [`Error::NoOrganisation`], or when the database fails.
    pub async fn organisation_rules(
        &self,
        organisation: &OrganisationId,
    ) -> Result<OrganisationRules, Error> {
        let query = sqlx::query(
            "SELECT ask_rules, taint_off, levels_version FROM organisations WHERE id = $1",
        );
        let query = query.bind(organisation.as_str());
        match self.database().optional("read rules", query).await? {
            Some(row) => Ok(OrganisationRules {
                rules: of(&row)?,
                taint_off: taint_off(&row)?,
                version: row.number("levels_version")?,
            }),
            None => Err(Error::NoOrganisation(organisation.clone())),
        }
    }

    /// Replaces the rules of an organisation if its policy still has the version that was seen. Answers whether it had.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_ask_rules(
        &self,
        organisation: &OrganisationId,
        rules: &[AskRule],
        seen: i64,
    ) -> Result<bool, Error> {
        let query = sqlx::query(
            "UPDATE organisations SET ask_rules = $2, levels_version = levels_version + 1
             WHERE id = $1 AND levels_version = $3",
        );
        let text = serde_json::to_string(rules).expect("rules have a JSON form");
        let query = query.bind(organisation.as_str()).bind(text).bind(seen);
        self.change("set rules", query).await
    }

    /// Replaces the tools for which it does not matter what an agent has read, as [`Store::set_ask_rules`] does rules.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_taint_off(
        &self,
        organisation: &OrganisationId,
        tools: &[String],
        seen: i64,
    ) -> Result<bool, Error> {
        let query = sqlx::query(
            "UPDATE organisations SET taint_off = $2, levels_version = levels_version + 1
             WHERE id = $1 AND levels_version = $3",
        );
        let text = serde_json::to_string(tools).expect("names have a JSON form");
        let query = query.bind(organisation.as_str()).bind(text).bind(seen);
        self.change("set what taint counts for", query).await
    }
}
