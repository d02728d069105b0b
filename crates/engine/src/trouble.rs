//! Trouble of this installation: Microsoft refuses attache itself, or does not understand it. No connection is to blame,
//! and no person can help; the operator must know since when, and by which number.

use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use microsoft::{Kind, RefreshProblem};

use crate::Engine;

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
}

/// The trouble there is now, as far as this instance has heard.
#[derive(Default)]
pub(crate) struct Noted(Mutex<Option<InstallationTrouble>>);

impl Engine {
    /// What Microsoft has against this installation, as far as this instance has heard; `None` as soon as Microsoft has
    /// given it a token again.
    pub fn installation_trouble(&self) -> Option<InstallationTrouble> {
        let noted = &self.0.trouble.0;
        noted.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Notes a refusal, if it is about the installation. Every new trouble is logged once, not every call that meets it.
    pub(crate) fn note_trouble(&self, error: &microsoft::Error) {
        let what = match error.kind() {
            Kind::Installation | Kind::Refresh(RefreshProblem::Installation) => {
                TroubleKind::Refused
            }
            Kind::Refresh(RefreshProblem::Bug) => TroubleKind::Misunderstood,
            Kind::OurRequest if error.code().is_some() => TroubleKind::Misunderstood,
            Kind::Refresh(_) if error.code() == Some(700_084) => TroubleKind::SinglePageApp,
            _ => return,
        };
        self.note(what, error.code());
    }

    pub(crate) fn note(&self, what: TroubleKind, code: Option<u32>) {
        let now = self.0.clock.now();
        let mut noted = self
            .0
            .trouble
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        match noted.as_mut() {
            Some(known) if known.what == what && known.code == code => known.last = now,
            _ => {
                tracing::error!(
                    trouble = what.as_str(),
                    aadsts = code,
                    "Microsoft has trouble with this installation; its operator must act"
                );
                let since = noted.as_ref().map_or(now, |known| known.since);
                *noted = Some(InstallationTrouble {
                    what,
                    code,
                    since,
                    last: now,
                });
            }
        }
    }

    /// Microsoft has given this installation a token: whatever it was, it is over.
    pub(crate) fn forget_trouble(&self) {
        let mut noted = self
            .0
            .trouble
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if noted.take().is_some() {
            tracing::info!("Microsoft accepts this installation again");
        }
    }
}
