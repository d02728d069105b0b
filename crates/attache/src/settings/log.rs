//! `[log]`: what is written to the standard error stream.

use tracing::level_filters::LevelFilter;

use super::reader::{Reader, text};
use super::table::{Default, Key, Section};

pub(super) const SECTION: Section = Section {
    name: "log",
    about: "The operating log, on the standard error stream. It holds ids and no content.",
    keys: &[
        Key {
            name: "level",
            default: Default::Is("\"info\""),
            accepts: "error, warn, info, debug or trace",
            about: "The least important lines that are written. Libraries that see request bodies stay at `warn`.",
        },
        Key {
            name: "format",
            default: Default::Is("\"text\""),
            accepts: "text or json",
            about: "`json` writes one object per line, for machines.",
        },
    ],
};

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// For people.
    Text,
    /// For machines.
    Json,
}

/// The values of `[log]`.
#[derive(Debug, Clone)]
pub(crate) struct Log {
    /// The least important lines.
    pub(crate) level: LevelFilter,
    /// How lines look.
    pub(crate) format: Format,
}

impl Log {
    pub(super) fn read(reader: &mut Reader) -> Self {
        Self {
            level: reader.value(&SECTION, "level", |value| match text(value)?.as_str() {
                "error" => Some(LevelFilter::ERROR),
                "warn" => Some(LevelFilter::WARN),
                "info" => Some(LevelFilter::INFO),
                "debug" => Some(LevelFilter::DEBUG),
                "trace" => Some(LevelFilter::TRACE),
                _ => None,
            }),
            format: reader.value(&SECTION, "format", |value| match text(value)?.as_str() {
                "text" => Some(Format::Text),
                "json" => Some(Format::Json),
                _ => None,
            }),
        }
    }
}
