//! Who may change something: programs, and our own page. The simulator listens on this machine while people browse, and
//! no other site's page may reach into it.

use crate::exchange::Ask;
use crate::state::World;

/// Whether a request that changes something comes from a page that is not ours.
pub(super) fn is_foreign(world: &World, ask: &Ask) -> bool {
    if ask.method.is_safe() {
        return false;
    }
    let site = ask.header("sec-fetch-site");
    if site.is_some_and(|site| site != "same-origin" && site != "none") {
        return true;
    }
    let Some(origin) = ask.header("origin") else {
        return false;
    };
    if origin == world.base {
        return false;
    }
    // A page under another name of this machine is ours if it came from where it asks now; a name that somebody else can
    // point here is not.
    let host = ask.header("host").unwrap_or_default();
    let authority = origin.split_once("://").map(|(_, authority)| authority);
    authority != Some(host) || !is_loopback(host)
}

fn is_loopback(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|digit| digit.is_ascii_digit()) => name,
        _ => host,
    };
    matches!(name, "localhost" | "127.0.0.1" | "[::1]")
}
