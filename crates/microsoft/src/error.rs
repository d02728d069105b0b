//! What can go wrong with Microsoft, and what it means to a caller.
//!
//! Microsoft's own texts are dropped where they are read: they hold names and addresses. Codes and ids stay.

use std::time::Duration;

use domain::audit::UpstreamRequest;

use crate::entra::refusal::RefreshProblem;
use crate::wire::refusal;

/// A failure, with Microsoft's code and both request ids where there are any. Its text is ours and holds no content.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No whole answer came, and nothing can have been changed.
    #[error("no answer from Microsoft")]
    NoAnswer {
        /// What was sent.
        upstream: UpstreamRequest,
        /// The transport's reason, without the address.
        source: reqwest::Error,
    },
    /// A change was sent; whether it happened is not known.
    #[error("a change was sent to Microsoft and its outcome is not known")]
    UnknownOutcome {
        /// The last request.
        upstream: UpstreamRequest,
    },
    /// A change was sent, no success came, and looking afterwards showed each time that it had not happened.
    #[error("a change was sent to Microsoft and did not happen")]
    NotDone {
        /// The last request.
        upstream: UpstreamRequest,
    },
    /// Microsoft answered what cannot be read.
    #[error("Microsoft's answer cannot be read")]
    Garbage {
        /// The request.
        upstream: UpstreamRequest,
    },
    /// Graph refused.
    #[error("Microsoft Graph answered {} {}", .0.status, .0.code.as_deref().unwrap_or("without a code"))]
    Graph(Box<GraphRefusal>),
    /// Entra refused a refresh token.
    #[error("Entra refused to renew a connection (AADSTS{})", .0.code.unwrap_or(0))]
    Refresh(Box<EntraRefusal>),
    /// Entra refused an authorization code.
    #[error("Entra refused an authorization code (AADSTS{})", .0.code.unwrap_or(0))]
    Code(Box<EntraRefusal>),
    /// Entra's discovery document or keys are not what they must be.
    #[error("Entra's metadata cannot be used: {0}")]
    Metadata(&'static str),
    /// An ID token failed a check.
    #[error("an ID token was refused: {0}")]
    IdToken(IdTokenFault),
    /// Claims to be passed on are not a JSON object.
    #[error("stored claims are not a JSON object")]
    Claims,
    /// The settings cannot work.
    #[error("settings: {0}")]
    Settings(&'static str),
    /// A permit of one person was presented with the token of another.
    #[error("the permit is not for the person of this token")]
    PermitDoesNotFit,
    /// A link to a next page leads elsewhere; nothing was sent there.
    #[error("a link leads outside Microsoft Graph")]
    ForeignLink,
}

/// What Graph said when it refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GraphRefusal {
    /// HTTP status.
    pub status: u16,
    /// Graph's error code, such as `ErrorItemNotFound`.
    pub code: Option<String>,
    /// How long to wait, if Graph said so.
    pub retry_after: Option<Duration>,
    /// The claims challenge, a JSON text, if there was one.
    pub claims: Option<String>,
    /// The event that a transaction id already belongs to.
    pub(crate) existing_event: Option<String>,
    /// The request.
    pub upstream: UpstreamRequest,
}

/// What Entra said when it refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntraRefusal {
    /// What it means.
    pub problem: RefreshProblem,
    /// The first AADSTS number, for diagnosis.
    pub code: Option<u32>,
    /// The request.
    pub upstream: UpstreamRequest,
}

/// The check that an ID token failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the texts below say it")]
pub enum IdTokenFault {
    Missing,
    Form,
    Algorithm,
    UnknownKey,
    KeyOfAnotherIssuer,
    Signature,
    Version,
    Tenant,
    TenantNotAllowed,
    Issuer,
    Audience,
    Expired,
    NotYetValid,
    Nonce,
}

impl std::fmt::Display for IdTokenFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Missing => "there is none",
            Self::Form => "it is not a readable token",
            Self::Algorithm => "it is not signed with RS256",
            Self::UnknownKey => "its key is not among the issuer's keys",
            Self::KeyOfAnotherIssuer => "its key belongs to another issuer",
            Self::Signature => "its signature does not fit",
            Self::Version => "it is not of version 2.0",
            Self::Tenant => "its tenant or object is not a GUID",
            Self::TenantNotAllowed => "its tenant is not served here",
            Self::Issuer => "its issuer is not the tenant's",
            Self::Audience => "it is for another application",
            Self::Expired => "it has expired",
            Self::NotYetValid => "it is not valid yet",
            Self::Nonce => "it belongs to another attempt",
        })
    }
}

