//! Every use case of attache, and the one door to a person's calendar.
//!
//! **For:** sign-in, connecting, levels, keys, approvals, activity, and above all [`Engine::call`], through which every
//! tool call goes, whoever makes it.
//! **Never:** no HTTP of its own, no SQL, no second way to Microsoft. Nothing here hands out a token, and nothing an
//! agent can call changes a level, decides an approval, connects or disconnects.
//! **Start reading** at `call.rs`, which is the straight line of `ARCHITECTURE.md`; then `tools.rs`.

mod call;
mod denied;
mod forget;
mod keep;
mod lifecycle;
mod limits;
mod listing;
mod operation;
mod sharing;
mod token;
mod trouble;
mod turn;
mod undecided;

pub mod tools;

mod approve;
mod card;
mod handles;
mod look;
mod park;
mod reconcile;

mod caller;
mod connect;
mod fresh;
mod session;

mod activity;
mod admin;
mod agents;
mod changes;
mod fatigue;
mod health;
mod operator;
mod own;
mod people;
mod preview;
mod record;
mod rules;
mod seed;
mod taint;

mod error;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize};
use std::time::Duration;

use domain::clock::Clock;
use domain::random::Random;
use microsoft::Microsoft;
use store::Store;
use store::connections::InstanceId;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use activity::{ActivityFilter, ActivityView};
pub use admin::{LevelChange, LevelView};
pub use agents::KeyView;
pub use approve::ApprovalView;
pub use call::Answer;
pub use caller::{AdministratorCaller, AgentCaller, PersonCaller};
pub use card::{
    Card, CardAction, CardAttendee, CardChange, CardConflict, CardConflicts, CardCopied, CardField,
    CardMails, CardScope, CardSeries, CardSpan, CopiedField,
};
pub use changes::{Change, ChangeView, Undo};
pub use connect::{ConnectionView, ToolView};
pub use error::{Error, ErrorKind};
pub use fatigue::{AskedView, Suggestion};
pub use health::HealthView;
pub use lifecycle::Build;
pub use limits::Limits;
pub use look::LookTrouble;
pub use microsoft::entra::scopes::Asked;
pub use operator::Operator;
pub use own::AgentView;
pub use people::{EndingView, PeopleFilter, PersonView};
pub use preview::{Outcomes, Preview, ToolPreview};
pub use record::{RecordFilter, RecordFormat, RecordGroup, RecordView};
pub use rules::RulesView;
pub use session::{Begun, Callback, CallbackAnswer, Finished};
pub use store::approvals::ApprovalFilter;
pub use tools::Offered;
pub use trouble::{InstallationTrouble, TroubleKind};

/// What can be set about the engine.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where people reach attache, without a trailing slash. Links in answers begin with it.
    pub base_url: String,
    /// How long an access token may outlive the last call of a burst; zero ends it with that call.
    pub token_linger: Duration,
    /// How long a browser session lives without a request.
    pub session_idle: Duration,
    /// How long a browser session lives at most.
    pub session_absolute: Duration,
    /// How long an approval waits for its person; at most a day.
    pub approval_lifetime: Duration,
    /// Mail domains that count as inside the organisation, besides the person's own.
    pub home_domains: Vec<String>,
    /// How much agents may do in how long.
    pub limits: Limits,
    /// Whether Microsoft is the simulator; pages then say so.
    pub simulated: bool,
    /// Whether other processes use the same database.
    pub instances: Instances,
}

/// How many processes serve one database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Instances {
    /// This one only.
    One,
    /// Perhaps several: they share access tokens and end each other's bursts.
    Several,
}

/// The engine. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct Engine(Arc<Inner>);

struct Inner {
    store: Store,
    microsoft: Microsoft,
    clock: Clock,
    random: Random,
    settings: Settings,
    operations: operation::Operations,
    rates: limits::Rates,
    noted: taint::Noted,
    listings: listing::Listings,
    failures: session::Failures,
    /// One check of the record at a time.
    verifying: tokio::sync::Mutex<()>,
    /// What this process is called among others; `None` when there are none.
    instance: Option<InstanceId>,
    /// What this process is called where it keeps what it executes.
    process: InstanceId,
    /// How much it executes now.
    executing: AtomicUsize,
    /// Whether other instances are being served.
    serving: AtomicBool,
    tasks: TaskTracker,
    stopping: CancellationToken,
}

/// The ten scopes with the reason for each.
pub fn scopes() -> &'static [Asked; 10] {
    &microsoft::entra::scopes::CONNECT
}

/// One page of a list, and how to ask for the next.
#[derive(Debug, Clone)]
pub struct Listed<T> {
    /// This page.
    pub items: Vec<T>,
    /// What to pass as `before` for the next page; `None` at the end.
    pub next: Option<String>,
}

impl Engine {
    /// Joins the parts. Needs a running Tokio runtime only when used.
    pub fn new(
        store: Store,
        microsoft: Microsoft,
        clock: Clock,
        random: Random,
        settings: Settings,
    ) -> Self {
        let operations = operation::Operations::new(settings.token_linger);
        let instance = match settings.instances {
            Instances::One => None,
            Instances::Several => Some(InstanceId::random(&random)),
        };
        let process = InstanceId::random(&random);
        let (tasks, stopping) = (TaskTracker::new(), CancellationToken::new());
        Self(Arc::new(Inner {
            store,
            microsoft,
            clock,
            random,
            settings,
            operations,
            rates: limits::Rates::default(),
            noted: taint::Noted::default(),
            listings: listing::Listings::default(),
            failures: session::Failures::default(),
            verifying: tokio::sync::Mutex::default(),
            instance,
            process,
            executing: AtomicUsize::new(0),
            serving: AtomicBool::new(false),
            tasks,
            stopping,
        }))
    }

    /// Whether tool calls can be served: the store can be written.
    ///
    /// # Errors
    /// [`ErrorKind::Unavailable`] when it cannot.
    pub async fn ready(&self) -> Result<(), Error> {
        Ok(self.0.store.ready().await?)
    }

    /// Whether Microsoft is the simulator.
    pub fn is_simulated(&self) -> bool {
        self.0.settings.simulated
    }

    /// Runs something that changes state to its end, even if whoever waits for it goes away.
    ///
    /// # Errors
    /// [`ErrorKind::Internal`] when it panics.
    pub async fn to_the_end<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, Error> {
        self.0
            .tasks
            .spawn(work)
            .await
            .map_err(|panic| Error::internal().caused_by(panic))
    }

    /// Stops taking calls, forgets every access token and waits for running calls. `false` when some still ran after
    /// `limit`.
    pub async fn drain(&self, limit: Duration) -> bool {
        self.0.stopping.cancel();
        self.0.tasks.close();
        let drained = tokio::time::timeout(limit, self.0.tasks.wait())
            .await
            .is_ok();
        self.0.operations.forget_all().await;
        if let Some(instance) = &self.0.instance
            && let Err(error) = self.0.store.end_instance(instance).await
        {
            tracing::warn!(error = %error, "The other instances were not told that this one ends; they will notice");
        }
        drained
    }
}
