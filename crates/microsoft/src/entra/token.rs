//! The token endpoint: two grants, one answer.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use domain::audit::UpstreamRequest;
use domain::id::PersonId;
use domain::random::Random;
use domain::secret::{AuthorizationCode, CodeVerifier, RefreshToken};
use domain::tool::Scope;
use jiff::Timestamp;
use tokio::sync::Semaphore;
use url::Url;
use url::form_urlencoded::Serializer;
use zeroize::Zeroizing;

use super::credential::Proof;
use super::{CAP, readable_claims, refusal, scopes};
use crate::error::{EntraRefusal, Error};
use crate::settings::Settings;
use crate::transport::{Answer, Lost, Transport};
use crate::wire::token::{TokenAnswer, TokenRefusal};

/// An access token of one person, for one operation. It is only made by redeeming a grant with a permit, is never
/// copied, printed or stored, and is overwritten when it is dropped.
pub struct AccessToken {
    token: Zeroizing<String>,
    person: PersonId,
    expires: Timestamp,
    lanes: Semaphore,
}

/// Exchange serves four requests of one application for one mailbox at a time; all calls of a burst share them.
const AT_ONCE: usize = 4;

impl AccessToken {
    /// A token that Entra just gave; its life is counted from now and never taken for longer than two days.
    pub(crate) fn new(
        token: Zeroizing<String>,
        person: PersonId,
        now: Timestamp,
        expires_in: u64,
    ) -> Self {
        let life = Duration::from_secs(expires_in.min(48 * 3600));
        Self {
            token,
            person,
            expires: now + life,
            lanes: Semaphore::new(AT_ONCE),
        }
    }

    /// A token that another instance had from Entra.
    pub(super) fn handed_over(
        token: Zeroizing<String>,
        person: PersonId,
        expires: Timestamp,
    ) -> Self {
        Self {
            token,
            person,
            expires,
            lanes: Semaphore::new(AT_ONCE),
        }
    }

    /// What a request to Graph waits for before it is sent.
    pub(crate) fn lanes(&self) -> &Semaphore {
        &self.lanes
    }

    /// From when on Graph will refuse it.
    pub fn expires(&self) -> Timestamp {
        self.expires
    }

    /// Whose calendar it opens.
    pub(crate) fn person(&self) -> &PersonId {
        &self.person
    }

    /// The value of the `Authorization` header. Only for the wire.
    pub(crate) fn bearer(&self) -> &str {
        &self.token
    }
}

/// What is exchanged for a token. There is no third kind.
pub(crate) enum Grant<'a> {
    Code {
        code: &'a AuthorizationCode,
        verifier: &'a CodeVerifier,
    },
    Refresh(&'a RefreshToken),
}

/// The token endpoint of one authority, with our credential.
pub(crate) struct Exchange<'a> {
    pub(crate) endpoint: &'a Url,
    pub(crate) settings: &'a Settings,
    pub(crate) transport: &'a Transport,
    pub(crate) now: Timestamp,
    pub(crate) random: &'a Random,
}

/// A success, not yet read.
pub(crate) struct Success {
    answer: Answer,
    /// How often Entra was asked for it.
    pub(crate) requests: usize,
}

impl Success {
    pub(crate) fn upstream(&self) -> &UpstreamRequest {
        &self.answer.upstream
    }

    /// # Errors
    /// [`Error::Garbage`] when it is not a token answer.
    pub(crate) fn read(self) -> Result<TokenAnswer, Error> {
        serde_json::from_slice(&self.answer.body).map_err(|_| Error::Garbage {
            upstream: self.answer.upstream,
        })
    }
}

impl Exchange<'_> {
    /// Exchanges a grant. A refresh is tried once more at once when no answer or only trouble came: the old token stays
    /// good, so a lost answer costs nothing. A code is spent by its first use.
    pub(crate) async fn send(
        &self,
        grant: &Grant<'_>,
        scopes: &[Scope],
        claims: &str,
    ) -> Result<Success, Error> {
        let mut proofs = self.settings.credential.proofs().peekable();
        let mut requests = 0;
        while let Some(proof) = proofs.next() {
            let body = self.body(grant, scopes, claims, proof);
            let mut result = self.once(&body).await;
            requests += 1;
            if matches!(grant, Grant::Refresh(_)) && worth_repeating(&result) {
                result = self.once(&body).await;
                requests += 1;
            }
            let answer = result.map_err(|lost| Error::from(*lost))?;
            if answer.is_success() {
                return Ok(Success { answer, requests });
            }
            let refusal = Box::new(refused(&answer));
            // Whoever does not know us has not looked at the grant, so the other certificate may still be tried.
            let unknown = refusal.problem == refusal::RefreshProblem::Installation;
            if unknown && proofs.peek().is_some() {
                continue;
            }
            return Err(match grant {
                Grant::Code { .. } => Error::Code(refusal),
                Grant::Refresh(_) => Error::Refresh(refusal),
            });
        }
        Err(Error::Settings("there is no credential"))
    }

    async fn once(&self, body: &Zeroizing<String>) -> Result<Answer, Box<Lost>> {
        let request = self
            .transport
            .request(http::Method::POST, self.endpoint.clone())
            .header(
                http::header::CONTENT_TYPE,
                "application/x-www-form-urlencoded",
            )
            // The copy that is sent is overwritten, too, when it has been sent.
            .body(Bytes::from_owner(Secret(body.clone())));
        self.transport
            .send(request, CAP, self.settings.timeout)
            .await
    }

    fn body(
        &self,
        grant: &Grant<'_>,
        scopes: &[Scope],
        claims: &str,
        proof: Proof<'_>,
    ) -> Zeroizing<String> {
        let mut form = Serializer::new(String::with_capacity(4096));
        form.append_pair("client_id", &self.settings.client_id)
            .append_pair("scope", &scopes::joined(scopes))
            .append_pair("claims", claims);
        let client_id = &self.settings.client_id;
        proof.add_to(&mut form, client_id, self.endpoint, self.now, self.random);
        match grant {
            Grant::Code { code, verifier } => form
                .append_pair("grant_type", "authorization_code")
                .append_pair("code", code.expose())
                .append_pair("redirect_uri", &self.settings.redirect_uri)
                .append_pair("code_verifier", verifier.expose()),
            Grant::Refresh(token) => form
                .append_pair("grant_type", "refresh_token")
                .append_pair("refresh_token", token.expose()),
        };
        Zeroizing::new(form.finish())
    }
}

/// Bytes for the wire that do not stay in memory.
struct Secret(Zeroizing<String>);

impl AsRef<[u8]> for Secret {
    fn as_ref(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

fn worth_repeating(result: &Result<Answer, Box<Lost>>) -> bool {
    match result {
        Ok(answer) => answer.status >= 500 && answer.retry_after().is_none(),
        Err(_) => true,
    }
}

/// Reads a refusal. A body that is none (a proxy's page, say) decides by its status alone.
fn refused(answer: &Answer) -> EntraRefusal {
    let told: TokenRefusal = serde_json::from_slice(&answer.body).unwrap_or_default();
    let claims = told.claims.as_deref().and_then(readable_claims);
    let problem = refusal::meaning(&refusal::Told {
        status: answer.status,
        error: told.error.as_deref(),
        suberror: told.suberror.as_deref(),
        codes: &told.error_codes,
        claims: claims.as_deref(),
        retry_after: answer.retry_after(),
    });
    EntraRefusal {
        problem,
        code: told.error_codes.first().copied(),
        upstream: answer.upstream.clone(),
    }
}

impl fmt::Debug for Exchange<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Exchange")
    }
}
