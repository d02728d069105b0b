//! A3, A4, A5: of everybody and everything that tries to decide a call that waits, only its owner does, by the form of her own
//! session, for the card that was shown. Nothing else changes anything, and nothing else makes attache ask Microsoft.

use std::collections::BTreeMap;

use domain::random::Random;
use domain::secret::SessionSecret;
use reqwest::header::{CONTENT_TYPE, LOCATION};
use serde_json::{Value, json};
use sim::Rotation;
use sqlx::{AnyConnection, Row as _};

use crate::browser::Browser;
use crate::database::Database;
use crate::house::{House, who};
use crate::tries::{About, Body, Keys, SESSION, Try, tries};

/// A house in which a new event and a change of an old one wait, and everybody who is no business of theirs.
struct Scene {
    house: House,
    eye: AnyConnection,
    stranger: reqwest::Client,
    owner: Browser,
    keys: Keys,
    new: String,
    change: String,
    /// Her calendar before.
    before: BTreeMap<String, Value>,
    changed: String,
}

#[tokio::test(flavor = "multi_thread")]
async fn a3_no_wrong_credential_decides_and_one_yes_of_the_owner_runs_what_waited_once() {
    prove(About::Credentials).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a4_what_a_client_says_its_person_accepted_is_nobodys_yes() {
    prove(About::Clients).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a5_no_other_site_method_frame_or_preview_decides_or_opens_a_card() {
    prove(About::Openings).await;
}

/// Tries everything, before and after the owner has opened the cards; and then she says yes.
async fn prove(about: About) {
    let mut scene = Scene::set().await;
    // Nobody has opened a card so far: whoever tries knows none.
    let unknown = "0".repeat(64);
    let ids = [scene.new.clone(), scene.change.clone()];
    let unknown = [unknown.clone(), unknown];
    scene.all(about, &ids, &unknown, 0).await;
    // She has opened both, so that everybody may know everything that is on her pages.
    let cards = [scene.open(&ids[0]).await, scene.open(&ids[1]).await];
    scene.house.sim.clear_log();
    scene.all(about, &ids, &cards, 1).await;
    scene.decide(&cards).await;
}

impl Scene {
    async fn set() -> Self {
        let levels = [
            ("level.search_events", "always_allow"),
            ("level.create_event", "ask"),
            ("level.update_event", "ask"),
        ];
        let mut house = House::built(Database::sqlite(), Rotation::Lenient, 2, &levels).await;
        let neighbour = neighbour(&mut house).await;
        let own = call(&house, "search_events", &json!({"limit": 50})).await;
        let own = own["events"].as_array().expect("events").clone();
        let mine = |event: &&Value| event["series"].is_null() && event["organizer"].is_null();
        let old = own.iter().find(mine).expect("an event of her own");
        let new = json!({"title": "Decided by her", "start": "2031-03-04T10:00", "duration_minutes": 30,
            "attendees": ["kim@other.example"]});
        let change = json!({"id": old["id"], "location": "Where she said"});
        let waits = async |tool: &str, arguments: &Value| {
            let asked = call(&house, tool, arguments).await;
            assert_eq!(asked["status"], "approval_required", "{asked}");
            asked["approval_id"].as_str().expect("an id").to_owned()
        };
        let (new, change) = (
            waits("create_event", &new).await,
            waits("update_event", &change).await,
        );
        let mut eye = house.database.open().await;
        let keys = keys(&house, &mut eye, &neighbour).await;
        let login = house.people[0].who["login"].as_str().expect("a login");
        let before = calendar(&house, login);
        let starts = old["start"].as_str().expect("local with offset");
        let starts: jiff::Timestamp = starts.parse().expect("a moment");
        let starts = starts.to_string().replace('Z', ".0000000");
        let same = |event: &&Value| {
            event["subject"] == old["title"] && event["start"]["dateTime"] == starts
        };
        let changed: Vec<_> = before.values().filter(same).collect();
        let [changed] = changed.as_slice() else {
            panic!("one event is meant: {old}")
        };
        let changed = id_of(changed);
        house.sim.clear_log();
        #[expect(clippy::disallowed_methods, reason = "a browser that follows nothing")]
        let stranger = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .expect("a client");
        let owner = house.people[0].browser.clone();
        Self {
            house,
            eye,
            stranger,
            owner,
            keys,
            new,
            change,
            before,
            changed,
        }
    }

    /// Everything that is tried with both.
    async fn all(&mut self, about: About, ids: &[String; 2], cards: &[String; 2], looks: i64) {
        for (this, other) in [(0, 1), (1, 0)] {
            let with = [cards[this].as_str(), cards[other].as_str()];
            let both = [ids[this].as_str(), ids[other].as_str()];
            for one in tries(about, &self.keys, both, with) {
                self.check(&one, &ids[this], looks).await;
            }
        }
    }

    /// One that is tried: it is answered so, and nothing has happened.
    async fn check(&mut self, one: &Try, id: &str, looks: i64) {
        let path = one.path.replace("{id}", id);
        let url = format!("{}{path}", self.house.base);
        let mut request = self.stranger.request(one.method.clone(), url);
        for (name, value) in &one.headers {
            request = request.header(*name, value.replace("{base}", &self.house.base));
        }
        request = match &one.body {
            Body::None => request,
            Body::Form(fields) => request.form(fields),
            Body::Text(kind, text) => request.header(CONTENT_TYPE, *kind).body(text.clone()),
        };
        let answer = request.send().await.expect("an answer");
        let to = answer
            .headers()
            .get(LOCATION)
            .and_then(|to| to.to_str().ok());
        let told = match to {
            Some(to) => format!("{} {}", answer.status().as_u16(), to.replace(id, "{id}")),
            None => answer.status().as_u16().to_string(),
        };
        let policy = &answer.headers()["content-security-policy"];
        assert!(
            policy
                .to_str()
                .expect("text")
                .contains("frame-ancestors 'none'")
        );
        let tried = format!("{} {} {}", one.what, one.method, one.path);
        assert_eq!(told, one.expected, "{tried}: {}", self.house.remarks());
        let row = sqlx::query("SELECT state, looks, decided_ms FROM approvals WHERE id = $1");
        let row = row
            .bind(id)
            .fetch_one(&mut self.eye)
            .await
            .expect("it is there");
        assert_eq!(row.get::<String, _>("state"), "pending", "{tried}");
        assert_eq!(row.get::<i64, _>("looks"), looks, "{tried}");
        assert!(row.get::<Option<i64>, _>("decided_ms").is_none(), "{tried}");
        let asked = self.house.sim.log();
        assert!(
            asked.is_empty(),
            "{tried} made attache ask Microsoft: {asked:?}"
        );
    }

    /// She opens a card; the digest on it.
    async fn open(&mut self, id: &str) -> String {
        let base = &self.house.base;
        assert_eq!(
            self.owner.open(&format!("{base}/approvals/{id}")).await,
            200
        );
        let found = self.owner.html.split("name=\"card\" value=\"").nth(1);
        let card = found.and_then(|rest| rest.split('"').next());
        card.expect("a card with a yes").to_owned()
    }

    /// The owner's yes to both, each sent twice, and what has become of her calendar.
    async fn decide(&mut self, cards: &[String; 2]) {
        let login = self.house.people[0].who["login"]
            .as_str()
            .expect("a login")
            .to_owned();
        for (id, card) in [(&self.new, &cards[0]), (&self.change, &cards[1])] {
            for _ in 0..2 {
                let url = format!("{}/approvals/{id}/approve", self.house.base);
                let token = self.keys.owners_token.clone();
                let form = [("form_token", token.as_str()), ("card", card.as_str())];
                let session = self.owner.cookies[SESSION].clone();
                let request = self.stranger.post(url).form(&form);
                let request = request
                    .header("cookie", format!("{SESSION}={session}"))
                    .header("sec-fetch-site", "same-origin")
                    .header("sec-fetch-dest", "document");
                let answer = request.send().await.expect("an answer");
                assert_eq!(answer.status(), 303);
                let to = answer.headers()[LOCATION].to_str().expect("text");
                assert_eq!(to, format!("/approvals/{id}"));
            }
        }
        let written: Vec<_> = self.house.sim.log();
        let written: Vec<_> = written
            .iter()
            .filter(|entry| entry.surface == "graph" && entry.method != "GET")
            .filter(|entry| !entry.path.ends_with("/getSchedule"))
            .map(|entry| entry.method.as_str())
            .collect();
        assert_eq!(written, ["POST", "PATCH"]);
        let mut after = calendar(&self.house, &login);
        let mut before = std::mem::take(&mut self.before);
        let place = |event: &Value| event["location"]["displayName"].clone();
        let (was, is) = (before.remove(&self.changed), after.remove(&self.changed));
        let (was, is) = (was.expect("it was there"), is.expect("it is there"));
        assert_eq!(
            (&is["subject"], &is["start"], &is["end"]),
            (&was["subject"], &was["start"], &was["end"])
        );
        assert_eq!(
            (place(&is), is["attendees"].clone()),
            (json!("Where she said"), was["attendees"].clone())
        );
        let made: Vec<_> = after
            .iter()
            .filter(|(id, _)| !before.contains_key(*id))
            .collect();
        let [(made, event)] = made.as_slice() else {
            panic!("one event was made: {made:?}")
        };
        assert_eq!(event["subject"], "Decided by her");
        assert!(
            event["start"]["dateTime"]
                .as_str()
                .is_some_and(|start| start.starts_with("2031-03-04"))
        );
        assert_eq!(event["attendees"].as_array().map(Vec::len), Some(1));
        assert_eq!(
            event["attendees"][0]["emailAddress"]["address"],
            "kim@other.example"
        );
        let made = (*made).clone();
        after.remove(&made);
        assert_eq!(after, before, "nothing else of her calendar has changed");
    }
}

/// Somebody of another organisation, whose people may sign in here too.
async fn neighbour(house: &mut House) -> Browser {
    let greta = json!({"login": "greta.olsen@hafenbau.example", "password": "hafenbau-greta", "name": "Greta Olsen"});
    house.sim.set_audience(sim::Audience::Organizations);
    let home = format!("tenants = [\"{}\"", house.sim.tenant_id());
    let both = format!("{home}, \"8e1f0c77-52ab-4d0e-9b6c-3a7d94f0e215\"");
    house.settings = house.settings.replace(&home, &both);
    house.use_keys(1);
    house.restart().await;
    let browser = house.signed_in(&greta).await;
    assert!(browser.html.contains("Greta"), "{}", browser.html);
    browser
}

/// The credentials of everybody.
async fn keys(house: &House, eye: &mut AnyConnection, neighbour: &Browser) -> Keys {
    let owner = &house.people[0];
    let administrator = house.signed_in(&who(&house.sim.people()[0])).await;
    let mut left = house.signed_in(&owner.who).await;
    let mut sessions = Vec::new();
    let mut token_of = async |name: &'static str, browser: &mut Browser| {
        browser.open(&format!("{}/keys", house.base)).await;
        let token = browser.html.split("name=\"form_token\" value=\"").nth(1);
        let token = token
            .and_then(|rest| rest.split('"').next())
            .expect("a form");
        sessions.push((name, browser.cookies[SESSION].clone(), token.to_owned()));
        token.to_owned()
    };
    token_of("an administrator", &mut administrator.clone()).await;
    token_of("a colleague", &mut house.people[1].browser.clone()).await;
    token_of(
        "another organisation's administrator",
        &mut neighbour.clone(),
    )
    .await;
    let owners_token = token_of("the owner", &mut owner.browser.clone()).await;
    let second = token_of(
        "the owner, elsewhere",
        &mut house.signed_in(&owner.who).await,
    )
    .await;
    let stale = token_of("the owner, signed out", &mut left).await;
    left.submit("/sign-out", &[]).await;
    for (name, ends) in [
        (
            "the owner, after twelve hours",
            "UPDATE sessions SET expires_ms = 1 WHERE secret_hash = $1",
        ),
        (
            "the owner, after a long pause",
            "UPDATE sessions SET last_seen_ms = 1 WHERE secret_hash = $1",
        ),
    ] {
        let mut browser = house.signed_in(&owner.who).await;
        token_of(name, &mut browser).await;
        let secret = SessionSecret::new(browser.cookies[SESSION].clone());
        let ended = sqlx::query(ends).bind(secret.hash().as_str().to_owned());
        assert_eq!(
            ended
                .execute(&mut *eye)
                .await
                .expect("written")
                .rows_affected(),
            1
        );
    }
    let invented = SessionSecret::random(&Random::operating_system());
    sessions.push((
        "nobody's session",
        invented.expose().to_owned(),
        owners_token.clone(),
    ));
    sessions.push((
        "the agent's key as a session",
        owner.key.clone(),
        owners_token.clone(),
    ));
    let session = owner.browser.cookies[SESSION].clone();
    // Hers is the right one: it is tried without what must go with it.
    sessions.retain(|(_, other, _)| *other != session);
    sessions.retain(|(name, ..)| *name != "the owner, elsewhere");
    Keys {
        agent: owner.key.clone(),
        colleagues_agent: house.people[1].key.clone(),
        session,
        owners_token,
        second,
        stale,
        sessions,
    }
}

/// The agent's call over REST.
async fn call(house: &House, tool: &str, arguments: &Value) -> Value {
    let request = house
        .client
        .post(format!("{}/api/v1/tools/{tool}", house.base))
        .bearer_auth(&house.people[0].key)
        .json(arguments);
    let answer = request.send().await.expect("an answer");
    answer.json().await.expect("JSON")
}

/// What is in a calendar, by id.
fn calendar(house: &House, login: &str) -> BTreeMap<String, Value> {
    let events = house.sim.events_of(login).into_iter();
    events.map(|event| (id_of(&event), event)).collect()
}

fn id_of(event: &Value) -> String {
    event["id"].as_str().expect("an id").to_owned()
}
