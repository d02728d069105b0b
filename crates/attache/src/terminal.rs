//! What a person or a script at the terminal reads: answers on the output stream, remarks on the error stream.

use std::io::{self, IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

/// How often a remark says how far long work is, where the remarks are collected.
const COLLECTED: Duration = Duration::from_secs(10);
/// The same at a terminal, where the remark is written over the one before.
const WATCHED: Duration = Duration::from_millis(100);

/// Writes one answer to the output stream at once.
///
/// # Errors
/// When nobody reads it any more, among others.
pub(crate) fn answer(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{text}")?;
    out.flush()
}

/// Writes one remark to the error stream. If that is gone, there is nobody left to tell.
pub(crate) fn note(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// Whether a command only failed because its reader went away, as `head` does.
pub(crate) fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .any(|cause| cause.kind() == io::ErrorKind::BrokenPipe)
}

/// How far long work is, as remarks: at a terminal in one line that changes, elsewhere as a line now and then.
pub(crate) struct Progress {
    what: &'static str,
    done: u64,
    total: u64,
    watched: bool,
    told: Instant,
}

impl Progress {
    /// Work on so many things, called `what` when they are done.
    pub(crate) fn new(what: &'static str, total: u64) -> Self {
        Self {
            what,
            done: 0,
            total,
            watched: io::stderr().is_terminal(),
            told: Instant::now(),
        }
    }

    /// So many more are done.
    pub(crate) fn advance(&mut self, by: usize) {
        self.done += u64::try_from(by).unwrap_or(u64::MAX);
        // More may turn up while it works.
        self.total = self.total.max(self.done);
        let every = if self.watched { WATCHED } else { COLLECTED };
        if self.told.elapsed() < every {
            return;
        }
        self.told = Instant::now();
        match self.watched {
            true => {
                let _ = write!(io::stderr(), "\r{}", self.line());
            }
            false => note(&self.line()),
        }
    }

    fn line(&self) -> String {
        format!("{} of {} {}", self.done, self.total, self.what)
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.watched && self.done > 0 {
            let _ = writeln!(io::stderr(), "\r{}", self.line());
        }
    }
}
