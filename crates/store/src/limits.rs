//! What was used of the limits that protect others. It is here and not in memory so that a restart forgives nothing and
//! all instances count together.

use domain::limit::{Exceeded, Limit, Uses};

use crate::Store;
use crate::database::Write;
use crate::error::Error;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Counted {
    /// Changes to calendars.
    Writes,
    /// People outside the organisation who are invited.
    Invitations,
}

impl Counted {
    fn word(self) -> &'static str {
        match self {
            Self::Writes => "writes",
            Self::Invitations => "invitations",
        }
    }
}

/// Something to be used of one limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spending {
    /// Of what.
    pub counted: Counted,
    /// Whose: the id of a person or an organisation.
    pub subject: String,
    /// How much there is.
    pub limit: Limit,
    /// How much is to be used.
    pub amount: u32,
}

/// The limit that does not let something pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Over {
    /// Which.
    pub spending: Spending,
    /// For how long.
    pub exceeded: Exceeded,
}

const DOING: &str = "count uses";

impl Store {
    /// Uses all of these or none: exactly, whoever else does the same at this moment.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn spend(&self, mut spendings: Vec<Spending>) -> Result<Result<(), Over>, Error> {
        // Always in one order, so that two never wait for each other.
        spendings.sort_by(|one, other| {
            let key = |spending: &Spending| (spending.counted, spending.subject.clone());
            key(one).cmp(&key(other))
        });
        let mut write = self.database().write().await?;
        let now = self.now_ms();
        for spending in spendings {
            let mut uses = locked(&mut write, &spending).await?;
            if let Err(exceeded) = uses.spend(spending.limit, spending.amount, now) {
                return Ok(Err(Over { spending, exceeded }));
            }
            let query =
                sqlx::query("UPDATE limit_uses SET uses = $3 WHERE counted = $1 AND subject = $2");
            let query = query
                .bind(spending.counted.word())
                .bind(&spending.subject)
                .bind(serde_json::to_string(&uses).expect("numbers have a JSON form"));
            write.execute(DOING, query).await?;
        }
        write.commit(DOING).await?;
        Ok(Ok(()))
    }

    /// Whether all of these would fit now. It uses nothing, and so promises nothing.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn would_fit(&self, spendings: Vec<Spending>) -> Result<Result<(), Over>, Error> {
        let now = self.now_ms();
        for spending in spendings {
            let query =
                sqlx::query("SELECT uses FROM limit_uses WHERE counted = $1 AND subject = $2");
            let query = query.bind(spending.counted.word()).bind(&spending.subject);
            let row = self.database().optional(DOING, query).await?;
            let uses: Uses = match row {
                Some(row) => row.parsed("uses", |text| serde_json::from_str(text).ok())?,
                None => Uses::default(),
            };
            if let Err(exceeded) = uses.fits(spending.limit, spending.amount, now) {
                return Ok(Err(Over { spending, exceeded }));
            }
        }
        Ok(Ok(()))
    }
}

/// The row, which nobody else can change until the transaction ends. An update that changes nothing locks it on both
/// databases.
async fn locked(write: &mut Write, spending: &Spending) -> Result<Uses, Error> {
    let query = sqlx::query(
        "INSERT INTO limit_uses (counted, subject, uses) VALUES ($1, $2, '[]')
         ON CONFLICT (counted, subject) DO UPDATE SET uses = limit_uses.uses RETURNING uses",
    );
    let query = query.bind(spending.counted.word()).bind(&spending.subject);
    match write.optional(DOING, query).await? {
        Some(row) => row.parsed("uses", |text| serde_json::from_str(text).ok()),
        None => Ok(Uses::default()),
    }
}
