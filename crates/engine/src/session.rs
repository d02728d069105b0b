//! Signing in to attache: a small consent of its own, and the way back from Microsoft for both kinds of attempt.

use std::sync::{Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::audit::{Kind, Record};
use domain::canonical::Digest;
use domain::id::RequestId;
use domain::secret::{AuthorizationCode, BrowserSecret, CodeVerifier, SessionSecret, StateSecret};
use jiff::{SignedDuration, Timestamp};
use microsoft::entra::{self, scopes};
use store::attempts::{Attempt, Purpose, TakenAttempt};

use crate::{Engine, Error, ErrorKind, PersonCaller, TroubleKind};

/// An attempt that has begun: where to send the browser, and what it must keep meanwhile.
pub struct Begun {
    /// Microsoft's sign-in page, with everything it needs to know.
    pub location: String,
    /// The attempt's `state`, which the way back brings along: names the cookie of this attempt.
    pub state: StateSecret,
    /// Goes into a cookie for ten minutes; the attempt ends only in the browser that has it.
    pub browser: BrowserSecret,
}

/// What Microsoft's redirect brought.
pub struct Callback {
    /// The `state` of the attempt.
    pub state: StateSecret,
    /// A code or an error.
    pub answer: CallbackAnswer,
}

/// The two forms of Microsoft's answer.
pub enum CallbackAnswer {
    /// Success.
    Code(AuthorizationCode),
    /// Failure, by Microsoft's words; none of them is ever shown.
    Error {
        /// `error`.
        error: String,
        /// `error_subcode`.
        subcode: Option<String>,
        /// `error_description`.
        description: Option<String>,
    },
}

/// How an attempt ended.
pub enum Finished {
    /// Signed in: the new session's cookie value, and the page to go on with.
    SignedIn {
        /// For the session cookie.
        session: SessionSecret,
        /// A path of attache's own.
        return_to: String,
    },
    /// Outlook Calendar is connected.
    Connected,
}

/// What both legs of an attempt share. It is derived from the two secrets only the browser holds together, so that the
/// store never knows enough to redeem a code.
pub(crate) struct Proof {
    pub(crate) verifier: CodeVerifier,
    pub(crate) nonce: String,
}

impl Proof {
    pub(crate) fn of(state: &StateSecret, browser: &BrowserSecret) -> Self {
        let derive = |purpose| {
            URL_SAFE_NO_PAD.encode(
                Digest::of(
                    purpose,
                    &[state.expose().as_bytes(), browser.expose().as_bytes()],
                )
                .as_bytes(),
            )
        };
        Self {
            verifier: CodeVerifier::new(derive("attache code verifier")),
            nonce: derive("attache nonce"),
        }
    }
}

impl Engine {
    /// Begins signing in with the four scopes that identify a person.
    ///
    /// # Errors
    /// When the store or Microsoft's discovery document cannot be reached.
    pub async fn begin_sign_in(&self, return_to: &str) -> Result<Begun, Error> {
        let attempt = Attempt {
            purpose: Purpose::SignIn,
            person: None,
            session: None,
            return_to: return_to.to_owned(),
            created: self.0.clock.now(),
            issuer: self.0.microsoft.entra().authority().to_owned(),
            claims: None,
        };
        let prompt = Some(entra::Prompt::SelectAccount);
        self.begin(attempt, &scopes::SIGN_IN, None, prompt).await
    }

    pub(crate) async fn begin(
        &self,
        attempt: Attempt,
        scopes: &[domain::tool::Scope],
        login_hint: Option<&str>,
        prompt: Option<entra::Prompt>,
    ) -> Result<Begun, Error> {
        let (state, browser) = (
            StateSecret::random(&self.0.random),
            BrowserSecret::random(&self.0.random),
        );
        let proof = Proof::of(&state, &browser);
        let begin = entra::Begin {
            state: &state,
            nonce: &proof.nonce,
            challenge: &entra::Entra::challenge(&proof.verifier),
            scopes,
            prompt,
            login_hint,
            claims: attempt.claims.as_deref(),
        };
        let location = self.0.microsoft.entra().authorize_url(&begin).await?;
        self.0
            .store
            .begin_attempt(&state.hash(), &browser.hash(), &attempt)
            .await?;
        Ok(Begun {
            location,
            state,
            browser,
        })
    }

    /// Ends an attempt with what Microsoft's redirect brought, in the browser that began it.
    ///
    /// # Errors
    /// `attempt_unknown` when it is used, expired or was never begun; `attempt_other_browser`; `attempt_other_person`;
    /// `account_differs`; Microsoft's refusals by our own codes; [`ErrorKind::Unavailable`] when nothing can be stored.
    pub async fn finish(
        &self,
        callback: Callback,
        browser: Option<&BrowserSecret>,
        person: Option<&PersonCaller>,
        request: &RequestId,
    ) -> Result<Finished, Error> {
        let Some(browser) = browser else {
            return Err(other_browser());
        };
        let attempt = match self
            .0
            .store
            .take_attempt(&callback.state.hash(), &browser.hash())
            .await?
        {
            TakenAttempt::Found(attempt) => attempt,
            TakenAttempt::WrongBrowser => return Err(other_browser()),
            TakenAttempt::Unknown => {
                return Err(Error::new(
                    ErrorKind::Invalid,
                    "attempt_unknown",
                    "This sign-in was already used or has expired. Start again.",
                ));
            }
        };
        let proof = Proof::of(&callback.state, browser);
        match attempt.purpose {
            Purpose::SignIn => {
                let signed_in =
                    self.finish_sign_in(&attempt, callback.answer, proof, person, request);
                match signed_in.await {
                    Ok(finished) => Ok(finished),
                    Err(error) => {
                        self.note_failed(&attempt, &error, request).await;
                        Err(self.with_consent_link(error, None))
                    }
                }
            }
            Purpose::Connect => {
                self.finish_connect(&attempt, callback.answer, proof, person, request)
                    .await
            }
        }
    }

    async fn finish_sign_in(
        &self,
        attempt: &Attempt,
        answer: CallbackAnswer,
        proof: Proof,
        before: Option<&PersonCaller>,
        request: &RequestId,
    ) -> Result<Finished, Error> {
        let code = self.code_of(answer).await?;
        let (entra, scopes) = (self.0.microsoft.entra(), &scopes::SIGN_IN);
        let redeemed = entra.redeem_code(code, proof.verifier, &proof.nonce, scopes);
        let signed_in = match redeemed.await {
            Ok(signed_in) => signed_in,
            Err(error) => return Err(self.rejected(error).await),
        };
        self.forget_trouble().await;
        let proved = self.proved_at(attempt, &signed_in)?;
        let person = self
            .0
            .store
            .sign_in_person(&signed_in.identity, &signed_in.name, &signed_in.login)
            .await?;
        if attempt.person.as_ref().is_some_and(|who| *who != person.id) {
            return Err(Error::new(
                ErrorKind::Forbidden,
                "account_differs",
                "At Microsoft you chose another account than the one you are signed in with. Choose your own account.",
            ));
        }
        let mut record = self.about(&person, Kind::SignedIn);
        record.request = Some(request.clone());
        (record.sid, record.uti) = (signed_in.sid, signed_in.uti);
        self.0.store.record(record).await?;
        if let Some(before) = before {
            self.0.store.end_session(&before.session).await?;
        }
        let session = SessionSecret::random(&self.0.random);
        let settings = &self.0.settings;
        self.0
            .store
            .create_session(
                &person.id,
                &session.hash(),
                proved,
                settings.session_idle,
                settings.session_absolute,
            )
            .await?;
        Ok(Finished::SignedIn {
            session,
            return_to: attempt.return_to.clone(),
        })
    }

    /// Puts on record that somebody could not sign in, where it is known whose organisation she meant: that of a person who
    /// was to prove who she is, or the only one there is. Who tries needs to be nobody, so there are so many entries at most.
    async fn note_failed(&self, attempt: &Attempt, error: &Error, request: &RequestId) {
        if !self.0.failures.may_be_noted(self.0.clock.now()) {
            return;
        }
        let noted = async {
            let store = &self.0.store;
            let organisation = match &attempt.person {
                Some(person) => store.person(person).await?.map(|one| one.organisation),
                None => match store.organisations().await?.as_slice() {
                    [(only, _)] => Some(only.clone()),
                    _ => None,
                },
            };
            let Some(organisation) = organisation else {
                return Ok(());
            };
            let mut record = Record::new(self.0.clock.now(), Kind::SignInFailed, organisation);
            record.person.clone_from(&attempt.person);
            record.request = Some(request.clone());
            record.outcome = Some("failed".to_owned());
            record.reason = Some(error.code.to_owned());
            store.record(record).await.map(drop)
        };
        if let Err(error) = noted.await {
            tracing::warn!(error = %error, "A failed sign-in could not be put on record");
        }
    }

    /// Ends this session; its cookie is worth nothing afterwards.
    ///
    /// # Errors
    /// [`ErrorKind::Unavailable`] when the store cannot be reached.
    pub async fn sign_out(&self, person: &PersonCaller) -> Result<(), Error> {
        self.0.store.end_session(&person.session).await?;
        self.0
            .store
            .record(self.about(&person.person, Kind::SignedOut))
            .await?;
        Ok(())
    }

    /// Keeps the language a person chose (`en` or `de`).
    ///
    /// # Errors
    /// `unknown_language` for any other.
    pub async fn set_language(&self, person: &PersonCaller, language: &str) -> Result<(), Error> {
        if !matches!(language, "en" | "de") {
            return Err(Error::invalid(
                "unknown_language",
                "language",
                "The languages are en and de.",
            ));
        }
        let store = &self.0.store;
        store
            .set_preferences(person.id(), Some(language), None)
            .await?;
        Ok(())
    }

    /// A record about a person, now.
    pub(crate) fn about(&self, person: &store::people::Person, kind: Kind) -> Record {
        let mut record = Record::new(self.0.clock.now(), kind, person.organisation.clone());
        record.person = Some(person.id.clone());
        record
    }
}

/// How many failed sign-ins are put on record in a minute.
const NOTED: u32 = 30;

/// How many were, since when.
#[derive(Default)]
pub(crate) struct Failures(Mutex<Option<(Timestamp, u32)>>);

impl Failures {
    fn may_be_noted(&self, now: Timestamp) -> bool {
        let mut minute = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let over = |since: Timestamp| now.duration_since(since) >= SignedDuration::from_mins(1);
        let (since, count) = minute
            .filter(|(since, _)| !over(*since))
            .unwrap_or((now, 0));
        *minute = Some((since, count + 1));
        count < NOTED
    }
}

fn other_browser() -> Error {
    Error::new(
        ErrorKind::Invalid,
        "attempt_other_browser",
        "This sign-in was begun in another browser. Start again here.",
    )
}

impl Engine {
    /// The code, or Microsoft's error by one of our own codes. Its description is never shown.
    pub(crate) async fn code_of(&self, answer: CallbackAnswer) -> Result<AuthorizationCode, Error> {
        let (error, subcode, description) = match answer {
            CallbackAnswer::Code(code) => return Ok(code),
            CallbackAnswer::Error {
                error,
                subcode,
                description,
            } => (error, subcode, description),
        };
        let number = description.as_deref().and_then(entra::aadsts_number);
        let problem = entra::callback_error(&error, subcode.as_deref(), description.as_deref());
        if problem == entra::CallbackProblem::OurRequest {
            self.note(TroubleKind::Misunderstood, number).await;
        }
        Err(without_a_code(problem).numbered(number))
    }

    /// A refused code redemption: whatever Microsoft or the ID token's checks said, the attempt is over.
    pub(crate) async fn rejected(&self, error: microsoft::Error) -> Error {
        use microsoft::{Kind, RefreshProblem};
        self.note_trouble(&error).await;
        let (kind, code, message) = match error.kind() {
            Kind::Refresh(RefreshProblem::NeedsConsent) => (
                ErrorKind::Forbidden,
                "admin_must_consent",
                "An administrator of your organisation must consent first.",
            ),
            Kind::Refresh(RefreshProblem::BlockedByPolicy { .. }) => (
                ErrorKind::Forbidden,
                "blocked_by_policy",
                "A policy of your organisation blocks attache at Microsoft. Ask your administrator there.",
            ),
            Kind::Refresh(RefreshProblem::AppUnavailable) => (
                ErrorKind::Forbidden,
                "app_unavailable",
                "attache is not available in your organisation's directory at Microsoft. Ask your administrator there.",
            ),
            Kind::Refresh(RefreshProblem::AccountDisabled) => (
                ErrorKind::Forbidden,
                "account_disabled",
                "Microsoft reports your account as disabled or gone. Ask your administrator.",
            ),
            Kind::Refresh(RefreshProblem::Loop) => {
                let wait = Some(std::time::Duration::from_secs(300));
                return Error::new(ErrorKind::Throttled, "microsoft_throttled", WAIT)
                    .after(wait)
                    .numbered(error.code())
                    .caused_by(error);
            }
            Kind::OurRequest if error.code().is_some() => {
                (ErrorKind::Microsoft, "installation_refused", REFUSED)
            }
            Kind::Refresh(_) | Kind::OurRequest => (
                ErrorKind::Invalid,
                "sign_in_rejected",
                "Microsoft did not accept this sign-in any more. Start again.",
            ),
            Kind::TenantNotAllowed => (
                ErrorKind::Forbidden,
                "tenant_not_allowed",
                "This account belongs to an organisation that attache does not serve here.",
            ),
            _ => return error.into(),
        };
        let number = error.code();
        Error::new(kind, code, message)
            .numbered(number)
            .caused_by(error)
    }
}

const WAIT: &str = "Microsoft asks to wait five minutes. Nothing was changed.";
const REFUSED: &str =
    "Microsoft refuses attache itself, whoever asks. Its operator must act; nobody else can.";

/// What came back instead of a code.
fn without_a_code(problem: entra::CallbackProblem) -> Error {
    use entra::CallbackProblem;
    let (kind, code, message) = match problem {
        CallbackProblem::Cancelled => (
            ErrorKind::Invalid,
            "consent_cancelled",
            "The sign-in was cancelled at Microsoft, or an administrator must approve attache first.",
        ),
        CallbackProblem::Declined => (
            ErrorKind::Invalid,
            "consent_declined",
            "The consent was declined. Nothing was connected.",
        ),
        CallbackProblem::AdminMustConsent => (
            ErrorKind::Forbidden,
            "admin_must_consent",
            "An administrator of your organisation must consent first.",
        ),
        CallbackProblem::AppUnavailable => (
            ErrorKind::Forbidden,
            "app_unavailable",
            "attache is not available in your organisation's directory at Microsoft. Ask your administrator there.",
        ),
        CallbackProblem::OurRequest => (ErrorKind::Microsoft, "installation_refused", REFUSED),
        CallbackProblem::Trouble => (
            ErrorKind::Microsoft,
            "microsoft_trouble",
            "Microsoft has trouble at the moment. Try again shortly.",
        ),
    };
    Error::new(kind, code, message)
}
