//! Health: how the installation is, for administrators. Nobody else is told anything of it.

use askama::Template;
use axum::extract::State as With;
use axum::response::Response;
use domain::time::Zone;
use engine::{HealthView, InstallationTrouble};
use jiff::Timestamp;

use super::frame::{Frame, Section, Visit};
use super::words_for::Badge;
use super::{Sample, html, sample};
use crate::State;
use crate::caller::Administrator;
use crate::error::PageError;
use crate::words::Words;

const SECTION: Option<Section> = Some(Section::Health);
/// A certificate with so few days left is to be replaced.
const FEW_DAYS: i64 = 30;

struct Line {
    name: String,
    badge: Option<Badge>,
    sentences: Vec<String>,
}

#[derive(Template)]
#[template(path = "health.html")]
struct HealthPage {
    page: Frame,
    lines: Vec<Line>,
}

/// How a thing stands.
#[derive(Clone, Copy)]
enum Stands {
    Good,
    Weak,
    Bad,
}

impl Stands {
    fn or(good: bool, otherwise: Self) -> Self {
        if good { Self::Good } else { otherwise }
    }

    fn badge(self, words: Words) -> Badge {
        let (tone, id) = match self {
            Self::Good => ("good", "health-good"),
            Self::Weak => ("warn", "health-weak"),
            Self::Bad => ("bad", "health-bad"),
        };
        let name = words.say(id).into_owned();
        Badge { tone, name }
    }
}

impl HealthPage {
    fn new(page: Frame, view: &HealthView) -> Self {
        let words = page.words;
        let say = |id: &str| words.say(id).into_owned();
        let line = |id: &str, stands: Option<Stands>, sentences| Line {
            name: say(&format!("health-{id}")),
            badge: stands.map(|stands| stands.badge(words)),
            sentences,
        };
        let works = |id: &str, good: bool| {
            let word = if good { "good" } else { "bad" };
            let sentence = say(&format!("health-{id}-{word}"));
            line(id, Some(Stands::or(good, Stands::Bad)), vec![sentence])
        };
        let answers = |id: &str, good: bool| {
            let sentence = if good {
                "health-reached"
            } else {
                "health-not-reached"
            };
            line(id, Some(Stands::or(good, Stands::Bad)), vec![say(sentence)])
        };
        let (credential, sentence) = credential(words, view);
        let ending = usize::try_from(view.ending).unwrap_or(usize::MAX);
        let ends = match ending {
            0 => say("health-ending-none"),
            some => words.count("health-ending-some", some),
        };
        let instances = match view.instances {
            None => say("health-instances-one"),
            Some(number) => {
                let number = usize::try_from(number).unwrap_or(usize::MAX);
                words.count("health-instances-several", number)
            }
        };
        let lines = vec![
            works("database", view.database),
            works("record", view.record),
            signing(&page, view),
            answers("entra", view.entra),
            answers("graph", view.graph),
            line(
                "trouble",
                Some(Stands::or(view.trouble.is_none(), Stands::Bad)),
                trouble(&page, view.trouble.as_ref()),
            ),
            line("credential", credential, vec![sentence]),
            line(
                "keys",
                Some(Stands::or(view.older_keys.is_empty(), Stands::Weak)),
                keys(words, view),
            ),
            line(
                "ending",
                Some(Stands::or(ending == 0, Stands::Weak)),
                vec![ends],
            ),
            line("instances", None, vec![instances]),
            line("version", None, vec![view.version.to_owned()]),
            line(
                "tools",
                None,
                vec![say("health-tools-about"), view.tools.to_string()],
            ),
        ];
        Self { page, lines }
    }
}

/// Whether the record is signed, and can be.
fn signing(page: &Frame, view: &HealthView) -> Line {
    let words = page.words;
    let (stands, sentence) = match (view.record_broken, view.record_signed) {
        (Some(since), _) => {
            let since = page.when(since);
            let sentence = words.fill("health-signing-bad", &[("since", &since)]);
            (Stands::Bad, sentence)
        }
        (None, Some(last)) => {
            let last = page.when(last);
            let sentence = words.fill("health-signing-good", &[("last", &last)]);
            (Stands::Good, sentence)
        }
        (None, None) => (Stands::Weak, words.say("health-signing-none").into_owned()),
    };
    Line {
        name: words.say("health-signing").into_owned(),
        badge: Some(stands.badge(words)),
        sentences: vec![sentence],
    }
}

