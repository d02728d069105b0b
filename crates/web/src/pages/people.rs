//! People & connections: who is connected and whether it works; an administrator ends one connection, or all of them.

use askama::Template;
use axum::extract::State as With;
use axum::response::{Redirect, Response};
use domain::connection::ConnectionState;
use domain::id::PersonId;
use engine::{EndingView, Listed, PeopleFilter, PersonView};
use serde::Deserialize;
use url::form_urlencoded;

use super::form::Sent;
use super::frame::{Frame, Section, Visit};
use super::words_for::{Badge, administrators_step};
use super::{Sample, html, sample};
use crate::State;
use crate::address::{Path, Query};
use crate::caller::{Administrator, Request};
use crate::error::{Failure, PageError};
use crate::words::Words;

struct Choice {
    value: &'static str,
    name: String,
    chosen: bool,
}

struct PersonRow {
    id: String,
    name: String,
    login: String,
    administrator: bool,
    state: Badge,
    /// What an administrator can do about it, if anything.
    step: Option<String>,
    since: Option<String>,
    worked: Option<String>,
    /// The words for the button, if there is something to end.
    end_label: Option<String>,
}

#[derive(Template)]
#[template(path = "people.html")]
struct PeoplePage {
    page: Frame,
    note: Option<Note>,
    text: String,
    states: Vec<Choice>,
    filtered: bool,
    people: Vec<PersonRow>,
    next: Option<String>,
    live: usize,
    live_text: String,
}

/// What stands above the list.
struct Note {
    tone: &'static str,
    text: String,
    /// Whether connections are being ended now; the page then looks again by itself.
    looks_again: bool,
}

impl Note {
    fn good(text: String) -> Self {
        let (tone, looks_again) = ("good", false);
        Self {
            tone,
            text,
            looks_again,
        }
    }

    fn running(text: String) -> Self {
        let (tone, looks_again) = ("warn", true);
        Self {
            tone,
            text,
            looks_again,
        }
    }

    /// How far ending everybody's has come.
    fn of(page: &Frame, ending: &EndingView) -> Self {
        let (done, of) = ((ending.of - ending.left).to_string(), ending.of.to_string());
        let (left, since) = (ending.left.to_string(), page.when(ending.began));
        let known = [
            ("done", &done),
            ("of", &of),
            ("left", &left),
            ("since", &since),
        ];
        let known = known.map(|(name, value)| (name, value.as_str()));
        if ending.stopped {
            return Self {
                tone: "bad",
                text: page.words.fill("people-stopped", &known),
                looks_again: false,
            };
        }
        Self::running(page.words.fill("people-ending", &known))
    }
}

/// What is known of all connections together.
struct All {
    live: usize,
    ending: Option<EndingView>,
}

/// What can be filtered by.
const STATES: &[&str] = &[
    "connected",
    "needs_sign_in",
    "needs_admin",
    "revoked",
    "damaged",
    "disconnected",
    "never",
];

#[derive(Deserialize, Default)]
pub(super) struct Filter {
    text: Option<String>,
    state: Option<String>,
    after: Option<String>,
    /// What came of the form before: `one`, or `all` while connections are being ended.
    ended: Option<String>,
}

impl Filter {
    fn text(&self) -> &str {
        self.text.as_deref().unwrap_or_default().trim()
    }

    fn state(&self) -> Option<&'static str> {
        let given = self.state.as_deref()?;
        STATES.iter().copied().find(|known| *known == given)
    }

    fn address(&self, after: &str) -> String {
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("text", self.text())
            .append_pair("state", self.state().unwrap_or_default())
            .append_pair("after", after)
            .finish();
        format!("/administration/people?{query}")
    }
}

