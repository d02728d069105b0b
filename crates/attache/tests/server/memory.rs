//! What is in the memory of a server that has been idle for as long as tokens linger.

use std::collections::HashMap;
use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::time::{Duration, Instant};

use sim::Rotation;

use crate::another::{Another, mcp, rest};
use crate::database::Database;
use crate::house::House;

/// A secret is found by any piece of it of this length.
const PIECE: usize = 24;

/// Pieces of secrets, found by how they begin.
struct Needles {
    by_start: HashMap<[u8; 8], Vec<(String, Vec<u8>)>>,
}

impl Needles {
    fn new() -> Self {
        Self {
            by_start: HashMap::new(),
        }
    }

    /// Every piece of a secret; of a signed token, its payload and signature, since all headers are the same.
    fn add(&mut self, name: &str, secret: &str) {
        let secret = secret.split_once('.').map_or(secret, |(_, rest)| rest);
        for (number, piece) in secret.as_bytes().chunks_exact(PIECE).enumerate() {
            let start = piece[..8].try_into().expect("eight bytes");
            let named = (format!("{name}, piece {number}"), piece.to_vec());
            self.by_start.entry(start).or_default().push(named);
        }
    }

    fn found_in(&self, memory: &[u8]) -> Vec<&str> {
        let mut found = Vec::new();
        for at in 0..memory.len().saturating_sub(PIECE) {
            let start: &[u8; 8] = memory[at..at + 8].try_into().expect("eight bytes");
            for (name, piece) in self.by_start.get(start).into_iter().flatten() {
                if &memory[at..at + PIECE] == piece.as_slice() {
                    found.push(name.as_str());
                }
            }
        }
        found
    }
}

/// Everything a process can write to. Its files and its program's text hold no secret.
fn memory(pid: u32) -> Vec<Vec<u8>> {
    let maps = std::fs::read_to_string(format!("/proc/{pid}/maps")).expect("it runs");
    let memory = File::open(format!("/proc/{pid}/mem")).expect("we may look");
    let mut all = Vec::new();
    for line in maps.lines() {
        let mut words = line.split_whitespace();
        let (range, rights) = (
            words.next().expect("a range"),
            words.next().expect("rights"),
        );
        if !rights.starts_with("rw") {
            continue;
        }
        let (from, to) = range.split_once('-').expect("two addresses");
        let address = |text| u64::from_str_radix(text, 16).expect("an address");
        let (from, to) = (address(from), address(to));
        let mut bytes = vec![0; usize::try_from(to - from).expect("it fits")];
        if memory.read_exact_at(&mut bytes, from).is_ok() {
            all.push(bytes);
        }
    }
    all
}

/// Whether we may look into the memory of a server, which forbids it to everybody but root.
fn may_look(pid: u32) -> bool {
    File::open(format!("/proc/{pid}/mem")).is_ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_server_has_no_access_token_in_its_memory() {
    let mut house = House::build(Database::sqlite(), Rotation::Lenient, 3).await;
    house.kill();
    let before = house.sim.issued_secrets().len();
    let server = Another::start(&house, &[("ATTACHE_POLICY__TOKEN_LINGER", "2s")]).await;
    if !may_look(server.pid()) {
        use std::io::Write as _;
        let _ = writeln!(
            std::io::stderr(),
            "no right to read /proc/<pid>/mem: the look into memory is SKIPPED"
        );
        return;
    }
    for _ in 0..3 {
        let calls = (0..60).map(|number| {
            let (house, base) = (&house, &server.base);
            async move {
                match number % 2 {
                    0 => rest(house, base, number % 3).await,
                    _ => mcp(house, base, number % 3).await,
                }
            }
        });
        let words = futures_util::future::join_all(calls).await;
        assert!(words.iter().all(|word| word == "done"), "{words:?}");
    }
    let mut needles = Needles::new();
    let issued = house.sim.issued_secrets();
    assert!(issued.len() > before, "tokens were issued");
    // Access tokens, and the refresh tokens that came with them.
    for (number, secret) in issued.iter().enumerate().skip(before) {
        needles.add(&format!("secret {number}"), secret);
    }
    let looks = |needles: &Needles| -> Vec<String> {
        let memory = memory(server.pid());
        let found = memory.iter().flat_map(|part| needles.found_in(part));
        found.map(ToOwned::to_owned).collect()
    };
    assert!(
        !looks(&needles).is_empty(),
        "while the burst lasts, its tokens are there to be found"
    );
    let began = Instant::now();
    let mut found = looks(&needles);
    while !found.is_empty() && began.elapsed() < Duration::from_secs(60) {
        tokio::time::sleep(Duration::from_secs(1)).await;
        found = looks(&needles);
    }
    assert!(found.is_empty(), "{} places: {found:#?}", found.len());
}
