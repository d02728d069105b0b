//! Entra: where people sign in and consent, and where a stored grant becomes an access token for one call.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::audit::UpstreamRequest;
use domain::clock::Clock;
use domain::id::{Identity, TenantId};
use domain::keep_alive::KeepAlive;
use domain::policy::Permit;
use domain::random::Random;
use domain::secret::{AuthorizationCode, CodeVerifier, RefreshToken, StateSecret};
use domain::tool::Scope;
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

pub mod scopes;

mod authorize;
mod callback;
mod claims;
mod credential;
mod discovery;
mod granted;
mod handover;
mod id_token;
mod keys;
pub(crate) mod refusal;
mod token;

pub use callback::{CallbackProblem, callback_error, number as aadsts_number};
pub use credential::{Certificate, CertificateFault, Credential};
pub use handover::{Asking, HandedOver};
pub use token::AccessToken;

pub(crate) use claims::readable as readable_claims;

use crate::error::{Error, IdTokenFault};
use crate::settings::{Places, Settings};
use crate::transport::Transport;
use discovery::Discovery;
use id_token::Expected;
use keys::Keys;
use token::{Exchange, Grant};

/// Entra's answers may be this long, in bytes.
pub(crate) const CAP: usize = 256 * 1024;

/// Sign-in, consent and tokens of one authority.
pub struct Entra {
    settings: Settings,
    places: Arc<Places>,
    transport: Transport,
    clock: Clock,
    random: Random,
    discovery: Discovery,
    keys: Keys,
}

/// What a browser is sent to Microsoft with.
#[derive(Debug)]
pub struct Begin<'a> {
    /// Ties the answer to the attempt.
    pub state: &'a StateSecret,
    /// Ties the ID token to the attempt.
    pub nonce: &'a str,
    /// From [`Entra::challenge`].
    pub challenge: &'a str,
    /// What is asked for: [`scopes::SIGN_IN`] or [`scopes::names`].
    pub scopes: &'a [Scope],
    /// What Microsoft is to ask in any case. Excludes a hint when it is [`Prompt::SelectAccount`].
    pub prompt: Option<Prompt>,
    /// Whom Microsoft may expect.
    pub login_hint: Option<&'a str>,
    /// A claims challenge that the sign-in must meet, a JSON text.
    pub claims: Option<&'a str>,
}

/// What Microsoft asks even if it would not need to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prompt {
    /// Which account.
    SelectAccount,
    /// The password again.
    Login,
    /// Consent again.
    Consent,
}

/// Somebody who signed in; every check of the ID token has been passed.
pub struct SignedIn {
    /// Who it is. Nothing else here says that.
    pub identity: Identity,
    /// For display: as the directory has it, one line.
    pub name: String,
    /// For display and as a hint: the sign-in name. It can change and be given to somebody else.
    pub login: String,
    /// What was granted, of what attache knows.
    pub scopes: Vec<Scope>,
    /// The lasting grant, if `offline_access` was asked for.
    pub grant: Option<RefreshToken>,
    /// Names of scopes that were granted though nobody asked; never used.
    pub superset: Vec<String>,
    /// When the person last proved who she is, if Microsoft says so.
    pub authenticated_at: Option<Timestamp>,
    /// Microsoft's id of this sign-in and of everything that comes from its grant, if its ID token told (claim `sid`).
    pub sid: Option<String>,
    /// Microsoft's id of the ID token (claim `uti`).
    pub uti: Option<String>,
}

/// A grant that was redeemed.
pub struct Redeemed {
    /// For this operation; in memory only.
    pub access: AccessToken,
    /// The grant to be used from now on, if Microsoft gave a new one. Store it before using the access token.
    pub grant: Option<RefreshToken>,
    /// What the access token is good for, of what attache knows.
    pub scopes: Vec<Scope>,
    /// For the audit entry.
    pub upstream: UpstreamRequest,
    /// How often Entra was asked: more than once if an answer was lost.
    pub requests: usize,
}

