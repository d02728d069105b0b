//! Choosing requests from the log.

use jiff::Timestamp;

use super::{Log, LogEntry, Record};

/// Which requests are wanted; all of them, if nothing is said.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LogFilter {
    /// `entra` or `graph`.
    pub surface: Option<String>,
    /// The object id of whose token it was.
    pub person: Option<String>,
    /// A part of the path, in any case.
    pub path: Option<String>,
    /// What was answered.
    pub status: Option<StatusFilter>,
    /// Not before this, by the simulator's clock.
    pub since: Option<Timestamp>,
    /// Only requests with a higher number.
    pub after: Option<u64>,
    /// At most so many, the newest.
    pub top: Option<usize>,
    /// So many of the newest are left out.
    pub skip: usize,
}

/// Which answers are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatusFilter {
    /// This status; 0 is no answer at all.
    Exactly(u16),
    /// A class: 4 is every 4xx.
    Class(u16),
}

impl StatusFilter {
    /// Reads `429`, `0` or `4xx`.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let class = text
            .strip_suffix("xx")
            .or_else(|| text.strip_suffix("XX"))
            .map(|digit| digit.parse().ok().filter(|class| (1..=5).contains(class)));
        match class {
            Some(class) => class.map(Self::Class),
            None => text.parse().ok().map(Self::Exactly),
        }
    }

    fn fits(self, status: u16) -> bool {
        match self {
            Self::Exactly(wanted) => status == wanted,
            Self::Class(class) => status / 100 == class,
        }
    }
}

impl Log {
    /// The requests that fit, newest last, and how many fit before `top` and `skip`.
    pub(crate) fn select(&self, filter: &LogFilter) -> (Vec<LogEntry>, usize) {
        let fitting: Vec<&Record> = self
            .records
            .iter()
            .filter(|record| filter.fits(record))
            .collect();
        let end = fitting.len().saturating_sub(filter.skip);
        let start = end.saturating_sub(filter.top.unwrap_or(end));
        let page = fitting.get(start..end).unwrap_or_default();
        let entries = page.iter().map(|record| record.entry()).collect();
        (entries, fitting.len())
    }
}

impl LogFilter {
    fn fits(&self, record: &Record) -> bool {
        let is = |wanted: &Option<String>, value: Option<&str>| {
            wanted.as_deref().is_none_or(|wanted| value == Some(wanted))
        };
        let path_fits = self.path.as_ref().is_none_or(|part| {
            let path = record.path.to_ascii_lowercase();
            path.contains(&part.to_ascii_lowercase())
        });
        is(&self.surface, Some(record.surface))
            && is(&self.person, record.person.as_deref())
            && path_fits
            && self.status.is_none_or(|status| status.fits(record.status))
            && self.since.is_none_or(|since| record.at >= since)
            && self.after.is_none_or(|after| record.number > after)
    }
}
