//! What one allowed `search_events` costs over HTTP, beside the floors it is compared with. `cargo bench -p attache`
//!
//! Every server is a process of its own, so that its CPU time can be told from that of the load and of Microsoft's
//! stand-in: this program starts itself again for the floors, and `attache serve` is the real binary. Sign-in and tokens
//! come from `attache sim`; the calendar comes from a faster stand-in (`stand_in.rs`), the same for all. Rounds
//! alternate between the servers, and each figure is the median of its rounds. Times are shown, never asserted.
//!
//! It reads `/proc`, so it runs on Linux. Start reading at `comparison.rs`.

mod comparison;
mod report;

mod floor;
mod governance;
mod stand_in;
mod upstream;

mod browser;
mod installation;
mod load;
mod server;

fn main() {
    microsoft::install_crypto();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        match words.as_slice() {
            ["stand-in"] => stand_in::serve().await,
            ["floor", graph] => floor::serve(graph, None).await,
            ["governed-floor", graph, folder] => floor::serve(graph, Some(folder.as_ref())).await,
            // Cargo adds `--bench`, and whoever runs it may add a filter; there is one benchmark.
            _ => comparison::run().await,
        }
    });
}
