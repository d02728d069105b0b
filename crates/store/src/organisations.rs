//! Organisations: one for each Entra tenant, made when its first person appears.

use domain::id::{OrganisationId, TenantId};

use crate::Store;
use crate::database::Write;
use crate::error::Error;

impl Store {
    /// The organisation that is bound to a tenant, made now if there is none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn organisation_for(&self, tenant: &TenantId) -> Result<OrganisationId, Error> {
        let query = sqlx::query("SELECT id FROM organisations WHERE tenant = $1");
        let found = self
            .database()
            .optional("find an organisation", query.bind(tenant.as_str()))
            .await?;
        if let Some(row) = found {
            return row.id("id");
        }
        let mut write = self.database().write().await?;
        let organisation = self.find_or_create(&mut write, tenant).await?;
        write.commit("create an organisation").await?;
        Ok(organisation)
    }

    /// Every organisation with its tenant.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn organisations(&self) -> Result<Vec<(OrganisationId, TenantId)>, Error> {
        let query = sqlx::query("SELECT id, tenant FROM organisations ORDER BY created_ms, id");
        let rows = self.database().rows("list organisations", query).await?;
        rows.into_iter()
            .map(|row| Ok((row.id("id")?, row.id("tenant")?)))
            .collect()
    }

    /// Also makes the head of its audit chain, which the writer of the record locks.
    pub(crate) async fn find_or_create(
        &self,
        write: &mut Write,
        tenant: &TenantId,
    ) -> Result<OrganisationId, Error> {
        let doing = "create an organisation";
        let create = sqlx::query(
            "INSERT INTO organisations (id, tenant, created_ms) VALUES ($1, $2, $3)
             ON CONFLICT (tenant) DO NOTHING",
        );
        let create = create
            .bind(OrganisationId::random(self.random()).as_str())
            .bind(tenant.as_str())
            .bind(self.now_ms());
        write.execute(doing, create).await?;
        let find = sqlx::query("SELECT id FROM organisations WHERE tenant = $1");
        let row = write.optional(doing, find.bind(tenant.as_str())).await?;
        let row = row.ok_or(Error::Unreadable { column: "tenant" })?;
        let organisation: OrganisationId = row.id("id")?;
        let head = sqlx::query(
            "INSERT INTO audit_heads (organisation, sequence, hash) VALUES ($1, $2, $3)
             ON CONFLICT (organisation) DO NOTHING",
        );
        let start = domain::audit::Head::START;
        let head = head
            .bind(organisation.as_str())
            .bind(start.sequence)
            .bind(start.hash.to_string());
        write.execute(doing, head).await?;
        Ok(organisation)
    }
}