/// A grant that was kept alive.
pub struct Kept {
    /// The grant to be used from now on, if Microsoft gave a new one.
    pub grant: Option<RefreshToken>,
    /// What it is good for, of what attache knows.
    pub scopes: Vec<Scope>,
    /// For the audit entry.
    pub upstream: UpstreamRequest,
    /// How often Entra was asked: more than once if an answer was lost.
    pub requests: usize,
}

impl Entra {
    pub(crate) fn new(
        settings: Settings,
        places: Arc<Places>,
        transport: Transport,
        clock: Clock,
        random: Random,
    ) -> Self {
        let discovery = Discovery::new(Arc::clone(&places), transport.clone(), clock.clone());
        let keys = Keys::new(transport.clone(), clock.clone());
        Self {
            settings,
            places,
            transport,
            clock,
            random,
            discovery,
            keys,
        }
    }

    /// The authority as configured; what an attempt is pinned to.
    pub fn authority(&self) -> &str {
        &self.settings.authority
    }

    /// When the credential ends by which attache proves itself, where that is known here.
    pub fn credential_until(&self) -> Option<Timestamp> {
        self.settings.credential.valid_until()
    }

    /// The address that Microsoft sends people back to.
    pub(crate) fn redirect_uri(&self) -> &str {
        &self.settings.redirect_uri
    }

    /// The issuer as the authority names itself.
    pub(crate) async fn issuer(&self) -> Result<String, Error> {
        Ok(self.discovery.metadata().await?.issuer.clone())
    }

    /// Shows Entra a refresh token that it cannot have issued; whatever it answered, nothing of it is kept.
    pub(crate) async fn show(&self, made_up: &RefreshToken) -> Result<(), Error> {
        let metadata = self.discovery.metadata().await?;
        let exchange = self.exchange(&metadata.token_endpoint);
        let claims = claims::with_capability(None)?;
        let grant = Grant::Refresh(made_up);
        exchange.send(&grant, &scopes::SIGN_IN, &claims).await?;
        Ok(())
    }

    /// Where an administrator of an organisation consents to the ten scopes for everybody in it; without a tenant, of
    /// whichever organisation signs in, if this installation serves several.
    pub fn admin_consent_url(&self, tenant: Option<&TenantId>) -> String {
        authorize::admin_consent_url(&self.places, &self.settings, tenant)
    }

    /// The address to send a browser to.
    ///
    /// # Errors
    /// When Entra's metadata cannot be had, or `claims` is no JSON object.
    pub async fn authorize_url(&self, begin: &Begin<'_>) -> Result<String, Error> {
        let metadata = self.discovery.metadata().await?;
        authorize::url(&metadata.authorization_endpoint, &self.settings, begin)
    }

