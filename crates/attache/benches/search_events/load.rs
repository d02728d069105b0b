//! Callers that ask the same thing over and over, each on a connection of its own.
//!
//! HTTP is written by hand here: the load shares the processor with what it measures, so it has to be cheap.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// What is asked, and where.
#[derive(Clone)]
pub(crate) struct Request {
    address: String,
    text: Arc<str>,
}

/// What a round of calls took.
pub(crate) struct Round {
    /// Of each call, the shortest first.
    pub(crate) latencies: Vec<Duration>,
    /// Of the whole round.
    pub(crate) elapsed: Duration,
}

impl Request {
    /// A request with these headers, and a body of JSON unless it is empty.
    pub(crate) fn new(
        method: &str,
        address: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Self {
        let mut text = format!("{method} {path} HTTP/1.1\r\nhost: {address}\r\n");
        for (name, value) in headers {
            text += &format!("{name}: {value}\r\n");
        }
        if !body.is_empty() {
            let length = body.len();
            text += &format!("content-type: application/json\r\ncontent-length: {length}\r\n");
        }
        text += "\r\n";
        text += body;
        Self {
            address: address.to_owned(),
            text: text.into(),
        }
    }

    /// Asks once.
    pub(crate) async fn once(&self) -> String {
        let mut connection = Connection::open(&self.address).await;
        let body = connection.ask(&self.text).await;
        String::from_utf8(body.to_vec()).expect("text")
    }
}

/// Keeps so many callers busy for so long.
pub(crate) async fn round(request: &Request, callers: usize, length: Duration) -> Round {
    let mut running = JoinSet::new();
    let began = Instant::now();
    for _ in 0..callers {
        let request = request.clone();
        running.spawn(async move {
            let mut connection = Connection::open(&request.address).await;
            let mut latencies = Vec::new();
            while began.elapsed() < length {
                let asked = Instant::now();
                connection.ask(&request.text).await;
                latencies.push(asked.elapsed());
            }
            latencies
        });
    }
    let mut latencies = running.join_all().await.concat();
    let elapsed = began.elapsed();
    latencies.sort_unstable();
    Round { latencies, elapsed }
}

impl Round {
    /// The latency that this share of the calls stayed below, in milliseconds.
    pub(crate) fn quantile(&self, share: f64) -> f64 {
        // Rounded down: an index into the list.
        let at = ((self.latencies.len() as f64) * share) as usize;
        let found = self.latencies.get(at).or(self.latencies.last());
        found.map_or(f64::NAN, |latency| latency.as_secs_f64() * 1e3)
    }
}

struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    async fn open(address: &str) -> Self {
        let stream = TcpStream::connect(address).await.expect("somebody listens");
        stream.set_nodelay(true).expect("a TCP option");
        Self {
            stream,
            buffer: Vec::with_capacity(128 * 1024),
        }
    }

    /// Sends a request and reads the answer to its end; anything but a success ends the benchmark.
    async fn ask(&mut self, text: &str) -> &[u8] {
        self.stream.write_all(text.as_bytes()).await.expect("sent");
        self.buffer.clear();
        let head = loop {
            self.more().await;
            if let Some(end) = find(&self.buffer, b"\r\n\r\n") {
                break end + 4;
            }
        };
        let said = String::from_utf8_lossy(&self.buffer[..head]).into_owned();
        let length = said
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "))
            .map(|length| length.parse::<usize>().expect("a number"));
        loop {
            let whole = match length {
                Some(length) => self.buffer.len() >= head + length,
                None => self.buffer.ends_with(b"\r\n0\r\n\r\n"),
            };
            if whole {
                break;
            }
            self.more().await;
        }
        let body = &self.buffer[head..];
        let answered = || String::from_utf8_lossy(body);
        assert!(said.starts_with("HTTP/1.1 200"), "{said}{}", answered());
        body
    }

    async fn more(&mut self) {
        let read = self.stream.read_buf(&mut self.buffer).await;
        assert!(read.expect("readable") > 0, "the server closed");
    }
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}
