//! The first signal stops in order, the second at once.

use anyhow::Context as _;
use rustix::process::Signal as Signals;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::terminal;

/// A token that is cancelled by SIGTERM, SIGINT (Ctrl-C) or SIGHUP (the terminal went away). A second one of them ends
/// the process at once, which is safe: everything that counts is in the database.
///
/// # Errors
/// When the system does not let signals be caught.
pub(crate) fn stop_on_signal() -> anyhow::Result<CancellationToken> {
    let catch = |kind| signal(kind).context("signals cannot be caught");
    let mut signals = [
        catch(SignalKind::terminate())?,
        catch(SignalKind::interrupt())?,
        catch(SignalKind::hangup())?,
    ];
    // A file that may not grow is a full disk: an error for whoever writes, not the end of the program.
    drop(catch(SignalKind::from_raw(Signals::XFSZ.as_raw()))?);
    let stop = CancellationToken::new();
    let stopped = stop.clone();
    #[expect(
        clippy::disallowed_methods,
        reason = "wiring watches for signals as long as the process lives"
    )]
    tokio::spawn(async move {
        any(&mut signals).await;
        stopped.cancel();
        any(&mut signals).await;
        terminal::note("stopped at once");
        std::process::exit(130);
    });
    Ok(stop)
}

async fn any([terminate, interrupt, hangup]: &mut [Signal; 3]) {
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
        _ = hangup.recv() => {}
    }
}
