//! Trouble of this installation: Microsoft refuses attache itself, or does not understand it. No connection is to blame,
//! and no person can help; the operator must know since when, and by which number.

use jiff::Timestamp;
use microsoft::{Kind, RefreshProblem};

use crate::{Engine, Error};

/// What the operator of this installation must put right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstallationTrouble {
    /// What sort.
    pub what: TroubleKind,
    /// The number after `AADSTS`, if Entra said one.
    pub code: Option<u32>,
    /// Since when this has been so without a success in between.
    pub since: Timestamp,
    /// When it was last so.
    pub last: Timestamp,
}

/// What sort of trouble.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TroubleKind {
    /// Entra refuses attache itself: secret, certificate, clock or registration.
    Refused,
    /// Entra does not understand what attache asks: a defect, or a wrong tenant.
    Misunderstood,
    /// Entra gives tokens that end after a day, because the redirect address is registered for a single-page app.
    SinglePageApp,
}

impl TroubleKind {
    /// The word for machines and logs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Misunderstood => "misunderstood",
            Self::SinglePageApp => "single_page_app",
        }
    }

    /// Reads the word back.
    pub fn parse(word: &str) -> Option<Self> {
        let all = [Self::Refused, Self::Misunderstood, Self::SinglePageApp];
        all.into_iter().find(|known| known.as_str() == word)
    }
}

impl Engine {
    /// What Microsoft has against this installation; `None` as soon as it has given any instance a token again.
    ///
    /// # Errors
    /// [`ErrorKind::Unavailable`](crate::ErrorKind::Unavailable) when the store cannot be reached.
    pub async fn installation_trouble(&self) -> Result<Option<InstallationTrouble>, Error> {
        let kept = self.0.store.trouble().await?;
        Ok(kept.and_then(|kept| {
            Some(InstallationTrouble {
                what: TroubleKind::parse(&kept.what)?,
                code: kept.code,
                since: kept.since,
                last: kept.last,
            })
        }))
    }

    /// Notes a refusal, if it is about the installation.
    pub(crate) async fn note_trouble(&self, error: &microsoft::Error) {
        let what = match error.kind() {
            Kind::Installation | Kind::Refresh(RefreshProblem::Installation) => {
                TroubleKind::Refused
            }
            Kind::Refresh(RefreshProblem::Bug) => TroubleKind::Misunderstood,
            Kind::OurRequest if error.code().is_some() => TroubleKind::Misunderstood,
            Kind::Refresh(_) if error.code() == Some(700_084) => TroubleKind::SinglePageApp,
            _ => return,
        };
        self.note(what, error.code()).await;
    }

    /// Notes it for every instance. Every new trouble is logged once, not every call that meets it.
    pub(crate) async fn note(&self, what: TroubleKind, code: Option<u32>) {
        match self.0.store.note_trouble(what.as_str(), code).await {
            Ok(false) => {}
            Ok(true) => {
                tracing::error!(
                    trouble = what.as_str(),
                    aadsts = code,
                    "Microsoft has trouble with this installation; its operator must act"
                );
            }
            Err(error) => {
                tracing::error!(trouble = what.as_str(), aadsts = code, error = %error, "Microsoft has trouble with this installation, and that could not be kept");
            }
        }
    }

    /// Microsoft has given this installation a token: whatever it was, it is over.
    pub(crate) async fn forget_trouble(&self) {
        match self.0.store.forget_trouble().await {
            Ok(true) => tracing::info!("Microsoft accepts this installation again"),
            Ok(false) => {}
            // The next success forgets it.
            Err(error) => {
                tracing::warn!(error = %error, "It could not be kept that Microsoft accepts this installation");
            }
        }
    }
}
