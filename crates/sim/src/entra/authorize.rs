//! The authorization request: what it asks for, what is refused on the page, and what is refused by redirect.

use axum::http::{Method, StatusCode};

use super::admin_consent::Form;
use super::claims::Claims;
use super::errors::{EntraError, correlation_id};
use super::respond::{parameters, refuse};
use super::scopes::Asked;
use super::sessions::SignedIn;
use super::token::missing;
use super::{Authority, pages, sign_in};
use crate::exchange::{Answer, Ask, value_of};
use crate::random;
use crate::state::World;
use crate::tenant::TenantId;

/// How many characters a query may have.
const LONGEST_QUERY: usize = 8_192;
/// How many bytes a posted request may have.
const LONGEST_FORM: usize = 65_536;

/// How the answer travels back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ResponseMode {
    Query,
    Fragment,
    FormPost,
}

/// What the application wants to be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Prompt {
    AsNeeded,
    Login,
    None,
    Consent,
    SelectAccount,
}

/// What somebody signs in for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// A code for the application.
    Code,
    /// To consent for the whole organisation.
    AdminConsent(Form),
    /// To review what people asked an administrator for.
    Review,
}

/// A sign-in under way.
#[derive(Debug, Clone)]
pub(crate) struct Flow {
    pub(crate) id: String,
    pub(crate) authority: Authority,
    pub(crate) purpose: Purpose,
    pub(crate) redirect_uri: String,
    pub(crate) response_mode: ResponseMode,
    /// An ID token is wanted beside the code.
    pub(crate) id_token: bool,
    pub(crate) state: Option<String>,
    pub(crate) nonce: Option<String>,
    pub(crate) asked: Asked,
    /// The PKCE challenge, and whether it is hashed.
    pub(crate) challenge: Option<(String, bool)>,
    pub(crate) prompt: Prompt,
    pub(crate) login_hint: Option<String>,
    /// Whose accounts are meant: a domain, `organizations` or `consumers`.
    pub(crate) domain_hint: Option<String>,
    pub(crate) claims: Claims,
    pub(crate) client_info: bool,
    pub(crate) correlation: String,
    /// Who has signed in, as soon as somebody has; always with the account at home.
    pub(crate) signed_in: Option<SignedIn>,
    /// The number that the second factor waits for.
    pub(crate) number: Option<u32>,
    /// The person has given her password just now, and is still to be asked whether to stay signed in.
    pub(crate) may_stay: bool,
    /// The second factor has to be enrolled first.
    pub(crate) enrols: bool,
}

impl Flow {
    /// A sign-in that leads back to that address, and asks for nothing yet.
    pub(crate) fn to(redirect_uri: &str, ask: &Ask) -> Self {
        Self {
            id: random::secret("", 24),
            authority: Authority::Tenant(TenantId::HOME),
            purpose: Purpose::Code,
            redirect_uri: redirect_uri.to_owned(),
            response_mode: ResponseMode::Query,
            id_token: false,
            state: None,
            nonce: None,
            asked: Asked::default(),
            challenge: None,
            prompt: Prompt::AsNeeded,
            login_hint: None,
            domain_hint: None,
            claims: Claims::default(),
            client_info: false,
            correlation: correlation_id(ask),
            signed_in: None,
            number: None,
            may_stay: false,
            enrols: false,
        }
    }
}

/// Answers an authorization request, by GET or POST.
pub(crate) fn begin(world: &mut World, ask: &Ask, authority: Authority) -> Answer {
    let parameters = parameters(ask);
    let parameter = |name: &str| value_of(&parameters, name).filter(|value| !value.is_empty());
    let redirect_uri = match addressee(world, &parameter) {
        Ok(redirect_uri) => redirect_uri,
        Err(refused) => return on_page(&refused),
    };
    let mut flow = Flow::to(redirect_uri, ask);
    flow.authority = authority;
    flow.state = parameter("state").map(without_tags);
    flow.nonce = parameter("nonce").map(str::to_owned);
    flow.login_hint = parameter("login_hint").map(str::to_owned);
    flow.domain_hint = parameter("domain_hint").map(str::to_owned);
    flow.claims = Claims::parse(parameter("claims"));
    flow.client_info = parameter("client_info") == Some("1");
    let complete = world
        .serves(authority)
        .and_then(|()| complete(world, &mut flow, ask, &parameter));
    match complete {
        Ok(()) => sign_in::decide(world, ask, flow),
        Err(refused) => refuse(world, &flow, &refused),
    }
}

/// To which registered address the answer goes. Until that is known nothing can be told to the application.
pub(crate) fn addressee<'a>(
    world: &World,
    parameter: &impl Fn(&str) -> Option<&'a str>,
) -> Result<&'a str, EntraError> {
    let client_id = parameter("client_id").ok_or_else(|| missing("client_id"))?;
    if !client_id.eq_ignore_ascii_case(&world.application.client_id) {
        return Err(EntraError::of(700_016));
    }
    let redirect_uri = parameter("redirect_uri").ok_or_else(|| EntraError::of(900_971))?;
    match world.application.redirect(redirect_uri) {
        Some(_) => Ok(redirect_uri),
        None => Err(EntraError::of(50_011)),
    }
}

/// An error that the application does not hear of.
pub(crate) fn on_page(refused: &EntraError) -> Answer {
    pages::stopped(StatusCode::BAD_REQUEST, refused.code, &refused.text)
}

