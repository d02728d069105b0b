//! How fast the simulator starts with a thousand people, and answers pages of their calendars.
//!
//! Figures, not a test: `cargo bench -p sim`. Load and simulator share the machine, so the simulator alone is faster.
//! Arguments choose lines by their words: `cargo bench -p sim -- new` leaves out the page that is asked for again.
#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use sim::{Company, Options, Simulator};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const PEOPLE: usize = 1_000;
const FOR: Duration = Duration::from_secs(3);
const START: &str = "2026-03-25T09:00:00Z";

/// What is asked for.
struct Query {
    name: &'static str,
    /// How many windows there are before one comes again; none for the server that does not look.
    windows: usize,
    /// Everything after the window.
    options: &'static str,
    prefer: &'static str,
}

/// What a client asks for that takes what it needs, and no more.
const SELECTED: &str = "&$top=26&$select=id%2Csubject%2Cstart%2Cend%2CisAllDay%2Clocation%2Corganizer%2CisOrganizer%2Cattendees%2CresponseStatus%2CshowAs%2Csensitivity%2CisCancelled%2Ctype%2CisOnlineMeeting%2ConlineMeeting&$orderby=start%2FdateTime";

static QUERIES: [Query; 4] = [
    Query {
        name: "new to a server that always answers the same",
        windows: 0,
        options: "&$top=25",
        prefer: "Europe/Berlin",
    },
    Query {
        name: "the same window",
        windows: 1,
        options: "&$top=25",
        prefer: "Europe/Berlin",
    },
    Query {
        name: "ever new windows",
        windows: usize::MAX,
        options: "&$top=25",
        prefer: "Europe/Berlin",
    },
    Query {
        name: "ever new windows of selected properties in order",
        windows: usize::MAX,
        options: SELECTED,
        prefer: "UTC",
    },
];

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
    let words: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with('-'))
        .collect();
    let simulated = simulator.base().trim_start_matches("http://").to_owned();
    let fixed = fixed().await;
    for connections in [1, 16] {
        for query in &QUERIES {
            if !words.iter().all(|word| query.name.contains(word)) {
                continue;
            }
            let address = if query.windows == 0 {
                &fixed
            } else {
                &simulated
            };
            let before = cpu();
            let (answers, bytes) = load(address, &tokens, connections, query).await;
            let answers = answers as f64;
            println!(
                "{connections:>2} connections, {}: {:.0} answers/s of {bytes} bytes, {:.0} µs of CPU each with the load's",
                query.name,
                answers / FOR.as_secs_f64(),
                (cpu() - before).as_secs_f64() * 1e6 / answers
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

/// Starts the least that can stand in for a calendar: one text, whatever is asked.
async fn fixed() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("bound").to_string();
    let page = Bytes::from("x".repeat(57_000));
    let router = Router::new().fallback(async move || page.clone());
    #[expect(clippy::disallowed_methods, reason = "it ends with the program")]
    tokio::spawn(async { axum::serve(listener, router).await });
    address
}

/// Drives keep-alive connections, each through all people; how many answers came, and how long one was.
async fn load(
    address: &str,
    tokens: &Arc<Vec<String>>,
    connections: usize,
    query: &'static Query,
) -> (usize, usize) {
    let (answers, bytes) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let mut drivers = tokio::task::JoinSet::new();
    for connection in 0..connections {
        let (tokens, answers, bytes) =
            (Arc::clone(tokens), Arc::clone(&answers), Arc::clone(&bytes));
        let address = address.to_owned();
        drivers.spawn(async move {
            let mut stream = TcpStream::connect(&address).await.expect("a connection");
            stream.set_nodelay(true).expect("an option");
            let began = Instant::now();
            let mut number = connection;
            let mut read = Vec::with_capacity(128 * 1_024);
            while began.elapsed() < FOR {
                let token = &tokens[number % tokens.len().min(32)];
                let request = request(&address, token, number % query.windows.max(1), query);
                stream.write_all(request.as_bytes()).await.expect("sent");
                bytes.store(answer(&mut stream, &mut read).await, Ordering::Relaxed);
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

/// A page of a calendar; the window's number only makes it another window.
fn request(address: &str, token: &str, window: usize, query: &Query) -> String {
    let Query {
        options, prefer, ..
    } = query;
    format!(
        "GET /v1.0/me/calendarView?startDateTime=2026-03-01T00%3A00%3A00.{window:07}Z&endDateTime=2026-05-30T00%3A00%3A00Z{options} HTTP/1.1\r\n\
         host: {address}\r\nauthorization: Bearer {token}\r\nprefer: outlook.timezone=\"{prefer}\"\r\naccept: */*\r\n\
         client-request-id: 7c1f2f0e-52f4-4b3d-9e0c-{window:012}\r\nreturn-client-request-id: true\r\n\r\n"
    )
}

/// Reads one answer, and says how long its body was.
async fn answer(stream: &mut TcpStream, read: &mut Vec<u8>) -> usize {
    read.clear();
    loop {
        let count = stream.read_buf(read).await.expect("a part");
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
            let count = stream.read_buf(read).await.expect("a part");
            assert!(count > 0, "the connection ended");
        }
        return length;
    }
}

/// User and system time of this process so far; nothing where the system does not say.
fn cpu() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The name of the program is in parentheses and may hold anything; fields are counted after it.
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
    let ticks = fields.split_ascii_whitespace().skip(11).take(2);
    let ticks = ticks
        .filter_map(|ticks| ticks.parse::<u32>().ok())
        .sum::<u32>();
    // `USER_HZ` is 100 on every Linux that Rust runs on.
    Duration::from_millis(10) * ticks
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
