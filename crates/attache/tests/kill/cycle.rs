//! One cycle: something begins, the program dies at a point of it and is started again, and what must hold is looked at.

use std::time::{Duration, Instant};

use domain::random::Random;
use sim::{Fault, FaultAnswer, Rotation, Surface, When};
use sqlx::AnyConnection;
use tokio::task::JoinHandle;

use crate::browser::Browser;
use crate::database::{Held, Stored, said, sealed, stored};
use crate::house::{House, PATIENCE};
use crate::points::{Action, POINTS, Point};

/// An answer that never comes, as far as these tests are concerned.
const NEVER_MS: u64 = 300_000;
/// Long enough to hold the database before an answer comes.
const A_MOMENT_MS: u64 = 60;

/// Which person meets what.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cycle {
    pub(crate) action: Action,
    pub(crate) point: Point,
    person: usize,
    /// When, for a random point.
    after: Duration,
}

/// How a connection was found afterwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Met {
    /// It works, as before.
    Works,
    /// It is ended, as it was asked.
    Ended,
    /// What was begun had to be begun again; what was there before still works, or there was nothing.
    Again,
    /// The grant is gone, and its person connects anew: only under strict rotation, where the answer was not kept.
    Lost,
}

/// What was there when the program died.
struct Before {
    stored: Option<Stored>,
    issued: usize,
    /// The key that seals.
    key: String,
}

impl Cycle {
    pub(crate) fn of(number: usize, people: usize, random: &Random) -> Self {
        let (action, point) = POINTS[number % POINTS.len()];
        let [a, b]: [u8; 2] = random.bytes();
        // From the first system call to well after the last.
        let longest = match action {
            Action::Refresh => 30,
            Action::Rotate => 60,
            Action::Connect | Action::Disconnect => 20,
        };
        let share = u64::from(u16::from_le_bytes([a, b]));
        Self {
            action,
            point,
            person: number % people,
            after: Duration::from_micros(share * longest * 1_000 / u64::from(u16::MAX)),
        }
    }

    pub(crate) async fn run(self, house: &mut House) -> Met {
        let mut eye = house.database.open().await;
        match self.action {
            Action::Connect => {
                self.part(house).await;
                house.leave(self.person).await;
                if self.point != Point::Away {
                    house.finish_at_microsoft(self.person).await;
                }
            }
            Action::Disconnect => {
                let page = format!("{}/integrations/outlook-calendar/disconnect", house.base);
                house.people[self.person].browser.open(&page).await;
            }
            Action::Refresh | Action::Rotate => {}
        }
        let key = self.change_keys(house).await;
        let before = Before {
            stored: self.look(house, &mut eye).await,
            issued: house.sim.issued_secrets().len(),
            key,
        };
        house.sim.clear_log();
        self.disturb(house);
        let begun = self.begin(house);
        let held = self.wait(house, &before, &mut eye).await;
        house.kill();
        begun.abort();
        // What the program had under way at Microsoft ends with it.
        let _ = begun.await;
        house.sim.clear_faults();
        if let Some(held) = held {
            held.release().await;
        }
        let issued = house.sim.issued_secrets().len() > before.issued;
        let at_death = self.look(house, &mut eye).await;
        house.start().await;
        match self.action {
            Action::Refresh => self.after_refresh(house, &before, at_death, issued).await,
            Action::Connect => self.after_connect(house, &before).await,
            Action::Disconnect => self.after_disconnect(house, at_death, &mut eye).await,
            Action::Rotate => self.after_rotation(house, &before, &mut eye).await,
        }
    }

    /// A new key that seals, beside the one that sealed everything there is.
    async fn change_keys(self, house: &mut House) -> String {
        if self.action != Action::Rotate {
            return String::new();
        }
        let key = house.add_key();
        house.use_keys(2);
        house.restart().await;
        key
    }

    /// Who connects has no connection, or one that Microsoft wants a new sign-in for; in turn.
    async fn part(self, house: &mut House) {
        if self.person.is_multiple_of(2) {
            house.disconnect(self.person).await;
        } else {
            house.sim.fault(Fault {
                surface: Surface::Token,
                times: Some(1),
                answer: FaultAnswer::Aadsts(50_197),
                ..Fault::default()
            });
            house.restart().await;
            assert_eq!(self.word(house).await, "needs_sign_in", "{self:?}");
        }
    }

