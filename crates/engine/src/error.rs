//! What can go wrong, as seen from outside. The one place where failures of the store and of Microsoft become words.

use std::time::Duration;

/// A failure with what its reader can do about it.
///
/// `message` is written by us for the outside; what caused it is in `source()` and goes to the log only.
#[derive(Debug, thiserror::Error)]
#[error("{code}")]
pub struct Error {
    /// What sort of failure; decides the HTTP status.
    pub kind: ErrorKind,
    /// A stable word for machines.
    pub code: &'static str,
    /// What happened and what to do next, in English.
    pub message: String,
    /// Which argument is meant.
    pub field: Option<Box<str>>,
    /// When to try again.
    pub retry_after: Option<Duration>,
    /// A page of attache that helps.
    pub link: Option<Box<str>>,
    /// The number after `AADSTS`, when Entra said one: for the record.
    pub(crate) aadsts: Option<u32>,
    #[source]
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// What sort of failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// No valid session or key.
    Unauthenticated,
    /// Known, but not allowed.
    Forbidden,
    /// No such thing, or not for this caller to know.
    NotFound,
    /// No such tool, or denied: from outside there is no difference.
    UnknownTool,
    /// The arguments are wrong.
    Invalid,
    /// The person must connect or reconnect first.
    NotConnected,
    /// It was decided or changed in the meantime.
    Conflict,
    /// It was done too often lately; nothing was done now.
    Limited,
    /// Microsoft asks to wait.
    Throttled,
    /// Microsoft answered with an error.
    Microsoft,
    /// Microsoft did not answer.
    Unreachable,
    /// A change was sent and no answer came; it may have happened.
    OutcomeUnknown,
    /// attache's own store or audit log cannot be used; nothing was done.
    Unavailable,
    /// A mistake of ours.
    Internal,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            kind,
            code,
            message: message.into(),
            field: None,
            retry_after: None,
            link: None,
            aadsts: None,
            source: None,
        }
    }

    /// A wrong argument: which one, and what was expected.
    pub(crate) fn invalid(code: &'static str, field: &str, message: impl Into<String>) -> Self {
        Self {
            field: Some(field.into()),
            ..Self::new(ErrorKind::Invalid, code, message)
        }
    }

    /// There is no such tool for this caller.
    pub(crate) fn unknown_tool() -> Self {
        Self::new(
            ErrorKind::UnknownTool,
            "unknown_tool",
            "There is no tool of this name. List the tools to see which there are.",
        )
    }

    pub(crate) fn not_found() -> Self {
        Self::new(
            ErrorKind::NotFound,
            "not_found",
            "There is no such thing, or it is not yours.",
        )
    }

    pub(crate) fn internal() -> Self {
        let words = "Something went wrong inside attache. Report the request id.";
        Self::new(ErrorKind::Internal, "internal", words)
    }

    pub(crate) fn unauthenticated() -> Self {
        Self::new(
            ErrorKind::Unauthenticated,
            "unauthenticated",
            "Sign in, or use a valid key.",
        )
    }

    pub(crate) fn stopping() -> Self {
        Self {
            retry_after: Some(Duration::from_secs(5)),
            ..Self::new(
                ErrorKind::Unavailable,
                "restarting",
                "attache is restarting. Try again in a few seconds; nothing was done.",
            )
        }
    }

    pub(crate) fn with_link(self, link: String) -> Self {
        Self {
            link: Some(link.into()),
            ..self
        }
    }

    pub(crate) fn after(self, retry_after: Option<Duration>) -> Self {
        Self {
            retry_after,
            ..self
        }
    }

    pub(crate) fn numbered(self, aadsts: Option<u32>) -> Self {
        Self { aadsts, ..self }
    }

    pub(crate) fn caused_by(self, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self {
            source: Some(Box::new(source)),
            ..self
        }
    }
}

/// An event is not as it was read, or as its owner was shown it.
const EVENT_CHANGED: (&str, &str) = (
    "changed_meanwhile",
    "The event was changed in the meantime. Read it again first.",
);

