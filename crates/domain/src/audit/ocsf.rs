//! Entries as events of the Open Cybersecurity Schema Framework, for security systems that read nothing else.
//!
//! Which kind of entry becomes which class is one table here. Whatever the schema has no place for, and the entry as it is
//! beside that, is under `unmapped`, so that no export says less than another.

use serde_json::{Map, Value, json};

use super::{Entry, Kind, Record, Severity};
use crate::id::{AgentId, ApprovalId, PersonId};

/// The version of the schema.
pub const VERSION: &str = "1.8.0";

/// What a kind of entry is in the schema's words.
struct Meaning {
    class: Class,
    activity: u32,
}

/// The classes that are used, by their numbers.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    DetectionFinding = 2004,
    Authentication = 3002,
    EntityManagement = 3004,
    UserAccess = 3005,
    ApiActivity = 6003,
}

/// What an entry of [`Class::EntityManagement`] is about.
struct Entity {
    kind: &'static str,
    name: &'static str,
    uid: Option<String>,
}

/// One entry as an event; `None` when its text is not an entry's.
pub fn event(entry: &Entry) -> Option<Value> {
    let record: Record = serde_json::from_str(&entry.text).ok()?;
    let Meaning { class, activity } = meaning(&record);
    let (number, severity) = (class as u32, severity(&record));
    let mut event = json!({
        "activity_id": activity,
        "category_uid": number / 1_000,
        "class_uid": number,
        "type_uid": u64::from(number) * 100 + u64::from(activity),
        "time": record.at.as_millisecond(),
        "severity_id": severity,
        "message": record.kind.word(),
        "metadata": metadata(entry, &record, class),
        "unmapped": unmapped(entry, &record),
    });
    if activity == 99 {
        event["activity_name"] = record.kind.word().into();
    }
    let (status_id, status) = status(&record);
    event["status_id"] = status_id.into();
    event["status"] = status.into();
    if let Some(reason) = &record.reason {
        event["status_code"] = reason.as_str().into();
    }
    if let Some(duration) = record.duration_ms {
        event["duration"] = duration.into();
    }
    add(&mut event, fields(class, &record));
    Some(event)
}

/// What belongs to the class.
fn fields(class: Class, record: &Record) -> Value {
    let request = record.request.as_ref();
    let program = record.client.program.as_deref();
    let request = request.map(|id| match program {
        Some(program) => json!({"uid": id.as_str(), "user_agent": program}),
        None => json!({"uid": id.as_str()}),
    });
    let mut fields = match class {
        Class::DetectionFinding => {
            let uid = format!("{}/{}", record.organisation, record.kind.word());
            let title = "The audit record does not follow from what was signed last";
            return json!({"finding_info": {"uid": uid, "title": title}});
        }
        Class::Authentication => json!({
            "user": user(record.person.as_ref()),
            "service": {"name": service(record.kind)},
            "auth_protocol_id": match record.kind {
                Kind::SignedIn | Kind::SignInFailed | Kind::SignedOut => 4,
                _ => 6,
            },
            "is_remote": true,
        }),
        Class::EntityManagement => json!({"entity": entity(record)}),
        Class::UserAccess => json!({
            "user": user(record.person.as_ref()),
            "privileges": ["administrator"],
        }),
        Class::ApiActivity => api(record),
    };
    fields["actor"] = actor(record);
    if let Some(request) = request {
        fields["http_request"] = request;
    }
    fields
}

/// A call of a tool.
fn api(record: &Record) -> Value {
    let tool = record.tool.as_deref().unwrap_or("unknown_tool");
    let mut api = json!({"operation": tool, "service": {"name": "Outlook Calendar"}});
    if let Some(call) = &record.call {
        api["request"] = json!({"uid": call.as_str()});
    }
    let answered = record.upstream.iter().rev();
    if let Some(status) = answered.filter_map(|request| request.status).next() {
        api["response"] = json!({"code": status});
    }
    if let Some(reason) = &record.reason {
        api["response"]["error"] = reason.as_str().into();
    }
    let surface = record.surface.map_or("attache", |surface| surface.as_str());
    let mut source = json!({"svc_name": surface});
    if let Some(agent) = &record.agent {
        source["uid"] = agent.as_str().into();
    }
    if let Some(address) = record.client.address {
        source["ip"] = address.to_string().into();
    }
    // The profile `ai_operation`: an agent has a tool called.
    let mut context = json!({
        "ai_role_id": 4,
        "ai_role": "Agent",
        "name": surface,
        "service": {"name": "attache"},
    });
    if let Some(call) = &record.call {
        context["uid"] = call.as_str().into();
    }
    json!({"api": api, "src_endpoint": source, "message_context": context})
}

