//! Time zones by either of their names.

mod table;

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

pub(crate) use table::WINDOWS_ZONES;

/// What Exchange calls a zone that has rules and no name.
const CUSTOM: &str = "tzone://Microsoft/Custom";

/// A zone under the name somebody used for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Zone {
    pub(crate) name: Arc<str>,
    pub(crate) rules: TimeZone,
}

impl Hash for Zone {
    /// Rules have no hash, and zones of one name with several rules are rare.
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

impl Zone {
    pub(crate) fn utc() -> Self {
        Self {
            name: "UTC".into(),
            rules: TimeZone::UTC,
        }
    }

    /// Finds a zone by its Windows or IANA name, and keeps the name as it was written.
    pub(crate) fn named(name: &str) -> Option<Self> {
        if name.eq_ignore_ascii_case("utc") || name.eq_ignore_ascii_case("tzone://Microsoft/Utc") {
            return Some(Self {
                name: name.into(),
                rules: TimeZone::UTC,
            });
        }
        let iana = WINDOWS_ZONES
            .iter()
            .find(|(windows, _)| windows.eq_ignore_ascii_case(name))
            .map_or(name, |(_, iana)| *iana);
        let plausible = iana.contains('/') || iana.eq_ignore_ascii_case("gmt");
        let rules = plausible.then(|| TimeZone::get(iana).ok()).flatten()?;
        Some(Self {
            name: name.into(),
            rules,
        })
    }

    /// The same rules as a zone of somebody's own. What is kept under this name cannot be asked for by it.
    pub(crate) fn customized(&self) -> Self {
        Self {
            name: CUSTOM.into(),
            rules: self.rules.clone(),
        }
    }

    /// The instant of a wall time here; in a gap the later one, in a fold the earlier one.
    pub(crate) fn instant(&self, wall: DateTime) -> Timestamp {
        self.rules
            .to_ambiguous_zoned(wall)
            .compatible()
            .as_ref()
            .map_or(Timestamp::MIN, Zoned::timestamp)
    }

    /// The wall time here at an instant.
    pub(crate) fn wall(&self, instant: Timestamp) -> DateTime {
        self.rules.to_datetime(instant)
    }
}

/// A wall time as Graph writes it: seven fraction digits, no offset.
pub(crate) fn wall_text(wall: DateTime) -> String {
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:07}",
        wall.year(),
        wall.month(),
        wall.day(),
        wall.hour(),
        wall.minute(),
        wall.second(),
        wall.subsec_nanosecond() / 100
    )
}

/// An instant as Graph writes it.
pub(crate) fn instant_text(instant: Timestamp) -> String {
    format!("{}Z", wall_text(TimeZone::UTC.to_datetime(instant)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_is_found_by_its_windows_and_its_iana_name() {
        let windows = Zone::named("W. Europe Standard Time").expect("a Windows name");
        let iana = Zone::named("Europe/Berlin").expect("an IANA name");
        assert_eq!(windows.rules, iana.rules);
        assert_eq!(Zone::named("Middle Earth Standard Time"), None);
    }

    #[test]
    fn every_windows_name_has_rules() {
        for (windows, _) in WINDOWS_ZONES {
            assert!(Zone::named(windows).is_some(), "{windows}");
        }
    }
}
