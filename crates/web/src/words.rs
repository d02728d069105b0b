//! The reader's language: chosen here, and every sentence of the pages resolved here.
//!
//! The sentences are in `i18n/en.ftl` and `i18n/de.ftl`; a test holds both files to the same ids and variables.

pub(crate) mod dates;

use std::borrow::Cow;
use std::sync::OnceLock;

use axum::http::HeaderMap;
use axum::http::header::ACCEPT_LANGUAGE;
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};

/// A language that the pages speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    English,
    German,
}

impl Language {
    /// Every language there is.
    pub(crate) const ALL: [Self; 2] = [Self::English, Self::German];

    /// Its tag, as in `lang=""` and as the engine keeps it.
    pub(crate) fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
        }
    }

    /// What it calls itself.
    pub(crate) fn own_name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::German => "Deutsch",
        }
    }

    /// Finds a language by its tag; a region is ignored, as in `de-AT`.
    pub(crate) fn parse(tag: &str) -> Option<Self> {
        let primary = tag.trim().split('-').next()?;
        Self::ALL
            .into_iter()
            .find(|language| language.tag().eq_ignore_ascii_case(primary))
    }

    /// The best of an `Accept-Language` header: the highest weight wins, the earlier of equals.
    fn accepted(header: &str) -> Option<Self> {
        let mut best: Option<(f32, Self)> = None;
        for part in header.split(',') {
            let (tag, weight) = match part.split_once(";q=") {
                Some((tag, weight)) => (tag, weight.trim().parse().unwrap_or(0.0)),
                None => (part, 1.0),
            };
            let Some(language) = Self::parse(tag) else {
                continue;
            };
            if weight > 0.0 && best.is_none_or(|(other, _)| weight > other) {
                best = Some((weight, language));
            }
        }
        best.map(|(_, language)| language)
    }
}

/// The words of one language.
#[derive(Clone, Copy)]
pub(crate) struct Words {
    language: Language,
    bundle: &'static FluentBundle<FluentResource>,
}

impl Words {
    /// The words of this language.
    pub(crate) fn in_language(language: Language) -> Self {
        static ENGLISH: OnceLock<FluentBundle<FluentResource>> = OnceLock::new();
        static GERMAN: OnceLock<FluentBundle<FluentResource>> = OnceLock::new();
        let bundle = match language {
            Language::English => {
                ENGLISH.get_or_init(|| bundle(language, include_str!("../i18n/en.ftl")))
            }
            Language::German => {
                GERMAN.get_or_init(|| bundle(language, include_str!("../i18n/de.ftl")))
            }
        };
        Self { language, bundle }
    }

    /// The words for a reader: what the person has set, else what the browser asks for, else English.
    pub(crate) fn of(setting: Option<&str>, headers: &HeaderMap) -> Self {
        let accepted = headers
            .get(ACCEPT_LANGUAGE)
            .and_then(|header| header.to_str().ok());
        Self::in_language(
            setting
                .and_then(Language::parse)
                .or_else(|| accepted.and_then(Language::accepted))
                .unwrap_or(Language::English),
        )
    }

    /// Which language this is.
    pub(crate) fn language(&self) -> Language {
        self.language
    }

    /// A sentence without variables. An unknown id comes back in angle brackets, which a test looks for.
    pub(crate) fn say(&self, id: &str) -> Cow<'static, str> {
        self.resolve(id, None)
            .unwrap_or_else(|| format!("⟨{id}⟩").into())
    }

    /// A sentence that may not exist.
    pub(crate) fn say_if_known(&self, id: &str) -> Option<Cow<'static, str>> {
        self.resolve(id, None)
    }

    /// A sentence with variables that are texts.
    pub(crate) fn fill(&self, id: &str, variables: &[(&str, &str)]) -> String {
        let mut args = FluentArgs::with_capacity(variables.len());
        for (name, value) in variables {
            args.set(*name, FluentValue::from(*value));
        }
        self.resolve(id, Some(&args))
            .map_or_else(|| format!("⟨{id}⟩"), Cow::into_owned)
    }

    /// A sentence with one number in it, `$count`, which decides between singular and plural.
    pub(crate) fn count(&self, id: &str, count: usize) -> String {
        let mut args = FluentArgs::with_capacity(1);
        args.set("count", FluentValue::from(count));
        self.resolve(id, Some(&args))
            .map_or_else(|| format!("⟨{id}⟩"), Cow::into_owned)
    }

    fn resolve(&self, id: &str, args: Option<&FluentArgs<'_>>) -> Option<Cow<'static, str>> {
        let pattern = self.bundle.get_message(id)?.value()?;
        let mut problems = Vec::new();
        let text = self.bundle.format_pattern(pattern, args, &mut problems);
        if problems.is_empty() {
            Some(Cow::Owned(text.into_owned()))
        } else {
            tracing::error!(word.id = id, "a sentence could not be filled");
            None
        }
    }
}

