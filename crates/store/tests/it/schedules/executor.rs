//! Whoever executes: the steps of `Engine::approve`, `Engine::pass` and `Engine::perform`, one transaction each.

use domain::approval::{Approval, ApprovalState};
use domain::audit::Kind;
use domain::caller::Caller;
use domain::connection::ConnectionState;
use domain::id::{ApprovalId, CallId};
use domain::permission::Level;
use domain::policy::{Availability, Call, Decision, decide};
use domain::tool::ToolName;
use serde_json::json;
use store::Error;
use store::approvals::{Earlier, NewApproval, StoredApproval};
use store::writes::{Ended, NewWrite};

use super::scene::{Applied, Asked, Scene};
use crate::fixture::CALENDAR;

const TOOL: ToolName = ToolName::new("create_event");

/// What is to be executed: a stored call with its yes, or one that is always allowed.
pub(super) struct Work {
    call: CallId,
    new: NewApproval,
    stored: Option<ApprovalId>,
    approval: Option<Approval>,
}

/// Which step comes next.
enum At {
    Read(ApprovalId),
    Validate(Box<StoredApproval>),
    Claim(Box<StoredApproval>),
    Decided(Box<Work>),
    Repeated(Box<Work>),
    Decide(Box<Work>),
    Begin(Box<Work>),
    Open(Box<Work>),
    Send(Box<Work>),
    End(Box<Work>, Ended),
    Finish(Box<Work>, ApprovalState),
    Release(Box<Work>),
}

pub(super) struct Executor {
    pub(super) instance: usize,
    at: At,
}

impl Executor {
    /// The owner's yes.
    pub(super) fn approving(instance: usize, id: ApprovalId) -> Self {
        let at = At::Read(id);
        Self { instance, at }
    }

    /// An agent's call, decided when it comes.
    pub(super) fn calling(instance: usize, new: NewApproval) -> Self {
        let work = Work {
            call: new.call.clone(),
            new,
            stored: None,
            approval: None,
        };
        let at = At::Decide(Box::new(work));
        Self { instance, at }
    }

    /// Its instance has died. What was on the wire may have arrived.
    pub(super) fn dies(self, scene: &mut Scene<'_>) {
        if let At::Send(work) = self.at
            && scene.chance(50)
        {
            arrives(scene, &work);
        }
    }

    /// One step. What comes next; `None` at the end.
    pub(super) async fn step(self, scene: &mut Scene<'_>) -> Option<Self> {
        let instance = self.instance;
        let at = step(self.at, instance, scene).await?;
        Some(Self { instance, at })
    }
}

async fn step(at: At, instance: usize, scene: &mut Scene<'_>) -> Option<At> {
    let store = scene.store.clone();
    let anna = scene.world.anna.id.clone();
    match at {
        At::Read(id) => {
            let stored = store.approval(&anna, &id).await.expect("an answer")?;
            (stored.state == ApprovalState::Pending).then(|| At::Validate(Box::new(stored)))
        }
        At::Validate(stored) => {
            let connection = store.connection(&anna, CALENDAR).await.expect("an answer");
            let same = connection.is_some_and(|connection| connection.id == stored.connection);
            same.then_some(At::Claim(stored))
        }
        At::Claim(stored) => claim(scene, *stored).await,
        At::Decided(work) => {
            let entry = scene.entry(Kind::ApprovalDecided, &work.call);
            store.record(entry).await.expect("recorded");
            Some(At::Decide(work))
        }
        At::Decide(work) => decided(scene, work).await,
        At::Repeated(work) => repeated(scene, work).await,
        At::Begin(work) => begin(scene, work, instance).await,
        At::Open(work) => {
            // `obtain` reads the connection again and opens its grant: of another life there is none for this call.
            let connection = store.connection(&anna, CALENDAR).await.expect("an answer");
            let fits = connection.is_some_and(|connection| {
                connection.life == work.new.life && connection.state == ConnectionState::Connected
            });
            let refused = Ended::NotDone(json!({"code": "not_connected"}));
            Some(match fits {
                true => At::Send(work),
                false => At::End(work, refused),
            })
        }
        At::Send(work) => Some(send(scene, work)),
        At::End(work, ended) => end(scene, work, ended, instance).await,
        At::Finish(work, state) => {
            if let Some(id) = &work.stored {
                let outcome = json!({"code": state.as_str()});
                let finished = store.finish_approval(&anna, id, state, &outcome);
                finished.await.expect("an answer");
            }
            None
        }
        At::Release(work) => {
            if let Some(id) = &work.stored {
                store.release_approval(&anna, id).await.expect("an answer");
            }
            None
        }
    }
}

