//! The program as a child process.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Output, Stdio};

/// A command of the program, away from the variables and the folder of whoever runs the tests.
pub(crate) fn attache(arguments: &[&str], folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_attache"));
    command.args(arguments).current_dir(folder).env_clear();
    command
}

/// Runs a command to its end.
pub(crate) fn run(arguments: &[&str], folder: &Path) -> Output {
    attache(arguments, folder)
        .output()
        .expect("the program runs")
}

/// What a command that must succeed answers.
pub(crate) fn answer(arguments: &[&str], folder: &Path) -> String {
    let output = run(arguments, folder);
    let remarks = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {remarks}");
    text(output.stdout)
}

pub(crate) fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).expect("the program writes text")
}

/// A command that runs until it is stopped, and whatever happens is stopped with the test.
pub(crate) struct Running {
    child: Child,
    out: BufReader<ChildStdout>,
}

impl Running {
    pub(crate) fn start(mut command: Command) -> Self {
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program starts");
        let out = BufReader::new(child.stdout.take().expect("piped"));
        Self { child, out }
    }

    /// The next line of the output stream; when there is none, the test fails with the remarks.
    pub(crate) fn line(&mut self) -> String {
        let mut line = String::new();
        self.out.read_line(&mut line).expect("readable");
        if line.is_empty() {
            let mut remarks = String::new();
            let mut stream = self.child.stderr.take().expect("piped");
            stream.read_to_string(&mut remarks).expect("readable");
            panic!("ended without a line: {remarks}");
        }
        line
    }

    /// The first remark that contains `what`.
    pub(crate) fn remark(&mut self, what: &str) -> String {
        let stream = self.child.stderr.as_mut().expect("piped");
        let mut seen = Vec::new();
        let mut byte = [0];
        // One byte at a time, so that nothing is taken that a later call may look for.
        while stream.read(&mut byte).expect("readable") == 1 {
            seen.push(byte[0]);
            if byte[0] == b'\n' {
                let line = text(std::mem::take(&mut seen));
                if line.contains(what) {
                    return line;
                }
            }
        }
        panic!("ended without the remark {what:?}");
    }

    /// Sends SIGTERM; answers the exit code and what was still on the output stream.
    pub(crate) fn stop(mut self) -> (Option<i32>, String) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &id]).status();
        assert!(sent.expect("kill runs").success());
        let mut rest = String::new();
        self.out.read_to_string(&mut rest).expect("readable");
        let status = self.child.wait().expect("it ends");
        (status.code(), rest)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The status of a GET at `http://host:port` and a path.
pub(crate) fn get(base: &str, path: &str) -> u16 {
    let host = base.strip_prefix("http://").expect("http");
    let mut stream = TcpStream::connect(host).expect("somebody listens");
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    )
    .expect("sent");
    let mut answer = String::new();
    BufReader::new(stream)
        .read_line(&mut answer)
        .expect("answered");
    let status = answer.split(' ').nth(1).expect("a status line");
    status.parse().expect("a number")
}
