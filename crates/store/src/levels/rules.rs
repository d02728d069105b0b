//! The rules of an organisation by which *Always Allow* becomes *Ask for Permission*.

use domain::id::OrganisationId;
use domain::policy::AskRule;

use crate::Store;
use crate::error::Error;
use crate::row::Row;

/// The rules of a row. What cannot be read must not count as no rule, so it is an error.
pub(super) fn of(row: &Row) -> Result<Vec<AskRule>, Error> {
    row.parsed("ask_rules", |text| serde_json::from_str(text).ok())
}

impl Store {
    /// The rules of an organisation, and the version of its policy.
    ///
    /// # Errors
    /// [`Error::NoOrganisation`], or when the database fails.
    pub async fn ask_rules(
        &self,
        organisation: &OrganisationId,
    ) -> Result<(Vec<AskRule>, i64), Error> {
        let query =
            sqlx::query("SELECT ask_rules, levels_version FROM organisations WHERE id = $1");
        let query = query.bind(organisation.as_str());
        match self.database().optional("read rules", query).await? {
            Some(row) => Ok((of(&row)?, row.number("levels_version")?)),
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
}
