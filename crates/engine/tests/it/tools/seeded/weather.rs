//! The weather of a call: what is lost, refused, garbled and late, by a seed.

use sim::{Fault, FaultAnswer, Framing, Surface, When};

/// What chance brings, the same for the same seed.
pub(super) struct Chance(pub(super) u64);

impl Chance {
    pub(super) fn below(&mut self, limit: u64) -> u64 {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % limit
    }

    pub(super) fn one_in(&mut self, limit: u64) -> bool {
        self.below(limit) == 0
    }

    pub(super) fn of<'t, T>(&mut self, choices: &'t [T]) -> &'t T {
        &choices[usize::try_from(self.below(choices.len() as u64)).expect("small")]
    }
}

/// The weather of one call.
#[derive(Debug, Clone, Default)]
pub(super) struct Weather {
    /// What happens to writes.
    pub(super) write: Option<Fault>,
    /// What happens to looks.
    pub(super) look: Option<Fault>,
}

impl Weather {
    pub(super) fn random(chance: &mut Chance) -> Self {
        let answer = |chance: &mut Chance| match chance.below(40) {
            0 => FaultAnswer::Stall,
            1 => FaultAnswer::Throttle { retry_after: 1 },
            2..=5 => FaultAnswer::ThrottleWithoutHint,
            6..=11 => FaultAnswer::Reset,
            12..=17 => FaultAnswer::Html,
            18..=21 => FaultAnswer::Garbage,
            22..=25 => FaultAnswer::Truncate {
                keep: 20,
                framing: Framing::Length,
            },
            26..=31 => FaultAnswer::Unavailable {
                status: *chance.of(&[500, 502, 503, 504]),
                retry_after: None,
                html: false,
            },
            _ => FaultAnswer::Drop,
        };
        let write = (!chance.one_in(4)).then(|| Fault {
            surface: Surface::Graph,
            method: None,
            path_contains: Some("/me/events".into()),
            times: Some(1 + u32::try_from(chance.below(4)).expect("small")),
            when: *chance.of(&[When::Before, When::After]),
            delay_ms: chance.below(30),
            answer: answer(chance),
            ..Fault::default()
        });
        let write = write.map(|fault| match &fault.answer {
            // What is throttled does not happen.
            FaultAnswer::Throttle { .. } | FaultAnswer::ThrottleWithoutHint => Fault {
                when: When::Before,
                ..fault
            },
            _ => fault,
        });
        let look = chance.one_in(4).then(|| Fault {
            surface: Surface::Graph,
            method: Some("GET".into()),
            skip: u32::try_from(chance.below(4)).expect("small"),
            times: Some(1 + u32::try_from(chance.below(6)).expect("small")),
            answer: FaultAnswer::Drop,
            ..Fault::default()
        });
        Self { write, look }
    }

    /// Whether a look can have failed: three times in a row.
    pub(super) fn blinds(&self) -> bool {
        self.look
            .as_ref()
            .and_then(|fault| fault.times)
            .is_some_and(|times| times >= 3)
    }
}
