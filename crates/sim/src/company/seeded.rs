//! Filling the mailboxes of a company from a file. Events are created as a client would create them, so that a file can say
//! whatever Graph accepts, and nothing else.

use axum::body::Bytes;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use jiff::ToSpan as _;
use jiff::civil::{Date, Time, Weekday};
use serde_json::{Map, Value, json};

use super::calendars::share;
use super::contacts::{Row, add, complete};
use super::seed::{Seed, SeedEvent};
use crate::exchange::Ask;
use crate::graph;
use crate::mailbox::ShareLevel;
use crate::mailbox::event::{Party, Response};
use crate::state::World;
use crate::zones::Zone;

/// Fills every mailbox, and notes in the world what was refused.
pub(super) fn fill(world: &mut World, seed: &Seed) {
    for contact in &seed.contacts {
        let row: Row<'_> = (
            &contact.given_name,
            &contact.surname,
            &contact.company,
            &contact.job_title,
            &contact.address,
            &contact.phone,
        );
        if let Some(person) = world.person_by_login(&contact.of) {
            add(world, person, &row);
            complete(world, person, contact);
        }
    }
    for one in &seed.shares {
        let level = match one.limited {
            true => ShareLevel::Limited,
            false => ShareLevel::Read,
        };
        let (owner, with) = (
            world.person_by_login(&one.calendar),
            world.person_by_login(&one.with),
        );
        if let (Some(owner), Some(with)) = (owner, with) {
            share(world, owner, with, level);
        }
    }
    for (index, event) in seed.events.iter().enumerate() {
        if let Err(why) = create(world, event) {
            let place = index + 1;
            world
                .refused_seeds
                .push(format!("event {place}, \"{}\": {why}", event.subject));
        }
    }
}

fn create(world: &mut World, event: &SeedEvent) -> Result<(), String> {
    let person = world
        .person_by_login(&event.of)
        .ok_or("nobody has that login")?;
    let zone = Zone::named(world.person(person).zone).unwrap_or_else(Zone::utc);
    let today = zone.wall(world.clock.now()).date();
    let back = i64::from(today.weekday().since(Weekday::Monday));
    let date = today
        .checked_sub(back.days())
        .and_then(|monday| monday.checked_add(i64::from(event.day).days()))
        .map_err(|_| "day is out of range".to_owned())?;
    let body = body(world, event, date, &zone)?;
    let answer = post(world, &event.of, &body);
    let created: Value = serde_json::from_slice(&answer.1).unwrap_or_default();
    if answer.0 != StatusCode::CREATED {
        let text = created["error"]["message"].as_str().unwrap_or("refused");
        let code = created["error"]["code"].as_str().unwrap_or_default();
        return Err(format!("{code}: {text}"));
    }
    if let (Some(from), Some(id)) = (&event.from, created["id"].as_str()) {
        let mailbox = world.mailbox_mut(person).ok_or("there is no mailbox")?;
        let index = mailbox.find(id).map(|place| place.index);
        let copy = index.and_then(|index| mailbox.events.get_mut(index));
        let copy = copy.ok_or("the event is not found")?;
        copy.organizer = Party {
            name: from.name.clone(),
            address: from.address.clone(),
        }
        .into();
        copy.is_organizer = false;
        copy.response = Response::never("notResponded");
        copy.plain.insert("showAs".to_owned(), json!("tentative"));
    }
    Ok(())
}

/// The event as one would send it to Graph.
fn body(world: &World, event: &SeedEvent, date: Date, zone: &Zone) -> Result<Value, String> {
    let time = |wall: jiff::civil::DateTime| json!({ "dateTime": wall.to_string(), "timeZone": &*zone.name });
    let mut body = Map::new();
    body.insert("subject".to_owned(), json!(event.subject));
    let out_of_range = |_| "the event is too long".to_owned();
    let (start, end) = match &event.at {
        Some(at) => {
            let at: Time = at
                .parse()
                .map_err(|_| format!("at: found \"{at}\", accepted is HH:MM"))?;
            let start = date.to_datetime(at);
            let minutes = i64::from(event.minutes.unwrap_or(60)).minutes();
            (start, start.checked_add(minutes).map_err(out_of_range)?)
        }
        None => {
            body.insert("isAllDay".to_owned(), json!(true));
            let start = date.to_datetime(Time::midnight());
            let days = i64::from(event.days.unwrap_or(1)).days();
            (start, start.checked_add(days).map_err(out_of_range)?)
        }
    };
    body.insert("start".to_owned(), time(start));
    body.insert("end".to_owned(), time(end));
    if !event.place.is_empty() {
        body.insert("location".to_owned(), json!({ "displayName": event.place }));
    }
    if !event.text.is_empty() {
        let text = json!({ "contentType": "text", "content": event.text });
        body.insert("body".to_owned(), text);
    }
    let attendees = event.attendees.iter().map(|address| {
        let colleague = world.person_by_login(address);
        let name = colleague.map_or_else(|| address.clone(), |person| world.person(person).name());
        json!({ "type": "required", "emailAddress": { "name": name, "address": address } })
    });
    body.insert("attendees".to_owned(), attendees.collect());
    body.extend(event.graph.clone());
    // Who writes the file does not know on which date the series will begin.
    if let Some(range) = body
        .get_mut("recurrence")
        .and_then(|recurrence| recurrence.get_mut("range"))
        .and_then(Value::as_object_mut)
    {
        range
            .entry("startDate")
            .or_insert_with(|| json!(date.to_string()));
    }
    Ok(Value::Object(body))
}

fn post(world: &mut World, login: &str, body: &Value) -> (StatusCode, Bytes) {
    let mut headers = HeaderMap::new();
    let token = world.mint(login, "Calendars.ReadWrite");
    let bearer = format!("Bearer {}", token.unwrap_or_default());
    if let Ok(bearer) = HeaderValue::try_from(bearer) {
        headers.insert(AUTHORIZATION, bearer);
    }
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let uri = Uri::from_static("/v1.0/me/events");
    let ask = Ask::new(Method::POST, &uri, headers, Bytes::from(body.to_string()));
    let (answer, _) = graph::answer(world, &ask);
    (answer.status, answer.body)
}
