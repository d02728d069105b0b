//! Which of many slots are worth showing: the best, but not all of one morning.

use jiff::civil::Date;

use super::Slot;
use crate::time::Zone;

/// So many slots of one half of a day are shown, as long as there are others.
const OF_ONE_HALF: usize = 2;

/// At most `limit` slots that do not overlap, the best first. `ranked` is in the order of [`super::Search::ranked`].
///
/// Among slots that are equally good, each half day gives one before any gives a second; a third comes only when nothing
/// else is left.
pub fn spread(ranked: &[Slot], zone: &Zone, limit: usize) -> Vec<Slot> {
    let mut chosen: Vec<Slot> = Vec::new();
    for equals in ranked.chunk_by(|one, other| one.cost == other.cost) {
        for most in 1..=OF_ONE_HALF {
            choose(&mut chosen, equals, zone, limit, most);
        }
    }
    choose(&mut chosen, ranked, zone, limit, usize::MAX);
    chosen.sort_by_key(|slot| (slot.cost, slot.start));
    chosen
}

fn choose(chosen: &mut Vec<Slot>, from: &[Slot], zone: &Zone, limit: usize, most: usize) {
    let mut taken: Vec<(Date, bool)> = chosen.iter().map(|slot| half(slot, zone)).collect();
    for slot in from {
        if chosen.len() >= limit {
            return;
        }
        let overlaps = chosen
            .iter()
            .any(|other| slot.start < other.end && other.start < slot.end);
        let half = half(slot, zone);
        let there = taken.iter().filter(|other| **other == half).count();
        if !overlaps && there < most {
            chosen.push(*slot);
            taken.push(half);
        }
    }
}

/// The day, and whether it is the afternoon.
fn half(slot: &Slot, zone: &Zone) -> (Date, bool) {
    let start = zone.at(slot.start);
    (start.date(), start.hour() >= 12)
}
