//! Randomness, passed in: the operating system's in the program, a seeded one in tests.

use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The one source of random numbers for ids and secrets.
#[derive(Clone, Debug)]
pub struct Random(Source);

#[derive(Clone, Debug)]
enum Source {
    OperatingSystem,
    Seeded(Arc<Mutex<u64>>),
}

impl Random {
    /// The operating system's generator: the only one that secrets may come from outside tests.
    pub fn operating_system() -> Self {
        Self(Source::OperatingSystem)
    }

    /// A repeatable sequence for tests. Anybody who knows the seed knows every secret made from it.
    pub fn seeded(seed: u64) -> Self {
        Self(Source::Seeded(Arc::new(Mutex::new(seed))))
    }

    /// `N` random bytes.
    ///
    /// # Panics
    /// When the operating system cannot give random numbers: going on without them would be worse than stopping.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        match &self.0 {
            #[expect(
                clippy::disallowed_methods,
                reason = "this is the one place that asks the system for random numbers"
            )]
            Source::OperatingSystem => getrandom::fill(&mut bytes)
                .expect("an operating system without random numbers is unusable"),
            Source::Seeded(state) => {
                let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
                for chunk in bytes.chunks_mut(8) {
                    chunk.copy_from_slice(&split_mix(&mut state).to_le_bytes()[..chunk.len()]);
                }
            }
        }
        bytes
    }

    /// 256 random bits as 43 characters of unpadded base64url (RFC 4648 section 5).
    pub fn token(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.bytes::<32>())
    }

    /// A random version 4 UUID in its text form; an identifier, never a secret.
    pub fn uuid(&self) -> String {
        uuid_from(self.bytes())
    }
}

/// Sixteen bytes as a version 4 UUID text.
pub fn uuid_from(mut b: [u8; 16]) -> String {
    b[6] = b[6] & 0x0f | 0x40;
    b[8] = b[8] & 0x3f | 0x80;
    let hex: String = b.iter().map(|byte| format!("{byte:02x}")).collect();
    format!(
        "{}-{}-{}-{}-{}",
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..]
    )
}

fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_do_not_repeat() {
        let random = Random::operating_system();
        let mut seen: Vec<String> = (0..1_000).map(|_| random.token()).collect();
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), 1_000);
        assert!(seen.iter().all(|t| t.len() == 43));
    }

    #[test]
    fn a_uuid_carries_its_version_and_variant() {
        let uuid = Random::seeded(1).uuid();
        assert_eq!(uuid.len(), 36);
        assert_eq!(&uuid[14..15], "4");
        assert!("89ab".contains(&uuid[19..20]), "{uuid}");
    }
}