/// Reads what may be refused by redirect.
fn complete<'a>(
    world: &World,
    flow: &mut Flow,
    ask: &Ask,
    parameter: &impl Fn(&str) -> Option<&'a str>,
) -> Result<(), EntraError> {
    flow.id_token = wants_id_token(world, parameter("response_type"));
    flow.response_mode = match parameter("response_mode") {
        Some("query") if flow.id_token => {
            flow.response_mode = ResponseMode::Fragment;
            let text =
                "'query' is not a supported value of 'response_mode' when a token is requested.";
            return Err(EntraError::of(70_007).saying(text));
        }
        None if flow.id_token => ResponseMode::Fragment,
        None | Some("query") => ResponseMode::Query,
        Some("fragment") => ResponseMode::Fragment,
        Some("form_post") => ResponseMode::FormPost,
        Some(_) => return Err(EntraError::of(70_007)),
    };
    let (length, most) = match ask.method {
        Method::POST => (ask.body.len(), LONGEST_FORM),
        _ => (ask.raw_query.len(), LONGEST_QUERY),
    };
    if length > most {
        return Err(EntraError::of(90_015));
    }
    match parameter("response_type") {
        Some("code") => {}
        Some(_) if flow.id_token && flow.nonce.is_none() => {
            let text = "The required field 'nonce' is missing from the request.";
            return Err(EntraError::of(90_014).saying(text));
        }
        Some(_) if flow.id_token => {}
        Some(_) => return Err(EntraError::of(700_054)),
        None => return Err(missing("response_type")),
    }
    flow.prompt = prompt(parameter("prompt"))?;
    let scope = parameter("scope").filter(|scope| !scope.trim().is_empty());
    flow.asked = Asked::parse(scope.ok_or_else(|| missing("scope"))?)?;
    if flow.prompt == Prompt::SelectAccount && flow.login_hint.is_some() {
        let text = "The parameters 'login_hint' and 'prompt=select_account' exclude each other.";
        return Err(EntraError::of(90_023).saying(text));
    }
    flow.challenge = challenge(
        parameter("code_challenge"),
        parameter("code_challenge_method"),
    )?;
    Ok(())
}

/// Whether an ID token is wanted beside the code, and the application may have one there.
fn wants_id_token(world: &World, response_type: Option<&str>) -> bool {
    let mut words: Vec<&str> = response_type.unwrap_or_default().split(' ').collect();
    words.sort_unstable();
    world.application.id_tokens && words == ["code", "id_token"]
}

fn prompt(value: Option<&str>) -> Result<Prompt, EntraError> {
    match value {
        None => Ok(Prompt::AsNeeded),
        Some("login") => Ok(Prompt::Login),
        Some("none") => Ok(Prompt::None),
        Some("consent") => Ok(Prompt::Consent),
        Some("select_account") => Ok(Prompt::SelectAccount),
        Some(_) => Err(EntraError::of(90_023).saying("The 'prompt' value is not supported.")),
    }
}

/// The PKCE challenge, and whether it is hashed: without a method it is read as plain.
fn challenge(
    challenge: Option<&str>,
    method: Option<&str>,
) -> Result<Option<(String, bool)>, EntraError> {
    let hashed = match method {
        Some("S256") => true,
        None | Some("plain") => false,
        Some(_) => {
            let text = "The 'code_challenge_method' is not supported.";
            return Err(EntraError::of(90_023).saying(text));
        }
    };
    let Some(challenge) = challenge else {
        return if method.is_some() {
            Err(EntraError::of(50_147))
        } else {
            Ok(None)
        };
    };
    let unreserved =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
    // A hash is always 43 characters long; a plain verifier may be longer.
    let fits = challenge.len() == 43 || (!hashed && (43..=128).contains(&challenge.len()));
    if !fits || !challenge.bytes().all(unreserved) {
        return Err(EntraError::of(501_491));
    }
    Ok(Some((challenge.to_owned(), hashed)))
}

/// A state without what looks like HTML in it.
pub(crate) fn without_tags(state: &str) -> String {
    let mut kept = String::with_capacity(state.len());
    let mut rest = state;
    // What follows an opening that is never closed is no tag, and need not be looked at again.
    while let Some((before, (_, after))) = rest
        .split_once('<')
        .and_then(|(before, tag)| Some((before, tag.split_once('>')?)))
    {
        kept.push_str(before);
        rest = after;
    }
    kept.push_str(rest);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_loses_its_tags_and_nothing_else() {
        let check = |state: &str, expected: &str| assert_eq!(without_tags(state), expected);
        check("s t&a=%20", "s t&a=%20");
        check("a<script>b</script>c", "abc");
        check("1 < 2", "1 < 2");
        check("ä<b", "ä<b");
    }

    #[test]
    fn a_challenge_has_the_length_of_its_method() {
        let check = |challenge_: &str, method, expected: Result<bool, u32>| {
            let read = challenge(Some(challenge_), method);
            let read = read.map(|challenge| challenge.is_some_and(|(_, hashed)| hashed));
            assert_eq!(read.map_err(|refused| refused.code), expected);
        };
        check(&"a".repeat(43), Some("S256"), Ok(true));
        check(&"a".repeat(44), Some("S256"), Err(501_491));
        check(&"a".repeat(128), None, Ok(false));
        check(&"a".repeat(129), Some("plain"), Err(501_491));
        check(&"a".repeat(42), None, Err(501_491));
        check(&format!("{}+", "a".repeat(42)), Some("S256"), Err(501_491));
        check(&"a".repeat(43), Some("S512"), Err(90_023));
        let refused = challenge(None, Some("S256")).map_err(|refused| refused.code);
        assert_eq!(refused, Err(50_147));
    }
}
