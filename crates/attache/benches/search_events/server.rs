//! A server as a child process, and what it has cost so far.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use axum::Router;

/// The unit of CPU time in `/proc`: `USER_HZ` is 100 on every Linux that Rust runs on.
const TICK: Duration = Duration::from_millis(10);

/// A running server, killed when it is dropped.
pub(crate) struct Server {
    child: Child,
    /// What it said first; for one of ours, its address.
    pub(crate) said: String,
}

impl Server {
    /// Starts a server that says one line when it is ready.
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut server = Self::spawn(command.stdout(Stdio::piped()));
        let out = server.child.stdout.take().expect("piped");
        BufReader::new(out)
            .read_line(&mut server.said)
            .expect("readable");
        server.said.truncate(server.said.trim_end().len());
        assert!(
            !server.said.is_empty(),
            "{command:?} ended before it was ready"
        );
        server
    }

    /// Starts this program again as the server that the arguments name.
    pub(crate) fn of_ours(arguments: &[&str]) -> Self {
        let program = std::env::current_exe().expect("this program has a path");
        Self::start(Command::new(program).args(arguments))
    }

    /// Starts a server that is ready when it answers at this address; says how long that took.
    pub(crate) fn answering(command: &mut Command, address: &str) -> (Self, Duration) {
        let began = Instant::now();
        let server = Self::spawn(command.stdout(Stdio::null()));
        while !answers(address) {
            assert!(
                began.elapsed().as_secs() < 20,
                "{command:?} does not answer"
            );
            thread::sleep(Duration::from_millis(1));
        }
        (server, began.elapsed())
    }

    fn spawn(command: &mut Command) -> Self {
        // Its end is how a server of ours notices that this program is gone.
        let child = command.stdin(Stdio::piped()).spawn();
        let child = child.unwrap_or_else(|error| panic!("{command:?}: {error}"));
        Self {
            child,
            said: String::new(),
        }
    }

    /// User and system time so far.
    pub(crate) fn cpu(&self) -> Duration {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id())).expect("it runs");
        // The name of the program is in parentheses and may hold anything; fields are counted after it.
        let (_, fields) = stat.rsplit_once(')').expect("a name");
        let ticks: u32 = fields
            .split_whitespace()
            .skip(11)
            .take(2)
            .map(|ticks| ticks.parse::<u32>().expect("a number"))
            .sum();
        TICK * ticks
    }

    /// Resident memory in MB: `VmRSS` now, `VmHWM` at its peak.
    pub(crate) fn memory(&self, line: &str) -> f64 {
        let path = format!("/proc/{}/status", self.child.id());
        let status = fs::read_to_string(path).expect("it runs");
        let found = status.lines().find(|found| found.starts_with(line));
        let kib = found.and_then(|found| found.split_whitespace().nth(1));
        kib.and_then(|kib| kib.parse::<f64>().ok())
            .expect("a number of KiB")
            * 1024.0
            / 1e6
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn answers(address: &str) -> bool {
    let Ok(mut stream) = TcpStream::connect(address) else {
        return false;
    };
    let asked = write!(
        stream,
        "GET /livez HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    );
    let mut answer = String::new();
    asked.is_ok()
        && stream.read_to_string(&mut answer).is_ok()
        && answer.starts_with("HTTP/1.1 200")
}

/// Serves on a free port of this machine, says where, and ends with the program that started it.
#[expect(
    clippy::print_stdout,
    reason = "the address is what the parent waits for"
)]
pub(crate) async fn serve(router: Router) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
    let listener = listener.expect("a free port");
    println!("{}", listener.local_addr().expect("bound"));
    thread::spawn(|| {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        std::process::exit(0);
    });
    axum::serve(listener, router).await.expect("it serves");
}
