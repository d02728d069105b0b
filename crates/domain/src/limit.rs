//! How often something may happen: a number of times within any stretch of time of one length.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Into how many steps a window is divided. Uses of one step are kept as one, so that what is kept stays small.
const STEPS: i64 = 1_000;

/// So much at most, within any stretch of time of that length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// How much.
    pub most: u32,
    /// In how long.
    pub window: Duration,
}

/// What was used lately: when, in milliseconds, and how much; oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Uses(Vec<(i64, u32)>);

/// It does not fit now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exceeded {
    /// It will after this time, if nobody else comes first.
    Until(Duration),
    /// It is more than ever fits.
    Always,
}

impl Limit {
    fn window_ms(self) -> i64 {
        i64::try_from(self.window.as_millis()).unwrap_or(i64::MAX)
    }

    fn step_ms(self) -> i64 {
        (self.window_ms() / STEPS).max(1)
    }
}

impl Uses {
    /// Uses that much at this moment, if it fits.
    ///
    /// # Errors
    /// When it does not. Then nothing is used.
    pub fn spend(&mut self, limit: Limit, amount: u32, now_ms: i64) -> Result<(), Exceeded> {
        self.fits(limit, amount, now_ms)?;
        self.0.retain(|(at, _)| at + limit.window_ms() > now_ms);
        // Rounded up: what is kept as one is forgotten as late as its last part would be.
        let step = limit.step_ms();
        let at = now_ms.div_euclid(step) * step + step;
        match self.0.last_mut() {
            Some((last, used)) if *last >= at => *used = used.saturating_add(amount),
            Some(_) | None => self.0.push((at, amount)),
        }
        Ok(())
    }

    /// Whether that much would fit at this moment.
    ///
    /// # Errors
    /// When it does not.
    pub fn fits(&self, limit: Limit, amount: u32, now_ms: i64) -> Result<(), Exceeded> {
        if amount > limit.most {
            return Err(Exceeded::Always);
        }
        let counts = |(at, _): &&(i64, u32)| at + limit.window_ms() > now_ms;
        let mut used: u64 = self
            .0
            .iter()
            .filter(counts)
            .map(|(_, used)| u64::from(*used))
            .sum();
        let room = u64::from(limit.most - amount);
        if used <= room {
            return Ok(());
        }
        // The oldest go first; when enough of them have gone, it fits.
        for (at, gone) in self.0.iter().filter(counts) {
            used -= u64::from(*gone);
            if used <= room {
                let wait = at + limit.window_ms() - now_ms;
                return Err(Exceeded::Until(Duration::from_millis(wait.unsigned_abs())));
            }
        }
        Err(Exceeded::Always)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    proptest! {
        /// R1.
        #[test]
        fn no_stretch_of_time_holds_more_than_the_limit(
            most in 1u32..20,
            steps in prop::collection::vec((0i64..20_000, 1u32..5), 1..200),
        ) {
            let limit = Limit { most, window: MINUTE };
            let (mut uses, mut now, mut done) = (Uses::default(), 1_772_000_000_000, Vec::new());
            for (later, amount) in steps {
                now += later;
                if uses.spend(limit, amount, now).is_ok() {
                    done.push((now, amount));
                }
                let lately = done.iter().filter(|(at, _)| at + 60_000 > now);
                let lately: u32 = lately.map(|(_, amount)| amount).sum();
                prop_assert!(lately <= most, "{lately} of {most}");
            }
        }

        /// Nobody waits longer than it takes, and who waits as told is let in.
        #[test]
        fn what_is_refused_fits_when_the_time_that_was_told_is_over(
            most in 1u32..20,
            steps in prop::collection::vec((0i64..5_000, 1u32..5), 1..100),
        ) {
            let limit = Limit { most, window: MINUTE };
            let (mut uses, mut now) = (Uses::default(), 1_772_000_000_000);
            for (later, amount) in steps {
                now += later;
                match uses.spend(limit, amount, now) {
                    Ok(()) => {}
                    Err(Exceeded::Always) => prop_assert!(amount > most),
                    Err(Exceeded::Until(wait)) => {
                        let wait = i64::try_from(wait.as_millis()).expect("small");
                        prop_assert!((1..=60_060).contains(&wait), "{wait}");
                        prop_assert!(uses.fits(limit, amount, now + wait).is_ok());
                    }
                }
            }
        }
    }

    #[test]
    fn what_is_kept_stays_small_however_often_it_is_used() {
        let limit = Limit {
            most: 1_000_000,
            window: MINUTE,
        };
        let mut uses = Uses::default();
        for now in 0..200_000 {
            uses.spend(limit, 1, now).expect("it fits");
        }
        assert!(uses.0.len() <= 1_001, "{}", uses.0.len());
    }
}
