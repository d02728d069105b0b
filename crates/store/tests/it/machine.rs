//! The machine of a stored call against a model of it: pending → executing → done, failed or unknown, by way of parked; pending →
//! declined, expired or void. Random steps, whether they make sense or not; after each the store says what the model says.

use std::time::Duration;

use domain::approval::ApprovalState;
use domain::audit::{Kind, Record};
use domain::id::ApprovalId;
use domain::permission::Level;
use jiff::Timestamp;
use serde_json::json;
use store::Error;
use store::approvals::{NewApproval, WhyParked};
use store::writes::Ended;

use crate::fixture::{CALENDAR, Fixture, World};

/// So many sequences on each database, and so many steps in each.
const ON_SQLITE: u64 = 400;
const ON_POSTGRES: u64 = 40;
const STEPS: usize = 25;

#[derive(Debug, Clone, Copy)]
enum Step {
    Approve,
    Resume,
    Decline,
    Void,
    ChangeLevel,
    Disconnect,
    Connect,
    /// Both at once: another life.
    Reconnect,
    Begin,
    End(End),
    Finish(ApprovalState),
    Release,
    Park(WhyParked),
    GiveBack,
    Conclude(ApprovalState),
    Pass(u64),
}

#[derive(Debug, Clone, Copy)]
enum End {
    Done,
    NotDone,
    Open,
}

const ALL: [Step; 28] = [
    Step::Approve,
    Step::Approve,
    Step::Approve,
    Step::Resume,
    Step::Resume,
    Step::Decline,
    Step::Void,
    Step::ChangeLevel,
    Step::Disconnect,
    Step::Connect,
    Step::Reconnect,
    Step::Reconnect,
    Step::Begin,
    Step::Begin,
    Step::End(End::Done),
    Step::End(End::NotDone),
    Step::End(End::Open),
    Step::Finish(ApprovalState::Failed),
    Step::Finish(ApprovalState::Void),
    Step::Finish(ApprovalState::Unknown),
    Step::Release,
    Step::Park(WhyParked::Interrupted),
    Step::Park(WhyParked::NotBegun),
    Step::GiveBack,
    Step::Conclude(ApprovalState::Done),
    Step::Conclude(ApprovalState::Failed),
    Step::Pass(21),
    Step::Pass(301),
];

/// What the machine is to be: no database, no time of its own.
#[derive(Debug)]
struct Model {
    state: ApprovalState,
    expires: Timestamp,
    decided: Timestamp,
    approved: bool,
    interrupted: u32,
    lives: bool,
    connected: bool,
    /// Until when a change on its way is somebody's business; `None` when none is.
    under_way: Option<Timestamp>,
    /// When it began last.
    begun: Timestamp,
}

impl Model {
    fn ends_or(&self, now: Timestamp, waits: ApprovalState) -> ApprovalState {
        match (now < self.expires, self.lives) {
            (false, _) => ApprovalState::Expired,
            (true, false) => ApprovalState::Void,
            (true, true) => waits,
        }
    }

    fn waits(&self) -> bool {
        matches!(self.state, ApprovalState::Pending | ApprovalState::Parked)
    }

    fn executes(&self) -> bool {
        self.state == ApprovalState::Executing
    }

    /// What the time alone does.
    fn age(&mut self, now: Timestamp) {
        if self.waits() && now >= self.expires {
            self.state = ApprovalState::Expired;
        }
        let long = Duration::from_secs(300);
        if self.executes() && self.under_way.is_some() && self.begun + long < now {
            self.state = ApprovalState::Unknown;
        }
    }

    fn step(&mut self, step: Step, now: Timestamp) {
        use ApprovalState::{Declined, Done, Executing, Parked, Pending, Unknown, Void};
        match step {
            Step::Approve if self.state == Pending && self.lives => {
                (self.state, self.decided, self.approved) = (Executing, now, true);
            }
            Step::Resume if self.state == Parked && self.lives && self.connected => {
                (self.state, self.decided) = (Executing, now);
            }
            Step::Decline if self.waits() => self.state = Declined,
            Step::Void if self.waits() => self.state = Void,
            Step::ChangeLevel if self.state == Pending => self.state = Void,
            Step::Disconnect if self.connected => {
                (self.lives, self.connected) = (false, false);
                if self.waits() {
                    self.state = Void;
                }
            }
            Step::Connect => self.connected = true,
            Step::Reconnect if self.connected => {
                self.lives = false;
                if self.waits() {
                    self.state = Void;
                }
            }
            Step::Begin if self.executes() && self.under_way.is_none() => {
                (self.under_way, self.begun) = (Some(now + Duration::from_secs(20)), now);
            }
            Step::End(End::Done) if self.under_way.is_some() => {
                self.under_way = None;
                if matches!(self.state, Executing | Unknown) {
                    self.state = Done;
                }
            }
            Step::End(End::NotDone) => self.under_way = None,
            Step::End(End::Open) if self.under_way.is_some() => {
                self.under_way = Some(now + Duration::from_secs(3));
            }
            Step::Finish(state)
                if self.executes() && (state == Unknown || self.under_way.is_none()) =>
            {
                self.state = state;
            }
            Step::Release if self.executes() && self.under_way.is_none() => {
                (self.state, self.approved) = (self.ends_or(now, Pending), false);
            }
            Step::Park(why) if self.executes() && self.under_way.is_none() => {
                let counts = u32::from(why == WhyParked::Interrupted);
                if self.interrupted + counts <= 2 {
                    self.interrupted += counts;
                    self.state = self.ends_or(now, Parked);
                }
            }
            Step::GiveBack
                if self.executes()
                    && self.under_way.is_none()
                    && self.decided + Duration::from_secs(20) <= now =>
            {
                let waits = match self.interrupted {
                    0 => Pending,
                    _ => Parked,
                };
                self.state = self.ends_or(now, waits);
                self.approved &= self.interrupted > 0;
            }
            Step::Conclude(state) if self.under_way.is_some_and(|until| until <= now) => {
                self.under_way = None;
                if matches!(self.state, Executing | Unknown) {
                    self.state = state;
                }
            }
            _ => {}
        }
    }
}

