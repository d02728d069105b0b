//! Questions to Microsoft that need no person: whether it can be reached, and whether it knows and accepts this
//! installation. Nothing can come of them but an answer: the grant they show is made up, so no token is ever issued.

use std::time::Duration;

use domain::random::Random;
use domain::secret::{CodeVerifier, RefreshToken, StateSecret};
use jiff::Timestamp;

use crate::Microsoft;
use crate::entra::refusal::RefreshProblem;
use crate::entra::{Begin, CAP, Entra, scopes};
use crate::error::Error;
use crate::transport::Transport;

/// Microsoft's sign-in host answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directory {
    /// The issuer of this authority's tokens, as it names itself.
    pub issuer: String,
    /// How far our clock is ahead of Microsoft's, in whole seconds; `None` when it does not tell the time.
    pub ahead_seconds: Option<i64>,
}

/// What Entra makes of this application's credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Entra knows the application and accepts its credential.
    Accepted,
    /// Entra does not accept it; the number says why.
    Refused {
        /// The AADSTS number.
        code: Option<u32>,
    },
    /// Neither could be told from what was answered.
    Unclear {
        /// The AADSTS number, if there was one.
        code: Option<u32>,
    },
}

/// What Entra makes of our redirect address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Redirect {
    /// It is registered.
    Registered,
    /// It is not, or differs in a letter, the path or the scheme.
    NotRegistered,
    /// Microsoft's page did not tell.
    Unclear,
}

impl Microsoft {
    /// Asks the sign-in host who it is.
    ///
    /// # Errors
    /// When it does not answer, or does not answer as the configured authority must.
    pub async fn probe_directory(&self) -> Result<Directory, Error> {
        let entra = self.entra();
        let issuer = entra.issuer().await?;
        let answer = ask(&self.0.transport, self.0.places.authority.clone()).await?;
        let theirs = answer.date.map(Timestamp::as_second);
        Ok(Directory {
            issuer,
            ahead_seconds: theirs.map(|theirs| self.0.clock.now().as_second() - theirs),
        })
    }

    /// Asks Entra for a token with a refresh token that nobody issued. Whoever is refused for *that* is known.
    ///
    /// # Errors
    /// When Entra does not answer.
    pub async fn probe_credential(&self) -> Result<Standing, Error> {
        let made_up = RefreshToken::new(format!("0.{}", self.0.random.token()));
        match self.entra().show(&made_up).await {
            Err(Error::Refresh(refusal)) => {
                let code = refusal.code;
                Ok(match refusal.problem {
                    RefreshProblem::Installation | RefreshProblem::AppUnavailable => {
                        Standing::Refused { code }
                    }
                    // A malformed request may be refused before anybody looks at the credential.
                    RefreshProblem::Bug if code == Some(9_002_313) => Standing::Unclear { code },
                    RefreshProblem::Bug => Standing::Refused { code },
                    RefreshProblem::Retry { .. } | RefreshProblem::Loop => {
                        Standing::Unclear { code }
                    }
                    _ => Standing::Accepted,
                })
            }
            Err(error) => Err(error),
            Ok(()) => Ok(Standing::Unclear { code: None }),
        }
    }

    /// Asks Entra to sign nobody in (`prompt=none`): the refusal comes back to a registered redirect address, and stays
    /// on Microsoft's page for any other.
    ///
    /// # Errors
    /// When Entra does not answer.
    pub async fn probe_redirect(&self) -> Result<Redirect, Error> {
        let url = self.entra().nobody(&self.0.random).await?;
        let answer = ask(&self.0.transport, url).await?;
        let came_back = answer
            .location
            .is_some_and(|to| to.starts_with(self.entra().redirect_uri()) && to.contains("error="));
        Ok(if came_back {
            Redirect::Registered
        } else if ["AADSTS50011", "AADSTS900971"]
            .iter()
            .any(|code| answer.page.contains(code))
        {
            Redirect::NotRegistered
        } else {
            Redirect::Unclear
        })
    }

    /// Whether Graph answers at all. Its description of itself is asked for, which needs no token.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn probe_graph(&self) -> Result<(), Error> {
        let mut url = self.0.places.graph.clone();
        url.set_path(&format!("{}/$metadata", url.path().trim_end_matches('/')));
        ask(&self.0.transport, url).await?;
        Ok(())
    }
}

impl Entra {
    async fn nobody(&self, random: &Random) -> Result<url::Url, Error> {
        let (state, nonce) = (StateSecret::new(random.token()), random.token());
        let challenge = Self::challenge(&CodeVerifier::new(random.token()));
        let begin = Begin {
            state: &state,
            nonce: &nonce,
            challenge: &challenge,
            scopes: &scopes::SIGN_IN,
            prompt: None,
            login_hint: None,
            claims: None,
        };
        let url = self.authorize_url(&begin).await?;
        let mut url =
            url::Url::parse(&url).map_err(|_| Error::Metadata("an endpoint is no address"))?;
        url.query_pairs_mut().append_pair("prompt", "none");
        Ok(url)
    }
}

/// What is looked at of an answer.
struct Heard {
    location: Option<String>,
    date: Option<Timestamp>,
    page: String,
}

async fn ask(transport: &Transport, url: url::Url) -> Result<Heard, Error> {
    let request = transport.request(http::Method::GET, url);
    let answer = transport.send(request, CAP, Duration::MAX).await;
    let answer = answer.map_err(|lost| Error::from(*lost))?;
    let header = |name| {
        answer
            .headers
            .get(name)
            .and_then(|value| value.to_str().ok())
    };
    let date = header(http::header::DATE).and_then(|text| {
        let zoned = jiff::fmt::rfc2822::parse(text).ok()?;
        Some(zoned.timestamp())
    });
    Ok(Heard {
        location: header(http::header::LOCATION).map(str::to_owned),
        date,
        page: String::from_utf8_lossy(&answer.body).into_owned(),
    })
}
