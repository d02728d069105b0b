//! A simulator, a client for it, and one person with a browser.

use std::time::Duration;

use domain::caller::{Caller, Surface};
use domain::canonical::Digest;
use domain::clock::Clock;
use domain::id::{AgentId, OrganisationId, PersonId, TenantId};
use domain::permission::Level;
use domain::policy::{self, Availability, Call, Decision, Levels, Permit};
use domain::random::Random;
use domain::secret::{AuthorizationCode, ClientSecret, CodeVerifier, RefreshToken, StateSecret};
use domain::tool::{Scope, ToolName};
use jiff::Timestamp;
use microsoft::entra::{AccessToken, Begin, Entra, Prompt, SignedIn, scopes};
use microsoft::{Error, Microsoft, Settings};
use sim::{Fault, FaultAnswer, Options, Rotation, Simulator, Surface as Place, When};

pub(crate) const REDIRECT: &str = "http://localhost:8080/auth/microsoft/callback";
/// A Wednesday, four days before the clocks change in Europe.
pub(crate) const START: &str = "2026-03-25T09:00:00Z";
pub(crate) const NONCE: &str = "nonce-of-this-attempt";

pub(crate) struct Office {
    pub(crate) sim: Simulator,
    pub(crate) microsoft: Microsoft,
    pub(crate) clock: Clock,
    random: Random,
}

impl Office {
    pub(crate) async fn open() -> Self {
        Self::open_with(Rotation::Lenient, |_| ()).await
    }

    pub(crate) async fn open_with(rotation: Rotation, change: impl FnOnce(&mut Settings)) -> Self {
        Self::open_known_by(Vec::new(), rotation, change).await
    }

    /// An office whose application has these certificates at Entra.
    pub(crate) async fn open_known_by(
        certificates: Vec<sim::Certificate>,
        rotation: Rotation,
        change: impl FnOnce(&mut Settings),
    ) -> Self {
        microsoft::install_crypto();
        let mut options = Options {
            rotation,
            ..Options::default()
        };
        options.company.start = Some(start());
        options.company.client_certificates = certificates;
        let sim = sim::start(options).await.expect("a free port");
        let mut settings = Settings {
            authority: sim.authority(),
            graph: sim.graph(),
            client_id: sim.client_id().to_owned(),
            credential: microsoft::entra::Credential::Secret(ClientSecret::new(
                sim.client_secret().to_owned(),
            )),
            redirect_uri: REDIRECT.to_owned(),
            allowed_tenants: vec![TenantId::parse(sim.tenant_id()).expect("a GUID")],
            timeout: Duration::from_secs(15),
        };
        change(&mut settings);
        let clock = Clock::manual(start());
        let random = Random::operating_system();
        let microsoft =
            Microsoft::new(settings, clock.clone(), random.clone()).expect("good settings");
        Self {
            sim,
            microsoft,
            clock,
            random,
        }
    }

    /// The main member of the company.
    pub(crate) fn lena(&self) -> sim::Person {
        self.sim.people().swap_remove(1)
    }

    /// A permit as `decide` gives it; for any tool.
    pub(crate) fn permit(&self, person: &PersonId) -> Permit {
        let caller = Caller {
            organisation: OrganisationId::random(&self.random),
            person: person.clone(),
            agent: AgentId::random(&self.random),
            surface: Surface::Mcp,
        };
        let call = Call {
            caller,
            tool: ToolName::new("search_events"),
            arguments: Digest::of("t", &[]),
            at: self.clock.now(),
        };
        match policy::decide(
            Levels::of_organisation(Level::AlwaysAllow),
            None,
            &Availability::Ready,
            &call,
            None,
        ) {
            Decision::Allow(permit) => permit,
            Decision::Ask(_) | Decision::Deny(_) => panic!("always allowed"),
        }
    }

    /// Where a browser is sent for these scopes.
    pub(crate) async fn authorize_url(&self, verifier: &CodeVerifier, scopes: &[Scope]) -> String {
        let state = StateSecret::new("state-of-this-attempt".into());
        let challenge = Entra::challenge(verifier);
        let begin = Begin {
            state: &state,
            nonce: NONCE,
            challenge: &challenge,
            scopes,
            prompt: Some(Prompt::SelectAccount),
            login_hint: None,
            claims: None,
        };
        self.microsoft
            .entra()
            .authorize_url(&begin)
            .await
            .expect("an address")
    }

    /// Walks through the sign-in pages and comes back with a code.
    pub(crate) async fn code(
        &self,
        person: &sim::Person,
        verifier: &CodeVerifier,
        scopes: &[Scope],
    ) -> AuthorizationCode {
        let address = self.authorize_url(verifier, scopes).await;
        let mut browser = Browser::default();
        let page = browser.get(&address).await;
        let page = browser
            .submit(self.sim.base(), &page, &[("loginfmt", &person.login)])
            .await;
        let page = browser
            .submit(
                self.sim.base(),
                &page,
                &[("login", &person.login), ("passwd", &person.password)],
            )
            .await;
        let page = if page.location.is_none() {
            browser.submit(self.sim.base(), &page, &[]).await
        } else {
            page
        };
        let back = url::Url::parse(&page.location.expect("a redirect")).expect("an address");
        assert!(back.as_str().starts_with(REDIRECT));
        let code = back
            .query_pairs()
            .find(|(name, _)| name == "code")
            .expect("a code")
            .1
            .into_owned();
        AuthorizationCode::new(code)
    }

