//! What wants its administrator to have proved a moment ago who she is, so that a session that was left open, or taken, does
//! not reach it: widening a level, ending everybody's connections, taking the record away.

use jiff::{SignedDuration, Timestamp};
use microsoft::entra::{Prompt, SignedIn};
use store::attempts::{Attempt, Purpose};

use crate::session::Begun;
use crate::{Engine, Error, ErrorKind, PersonCaller};

/// For how long a sign-in counts as fresh.
const FRESH: SignedDuration = SignedDuration::from_mins(15);
/// How far Microsoft's clock and ours may differ.
const SKEW: SignedDuration = SignedDuration::from_mins(5);

impl Engine {
    /// Whether this person may do it now, and then goes back to this page.
    ///
    /// # Errors
    /// `sign_in_again`, with the link of the page where she does.
    pub(crate) fn if_fresh(&self, person: &PersonCaller, back_to: &str) -> Result<(), Error> {
        let age = self.0.clock.now().duration_since(person.authenticated_at);
        if age <= FRESH {
            return Ok(());
        }
        Err(again().with_link(format!(
            "{}/?again=1&return_to={back_to}",
            self.0.settings.base_url
        )))
    }

    /// Sends somebody who is signed in to Microsoft to prove anew who she is.
    ///
    /// # Errors
    /// As [`Engine::begin_sign_in`].
    pub async fn begin_sign_in_again(
        &self,
        person: &PersonCaller,
        return_to: &str,
    ) -> Result<Begun, Error> {
        let attempt = Attempt {
            purpose: Purpose::SignIn,
            person: Some(person.id().clone()),
            session: None,
            return_to: return_to.to_owned(),
            created: self.0.clock.now(),
            issuer: self.0.microsoft.entra().authority().to_owned(),
            claims: None,
        };
        let scopes = &microsoft::entra::scopes::SIGN_IN;
        self.begin(attempt, scopes, Some(person.login()), Some(Prompt::Login))
            .await
    }

    /// When somebody who came back from Microsoft proved who she is. Without a word of Microsoft's an ordinary sign-in proves
    /// nothing about it, as it may have been silent; one that asked for the password does.
    ///
    /// # Errors
    /// `sign_in_again` when she was asked to prove it anew and has not.
    pub(crate) fn proved_at(
        &self,
        attempt: &Attempt,
        signed_in: &SignedIn,
    ) -> Result<Timestamp, Error> {
        let (now, asked) = (self.0.clock.now(), attempt.person.is_some());
        match (signed_in.authenticated_at, asked) {
            (Some(at), true) if at + SKEW < attempt.created => Err(again()),
            (Some(at), _) => Ok(at.min(now)),
            (None, true) => Ok(now),
            (None, false) => Ok(Timestamp::UNIX_EPOCH),
        }
    }
}

fn again() -> Error {
    Error::new(
        ErrorKind::Forbidden,
        "sign_in_again",
        "This needs a sign-in of the last 15 minutes. Sign in again, then repeat it.",
    )
}