/// What an entry is about, where that is no call and no sign-in.
fn entity(record: &Record) -> Value {
    let of = |kind, name, uid: Option<&str>| Entity {
        kind,
        name,
        uid: uid.map(str::to_owned),
    };
    let tool = record.tool.as_deref();
    let person = record.person.as_ref().map(PersonId::as_str);
    let agent = record.agent.as_ref().map(AgentId::as_str);
    let approval = record.approval.as_ref().map(ApprovalId::as_str);
    let entity = match record.kind {
        Kind::LevelChanged => of("Policy", "level", tool),
        Kind::OwnLevelChanged => of("Policy", "own_level", tool),
        Kind::RulesChanged => of("Policy", "ask_rules", None),
        Kind::TaintSwitched => of("Policy", "taint", tool),
        Kind::KeyCreated | Kind::KeyRevoked => of("Key", "agent_key", agent),
        Kind::KeysRotated => of("Key", "sealing_key", None),
        Kind::CheckpointKeyUsed => of("Key", "checkpoint_key", record.outcome.as_deref()),
        Kind::Started | Kind::Stopped | Kind::ClockJumped => {
            of("Service", "attache", record.reason.as_deref())
        }
        Kind::EntriesRemoved | Kind::AuditExported | Kind::AuditVerified | Kind::AuditRead => {
            of("Log", "audit", Some(record.organisation.as_str()))
        }
        Kind::ApprovalRequested | Kind::ApprovalDecided | Kind::ApprovalEnded | Kind::CardRead => {
            of("Approval", "approval", approval)
        }
        _ => of("Connection", "outlook_calendar", person),
    };
    let Entity { kind, name, uid } = entity;
    let type_id = if kind == "Policy" { 5 } else { 99 };
    let mut value = json!({"type": kind, "type_id": type_id, "name": name});
    if let Some(uid) = uid {
        value["uid"] = uid.into();
    }
    value
}

/// Who did it: the person who acted if that is not the one it is about, and the agent that acted for her. Ids, no names.
fn actor(record: &Record) -> Value {
    let person = record.actor.as_ref().or(record.person.as_ref());
    let mut actor = Map::new();
    if person.is_some() {
        actor.insert("user".to_owned(), user(person));
    }
    if let Some(sid) = &record.sid {
        actor.insert("session".to_owned(), json!({ "uid": sid }));
    }
    match &record.agent {
        Some(agent) => actor.insert("app_uid".to_owned(), agent.as_str().into()),
        None => actor.insert("app_name".to_owned(), "attache".into()),
    };
    Value::Object(actor)
}

fn user(person: Option<&PersonId>) -> Value {
    match person {
        Some(person) => json!({"uid": person.as_str(), "type_id": 1}),
        // Before it is known who somebody is.
        None => json!({"uid": "unknown", "type_id": 0}),
    }
}

fn service(kind: Kind) -> &'static str {
    match kind {
        Kind::SignedIn | Kind::SignedOut => "attache",
        _ => "Microsoft Entra ID",
    }
}

fn metadata(entry: &Entry, record: &Record, class: Class) -> Value {
    let organisation = record.organisation.as_str();
    let mut metadata = json!({
        "version": VERSION,
        "product": {"name": "attache", "vendor_name": "attache", "version": env!("CARGO_PKG_VERSION")},
        "uid": format!("{organisation}/{}", entry.sequence),
        "sequence": entry.sequence,
        "tenant_uid": organisation,
        "log_name": "audit",
        "event_code": record.kind.word(),
        "original_time": record.at.to_string(),
    });
    if let Some(call) = &record.call {
        metadata["correlation_uid"] = call.as_str().into();
    }
    if class == Class::ApiActivity {
        metadata["profiles"] = json!(["ai_operation"]);
    }
    metadata
}

/// The entry as it is, with its place in the chain.
fn unmapped(entry: &Entry, record: &Record) -> Value {
    let mut unmapped = serde_json::to_value(record).unwrap_or_default();
    unmapped["sequence"] = entry.sequence.into();
    unmapped["hash"] = entry.hash.to_string().into();
    unmapped
}

fn severity(record: &Record) -> u32 {
    match (record.severity, record.kind) {
        (Some(Severity::High), _) => 4,
        (
            None,
            Kind::CallDenied | Kind::LimitHit | Kind::ConnectFailed | Kind::TokenRefreshFailed,
        ) => 2,
        (None, _) => 1,
    }
}

