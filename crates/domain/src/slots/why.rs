//! Why there is no slot, and what would make one.

use super::Search;

/// What stands in the way. Starts are counted, so that what frees more counts more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Why {
    /// How many starts there would be if everybody were free all day; none means that the window itself is too small.
    pub starts: usize,
    /// Who stands in the way, whoever blocks most first.
    pub blockers: Vec<Blocker>,
    /// How many starts would be free if nothing tentative counted as busy.
    pub if_tentative: usize,
    /// How many would be free if working elsewhere did not count as busy.
    pub if_elsewhere: usize,
    /// How many would be free if nobody's working hours counted.
    pub if_outside: usize,
}

/// Somebody who stands in the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Blocker {
    /// Who, by place in the list of participants.
    pub who: usize,
    /// At how many starts.
    pub blocks: usize,
    /// At how many of them nobody else does: so many would be free without this person.
    pub alone: usize,
}

impl Search<'_> {
    /// Why no slot was found. Each number is of one change alone.
    pub fn why(&self) -> Why {
        let starts = self.starts();
        let required: Vec<usize> = self.required().collect();
        let mut blockers: Vec<Blocker> = required
            .iter()
            .map(|who| Blocker {
                who: *who,
                blocks: 0,
                alone: 0,
            })
            .collect();
        let (mut if_tentative, mut if_elsewhere, mut if_outside) = (0, 0, 0);
        for start in &starts {
            let Some(end) = self.end(*start) else {
                continue;
            };
            let (mut blocking, mut last) = (0, 0);
            // Whether the start would be free if the one thing did not count.
            let (mut tentative, mut elsewhere, mut outside) = (true, true, true);
            for (place, who) in required.iter().enumerate() {
                let state = self.state(*who, *start, end);
                let hard = self.hard(*who, *start, end);
                let hours = state.outside && !self.outside_is_fine();
                if state.away || hours {
                    blockers[place].blocks += 1;
                    blocking += 1;
                    last = place;
                }
                tentative &= !(hard || hours || self.blocks_elsewhere(state.elsewhere));
                elsewhere &= !(hard || hours || self.blocks_tentative(state.tentative));
                outside &= !state.away;
            }
            if blocking == 1 {
                blockers[last].alone += 1;
            }
            if_tentative += usize::from(tentative);
            if_elsewhere += usize::from(elsewhere);
            if_outside += usize::from(outside);
        }
        blockers.retain(|blocker| blocker.blocks > 0);
        blockers.sort_by_key(|blocker| std::cmp::Reverse((blocker.blocks, blocker.alone)));
        Why {
            starts: starts.len(),
            blockers,
            if_tentative,
            if_elsewhere,
            if_outside,
        }
    }
}