async fn claim(scene: &mut Scene<'_>, stored: StoredApproval) -> Option<At> {
    let anna = scene.world.anna.id.clone();
    let claimed = scene
        .store
        .claim_approval(&anna, &stored.id, stored.looks)
        .await;
    let approval = claimed.expect("an answer")?;
    scene.tell(|| "the owner's yes takes it".to_owned());
    let now = scene.fixture.now();
    let (life, mut fits) = (scene.life, false);
    let mut began_in = 0;
    if let Some(asked) = scene.asked(&stored.id) {
        fits = now < asked.expires && !asked.said_no && life == Some(asked.life);
        asked.said_yes = true;
        began_in = asked.life;
    }
    scene.must(
        fits,
        "a yes counted after a no, the expiry or the end of the connection",
    );
    let mut new = scene.call();
    (new.digest, new.arguments, new.life) =
        (approval.arguments, stored.arguments.clone(), began_in);
    Some(At::Decided(Box::new(Work {
        call: stored.call.clone(),
        new,
        stored: Some(stored.id.clone()),
        approval: Some(approval),
    })))
}

/// The policy, by what is so at this moment.
async fn decided(scene: &mut Scene<'_>, mut work: Box<Work>) -> Option<At> {
    let (anna, agent) = (scene.world.anna.clone(), scene.world.agent.id.clone());
    let standing = scene.store.standing(&anna.id, &agent, TOOL.as_str());
    let standing = standing.await.expect("an answer");
    let connected = standing
        .connection
        .as_ref()
        .filter(|connection| connection.state == ConnectionState::Connected);
    let available = match connected {
        Some(_) => Availability::Ready,
        None => Availability::NotConnected,
    };
    let call = Call {
        caller: Caller {
            organisation: anna.organisation.clone(),
            person: anna.id.clone(),
            agent,
            surface: work.new.surface,
        },
        tool: TOOL,
        arguments: work.new.digest,
        at: scene.fixture.now(),
    };
    if let (None, Some(connection)) = (&work.stored, connected) {
        work.new.life = connection.life;
    }
    let decision = decide(
        standing.levels,
        None,
        &available,
        &call,
        work.approval.as_ref(),
    );
    match (decision, work.stored.is_some()) {
        (Decision::Allow(_), stored) => {
            let asks = scene.level == Level::Ask;
            let expired = work
                .approval
                .as_ref()
                .is_some_and(|yes| scene.fixture.now() >= yes.expires);
            scene.must(
                !(asks && work.approval.is_none()),
                "it was allowed without a yes",
            );
            scene.must(scene.level != Level::Deny, "it was allowed after Deny");
            scene.must(!expired, "it was allowed after its expiry");
            scene.must(scene.life.is_some(), "it was allowed without a connection");
            Some(match stored {
                true => At::Begin(work),
                false => At::Repeated(work),
            })
        }
        (Decision::Ask(_), false) => {
            ask(scene, &work.new).await;
            None
        }
        (Decision::Ask(_) | Decision::Deny(_), true) => Some(At::Finish(work, ApprovalState::Void)),
        (Decision::Deny(_), false) => None,
    }
}

/// `Engine::ask`.
async fn ask(scene: &mut Scene<'_>, new: &NewApproval) {
    match scene.store.ask(new).await {
        Ok(stored) => {
            scene.tell(|| "asked".to_owned());
            // So that the order of what was asked is the order of its moments.
            scene
                .fixture
                .clock
                .advance(std::time::Duration::from_millis(1));
            if scene.asked(&stored.id).is_none() {
                let asked = Asked {
                    digest: stored.digest,
                    expires: stored.expires,
                    life: new.life,
                    said_yes: false,
                    said_no: false,
                };
                scene.asked.push((stored.id, asked));
            }
        }
        Err(Error::NoGrant { .. } | Error::TooManyPending) => {}
        Err(error) => panic!("{error}"),
    }
}

