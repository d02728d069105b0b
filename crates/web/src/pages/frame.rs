//! What is around every page: title, navigation, the signed-in person, the language switch.

use std::borrow::Cow;

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use domain::time::Zone;
use engine::PersonCaller;
use jiff::Timestamp;

use super::health::trouble_text;
use crate::error::PageError;
use crate::words::{Language, Words};
use crate::{State, assets};

/// What the request itself says about its reader.
pub(crate) struct Visit {
    headers: HeaderMap,
    path: String,
}

impl FromRequestParts<State> for Visit {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &State) -> Result<Self, Self::Rejection> {
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        Ok(Self {
            headers: parts.headers.clone(),
            path: path.to_owned(),
        })
    }
}

impl Visit {
    /// The words for this reader.
    pub(super) fn words(&self, setting: Option<&str>) -> Words {
        Words::of(setting, &self.headers)
    }

    /// The headers of the request.
    pub(super) fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The same reader elsewhere: where the address itself is nothing to come back to, or to show.
    pub(super) fn at(self, path: &str) -> Self {
        let path = path.to_owned();
        Self { path, ..self }
    }

    /// The frame of a page for somebody who is signed in.
    pub(super) async fn frame(
        &self,
        state: &State,
        person: &PersonCaller,
        section: Option<Section>,
        title: &str,
    ) -> Result<Frame, PageError> {
        let words = self.words(person.language());
        let connection = state.engine.connection(person).await?;
        let reader = Reader {
            name: person.name().to_owned(),
            login: person.login().to_owned(),
            administrator: person.is_administrator(),
            form_token: person.form_token().expose().to_owned(),
            pending: state.engine.pending_count(person).await?,
        };
        Ok(Frame {
            words,
            title: words.say(title).into_owned(),
            section,
            reader: Some(reader),
            simulated: state.engine.is_simulated(),
            zone: connection.zone.and_then(|zone| Zone::named(&zone).ok()),
            path: self.path.clone(),
            trouble: trouble(words, state, person).await?,
        })
    }
}

/// A place in the navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Section {
    Integrations,
    Approvals,
    Activity,
    Keys,
    Tools,
    People,
    Audit,
    Health,
}

impl Section {
    const ALL: [Self; 8] = [
        Self::Integrations,
        Self::Approvals,
        Self::Activity,
        Self::Keys,
        Self::Tools,
        Self::People,
        Self::Audit,
        Self::Health,
    ];

    fn place(self) -> (&'static str, &'static str) {
        match self {
            Self::Integrations => ("/integrations", "nav-integrations"),
            Self::Approvals => ("/approvals", "nav-approvals"),
            Self::Activity => ("/activity", "nav-activity"),
            Self::Keys => ("/keys", "nav-keys"),
            Self::Tools => ("/administration/tools", "nav-tools"),
            Self::People => ("/administration/people", "nav-people"),
            Self::Audit => ("/administration/audit", "nav-audit"),
            Self::Health => ("/administration/health", "nav-health"),
        }
    }

    fn is_for_administrators(self) -> bool {
        matches!(
            self,
            Self::Tools | Self::People | Self::Audit | Self::Health
        )
    }
}

/// The signed-in person, as the frame shows her.
#[derive(Clone)]
pub(super) struct Reader {
    pub(super) name: String,
    pub(super) login: String,
    pub(super) administrator: bool,
    pub(super) form_token: String,
    pub(super) pending: usize,
}

impl Reader {
    /// The first letters of the first and the last name.
    pub(super) fn initials(&self) -> String {
        let mut names = self.name.split_whitespace();
        let first = names.next().and_then(|name| name.chars().next());
        let last = names.next_back().and_then(|name| name.chars().next());
        first.into_iter().chain(last).collect()
    }
}

/// A link of the navigation.
pub(super) struct Link {
    pub(super) path: &'static str,
    pub(super) name: Cow<'static, str>,
    pub(super) current: bool,
    pub(super) waiting: Option<Waiting>,
}

/// How many requests wait, as a number and as a sentence.
pub(super) struct Waiting {
    pub(super) number: usize,
    pub(super) sentence: String,
}

/// A language to choose.
pub(super) struct Choice {
    pub(super) tag: &'static str,
    pub(super) name: &'static str,
    pub(super) short: String,
    pub(super) current: bool,
}

