//! This and all later occurrences: where a series is cut, and ending it there.

use domain::calendar::{Event, Span};
use domain::change::{Change, Whole};
use domain::recurrence::{End, Recurrence};
use domain::time::Zone;
use jiff::civil::Date;
use microsoft::graph::Graph;

use crate::call::Failure;
use crate::{Error, ErrorKind};

/// A series, cut before one of its days.
pub(crate) struct Cut {
    pub(crate) zone: Zone,
    pub(crate) day: Date,
    /// What stays as it is; nothing, if the first occurrence was named: then this and all later ones are all of them.
    pub(crate) before: Option<Recurrence>,
    pub(crate) after: Recurrence,
}

/// Where the series of an occurrence is cut.
pub(crate) async fn cut(graph: &Graph<'_>, event: &Event, master: &Whole) -> Result<Cut, Failure> {
    let unreadable = || {
        Failure::Ours(Error::new(
            ErrorKind::Conflict,
            "series_not_understood",
            "Outlook keeps this series in a way that cannot be cut here. Nothing was changed. Change one occurrence or all of them.",
        ))
    };
    let series = graph
        .series(&master.event.id)
        .await?
        .ok_or_else(unreadable)?;
    let zone = series
        .zone
        .or_else(|| master.zone.clone())
        .ok_or_else(unreadable)?;
    let day = match &event.span {
        Span::Timed { start, .. } => zone.at(*start).date(),
        Span::Days { first, .. } => *first,
    };
    if series.recurrence.first() == Some(day) {
        return Ok(Cut {
            zone,
            day,
            before: None,
            after: series.recurrence,
        });
    }
    let Some((before, after)) = series.recurrence.split_before(day) else {
        return Err(Failure::Ours(Error::new(
            ErrorKind::Conflict,
            "occurrence_off_its_day",
            "This occurrence was moved to another day than its series has, so the series cannot be cut there. Nothing was changed. Name another occurrence.",
        )));
    };
    Ok(Cut {
        zone,
        day,
        before: Some(before),
        after,
    })
}

/// The change that ends a series before the cut.
pub(crate) fn ending(before: Recurrence, cut: &Cut) -> Change {
    Change {
        recurrence: Some((before, cut.zone.clone())),
        ..Change::default()
    }
}

/// Whether Outlook holds the series only up to the day before the cut; an error when it cannot be read.
pub(crate) async fn ended(
    graph: &Graph<'_>,
    master: &Whole,
    cut: &Cut,
) -> Result<bool, microsoft::Error> {
    let held = graph.series(&master.event.id).await?;
    Ok(held.is_some_and(|held| match held.recurrence.end() {
        End::On(last) => last < cut.day,
        End::Never | End::After(_) => held.recurrence.last().is_some_and(|last| last < cut.day),
    }))
}
