//! One request: the card, rendered from the stored call, with its two answers; afterwards its outcome.
//!
//! Text that others may have written is shown whole, as plain text, with what is invisible in it made visible.

mod card;
mod copied;
mod look;
mod samples;
mod text;

use askama::Template;
use axum::extract::State as With;
use axum::http::Method;
use axum::response::{Redirect, Response};
use domain::approval::ApprovalState;
use domain::canonical::Digest;
use domain::id::{ApprovalId, RequestId};
use domain::time::Zone;
use engine::{ApprovalView, CardAction, CardAttendee, CardSpan, ErrorKind, PersonCaller};
use serde::Deserialize;
use serde_json::Value;

use self::card::{Attendee, Change, Conflicts, Effect, Foreign, Repeats};
use self::copied::Copied;
use self::look::{Look, Notice};
use super::approvals::span_text;
use super::form::Sent;
use super::frame::{Frame, Section, Visit};
use super::html;
use super::words_for::{CONNECTION_CODES, approval_tone, tool_title};
use crate::State;
use crate::address::{Path, Query};
use crate::caller::{Request, SignedIn};
use crate::error::{Failure, PageError};
use crate::words::Words;

pub(super) use self::samples::{sample_read, sample_view, samples};
pub use self::text::card_text;

struct Outcome {
    tone: &'static str,
    title: String,
    text: String,
    code: Option<String>,
    why: Option<String>,
    running: bool,
}

#[derive(Template)]
#[template(path = "approval.html")]
struct ApprovalPage {
    page: Frame,
    id: String,
    mark: &'static str,
    tool: String,
    pending: bool,
    /// Whether it waits for the person's sign-in; until then she can still stop it.
    parked: bool,
    /// What happened just now, if something did: the person reads it before anything else.
    notice: Option<Notice>,
    /// How the look at her calendar went.
    look: Option<Look>,
    /// Whether there is a button for yes.
    can_approve: bool,
    /// Names the card for the answer.
    digest: String,
    /// The request that waits in place of this one.
    replaced_by: Option<String>,
    outcome: Option<Outcome>,
    effects: Vec<Effect>,
    /// What of all this the agent has copied from others.
    copied: Vec<Copied>,
    title: Option<Foreign>,
    query: Option<Foreign>,
    when: Option<String>,
    when_yours: Option<String>,
    /// When it will be, if that changes.
    moved: Option<String>,
    repeats: Option<Repeats>,
    location: Option<Foreign>,
    online: bool,
    /// Whether a link to join stays.
    keeps_link: bool,
    conflicts: Option<Conflicts>,
    organizer: Option<Attendee>,
    invited: Vec<Attendee>,
    /// The words above those who are invited already.
    who_already: &'static str,
    invites: bool,
    attendees: Vec<Attendee>,
    /// The words above those who are invited: newly, if the event exists.
    who: &'static str,
    removed: Vec<Attendee>,
    /// Whether the event is new: then its values are not changes.
    new: bool,
    changes: Vec<Change>,
    proposed: Option<String>,
    comment: Option<Foreign>,
    /// What the button for no says. Beside a question about declining an invitation, "decline" could mean either.
    no: &'static str,
    body: Option<Foreign>,
    /// The words that `body` takes the place of.
    replaces: Option<Foreign>,
    agent: String,
    asked: String,
    expires: String,
    decided: Option<String>,
}

impl ApprovalPage {
    fn new(mut page: Frame, view: &ApprovalView, notice: Option<&str>) -> Self {
        let words = page.words;
        let card = &view.card;
        let tool = tool_title(words, view.definition);
        let pending = view.state == ApprovalState::Pending;
        page.title = if pending {
            card::question(words, view.definition, card)
        } else {
            tool.clone()
        };
        page.zone = Some(view.zone.clone());
        let zone = card.zone.as_deref().and_then(|zone| Zone::named(zone).ok());
        let zone = zone.unwrap_or_else(|| view.zone.clone());
        let span = |span: &CardSpan| span_text(words, span, card.zone.as_deref(), &view.zone);
        let people = |people: &[CardAttendee]| {
            let of = |one| Attendee::of(words, one);
            people.iter().map(of).collect::<Vec<_>>()
        };
        Self {
            notice: notice.and_then(|word| Notice::of(words, word)),
            look: pending.then(|| Look::of(&page, view)).flatten(),
            can_approve: view.can_approve && view.trouble.as_ref().is_none_or(|why| why.may_pass),
            digest: view.digest.to_string(),
            replaced_by: view.replaced_by.as_ref().map(ToString::to_string),
            moved: card.moved_to.as_ref().map(span),
            keeps_link: card.keeps_link,
            conflicts: card
                .conflicts
                .as_ref()
                .map(|found| Conflicts::of(words, found, span)),
            organizer: card.organizer.as_ref().map(|one| Attendee::of(words, one)),
            invited: people(&card.invited),
            who_already: card::who_already(card),
            id: view.id.to_string(),
            mark: view.state.as_str(),
            pending,
            parked: view.state == ApprovalState::Parked,
            outcome: (!pending).then(|| outcome(words, view)),
            effects: card::effects(words, view.definition, card),
            copied: copied::copied(words, card, &view.zone),
            title: card.title.as_deref().map(Foreign::of),
            query: card.query.as_deref().map(Foreign::of),
            when: card.span.as_ref().map(span),
            when_yours: card::in_readers_zone(words, card, &view.zone),
            repeats: card
                .series
                .as_ref()
                .map(|series| Repeats::of(words, series)),
            location: card.location.as_deref().map(Foreign::of),
            online: card.online,
            invites: card::invites(view.definition, card),
            attendees: people(&card.attendees),
            who: card::who(view.definition, card),
            removed: people(&card.removed),
            new: card.action.is_none(),
            changes: card
                .changes
                .iter()
                .map(|change| Change::of(words, change, &zone))
                .collect(),
            proposed: card.proposed.as_ref().map(span),
            comment: card.comment.as_deref().map(Foreign::of),
            no: match card.action {
                Some(CardAction::Accept | CardAction::Tentative | CardAction::Decline) => {
                    "approval-stop"
                }
                _ => "approval-decline",
            },
            body: card.body.as_deref().map(Foreign::of),
            replaces: card.replaces.as_deref().map(Foreign::of),
            agent: view.agent_name.clone(),
            asked: page.when(view.asked),
            expires: page.when(view.expires),
            decided: view.decided.map(|at| page.when(at)),
            tool,
            page,
        }
    }
}

