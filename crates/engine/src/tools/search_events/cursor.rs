//! Where a search stopped, as agents carry it: bound to the arguments it belongs to, and to the agent that was given it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::canonical::Digest;
use jiff::Timestamp;

use super::Input;
use super::window::Window;
use crate::Error;

/// Bytes of a moment: seconds.
const MOMENT: usize = 6;
/// Bytes of each of the two marks: of the arguments, and of who was given it.
const MARK: usize = 4;
/// Bytes of all of it.
const WHOLE: usize = 3 * MOMENT + 2 + 2 * MARK;

/// A place in the order of starts. Found again by time, so nothing before it is read again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cursor {
    from: Timestamp,
    to: Timestamp,
    /// The start of the last event that was looked at.
    pub(super) begins: Timestamp,
    /// So many that start just then were looked at.
    pub(super) passed: u16,
    mark: [u8; MARK],
    whose: [u8; MARK],
}

impl Cursor {
    /// The place after `passed` events that begin at a moment, for whoever searches.
    pub(super) fn new(
        input: &Input,
        asker: &Digest,
        window: &Window,
        begins: Timestamp,
        passed: u16,
    ) -> Self {
        Self {
            from: window.from,
            to: window.to,
            begins,
            passed,
            mark: mark(input),
            whose: first(asker),
        }
    }

    /// Reads the cursor of these arguments, if there is one.
    pub(super) fn of(input: &Input) -> Result<Option<Self>, Error> {
        let Some(text) = input.cursor.as_deref() else {
            return Ok(None);
        };
        let cursor = read(text).filter(|cursor| cursor.mark == mark(input));
        cursor.map(Some).ok_or_else(invalid)
    }

    /// The cursor of these arguments, if there is one. Somebody else's goes nowhere: it opens nothing, but whoever carries it
    /// was not meant to have it.
    pub(super) fn of_asker(input: &Input, asker: &Digest) -> Result<Option<Self>, Error> {
        match Self::of(input)? {
            Some(cursor) if cursor.whose != first(asker) => Err(invalid()),
            cursor => Ok(cursor),
        }
    }

    /// The start of its window.
    pub(super) fn from(&self) -> Timestamp {
        self.from
    }

    /// Refuses a window that is another one.
    pub(super) fn is_of(&self, window: &Window) -> Result<(), Error> {
        let same = |one: Timestamp, other: Timestamp| one.as_second() == other.as_second();
        if same(self.from, window.from) && same(self.to, window.to) {
            Ok(())
        } else {
            Err(invalid())
        }
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut bytes = Vec::with_capacity(WHOLE);
        for moment in [self.from, self.to, self.begins] {
            bytes.extend_from_slice(&moment.as_second().to_be_bytes()[8 - MOMENT..]);
        }
        bytes.extend_from_slice(&self.passed.to_be_bytes());
        bytes.extend_from_slice(&self.mark);
        bytes.extend_from_slice(&self.whose);
        f.write_str(&URL_SAFE_NO_PAD.encode(bytes))
    }
}

fn read(text: &str) -> Option<Cursor> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    let bytes: [u8; WHOLE] = bytes.try_into().ok()?;
    let moment = |place: usize| {
        let part = &bytes[place * MOMENT..(place + 1) * MOMENT];
        let sign = if part[0] & 0x80 == 0 { 0 } else { -1_i64 };
        let seconds = part
            .iter()
            .fold(sign, |seconds, byte| seconds << 8 | i64::from(*byte));
        Timestamp::from_second(seconds).ok()
    };
    let rest = &bytes[3 * MOMENT..];
    Some(Cursor {
        from: moment(0)?,
        to: moment(1)?,
        begins: moment(2)?,
        passed: u16::from_be_bytes([rest[0], rest[1]]),
        mark: rest[2..2 + MARK].try_into().ok()?,
        whose: rest[2 + MARK..].try_into().ok()?,
    })
}

/// What makes it another search, besides the window.
fn mark(input: &Input) -> [u8; MARK] {
    let Input {
        text,
        person,
        organizer,
        online,
        answer,
        calendar,
        ..
    } = input;
    let exact = serde_json::json!([text, person, organizer, online, answer, calendar]).to_string();
    let digest = Digest::of("attache search cursor", &[exact.as_bytes()]);
    first(&digest)
}

fn first(digest: &Digest) -> [u8; MARK] {
    let [a, b, c, d, ..] = *digest.as_bytes();
    [a, b, c, d]
}

fn invalid() -> Error {
    Error::invalid(
        "invalid_cursor",
        "cursor",
        "cursor: not of a search with these arguments. Give the same arguments as then, or leave it out to start again.",
    )
}
