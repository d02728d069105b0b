//! A2: an agent that repeats its call with other arguments, or asks for another approval, has nothing of the one that waits,
//! was approved or is done: ten thousand times before the yes, and ten thousand times after it.

mod meaning;
mod mutation;

use std::collections::BTreeMap;

use domain::approval::ApprovalState;
use domain::audit::Kind;
use domain::id::ApprovalId;
use domain::permission::Level;
use domain::random::Random;
use engine::{Answer, Error};
use serde_json::{Value, json};
use sqlx::Connection as _;

use self::meaning::meaning;
use self::mutation::{in_another_order, mutant, mutated_id};
use crate::house::{House, Pair};

const SEED: u64 = 20_261_127;
const MUTANTS: usize = 10_000;

fn original() -> Value {
    json!({
        "title": "Quarterly review with Nordwind",
        "start": "2031-03-04T10:00",
        "duration_minutes": 30,
        "attendees": ["kim@other.example", "lena.hartmann@nordwind.example"],
        "optional_attendees": ["paul@partner.example"],
        "location": "Room 15",
        "body": "Please bring the numbers for 2030.\nThank you.",
        "online": true,
        "show_as": "busy",
        "sensitivity": "private",
        "reminder_minutes": 15,
        "categories": ["Review"]
    })
}

/// A house with one call that waits, and its agent at work.
struct Scene {
    house: House,
    pair: Pair,
    id: ApprovalId,
    /// Goes behind the store's back, to make room for the next question.
    eye: sqlx::SqliteConnection,
    /// How the calls ended.
    told: BTreeMap<String, usize>,
}

#[tokio::test]
async fn a2_of_ten_thousand_mutated_repetitions_none_runs_and_none_gets_what_was_approved() {
    let mut scene = Scene::set().await;
    scene.repeat(SEED).await;
    assert!(
        scene.house.sim.log().is_empty(),
        "something was sent, seed {SEED}"
    );
    assert_eq!(scene.begun().await, 0);

    let done = scene.house.approve(&scene.pair.person, &scene.id).await;
    assert_eq!(done.expect("approves").state, ApprovalState::Done);
    assert_eq!(scene.begun().await, 1);
    scene.made_exactly_what_was_stored();

    let sent = scene.house.sim.log().len();
    scene.repeat(SEED + MUTANTS as u64).await;
    assert_eq!(
        scene.house.sim.log().len(),
        sent,
        "something more was sent, seed {SEED}"
    );
    assert_eq!(scene.begun().await, 1);
    scene.made_exactly_what_was_stored();
    // The mutants are no noise: many of them are good calls of their own, and many are none.
    for word in [
        "approval_required",
        "invalid_arguments",
        "attendee_not_an_address",
        "invalid_time",
    ] {
        let count = scene.told.get(word).copied().unwrap_or_default();
        assert!(count > 100, "{word}: {:?}", scene.told);
    }
}

impl Scene {
    async fn set() -> Self {
        let house = House::new().await;
        let pair = house.connected(1, &[("create_event", Level::Ask)]).await;
        let asked = house.call(&pair, "create_event", original()).await;
        let asked = asked.expect("asks").body;
        let id = asked["approval_id"].as_str().expect("an id");
        let id = ApprovalId::parse(id).expect("an id");
        let eye = sqlx::SqliteConnection::connect(&house.database()).await;
        Self {
            house,
            pair,
            id,
            eye: eye.expect("opens"),
            told: BTreeMap::new(),
        }
    }

    async fn repeat(&mut self, seed: u64) {
        // Each has a seed of its own, so that one is made again without those before it.
        let seeds: Vec<u64> = (seed..).take(MUTANTS).collect();
        for four in seeds.chunks(4) {
            let tries = four.iter().map(|seed| self.mutant(*seed));
            for word in futures_util::future::join_all(tries).await {
                *self.told.entry(word).or_default() += 1;
            }
            // Five may wait. It is somebody else's proof that more are refused; here nothing may hide behind that.
            let void = "UPDATE approvals SET state = 'void' WHERE state = 'pending' AND id <> $1";
            let void = sqlx::query(void).bind(self.id.as_str());
            void.execute(&mut self.eye).await.expect("written");
        }
    }

