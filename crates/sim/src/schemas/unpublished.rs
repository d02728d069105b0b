//! Operations that the published subset leaves out, each with what its answer holds instead. The list grows only with one
//! that the subset does not have. What is said of `/me` holds for `/users/{id}` too.

use serde_json::json;

use super::operations::{Content, reference};

/// One operation that is not in the published subset.
pub(super) struct Unpublished {
    pub(super) method: &'static str,
    /// Below the version; `{}` stands for anything.
    pub(super) path: &'static str,
    pub(super) status: u16,
    body: Body,
}

/// What such an operation answers with.
enum Body {
    /// One of the published types: the type is there, only the address was cut.
    Type(&'static str),
    /// A collection of these.
    Collection(&'static str),
    Nothing,
    /// A bare number, as text.
    Number,
    /// What no published type describes, for the reason in the comment.
    Other,
}

impl Unpublished {
    pub(super) fn content(&self) -> Content {
        match self.body {
            Body::Type(name) => Content::Type(reference(name)),
            Body::Collection(name) => Content::Type(json!({
                "type": "object",
                "required": ["value"],
                "properties": { "value": { "type": "array", "items": reference(name) } },
            })),
            Body::Nothing => Content::Nothing,
            Body::Number => Content::Number,
            Body::Other => Content::Unknown,
        }
    }
}

const fn one(method: &'static str, path: &'static str, status: u16, body: Body) -> Unpublished {
    Unpublished {
        method,
        path,
        status,
        body,
    }
}

/// The whole list.
pub(super) const UNPUBLISHED: &[Unpublished] = &[
    // OpenID Connect's own answer, which Graph's host gives.
    one("GET", "/oidc/userinfo", 200, Body::Other),
    // The service document, which lists nothing here.
    one("GET", "/", 200, Body::Other),
    one("GET", "/users/$count", 200, Body::Number),
    // The subset has the rounds of other addresses of the same events.
    one(
        "GET",
        "/me/calendar/events/delta",
        200,
        Body::Type("eventDeltaResponse"),
    ),
    one(
        "GET",
        "/me/calendar/calendarView/delta",
        200,
        Body::Type("eventDeltaResponse"),
    ),
    one(
        "GET",
        "/me/calendars/{}/events/delta",
        200,
        Body::Type("eventDeltaResponse"),
    ),
    // The subset has no writes of groups and of permissions, though it has their types.
    one(
        "POST",
        "/me/calendarGroups",
        201,
        Body::Type("calendarGroup"),
    ),
    one(
        "GET",
        "/me/calendarGroups/{}",
        200,
        Body::Type("calendarGroup"),
    ),
    one(
        "PATCH",
        "/me/calendarGroups/{}",
        200,
        Body::Type("calendarGroup"),
    ),
    one("DELETE", "/me/calendarGroups/{}", 204, Body::Nothing),
    one(
        "POST",
        "/me/calendarGroups/{}/calendars",
        201,
        Body::Type("calendar"),
    ),
    one(
        "POST",
        "/me/calendar/calendarPermissions",
        201,
        Body::Type("calendarPermission"),
    ),
    one(
        "PATCH",
        "/me/calendar/calendarPermissions/{}",
        200,
        Body::Type("calendarPermission"),
    ),
    one(
        "DELETE",
        "/me/calendar/calendarPermissions/{}",
        204,
        Body::Nothing,
    ),
    one(
        "GET",
        "/me/calendars/{}/calendarPermissions",
        200,
        Body::Type("calendarPermissionCollectionResponse"),
    ),
    one(
        "POST",
        "/me/calendars/{}/calendarPermissions",
        201,
        Body::Type("calendarPermission"),
    ),
    one(
        "GET",
        "/me/calendars/{}/calendarPermissions/{}",
        200,
        Body::Type("calendarPermission"),
    ),
    one(
        "PATCH",
        "/me/calendars/{}/calendarPermissions/{}",
        200,
        Body::Type("calendarPermission"),
    ),
    one(
        "DELETE",
        "/me/calendars/{}/calendarPermissions/{}",
        204,
        Body::Nothing,
    ),
    one(
        "PATCH",
        "/me/mailboxSettings",
        200,
        Body::Type("mailboxSettings"),
    ),
    one(
        "GET",
        "/me/mailboxSettings/workingHours",
        200,
        Body::Type("workingHours"),
    ),
    one(
        "GET",
        "/me/mailboxSettings/automaticRepliesSetting",
        200,
        Body::Type("automaticRepliesSetting"),
    ),
    one(
        "GET",
        "/me/mailboxSettings/language",
        200,
        Body::Type("localeInfo"),
    ),
    // One value under the name `value`, which is no type.
    one("GET", "/me/mailboxSettings/{}", 200, Body::Other),
    // Attachments were cut with their addresses; an empty list needs no type.
    one("GET", "/me/events/{}/attachments", 200, Body::Other),
    one(
        "GET",
        "/me/contactFolders/{}/contacts/{}",
        200,
        Body::Type("contact"),
    ),
    // Said for both, because the published address of one contact would fit it too.
    one(
        "GET",
        "/users/{}/contacts/delta",
        200,
        Body::Type("contactDeltaResponse"),
    ),
    // `convertIdResult` is not among the published types.
    one("POST", "/me/translateExchangeIds", 200, Body::Other),
    one("GET", "/me/manager", 200, Body::Type("user")),
    one("GET", "/me/directReports", 200, Body::Collection("user")),
];
