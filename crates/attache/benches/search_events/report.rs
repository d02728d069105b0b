//! The table, the ratios, and which goals are met. The goals are those of the design; nothing here fails a build.
#![expect(
    clippy::print_stdout,
    reason = "the table is what the benchmark is for"
)]

use std::fs;

use crate::installation::{Installation, PROGRAM};

/// What one server costs, at a number of callers.
#[derive(Clone, Copy)]
pub(crate) struct Figures {
    /// CPU of the server process for each call, in milliseconds.
    pub(crate) cpu: f64,
    /// Calls in a second.
    pub(crate) rate: f64,
    /// Half of the calls took no longer, in milliseconds.
    pub(crate) p50: f64,
    /// 99 of 100 calls took no longer, in milliseconds.
    pub(crate) p99: f64,
}

/// One row of the table.
pub(crate) struct Measured {
    /// What was called.
    pub(crate) name: &'static str,
    /// With one caller.
    pub(crate) alone: Figures,
    /// With sixteen.
    pub(crate) together: Figures,
    /// Characters of the text that a model reads.
    pub(crate) characters: usize,
    /// Of the process, in MB.
    pub(crate) peak_memory: f64,
}

/// p50 and p99 in milliseconds of 64 callers, with a calendar that takes 50 ms.
pub(crate) struct Slow {
    /// Of the call itself.
    pub(crate) direct: (f64, f64),
    /// Through attache.
    pub(crate) attache: (f64, f64),
}

impl Figures {
    /// Of each figure, the one in the middle.
    pub(crate) fn median(rounds: &[Self]) -> Self {
        let middle = |figure: fn(&Self) -> f64| {
            let mut all: Vec<f64> = rounds.iter().map(figure).collect();
            all.sort_by(f64::total_cmp);
            all[all.len() / 2]
        };
        Self {
            cpu: middle(|figures| figures.cpu),
            rate: middle(|figures| figures.rate),
            p50: middle(|figures| figures.p50),
            p99: middle(|figures| figures.p99),
        }
    }
}

/// Prints everything.
pub(crate) fn print(measured: &[Measured], slow: &Slow, installation: &Installation, page: usize) {
    println!(
        "\nsearch_events of 25, a calendar page of {page} bytes; medians of alternating rounds\n"
    );
    println!(
        "| server | CPU ms per call, 1 / 16 callers | calls/s at 1 / 16 | p50 / p99 ms at 1 | p50 / p99 ms at 16 | peak MB | characters |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- |");
    for Measured {
        name,
        alone,
        together,
        characters,
        peak_memory,
    } in measured
    {
        println!(
            "| {name} | {:.3} / {:.3} | {:.0} / {:.0} | {:.2} / {:.2} | {:.2} / {:.2} | {peak_memory:.0} | {characters} |",
            alone.cpu,
            together.cpu,
            alone.rate,
            together.rate,
            alone.p50,
            alone.p99,
            together.p50,
            together.p99
        );
    }
    let [direct, floor, governed, attache, rest] = measured else {
        return;
    };
    println!("\n| CPU at 16 callers | of the floor | of the governed floor |\n| --- | --- | --- |");
    for one in [attache, rest] {
        println!(
            "| {} | {:.2} | {:.2} |",
            one.name,
            one.together.cpu / floor.together.cpu,
            one.together.cpu / governed.together.cpu
        );
    }
    println!(
        "\n64 callers, calendar answers after 50 ms: direct {:.1} / {:.1} ms, attache over MCP {:.1} / {:.1} ms (p50 / p99)",
        slow.direct.0, slow.direct.1, slow.attache.0, slow.attache.1
    );
    let size = fs::metadata(PROGRAM).map_or(0, |program| program.len()) / 1_000_000;
    println!(
        "started in {:.0} ms with {:.0} MB resident; the program is {size} MB\n",
        installation.started.as_secs_f64() * 1e3,
        installation.started_memory
    );
    let ratio = attache.together.cpu / governed.together.cpu;
    goal("P1", "CPU of the governed floor at 16 callers", ratio, 1.5);
    goal(
        "P1",
        "1/30 of the most used peer's 11.6 ms, in ms (measured once, on another day)",
        attache.together.cpu,
        11.6 / 30.0,
    );
    let (p50, p99) = (
        attache.alone.p50 - direct.alone.p50,
        attache.alone.p99 - direct.alone.p99,
    );
    goal("P2", "added ms at p50, one caller", p50, 0.8);
    goal("P2", "added ms at p99, one caller", p99, 2.5);
    goal(
        "P2",
        "ms at p50, 64 callers, 50 ms upstream",
        slow.attache.0,
        55.0,
    );
    goal(
        "P2",
        "ms at p99, 64 callers, 50 ms upstream",
        slow.attache.1,
        70.0,
    );
    at_least(
        "P3",
        "calls/s at 16 callers",
        attache.together.rate,
        5_000.0,
    );
    goal(
        "P4",
        "MB resident when started",
        installation.started_memory,
        30.0,
    );
    goal(
        "P4",
        "MB resident at most, up to 64 callers",
        attache.peak_memory,
        64.0,
    );
    println!("P4    not measured here: 10,000 connected people, a million calls");
}

fn goal(number: &str, what: &str, found: f64, most: f64) {
    let met = if found <= most { "met   " } else { "MISSED" };
    println!("{number} {met} {what}: {found:.2}, at most {most:.2}");
}

fn at_least(number: &str, what: &str, found: f64, least: f64) {
    let met = if found >= least { "met   " } else { "MISSED" };
    println!("{number} {met} {what}: {found:.0}, at least {least:.0}");
}
