//! Domain words as the reader's words: tools, levels, effects and states, each with the colour it is shown in.

use domain::approval::ApprovalState;
use domain::connection::{AdminWhy, ConnectionState, RevokedWhy};
use domain::permission::Level;
use domain::policy::DenyReason;
use domain::tool::{Definition, Effect};

use crate::words::Words;

/// Why a connection does not let a call through, as the engine's codes. Each has words of its own, `error-<code>-…`, and
/// ends on the page of the integration.
pub(super) const CONNECTION_CODES: &[&str] = &[
    "not_connected",
    "needs_sign_in",
    "needs_admin",
    "connection_revoked",
    "connection_damaged",
    "scopes_missing",
];

/// A word in a coloured pill. The word says everything; the colour only repeats it.
pub(super) struct Badge {
    pub(super) tone: &'static str,
    pub(super) name: String,
}

impl Badge {
    fn new(words: Words, id: &str, tone: &'static str) -> Self {
        Self {
            tone,
            name: words.say(id).into_owned(),
        }
    }

    pub(super) fn level(words: Words, level: Level) -> Self {
        Self::new(words, &format!("level-{level}"), level_tone(level))
    }

    pub(super) fn effect(words: Words, effect: Effect) -> Self {
        let (id, tone) = match effect {
            Effect::Read => ("effect-read", ""),
            Effect::Write => ("effect-write", "warn"),
            Effect::Destructive => ("effect-destructive", "bad"),
        };
        Self::new(words, id, tone)
    }

    pub(super) fn connection(words: Words, state: Option<&ConnectionState>) -> Self {
        let tone = match state {
            Some(ConnectionState::Connected) => "good",
            Some(ConnectionState::NeedsSignIn { .. } | ConnectionState::NeedsAdmin { .. }) => {
                "warn"
            }
            Some(ConnectionState::Revoked { .. } | ConnectionState::Damaged) => "bad",
            Some(ConnectionState::Disconnected) | None => "",
        };
        let word = state.map_or("never", ConnectionState::as_str);
        Self::new(words, &format!("state-{word}"), tone)
    }

    pub(super) fn approval(words: Words, state: ApprovalState) -> Self {
        let id = format!("approval-{}", state.as_str());
        Self::new(words, &id, approval_tone(state))
    }
}

pub(super) fn level_tone(level: Level) -> &'static str {
    match level {
        Level::AlwaysAllow => "good",
        Level::Ask => "warn",
        Level::Deny => "",
    }
}

pub(super) fn approval_tone(state: ApprovalState) -> &'static str {
    match state {
        ApprovalState::Pending
        | ApprovalState::Executing
        | ApprovalState::Parked
        | ApprovalState::Unknown => "warn",
        ApprovalState::Done => "good",
        ApprovalState::Failed => "bad",
        ApprovalState::Declined | ApprovalState::Expired | ApprovalState::Void => "",
    }
}

/// What a tool is called.
pub(super) fn tool_title(words: Words, definition: &Definition) -> String {
    words
        .say_if_known(&format!("tool-{}", definition.name))
        .map_or_else(|| definition.title(), Into::into)
}

/// What a tool does, for people.
pub(super) fn tool_about(words: Words, definition: &Definition) -> String {
    words
        .say_if_known(&format!("tool-{}-about", definition.name))
        .map_or_else(|| definition.description.to_owned(), Into::into)
}

/// Why agents cannot use a tool.
pub(super) fn hidden_why(words: Words, why: &DenyReason) -> String {
    let id = format!("hidden-{}", why.as_str());
    match why {
        DenyReason::MissingScopes(scopes) => {
            let names: Vec<_> = scopes.iter().map(|scope| scope.as_str()).collect();
            words.fill(&id, &[("scopes", &names.join(", "))])
        }
        DenyReason::LevelDenies
        | DenyReason::PersonDenies
        | DenyReason::NotConnected
        | DenyReason::ApprovalDoesNotFit => words.say(&id).into_owned(),
    }
}

