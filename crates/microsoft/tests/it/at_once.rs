//! How many requests are under way at a time, counted by a server that does nothing else.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use sim::Rotation;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use crate::office::Office;

#[derive(Default)]
struct Seen {
    now: AtomicUsize,
    most: AtomicUsize,
    all: AtomicUsize,
}

/// Answers a request as soon as four have come. The fifth and sixth are answered at once.
async fn answer(mut stream: TcpStream, seen: &Seen, four: &Barrier) {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        request.push(stream.read_u8().await.expect("a request"));
    }
    let now = seen.now.fetch_add(1, Ordering::SeqCst) + 1;
    seen.most.fetch_max(now, Ordering::SeqCst);
    if seen.all.fetch_add(1, Ordering::SeqCst) < 4 {
        four.wait().await;
    }
    // Before the answer, because the next request may follow it at once.
    seen.now.fetch_sub(1, Ordering::SeqCst);
    let body = r#"{"id":"22222222-2b34-4da1-9baa-8bc8c9d6a490"}"#;
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    stream
        .write_all(format!("{head}{body}").as_bytes())
        .await
        .expect("an answer");
}

#[tokio::test]
async fn r3_four_requests_and_no_more_are_under_way_for_one_call() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let base = format!("http://{}/v1.0", listener.local_addr().expect("bound"));
    let office = Office::open_with(Rotation::Lenient, |settings| settings.graph = base).await;
    let lena = office.lena_connected().await;
    let token = lena.token().await;
    let graph = office
        .microsoft
        .graph(&lena.permit(), &token)
        .expect("fits");
    let seen = Arc::new(Seen::default());
    let four = Arc::new(Barrier::new(4));
    let mut tasks = JoinSet::new();
    let counted = Arc::clone(&seen);
    tasks.spawn(async move {
        let mut tasks = JoinSet::new();
        loop {
            let (stream, _) = listener.accept().await.expect("a connection");
            let (seen, four) = (Arc::clone(&counted), Arc::clone(&four));
            tasks.spawn(async move { answer(stream, &seen, &four).await });
        }
    });
    let answers = futures_util::future::join_all((0..6).map(|_| graph.me())).await;
    assert!(answers.iter().all(Result::is_ok));
    assert_eq!(
        (
            seen.most.load(Ordering::SeqCst),
            seen.all.load(Ordering::SeqCst)
        ),
        (4, 6)
    );
}
