//! What every handler can reach.

use std::sync::Arc;

use domain::clock::Clock;
use domain::random::Random;
use engine::Engine;
use tokio::sync::Semaphore;

/// What the web side must be told at start.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where people and agents reach attache, such as `https://attache.example`; no path, no trailing slash.
    pub base_url: String,
    /// The origin of Microsoft's sign-in pages, the one place outside that a form may lead to.
    pub authority_origin: String,
    /// Further values of `Host` that are answered, beside the one in `base_url`; with or without a port.
    pub allowed_hosts: Vec<String>,
    /// How many requests of agents are worked on at once. Further ones are refused, so that people find room to decide.
    pub agents_at_once: u32,
}

/// What every handler can reach: the engine, and where attache is reached itself.
#[derive(Clone)]
pub(crate) struct State {
    /// Everything that attache can do.
    pub(crate) engine: Engine,
    /// Where people and agents reach attache, without a trailing slash.
    pub(crate) base_url: String,
    /// Whether that is by https, so that cookies are marked `Secure`.
    pub(crate) secure: bool,
    /// The host and port of `base_url`, as browsers send it in `Host`.
    pub(crate) host: Arc<str>,
    /// Other values of `Host` that are answered.
    pub(crate) allowed_hosts: Arc<[String]>,
    /// One for each request of an agent that is worked on.
    pub(crate) agents: Arc<Semaphore>,
    /// What is over by now.
    pub(crate) clock: Clock,
    /// Where request ids come from.
    pub(crate) random: Random,
}

impl State {
    pub(crate) fn new(engine: Engine, settings: &Settings) -> Self {
        let base_url = settings.base_url.trim_end_matches('/').to_owned();
        let host = base_url
            .split_once("://")
            .map_or(base_url.as_str(), |(_, host)| host)
            .to_ascii_lowercase();
        Self {
            engine,
            secure: base_url.starts_with("https://"),
            host: host.into(),
            base_url,
            allowed_hosts: settings
                .allowed_hosts
                .iter()
                .map(|host| host.to_ascii_lowercase())
                .collect(),
            agents: Arc::new(Semaphore::new(settings.agents_at_once as usize)),
            clock: Clock::system(),
            random: Random::operating_system(),
        }
    }
}
