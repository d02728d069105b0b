//! Time zones by the names Exchange uses: Windows names, IANA names, and names that are neither.

use domain::time::Zone;

use super::windows_zones::WINDOWS_ZONES;

/// The zone of a Windows or IANA name. `None` for a custom zone or a name nobody knows.
pub(crate) fn zone(name: &str) -> Option<Zone> {
    let name = name.trim();
    let iana = WINDOWS_ZONES
        .iter()
        .find(|(windows, _)| windows.eq_ignore_ascii_case(name))
        .map_or(name, |(_, iana)| iana);
    if iana.eq_ignore_ascii_case("Etc/UTC") || iana.eq_ignore_ascii_case("Etc/GMT") {
        return Some(Zone::utc());
    }
    Zone::named(iana).ok()
}

/// The name to send for a zone: the Windows name where the table has one, because every mailbox server knows those;
/// else the IANA name, which Graph documents as accepted too.
pub(crate) fn name(zone: &Zone) -> &str {
    if *zone == Zone::utc() {
        return "UTC";
    }
    WINDOWS_ZONES
        .iter()
        .find(|(_, iana)| *iana == zone.name())
        .map_or(zone.name(), |(windows, _)| windows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_windows_zone_of_the_table_exists_here() {
        for (windows, iana) in WINDOWS_ZONES {
            assert!(zone(windows).is_some(), "{windows} = {iana}");
        }
    }

    #[test]
    fn names_are_read_and_written_as_exchange_has_them() {
        for (name, iana) in [
            ("W. Europe Standard Time", "Europe/Berlin"),
            ("w. europe standard time", "Europe/Berlin"),
            ("Pacific Standard Time", "America/Los_Angeles"),
            ("Europe/Vienna", "Europe/Vienna"),
            ("UTC", "UTC"),
        ] {
            assert_eq!(zone(name).expect("known").name(), iana);
        }
        for unknown in [
            "Customized Time Zone",
            "tzone://Microsoft/Custom",
            "Mars/Olympus",
            "",
        ] {
            assert!(zone(unknown).is_none(), "{unknown}");
        }
        let named = |iana: &str| Zone::named(iana).expect("bundled");
        assert_eq!(name(&named("Europe/Berlin")), "W. Europe Standard Time");
        assert_eq!(name(&named("Europe/Vienna")), "Europe/Vienna");
        assert_eq!(name(&Zone::utc()), "UTC");
    }

    /// The table against the older one beside Microsoft's schemas; where the two differ, the newer is right.
    #[test]
    fn the_table_is_the_documented_one_but_for_what_unicode_has_changed_since() {
        #[expect(
            clippy::disallowed_methods,
            reason = "where the schemas lie is a matter of the machine that tests"
        )]
        let folder = std::env::var_os("ATTACHE_TEST_GRAPH").map_or_else(
            || concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/graph").into(),
            std::path::PathBuf::from,
        );
        let Ok(text) = std::fs::read_to_string(folder.join("windows-zones.json")) else {
            println!(
                "SKIPPED: windows-zones.json is not here; ATTACHE_TEST_GRAPH names its folder"
            );
            return;
        };
        let document: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let older = document["windows_to_iana"].as_object().expect("a table");
        assert_eq!(older.len(), WINDOWS_ZONES.len());
        let changed = WINDOWS_ZONES
            .iter()
            .filter(|(windows, iana)| older[*windows] != *iana);
        let changed: Vec<_> = changed.map(|(windows, _)| *windows).collect();
        assert_eq!(
            changed,
            [
                "Central Asia Standard Time",
                "Mountain Standard Time (Mexico)"
            ]
        );
    }
}
