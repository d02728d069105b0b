//! Connecting Outlook Calendar, its state, and disconnecting it.

use domain::approval::ApprovalState;
use domain::audit::Kind;
use domain::connection::{AdminWhy, ConnectionState, Integration, missing};
use domain::id::RequestId;
use domain::permission::Level;
use domain::policy::{Availability, DenyReason, Levels, visible};
use domain::time::Zone;
use domain::tool::{Definition, Scope};
use jiff::Timestamp;
use microsoft::entra::scopes;
use store::approvals::ApprovalFilter;
use store::attempts::{Attempt, Purpose};
use store::connections::Connection;
use store::levels::Standings;
use store::people::Person;

use crate::people::Ender;
use crate::session::Proof;
use crate::{
    ApprovalView, Begun, CallbackAnswer, Engine, Error, ErrorKind, Finished, PersonCaller, tools,
};

/// One person's connection as her pages show it.
#[derive(Debug, Clone)]
pub struct ConnectionView {
    /// Its state; `None` when she never connected.
    pub state: Option<ConnectionState>,
    /// Since when.
    pub connected_at: Option<Timestamp>,
    /// When Microsoft is going to end it because nobody has used it, once that is near and keeping it alive has failed.
    pub ends_at: Option<Timestamp>,
    /// The IANA name of the mailbox's zone, or of the browser's until the mailbox's is known.
    pub zone: Option<String>,
    /// The mailbox's address, once known.
    pub address: Option<String>,
    /// Scopes of the ten that Microsoft did not grant.
    pub missing: Vec<Scope>,
    /// Where an administrator at Microsoft consents for the organisation, while that may be what is missing.
    pub consent_link: Option<String>,
    /// Calls that wait for her sign-in, and go on by themselves afterwards.
    pub waiting: Vec<ApprovalView>,
    /// Every tool, with its level and why agents cannot use it, if so.
    pub tools: Vec<ToolView>,
}

/// One tool as a person's page shows it.
#[derive(Debug, Clone)]
pub struct ToolView {
    /// Which tool.
    pub definition: &'static Definition,
    /// What the administrator set.
    pub level: Level,
    /// What the administrator has set, and what the person has tightened.
    pub levels: Levels,
    /// Why agents cannot use it; `None` when they can.
    pub hidden: Option<DenyReason>,
}

/// How these standings look for every tool.
pub(crate) fn tool_views(standings: &Standings) -> Vec<ToolView> {
    let view = |definition: &&'static Definition| {
        let levels = standings.levels(definition.name.as_str());
        let available = availability(standings.connection.as_ref(), definition);
        ToolView {
            definition,
            level: levels.effective(),
            levels,
            hidden: visible(levels, &available).err(),
        }
    };
    tools::DEFINITIONS.iter().map(view).collect()
}

/// Whether what is missing may be the consent of an administrator: nothing works yet, or Entra said so.
fn may_lack_consent(connection: Option<&Connection>) -> bool {
    match connection.map(|connection| &connection.state) {
        None | Some(ConnectionState::Disconnected) => true,
        Some(ConnectionState::NeedsAdmin { why, .. }) => *why == AdminWhy::ConsentMissing,
        Some(_) => false,
    }
}

/// Whether a connection can carry a tool.
pub(crate) fn availability(
    connection: Option<&Connection>,
    definition: &Definition,
) -> Availability {
    match connection {
        Some(connection) if connection.state == ConnectionState::Connected => {
            let missing = missing(definition.scopes, &connection.scopes);
            if missing.is_empty() {
                Availability::Ready
            } else {
                Availability::MissingScopes(missing)
            }
        }
        Some(_) | None => Availability::NotConnected,
    }
}

/// The scopes of the ten that Microsoft did not grant. It never echoes `offline_access`; the refresh token itself is its
/// proof.
pub(crate) fn lacking(connection: &Connection) -> Vec<Scope> {
    let mut lacking = missing(&scopes::names(), &connection.scopes);
    lacking.retain(|scope| *scope != Scope::OfflineAccess);
    lacking
}

