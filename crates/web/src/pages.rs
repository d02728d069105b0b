//! The pages people see. Each file holds one page: its typed context, its handlers, and samples of all its states.
//!
//! A handler extracts, calls one method of the engine and renders; nothing is decided here. Forms are read by
//! [`form::Sent`], which checks their token. The frame around every page is `frame.rs`; the words are in `i18n/`.

mod form;
mod frame;
mod return_to;
mod words_for;

pub use self::approval::card_text;

mod consent;
mod sign_in;

mod disconnect;
mod integrations;
mod outlook;
mod own_levels;

mod approval;
mod approvals;

mod activity;
mod audit;
mod changes;
mod health;
mod key;
mod keys;
mod language;
mod people;
mod preview;
mod rules;
mod setup;
mod taint;
mod tools;

mod failure;
mod fatigue;

#[cfg(test)]
mod tests;

use askama::Template;
use axum::Router;
use axum::http::HeaderValue;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};

use crate::error::Failure;
use crate::words::{Language, Words};
use crate::{State, assets};

pub(crate) use failure::{error_page, find_reader};
pub(crate) use frame::Frame;

/// Every page and every form.
pub(crate) fn routes() -> Router<State> {
    Router::new()
        .route("/", get(sign_in::show))
        .route("/sign-in", post(sign_in::begin))
        .route("/auth/microsoft/callback", get(sign_in::finish))
        .route("/sign-out", post(sign_in::sign_out))
        .route("/language", post(language::change))
        .route("/setup", get(setup::show).post(setup::appoint))
        .route("/integrations", get(integrations::show))
        .route("/integrations/outlook-calendar", get(outlook::show))
        .route(
            "/integrations/outlook-calendar/connect",
            post(outlook::connect),
        )
        .route(
            "/integrations/outlook-calendar/disconnect",
            get(disconnect::show).post(disconnect::disconnect),
        )
        .route(
            "/integrations/outlook-calendar/levels",
            post(own_levels::save),
        )
        .route("/approvals", get(approvals::show))
        .route("/approvals/{id}", get(approval::show))
        .route("/approvals/{id}/approve", post(approval::approve))
        .route("/approvals/{id}/decline", post(approval::decline))
        .route("/activity", get(activity::show))
        .route("/activity/{sequence}", get(activity::entry))
        .route("/keys", get(keys::show).post(keys::create))
        .route("/keys/{id}", get(key::show))
        .route("/keys/{id}/levels", post(key::save))
        .route("/keys/{id}/revoke", post(keys::revoke))
        .route("/administration/people", get(people::show))
        .route(
            "/administration/people/disconnect",
            get(people::ask_all).post(people::end_all),
        )
        .route(
            "/administration/people/{id}/disconnect",
            get(people::ask_one).post(people::end_one),
        )
        .route("/administration/audit", get(audit::show))
        .route("/administration/audit/{sequence}", get(audit::entry))
        .route("/administration/audit/export", post(audit::export))
        .route("/administration/audit/verify", post(audit::verify))
        .route("/administration/health", get(health::show))
        .route("/administration/tools", get(tools::show).post(tools::save))
        .route(
            "/administration/tools/recommended",
            post(tools::use_recommended),
        )
        .route("/administration/tools/preview", post(preview::show))
        .route("/administration/tools/changes", get(changes::show))
        .route(
            "/administration/tools/changes/{sequence}/undo",
            post(changes::undo),
        )
        .route("/administration/tools/rules", post(rules::save))
        .route("/administration/tools/taint", post(taint::save))
}

/// Every page in every state and language, and the files they refer to: file name and content.
///
/// The pages refer to their files relatively, so that a browser shows them from a folder.
pub fn render_samples() -> Vec<(String, String)> {
    let mut rendered = Vec::new();
    for language in Language::ALL {
        let words = Words::in_language(language);
        let samples = [
            sign_in::samples(words),
            consent::samples(words),
            integrations::samples(words),
            outlook::samples(words),
            disconnect::samples(words),
            approvals::samples(words),
            approval::samples(words),
            activity::samples(words),
            keys::samples(words),
            key::samples(words),
            tools::samples(words),
            changes::samples(words),
            preview::samples(words),
            people::samples(words),
            audit::samples(words),
            health::samples(words),
            setup::samples(words),
            failure::samples(words),
        ];
        for (name, html) in samples.into_iter().flatten() {
            let html = html.replace("=\"/static/", "=\"static/");
            rendered.push((format!("{name}.{}.html", language.tag()), html));
        }
    }
    for asset in assets::ALL {
        let name = asset.path().trim_start_matches('/').to_owned();
        rendered.push((name, asset.text()));
    }
    rendered
}

/// A rendered page as an answer.
fn html(page: &impl Template) -> Response {
    match page.render() {
        Ok(text) => {
            let content_type = HeaderValue::from_static("text/html; charset=utf-8");
            ([(CONTENT_TYPE, content_type)], text).into_response()
        }
        Err(error) => {
            tracing::error!(cause = %error, "a page could not be rendered");
            Failure::internal().into_response()
        }
    }
}

/// One sample: the page's name and state, and its text.
type Sample = (&'static str, String);

fn sample(name: &'static str, page: &impl Template) -> Sample {
    (
        name,
        page.render()
            .expect("a sample holds nothing that cannot be rendered"),
    )
}
