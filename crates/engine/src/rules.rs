//! The administrator's rules about single calls: what is known of a call before it is decided, and whether a rule raises it.

use domain::audit::Kind;
use domain::id::RequestId;
use domain::permission::Level;
use domain::policy::{AskRule, Facts, Raised};
use domain::recurrence::Recurrence;
use domain::slots::Hours;
use domain::time::Zone;
use domain::tool::Effect;
use jiff::{SignedDuration, Span, Timestamp};
use serde_json::Value;
use store::connections::Connection;
use store::levels::Standing;

use crate::card::{Card, CardAction, CardField, CardMails, CardScope, CardSpan};
use crate::tools::Tool;
use crate::{AdministratorCaller, AgentCaller, Engine, Error, ErrorKind, taint, tools};

/// So many events of a series are looked at: more than a year of working days.
const LOOKED_AT: usize = 400;

/// The rules as an administrator's page shows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RulesView {
    /// When *Always Allow* becomes *Ask for Permission*.
    pub rules: Vec<AskRule>,
    /// The tools for which it does not matter what an agent has read of others.
    pub taint_off: Vec<String>,
    /// The version of the organisation's policy that was seen; a change names it.
    pub version: i64,
}

impl Engine {
    /// What says that the person must be asked about this call although the levels allow it: the first rule that applies,
    /// or what its agent has read of others. Reads change nothing and have no rules.
    pub(crate) async fn raised(
        &self,
        standing: &Standing,
        agent: &AgentCaller,
        tool: &'static dyn Tool,
        arguments: &Value,
        connection: &Connection,
    ) -> Result<Option<Raised>, Error> {
        let definition = tool.definition();
        let allowed = standing.levels.effective() == Level::AlwaysAllow;
        if !allowed || definition.effect == Effect::Read {
            return Ok(None);
        }
        let setting = self.setting(agent, connection);
        // What cannot be resolved is refused in a moment; until then it counts as unknown.
        let card = tool.resolve(arguments.clone(), &setting).ok();
        let card = card.map(|resolved| resolved.card);
        let hours = connection.mailbox_hours.as_deref();
        let hours = hours.and_then(Hours::from_stored);
        let facts = facts(card.as_ref(), hours.as_ref(), setting.now);
        let rule = standing.rules.iter().find(|rule| rule.applies(&facts));
        if let Some(rule) = rule {
            return Ok(Some(Raised::Rule(*rule)));
        }
        if !standing.taint_counts {
            return Ok(None);
        }
        let readings = self.readings(agent).await?;
        Ok(readings.and_then(|readings| {
            taint::raised(&readings, definition, arguments, card.as_ref(), &facts)
        }))
    }

    /// The rules of the administrator's organisation.
    ///
    /// # Errors
    /// [`ErrorKind::Unavailable`] when the store cannot be reached.
    pub async fn rules(&self, administrator: &AdministratorCaller) -> Result<RulesView, Error> {
        let organisation = administrator.organisation();
        let set = self.0.store.organisation_rules(organisation).await?;
        Ok(RulesView {
            rules: set.rules,
            taint_off: set.taint_off,
            version: set.version,
        })
    }

    /// Replaces the rules. They count for every call that starts after this returns. Answers whether anything changed.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] for an amount out of bounds or a rule that is there twice; `levels_changed` when somebody
    /// changed levels or rules since; [`ErrorKind::Unavailable`] when it cannot be recorded. Then nothing is changed.
    pub async fn set_rules(
        &self,
        administrator: &AdministratorCaller,
        rules: &[AskRule],
        seen: i64,
        request: &RequestId,
    ) -> Result<bool, Error> {
        check(rules)?;
        let mut rules = rules.to_vec();
        rules.sort_unstable();
        let organisation = administrator.organisation();
        let set = self.0.store.organisation_rules(organisation).await?;
        let before = set.rules;
        if set.version != seen {
            return Err(changed_meanwhile());
        }
        if before == rules {
            return Ok(false);
        }
        let words = |rules: &[AskRule]| serde_json::to_string(rules).unwrap_or_default();
        let mut record = self.about(&administrator.person, Kind::RulesChanged);
        record.actor = Some(administrator.id().clone());
        record.request = Some(request.clone());
        record.outcome = Some(words(&rules));
        record.reason = Some(format!("was {}", words(&before)));
        self.0.store.record(record).await?;
        match self
            .0
            .store
            .set_ask_rules(organisation, &rules, seen)
            .await?
        {
            true => Ok(true),
            false => Err(changed_meanwhile()),
        }
    }
}

impl Engine {
    /// Says for which tools it does not matter what an agent has read of others; for all others it does. It counts for
    /// every call that starts after this returns. Answers how many changed.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] when a name is no tool that changes something; `levels_changed` when somebody changed levels
    /// or rules since; [`ErrorKind::Unavailable`] when it cannot be recorded. Then nothing is changed.
    pub async fn set_taint_off(
        &self,
        administrator: &AdministratorCaller,
        off: &[String],
        seen: i64,
        request: &RequestId,
    ) -> Result<usize, Error> {
        let writes = |tool: &String| {
            tools::find(tool).is_some_and(|tool| tool.definition().effect != Effect::Read)
        };
        if !off.iter().all(writes) {
            return Err(Error::not_found());
        }
        let mut off = off.to_vec();
        off.sort_unstable();
        off.dedup();
        let organisation = administrator.organisation();
        let set = self.0.store.organisation_rules(organisation).await?;
        let before = set.taint_off;
        if set.version != seen {
            return Err(changed_meanwhile());
        }
        let word = |tools: &[String], tool| if tools.contains(tool) { "off" } else { "on" };
        let changed: Vec<&String> = before
            .iter()
            .filter(|tool| !off.contains(tool))
            .chain(off.iter().filter(|tool| !before.contains(tool)))
            .collect();
        if changed.is_empty() {
            return Ok(0);
        }
        for tool in &changed {
            let mut record = self.about(&administrator.person, Kind::TaintSwitched);
            record.actor = Some(administrator.id().clone());
            record.request = Some(request.clone());
            record.tool = Some((*tool).clone());
            record.outcome = Some(word(&off, tool).to_owned());
            record.reason = Some(format!("was_{}", word(&before, tool)));
            self.0.store.record(record).await?;
        }
        match self.0.store.set_taint_off(organisation, &off, seen).await? {
            true => Ok(changed.len()),
            false => Err(changed_meanwhile()),
        }
    }
}