impl PeoplePage {
    fn new(page: Frame, filter: &Filter, listed: &Listed<PersonView>, all: &All) -> Self {
        let (words, live) = (page.words, all.live);
        // Just after the form was sent, the record does not know of it yet.
        let begins = filter.ended.as_deref() == Some("all") && live > 0;
        let note = match (&all.ending, filter.ended.as_deref()) {
            (Some(ending), _) => Some(Note::of(&page, ending)),
            (None, Some("one")) => Some(Note::good(words.say("people-ended-one").into_owned())),
            (None, Some("all")) if begins => {
                Some(Note::running(words.say("people-begins").into_owned()))
            }
            (None, Some("all")) => Some(Note::good(words.say("people-ended-all").into_owned())),
            _ => None,
        };
        let choice = |value: &&'static str| Choice {
            value,
            name: words.say(&format!("state-{value}")).into_owned(),
            chosen: filter.state() == Some(value),
        };
        Self {
            note,
            text: filter.text().to_owned(),
            states: STATES.iter().map(choice).collect(),
            filtered: !filter.text().is_empty() || filter.state().is_some(),
            people: listed.items.iter().map(|view| row(&page, view)).collect(),
            next: listed.next.as_deref().map(|after| filter.address(after)),
            live,
            live_text: words.count("people-live", live),
            page,
        }
    }
}

fn row(page: &Frame, view: &PersonView) -> PersonRow {
    let words = page.words;
    let ends = !matches!(view.state, None | Some(ConnectionState::Disconnected));
    PersonRow {
        id: view.id.to_string(),
        name: view.name.clone(),
        login: view.login.clone(),
        administrator: view.administrator,
        state: Badge::connection(words, view.state.as_ref()),
        step: administrators_step(words, view.state.as_ref()),
        since: view.connected_at.map(|at| page.day(at)),
        worked: view.refreshed_at.map(|at| page.when(at)),
        end_label: ends.then(|| words.fill("people-end-label", &[("name", &view.name)])),
    }
}

const SECTION: Option<Section> = Some(Section::People);
const PER_PAGE: u32 = 50;

pub(super) async fn show(
    With(state): With<State>,
    Administrator(administrator): Administrator,
    visit: Visit,
    Query(filter): Query<Filter>,
) -> Result<Response, PageError> {
    let wanted = PeopleFilter {
        text: filter.text().to_owned(),
        state: filter.state().map(str::to_owned),
        after: filter.after.clone(),
        limit: PER_PAGE,
    };
    let page = visit
        .frame(&state, &administrator, SECTION, "people-title")
        .await?;
    let listed = state.engine.people(&administrator, &wanted).await?;
    let all = All {
        live: state.engine.live_connections(&administrator).await?,
        ending: state.engine.ending(&administrator).await?,
    };
    Ok(html(&PeoplePage::new(page, &filter, &listed, &all)))
}

/// Asks before one connection is ended, or all of them.
#[derive(Template)]
#[template(path = "end.html")]
struct EndPage {
    page: Frame,
    action: String,
    about: String,
    button: String,
    everybody: bool,
    /// Whether there is anything to end.
    possible: bool,
    /// What stands over the field for the number, where one must be typed.
    number_label: Option<String>,
    wrong: Option<String>,
}

impl EndPage {
    fn one(page: Frame, view: &PersonView) -> Self {
        let known = [("name", view.name.as_str()), ("login", view.login.as_str())];
        Self {
            action: format!("/administration/people/{}/disconnect", view.id),
            about: page.words.fill("end-one-about", &known),
            button: page.say("disconnect-confirm").into_owned(),
            everybody: false,
            possible: true,
            number_label: None,
            wrong: None,
            page,
        }
    }

    fn all(page: Frame, live: usize, wrong: bool) -> Self {
        let (words, number) = (page.words, live.to_string());
        let filled = |id| words.fill(id, &[("number", &number)]);
        Self {
            action: "/administration/people/disconnect".to_owned(),
            about: words.count("end-all-about", live),
            button: words.say("people-everybody-button").into_owned(),
            everybody: true,
            possible: live > 0,
            number_label: Some(filled("end-all-type")),
            wrong: wrong.then(|| filled("end-all-wrong")),
            page,
        }
    }
}

pub(super) async fn ask_one(
    With(state): With<State>,
    Administrator(administrator): Administrator,
    visit: Visit,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let id = PersonId::parse(&id).map_err(|_| Failure::not_found())?;
    let view = state.engine.person(&administrator, &id).await?;
    let page = visit
        .frame(&state, &administrator, SECTION, "end-one-title")
        .await?;
    Ok(html(&EndPage::one(page, &view)))
}

pub(super) async fn end_one(
    With(state): With<State>,
    Path(id): Path<String>,
    Request(request): Request,
    Sent { sender, .. }: Sent<Administrator>,
) -> Result<Redirect, PageError> {
    let id = PersonId::parse(&id).map_err(|_| Failure::not_found())?;
    let Administrator(administrator) = sender;
    state
        .engine
        .disconnect_person(&administrator, &id, &request)
        .await?;
    Ok(Redirect::to("/administration/people?ended=one"))
}