/// What is around every page. Templates call it `page`.
#[derive(Clone)]
pub(crate) struct Frame {
    pub(super) words: Words,
    pub(super) title: String,
    pub(super) section: Option<Section>,
    pub(super) reader: Option<Reader>,
    pub(super) simulated: bool,
    pub(super) zone: Option<Zone>,
    pub(super) path: String,
    /// What Microsoft has against this installation, for administrators.
    pub(super) trouble: Option<String>,
}

/// What an administrator reads on every page while Microsoft refuses attache itself.
async fn trouble(
    words: Words,
    state: &State,
    person: &PersonCaller,
) -> Result<Option<String>, PageError> {
    if !person.is_administrator() {
        return Ok(None);
    }
    let trouble = state.engine.installation_trouble().await?;
    Ok(trouble.map(|trouble| trouble_text(words, &trouble)))
}

impl Frame {
    /// The frame of a page for somebody who is not signed in; without a title yet.
    pub(crate) fn anonymous(words: Words, simulated: bool) -> Self {
        Self {
            words,
            title: String::new(),
            section: None,
            reader: None,
            simulated,
            zone: None,
            path: "/".to_owned(),
            trouble: None,
        }
    }

    pub(super) fn with_title(self, title: String) -> Self {
        Self { title, ..self }
    }

    pub(super) fn say(&self, id: &str) -> Cow<'static, str> {
        self.words.say(id)
    }

    pub(super) fn lang(&self) -> &'static str {
        self.words.language().tag()
    }

    pub(super) fn form_token(&self) -> &str {
        self.reader.as_ref().map_or("", |reader| &reader.form_token)
    }

    pub(super) fn style(&self) -> &'static str {
        assets::STYLE.path()
    }

    pub(super) fn script(&self) -> &'static str {
        assets::SCRIPT.path()
    }

    pub(super) fn icon(&self) -> &'static str {
        assets::ICON.path()
    }

    /// A moment on the reader's clocks; on UTC's until her zone is known.
    pub(super) fn when(&self, moment: Timestamp) -> String {
        match &self.zone {
            Some(zone) => self.words.moment_in(moment, zone),
            None => format!("{} (UTC)", self.words.moment_in(moment, &Zone::utc())),
        }
    }

    /// The day of a moment on the reader's clocks.
    pub(super) fn day(&self, moment: Timestamp) -> String {
        let zone = self.zone.clone().unwrap_or_else(Zone::utc);
        self.words.day(zone.at(moment).date())
    }

    /// In which zone the times of the page are.
    pub(super) fn zone_note(&self) -> String {
        match &self.zone {
            Some(zone) => self.words.fill("times-in", &[("zone", zone.name())]),
            None => self.say("utc").into_owned(),
        }
    }

    pub(super) fn languages(&self) -> Vec<Choice> {
        Language::ALL
            .into_iter()
            .map(|language| Choice {
                tag: language.tag(),
                name: language.own_name(),
                short: language.tag().to_uppercase(),
                current: language == self.words.language(),
            })
            .collect()
    }

    pub(super) fn links(&self) -> Vec<Link> {
        let Some(reader) = &self.reader else {
            return Vec::new();
        };
        Section::ALL
            .into_iter()
            .filter(|section| reader.administrator || !section.is_for_administrators())
            .map(|section| {
                let (path, name) = section.place();
                let waits = section == Section::Approvals && reader.pending > 0;
                Link {
                    path,
                    name: self.say(name),
                    current: self.section == Some(section),
                    waiting: waits.then(|| Waiting {
                        number: reader.pending,
                        sentence: self.words.count("approvals-waiting", reader.pending),
                    }),
                }
            })
            .collect()
    }

    /// The frame of a sample.
    pub(super) fn sample(words: Words, section: Option<Section>, title: &str) -> Self {
        Self {
            words,
            title: words.say(title).into_owned(),
            section,
            reader: Some(Reader {
                name: "Jonas Weber".to_owned(),
                login: "jonas.weber@nordwind.example".to_owned(),
                administrator: true,
                form_token: "sample".to_owned(),
                pending: 2,
            }),
            simulated: true,
            zone: Zone::named("Europe/Berlin").ok(),
            path: "/integrations".to_owned(),
            trouble: None,
        }
    }
}