impl Engine {
    /// Begins connecting Outlook Calendar: Microsoft's account choice and consent to the ten scopes.
    ///
    /// `browser_zone` is the IANA zone the browser reports; it counts until the mailbox's own is known.
    ///
    /// # Errors
    /// When the store or Microsoft's discovery document cannot be reached.
    pub async fn begin_connect(
        &self,
        person: &PersonCaller,
        browser_zone: Option<&str>,
    ) -> Result<Begun, Error> {
        if let Some(zone) = browser_zone.and_then(|name| Zone::named(name).ok()) {
            self.0
                .store
                .set_preferences(person.id(), None, Some(zone.name()))
                .await?;
        }
        let connection = self
            .0
            .store
            .connection(person.id(), Integration::OutlookCalendar)
            .await?;
        let refused = self
            .0
            .store
            .refused_claims(person.id(), Integration::OutlookCalendar);
        // A refused attempt's claims are newer than the state's, or forgotten.
        let claims = refused.await?.or_else(|| {
            let connection = connection.as_ref()?;
            connection.state.claims().map(str::to_owned)
        });
        let login_hint = claims.is_some().then(|| person.login().to_owned());
        self.0
            .store
            .record(self.about(&person.person, Kind::ConnectStarted))
            .await?;
        let attempt = Attempt {
            purpose: Purpose::Connect,
            person: Some(person.id().clone()),
            session: Some(person.session.clone()),
            return_to: String::new(),
            created: self.0.clock.now(),
            issuer: self.0.microsoft.entra().authority().to_owned(),
            claims,
        };
        let choose = login_hint.is_none();
        let prompt = choose.then_some(microsoft::entra::Prompt::SelectAccount);
        self.begin(attempt, &scopes::names(), login_hint.as_deref(), prompt)
            .await
    }

    pub(crate) async fn finish_connect(
        &self,
        attempt: &Attempt,
        answer: CallbackAnswer,
        proof: Proof,
        person: Option<&PersonCaller>,
        request: &RequestId,
    ) -> Result<Finished, Error> {
        let person = match person {
            Some(person)
                if attempt.person.as_ref() == Some(person.id())
                    && attempt.session.as_ref() == Some(&person.session) =>
            {
                person
            }
            Some(_) | None => {
                return Err(Error::new(
                    ErrorKind::Forbidden,
                    "attempt_other_person",
                    "Somebody else began this connection. Sign in and connect your own calendar.",
                ));
            }
        };
        match self.take_grant(answer, proof, person).await {
            Ok(marks) => {
                let mut record = self.about(&person.person, Kind::Connected);
                record.request = Some(request.clone());
                (record.sid, record.uti) = marks;
                self.0.store.record(record).await?;
                self.go_on(person.id());
                Ok(Finished::Connected)
            }
            Err(error) => {
                let mut record = self.about(&person.person, Kind::ConnectFailed);
                record.request = Some(request.clone());
                record.reason = Some(error.code.to_owned());
                record.outcome = error.aadsts.map(|number| format!("AADSTS{number}"));
                self.0.store.record(record).await?;
                Err(self.with_consent_link(error, Some(&person.person)))
            }
        }
    }

    /// Where an administrator at Microsoft consents to attache for a person's organisation.
    fn consent_link(&self, person: &Person) -> String {
        let entra = self.0.microsoft.entra();
        entra.admin_consent_url(Some(&person.identity.tenant))
    }

    /// Adds that link to a failure that an administrator's consent may end. Microsoft tells "cancelled" and "needs an
    /// administrator" apart on its own page only, so both get it.
    pub(crate) fn with_consent_link(&self, error: Error, person: Option<&Person>) -> Error {
        if !matches!(error.code, "admin_must_consent" | "consent_cancelled") {
            return error;
        }
        let tenant = person.map(|person| &person.identity.tenant);
        error.with_link(self.0.microsoft.entra().admin_consent_url(tenant))
    }