pub(super) async fn ask_all(
    With(state): With<State>,
    Administrator(administrator): Administrator,
    visit: Visit,
) -> Result<Response, PageError> {
    let live = state.engine.live_connections(&administrator).await?;
    let page = visit
        .frame(&state, &administrator, SECTION, "end-all-title")
        .await?;
    Ok(html(&EndPage::all(page, live, false)))
}

/// Begins it and shows the list, which tells how many are left: a thousand people take longer than a browser waits.
pub(super) async fn end_all(
    With(state): With<State>,
    visit: Visit,
    Request(request): Request,
    Sent { sender, fields }: Sent<Administrator>,
) -> Result<Response, PageError> {
    use axum::response::IntoResponse as _;
    let Administrator(administrator) = sender;
    let live = state.engine.live_connections(&administrator).await?;
    let typed = fields.get("number").unwrap_or_default().trim();
    if typed != live.to_string() {
        let page = visit
            .frame(&state, &administrator, SECTION, "end-all-title")
            .await?;
        return Ok(html(&EndPage::all(page, live, true)));
    }
    state
        .engine
        .begin_to_disconnect_everybody(administrator, request)?;
    Ok(Redirect::to("/administration/people?ended=all").into_response())
}

pub(super) fn samples(words: Words) -> Vec<Sample> {
    use domain::connection::{AdminWhy, RevokedWhy};
    use domain::random::Random;
    let random = Random::seeded(21);
    let person = |name: &str, login: &str, state: Option<ConnectionState>| PersonView {
        id: PersonId::random(&random),
        name: name.to_owned(),
        login: format!("{login}@nordwind.example"),
        administrator: login == "jonas.weber",
        connected_at: state
            .as_ref()
            .map(|_| "2026-10-01T07:00:00Z".parse().expect("a moment")),
        refreshed_at: state
            .as_ref()
            .map(|_| "2026-11-23T08:12:00Z".parse().expect("a moment")),
        state,
    };
    let sign_in = ConnectionState::NeedsSignIn {
        claims: None,
        code: Some(50_079),
    };
    let admin = ConnectionState::NeedsAdmin {
        why: AdminWhy::BlockedByPolicy,
        claims: None,
        code: Some(53_003),
    };
    let revoked = ConnectionState::Revoked {
        why: RevokedWhy::EndedAtMicrosoft,
    };
    let items = vec![
        person(
            "Anna Berger",
            "anna.berger",
            Some(ConnectionState::Connected),
        ),
        person(
            "Jonas Weber",
            "jonas.weber",
            Some(ConnectionState::Connected),
        ),
        person("Lena Hoffmann", "lena.hoffmann", Some(sign_in)),
        person("Mehmet Yılmaz", "mehmet.yilmaz", Some(admin)),
        person("Sofia Lindqvist", "sofia.lindqvist", Some(revoked)),
        person("Tom Fischer", "tom.fischer", None),
    ];
    let one = items[0].clone();
    let render = |name, ending: Option<(u64, bool)>, items, next: Option<&str>, live| {
        let page = Frame::sample(words, SECTION, "people-title");
        let next = next.map(str::to_owned);
        let ending = ending.map(|(left, stopped)| EndingView {
            began: "2026-11-23T08:10:00Z".parse().expect("a moment"),
            of: 1_000,
            left,
            stopped,
        });
        let (listed, all) = (Listed { items, next }, All { live, ending });
        let filter = Filter::default();
        sample(name, &PeoplePage::new(page, &filter, &listed, &all))
    };
    let asks = |title: &str| Frame::sample(words, SECTION, title);
    let (running, stopped) = (Some((812, false)), Some((3, true)));
    vec![
        render("people", None, items.clone(), Some("x"), 5),
        render("people-ending", running, items.clone(), None, 812),
        render("people-stopped", stopped, items, None, 3),
        render("people-none", None, Vec::new(), None, 0),
        sample("end-one", &EndPage::one(asks("end-one-title"), &one)),
        sample("end-all", &EndPage::all(asks("end-all-title"), 812, false)),
        sample(
            "end-all-wrong",
            &EndPage::all(asks("end-all-title"), 811, true),
        ),
    ]
}