/// What a caller can do differently about a failure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// No answer (time-out, reset, no route); nothing was changed.
    Unreachable,
    /// A write was sent, and no whole answer came.
    UnknownOutcome,
    /// Microsoft asks to wait.
    Throttled {
        /// For how long.
        retry_after: Duration,
    },
    /// Microsoft answers errors of its own, or what cannot be read.
    Trouble,
    /// Graph wants a token that meets these claims (a JSON text).
    Challenge {
        /// To be redeemed with, or passed to the next sign-in.
        claims: String,
    },
    /// Graph refused the token without saying which would do.
    TokenRejected,
    /// A scope or a share is missing.
    Forbidden,
    /// There is no such thing, or no mailbox.
    NotFound,
    /// What was continued is over; start from the beginning.
    Gone,
    /// It was changed meanwhile, or exists already.
    Conflict,
    /// Graph refused the content.
    Invalid {
        /// Graph's code.
        code: String,
    },
    /// Entra answered, and the refresh token was not redeemed (also: a code was not accepted).
    Refresh(RefreshProblem),
    /// An ID token failed a check.
    IdToken,
    /// An ID token is good, of a tenant that is not served here.
    TenantNotAllowed,
    /// We asked wrongly: a defect of ours.
    OurRequest,
    /// Microsoft refuses attache itself, or the settings cannot work: the operator must act.
    Installation,
    /// A permit and a token of two people.
    PermitDoesNotFit,
    /// A link that leads elsewhere.
    ForeignLink,
}

impl Error {
    /// What to do about it.
    pub fn kind(&self) -> Kind {
        match self {
            Self::NoAnswer { .. } => Kind::Unreachable,
            Self::UnknownOutcome { .. } => Kind::UnknownOutcome,
            Self::Garbage { .. } | Self::NotDone { .. } | Self::Metadata(_) => Kind::Trouble,
            Self::Graph(refusal) => refusal.kind(),
            Self::Refresh(refusal) => Kind::Refresh(refusal.problem.clone()),
            Self::Code(refusal) => refusal.kind_of_code(),
            Self::IdToken(IdTokenFault::TenantNotAllowed) => Kind::TenantNotAllowed,
            Self::IdToken(_) => Kind::IdToken,
            Self::Claims => Kind::OurRequest,
            Self::Settings(_) => Kind::Installation,
            Self::PermitDoesNotFit => Kind::PermitDoesNotFit,
            Self::ForeignLink => Kind::ForeignLink,
        }
    }

    /// The number after `AADSTS`, when Entra refused. For diagnosis and messages; decisions are made already.
    pub fn code(&self) -> Option<u32> {
        match self {
            Self::Refresh(refusal) | Self::Code(refusal) => refusal.code,
            _ => None,
        }
    }

    /// Graph's error code, when Graph refused.
    pub fn graph_code(&self) -> Option<&str> {
        match self {
            Self::Graph(refusal) => refusal.code.as_deref(),
            _ => None,
        }
    }

    /// What an unknown outcome is once it was looked for, [`LATE`](crate::LATE) after the last attempt, and is not there.
    #[must_use]
    pub fn not_done(self) -> Self {
        match self {
            Self::UnknownOutcome { upstream } => Self::NotDone { upstream },
            other => other,
        }
    }

    /// The request it is about, for the audit entry.
    pub fn upstream(&self) -> Option<&UpstreamRequest> {
        match self {
            Self::NoAnswer { upstream, .. }
            | Self::UnknownOutcome { upstream }
            | Self::NotDone { upstream }
            | Self::Garbage { upstream } => Some(upstream),
            Self::Graph(refusal) => Some(&refusal.upstream),
            Self::Refresh(refusal) | Self::Code(refusal) => Some(&refusal.upstream),
            _ => None,
        }
    }
}

impl GraphRefusal {
    fn kind(&self) -> Kind {
        if self.code.as_deref().is_some_and(refusal::is_duplicate) {
            return Kind::Conflict;
        }
        match (self.status, &self.claims, self.retry_after) {
            (401 | 403, Some(claims), _) => Kind::Challenge {
                claims: claims.clone(),
            },
            (401, None, _) => Kind::TokenRejected,
            (403, None, _) => Kind::Forbidden,
            (404, _, _) => Kind::NotFound,
            (410, _, _) => Kind::Gone,
            (409 | 412, _, _) => Kind::Conflict,
            (400, _, _) => Kind::Invalid {
                code: self.code.clone().unwrap_or_default(),
            },
            (429, _, retry_after) => Kind::Throttled {
                retry_after: retry_after.unwrap_or(Duration::from_secs(10)),
            },
            (503, _, Some(retry_after)) => Kind::Throttled { retry_after },
            (402..=499, _, _) => Kind::OurRequest,
            (_, _, _) => Kind::Trouble,
        }
    }
}

impl EntraRefusal {
    /// A code is used once: what would keep a connection waiting ends an attempt.
    fn kind_of_code(&self) -> Kind {
        match &self.problem {
            RefreshProblem::Installation => Kind::Installation,
            RefreshProblem::Bug => Kind::OurRequest,
            RefreshProblem::Retry {
                after: Some(retry_after),
            } => Kind::Throttled {
                retry_after: *retry_after,
            },
            RefreshProblem::Retry { after: None } => Kind::Trouble,
            problem => Kind::Refresh(problem.clone()),
        }
    }
}
