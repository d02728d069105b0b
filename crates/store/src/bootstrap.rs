//! The secret that makes somebody the first administrator. It works once.

use domain::secret::SecretHash;

use crate::Store;
use crate::error::Error;

impl Store {
    /// Offers a secret by its hash; one offered before and not used no longer works. A used one stays used.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn put_bootstrap(&self, hash: &SecretHash) -> Result<(), Error> {
        let doing = "offer a bootstrap secret";
        let mut write = self.database().write().await?;
        let replace =
            sqlx::query("DELETE FROM bootstrap_secrets WHERE used_ms IS NULL AND hash <> $1");
        write.execute(doing, replace.bind(hash.as_str())).await?;
        let offer = sqlx::query(
            "INSERT INTO bootstrap_secrets (hash, created_ms) VALUES ($1, $2)
             ON CONFLICT (hash) DO NOTHING",
        );
        let offer = offer.bind(hash.as_str()).bind(self.now_ms());
        write.execute(doing, offer).await?;
        write.commit(doing).await
    }

    /// Uses the secret up. Of many who try at once, one is told yes.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn use_bootstrap(&self, hash: &SecretHash) -> Result<bool, Error> {
        let query = sqlx::query(
            "UPDATE bootstrap_secrets SET used_ms = $2 WHERE hash = $1 AND used_ms IS NULL",
        );
        let query = query.bind(hash.as_str()).bind(self.now_ms());
        self.change("use a bootstrap secret", query).await
    }
}
