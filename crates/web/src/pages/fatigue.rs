//! How often people are asked about each tool, and whether they still read: for who sets the levels.

use std::time::Duration;

use domain::tool::Effect;
use engine::{AskedView, Suggestion};

use super::words_for::tool_title;
use crate::words::Words;

/// One tool.
pub(super) struct AskedRow {
    pub(super) title: String,
    pub(super) sentence: String,
    pub(super) suggestion: Option<String>,
}

pub(super) fn rows(words: Words, asked: &[AskedView]) -> Vec<AskedRow> {
    asked.iter().map(|view| row(words, view)).collect()
}

fn row(words: Words, view: &AskedView) -> AskedRow {
    let (approved, decided) = (view.approved.to_string(), view.decided.to_string());
    let requests = words.count("asked-requests", view.requests);
    let mut variables = vec![
        ("requests", requests.as_str()),
        ("approved", approved.as_str()),
        ("decided", decided.as_str()),
    ];
    let (half, quick) = (
        view.median.map(|median| time(words, median)),
        view.quick.to_string(),
    );
    let sentence = match &half {
        Some(half) => {
            variables.extend([("half", half.as_str()), ("quick", quick.as_str())]);
            words.fill("asked-decided", &variables)
        }
        None if view.decided > 0 => words.fill("asked-decided-untimed", &variables),
        None => words.fill("asked-undecided", &variables[..1]),
    };
    let suggestion = view.suggestion.map(|suggestion| match suggestion {
        // The rules for asking are for tools that write.
        Suggestion::AllowWithRules if view.definition.effect == Effect::Read => {
            "asked-suggest-allow-read"
        }
        Suggestion::AllowWithRules => "asked-suggest-allow",
        Suggestion::Deny => "asked-suggest-deny",
    });
    AskedRow {
        title: tool_title(words, view.definition),
        sentence,
        suggestion: suggestion.map(|id| words.say(id).into_owned()),
    }
}

/// In whole seconds or minutes, rounded up: nobody is called faster than she was.
fn time(words: Words, took: Duration) -> String {
    let seconds = usize::try_from(took.as_millis().div_ceil(1_000)).unwrap_or(usize::MAX);
    match seconds {
        0..120 => words.count("asked-seconds", seconds.max(1)),
        _ => words.count("asked-minutes", seconds.div_ceil(60)),
    }
}

/// What the samples of the page show.
pub(super) fn sample() -> Vec<AskedView> {
    let view =
        |at: usize, requests, decided, approved, ms: Option<u64>, quick, suggestion| AskedView {
            definition: engine::tools::DEFINITIONS[at],
            requests,
            decided,
            approved,
            median: ms.map(Duration::from_millis),
            quick,
            suggestion,
        };
    vec![
        view(
            3,
            98,
            98,
            97,
            Some(1_700),
            61,
            Some(Suggestion::AllowWithRules),
        ),
        view(1, 31, 24, 9, Some(14_200), 0, Some(Suggestion::Deny)),
        view(2, 2, 1, 1, None, 0, None),
        view(0, 1, 0, 0, None, 0, None),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Language;

    #[test]
    fn a17_each_tool_has_one_plain_sentence_and_what_may_be_better() {
        let check = |language, at: usize, sentence: &str, suggestion: Option<&str>| {
            let words = Words::in_language(language);
            let rows = rows(words, &sample());
            assert_eq!(rows[at].sentence, sentence);
            assert_eq!(rows[at].suggestion.as_deref(), suggestion);
        };
        check(
            Language::English,
            0,
            "98 requests: 97 of 98 approved, half of them decided within 2 seconds, 61% in less than 2 seconds.",
            Some(
                "Hardly anybody reads these any more: consider Always Allow with rules for asking.",
            ),
        );
        check(
            Language::German,
            0,
            "98 Anfragen: 97 von 98 genehmigt, die Hälfte binnen 2 Sekunden entschieden, 61 % in weniger als 2 Sekunden.",
            Some(
                "Das liest kaum noch jemand: Erwägen Sie „Immer erlauben“ mit Regeln für Rückfragen.",
            ),
        );
        check(Language::English, 2, "2 requests: 1 of 1 approved.", None);
        check(Language::English, 3, "1 request: not decided yet.", None);
    }
}
