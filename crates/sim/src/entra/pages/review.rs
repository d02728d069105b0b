//! The page on which an administrator answers what people asked for.

use axum::http::StatusCode;

use super::{escape, page};
use crate::entra::Authority;
use crate::entra::requests::{ConsentRequest, Standing};
use crate::exchange::Answer;
use crate::state::World;
use crate::tenant::TenantId;

/// All requests of an organisation; those that wait have two buttons.
pub(in crate::entra) fn page_of(world: &World, tenant: TenantId, authority: Authority) -> Answer {
    let action = format!("/{}/consent-requests", authority.word(world));
    let rows: String = world
        .consent_requests(tenant)
        .map(|request| row(world, request, &action))
        .collect();
    let list = if rows.is_empty() {
        "<p class=\"quiet\">Nobody has asked for anything.</p>".to_owned()
    } else {
        format!("<ul class=\"requests\">{rows}</ul>")
    };
    let inner = format!(
        "<h1>Admin consent requests</h1><p>People of {} who may not consent by themselves have asked for these permissions. \
         Approving grants them for everybody in the organization.</p>{list}",
        escape(&world.tenant(tenant).name)
    );
    page(
        StatusCode::OK,
        "Admin consent requests",
        "card wide",
        &inner,
        "form-action 'self'",
    )
}

fn row(world: &World, request: &ConsentRequest, action: &str) -> String {
    let person = world.person(request.person);
    let standing = request.standing(world.clock.now());
    let scopes: Vec<&str> = request.scopes.iter().copied().collect();
    let buttons = if standing == Standing::Pending {
        format!(
            "<form method=\"post\" action=\"{action}\"><input type=\"hidden\" name=\"request\" value=\"{}\"><div class=\"buttons\">\
             <button class=\"primary\" name=\"decision\" value=\"approve\">Approve for everybody</button>\
             <button name=\"decision\" value=\"deny\">Deny</button></div></form>",
            escape(&request.id)
        )
    } else {
        String::new()
    };
    format!(
        "<li><p><b>{}</b> <span class=\"quiet\">{}</span> <span class=\"state\">{}</span></p><p>“{}”</p>\
         <p class=\"quiet\">{} asks for {}<br>Asked {}, expires {}</p>{buttons}</li>",
        escape(&person.name()),
        escape(&person.login),
        standing.word(),
        escape(&request.reason),
        escape(&world.application.name),
        escape(&scopes.join(", ")),
        request.at.strftime("%Y-%m-%d %H:%M"),
        request.expires.strftime("%Y-%m-%d %H:%M"),
    )
}
