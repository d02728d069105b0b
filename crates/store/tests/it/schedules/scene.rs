//! What there is while a schedule runs, what must be true of it, and whether it was in the end.

use std::collections::HashMap;
use std::time::Duration;

use domain::approval::ApprovalState;
use domain::audit::{Kind, Record};
use domain::canonical::Digest;
use domain::id::{ApprovalId, CallId};
use domain::permission::Level;
use jiff::Timestamp;
use serde_json::json;
use store::Store;
use store::approvals::NewApproval;
use store::connections::InstanceId;
use store::writes::OpenWrite;

use crate::fixture::{CALENDAR, Fixture, World};

/// The two instances.
pub(super) const INSTANCES: usize = 2;

/// A change that reached Microsoft.
pub(super) struct Applied {
    pub(super) call: CallId,
    pub(super) approval: Option<ApprovalId>,
}

pub(super) struct Scene<'a> {
    pub(super) fixture: &'a Fixture,
    pub(super) world: &'a mut World,
    pub(super) store: Store,
    pub(super) instances: [InstanceId; INSTANCES],
    pub(super) dead: [bool; INSTANCES],
    /// How many calls each instance has between their begun entry and their end.
    pub(super) running: [usize; INSTANCES],
    /// What the administrator's last finished request has set.
    pub(super) level: Level,
    /// The life of the connection, while it is connected.
    pub(super) life: Option<i64>,
    /// What was asked, in order; with what its owner has said.
    pub(super) asked: Vec<(ApprovalId, Asked)>,
    pub(super) applied: Vec<Applied>,
    pub(super) begun: Vec<CallId>,
    pub(super) ended: HashMap<CallId, usize>,
    /// The first promise that was seen broken on the way.
    pub(super) broken: Option<String>,
    title: String,
    state: u64,
    seed: u64,
    tells: bool,
    told: Vec<String>,
}

pub(super) struct Asked {
    pub(super) digest: Digest,
    pub(super) expires: Timestamp,
    pub(super) life: i64,
    pub(super) said_yes: bool,
    pub(super) said_no: bool,
}

impl<'a> Scene<'a> {
    pub(super) async fn set(
        fixture: &'a Fixture,
        world: &'a mut World,
        seed: u64,
        tells: bool,
    ) -> Self {
        let store = world.store.clone();
        let life = Some(world.connection.life);
        let mut scene = Self {
            fixture,
            store,
            instances: std::array::from_fn(|_| InstanceId::random(&fixture.random)),
            dead: [false; INSTANCES],
            running: [0; INSTANCES],
            level: Level::Deny,
            life,
            asked: Vec::new(),
            applied: Vec::new(),
            begun: Vec::new(),
            ended: HashMap::new(),
            broken: None,
            title: format!("Schedule {seed}"),
            state: seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x2545_F491_4F6C_DD1D,
            seed,
            tells,
            told: Vec::new(),
            world,
        };
        let first = [Level::Ask, Level::Ask, Level::AlwaysAllow][scene.below(3)];
        let organisation = scene.world.anna.organisation.clone();
        let level = scene.store.level(&organisation, "create_event").await;
        scene.level = level.expect("an answer");
        if scene.level != first {
            scene.set_level(first).await;
        }
        scene
    }

    /// A number below `most`, drawn from the seed.
    pub(super) fn below(&mut self, most: usize) -> usize {
        // SplitMix64.
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((mixed ^ (mixed >> 31)) % most as u64).expect("below a usize")
    }

    pub(super) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub(super) fn tell(&mut self, line: impl FnOnce() -> String) {
        if self.tells {
            self.told.push(line());
        }
    }

    pub(super) fn told(&self) -> String {
        self.told.join("\n")
    }

    /// What was asked under this id.
    pub(super) fn asked(&mut self, id: &ApprovalId) -> Option<&mut Asked> {
        let mut asked = self.asked.iter_mut();
        asked.find(|(asked, _)| asked == id).map(|(_, asked)| asked)
    }

    /// Something happened that must never happen.
    pub(super) fn must(&mut self, holds: bool, promise: &str) {
        if !holds && self.broken.is_none() {
            self.broken = Some(promise.to_owned());
        }
    }

    /// The call that is asked again and again: always the same arguments.
    pub(super) fn call(&self) -> NewApproval {
        let mut new = self.world.call(self.fixture, &self.title);
        new.life = self.world.connection.life;
        new
    }

    pub(super) fn entry(&self, kind: Kind, call: &CallId) -> Record {
        let anna = &self.world.anna;
        let mut record = Record::new(self.fixture.now(), kind, anna.organisation.clone());
        record.person = Some(anna.id.clone());
        record.call = Some(call.clone());
        record
    }

    pub(super) async fn set_level(&mut self, level: Level) {
        let anna = &self.world.anna;
        let set = self
            .store
            .set_level(&anna.organisation, "create_event", level, &anna.id);
        set.await.expect("it is set");
        self.level = level;
        self.tell(|| format!("the administrator sets {level}"));
    }

    pub(super) async fn disconnect(&mut self) {
        let gone = self.store.disconnect(&self.world.anna.id, CALENDAR).await;
        gone.expect("it disconnects");
        self.life = None;
        self.tell(|| "disconnected".to_owned());
    }