    /// Seals and stores what Microsoft grants. Answers its ids of the sign-in and of the token that told who it is.
    async fn take_grant(
        &self,
        answer: CallbackAnswer,
        proof: Proof,
        person: &PersonCaller,
    ) -> Result<(Option<String>, Option<String>), Error> {
        let code = self.code_of(answer).await?;
        let (entra, scopes) = (self.0.microsoft.entra(), scopes::names());
        let redeemed = entra.redeem_code(code, proof.verifier, &proof.nonce, &scopes);
        let signed_in = match redeemed.await {
            Ok(signed_in) => signed_in,
            Err(error) => {
                self.keep_claims(person, &error).await?;
                return Err(self.rejected(error).await);
            }
        };
        self.forget_trouble().await;
        if signed_in.identity != person.person.identity {
            return Err(Error::new(
                ErrorKind::Forbidden,
                "account_differs",
                "At Microsoft you chose another account than the one you signed in with. Nothing was connected; choose your own account.",
            ));
        }
        let grant = signed_in.grant.ok_or_else(|| {
            Error::new(
                ErrorKind::Microsoft,
                "microsoft_trouble",
                "Microsoft did not grant lasting access. Try again.",
            )
        })?;
        if !signed_in.superset.is_empty() {
            tracing::info!(person.id = %person.id(), scopes.more = signed_in.superset.len(), "Microsoft granted more scopes than asked; they are not used");
        }
        let store = &self.0.store;
        let granted = signed_in.scopes;
        let stored = store
            .store_grant(
                person.organisation(),
                person.id(),
                Integration::OutlookCalendar,
                &granted,
                &signed_in.identity.object,
                &grant,
            )
            .await?;
        store.set_sid(&stored, signed_in.sid.as_deref()).await?;
        // A token of the grant before must not outlive it.
        self.0.operations.forget(&stored.id).await;
        self.end_elsewhere(&stored.id).await?;
        Ok((signed_in.sid, signed_in.uti))
    }

    /// Microsoft refused what came back, and wants to be asked with these claims next time.
    async fn keep_claims(
        &self,
        person: &PersonCaller,
        error: &microsoft::Error,
    ) -> Result<(), Error> {
        use microsoft::{Kind, RefreshProblem};
        let claims = match error.kind() {
            Kind::Refresh(
                RefreshProblem::SignInAgain { claims, .. }
                | RefreshProblem::BlockedByPolicy { claims },
            ) => claims,
            _ => None,
        };
        if let Some(claims) = claims {
            let integration = Integration::OutlookCalendar;
            let store = &self.0.store;
            store
                .keep_refused_claims(person.id(), integration, &claims)
                .await?;
        }
        Ok(())
    }

    /// A person's connection and what her agents can do with it.
    ///
    /// # Errors
    /// [`ErrorKind::Unavailable`] when the store cannot be reached.
    pub async fn connection(&self, person: &PersonCaller) -> Result<ConnectionView, Error> {
        let standings = self.0.store.standings(person.id(), None).await?;
        let connection = standings.connection.clone();
        let tools = tool_views(&standings);
        let waiting = match connection.as_ref().map(|connection| &connection.state) {
            Some(ConnectionState::NeedsSignIn { .. }) => {
                let parked = ApprovalFilter::in_state(ApprovalState::Parked);
                self.approvals(person, &parked, None, 20).await?.items
            }
            Some(_) | None => Vec::new(),
        };
        let live = connection
            .as_ref()
            .filter(|c| c.state != ConnectionState::Disconnected);
        Ok(ConnectionView {
            state: connection.as_ref().map(|c| c.state.clone()),
            connected_at: live.map(|c| c.connected_at),
            ends_at: live.and_then(|c| {
                domain::keep_alive::ends(&c.state, c.refreshed_at, self.0.clock.now())
            }),
            zone: live
                .and_then(|c| c.mailbox_zone.clone())
                .or_else(|| person.person.browser_zone.clone()),
            address: live
                .and_then(|c| c.mailbox_address.clone())
                .filter(|address| !address.is_empty()),
            consent_link: may_lack_consent(connection.as_ref())
                .then(|| self.consent_link(&person.person)),
            missing: live.map(lacking).unwrap_or_default(),
            waiting,
            tools,
        })
    }

    /// Ends a person's connection: waits for her running calls, destroys the grant and its key, cancels what waits.
    ///
    /// # Errors
    /// [`ErrorKind::Unavailable`] when the store cannot be reached; then nothing was ended.
    pub async fn disconnect(
        &self,
        person: &PersonCaller,
        request: &RequestId,
    ) -> Result<(), Error> {
        self.end_connection(&person.person, Ender::Herself, request)
            .await?;
        Ok(())
    }
}