/// What an administrator can do about somebody's connection; nothing where only she herself can, or nothing is wrong.
pub(super) fn administrators_step(words: Words, state: Option<&ConnectionState>) -> Option<String> {
    let id = match state? {
        ConnectionState::Connected | ConnectionState::Disconnected => return None,
        ConnectionState::NeedsSignIn { .. } => "step-needs_sign_in",
        ConnectionState::NeedsAdmin { why, .. } => match why {
            AdminWhy::ConsentMissing => "step-needs_admin-consent_missing",
            AdminWhy::BlockedByPolicy => "step-needs_admin-blocked_by_policy",
            AdminWhy::AppUnavailable => "step-needs_admin-app_unavailable",
        },
        ConnectionState::Revoked { why } => match why {
            RevokedWhy::EndedAtMicrosoft => "step-revoked-ended_at_microsoft",
            RevokedWhy::Expired => "step-revoked-expired",
            RevokedWhy::AccountDisabled => "step-revoked-account_disabled",
        },
        ConnectionState::Damaged => "step-damaged",
    };
    Some(words.say(id).into_owned())
}

/// The one next step of a connection: what to do, and what the button says, if there is one.
pub(super) fn next_step(
    words: Words,
    state: Option<&ConnectionState>,
    complete: bool,
) -> (String, Option<String>) {
    let (next, button) = match state {
        None => ("next-never", Some("connect")),
        Some(ConnectionState::Connected) if complete => ("next-connected", None),
        Some(ConnectionState::Connected) => ("next-connected-missing", Some("connect-again")),
        Some(ConnectionState::NeedsSignIn { .. }) => ("next-needs_sign_in", Some("sign-in-again")),
        Some(ConnectionState::NeedsAdmin { why, .. }) => {
            let next = match why {
                AdminWhy::ConsentMissing => "next-needs_admin-consent_missing",
                AdminWhy::BlockedByPolicy => "next-needs_admin-blocked_by_policy",
                AdminWhy::AppUnavailable => "next-needs_admin-app_unavailable",
            };
            (next, Some("try-again"))
        }
        Some(ConnectionState::Revoked { why }) => {
            let next = match why {
                RevokedWhy::EndedAtMicrosoft => "next-revoked-ended_at_microsoft",
                RevokedWhy::Expired => "next-revoked-expired",
                RevokedWhy::AccountDisabled => "next-revoked-account_disabled",
            };
            (next, Some("connect-again"))
        }
        Some(ConnectionState::Damaged) => ("next-damaged", Some("connect-again")),
        Some(ConnectionState::Disconnected) => ("next-disconnected", Some("connect")),
    };
    (
        words.say(next).into_owned(),
        button.map(|id| words.say(id).into_owned()),
    )
}

/// What Microsoft's number says beyond the state of the connection. It chooses these words and decides nothing.
pub(super) fn number_hint(words: Words, code: u32) -> Option<String> {
    let about = match code {
        50_072 | 50_074 | 50_076 | 50_078 | 50_079 | 50_158 => "second_factor",
        50_055 | 50_089 | 50_132 | 50_133 | 50_135 => "password",
        70_043 => "frequency",
        50_053 => "locked",
        50_105 => "not_assigned",
        50_097 | 50_129 | 50_155 | 53_000 | 53_001 | 53_002 | 700_003 => "device",
        50_131 | 53_004 | 53_010 | 53_011 => "risk",
        53_003 | 530_032 | 530_035 | 530_036 => "policy",
        16_000 | 16_001 | 50_014 | 50_020 | 51_004 | 90_072 => "account",
        500_021 | 500_022 | 500_212 | 500_213 => "tenant",
        650_052 => "licence",
        _ => return None,
    };
    let words = words.say(&format!("number-{about}"));
    Some(words.into_owned())
}