fn outcome(words: Words, view: &ApprovalView) -> Outcome {
    let state = view.state.as_str();
    let told = |name: &str| view.outcome.as_ref().and_then(|outcome| outcome.get(name));
    let unverified = told("verified") == Some(&Value::Bool(false));
    // The answer was lost, and attache has yet to look.
    let looking = told("looking") == Some(&Value::Bool(true));
    let nothing_made = told("status").and_then(Value::as_str) == Some("already_exists");
    let text = match view.state {
        ApprovalState::Done if told("looked") == Some(&Value::Bool(true)) => {
            words.say("outcome-text-found")
        }
        ApprovalState::Done if nothing_made => words.say("outcome-already_exists"),
        ApprovalState::Done if unverified => words.say("outcome-unverified"),
        ApprovalState::Unknown if looking => words.say("outcome-text-looking"),
        ApprovalState::Failed if told("code").is_some_and(|code| code == "not_done") => {
            words.say("outcome-text-not_done")
        }
        _ => words.say(&format!("outcome-text-{state}")),
    };
    let code = match view.state {
        ApprovalState::Parked => Some("needs_sign_in"),
        _ => told("code").and_then(Value::as_str),
    };
    let title = match view.state {
        ApprovalState::Done if nothing_made => words.say("outcome-title-already_exists"),
        _ => words.say(&format!("outcome-title-{state}")),
    };
    let connection = code.filter(|code| CONNECTION_CODES.contains(code));
    Outcome {
        tone: approval_tone(view.state),
        title: title.into_owned(),
        text: text.into_owned(),
        code: code.map(str::to_owned),
        why: connection.map(|code| words.say(&format!("error-{code}-what")).into_owned()),
        running: view.state == ApprovalState::Executing || looking,
    }
}

const SECTION: Option<Section> = Some(Section::Approvals);

fn read_id(id: &str) -> Result<ApprovalId, PageError> {
    ApprovalId::parse(id).map_err(|_| Failure::not_found())
}

#[derive(Deserialize)]
pub(super) struct Told {
    notice: Option<String>,
}

/// Opening the card is what makes attache look at its owner's calendar; see [`engine::Engine::open_approval`]. Who asks only
/// whether there is a page does not open it.
pub(super) async fn show(
    method: Method,
    With(state): With<State>,
    SignedIn(person): SignedIn,
    visit: Visit,
    Path(id): Path<String>,
    Query(told): Query<Told>,
    Request(request): Request,
) -> Result<Response, PageError> {
    let id = read_id(&id)?;
    let view = if method == Method::HEAD {
        state.engine.approval(&person, &id).await?
    } else {
        state.engine.open_approval(&person, &id, &request).await?
    };
    let page = visit
        .frame(&state, &person, SECTION, "approvals-title")
        .await?;
    let notice = told.notice.as_deref();
    Ok(html(&ApprovalPage::new(page, &view, notice)))
}

pub(super) async fn approve(
    With(state): With<State>,
    Path(id): Path<String>,
    Request(request): Request,
    Sent { sender, fields }: Sent<SignedIn>,
) -> Result<Redirect, PageError> {
    // A form without the card that was shown is a yes to none.
    let shown = fields.get("card").and_then(Digest::parse);
    let answer = Answer::Approve(shown.unwrap_or_else(|| Digest::of("no card", &[])));
    decide(&state, &sender.0, &read_id(&id)?, answer, &request).await
}

pub(super) async fn decline(
    With(state): With<State>,
    Path(id): Path<String>,
    Request(request): Request,
    Sent { sender, .. }: Sent<SignedIn>,
) -> Result<Redirect, PageError> {
    decide(&state, &sender.0, &read_id(&id)?, Answer::Decline, &request).await
}

#[derive(Clone, Copy)]
enum Answer {
    /// Yes to the card of this digest.
    Approve(Digest),
    Decline,
}

/// Decides and shows the card again. Somebody who was too late sees there what was decided.
async fn decide(
    state: &State,
    person: &PersonCaller,
    id: &ApprovalId,
    answer: Answer,
    request: &RequestId,
) -> Result<Redirect, PageError> {
    let decided = match answer {
        Answer::Approve(shown) => state.engine.approve(person, id, &shown, request).await,
        Answer::Decline => state.engine.decline(person, id, request).await,
    };
    let to = match decided {
        Ok(ApprovalView {
            replaced_by: Some(next),
            ..
        }) => format!("/approvals/{next}?notice=event_changed"),
        Ok(_) => format!("/approvals/{id}"),
        Err(error) if Notice::is_for(error.code) => {
            format!("/approvals/{id}?notice={}", error.code)
        }
        Err(error) if error.kind == ErrorKind::Conflict => format!("/approvals/{id}"),
        Err(error) => return Err(error.into()),
    };
    Ok(Redirect::to(&to))
}
