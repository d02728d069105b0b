//! Who acts, and in which steps.

use domain::permission::Level;
use store::writes::OpenWrite;

use super::executor::Executor;
use super::scene::{INSTANCES, Scene};

pub(super) enum Actor {
    /// An agent that makes the same call so often.
    Agent {
        calls: usize,
        now: Option<Executor>,
    },
    /// The owner says yes to what waits, if anything does, so often; on one of the instances.
    Owner {
        tries: usize,
        patience: usize,
        now: Option<Executor>,
    },
    /// The owner says no.
    Decliner {
        tries: usize,
    },
    /// An administrator changes the level so often.
    Administrator {
        changes: usize,
    },
    /// The connection ends and begins anew.
    Line {
        again: bool,
    },
    Clock {
        steps: usize,
    },
    /// An instance dies, after so many turns.
    Reaper {
        instance: usize,
        turns: usize,
    },
    /// Somebody comes by and looks; what was taken to be looked after.
    Sweeper {
        rounds: usize,
        taken: Vec<OpenWrite>,
    },
}

impl Actor {
    /// Who is in this schedule.
    pub(super) async fn cast(scene: &mut Scene<'_>) -> Vec<Self> {
        if scene.chance(60) {
            // Most often it is asked before anything else happens.
            let mut first = Some(Executor::calling(0, scene.call()));
            while let Some(going) = first {
                first = going.step(scene).await;
            }
        }
        let mut cast = vec![
            Self::Agent {
                calls: 1 + scene.below(2),
                now: None,
            },
            Self::Owner {
                tries: 1 + scene.below(2),
                patience: 9,
                now: None,
            },
            Self::Owner {
                tries: 1,
                patience: 9,
                now: None,
            },
        ];
        let (instance, turns) = (scene.below(INSTANCES), scene.below(12));
        let (changes, steps, again) = (1 + scene.below(2), 1 + scene.below(2), scene.chance(70));
        let others = [
            (25, Self::Decliner { tries: 1 }),
            (35, Self::Administrator { changes }),
            (25, Self::Line { again }),
            (45, Self::Clock { steps }),
            (55, Self::Reaper { instance, turns }),
            (
                55,
                Self::Sweeper {
                    rounds: 2,
                    taken: vec![],
                },
            ),
        ];
        for (percent, other) in others {
            if scene.chance(percent) {
                cast.push(other);
            }
        }
        cast
    }

    /// One step. `false` at the end.
    pub(super) async fn step(&mut self, scene: &mut Scene<'_>) -> bool {
        match self {
            Self::Agent { calls, now } => {
                if let Some(going) = now.take() {
                    return go(going, now, scene).await || *calls > 0;
                }
                *calls -= 1;
                let instance = scene.below(INSTANCES);
                if !scene.dead[instance] {
                    *now = Some(Executor::calling(instance, scene.call()));
                }
                now.is_some() || *calls > 0
            }
            Self::Owner {
                tries,
                patience,
                now,
            } => {
                if let Some(going) = now.take() {
                    return go(going, now, scene).await || *tries > 0;
                }
                let ids = pending(scene);
                if ids.is_empty() && *patience > 0 {
                    // Nothing is on her page yet.
                    *patience -= 1;
                    return true;
                }
                *tries -= 1;
                let instance = scene.below(INSTANCES);
                if !scene.dead[instance] && !ids.is_empty() {
                    let id = ids[scene.below(ids.len())].clone();
                    *now = Some(Executor::approving(instance, id));
                }
                now.is_some() || *tries > 0
            }
            Self::Decliner { tries } => {
                *tries -= 1;
                decline(scene).await;
                *tries > 0
            }
            Self::Administrator { changes } => {
                *changes -= 1;
                let level = [Level::Deny, Level::Ask, Level::AlwaysAllow][scene.below(3)];
                scene.set_level(level).await;
                *changes > 0
            }
            Self::Line { again } => {
                if scene.life.is_some() {
                    scene.disconnect().await;
                    return *again;
                }
                scene.connect().await;
                false
            }
            Self::Clock { steps } => {
                *steps -= 1;
                let seconds = [5, 25, 60, 599, 601][scene.below(5)];
                scene.pass(seconds).await;
                *steps > 0
            }
            Self::Reaper { instance, turns } => {
                if *turns > 0 {
                    *turns -= 1;
                    return true;
                }
                let who = *instance;
                scene.dead[who] = true;
                scene.tell(|| format!("instance {who} dies"));
                false
            }
            Self::Sweeper { rounds, taken } => {
                if let Some(open) = taken.pop() {
                    scene.conclude(&open).await;
                    return !taken.is_empty() || *rounds > 0;
                }
                *rounds -= 1;
                let given = scene.store.give_back_unbegun(9).await;
                let given = given.expect("an answer");
                scene.tell(|| format!("somebody comes by, {given} given back"));
                *taken = scene.store.overdue_writes(9).await.expect("taken");
                !taken.is_empty() || *rounds > 0
            }
        }
    }
}

/// One step of who executes, or its death with its instance.
async fn go(going: Executor, now: &mut Option<Executor>, scene: &mut Scene<'_>) -> bool {
    if scene.dead[going.instance] {
        going.dies(scene);
        return false;
    }
    *now = going.step(scene).await;
    now.is_some()
}

/// What the owner's page shows.
fn pending(scene: &Scene<'_>) -> Vec<domain::id::ApprovalId> {
    scene.asked.iter().map(|(id, _)| id.clone()).collect()
}

async fn decline(scene: &mut Scene<'_>) {
    for id in pending(scene) {
        let declined = scene
            .store
            .decline_approval(&scene.world.anna.id, &id)
            .await;
        if declined.expect("an answer") {
            scene.tell(|| "the owner says no".to_owned());
            if let Some(asked) = scene.asked(&id) {
                asked.said_no = true;
            }
        }
    }
}
