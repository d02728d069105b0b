//! What a person or a script at the terminal reads: answers on the output stream, remarks on the error stream.

use std::io::{self, Write as _};

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