#[tokio::test]
async fn every_sequence_of_steps_on_sqlite_leads_where_the_model_says() {
    run(&Fixture::in_memory(), ON_SQLITE).await;
}

#[tokio::test]
async fn every_sequence_of_steps_on_postgres_leads_where_the_model_says() {
    if let Some(fixture) = Fixture::postgres().await {
        run(&fixture, ON_POSTGRES).await;
        fixture.remove().await;
    }
}

async fn run(fixture: &Fixture, sequences: u64) {
    let mut world = fixture.world().await;
    let mut met = std::collections::HashSet::new();
    for seed in 0..sequences {
        let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        let new = world.call(fixture, &format!("Sequence {seed}"));
        let id = world.store.ask(&new).await.expect("it is stored").id;
        let mut model = Model {
            state: ApprovalState::Pending,
            expires: new.expires,
            decided: fixture.now(),
            approved: false,
            interrupted: 0,
            lives: true,
            connected: true,
            under_way: None,
            begun: fixture.now(),
        };
        let mut steps = Vec::new();
        for _ in 0..STEPS {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let step = ALL[usize::try_from(state % ALL.len() as u64).expect("small")];
            steps.push(step);
            take(fixture, &mut world, &new, &id, step, model.connected).await;
            model.step(step, fixture.now());
            model.age(fixture.now());
            let stored = world.store.approval(&world.anna.id, &id).await;
            let stored = stored.expect("an answer").expect("it is there");
            assert_eq!(
                stored.state, model.state,
                "seed {seed}: {steps:?}: {model:?}"
            );
            met.insert(stored.state);
        }
        // Nothing of it stays in the way of the next.
        fixture.clock.advance(Duration::from_secs(700));
        take(
            fixture,
            &mut world,
            &new,
            &id,
            Step::End(End::NotDone),
            true,
        )
        .await;
        take(fixture, &mut world, &new, &id, Step::Release, true).await;
        if !model.connected {
            take(fixture, &mut world, &new, &id, Step::Connect, false).await;
        }
    }
    assert_eq!(
        met.len(),
        ApprovalState::ALL.len(),
        "every state was met: {met:?}"
    );
}

/// The same step in the store.
async fn take(
    fixture: &Fixture,
    world: &mut World,
    new: &NewApproval,
    id: &ApprovalId,
    step: Step,
    connected: bool,
) {
    let (store, anna) = (world.store.clone(), world.anna.clone());
    let entry = |kind| {
        let mut record = Record::new(fixture.now(), kind, anna.organisation.clone());
        record.call = Some(new.call.clone());
        record
    };
    let outcome = json!({"code": "test"});
    let done = match step {
        Step::Approve => store.claim_approval(&anna.id, id, 0).await.map(drop),
        Step::Resume => store.claim_parked(&anna.id, id).await.map(drop),
        Step::Decline => store.decline_approval(&anna.id, id).await.map(drop),
        Step::Void => store.void_approval(&anna.id, id).await.map(drop),
        Step::ChangeLevel => change_level(world).await,
        Step::Disconnect => store.disconnect(&anna.id, CALENDAR).await.map(drop),
        Step::Connect if connected => Ok(()),
        Step::Reconnect if !connected => Ok(()),
        Step::Reconnect | Step::Connect => {
            if connected {
                let gone = store.disconnect(&anna.id, CALENDAR).await;
                gone.expect("it disconnects");
            }
            world.connection = fixture.connect(&store, &anna, "another token").await;
            Ok(())
        }
        Step::Begin => match world.begin(fixture, new, Some(id)).await {
            Ok(_) | Err(Error::NotExecuting) => Ok(()),
            Err(error) => Err(error),
        },
        Step::End(end) => {
            let ended = match end {
                End::Done => Ended::Done(outcome),
                End::NotDone => Ended::NotDone(outcome),
                End::Open => Ended::Open,
            };
            let finished = entry(Kind::CallFinished);
            store.end_write(finished, &new.call, ended).await.map(drop)
        }
        Step::Finish(state) => {
            let finished = store.finish_approval(&anna.id, id, state, &outcome);
            finished.await.map(drop)
        }
        Step::Release => store.release_approval(&anna.id, id).await.map(drop),
        Step::Park(why) => store.park_again(&anna.id, id, why).await.map(drop),
        Step::GiveBack => store.give_back_unbegun(9).await.map(drop),
        Step::Conclude(state) => {
            for open in store.overdue_writes(9).await.expect("taken") {
                let end = entry(Kind::CallReconciled);
                let concluded = store.conclude_write(end, &open, state, &outcome).await;
                assert!(concluded.expect("an answer"), "it was just taken");
            }
            Ok(())
        }
        Step::Pass(seconds) => {
            fixture.clock.advance(Duration::from_secs(seconds));
            Ok(())
        }
    };
    done.unwrap_or_else(|error| panic!("{step:?}: {error}"));
}

async fn change_level(world: &World) -> Result<(), Error> {
    let anna = &world.anna;
    let tool = "create_event";
    let now = world.store.level(&anna.organisation, tool).await?;
    let level = match now {
        Level::Ask => Level::AlwaysAllow,
        Level::AlwaysAllow | Level::Deny => Level::Ask,
    };
    let set = world
        .store
        .set_level(&anna.organisation, tool, level, &anna.id);
    set.await.map(drop)
}
