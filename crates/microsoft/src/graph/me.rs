//! The person herself.

use domain::id::ObjectId;
use domain::people::Address;
use domain::text::one_line;

use super::Graph;
use super::query::Query;
use crate::error::Error;
use crate::wire::people::{ME_SELECT, WireUser};

/// The person's own profile.
#[derive(Clone, PartialEq, Eq)]
pub struct Me {
    /// Equal to `oid`.
    pub object: ObjectId,
    /// Full name.
    pub name: String,
    /// Where mail goes; `None` for an account without a mailbox.
    pub mail: Option<Address>,
    /// The sign-in name; for display.
    pub login: String,
    /// Job title.
    pub job_title: Option<String>,
    /// Preferred language, such as `de-DE`.
    pub language: Option<String>,
}

impl Graph<'_> {
    /// The person's own profile. Relies on `User.Read`.
    ///
    /// # Errors
    /// See [`Kind`](crate::Kind).
    pub async fn me(&self) -> Result<Me, Error> {
        let user: WireUser = self
            .get(Query::path("/me").option("$select", ME_SELECT))
            .await?;
        let line = |text: Option<String>| {
            text.map(|text| one_line(&text, 255))
                .filter(|text| !text.is_empty())
        };
        let Ok(object) = ObjectId::parse(&user.id) else {
            return Err(Error::Garbage {
                upstream: self.last(),
            });
        };
        Ok(Me {
            object,
            name: line(user.display_name).unwrap_or_default(),
            mail: user
                .mail
                .as_deref()
                .and_then(|mail| Address::parse(mail).ok()),
            login: line(user.user_principal_name).unwrap_or_default(),
            job_title: line(user.job_title),
            language: line(user.preferred_language),
        })
    }
}