    async fn look(self, house: &House, eye: &mut AnyConnection) -> Option<Stored> {
        stored(eye, &house.people[self.person].object).await
    }

    /// What Microsoft does differently, so that the point is met.
    fn disturb(self, house: &House) {
        let (surface, when, delay_ms) = match self.point {
            Point::Asked => (Surface::Token, When::Before, NEVER_MS),
            Point::AnswerLost => (Surface::Token, When::After, NEVER_MS),
            Point::Answered if self.action != Action::Disconnect => {
                (Surface::Token, When::Before, A_MOMENT_MS)
            }
            Point::Used => (Surface::Graph, When::Before, NEVER_MS),
            _ => return,
        };
        house.sim.fault(Fault {
            surface,
            when,
            delay_ms,
            times: Some(1),
            answer: FaultAnswer::Ordinary,
            ..Fault::default()
        });
    }

    /// Begins it, on a task of its own: nobody knows whether an answer will come.
    #[expect(
        clippy::disallowed_methods,
        reason = "the test waits for it when the program is dead"
    )]
    fn begin(self, house: &mut House) -> JoinHandle<()> {
        let mut browser: Browser = house.people[self.person].browser.clone();
        match self.action {
            Action::Rotate => {
                house.begin_rotation();
                tokio::spawn(async {})
            }
            Action::Connect if self.point == Point::Away => tokio::spawn(async {}),
            Action::Connect => tokio::spawn(async move {
                let callback = browser.url.to_string();
                let _ = browser.try_open(&callback).await;
            }),
            Action::Disconnect => tokio::spawn(async move {
                let _ = browser.try_submit("/disconnect", &[]).await;
            }),
            Action::Refresh => {
                let request = house
                    .client
                    .post(format!("{}/api/v1/tools/search_events", house.base))
                    .bearer_auth(&house.people[self.person].key)
                    .json(&serde_json::json!({"limit": 1}));
                tokio::spawn(async move {
                    let _ = request.send().await;
                })
            }
        }
    }

    /// Until the point is met.
    async fn wait(self, house: &House, before: &Before, eye: &mut AnyConnection) -> Option<Held> {
        match self.point {
            Point::Away => None,
            Point::Random => {
                let began = Instant::now();
                while began.elapsed() < self.after {
                    tokio::task::yield_now().await;
                }
                None
            }
            Point::Asked | Point::Used => {
                until(self, house, async || house.sim.faults().is_empty()).await;
                None
            }
            Point::AnswerLost => {
                let issued = async || house.sim.issued_secrets().len() > before.issued;
                until(self, house, issued).await;
                None
            }
            Point::Answered if self.action == Action::Disconnect => {
                // Held before it began would be before everything; a moment later it is in the middle, or waits.
                Some(house.database.hold().await)
            }
            Point::Answered => {
                until(self, house, async || house.sim.faults().is_empty()).await;
                let held = house.database.hold().await;
                let issued = async || house.sim.issued_secrets().len() > before.issued;
                until(self, house, issued).await;
                tokio::time::sleep(Duration::from_millis(3)).await;
                Some(held)
            }
            Point::Kept if self.action == Action::Rotate => {
                let began = Instant::now();
                while sealed(eye, &before.key).await.0 == 0 {
                    assert!(began.elapsed() < PATIENCE, "{self:?}: {}", house.remarks());
                }
                None
            }
            Point::Kept => {
                let began = Instant::now();
                let version = before.stored.as_ref().map(|stored| stored.version);
                while self.look(house, eye).await.map(|stored| stored.version) == version {
                    assert!(began.elapsed() < PATIENCE, "{self:?}: {}", house.remarks());
                }
                None
            }
            Point::Told => {
                let began = Instant::now();
                while self.look(house, eye).await.is_some_and(|it| it.has_grant) {
                    assert!(began.elapsed() < PATIENCE, "{self:?}: {}", house.remarks());
                }
                tokio::time::sleep(Duration::from_millis(30)).await;
                None
            }
        }
    }

    /// An agent's call was cut off while the token was renewed.
    async fn after_refresh(
        self,
        house: &mut House,
        before: &Before,
        at_death: Option<Stored>,
        issued: bool,
    ) -> Met {
        let version = |stored: &Option<Stored>| stored.as_ref().map(|stored| stored.version);
        let kept = version(&at_death) != version(&before.stored);
        if self.point == Point::AnswerLost || self.point == Point::Answered {
            assert!(issued && !kept, "{self:?} was not met");
        }
        match self.word(house).await.as_str() {
            "done" => Met::Works,
            "needs_sign_in" | "connection_revoked"
                if house.rotation == Rotation::Strict && issued && !kept =>
            {
                self.mourn(house).await;
                Met::Lost
            }
            word => panic!(
                "{self:?}: {word}, issued {issued}, kept {kept}: {}",
                house.remarks()
            ),
        }
    }

    /// A grant that Microsoft had replaced already: said once, recorded, asked for no more, and made anew.
    async fn mourn(self, house: &mut House) {
        house.sim.clear_log();
        for _ in 0..3 {
            assert_ne!(self.word(house).await, "done", "{self:?}");
        }
        let object = &house.people[self.person].object;
        let recorded = said(&mut house.database.open().await, object).await;
        assert_eq!(
            recorded,
            ["token_refresh_failed", "connection_state_changed"],
            "{self:?}"
        );
        assert_eq!(
            token_requests(house),
            0,
            "{self:?} asked for a dead grant again"
        );
        house.leave(self.person).await;
        house.return_from_microsoft(self.person).await;
        assert_eq!(self.word(house).await, "done", "{self:?}");
    }

    /// A person was on her way back from Microsoft.
    async fn after_connect(self, house: &mut House, before: &Before) -> Met {
        if self.point == Point::Away {
            house.return_from_microsoft(self.person).await;
            assert_eq!(self.word(house).await, "done", "{self:?}");
            return Met::Works;
        }
        let had = before
            .stored
            .as_ref()
            .is_some_and(|stored| stored.has_grant);
        let as_before = if had {
            "needs_sign_in"
        } else {
            "not_connected"
        };
        match self.word(house).await.as_str() {
            "done" => return Met::Works,
            word => assert_eq!(word, as_before, "{self:?}: {}", house.remarks()),
        }
        assert_ne!(self.point, Point::Kept, "{self:?}: it was kept");
        house.leave(self.person).await;
        house.return_from_microsoft(self.person).await;
        assert_eq!(self.word(house).await, "done", "{self:?}");
        Met::Again
    }

    /// A person was ending her connection: it is over, or nothing has happened.
    async fn after_disconnect(
        self,
        house: &mut House,
        at_death: Option<Stored>,
        eye: &mut AnyConnection,
    ) -> Met {
        let stored = self.look(house, eye).await.expect("there was a connection");
        assert_eq!(at_death.as_ref(), Some(&stored), "a start changes nothing");
        let over = stored.state == "disconnected";
        assert_eq!(over, !stored.has_grant, "{self:?}: half of it: {stored:?}");
        assert!(
            over || !matches!(self.point, Point::Kept | Point::Told),
            "{self:?}"
        );
        let word = self.word(house).await;
        assert_eq!(
            word,
            if over { "not_connected" } else { "done" },
            "{self:?}"
        );
        if !over {
            return Met::Works;
        }
        house.leave(self.person).await;
        house.return_from_microsoft(self.person).await;
        assert_eq!(self.word(house).await, "done", "{self:?}");
        Met::Ended
    }

    /// Grants were moving to another key: every one opens, and the rest moves when asked again.
    async fn after_rotation(
        self,
        house: &mut House,
        before: &Before,
        eye: &mut AnyConnection,
    ) -> Met {
        assert_eq!(self.word(house).await, "done", "{self:?}");
        house.command(&["keys", "rotate"]);
        let (moved, left) = sealed(eye, &before.key).await;
        assert!(
            moved > 0 && left == 0,
            "{self:?}: {left} of {moved} are left"
        );
        house.use_keys(1);
        house.restart().await;
        assert_eq!(self.word(house).await, "done", "{self:?}");
        Met::Works
    }

    async fn word(self, house: &House) -> String {
        let word = house.word(self.person).await;
        word.unwrap_or_else(|| panic!("{self:?}: no answer: {}", house.remarks()))
    }
}

fn token_requests(house: &House) -> usize {
    let log = house.sim.log();
    log.iter()
        .filter(|entry| entry.grant_type.is_some())
        .count()
}

async fn until(cycle: Cycle, house: &House, met: impl AsyncFn() -> bool) {
    let began = Instant::now();
    while !met().await {
        assert!(began.elapsed() < PATIENCE, "{cycle:?}: {}", house.remarks());
        tokio::time::sleep(Duration::from_micros(300)).await;
    }
}
