//! The list of requests that wait, or of all of them.

mod filter;

use askama::Template;
use axum::extract::State as With;
use axum::response::Response;
use domain::approval::ApprovalState;
use domain::time::Zone;
use engine::{ApprovalView, CardSpan, KeyView, Listed};

use self::filter::{Choice, Filter};
use super::frame::{Frame, Section, Visit};
use super::words_for::{Badge, tool_title};
use super::{Sample, approval, html, sample};
use crate::State;
use crate::address::Query;
use crate::caller::SignedIn;
use crate::error::PageError;
use crate::words::Words;

struct Item {
    id: String,
    tool: String,
    title: String,
    when: Option<String>,
    asked: String,
    until: Option<String>,
    state: Badge,
}

#[derive(Template)]
#[template(path = "approvals.html")]
struct ApprovalsPage {
    page: Frame,
    /// Which of the two tabs it is, if it is one.
    tab: Option<&'static str>,
    states: Vec<Choice>,
    tools: Vec<Choice>,
    agents: Vec<Choice>,
    all: bool,
    narrow: bool,
    mark: String,
    items: Vec<Item>,
    next: Option<String>,
}

impl ApprovalsPage {
    fn new(page: Frame, filter: &Filter, keys: &[KeyView], listed: &Listed<ApprovalView>) -> Self {
        let words = page.words;
        let items: Vec<_> = listed.items.iter().map(|view| item(&page, view)).collect();
        let marks: Vec<_> = listed
            .items
            .iter()
            .map(|view| format!("{}.{}", view.id, view.state.as_str()))
            .collect();
        let narrow = filter.is_narrow();
        Self {
            tab: (!narrow).then(|| if filter.all() { "all" } else { "pending" }),
            states: filter.states(words),
            tools: filter.tools(words),
            agents: filter.agents(keys),
            all: filter.all(),
            narrow,
            mark: marks.join(" "),
            items,
            next: listed.next.as_deref().map(|before| filter.address(before)),
            page,
        }
    }
}

fn item(page: &Frame, view: &ApprovalView) -> Item {
    let words = page.words;
    let card = &view.card;
    let tool = tool_title(words, view.definition);
    let asked_at = page.when(view.asked);
    let variables = [("agent", view.agent_name.as_str()), ("when", &asked_at)];
    let pending = view.state == ApprovalState::Pending;
    Item {
        id: view.id.to_string(),
        title: card
            .title
            .clone()
            .or_else(|| card.query.clone())
            .unwrap_or_else(|| tool.clone()),
        tool,
        when: card
            .span
            .as_ref()
            .map(|span| span_text(words, span, card.zone.as_deref(), &view.zone)),
        asked: words.fill("approvals-asked-by", &variables),
        until: pending
            .then(|| words.fill("approvals-until", &[("when", &page.when(view.expires))])),
        state: Badge::approval(words, view.state),
    }
}

/// When a card's event is, in the zone it was meant in, which is named.
pub(super) fn span_text(
    words: Words,
    span: &CardSpan,
    zone: Option<&str>,
    readers: &Zone,
) -> String {
    let zone = zone.and_then(|zone| Zone::named(zone).ok());
    let zone = zone.as_ref().unwrap_or(readers);
    match span {
        CardSpan::Timed { start, end } => {
            let text = words
                .span_of_texts(start, end, zone)
                .unwrap_or_else(|| format!("{start} – {end}"));
            format!("{text} ({})", zone.name())
        }
        CardSpan::Starts { start, day } => {
            let text = words
                .start_of_text(start, zone)
                .unwrap_or_else(|| start.clone());
            let text = format!("{text} ({})", zone.name());
            let day = day.as_deref().map(|day| {
                words
                    .span_of_texts(day, day, zone)
                    .unwrap_or_else(|| day.to_owned())
            });
            match day {
                Some(day) => {
                    words.fill("approval-starts-or-day", &[("when", &text), ("day", &day)])
                }
                None => words.fill("approval-starts", &[("when", &text)]),
            }
        }
        CardSpan::Days { first, last } => {
            let text = words
                .span_of_texts(first, last, zone)
                .unwrap_or_else(|| format!("{first} – {last}"));
            format!("{text}, {}", words.say("approval-all-day"))
        }
    }
}

const SECTION: Option<Section> = Some(Section::Approvals);
const PER_PAGE: u32 = 20;

pub(super) async fn show(
    With(state): With<State>,
    SignedIn(person): SignedIn,
    visit: Visit,
    Query(filter): Query<Filter>,
) -> Result<Response, PageError> {
    let page = visit
        .frame(&state, &person, SECTION, "approvals-title")
        .await?;
    let keys = state.engine.keys(&person).await?;
    let listed = state
        .engine
        .approvals(
            &person,
            &filter.wanted(),
            filter.before.as_deref(),
            PER_PAGE,
        )
        .await?;
    Ok(html(&ApprovalsPage::new(page, &filter, &keys, &listed)))
}

pub(super) fn samples(words: Words) -> Vec<Sample> {
    let render = |name, state: &str, items, next: Option<&str>| {
        let page = Frame::sample(words, SECTION, "approvals-title");
        let next = next.map(str::to_owned);
        let filter = Filter {
            state: Some(state.to_owned()),
            ..Filter::default()
        };
        let listed = Listed { items, next };
        sample(name, &ApprovalsPage::new(page, &filter, &[], &listed))
    };
    let everything = ApprovalState::ALL.into_iter().map(approval::sample_view);
    vec![
        render("approvals-none", "pending", Vec::new(), None),
        render(
            "approvals-pending",
            "pending",
            vec![
                approval::sample_view(ApprovalState::Pending),
                approval::sample_read(),
            ],
            None,
        ),
        render("approvals-all", "all", everything.collect(), Some("1-apr")),
        render("approvals-none-all", "all", Vec::new(), None),
        render("approvals-none-filtered", "declined", Vec::new(), None),
    ]
}
