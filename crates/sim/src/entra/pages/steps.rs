//! The pages of a sign-in before consent: account, password, choice, second factor.

use super::{buttons, escape, problem_line, tiles};
use crate::company::PersonId;
use crate::entra::sessions::SignedIn;
use crate::state::World;
use crate::tenant::TenantId;

/// Asks for the account's name.
pub(super) fn account(entered: &str, problem: Option<&str>) -> String {
    format!(
        "{}<label class=\"field\"><span>Email address</span><input type=\"email\" name=\"loginfmt\" id=\"i0116\" value=\"{}\" \
         placeholder=\"name@company\" autofocus autocomplete=\"username\"></label>\
         <p class=\"quiet\"><br>No account? <a href=\"/_sim/\" target=\"_blank\" rel=\"noopener\">See who exists here.</a></p>{}",
        problem_line(problem, "usernameError"),
        escape(entered),
        buttons("Next", Some("Cancel"))
    )
}

/// Asks for its password.
pub(super) fn password(world: &World, account: PersonId, problem: Option<&str>) -> String {
    format!(
        "<p class=\"who\" id=\"displayName\">{login}</p><input type=\"hidden\" name=\"login\" value=\"{login}\">{}\
         <label class=\"field\"><span>Password</span><input type=\"password\" name=\"passwd\" id=\"i0118\" \
         placeholder=\"Password\" autofocus autocomplete=\"current-password\"></label>{}",
        problem_line(problem, "passwordError"),
        buttons("Sign in", Some("Back")),
        login = escape(&world.person(account).login)
    )
}

/// Offers the accounts that are signed in, and any other.
pub(super) fn choose(world: &World, sessions: &[SignedIn]) -> String {
    let login = |world: &World, session: &SignedIn| world.person(session.person).login.clone();
    format!(
        "<div class=\"tiles\">{}<button class=\"tile\" id=\"otherTile\" name=\"tile\" value=\"\">\
         <span class=\"face\" aria-hidden=\"true\">+</span><span><b>Use another account</b></span></button></div>\
         <div class=\"buttons\"><button name=\"back\" value=\"1\" id=\"idBtn_Back\">Cancel</button></div>",
        tiles(world, sessions, "tile", login)
    )
}

/// Asks whether the browser stays signed in.
pub(super) fn stay_signed_in(world: &World, account: PersonId) -> String {
    format!(
        "<p class=\"who\" id=\"displayName\">{}</p><p>Do this to reduce the number of times you are asked to sign in.</p>{}\
         <p class=\"quiet\">AADSTS50140</p>",
        escape(&world.person(account).login),
        buttons("Yes", Some("No"))
    )
}

/// Says that an account has no place in the organisation. The application hears nothing of it.
pub(super) fn foreign(world: &World, account: PersonId, tenant: TenantId) -> String {
    format!(
        "<p class=\"problem\" id=\"service_exception_message\">AADSTS50020: The user account {} does not exist in the tenant \
         {} and cannot access the application {} there. The account needs to be added as an external user in the \
         tenant first. Sign in with a different account.</p>{}",
        escape(&world.person(account).login),
        escape(&world.tenant(tenant).name),
        escape(&world.application.name),
        buttons("Use another account", None)
    )
}

/// Asks for the organisation's terms of use to be accepted.
pub(super) fn terms(world: &World, account: PersonId, tenant: TenantId) -> String {
    format!(
        "<p class=\"who\" id=\"displayName\">{}</p><p>To access resources of {}, you must read and accept its terms of use.</p>\
         <details><summary>Terms of use</summary><p class=\"quiet\">Use what you find here for work, and tell nobody what is in it.</p></details>{}",
        escape(&world.person(account).login),
        escape(&world.tenant(tenant).name),
        buttons("Accept", Some("Decline"))
    )
}

/// Shows the number, and a telephone to enter it on.
pub(super) fn second_factor(
    world: &World,
    account: PersonId,
    number: u32,
    enrols: bool,
    problem: Option<&str>,
) -> String {
    let text = if enrols {
        "Your organization needs more information to keep your account secure. Set up an authenticator app on your phone: \
         enter the number shown to finish."
    } else {
        "Open your authenticator app, and enter the number shown to sign in."
    };
    format!(
        "<p class=\"who\" id=\"displayName\">{}</p>{}<p>{text}</p><p class=\"number\" id=\"idRichContext_DisplaySign\">{number}</p>\
         <fieldset class=\"phone\"><legend>Your phone (simulated)</legend>\
         <label for=\"idTxtBx_SAOTCC_OTC\">Are you trying to sign in?</label>\
         <input type=\"text\" name=\"otc\" id=\"idTxtBx_SAOTCC_OTC\" inputmode=\"numeric\" autocomplete=\"off\" autofocus \
         placeholder=\"Enter the number\" maxlength=\"2\">\
         <div class=\"buttons\"><button class=\"primary\" id=\"idSIButton9\">Yes</button>\
         <button name=\"deny\" value=\"1\" id=\"deny\">No, it’s not me</button></div></fieldset>\
         <p class=\"ways\"><button class=\"link\" name=\"back\" value=\"1\" id=\"idBtn_Back\">Cancel</button></p>",
        escape(&world.person(account).login),
        problem_line(problem, "factorError"),
    )
}