fn bundle(language: Language, source: &'static str) -> FluentBundle<FluentResource> {
    let tag = language.tag().parse().expect("our own tag is well formed");
    let mut bundle = FluentBundle::new_concurrent(vec![tag]);
    // Values are isolated with <bdi> in the templates instead: invisible characters would end up in copied text.
    bundle.set_use_isolating(false);
    let resource = FluentResource::try_new(source.to_owned()).unwrap_or_else(
        |(rest, _)| rest, /* a test reads both files without an error */
    );
    if bundle.add_resource(resource).is_err() {
        tracing::error!(language = language.tag(), "an id is defined twice");
    }
    bundle
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    /// Each id with the variables that its sentence uses.
    fn ids(source: &str) -> BTreeMap<String, BTreeSet<String>> {
        let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut current = String::new();
        for line in source.lines() {
            if let Some((id, _)) = line.split_once(" =").filter(|(id, _)| {
                !id.is_empty() && !id.starts_with([' ', '#', '[', '*', '}']) && !id.contains(' ')
            }) {
                current = id.to_owned();
                let first = found.insert(current.clone(), BTreeSet::new()).is_none();
                assert!(first, "{current} is defined twice");
            }
            for rest in line.split('$').skip(1) {
                let name: String = rest
                    .chars()
                    .take_while(|c| c.is_alphanumeric() || *c == '_')
                    .collect();
                found
                    .get_mut(&current)
                    .expect("a variable belongs to an id")
                    .insert(name);
            }
        }
        found
    }

    #[test]
    fn both_languages_have_the_same_ids_with_the_same_variables() {
        let (english, german) = (
            include_str!("../i18n/en.ftl"),
            include_str!("../i18n/de.ftl"),
        );
        for source in [english, german] {
            let parsed = FluentResource::try_new(source.to_owned());
            assert!(
                parsed.is_ok(),
                "{:?}",
                parsed.err().map(|(_, errors)| errors)
            );
        }
        assert_eq!(ids(english), ids(german));
    }

    #[test]
    fn the_persons_setting_comes_before_the_browsers_wish_and_english_is_last() {
        let check = |setting, accept: Option<&str>, expected| {
            let headers = accept
                .map(|accept| (ACCEPT_LANGUAGE, accept.parse().expect("a header")))
                .into_iter()
                .collect();
            let words = Words::of(setting, &headers);
            assert_eq!(words.language(), expected, "{setting:?} {accept:?}");
        };
        check(Some("de"), Some("en"), Language::German);
        check(None, Some("de-AT,de;q=0.9,en;q=0.8"), Language::German);
        check(None, Some("fr,en;q=0.3,de;q=0.7"), Language::German);
        check(None, Some("en-GB, de"), Language::English);
        check(None, Some("de;q=0, fr"), Language::English);
        check(Some("xx"), None, Language::English);
        check(None, Some(";;;,,q=9"), Language::English);
    }

    #[test]
    fn one_is_singular_in_both_languages() {
        let english = Words::in_language(Language::English);
        assert_eq!(
            english.count("approvals-waiting", 1),
            "1 request is waiting for you"
        );
        assert_eq!(
            english.count("approvals-waiting", 2),
            "2 requests are waiting for you"
        );
        let german = Words::in_language(Language::German);
        assert_eq!(
            german.count("approvals-waiting", 1),
            "1 Anfrage wartet auf Sie"
        );
        assert_eq!(
            german.count("approvals-waiting", 2),
            "2 Anfragen warten auf Sie"
        );
    }
}