/// The schema's number and word for how it ended.
fn status(record: &Record) -> (u32, &'static str) {
    let (success, failure, unknown) = ((1, "Success"), (2, "Failure"), (0, "Unknown"));
    match (record.kind, record.outcome.as_deref()) {
        (Kind::CallDenied | Kind::LimitHit | Kind::ConnectFailed | Kind::TokenRefreshFailed, _)
        | (Kind::RecordBroken, _)
        | (_, Some("failed" | "broken")) => failure,
        (_, Some("unknown" | "begun"))
        | (
            Kind::CallBegun
            | Kind::LookBegun
            | Kind::CallParked
            | Kind::ConnectStarted
            | Kind::ApprovalRequested,
            _,
        ) => unknown,
        (_, _) => success,
    }
}

/// The table.
fn meaning(record: &Record) -> Meaning {
    use Class::{ApiActivity, Authentication, DetectionFinding, EntityManagement, UserAccess};
    let (class, activity) = match record.kind {
        Kind::SignedIn => (Authentication, 1),
        Kind::SignInFailed => (Authentication, 1),
        Kind::SignedOut => (Authentication, 2),
        Kind::Started => (EntityManagement, 10),
        Kind::Stopped => (EntityManagement, 11),
        Kind::ClockJumped => (EntityManagement, 3),
        Kind::ConnectStarted => (Authentication, 6),
        Kind::Connected | Kind::ConnectFailed => (Authentication, 3),
        Kind::TokenRefreshed | Kind::TokenRefreshFailed => (Authentication, 5),
        Kind::AdministratorAppointed => (UserAccess, 1),
        Kind::KeyCreated | Kind::ApprovalRequested => (EntityManagement, 1),
        Kind::AuditExported | Kind::AuditVerified | Kind::AuditRead | Kind::CardRead => {
            (EntityManagement, 2)
        }
        Kind::ToolsListed => (ApiActivity, 2),
        Kind::ConnectionStateChanged
        | Kind::LevelChanged
        | Kind::RulesChanged
        | Kind::TaintSwitched
        | Kind::OwnLevelChanged
        | Kind::ApprovalDecided
        | Kind::ApprovalEnded
        | Kind::KeysRotated => (EntityManagement, 3),
        Kind::Disconnected
        | Kind::EverybodyDisconnected
        | Kind::KeyRevoked
        | Kind::EntriesRemoved => (EntityManagement, 4),
        Kind::CheckpointKeyUsed => (EntityManagement, 10),
        // A look only reads, whatever the tool would do.
        Kind::LookBegun | Kind::LookFinished => (ApiActivity, 2),
        Kind::CallBegun
        | Kind::CallFinished
        | Kind::CallDenied
        | Kind::CallParked
        | Kind::CallReconciled
        | Kind::LimitHit => (ApiActivity, call_activity(record.tool.as_deref())),
        Kind::RecordBroken => (DetectionFinding, 1),
    };
    Meaning { class, activity }
}

/// What a tool does, by its name, which begins with its operation.
fn call_activity(tool: Option<&str>) -> u32 {
    match tool.and_then(|tool| tool.split('_').next()) {
        Some("create") => 1,
        Some("search" | "read" | "find" | "check") => 2,
        Some("update" | "respond") => 3,
        Some("cancel") => 4,
        Some(_) => 99,
        None => 0,
    }
}