    pub(super) async fn connect(&mut self) {
        if self.life.is_some() {
            return;
        }
        let token = format!("token {}", self.seed);
        let connection = self.fixture.connect(&self.store, &self.world.anna, &token);
        self.world.connection = connection.await;
        self.life = Some(self.world.connection.life);
        self.tell(|| "connected anew".to_owned());
    }

    /// Time passes. Whoever lives gives a sign of it before anybody else can look, and nobody takes minutes for a call.
    pub(super) async fn pass(&mut self, seconds: u64) {
        let busy = (0..INSTANCES).any(|at| !self.dead[at] && self.running[at] > 0);
        let seconds = if busy { seconds.min(60) } else { seconds };
        self.fixture.clock.advance(Duration::from_secs(seconds));
        self.tell(|| format!("{seconds} seconds pass"));
        for (at, instance) in self.instances.iter().enumerate() {
            if !self.dead[at] && self.running[at] > 0 {
                self.store.keep_writes(instance).await.expect("a sign");
            }
        }
    }

    /// What a look at Microsoft would show of a change.
    pub(super) fn is_there(&self, open: &OpenWrite) -> bool {
        self.applied
            .iter()
            .any(|applied| applied.call == open.write.call)
    }

    /// Everybody has gone home; whoever comes by looks after what is left.
    pub(super) async fn close(&mut self) {
        self.dead = [true; INSTANCES];
        if self.level == Level::Deny {
            self.set_level(Level::Ask).await;
        }
        // A minute, and as long as there is something to look after; then it is stuck.
        for _ in 0..4 {
            self.pass(25).await;
            let given = self.store.give_back_unbegun(9).await.expect("given back");
            let overdue = self.store.overdue_writes(9).await.expect("taken");
            if given == 0 && overdue.is_empty() {
                break;
            }
            for open in overdue {
                self.conclude(&open).await;
            }
        }
        self.pass(700).await;
    }

    /// What the engine concludes from a look.
    pub(super) async fn conclude(&mut self, open: &OpenWrite) {
        let (state, outcome) = match (self.life == Some(open.write.life), self.is_there(open)) {
            (false, _) => (ApprovalState::Unknown, json!({"code": "outcome_unknown"})),
            (true, _) if self.level == Level::Deny => {
                let wait = Duration::from_secs(10);
                let later = self.store.postpone_write(open, wait).await;
                return later.expect("postponed");
            }
            (true, true) => (ApprovalState::Done, json!({"status": "done"})),
            (true, false) if open.looks < 2 => {
                let wait = Duration::from_secs(8);
                let later = self.store.postpone_write(open, wait).await;
                return later.expect("postponed");
            }
            (true, false) => (ApprovalState::Failed, json!({"code": "not_done"})),
        };
        let call = open.write.call.clone();
        let entry = self.entry(Kind::CallReconciled, &call);
        let concluded = self.store.conclude_write(entry, open, state, &outcome);
        if concluded.await.expect("an answer") {
            *self.ended.entry(call).or_default() += 1;
            self.tell(|| format!("looked after: {}", state.as_str()));
        }
    }

    /// Whether everything was as it must be.
    pub(super) async fn judge(&mut self) -> Result<(), String> {
        if let Some(broken) = self.broken.take() {
            return Err(broken);
        }
        for call in &self.begun {
            let applied = self.applied.iter().filter(|applied| applied.call == *call);
            if applied.count() > 1 {
                return Err("one call was made twice".to_owned());
            }
            // One that was refused and taken anew begins anew; each time ends once.
            let begun = self.begun.iter().filter(|begun| *begun == call).count();
            let ended = self.ended.get(call).copied().unwrap_or_default();
            if begun != ended {
                return Err(format!(
                    "a call has begun {begun} times and ended {ended} times"
                ));
            }
        }
        for (id, asked) in &self.asked {
            let mine = |applied: &&Applied| applied.approval.as_ref() == Some(id);
            let times = self.applied.iter().filter(mine).count();
            if times > 1 {
                return Err("one approval was executed twice".to_owned());
            }
            let stored = self.store.approval(&self.world.anna.id, id).await;
            let stored = stored.expect("an answer").expect("it is there");
            let lives = self.life == Some(asked.life);
            let fits = match stored.state {
                ApprovalState::Done => times == 1,
                ApprovalState::Unknown => !lives,
                ApprovalState::Failed | ApprovalState::Void | ApprovalState::Expired => times == 0,
                ApprovalState::Declined => times == 0 && asked.said_no,
                ApprovalState::Pending | ApprovalState::Parked | ApprovalState::Executing => {
                    return Err(format!("one is stuck: {}", stored.state.as_str()));
                }
            };
            if !fits {
                let state = stored.state.as_str();
                return Err(format!("it is {state}, and was executed {times} times"));
            }
            if times > 0 && !asked.said_yes {
                return Err("it was executed without a yes".to_owned());
            }
        }
        Ok(())
    }

    /// As it was before, for the next schedule.
    pub(super) async fn strike(&mut self) {
        self.tells = false;
        self.connect().await;
    }
}
