//! What is wrong with arguments, whoever's they are.

use domain::calendar::details::Sensitivity;
use domain::calendar::{ShowAs, Span};
use domain::people::Address;
use domain::text::one_line;
use domain::time::Zone;
use jiff::SignedDuration;

use super::{Input, times};
use crate::Error;
use crate::tools::{Setting, input};

/// Outlook's limit.
const MOST_ATTENDEES: usize = 500;
/// A reminder is at most four weeks before.
const LONGEST_REMINDER: i32 = 40_320;
const MOST_CATEGORIES: usize = 25;

/// Bounds that the schema alone does not check.
pub(super) fn check(input: &Input) -> Result<(), Error> {
    if one_line(&input.title, 255).is_empty() {
        return Err(wrong("title", "1 to 255 characters."));
    }
    input::at_most(&input.title, 255, "title")?;
    input::at_most(
        input.location.as_deref().unwrap_or_default(),
        255,
        "location",
    )?;
    input::at_most(input.body.as_deref().unwrap_or_default(), 8_000, "body")?;
    check_words(input)?;
    addresses(&input.attendees, "attendees")?;
    addresses(&input.optional_attendees, "optional_attendees")?;
    if input.attendees.len() + input.optional_attendees.len() > MOST_ATTENDEES {
        return Err(Error::invalid(
            "too_many_attendees",
            "attendees",
            format!(
                "attendees: Outlook takes at most {MOST_ATTENDEES} in all. Invite a group instead."
            ),
        ));
    }
    if !input
        .duration_minutes
        .is_none_or(|minutes| (1..=44_640).contains(&minutes))
    {
        return Err(wrong("duration_minutes", "1 to 44640."));
    }
    // The zone of the person may not matter; UTC finds what is wrong in any zone.
    let zone = input
        .zone
        .as_deref()
        .map(|name| input::zone(name, "zone"))
        .transpose()?;
    let span = times::span(input, zone.as_ref().unwrap_or(&Zone::utc()))?;
    times::could_repeat(input, &span)
}

fn check_words(input: &Input) -> Result<(), Error> {
    let show_as = input.show_as.as_deref();
    if show_as.is_some_and(|word| ShowAs::named(word).is_none()) {
        return Err(wrong(
            "show_as",
            "free, tentative, busy, out_of_office or working_elsewhere.",
        ));
    }
    let sensitivity = input.sensitivity.as_deref();
    if sensitivity.is_some_and(|word| Sensitivity::named(word).is_none()) {
        return Err(wrong(
            "sensitivity",
            "normal, personal, private or confidential.",
        ));
    }
    let reminder = input.reminder_minutes;
    if reminder.is_some_and(|minutes| !(-1..=LONGEST_REMINDER).contains(&minutes)) {
        return Err(wrong("reminder_minutes", "0 to 40320, or -1 for none."));
    }
    let fits = |name: &String| !one_line(name, 255).is_empty() && name.chars().count() <= 255;
    if input.categories.len() > MOST_CATEGORIES || !input.categories.iter().all(fits) {
        return Err(wrong(
            "categories",
            "at most 25 names of 1 to 255 characters.",
        ));
    }
    Ok(())
}

fn wrong(field: &str, why: &str) -> Error {
    Error::invalid("invalid_arguments", field, format!("{field}: {why}"))
}

/// Nobody means a year ago; a date that is long past is a mistake.
pub(super) fn not_long_past(span: &Span, setting: &Setting) -> Result<(), Error> {
    if span.begins(&Zone::utc()) < setting.now - SignedDuration::from_hours(24 * 31) {
        return Err(Error::invalid(
            "starts_in_the_past",
            "start",
            "start: more than a month in the past. Check the date.",
        ));
    }
    Ok(())
}

/// Complete addresses, each once.
pub(super) fn addresses(texts: &[String], field: &str) -> Result<Vec<Address>, Error> {
    let mut addresses: Vec<Address> = Vec::with_capacity(texts.len());
    for (at, text) in texts.iter().enumerate() {
        let field = format!("{field}[{at}]");
        let address = Address::parse(text).map_err(|_| {
            Error::invalid("attendee_not_an_address", &field, format!("{field}: not a complete e-mail address. Find it with search_contacts; do not guess it."))
        })?;
        if !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    Ok(addresses)
}
