//! `cargo xtask kill`: the release binary is killed and started again, for as long as a night may take.

use crate::run;

/// How often, and with which chances.
#[derive(Debug, clap::Args)]
pub(crate) struct Kill {
    /// How often on SQLite: connections, half of it while Microsoft kills a refresh token that was used, half while it does not;
    /// and as often again while an event is made, half of it always allowed, half after a yes
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    sqlite: usize,
    /// How often on PostgreSQL, likewise
    #[arg(long, value_name = "N", default_value_t = 300)]
    postgres: usize,
    /// The seed of the random moments
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
}

/// Builds the release binary and kills it.
///
/// # Errors
/// When it does not build, or something that must hold did not.
pub(crate) fn kill(kill: &Kill) -> anyhow::Result<()> {
    run("cargo", &["build", "--release", "--package", "attache"])?;
    let binary = crate::root().join("target/release/attache");
    let arguments = [
        format!("ATTACHE_KILL_BINARY={}", binary.display()),
        format!("ATTACHE_KILL_SQLITE={}", kill.sqlite.div_ceil(2)),
        format!("ATTACHE_KILL_POSTGRES={}", kill.postgres.div_ceil(2)),
        format!("ATTACHE_KILL_SEED={}", kill.seed),
    ];
    let test = ["cargo", "test", "--package", "attache", "--test", "kill"];
    // `env` sets the variables for this one program.
    let all: Vec<&str> = arguments.iter().map(String::as_str).chain(test).collect();
    run("env", &all)
}
