//! L2, L7: the record says from which address and program a call came, over either surface, and what it is that serves.

use serde_json::{Value, json};
use sim::Rotation;

use crate::database::Database;
use crate::house::{self, House};

#[tokio::test(flavor = "multi_thread")]
async fn l2_a_call_is_on_record_with_the_address_and_the_program_that_it_came_from() {
    let levels = [("level.read_profile", "always_allow")];
    let mut house = House::built(Database::sqlite(), Rotation::Lenient, 1, &levels).await;
    // An organisation is known from its first sign-in on.
    house.restart().await;
    let over_mcp = json!({
        "jsonrpc": "2.0", "id": 1, "method": "tools/call",
        "params": {"name": "read_profile", "arguments": {}},
    });
    for (path, body) in [
        ("/api/v1/tools/read_profile", &json!({})),
        ("/mcp", &over_mcp),
    ] {
        let call = house
            .client
            .post(format!("{}{path}", house.base))
            .bearer_auth(&house.people[0].key)
            .header("accept", "application/json, text/event-stream")
            .header("user-agent", format!("Field-Agent/7 ({path})"))
            .json(body);
        let status = call.send().await.expect("an answer").status();
        assert_eq!(status.as_u16(), 200, "{path}: {}", house.remarks());
    }
    house.command(&["audit", "export", "--out", "log.jsonl"]);
    let exported = house.database.folder.path().join("log.jsonl");
    let exported = std::fs::read_to_string(exported).expect("an export");
    let records: Vec<Value> = exported
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter_map(|entry| serde_json::from_str(entry["text"].as_str()?).ok())
        .collect();
    let of =
        |kind: &str| -> Vec<&Value> { records.iter().filter(|one| one["kind"] == kind).collect() };
    let started = of("started");
    let program = std::fs::read(house::binary()).expect("the program's file");
    let program = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &program);
    let program: String = program
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert_eq!(started.len(), 1, "{exported}");
    assert_eq!(started[0]["target"], program.as_str());
    assert_eq!(started[0]["reason"], env!("CARGO_PKG_VERSION"));
    assert!(started[0]["arguments"].is_string());
    let begun = of("call_begun");
    assert_eq!(begun.len(), 2, "{exported}");
    for (record, path) in begun
        .into_iter()
        .zip(["/api/v1/tools/read_profile", "/mcp"])
    {
        assert_eq!(record["client"]["address"], "127.0.0.1");
        assert_eq!(
            record["client"]["program"],
            format!("Field-Agent/7 ({path})").as_str()
        );
        assert_eq!(record["level"], "always_allow");
    }
}
