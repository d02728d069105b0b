//! How much of a series is meant.

use domain::calendar::{Event, EventId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::card::CardScope;

/// One occurrence, this and all later ones, or the whole series.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Scope {
    #[default]
    This,
    Following,
    All,
}

/// The same without the middle: nobody answers for half a series.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum OneOrAll {
    #[default]
    This,
    All,
}

impl From<OneOrAll> for Scope {
    fn from(scope: OneOrAll) -> Self {
        match scope {
            OneOrAll::This => Self::This,
            OneOrAll::All => Self::All,
        }
    }
}

impl Scope {
    /// Whose id is acted on. What is in no series is all there is of it.
    pub(crate) fn id(self, event: &Event) -> &EventId {
        match (self, &event.master) {
            (Self::All | Self::Following, Some(master)) => master,
            (_, _) => &event.id,
        }
    }

    /// As it is told in answers; nothing for what is in no series.
    pub(crate) fn told(self, event: &Event) -> Option<&'static str> {
        event.master.as_ref().map(|_| match self {
            Self::This => "this",
            Self::Following => "following",
            Self::All => "all",
        })
    }
}

impl From<Scope> for CardScope {
    fn from(scope: Scope) -> Self {
        match scope {
            Scope::This => Self::This,
            Scope::Following => Self::Following,
            Scope::All => Self::All,
        }
    }
}
