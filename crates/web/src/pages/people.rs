//! People & connections: who is connected and whether it works; an administrator ends one connection, or all of them.

use askama::Template;
use axum::extract::State as With;
use axum::response::{Redirect, Response};
use domain::connection::ConnectionState;
use domain::id::PersonId;
use engine::{Listed, PeopleFilter, PersonView};
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
    note: Option<String>,
    /// Whether connections are being ended now; the page then looks again by itself.
    ending: bool,
    text: String,
    states: Vec<Choice>,
    filtered: bool,
    people: Vec<PersonRow>,
    next: Option<String>,
    live: usize,
    live_text: String,
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
    fn new(page: Frame, filter: &Filter, listed: &Listed<PersonView>, live: usize) -> Self {
        let words = page.words;
        let ending = filter.ended.as_deref() == Some("all") && live > 0;
        let note = match filter.ended.as_deref() {
            Some("one") => Some(words.say("people-ended-one").into_owned()),
            Some("all") if ending => Some(words.count("people-ending", live)),
            Some("all") => Some(words.say("people-ended-all").into_owned()),
            _ => None,
        };
        let choice = |value: &&'static str| Choice {
            value,
            name: words.say(&format!("state-{value}")).into_owned(),
            chosen: filter.state() == Some(value),
        };
        Self {
            note,
            ending,
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
    let live = state.engine.live_connections(&administrator).await?;
    Ok(html(&PeoplePage::new(page, &filter, &listed, live)))
}

#[derive(Template)]
#[template(path = "end_one.html")]
struct EndOnePage {
    page: Frame,
    id: String,
    about: String,
}

impl EndOnePage {
    fn new(page: Frame, view: &PersonView) -> Self {
        let known = [("name", view.name.as_str()), ("login", view.login.as_str())];
        Self {
            id: view.id.to_string(),
            about: page.words.fill("end-one-about", &known),
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
    Ok(html(&EndOnePage::new(page, &view)))
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

#[derive(Template)]
#[template(path = "end_all.html")]
struct EndAllPage {
    page: Frame,
    live: usize,
    about: String,
    label: String,
    wrong: Option<String>,
}

impl EndAllPage {
    fn new(page: Frame, live: usize, wrong: bool) -> Self {
        let (words, number) = (page.words, live.to_string());
        Self {
            live,
            about: words.count("end-all-about", live),
            label: words.fill("end-all-type", &[("number", &number)]),
            wrong: wrong.then(|| words.fill("end-all-wrong", &[("number", &number)])),
            page,
        }
    }
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
    Ok(html(&EndAllPage::new(page, live, false)))
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
        return Ok(html(&EndAllPage::new(page, live, true)));
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
    let render = |name, ended: Option<&str>, items, next: Option<&str>, live| {
        let filter = Filter {
            ended: ended.map(str::to_owned),
            ..Filter::default()
        };
        let page = Frame::sample(words, SECTION, "people-title");
        let next = next.map(str::to_owned);
        let listed = Listed { items, next };
        sample(name, &PeoplePage::new(page, &filter, &listed, live))
    };
    let asks = |title: &str| Frame::sample(words, SECTION, title);
    vec![
        render("people", None, items.clone(), Some("x"), 5),
        render("people-ending", Some("all"), items, None, 812),
        render("people-none", None, Vec::new(), None, 0),
        sample("end-one", &EndOnePage::new(asks("end-one-title"), &one)),
        sample(
            "end-all",
            &EndAllPage::new(asks("end-all-title"), 812, false),
        ),
        sample(
            "end-all-wrong",
            &EndAllPage::new(asks("end-all-title"), 811, true),
        ),
    ]
}
