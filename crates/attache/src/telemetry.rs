//! The operating log: lines on the error stream, ids and no content.

use std::panic::PanicHookInfo;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::settings::{Format, Log};
use crate::terminal;

/// Our crates. Whatever else logs may see bodies and addresses, so it stays at `warn`.
const OURS: [&str; 7] = [
    "attache",
    "domain",
    "engine",
    "microsoft",
    "sim",
    "store",
    "web",
];

/// Starts the log. A second start in one process changes nothing.
pub(crate) fn start(log: &Log) {
    let registry = tracing_subscriber::registry().with(filter(log.level));
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let _ = match log.format {
        Format::Text => registry.with(lines.with_ansi(false)).try_init(),
        Format::Json => registry.with(lines.json().flatten_event(true)).try_init(),
    };
}

fn filter(level: LevelFilter) -> Targets {
    Targets::new()
        .with_default(level.min(LevelFilter::WARN))
        .with_targets(OURS.map(|name| (name, level)))
}

/// A panic is told by its place only: its message may quote what was being worked on.
pub(crate) fn install_panic_hook() {
    std::panic::set_hook(Box::new(|panic: &PanicHookInfo<'_>| {
        let place = panic.location().map_or_else(
            || "an unknown place".to_owned(),
            |place| format!("{}:{}", place.file(), place.line()),
        );
        if tracing::dispatcher::has_been_set() {
            tracing::error!(panic.location = place, "a request or task panicked");
        } else {
            terminal::note(&format!("error: panicked at {place}"));
        }
    }));
}

#[cfg(test)]
mod tests {
    use tracing::Level;

    use super::*;

    #[test]
    fn libraries_that_see_bodies_stay_at_warn() {
        let filter = filter(LevelFilter::TRACE);
        for theirs in [
            "reqwest::connect",
            "hyper",
            "hyper_util",
            "sqlx::query",
            "rmcp::service",
        ] {
            assert!(!filter.would_enable(theirs, &Level::INFO), "{theirs}");
            assert!(filter.would_enable(theirs, &Level::WARN), "{theirs}");
        }
        assert!(filter.would_enable("web::trace", &Level::TRACE));
        assert!(!super::filter(LevelFilter::ERROR).would_enable("sqlx", &Level::WARN));
    }
}
