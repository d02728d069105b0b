//! The pages about consent: a person's own, an administrator's for everybody, and those for people who may not.

use std::collections::BTreeSet;

use super::{buttons, escape, problem_line};
use crate::company::PersonId;
use crate::entra::permissions::{PERMISSIONS, Permission};
use crate::state::World;

/// Asks a person for her consent.
pub(super) fn ask(
    world: &World,
    account: PersonId,
    scopes: &BTreeSet<&'static str>,
    administrator: bool,
) -> String {
    let tick = if administrator {
        "<label class=\"tick\"><input type=\"checkbox\" name=\"organization\" id=\"organizationConsent\" value=\"1\">\
         <span>Consent on behalf of your organization<br><span class=\"quiet\">If you accept, this app will get access for all \
         people in your organization. No one else will be asked to review these permissions.</span></span></label>"
    } else {
        ""
    };
    format!(
        "{}<p>This app would like to:</p>{}{tick}\
         <p class=\"quiet\">Accepting these permissions means that you allow this app to use your data as specified above. \
         You can take that back at any time.</p>{}",
        application(world, account),
        list(scopes, |permission| permission.title),
        buttons("Accept", Some("Cancel"))
    )
}

/// Asks an administrator for her consent on behalf of everybody.
pub(super) fn ask_for_everybody(
    world: &World,
    account: PersonId,
    scopes: &BTreeSet<&'static str>,
) -> String {
    format!(
        "<p id=\"forEverybody\">Review for your organization</p>{}<p>This app would like to:</p>{}\
         <p class=\"quiet\">If you accept, this app will get access to the specified resources for all people in your organization. \
         No one else will be asked to review these permissions.</p>{}",
        application(world, account),
        list(scopes, |permission| permission.title_for_administrators),
        buttons("Accept", Some("Cancel"))
    )
}

/// Says that an administrator is needed, and takes a request for one where the organisation wants that.
pub(super) fn needs_administrator(
    world: &World,
    account: PersonId,
    scopes: &BTreeSet<&'static str>,
    form: bool,
    problem: Option<&str>,
) -> String {
    let (number, way_on) = if form {
        let fields = format!(
            "<p>This app requires your admin’s approval to:</p>{}{}\
             <label for=\"justification\">Enter justification for requesting this app</label>\
             <textarea name=\"justification\" id=\"justification\" rows=\"3\" maxlength=\"1000\"></textarea>\
             <div class=\"buttons\"><button class=\"primary\" name=\"request\" value=\"1\" id=\"idSIButton9\">Request approval</button>\
             <button name=\"back\" value=\"1\" id=\"idBtn_Back\">Back to app</button></div>",
            list(scopes, |permission| permission.title),
            problem_line(problem, "justificationError")
        );
        (90_095, fields)
    } else {
        let text = format!(
            "<p>{} needs permission to access resources in your organization that only an admin can grant. \
             Please ask an admin to grant permission to this app before you can use it.</p>\
             <details><summary>What it asks for</summary>{}</details>",
            escape(&world.application.name),
            list(scopes, |permission| permission.title)
        );
        (90_094, text)
    };
    let back = if form {
        String::new()
    } else {
        "<p><button class=\"link\" name=\"back\" value=\"1\" id=\"idBtn_Back\">Return to the application without granting consent</button></p>"
            .to_owned()
    };
    format!(
        "{}{way_on}<p class=\"ways\"><button class=\"link\" name=\"other\" value=\"1\" id=\"otherAccount\">Have an admin account? Sign in with that account</button></p>\
         {back}<p class=\"quiet\">AADSTS{number}</p>",
        application(world, account)
    )
}

/// Says that the request waits for an administrator.
pub(super) fn requested(world: &World, account: PersonId) -> String {
    format!(
        "{}<p id=\"requestSent\">Your request has been sent to the admins of your organization. They will let you know when it was \
         reviewed; until then you cannot use this app.</p>\
         <div class=\"buttons\"><button class=\"primary\" name=\"back\" value=\"1\" id=\"idBtn_Back\">Back to app</button></div>",
        application(world, account)
    )
}

fn application(world: &World, account: PersonId) -> String {
    let publisher = if world.application.publisher_verified {
        "verified publisher"
    } else {
        "unverified"
    };
    format!(
        "<p class=\"who\">{}</p><p><b>{}</b><br><span class=\"quiet\">{publisher} · {}</span></p>",
        escape(&world.person(account).login),
        escape(&world.application.name),
        escape(&world.home().name),
    )
}

fn list(scopes: &BTreeSet<&'static str>, title: impl Fn(&Permission) -> &'static str) -> String {
    let items: String = PERMISSIONS
        .iter()
        .filter(|permission| scopes.contains(permission.name))
        .map(|permission| {
            format!(
                "<li><details data-scope=\"{name}\"><summary>{}</summary><p class=\"quiet\">{} <code>{name}</code></p></details></li>",
                escape(title(permission)),
                escape(permission.meaning),
                name = permission.name
            )
        })
        .collect();
    format!("<ul class=\"scopes\">{items}</ul>")
}