/// `Engine::parked`: the same call that is under way, or whose end is not known, is not made again.
async fn repeated(scene: &mut Scene<'_>, work: Box<Work>) -> Option<At> {
    let connection = scene.store.connection(&scene.world.anna.id, CALENDAR);
    let connection = connection.await.expect("an answer")?;
    let (agent, new) = (&scene.world.agent.id, &work.new);
    let open = scene
        .store
        .open_write(agent, &connection, TOOL.as_str(), &new.digest);
    if open.await.expect("an answer").is_some() {
        scene.tell(|| "repeated while it is open".to_owned());
        return None;
    }
    let since = scene.fixture.now() - std::time::Duration::from_secs(600);
    let which = Earlier::Interrupted;
    let earlier =
        scene
            .store
            .earlier_call(agent, &connection, TOOL.as_str(), &new.digest, which, since);
    let counts = earlier.await.expect("an answer").is_some_and(|earlier| {
        use ApprovalState::{Done, Executing, Parked, Pending, Unknown};
        matches!(earlier.state, Done | Executing | Parked | Pending | Unknown)
    });
    (!counts).then_some(At::Begin(work))
}

async fn begin(scene: &mut Scene<'_>, work: Box<Work>, instance: usize) -> Option<At> {
    let new = &work.new;
    let write = NewWrite {
        organisation: new.organisation.clone(),
        person: new.person.clone(),
        connection: new.connection.clone(),
        life: new.life,
        agent: new.agent.clone(),
        surface: new.surface,
        tool: new.tool.clone(),
        arguments: new.arguments.clone(),
        digest: new.digest,
        approval: work.stored.clone(),
        call: work.call.clone(),
    };
    let entry = scene.entry(Kind::CallBegun, &work.call);
    let process = &scene.instances[instance];
    match scene.store.begin_write(entry, &write, process).await {
        Ok(_) => {
            scene.tell(|| "begun".to_owned());
            scene.begun.push(work.call.clone());
            scene.running[instance] += 1;
            Some(At::Open(work))
        }
        Err(Error::NotExecuting) => Some(At::Release(work)),
        Err(error) => panic!("{error}"),
    }
}

fn send(scene: &mut Scene<'_>, work: Box<Work>) -> At {
    let ended = match scene.below(10) {
        0..=6 => {
            arrives(scene, &work);
            Ended::Done(json!({"status": "done"}))
        }
        7 => {
            arrives(scene, &work);
            Ended::Open
        }
        8 => Ended::Open,
        _ => Ended::NotDone(json!({"code": "microsoft_refused"})),
    };
    At::End(work, ended)
}

/// Microsoft does it.
fn arrives(scene: &mut Scene<'_>, work: &Work) {
    scene.tell(|| "Microsoft does it".to_owned());
    if let Some(digest) = work
        .stored
        .as_ref()
        .and_then(|id| scene.asked(id))
        .map(|asked| asked.digest)
    {
        let same = digest == work.new.digest;
        scene.must(same, "other arguments were executed than were stored");
    }
    scene.applied.push(Applied {
        call: work.call.clone(),
        approval: work.stored.clone(),
    });
}

async fn end(scene: &mut Scene<'_>, work: Box<Work>, ended: Ended, instance: usize) -> Option<At> {
    let entry = scene.entry(Kind::CallFinished, &work.call);
    let state = match &ended {
        Ended::Done(_) => ApprovalState::Done,
        Ended::NotDone(_) => ApprovalState::Failed,
        Ended::Open => ApprovalState::Unknown,
    };
    scene.tell(|| format!("its end: {ended:?}"));
    let written = scene.store.end_write(entry, &work.call, ended).await;
    written.expect("recorded");
    scene.running[instance] -= 1;
    if state != ApprovalState::Unknown {
        *scene.ended.entry(work.call.clone()).or_default() += 1;
    }
    Some(At::Finish(work, state))
}
