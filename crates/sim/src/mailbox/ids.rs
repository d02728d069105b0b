//! Ids of items and calendars: what they look like, and what they say.
//!
//! An item's id names its mailbox, the item and, for one day of a series, the day. The immutable form differs in its front only.

use jiff::civil::Date;

use crate::random::Seeded;

/// How many characters at the front of an item id name its mailbox.
const KEY: usize = 12;
/// How many characters of an id name the item, mailbox included.
const ITEM: usize = KEY + 36;
const ITEM_TAIL: &str = "AAAAAAENAAA=";
const IMMUTABLE: &str = "AAkALg";
const MUTABLE: &str = "AAMkAD";

/// A fresh front for item ids.
pub(crate) fn new_key(ids: &mut Seeded) -> String {
    format!("{MUTABLE}{}", ids.letters(KEY - MUTABLE.len()))
}

/// A fresh item id behind that front.
pub(super) fn new_item_id(key: &str, ids: &mut Seeded) -> String {
    format!("{key}{}{ITEM_TAIL}", ids.letters(ITEM - KEY))
}

/// A fresh calendar id. Calendars are containers, so their ids are constant.
pub(crate) fn new_calendar_id(ids: &mut Seeded) -> String {
    format!("{MUTABLE}{}AAAAAAEGAAA=", ids.letters(60))
}

/// A fresh change key.
pub(crate) fn new_change_key(ids: &mut Seeded) -> String {
    format!("{}==", ids.letters(22))
}

/// The id of one occurrence of a series.
pub(crate) fn occurrence_id(master: &str, date: Date) -> String {
    format!(
        "{}FR{:04}{:02}{:02}A=",
        master.get(..ITEM).unwrap_or(master),
        date.year(),
        date.month(),
        date.day()
    )
}

/// The immutable form of an item id; anything else stays as it is.
pub(crate) fn immutable(id: &str) -> String {
    marked(id, IMMUTABLE)
}

/// The ordinary form of an item id; anything else stays as it is.
pub(crate) fn mutable(id: &str) -> String {
    marked(id, MUTABLE)
}

fn marked(id: &str, mark: &str) -> String {
    match id.get(MUTABLE.len()..) {
        Some(rest) if well_formed(id) => format!("{mark}{rest}"),
        _ => id.to_owned(),
    }
}

/// The same item under another front.
pub(crate) fn with_key(id: &str, key: &str) -> String {
    match id.get(KEY..) {
        Some(rest) if well_formed(id) => format!("{key}{rest}"),
        _ => id.to_owned(),
    }
}

/// Whether a text could be an item id at all.
pub(crate) fn well_formed(id: &str) -> bool {
    split(id).is_some()
}

/// Whether an item id has that front, in whichever form.
pub(super) fn has_key(id: &str, key: &str) -> bool {
    match (split(id), key.get(MUTABLE.len()..)) {
        (Some((item, _)), Some(key)) => item.starts_with(key),
        _ => false,
    }
}

/// The part of an id that names the item, without its mark, and the day that it names.
pub(super) fn split(id: &str) -> Option<(&str, Option<Date>)> {
    if !id.is_ascii() || id.len() != ITEM + ITEM_TAIL.len() {
        return None;
    }
    if !id.starts_with(MUTABLE) && !id.starts_with(IMMUTABLE) {
        return None;
    }
    let (item, tail) = (id.get(MUTABLE.len()..ITEM)?, id.get(ITEM..)?);
    if tail == ITEM_TAIL {
        return Some((item, None));
    }
    let digits = tail.strip_prefix("FR")?.strip_suffix("A=")?;
    let date = Date::strptime("%Y%m%d", digits).ok()?;
    Some((item, Some(date)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_keeps_its_item_through_every_form() {
        let mut ids = Seeded::new(1);
        let (here, there) = (new_key(&mut ids), new_key(&mut ids));
        let id = new_item_id(&here, &mut ids);
        assert_eq!(mutable(&immutable(&id)), id);
        assert_eq!(with_key(&with_key(&id, &there), &here), id);
        assert!(has_key(&immutable(&id), &here) && !has_key(&id, &there));
        let day = occurrence_id(&id, jiff::civil::date(2026, 3, 30));
        assert_eq!(
            split(&day).map(|(item, _)| item),
            split(&id).map(|(item, _)| item)
        );
        assert_eq!(
            split(&day).and_then(|(_, day)| day),
            Some(jiff::civil::date(2026, 3, 30))
        );
    }

    #[test]
    fn what_is_no_id_stays_what_it_is() {
        for text in [
            "",
            "AAMk",
            "größer als alles andere, was hier als Kennung durchginge und mehr",
        ] {
            assert!(!well_formed(text));
            assert_eq!(
                (immutable(text), with_key(text, "x")),
                (text.to_owned(), text.to_owned())
            );
        }
    }
}