fn trouble(page: &Frame, trouble: Option<&InstallationTrouble>) -> Vec<String> {
    let words = page.words;
    let Some(trouble) = trouble else {
        return vec![words.say("health-trouble-none").into_owned()];
    };
    let last = page.when(trouble.last);
    vec![
        trouble_text(words, trouble),
        words.fill("health-trouble-last", &[("last", &last)]),
    ]
}

/// What Microsoft has against the installation, in one sentence.
pub(super) fn trouble_text(words: Words, trouble: &InstallationTrouble) -> String {
    let number = trouble
        .code
        .map_or_else(|| "–".to_owned(), |code| format!("AADSTS{code}"));
    let since = words.moment_in(trouble.since, &Zone::utc());
    let id = format!("trouble-{}", trouble.what.as_str());
    words.fill(&id, &[("number", &number), ("since", &since)])
}

fn credential(words: Words, view: &HealthView) -> (Option<Stands>, String) {
    let Some(until) = view.credential_until else {
        return (None, words.say("health-credential-secret").into_owned());
    };
    let days = until.duration_since(view.now).as_hours() / 24;
    let stands = match days {
        ..1 => Stands::Bad,
        1..FEW_DAYS => Stands::Weak,
        _ => Stands::Good,
    };
    let days = usize::try_from(days).unwrap_or(0);
    (Some(stands), words.count("health-credential-days", days))
}

fn keys(words: Words, view: &HealthView) -> Vec<String> {
    let mut sentences = vec![words.fill("health-keys-active", &[("key", &view.active_key)])];
    for (key, number) in &view.older_keys {
        let number = number.to_string();
        sentences.push(words.fill("health-keys-older", &[("key", key), ("number", &number)]));
    }
    sentences
}

pub(super) async fn show(
    With(state): With<State>,
    Administrator(administrator): Administrator,
    visit: Visit,
) -> Result<Response, PageError> {
    let page = visit
        .frame(&state, &administrator, SECTION, "health-title")
        .await?;
    let view = state.engine.health(&administrator).await?;
    Ok(html(&HealthPage::new(page, &view)))
}

pub(super) fn samples(words: Words) -> Vec<Sample> {
    let moment = |text: &str| text.parse::<Timestamp>().expect("a moment");
    let good = HealthView {
        database: true,
        record: true,
        record_broken: None,
        record_signed: Some(moment("2026-11-23T08:11:00Z")),
        entra: true,
        graph: true,
        trouble: None,
        credential_until: Some(moment("2027-09-01T00:00:00Z")),
        active_key: "k-7f3a".to_owned(),
        older_keys: Vec::new(),
        ending: 0,
        instances: None,
        version: "0.1.0",
        tools: engine::tools::digest(),
        now: moment("2026-11-23T08:12:00Z"),
    };
    let bad = HealthView {
        database: false,
        record: false,
        record_broken: Some(moment("2026-11-23T06:40:00Z")),
        entra: false,
        graph: false,
        trouble: Some(InstallationTrouble {
            what: engine::TroubleKind::Refused,
            code: Some(7_000_222),
            since: moment("2026-11-22T23:00:00Z"),
            last: moment("2026-11-23T08:11:00Z"),
        }),
        credential_until: Some(moment("2026-12-01T00:00:00Z")),
        older_keys: vec![("k-01bc".to_owned(), 412)],
        ending: 3,
        instances: Some(2),
        ..good.clone()
    };
    let render = |name, view: &HealthView| {
        let page = Frame::sample(words, SECTION, "health-title");
        sample(name, &HealthPage::new(page, view))
    };
    vec![render("health", &good), render("health-bad", &bad)]
}