    /// The PKCE challenge (S256) of a verifier.
    pub fn challenge(verifier: &CodeVerifier) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.expose().as_bytes()))
    }

    /// Redeems an authorization code and checks who signed in. The access token that comes along is dropped unread:
    /// nobody has a permit yet. A code is tried once.
    ///
    /// # Errors
    /// [`Kind::IdToken`](crate::Kind::IdToken), [`Kind::TenantNotAllowed`](crate::Kind::TenantNotAllowed),
    /// [`Kind::Installation`](crate::Kind::Installation), [`Kind::Refresh`](crate::Kind::Refresh) for a code that is not
    /// accepted, [`Kind::Unreachable`](crate::Kind::Unreachable), [`Kind::Trouble`](crate::Kind::Trouble).
    pub async fn redeem_code(
        &self,
        code: AuthorizationCode,
        verifier: CodeVerifier,
        nonce: &str,
        scopes: &[Scope],
    ) -> Result<SignedIn, Error> {
        let metadata = self.discovery.metadata().await?;
        let exchange = self.exchange(&metadata.token_endpoint);
        let answer = exchange
            .send(
                &Grant::Code {
                    code: &code,
                    verifier: &verifier,
                },
                scopes,
                &claims::with_capability(None)?,
            )
            .await?;
        drop((code, verifier));
        let answer = answer.read()?;
        drop(answer.access_token);
        let id_token = answer
            .id_token
            .ok_or(Error::IdToken(IdTokenFault::Missing))?;
        let expected = Expected {
            issuer: &metadata.issuer,
            client_id: &self.settings.client_id,
            allowed_tenants: &self.settings.allowed_tenants,
            nonce,
            now: self.clock.now(),
        };
        let person = id_token::check(&id_token, &self.keys, &metadata.jwks_uri, &expected).await?;
        let granted = granted::read(&answer.scope, scopes, answer.refresh_token.is_some());
        Ok(SignedIn {
            identity: person.identity,
            name: person.name,
            login: person.login,
            scopes: granted.scopes,
            grant: answer.refresh_token,
            superset: granted.superset,
            authenticated_at: person.authenticated_at,
            sid: person.sid,
            uti: person.uti,
        })
    }

    /// Redeems a stored grant for one permitted call: no permit, no token. All ten scopes are asked for, so that every
    /// policy on them is met now and not in the middle of a call. Tried once more at once if no answer came.
    ///
    /// # Errors
    /// [`Kind::Refresh`](crate::Kind::Refresh) says what a refusal means for the connection;
    /// [`Kind::Unreachable`](crate::Kind::Unreachable) and [`Kind::Trouble`](crate::Kind::Trouble) mean nothing for it.
    pub async fn redeem(
        &self,
        permit: &Permit,
        grant: RefreshToken,
        claims: Option<&str>,
    ) -> Result<Redeemed, Error> {
        let claims = claims::with_capability(claims)?;
        let metadata = self.discovery.metadata().await?;
        let exchange = self.exchange(&metadata.token_endpoint);
        let asked = scopes::names();
        let answer = exchange
            .send(&Grant::Refresh(&grant), &asked, &claims)
            .await?;
        drop(grant);
        let (upstream, requests) = (answer.upstream().clone(), answer.requests);
        let answer = answer.read()?;
        let granted = granted::read(&answer.scope, &asked, answer.refresh_token.is_some());
        let Some(token) = answer.access_token else {
            return Err(Error::Garbage { upstream });
        };
        let access = AccessToken::new(
            token,
            permit.caller().person.clone(),
            self.clock.now(),
            answer.expires_in,
        );
        Ok(Redeemed {
            access,
            grant: answer.refresh_token,
            scopes: granted.scopes,
            upstream,
            requests,
        })
    }

    /// Exchanges the grant of an idle connection for a newer one, so that Microsoft does not forget it. The access token
    /// that comes along is dropped unread: nobody has a permit.
    ///
    /// # Errors
    /// As [`Entra::redeem`].
    pub async fn keep_alive(&self, _: &KeepAlive, grant: RefreshToken) -> Result<Kept, Error> {
        let claims = claims::with_capability(None)?;
        let metadata = self.discovery.metadata().await?;
        let exchange = self.exchange(&metadata.token_endpoint);
        let asked = scopes::names();
        let answer = exchange
            .send(&Grant::Refresh(&grant), &asked, &claims)
            .await?;
        drop(grant);
        let requests = answer.requests;
        let upstream = answer.upstream().clone();
        let answer = answer.read()?;
        drop(answer.access_token);
        let granted = granted::read(&answer.scope, &asked, answer.refresh_token.is_some());
        Ok(Kept {
            grant: answer.refresh_token,
            scopes: granted.scopes,
            upstream,
            requests,
        })
    }

    fn exchange<'a>(&'a self, endpoint: &'a url::Url) -> Exchange<'a> {
        Exchange {
            endpoint,
            settings: &self.settings,
            transport: &self.transport,
            now: self.clock.now(),
            random: &self.random,
        }
    }
}
