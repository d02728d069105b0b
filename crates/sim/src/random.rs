//! Two kinds of chance: a seeded one for ids, so that a company is the same each time, and a real one for secrets.

use aws_lc_rs::rand;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// A small deterministic generator (SplitMix64). Not for secrets.
#[derive(Debug, Clone)]
pub(crate) struct Seeded {
    state: u64,
}

impl Seeded {
    pub(crate) fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// `count` letters and digits.
    pub(crate) fn letters(&mut self, count: usize) -> String {
        (0..count)
            .map(|_| char::from(LETTERS[self.below(62)]))
            .collect()
    }

    /// A number below `limit`.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        let limit = u64::try_from(limit.max(1)).unwrap_or(u64::MAX);
        usize::try_from(self.next() % limit).unwrap_or(0)
    }

    /// A GUID in lower case.
    pub(crate) fn guid(&mut self) -> String {
        let mut bytes = [0_u8; 16];
        bytes[..8].copy_from_slice(&self.next().to_be_bytes());
        bytes[8..].copy_from_slice(&self.next().to_be_bytes());
        guid_of(bytes)
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut value = self.state;
        value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        value ^ (value >> 31)
    }
}

/// An unguessable value of `bytes` random bytes after a prefix, safe in a URL.
pub(crate) fn secret(prefix: &str, bytes: usize) -> String {
    let mut buffer = vec![0_u8; bytes];
    fill(&mut buffer);
    format!("{prefix}{}", URL_SAFE_NO_PAD.encode(buffer))
}

/// A random GUID in lower case.
pub(crate) fn guid() -> String {
    let mut bytes = [0_u8; 16];
    fill(&mut bytes);
    guid_of(bytes)
}

/// A random number below `limit`.
pub(crate) fn below(limit: u32) -> u32 {
    let mut bytes = [0_u8; 4];
    fill(&mut bytes);
    u32::from_be_bytes(bytes) % limit.max(1)
}

/// A random place in a list of that length.
pub(crate) fn index(length: usize) -> usize {
    let limit = u32::try_from(length).unwrap_or(u32::MAX);
    usize::try_from(below(limit)).unwrap_or(0)
}

fn fill(buffer: &mut [u8]) {
    rand::fill(buffer).expect("the operating system has random bytes");
}

fn guid_of(mut bytes: [u8; 16]) -> String {
    bytes[6] = (bytes[6] & 0x0F) | 0x40;
    bytes[8] = (bytes[8] & 0x3F) | 0x80;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!(
        "{}-{}-{}-{}-{}",
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..]
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_ids() {
        assert_eq!(Seeded::new(7).guid(), Seeded::new(7).guid());
        assert_ne!(guid(), guid());
    }
}