    /// Repeats the call with other arguments, and asks for another approval; how the call ended.
    async fn mutant(&self, seed: u64) -> String {
        let random = Random::seeded(seed);
        let arguments = match seed % 50 {
            0 => in_another_order(&original(), &random),
            _ => mutant(&original(), &random),
        };
        let call = self
            .house
            .call(&self.pair, "create_event", arguments.clone());
        let word = self.is_its_own(&call.await, &arguments, seed);
        if seed.is_multiple_of(4) {
            let id = mutated_id(self.id.as_str(), &random);
            let check = json!({"approval_id": id});
            let answer = self.house.call(&self.pair, "check_approval", check).await;
            let told = answer.map(|answer| answer.body).map_err(|error| error.code);
            assert_eq!(told, Err("not_found"), "seed {seed}: {id:?}");
        }
        word
    }

    /// What a mutant is told is about itself, unless it means the same.
    fn is_its_own(&self, answer: &Result<Answer, Error>, arguments: &Value, seed: u64) -> String {
        let what = format!("seed {seed}: {arguments}");
        let same = meaning(arguments).is_some_and(|meant| Some(meant) == meaning(&original()));
        let (word, about) = match answer {
            Ok(answer) => {
                let about = answer.body["approval_id"].as_str().unwrap_or_default();
                (answer.body["status"].as_str().expect("a word"), about)
            }
            Err(error) => (error.code, ""),
        };
        if about == self.id.as_str() {
            assert!(same, "was taken for what was asked, {what}");
        } else {
            assert_ne!(
                *arguments,
                original(),
                "the same in another order is another, {what}"
            );
            assert!(
                answer.is_err() || word == "approval_required",
                "{word}, {what}"
            );
            assert_ne!(word, "too_many_pending", "{what}");
        }
        word.to_owned()
    }

    async fn begun(&self) -> usize {
        self.house
            .entries(&self.pair, &[Kind::CallBegun])
            .await
            .len()
    }

    fn made_exactly_what_was_stored(&self) {
        let events = self.house.sim.events_of(&self.pair.login);
        let in_2031 = |event: &&Value| {
            let start = event["start"]["dateTime"].as_str().unwrap_or_default();
            start.starts_with("2031-03-04")
        };
        let made: Vec<_> = events.iter().filter(in_2031).collect();
        let [event] = made.as_slice() else {
            panic!("one event: {made:?}, seed {SEED}")
        };
        assert_eq!(event["subject"], "Quarterly review with Nordwind");
        assert_eq!(event["start"]["dateTime"], "2031-03-04T09:00:00.0000000");
        assert_eq!(event["end"]["dateTime"], "2031-03-04T09:30:00.0000000");
        let invited = event["attendees"].as_array().expect("a list").iter();
        let invited: Vec<_> = invited
            .map(|one| (&one["emailAddress"]["address"], &one["type"]))
            .collect();
        assert_eq!(
            json!(invited),
            json!([
                ["kim@other.example", "required"],
                ["lena.hartmann@nordwind.example", "required"],
                ["paul@partner.example", "optional"],
            ])
        );
        assert_eq!(event["location"]["displayName"], "Room 15");
        let body = event["body"]["content"].as_str().expect("text");
        assert!(
            body.contains("Please bring the numbers for 2030."),
            "{body}"
        );
        assert_eq!(event["isOnlineMeeting"], true);
        assert_eq!(
            (&event["showAs"], &event["sensitivity"]),
            (&json!("busy"), &json!("private"))
        );
        assert_eq!(event["reminderMinutesBeforeStart"], 15);
        assert_eq!(event["categories"], json!(["Review"]));
    }
}
