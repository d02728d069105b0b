//! Table 2: everybody who has a say, without rules and with every rule there is.

use domain::permission::Level;
use domain::policy::{AskRule, Levels, Raised};
use domain::tool::Effect;

use super::met_everywhere;
use super::table::Table;

pub(super) fn text() -> String {
    let mut table = Table::new([
        "tool",
        "rules",
        "administrator",
        "person",
        "person, for the agent",
        "listed",
        "a call answers",
        "Microsoft is asked",
    ]);
    for definition in engine::tools::DEFINITIONS {
        for rules in ["none", "all"] {
            // Reads have no rules. The calls of the test touch this one first.
            let touched = rules == "all" && definition.effect != Effect::Read;
            let raised = touched.then_some(Raised::Rule(AskRule::OutsideAttendee));
            for organisation in Level::ALL {
                for person in Level::ALL {
                    for agent in Level::ALL {
                        let levels = Levels {
                            organisation,
                            person,
                            agent,
                        };
                        let met = met_everywhere(definition.name, levels, raised);
                        table.add([
                            definition.name.as_str(),
                            rules,
                            organisation.as_str(),
                            person.as_str(),
                            agent.as_str(),
                            met.listed,
                            &met.answer,
                            met.asked,
                        ]);
                    }
                }
            }
        }
    }
    format!(
        "2. Everybody who has a say, over a working connection, over MCP and REST alike. Each can only tighten what stands \
         before; always_allow of a person adds nothing.\n   A rule only raises always_allow to a question, and reads have \
         no rules. \"all\": every rule is set, and a call that changes something touches it.\n\n{}",
        table.text()
    )
}
