//! What is compared with what, in which order, for how long.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use crate::governance;
use crate::installation::Installation;
use crate::load::{self, Request, Round};
use crate::report::{self, Figures, Measured, Slow};
use crate::server::Server;
use crate::stand_in::EVENTS;

const ROUNDS: usize = 3;
/// How long one caller is busy in a round, and sixteen are.
const ALONE: Duration = Duration::from_millis(1_300);
const TOGETHER: Duration = Duration::from_millis(1_700);
const WARM_UP: Duration = Duration::from_millis(400);
/// With a Microsoft as slow as the real one.
const SLOW: Duration = Duration::from_millis(1_500);

/// One server with one request for it.
struct Contestant<'s> {
    name: &'static str,
    server: &'s Server,
    request: Request,
    /// Characters of the text that a model reads.
    characters: usize,
    alone: Vec<Figures>,
    together: Vec<Figures>,
}

/// Runs everything and says what came of it.
pub(crate) async fn run() {
    // Below the build's folder, because the temporary one may be memory, where nothing has to wait for a disk.
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let folder = folder.path();
    let stand_in = Server::of_ours(&["stand-in"]);
    let graph = format!("http://{}/v1.0", stand_in.said);
    let floor = Server::of_ours(&["floor", &graph]);
    let governed = Server::of_ours(&["governed-floor", &graph, text(folder)]);
    let installation = Installation::new(folder, &graph).await;
    let attache = &installation.attache;
    let bearer = format!("Bearer {}", installation.key);

    let view = "/v1.0/me/calendarView";
    let direct = Request::new("GET", &stand_in.said, view, &[], "");
    let page = direct.once().await.len();
    let mcp = mcp(&installation.address, &bearer);
    let mut contestants = [
        Contestant::new("direct HTTP call", &stand_in, direct.clone()).await,
        Contestant::new("floor", &floor, self::mcp(&floor.said, "")).await,
        Contestant::new(
            "governed floor",
            &governed,
            self::mcp(&governed.said, &format!("Bearer {}", governance::KEY)),
        )
        .await,
        Contestant::new("attache, MCP", attache, mcp.clone()).await,
        Contestant::new(
            "attache, REST",
            attache,
            rest(&installation.address, &bearer),
        )
        .await,
    ];
    for contestant in &mut contestants {
        load::round(&contestant.request, 16, WARM_UP).await;
    }
    for _ in 0..ROUNDS {
        for contestant in &mut contestants {
            let figures = measure(contestant.server, &contestant.request, 1, ALONE).await;
            contestant.alone.push(figures);
            let figures = measure(contestant.server, &contestant.request, 16, TOGETHER).await;
            contestant.together.push(figures);
        }
    }
    let mut measured: Vec<Measured> = contestants.iter().map(Contestant::median).collect();
    let delay = Request::new("POST", &stand_in.said, "/delay/50", &[], "");
    delay.once().await;
    let slow = Slow {
        direct: quantiles(&load::round(&direct, 64, SLOW).await),
        attache: quantiles(&load::round(&mcp, 64, SLOW).await),
    };
    for (measured, contestant) in measured.iter_mut().zip(&contestants) {
        measured.peak_memory = contestant.server.memory("VmHWM");
    }
    report::print(&measured, &slow, &installation, page);
}

impl<'s> Contestant<'s> {
    /// Asks once, to see that all events are in the answer.
    async fn new(name: &'static str, server: &'s Server, request: Request) -> Self {
        let body = request.once().await;
        let answer: Value = serde_json::from_str(&body).expect("JSON");
        let read = answer["result"]["content"][0]["text"].as_str();
        let characters = read.unwrap_or(&body).chars().count();
        let listed = match &answer["result"]["structuredContent"] {
            Value::Null => &answer,
            structured => structured,
        };
        let events = listed["events"].as_array().or(listed["value"].as_array());
        assert_eq!(events.map(Vec::len), Some(EVENTS), "{name}: {body}");
        Self {
            name,
            server,
            request,
            characters,
            alone: Vec::new(),
            together: Vec::new(),
        }
    }

    fn median(&self) -> Measured {
        Measured {
            name: self.name,
            alone: Figures::median(&self.alone),
            together: Figures::median(&self.together),
            characters: self.characters,
            peak_memory: 0.0,
        }
    }
}

async fn measure(server: &Server, request: &Request, callers: usize, length: Duration) -> Figures {
    let before = server.cpu();
    let round = load::round(request, callers, length).await;
    let cpu = server.cpu() - before;
    let calls = round.latencies.len() as f64;
    let (p50, p99) = quantiles(&round);
    Figures {
        cpu: cpu.as_secs_f64() * 1e3 / calls,
        rate: calls / round.elapsed.as_secs_f64(),
        p50,
        p99,
    }
}

fn quantiles(round: &Round) -> (f64, f64) {
    (round.quantile(0.5), round.quantile(0.99))
}

/// The call as an MCP client of the revision 2026-07-28 makes it.
fn mcp(address: &str, bearer: &str) -> Request {
    let body = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {
        "name": "search_events",
        "arguments": {"limit": EVENTS},
        "_meta": {
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": {},
            "io.modelcontextprotocol/clientInfo": {"name": "benchmark", "version": "1"},
        },
    }});
    let headers = [
        ("accept", "application/json, text/event-stream"),
        ("mcp-protocol-version", "2026-07-28"),
        ("mcp-method", "tools/call"),
        ("mcp-name", "search_events"),
        ("authorization", bearer),
    ];
    Request::new("POST", address, "/mcp", &headers, &body.to_string())
}

fn rest(address: &str, bearer: &str) -> Request {
    let body = json!({"limit": EVENTS}).to_string();
    let headers = [("authorization", bearer)];
    let path = "/api/v1/tools/search_events";
    Request::new("POST", address, path, &headers, &body)
}

fn text(folder: &Path) -> &str {
    folder.to_str().expect("a path of text")
}