    pub(crate) async fn sign_in(
        &self,
        person: &sim::Person,
        scopes: &[Scope],
        nonce: &str,
    ) -> Result<SignedIn, Error> {
        let verifier = verifier();
        let code = self.code(person, &verifier, scopes).await;
        self.microsoft
            .entra()
            .redeem_code(code, verifier, nonce, scopes)
            .await
    }

    /// A person of ours who connected her calendar.
    pub(crate) async fn connect(&self, person: &sim::Person) -> Connected<'_> {
        let Ok(signed_in) = self.sign_in(person, &scopes::names(), NONCE).await else {
            panic!("connects")
        };
        let id = PersonId::random(&self.random);
        Connected {
            office: self,
            id,
            grant: signed_in.grant.expect("a grant").expose().to_owned(),
        }
    }

    pub(crate) async fn lena_connected(&self) -> Connected<'_> {
        self.connect(&self.lena()).await
    }

    pub(crate) fn graph_fault(
        &self,
        path: &str,
        times: Option<u32>,
        when: When,
        answer: FaultAnswer,
    ) {
        self.sim.fault(Fault {
            surface: Place::Graph,
            path_contains: Some(path.into()),
            times,
            when,
            answer,
            ..Fault::default()
        });
    }

    pub(crate) fn token_fault(&self, times: Option<u32>, when: When, answer: FaultAnswer) {
        self.sim.fault(Fault {
            surface: Place::Token,
            times,
            when,
            answer,
            ..Fault::default()
        });
    }

    /// How many requests went to paths that hold this.
    pub(crate) fn asked(&self, path: &str) -> usize {
        self.sim
            .log()
            .iter()
            .filter(|entry| entry.path.contains(path))
            .count()
    }
}

pub(crate) struct Connected<'o> {
    office: &'o Office,
    pub(crate) id: PersonId,
    grant: String,
}

impl Connected<'_> {
    pub(crate) fn permit(&self) -> Permit {
        self.office.permit(&self.id)
    }

    pub(crate) fn grant(&self) -> RefreshToken {
        RefreshToken::new(self.grant.clone())
    }

    pub(crate) async fn token(&self) -> AccessToken {
        let redeemed = self
            .office
            .microsoft
            .entra()
            .redeem(&self.permit(), self.grant(), None)
            .await;
        match redeemed {
            Ok(redeemed) => redeemed.access,
            Err(error) => panic!("redeems: {error}"),
        }
    }
}

pub(crate) fn start() -> Timestamp {
    START.parse().expect("a time")
}

pub(crate) fn verifier() -> CodeVerifier {
    CodeVerifier::new(Random::operating_system().token())
}

pub(crate) fn status(status: u16, body: &str) -> FaultAnswer {
    FaultAnswer::Status {
        status,
        headers: vec![("content-type".into(), "application/json".into())],
        body: body.into(),
    }
}

#[derive(Default)]
struct Browser {
    cookie: Option<String>,
}

struct Page {
    location: Option<String>,
    html: String,
}

impl Browser {
    fn client() -> reqwest::Client {
        #[expect(clippy::disallowed_methods, reason = "the browser of these tests")]
        let builder = reqwest::Client::builder();
        builder
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .expect("a client")
    }

    async fn get(&mut self, address: &str) -> Page {
        let request = Self::client().get(address);
        self.send(request).await
    }

    async fn submit(&mut self, base: &str, page: &Page, fields: &[(&str, &str)]) -> Page {
        let after = |mark: &str| {
            page.html
                .split(mark)
                .nth(1)
                .and_then(|rest| rest.split('"').next())
                .expect("a form")
                .to_owned()
        };
        let (ctx, step) = (
            after("name=\"ctx\" value=\""),
            after("name=\"step\" value=\""),
        );
        let mut form = vec![("ctx", ctx.as_str()), ("step", step.as_str())];
        form.extend_from_slice(fields);
        let request = Self::client()
            .post(format!("{base}{}", after("action=\"")))
            .form(&form);
        self.send(request).await
    }

    async fn send(&mut self, request: reqwest::RequestBuilder) -> Page {
        let request = match &self.cookie {
            Some(cookie) => request.header("cookie", cookie),
            None => request,
        };
        let response = request.send().await.expect("an answer");
        let text = |name: &str| {
            response
                .headers()
                .get(name)
                .and_then(|value| value.to_str().ok())
                .map(str::to_owned)
        };
        if let Some(cookie) = text("set-cookie") {
            self.cookie = cookie.split(';').next().map(str::to_owned);
        }
        let location = text("location");
        Page {
            location,
            html: response.text().await.expect("a page"),
        }
    }
}