fn add(event: &mut Value, fields: Value) {
    if let (Value::Object(event), Value::Object(fields)) = (event, fields) {
        event.extend(fields);
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::audit::{Head, UpstreamRequest};
    use crate::caller::Surface;
    use crate::canonical::Digest;
    use crate::id::{CallId, OrganisationId, RequestId};
    use crate::random::Random;

    fn exported(fill: impl Fn(&mut Record, &Random)) -> Value {
        let random = Random::seeded(7);
        let organisation = OrganisationId::random(&random);
        let mut record = Record::new(Timestamp::UNIX_EPOCH, Kind::SignedIn, organisation.clone());
        fill(&mut record, &random);
        let text = record.to_text();
        let head = Head::START.after(&organisation, &text);
        let entry = Entry {
            sequence: head.sequence,
            text,
            hash: head.hash,
        };
        event(&entry).expect("an entry")
    }

    /// L8.
    #[test]
    fn a_finished_call_is_api_activity_with_who_what_how_and_the_ids_that_join_both_logs() {
        let event = exported(|record, random| {
            record.kind = Kind::CallFinished;
            record.person = Some(PersonId::random(random));
            record.agent = Some(AgentId::random(random));
            record.surface = Some(Surface::Mcp);
            record.request = Some(RequestId::random(random));
            record.call = Some(CallId::random(random));
            record.tool = Some("create_event".to_owned());
            record.outcome = Some("done".to_owned());
            record.target = Some(Digest::ZERO);
            record.duration_ms = Some(180);
            record.sid = Some("00481d36-c0cf-4ae1-9d5d-8a4b1f5d2c11".to_owned());
            record.upstream = vec![UpstreamRequest {
                client_request_id: "ours".to_owned(),
                request_id: Some("theirs".to_owned()),
                status: Some(201),
            }];
        });
        let number = |pointer: &str| event.pointer(pointer).and_then(Value::as_u64);
        assert_eq!(number("/class_uid"), Some(6003));
        assert_eq!(number("/type_uid"), Some(600_301));
        assert_eq!(number("/status_id"), Some(1));
        assert_eq!(number("/duration"), Some(180));
        assert_eq!(number("/api/response/code"), Some(201));
        assert_eq!(event["api"]["operation"], "create_event");
        assert_eq!(
            event["metadata"]["correlation_uid"],
            event["unmapped"]["call"]
        );
        assert_eq!(event["actor"]["user"]["uid"], event["unmapped"]["person"]);
        assert_eq!(event["actor"]["session"]["uid"], event["unmapped"]["sid"]);
        assert!(event["unmapped"]["sid"].is_string());
        assert_eq!(event["src_endpoint"]["uid"], event["unmapped"]["agent"]);
        assert_eq!(event["http_request"]["uid"], event["unmapped"]["request"]);
        assert_eq!(event["unmapped"]["upstream"][0]["request_id"], "theirs");
        assert_eq!(event["unmapped"]["sequence"], 1);
        assert!(event["unmapped"]["hash"].is_string());
        assert!(event["actor"]["user"].get("name").is_none());
    }

    #[test]
    fn each_kind_of_entry_has_its_class_activity_and_status() {
        let check = |kind, outcome: &str, expected: (u64, u64)| {
            let event = exported(|record, _| {
                record.kind = kind;
                record.tool = Some("search_events".to_owned());
                record.outcome = Some(outcome.to_owned());
            });
            let number = |name: &str| event[name].as_u64().expect("a number");
            let found = (number("type_uid"), number("status_id"));
            assert_eq!(found, expected, "{kind:?} {outcome}");
            assert_eq!(
                number("type_uid"),
                number("class_uid") * 100 + number("activity_id")
            );
            assert_eq!(number("category_uid"), number("class_uid") / 1_000);
        };
        check(Kind::SignedIn, "", (300_201, 1));
        check(Kind::SignedOut, "", (300_202, 1));
        check(Kind::ConnectStarted, "", (300_206, 0));
        check(Kind::Connected, "", (300_203, 1));
        check(Kind::ConnectFailed, "", (300_203, 2));
        check(Kind::TokenRefreshed, "", (300_205, 1));
        check(Kind::TokenRefreshFailed, "", (300_205, 2));
        check(Kind::AdministratorAppointed, "", (300_501, 1));
        check(Kind::LevelChanged, "ask", (300_403, 1));
        check(Kind::Disconnected, "begun", (300_404, 0));
        check(Kind::Disconnected, "done", (300_404, 1));
        check(Kind::AuditVerified, "broken", (300_402, 2));
        check(Kind::ApprovalRequested, "", (300_401, 0));
        check(Kind::ApprovalDecided, "declined", (300_403, 1));
        check(Kind::CallBegun, "", (600_302, 0));
        check(Kind::LookBegun, "", (600_302, 0));
        check(Kind::LookFinished, "done", (600_302, 1));
        check(Kind::CallFinished, "done", (600_302, 1));
        check(Kind::CallFinished, "failed", (600_302, 2));
        check(Kind::CallFinished, "unknown", (600_302, 0));
        check(Kind::CallDenied, "denied", (600_302, 2));
        check(Kind::LimitHit, "refused", (600_302, 2));
        check(Kind::RecordBroken, "", (200_401, 2));
    }

    #[test]
    fn what_is_no_entry_is_no_event() {
        let entry = Entry {
            sequence: 1,
            text: "{}".to_owned(),
            hash: Digest::ZERO,
        };
        assert_eq!(event(&entry), None);
    }
}
