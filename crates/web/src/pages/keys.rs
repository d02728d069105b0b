//! Personal keys: made here, shown once, listed by their last characters, revoked.

use askama::Template;
use axum::extract::{RawQuery, State as With};
use axum::response::{Redirect, Response};
use domain::id::AgentId;
use domain::random::Random;
use domain::secret::AgentKey;
use engine::KeyView;
use jiff::Timestamp;

use super::form::Sent;
use super::frame::{Frame, Section, Visit};
use super::{Sample, html, sample};
use crate::State;
use crate::address::Path;
use crate::caller::{Request, SignedIn};
use crate::error::{Failure, PageError};
use crate::words::Words;

struct KeyRow {
    id: String,
    name: String,
    hint: String,
    created: String,
    used: String,
    expires: String,
    /// In how many tools the agent may do less than others.
    narrowed: Option<String>,
    over: Option<String>,
    revoke_label: String,
}

struct NewKey {
    label: String,
    key: String,
    mcp: String,
    rest: String,
}

#[derive(Template)]
#[template(path = "keys.html")]
struct KeysPage {
    page: Frame,
    revoked: bool,
    new: Option<NewKey>,
    keys: Vec<KeyRow>,
}

impl KeysPage {
    fn new(page: Frame, keys: &[KeyView], now: Timestamp) -> Self {
        Self {
            revoked: false,
            new: None,
            keys: keys.iter().map(|key| row(&page, key, now)).collect(),
            page,
        }
    }

    /// With a key that was just made. Nobody can show it again.
    fn with_new(self, name: &str, key: &AgentKey, base_url: &str) -> Self {
        let new = NewKey {
            label: self.page.words.fill("keys-new-label", &[("name", name)]),
            key: key.expose().to_owned(),
            mcp: format!("{base_url}/mcp"),
            rest: format!("curl -H \"Authorization: Bearer $ATTACHE_KEY\" {base_url}/api/v1/tools"),
        };
        Self {
            new: Some(new),
            ..self
        }
    }
}

fn row(page: &Frame, key: &KeyView, now: Timestamp) -> KeyRow {
    KeyRow {
        id: key.id.to_string(),
        name: key.name.clone(),
        hint: key.hint.clone(),
        created: page.day(key.created),
        used: key
            .last_used
            .map_or_else(|| page.say("not-yet").into_owned(), |at| page.when(at)),
        expires: key
            .expires
            .map_or_else(|| page.say("never").into_owned(), |at| page.day(at)),
        narrowed: (key.narrowed > 0).then(|| page.words.count("keys-narrowed", key.narrowed)),
        over: over(key, now).map(|id| page.say(id).into_owned()),
        revoke_label: page.words.fill("keys-revoke-label", &[("name", &key.name)]),
    }
}

/// Why a key opens nothing any more, if so.
pub(super) fn over(key: &KeyView, now: Timestamp) -> Option<&'static str> {
    let expired = key.expires.is_some_and(|expires| expires <= now);
    match key.revoked {
        Some(_) => Some("keys-revoked"),
        None => expired.then_some("keys-expired"),
    }
}

const SECTION: Option<Section> = Some(Section::Keys);

/// How long a key lives when the form does not say, in days.
const USUAL_DAYS: u32 = 90;

pub(super) async fn show(
    With(state): With<State>,
    SignedIn(person): SignedIn,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> Result<Response, PageError> {
    let page = visit.frame(&state, &person, SECTION, "keys-title").await?;
    let keys = state.engine.keys(&person).await?;
    Ok(html(&KeysPage {
        revoked: query.as_deref() == Some("revoked"),
        ..KeysPage::new(page, &keys, state.clock.now())
    }))
}

pub(super) async fn create(
    With(state): With<State>,
    visit: Visit,
    Request(request): Request,
    Sent { sender, fields }: Sent<SignedIn>,
) -> Result<Response, PageError> {
    let person = &sender.0;
    let name = fields.get("name").unwrap_or_default();
    // What is not a number of days is refused by the engine like any other wrong number.
    let days = fields
        .get("days")
        .map_or(USUAL_DAYS, |days| days.parse().unwrap_or(0));
    let (key, view) = state
        .engine
        .create_key(person, name, Some(days), &request)
        .await?;
    let page = visit.frame(&state, person, SECTION, "keys-title").await?;
    let keys = state.engine.keys(person).await?;
    let page = KeysPage::new(page, &keys, state.clock.now());
    Ok(html(&page.with_new(&view.name, &key, &state.base_url)))
}

pub(super) async fn revoke(
    With(state): With<State>,
    Path(id): Path<String>,
    Request(request): Request,
    Sent { sender, .. }: Sent<SignedIn>,
) -> Result<Redirect, PageError> {
    let id = AgentId::parse(&id).map_err(|_| Failure::not_found())?;
    state.engine.revoke_key(&sender.0, &id, &request).await?;
    Ok(Redirect::to("/keys?revoked"))
}

/// Four keys: one in use, one not yet, one revoked, one expired at nine on 23 November 2026.
pub(super) fn sample_keys() -> [KeyView; 4] {
    let moment = |text: &str| text.parse::<Timestamp>().expect("a moment");
    let random = Random::seeded(13);
    let key = |name: &str, hint: &str, used: Option<&str>, revoked: Option<&str>| KeyView {
        id: AgentId::random(&random),
        name: name.to_owned(),
        hint: hint.to_owned(),
        created: moment("2026-11-12T08:31:00Z"),
        last_used: used.map(moment),
        expires: Some(moment("2027-02-10T08:31:00Z")),
        revoked: revoked.map(moment),
        narrowed: 0,
    };
    let used = Some("2026-11-23T08:12:00Z");
    let revoked = Some("2026-10-01T10:00:00Z");
    [
        KeyView {
            narrowed: 2,
            ..key("Claude on my laptop", "x7Qa", used, None)
        },
        key("CRM sync", "P0zz", None, None),
        key("Old phone", "9aBc", Some("2026-09-02T10:00:00Z"), revoked),
        KeyView {
            expires: Some(moment("2026-11-23T09:00:00Z")),
            ..key("Trade fair", "Mm3d", Some("2026-11-01T10:00:00Z"), None)
        },
    ]
}

pub(super) fn samples(words: Words) -> Vec<Sample> {
    let page = || Frame::sample(words, SECTION, "keys-title");
    let now = "2026-11-23T09:00:00Z".parse().expect("a moment");
    let keys = sample_keys();
    let secret = AgentKey::random(&Random::seeded(14));
    let base = "https://attache.nordwind.example";
    let revoked = KeysPage {
        revoked: true,
        ..KeysPage::new(page(), &keys, now)
    };
    vec![
        sample("keys-none", &KeysPage::new(page(), &[], now)),
        sample("keys", &KeysPage::new(page(), &keys, now)),
        sample("keys-revoked", &revoked),
        sample(
            "keys-new",
            &KeysPage::new(page(), &keys, now).with_new("Claude on my laptop", &secret, base),
        ),
    ]
}
