//! What would have happened: the last week's calls under levels that are not saved yet.

use askama::Template;
use axum::extract::State as With;
use axum::response::Response;
use domain::permission::Level;
use domain::policy::AskRule;
use engine::{Outcomes, Preview, ToolPreview};

use super::form::Sent;
use super::frame::{Frame, Section, Visit};
use super::tools::{UNSET, changes_in};
use super::words_for::{Badge, tool_title};
use super::{Sample, html, rules, sample};
use crate::State;
use crate::caller::Administrator;
use crate::error::PageError;
use crate::words::Words;

struct Count {
    name: String,
    was: u64,
    would: String,
    /// Whether it would be another number.
    differs: bool,
}

struct Row {
    name: &'static str,
    title: String,
    from: Badge,
    to: Badge,
    changes: bool,
    /// What the form of the tools page sends for it again.
    was: &'static str,
    level: &'static str,
    counts: Vec<Count>,
    /// What the record cannot tell of it.
    unknown: Option<String>,
    none: bool,
}

#[derive(Template)]
#[template(path = "preview.html")]
struct PreviewPage {
    page: Frame,
    since: String,
    cut: bool,
    rows: Vec<Row>,
    changes: bool,
    raised: Vec<(String, u64)>,
}

impl PreviewPage {
    fn new(page: Frame, preview: &Preview) -> Self {
        let words = page.words;
        let rows: Vec<Row> = preview.tools.iter().map(|tool| row(words, tool)).collect();
        let raised = preview.raised.iter();
        Self {
            since: page.when(preview.since),
            cut: preview.cut,
            changes: rows.iter().any(|row| row.changes),
            raised: raised
                .map(|(word, number)| (reason(words, word), *number))
                .collect(),
            rows,
            page,
        }
    }
}

/// What made a call ask although the level allowed it.
fn reason(words: Words, word: &str) -> String {
    let rule = rules::named(word).map(|rule| match rule {
        // Which number the rule had then is not in the record.
        AskRule::MoreAttendeesThan(_) | AskRule::StartsWithinMinutes(_) => {
            words.say(&format!("preview-{word}")).into_owned()
        }
        rule => rules::sentence(words, rule),
    });
    rule.unwrap_or_else(|| words.say(&format!("preview-{word}")).into_owned())
}

fn row(words: Words, tool: &ToolPreview) -> Row {
    let Outcomes { ran_or_asked, .. } = tool.would;
    let changes = tool.from != Some(tool.to) && (tool.from.is_some() || tool.to != Level::Deny);
    let count = |id: &str, was, would: u64, perhaps: u64| Count {
        name: words.say(id).into_owned(),
        was,
        would: match perhaps {
            0 => would.to_string(),
            more => format!("{would}–{}", would + more),
        },
        differs: was != would || perhaps > 0,
    };
    Row {
        name: tool.definition.name.as_str(),
        title: tool_title(words, tool.definition),
        from: Badge::level(words, tool.from.unwrap_or_default()),
        to: Badge::level(words, tool.to),
        changes,
        was: tool.from.map_or(UNSET, Level::as_str),
        level: tool.to.as_str(),
        counts: vec![
            count("preview-ran", tool.was.ran, tool.would.ran, ran_or_asked),
            count(
                "preview-asked",
                tool.was.asked,
                tool.would.asked,
                ran_or_asked,
            ),
            count("preview-denied", tool.was.denied, tool.would.denied, 0),
        ],
        unknown: (ran_or_asked > 0).then(|| {
            let number = usize::try_from(ran_or_asked).unwrap_or(usize::MAX);
            words.count("preview-unknown", number)
        }),
        none: tool.was == Outcomes::default(),
    }
}

const SECTION: Option<Section> = Some(Section::Tools);

pub(super) async fn show(
    With(state): With<State>,
    visit: Visit,
    Sent { sender, fields }: Sent<Administrator>,
) -> Result<Response, PageError> {
    let Administrator(administrator) = sender;
    let changes = changes_in(&fields)?;
    let preview = state.engine.preview(&administrator, &changes).await?;
    let visit = visit.at("/administration/tools");
    let page = visit
        .frame(&state, &administrator, SECTION, "preview-title")
        .await?;
    Ok(html(&PreviewPage::new(page, &preview)))
}

pub(super) fn samples(words: Words) -> Vec<Sample> {
    let tool = |at: usize, from, to, was, would| ToolPreview {
        definition: engine::tools::DEFINITIONS[at],
        from,
        to,
        was,
        would,
    };
    let counts = |ran, asked, denied, ran_or_asked| Outcomes {
        ran,
        asked,
        denied,
        ran_or_asked,
    };
    let (allow, ask, deny) = (Level::AlwaysAllow, Level::Ask, Level::Deny);
    let same = counts(412, 0, 0, 0);
    let preview = |tools| Preview {
        since: "2026-11-16T08:12:00Z".parse().expect("a moment"),
        cut: false,
        tools,
        raised: vec![
            ("outside_attendee".to_owned(), 14),
            ("taint_outside".to_owned(), 3),
        ],
    };
    let whole = preview(vec![
        tool(0, Some(allow), allow, same, same),
        tool(
            3,
            Some(ask),
            allow,
            counts(0, 31, 0, 0),
            counts(0, 0, 0, 31),
        ),
        tool(
            4,
            Some(allow),
            ask,
            counts(18, 2, 0, 0),
            counts(0, 20, 0, 0),
        ),
        tool(5, None, deny, counts(0, 0, 2, 0), counts(0, 0, 2, 0)),
        tool(7, None, allow, Outcomes::default(), Outcomes::default()),
    ]);
    let cut = Preview {
        cut: true,
        raised: Vec::new(),
        ..preview(vec![tool(0, Some(allow), deny, same, counts(0, 0, 412, 0))])
    };
    let render = |name, preview: &Preview| {
        let page = Frame::sample(words, SECTION, "preview-title");
        sample(name, &PreviewPage::new(page, preview))
    };
    vec![
        render("preview", &whole),
        render("preview-cut", &cut),
        render("preview-none", &preview(Vec::new())),
    ]
}
