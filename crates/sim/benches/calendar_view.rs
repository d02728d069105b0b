//! How fast the simulator starts with a thousand people, and answers pages of their calendars.
//!
//! Figures, not a test: `cargo bench -p sim`. Load and simulator share the machine, so the simulator alone is faster.
#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use sim::{Company, Options, Simulator};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const PEOPLE: usize = 1_000;
const FOR: Duration = Duration::from_secs(3);
const START: &str = "2026-03-25T09:00:00Z";

#[tokio::main]
async fn main() {
    let before = resident();
    let began = Instant::now();
    let simulator = started().await;
    println!(
        "start with {PEOPLE} people: {:.2} s, {} MB more in memory",
        began.elapsed().as_secs_f64(),
        resident().saturating_sub(before)
    );
    let people = simulator.people();
    let tokens: Vec<String> = people
        .iter()
        .filter_map(|person| simulator.token_for(&person.login, "Calendars.ReadWrite"))
        .collect();
    let tokens = Arc::new(tokens);
    for connections in [1, 16] {
        for (what, windows) in [("the same window", 1), ("ever new windows", usize::MAX)] {
            let (answers, bytes) = load(&simulator, &tokens, connections, windows).await;
            println!(
                "{connections:>2} connections, {what}: {:.0} answers/s of {bytes} bytes",
                answers as f64 / FOR.as_secs_f64()
            );
        }
    }
    println!("{} MB in memory at the end", resident());
}

async fn started() -> Simulator {
    let company = Company {
        more_people: PEOPLE,
        start: Some(START.parse().expect("an instant")),
        ..Company::default()
    };
    let options = Options {
        company,
        ..Options::default()
    };
    sim::start(options).await.expect("a free port")
}

/// Drives keep-alive connections, each through all people; how many answers came, and how long one was.
async fn load(
    simulator: &Simulator,
    tokens: &Arc<Vec<String>>,
    connections: usize,
    windows: usize,
) -> (usize, usize) {
    let (answers, bytes) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let address = simulator.base().trim_start_matches("http://").to_owned();
    let mut drivers = tokio::task::JoinSet::new();
    for connection in 0..connections {
        let (tokens, answers, bytes) =
            (Arc::clone(tokens), Arc::clone(&answers), Arc::clone(&bytes));
        let address = address.clone();
        drivers.spawn(async move {
            let mut stream = TcpStream::connect(&address).await.expect("a connection");
            stream.set_nodelay(true).expect("an option");
            let began = Instant::now();
            let mut number = connection;
            while began.elapsed() < FOR {
                let token = &tokens[number % tokens.len().min(32)];
                let request = request(&address, token, number % windows);
                stream.write_all(request.as_bytes()).await.expect("sent");
                bytes.store(answer(&mut stream).await, Ordering::Relaxed);
                answers.fetch_add(1, Ordering::Relaxed);
                number += connections;
            }
        });
    }
    drivers.join_all().await;
    (
        answers.load(Ordering::Relaxed),
        bytes.load(Ordering::Relaxed),
    )
}

/// A page of 25 whole events; the window's number only makes it another request.
fn request(address: &str, token: &str, window: usize) -> String {
    format!(
        "GET /v1.0/me/calendarView?startDateTime=2026-03-01T00:00:00.{window:07}Z&endDateTime=2026-05-30T00:00:00Z&$top=25 HTTP/1.1\r\n\
         host: {address}\r\nauthorization: Bearer {token}\r\nprefer: outlook.timezone=\"Europe/Berlin\"\r\n\r\n"
    )
}

/// Reads one answer, and says how long its body was.
async fn answer(stream: &mut TcpStream) -> usize {
    let mut read = Vec::with_capacity(128 * 1_024);
    loop {
        let count = stream.read_buf(&mut read).await.expect("a part");
        assert!(count > 0, "the connection ended");
        let Some(head) = read.windows(4).position(|end| end == b"\r\n\r\n") else {
            continue;
        };
        let text = String::from_utf8_lossy(&read[..head]);
        assert!(text.starts_with("HTTP/1.1 200"), "{text}");
        let length = text
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "))
            .and_then(|length| length.parse::<usize>().ok())
            .expect("a length");
        let whole = head + 4 + length;
        while read.len() < whole {
            let count = stream.read_buf(&mut read).await.expect("a part");
            assert!(count > 0, "the connection ended");
        }
        return length;
    }
}

/// Resident memory in MB; 0 where the system does not say.
fn resident() -> usize {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = pages.split_ascii_whitespace().nth(1);
    pages
        .and_then(|pages| pages.parse::<usize>().ok())
        .unwrap_or(0)
        * 4_096
        / 1_000_000
}
