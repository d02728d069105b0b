//! What all writes share: comparing what was asked for with what Outlook holds, and what a person should know besides.

use domain::calendar::{Answer, Event, ShowAs, Span};
use domain::text::one_line;
use domain::time::Zone;
use jiff::{SignedDuration, Timestamp};
use microsoft::graph::{Graph, View};
use serde_json::{Value, json};

use super::Context;
use crate::taint::Foreigns;

/// So many names are listed; a number says how many there are.
const NAMED: usize = 20;
/// So many overlapping events are named.
const OVERLAPS: usize = 3;

/// Says whether Outlook holds everything that was asked for, and what it holds otherwise.
pub(crate) fn verified(body: &mut Value, checks: &[(&'static str, bool)]) {
    let differs: Vec<_> = checks
        .iter()
        .filter(|(_, held)| !held)
        .map(|(what, _)| *what)
        .collect();
    body["verified"] = differs.is_empty().into();
    if !differs.is_empty() {
        body["differs"] = differs.into();
    }
}

/// It was done, but the look afterwards failed: the truth is told, and nothing is repeated.
pub(crate) fn unverified(body: &mut Value, error: &microsoft::Error) {
    tracing::warn!(error = %error, "Something was written and could not be read back");
    body["verified"] = false.into();
    note(body, "Outlook accepted it; reading it back failed.");
}

/// Adds a sentence to what the answer notes.
pub(crate) fn note(body: &mut Value, text: &str) {
    let before = body["note"].as_str().map(|before| format!("{before} "));
    body["note"] = format!("{}{text}", before.unwrap_or_default()).into();
}

/// Says whom Microsoft mails: everybody by name, or the first and how many. Nobody is said too.
pub(crate) fn mailed<'a>(body: &mut Value, addresses: impl Iterator<Item = &'a str>) {
    let mut all: Vec<&str> = addresses.collect();
    let count = all.len();
    all.truncate(NAMED);
    body["mailed"] = json!(all);
    if count > NAMED {
        body["mailed_count"] = count.into();
    }
}

/// The person's other events at the time of this one. Their titles may have been written by anybody. Being told is
/// convenient, so a look that fails is said and makes nothing fail.
pub(crate) async fn conflicts(body: &mut Value, context: &Context<'_>, event: &Event, zone: &Zone) {
    match beside(context.graph, event, &event.span, zone).await {
        Ok(others) => conflicts_told(body, &others, context.foreign),
        Err(_) => body["conflicts_unknown"] = true.into(),
    }
}

/// The person's other events at a time that one of hers has or is to have.
pub(crate) async fn beside(
    graph: &Graph<'_>,
    event: &Event,
    span: &Span,
    zone: &Zone,
) -> Result<Vec<Event>, microsoft::Error> {
    let (from, to) = window(span, zone);
    // Whole days are matched as days of UTC.
    let day = SignedDuration::from_hours(24);
    let view = View {
        from: from - day,
        to: to + day,
        top: 100,
        next: None,
    };
    let mut others = graph.calendar_view(view).await?.items;
    others.retain(|other| {
        other.id != event.id
            && collides(other, from, to, zone)
            && (event.master.is_none() || other.master != event.master)
    });
    Ok(others)
}

/// Says which other events the person has at that time.
pub(crate) fn conflicts_told(body: &mut Value, others: &[Event], foreign: &Foreigns) {
    if !others.is_empty() {
        let first = others.iter().take(OVERLAPS);
        let told = |other: &Event| {
            let title = one_line(&other.title, 80);
            foreign.event(other, [title.as_str()]);
            title
        };
        let first: Vec<String> = first.map(told).collect();
        body["conflicts"] = json!({"count": others.len(), "titles": first});
    }
}

/// Whether another event takes the person's time in `[from, to)`.
pub(crate) fn collides(event: &Event, from: Timestamp, to: Timestamp, zone: &Zone) -> bool {
    event.span.overlaps(from, to, zone)
        && !event.cancelled
        && event.answer != Answer::Declined
        && matches!(
            event.show_as,
            ShowAs::Busy | ShowAs::OutOfOffice | ShowAs::Tentative
        )
}

/// From when to when a span lasts; whole days are the days of `zone`.
pub(crate) fn window(span: &Span, zone: &Zone) -> (Timestamp, Timestamp) {
    match span {
        Span::Timed { start, end } => (*start, *end),
        Span::Days { first, last } => {
            let start = |day| zone.start_of(day).unwrap_or(Timestamp::UNIX_EPOCH);
            (start(*first), start(last.tomorrow().unwrap_or(*last)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_differs_is_named_and_makes_the_answer_unverified() {
        let mut body = json!({});
        verified(&mut body, &[("title", true), ("time", true)]);
        assert_eq!(body, json!({"verified": true}));
        verified(&mut body, &[("title", true), ("time", false)]);
        assert_eq!(body, json!({"verified": false, "differs": ["time"]}));
    }

    #[test]
    fn many_are_mailed_by_number() {
        let people: Vec<String> = (0..25).map(|n| format!("p{n}@x.example")).collect();
        let mut body = json!({});
        mailed(&mut body, people.iter().map(String::as_str));
        assert_eq!(
            (
                body["mailed"].as_array().map(Vec::len),
                &body["mailed_count"]
            ),
            (Some(20), &json!(25))
        );
    }
}