fn changed_meanwhile() -> Error {
    let words = "Somebody changed levels or rules meanwhile. Nothing was saved; look again.";
    Error::new(ErrorKind::Conflict, "levels_changed", words)
}

fn check(rules: &[AskRule]) -> Result<(), Error> {
    for (at, rule) in rules.iter().enumerate() {
        let most = match rule {
            AskRule::MoreAttendeesThan(_) => 500,
            AskRule::StartsWithinMinutes(_) => 7 * 24 * 60,
            AskRule::OutsideAttendee | AskRule::Series | AskRule::OutsideWorkingHours => 0,
        };
        let name = rule.as_str();
        if rule
            .amount()
            .is_some_and(|amount| !(1..=most).contains(&amount))
        {
            return Err(Error::invalid(
                "invalid_rule",
                name,
                format!("{name}: 1 to {most}."),
            ));
        }
        if rules[..at].iter().any(|other| other.as_str() == name) {
            return Err(Error::invalid(
                "invalid_rule",
                name,
                format!("{name}: once is enough."),
            ));
        }
    }
    Ok(())
}

/// What a card tells. It is made without asking Microsoft, so of an event that exists it knows what the call says and no
/// more: above all not who is invited already.
fn facts(card: Option<&Card>, hours: Option<&Hours>, now: Timestamp) -> Facts {
    let known = |card: &Card| card.action.is_none() || card.mails == Some(CardMails::Nobody);
    let invited = card.filter(|card| known(card));
    let one = |card: &Card| match (card.action, card.scope) {
        (None, _) => card.series.is_none(),
        (Some(_), scope) => matches!(scope, None | Some(CardScope::This)),
    };
    Facts {
        attendees: invited.map(|card| card.attendees.len()),
        outside: invited.map(|card| card.outside),
        series: card.map(|card| !one(card)),
        start: card.and_then(starts),
        outside_hours: card
            .zip(hours)
            .and_then(|(card, hours)| outside(card, hours)),
        now,
    }
}

/// Whether some of a new event, or of one that is given a new time, is outside these hours. Of a series every event counts.
fn outside(card: &Card, hours: &Hours) -> Option<bool> {
    let moment = |text: &str| text.parse::<Timestamp>().ok();
    let new = |field| {
        let change = card.changes.iter().find(|change| change.field == field);
        change.and_then(|change| moment(&change.to))
    };
    let (start, end) = match (card.action, card.scope, card.span.as_ref()) {
        (None, _, Some(CardSpan::Days { .. })) => return Some(true),
        (None, _, Some(CardSpan::Timed { start, end })) => (moment(start)?, moment(end)?),
        (Some(CardAction::Change), None | Some(CardScope::This), _) => {
            (new(CardField::Start)?, new(CardField::End)?)
        }
        (_, _, _) => return None,
    };
    let Some(series) = &card.series else {
        return Some(!hours.cover(start, end));
    };
    let zone = Zone::named(card.zone.as_deref()?).ok()?;
    let (first, length) = (zone.at(start), end.duration_since(start));
    let recurrence = Recurrence::parse(&series.rule, first.datetime(), &zone).ok()?;
    let mut starts = recurrence
        .starts_from(series.first, first.time(), &zone)
        .take(LOOKED_AT);
    Some(starts.any(|start| {
        let start = start.timestamp();
        !hours.cover(start, start + length)
    }))
}

/// When what a card tells of starts: an event that is moved at its old time or its new one, whichever is earlier. When the
/// next of a series is, is not known.
fn starts(card: &Card) -> Option<Timestamp> {
    let held = match card.span.as_ref()? {
        CardSpan::Timed { start, .. } | CardSpan::Starts { start, .. } => start.parse().ok()?,
        // In whose zone the day begins is not said here.
        CardSpan::Days { .. } => return None,
    };
    match (card.action, card.scope) {
        (None, _) => Some(held),
        (Some(_), None | Some(CardScope::This)) => Some(held.min(moved(card, held)?)),
        (Some(_), Some(CardScope::Following | CardScope::All)) => None,
    }
}

/// When an event that starts at this moment starts afterwards.
fn moved(card: &Card, held: Timestamp) -> Option<Timestamp> {
    let to = |field| {
        let change = card.changes.iter().find(|change| change.field == field);
        change.map(|change| change.to.as_str())
    };
    if let Some(start) = to(CardField::Start) {
        return start.parse().ok();
    }
    let by = |field| to(field).map_or(Some(0), |number| number.parse::<i64>().ok());
    let days = Span::new().try_days(by(CardField::MoveDays)?).ok()?;
    let minutes = SignedDuration::from_mins(by(CardField::MoveMinutes)?);
    let zone = Zone::named(card.zone.as_deref()?).ok()?;
    let there = zone.at(held).checked_add(days).ok()?;
    Some(there.checked_add(minutes).ok()?.timestamp())
}
