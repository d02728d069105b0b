//! Table 1: the administrator's level alone, with every kind of connection, over each surface.

use domain::caller::Surface;
use domain::policy::{Availability, Levels};

use super::table::Table;
use super::{LEVELS, met};

pub(super) fn text() -> String {
    let mut table = Table::new([
        "tool",
        "administrator",
        "connection",
        "surface",
        "listed",
        "a call answers",
        "Microsoft is asked",
    ]);
    for definition in engine::tools::DEFINITIONS {
        for (set, level) in LEVELS {
            for (connection, availability) in [
                ("connected", Availability::Ready),
                ("none", Availability::NotConnected),
                (
                    "lacks scopes",
                    Availability::MissingScopes(definition.scopes.to_vec()),
                ),
            ] {
                for surface in Surface::FOR_AGENTS {
                    let levels = Levels::of_organisation(level);
                    let met = met(definition.name, levels, None, &availability, surface);
                    table.add([
                        definition.name.as_str(),
                        set,
                        connection,
                        surface.as_str(),
                        met.listed,
                        &met.answer,
                        met.asked,
                    ]);
                }
            }
        }
    }
    format!("1. The administrator's level alone.\n\n{}", table.text())
}