impl Error {
    pub(crate) fn event_changed() -> Self {
        Self::new(ErrorKind::Conflict, EVENT_CHANGED.0, EVENT_CHANGED.1)
    }

    pub(crate) fn is_event_changed(&self) -> bool {
        self.kind == ErrorKind::Conflict && self.code == EVENT_CHANGED.0
    }
}

/// The store failed: nothing is decided, nothing is sent.
impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        if matches!(error.kind(), store::Kind::TooManyPending) {
            return Self::new(
                ErrorKind::Conflict,
                "too_many_pending",
                "Too many approvals wait already. The person must decide some of them first.",
            );
        }
        Self::new(
            ErrorKind::Unavailable,
            "unavailable",
            "attache cannot write its own records, so it did nothing. Try again shortly; if that does not help, tell your administrator the request id.",
        )
        .caused_by(error)
    }
}

/// Microsoft failed, in a call that changed nothing or was refused as a whole.
impl From<microsoft::Error> for Error {
    fn from(error: microsoft::Error) -> Self {
        use microsoft::Kind;
        let (kind, code, message) = match error.kind() {
            Kind::Unreachable => (
                ErrorKind::Unreachable,
                "microsoft_unreachable",
                "Microsoft did not answer. Nothing was changed; try again shortly.",
            ),
            Kind::UnknownOutcome => (
                ErrorKind::OutcomeUnknown,
                "outcome_unknown",
                crate::reconcile::LOOKING,
            ),
            Kind::Throttled { .. } => (
                ErrorKind::Throttled,
                "microsoft_throttled",
                "Microsoft asks to wait before the next request. Nothing was changed.",
            ),
            Kind::Trouble if matches!(error, microsoft::Error::NotDone { .. }) => (
                ErrorKind::Microsoft,
                "microsoft_trouble",
                "Microsoft has trouble answering at the moment. It did not do this: looking afterwards showed that nothing was changed. Try again shortly.",
            ),
            Kind::Trouble => (
                ErrorKind::Microsoft,
                "microsoft_trouble",
                "Microsoft has trouble answering at the moment. Try again shortly.",
            ),
            Kind::Forbidden => (
                ErrorKind::Microsoft,
                "microsoft_forbidden",
                "Microsoft does not allow this for this person's account.",
            ),
            Kind::NotFound | Kind::Gone => (
                ErrorKind::NotFound,
                "not_found",
                "Outlook has no such item. Search again.",
            ),
            Kind::Conflict => (ErrorKind::Conflict, EVENT_CHANGED.0, EVENT_CHANGED.1),
            Kind::Invalid { .. } => (
                ErrorKind::Microsoft,
                "microsoft_refused",
                "Microsoft refused the request as it was. Check times, zone and addresses.",
            ),
            Kind::Challenge { .. } | Kind::TokenRejected => (
                ErrorKind::NotConnected,
                "needs_sign_in",
                "Microsoft asks the person to sign in again.",
            ),
            Kind::Refresh(_) => (
                ErrorKind::NotConnected,
                "needs_sign_in",
                "The connection to Outlook must be renewed by the person.",
            ),
            Kind::Installation => (
                ErrorKind::Microsoft,
                "installation_refused",
                "Microsoft refuses attache itself, whoever asks. Its operator must act; nobody else can.",
            ),
            Kind::IdToken | Kind::TenantNotAllowed => (
                ErrorKind::Forbidden,
                "sign_in_rejected",
                "The sign-in could not be verified. Start again.",
            ),
            Kind::OurRequest | Kind::PermitDoesNotFit | Kind::ForeignLink => (
                ErrorKind::Internal,
                "internal",
                "Something went wrong inside attache. Report the request id.",
            ),
        };
        let aadsts = error.code();
        let retry_after = match error.kind() {
            Kind::Throttled { retry_after } => Some(retry_after),
            _ => None,
        };
        Self {
            retry_after,
            aadsts,
            ..Self::new(kind, code, message)
        }
        .caused_by(error)
    }
}
