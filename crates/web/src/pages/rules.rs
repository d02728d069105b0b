//! When the person is asked although the level allows it: the administrator's rules, as sentences to tick.

use axum::extract::State as With;
use axum::response::Redirect;
use domain::policy::AskRule;
use engine::RulesView;

use super::form::{Fields, Sent};
use crate::State;
use crate::caller::{Administrator, Request};
use crate::error::{Failure, PageError};
use crate::words::Words;

/// One rule as a line of the form.
pub(super) struct RuleRow {
    /// Its name in the form.
    pub(super) name: &'static str,
    /// What stands before and after its number, or the whole sentence.
    pub(super) before: String,
    pub(super) after: String,
    /// Its number, for a rule that has one, and the largest.
    pub(super) amount: Option<(u32, u32)>,
    pub(super) on: bool,
}

/// Every rule there is, with the number that is offered where it is not set.
const ALL: [(AskRule, u32); 5] = [
    (AskRule::OutsideAttendee, 0),
    (AskRule::MoreAttendeesThan(10), 500),
    (AskRule::Series, 0),
    (AskRule::StartsWithinMinutes(60), 10_080),
    (AskRule::OutsideWorkingHours, 0),
];

/// The rule of this name, with the number that is offered for it.
pub(super) fn named(name: &str) -> Option<AskRule> {
    let mut rules = ALL.into_iter().map(|(rule, _)| rule);
    rules.find(|rule| rule.as_str() == name)
}

/// A rule as a whole sentence.
pub(super) fn sentence(words: Words, rule: AskRule) -> String {
    let sentence = words.say(&format!("rule-{}", rule.as_str()));
    match rule.amount() {
        Some(amount) => sentence.replace('|', &amount.to_string()),
        None => sentence.into_owned(),
    }
}

pub(super) fn rows(words: Words, view: &RulesView) -> Vec<RuleRow> {
    let row = |(offered, most): (AskRule, u32)| {
        let name = offered.as_str();
        let set = view.rules.iter().find(|rule| rule.as_str() == name);
        let sentence = words.say(&format!("rule-{name}"));
        // The number stands where the sentence has its bar.
        let (before, after) = sentence.split_once('|').unwrap_or((&sentence, ""));
        RuleRow {
            name,
            before: before.trim().to_owned(),
            after: after.trim().to_owned(),
            amount: set
                .copied()
                .unwrap_or(offered)
                .amount()
                .map(|amount| (amount, most)),
            on: set.is_some(),
        }
    };
    ALL.into_iter().map(row).collect()
}

pub(super) async fn save(
    With(state): With<State>,
    Request(request): Request,
    Sent { sender, fields }: Sent<Administrator>,
) -> Result<Redirect, PageError> {
    let (rules, seen) = rules_in(&fields)?;
    let saved = state.engine.set_rules(&sender.0, &rules, seen, &request);
    let word = match saved.await {
        Ok(changed) => format!("rules={}", u8::from(changed)),
        Err(error) if error.code == "levels_changed" => "rules=changed".to_owned(),
        Err(error) => return Err(error.into()),
    };
    Ok(Redirect::to(&format!("/administration/tools?{word}")))
}

fn rules_in(fields: &Fields) -> Result<(Vec<AskRule>, i64), Failure> {
    let wrong = |field: &str| {
        Failure::invalid_field(
            field,
            "A rule with a number needs a whole number within its bounds.",
        )
    };
    let seen = fields
        .get("version")
        .and_then(|version| version.parse().ok());
    let seen = seen.ok_or_else(|| wrong("version"))?;
    let mut rules = Vec::new();
    for (rule, _) in ALL {
        let name = rule.as_str();
        if fields.get(&format!("rule.{name}")).is_none() {
            continue;
        }
        let field = format!("amount.{name}");
        let amount = || {
            let number = fields.get(&field).and_then(|text| text.trim().parse().ok());
            number.ok_or_else(|| wrong(&field))
        };
        rules.push(match rule {
            AskRule::OutsideAttendee | AskRule::Series | AskRule::OutsideWorkingHours => rule,
            AskRule::MoreAttendeesThan(_) => AskRule::MoreAttendeesThan(amount()?),
            AskRule::StartsWithinMinutes(_) => AskRule::StartsWithinMinutes(amount()?),
        });
    }
    Ok((rules, seen))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Language;

    #[test]
    fn a_form_gives_the_rules_that_are_ticked_with_their_numbers() {
        let check = |sent: &[(&str, &str)], expected: Option<&[AskRule]>| {
            let found = rules_in(&Fields::of(sent)).ok();
            assert_eq!(
                found.as_ref().map(|(rules, _)| rules.as_slice()),
                expected,
                "{sent:?}"
            );
        };
        let version = ("version", "3");
        check(&[version], Some(&[]));
        check(&[], None);
        check(&[version, ("rule.series", "on")], Some(&[AskRule::Series]));
        let number = ("amount.more_attendees_than", "7");
        check(&[version, number], Some(&[]));
        let ticked = ("rule.more_attendees_than", "on");
        check(
            &[version, ticked, number],
            Some(&[AskRule::MoreAttendeesThan(7)]),
        );
        check(&[version, ticked], None);
        check(
            &[version, ticked, ("amount.more_attendees_than", "many")],
            None,
        );
    }

    #[test]
    fn every_rule_is_a_sentence_with_a_place_for_its_number() {
        for language in Language::ALL {
            let words = Words::in_language(language);
            let view = RulesView {
                rules: vec![AskRule::StartsWithinMinutes(15)],
                taint_off: Vec::new(),
                version: 1,
            };
            let rows = rows(words, &view);
            assert_eq!(rows.iter().filter(|row| row.on).count(), 1);
            for row in rows {
                assert!(!row.before.contains('⟨'), "{}", row.before);
                assert_eq!(row.amount.is_some(), !row.after.is_empty(), "{}", row.name);
                if row.on {
                    assert_eq!(row.amount, Some((15, 10_080)));
                }
            }
        }
    }
}
