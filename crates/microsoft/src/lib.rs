//! The only crate that talks to Microsoft: Entra for sign-in and tokens, Graph for calendars and people.
//!
//! **For:** turning what the engine means into requests, and answers into the words of `domain`. Microsoft's names, time
//! zones, error codes and odd shapes stop here.
//! **Never:** it asks for other scopes than the ten in [`entra::scopes`]; it has no application credential flow; it gives
//! no access token without a [`Permit`] and makes no Graph request without both; it follows no link to another host; it
//! keeps nothing on disk; and no token, code, address, name or title gets into an error, a log line or a `Debug` text.
//! **Start reading** at [`Microsoft`], then [`entra::Entra::redeem`], then `graph.rs`. Which failed refresh means what is
//! decided once, in `entra/refusal.rs`; what is tried again, in `retry.rs`.

use std::sync::Arc;

use domain::clock::Clock;
use domain::policy::{Permit, Purpose};
use domain::random::Random;

pub mod entra;
pub mod graph;

pub mod probe;

mod error;
mod retry;
mod settings;
mod transport;
mod wire;

pub use entra::refusal::RefreshProblem;
pub use error::{EntraRefusal, Error, GraphRefusal, IdTokenFault, Kind};
pub use retry::LATE;
pub use settings::Settings;

use entra::{AccessToken, Entra};
use graph::{Graph, NextLink};
use settings::Places;
use transport::Transport;

/// The way to Microsoft. Built once and cloned; all clones share one HTTP client and what is known of Entra's keys.
#[derive(Clone)]
pub struct Microsoft(Arc<Inner>);

struct Inner {
    entra: Entra,
    transport: Transport,
    places: Arc<Places>,
    clock: Clock,
    random: Random,
}

impl Microsoft {
    /// Prepares the client. Nothing is sent before the first call.
    ///
    /// # Errors
    /// [`Kind::Installation`] when an address is not one, or is plain `http` elsewhere than on this machine.
    pub fn new(settings: Settings, clock: Clock, random: Random) -> Result<Self, Error> {
        let places = Arc::new(Places::of(&settings)?);
        let transport = Transport::new(places.loopback, settings.timeout, random.clone())?;
        let entra = Entra::new(
            settings,
            Arc::clone(&places),
            transport.clone(),
            clock.clone(),
            random.clone(),
        );
        Ok(Self(Arc::new(Inner {
            entra,
            transport,
            places,
            clock,
            random,
        })))
    }

    /// Sign-in, consent and tokens.
    pub fn entra(&self) -> &Entra {
        &self.0.entra
    }

    /// Graph for one permitted call: without a permit there is none, and the token must be of the same person. With a permit
    /// for looking it writes nothing: whatever would is refused with [`Kind::PermitDoesNotFit`] before it is sent.
    ///
    /// # Errors
    /// [`Kind::PermitDoesNotFit`] when the token was redeemed for somebody else than the permit names.
    pub fn graph<'a>(
        &'a self,
        permit: &Permit,
        token: &'a AccessToken,
    ) -> Result<Graph<'a>, Error> {
        if *token.person() != permit.caller().person {
            return Err(Error::PermitDoesNotFit);
        }
        let Inner {
            transport,
            places,
            clock,
            random,
            ..
        } = &*self.0;
        let reads_only = permit.purpose() == Purpose::Look;
        Ok(Graph::new(
            transport, places, clock, random, token, reads_only,
        ))
    }

    /// Reads the link to a next page back from its text.
    ///
    /// # Errors
    /// [`Kind::ForeignLink`] when it leads anywhere else than to this Graph.
    pub fn next_link(&self, text: &str) -> Result<NextLink, Error> {
        NextLink::parse(text, &self.0.places)
    }
}

/// Names aws-lc-rs as the one provider of cryptography of this process, for TLS and for ID tokens. To be called first
/// thing in `main` and in tests; calling it again does nothing.
pub fn install_crypto() {
    // The only error there is says that a provider is installed already.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let _ = jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default();
}
