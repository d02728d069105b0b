//! What a person is shown of a new event before she decides.

use domain::calendar::Span;
use domain::people::Address;
use domain::recurrence::Recurrence;
use domain::text::one_line;
use domain::time::{Zone, weekday};

use super::Input;
use crate::card::{Card, CardAttendee, CardChange, CardField, CardSeries, CardSpan};
use crate::tools::Setting;

/// One line.
pub(super) fn summary(
    input: &Input,
    span: &Span,
    series: Option<&Recurrence>,
    zone: &Zone,
) -> String {
    let when = match span {
        Span::Timed { start, .. } => {
            let start = zone.at(*start);
            format!(
                "{} {}",
                weekday(start.date()),
                start.strftime("%Y-%m-%d %H:%M")
            )
        }
        Span::Days { first, .. } => format!("{} {first}", weekday(*first)),
    };
    let repeats = series
        .map(|series| format!(", {}", series.in_english()))
        .unwrap_or_default();
    format!(
        "Create \"{}\", {when} ({}){repeats}",
        one_line(&input.title, 80),
        zone.name()
    )
}

/// Everything that will be in the calendar, and who hears of it.
pub(super) fn card(
    input: &Input,
    span: &Span,
    series: Option<&Recurrence>,
    zone: &Zone,
    setting: &Setting,
) -> Card {
    let of = |texts: &[String], optional| {
        let parsed: Vec<Address> = texts
            .iter()
            .filter_map(|text| Address::parse(text).ok())
            .collect();
        parsed
            .iter()
            .map(|address| CardAttendee::of(address, optional, &setting.home))
            .collect::<Vec<_>>()
    };
    let mut attendees = of(&input.attendees, false);
    attendees.extend(of(&input.optional_attendees, true));
    Card {
        title: Some(one_line(&input.title, 255)),
        span: Some(CardSpan::of(span, zone)),
        series: series.map(CardSeries::of),
        changes: settings(input),
        zone: Some(zone.name().to_owned()),
        location: input.location.clone(),
        body: input.body.clone(),
        online: input.online.unwrap_or(false),
        even_if_exists: input.even_if_exists.unwrap_or(false),
        mailed: attendees.len(),
        outside: attendees.iter().filter(|attendee| attendee.outside).count(),
        attendees,
        ..Card::default()
    }
}

/// What is set beside time, place and people. What is left to Outlook is not shown.
fn settings(input: &Input) -> Vec<CardChange> {
    let categories = Some(&input.categories).filter(|names| !names.is_empty());
    let reminder = input.reminder_minutes.map(|minutes| match minutes {
        0.. => minutes.to_string(),
        _ => "none".to_owned(),
    });
    [
        (CardField::ShowAs, input.show_as.clone()),
        (CardField::Sensitivity, input.sensitivity.clone()),
        (CardField::Reminder, reminder),
        (
            CardField::Categories,
            categories.map(|names| names.join(", ")),
        ),
    ]
    .into_iter()
    .filter_map(|(field, to)| {
        Some(CardChange {
            field,
            from: None,
            to: to?,
        })
    })
    .collect()
}
