//! What becomes of a call that may not happen: what is on record of it, and what its caller is told; the same of a
//! connection that carries nothing now.

use domain::audit::{Kind, Record};
use domain::connection::{AdminWhy, ConnectionState, RevokedWhy};
use domain::id::RequestId;
use domain::policy::DenyReason;
use store::connections::Connection;

use crate::call::Passage;
use crate::tools::Tool;
use crate::{AgentCaller, Engine, Error, ErrorKind};

impl Engine {
    /// Refuses what cannot be meant before anything is asked of Microsoft, if enough is known of the mailbox to tell.
    pub(crate) async fn refuse_unresolvable(&self, passage: &Passage) -> Result<(), Error> {
        let Passage {
            agent,
            request,
            tool,
            connection,
            ..
        } = passage;
        if connection.mailbox_address.is_none() {
            return Ok(());
        }
        let setting = self.setting(agent, connection);
        let Err(error) = tool.resolve(passage.arguments.clone(), &setting) else {
            return Ok(());
        };
        let denied = self.note_denied(agent, request, Some(*tool), error.code);
        denied.await?;
        Err(error)
    }

    /// Puts on record that a call was not made, and why.
    pub(crate) async fn note_denied(
        &self,
        agent: &AgentCaller,
        request: &RequestId,
        tool: Option<&'static dyn Tool>,
        reason: &str,
    ) -> Result<(), Error> {
        let caller = &agent.caller;
        let mut record = Record::new(
            self.0.clock.now(),
            Kind::CallDenied,
            caller.organisation.clone(),
        );
        record.person = Some(caller.person.clone());
        record.agent = Some(caller.agent.clone());
        record.surface = Some(caller.surface);
        record.request = Some(request.clone());
        record.client = agent.client.clone();
        record.tool = tool.map(|tool| tool.definition().name.as_str().to_owned());
        record.outcome = Some("denied".into());
        record.reason = Some(reason.to_owned());
        self.0.store.record(record).await?;
        Ok(())
    }

    /// What a denied caller is told. A denied tool and one that does not exist sound the same.
    pub(crate) fn denied(&self, reason: &DenyReason, connection: Option<&Connection>) -> Error {
        match (reason, connection.map(|connection| &connection.state)) {
            (DenyReason::LevelDenies | DenyReason::PersonDenies, _) => Error::unknown_tool(),
            (DenyReason::ApprovalDoesNotFit, _) => Error::new(ErrorKind::Conflict, "approval_void", "The approval is not for this call, or is too old."),
            (DenyReason::MissingScopes(_), _) => self.reconnect("scopes_missing", "Microsoft did not grant what this tool needs. The person's page says what is missing."),
            (DenyReason::NotConnected, state) => self.not_working(state),
        }
    }

    /// Why a connection carries nothing now, as an agent can pass it on.
    pub(crate) fn not_working(&self, state: Option<&ConnectionState>) -> Error {
        let (code, message) = match state {
            Some(ConnectionState::NeedsSignIn { .. }) => (
                "needs_sign_in",
                "Microsoft asks the person to sign in again before this can go on. Give her the link.",
            ),
            Some(ConnectionState::NeedsAdmin { why, .. }) => ("needs_admin", administrators(*why)),
            Some(ConnectionState::Revoked { why }) => ("connection_revoked", ended(*why)),
            Some(ConnectionState::Damaged) => (
                "connection_damaged",
                "The stored connection cannot be opened. The person must connect again at the link.",
            ),
            Some(ConnectionState::Connected | ConnectionState::Disconnected) | None => (
                "not_connected",
                "Outlook Calendar is not connected. Ask the person to open the link and connect it.",
            ),
        };
        match state.and_then(ConnectionState::code) {
            Some(number) => self.reconnect(
                code,
                &format!("{message} Microsoft's number is AADSTS{number}."),
            ),
            None => self.reconnect(code, message),
        }
    }

    pub(crate) fn reconnect(&self, code: &'static str, message: &str) -> Error {
        Error::new(ErrorKind::NotConnected, code, message).with_link(format!(
            "{}/integrations/outlook-calendar",
            self.0.settings.base_url
        ))
    }
}

/// What only an administrator at Microsoft can end.
fn administrators(why: AdminWhy) -> &'static str {
    match why {
        AdminWhy::ConsentMissing => {
            "An administrator at Microsoft must consent to attache first. The link leads to a text to forward to her."
        }
        AdminWhy::BlockedByPolicy => {
            "A policy of the person's organisation blocks this at Microsoft. Her administrator there must allow it; the link says more."
        }
        AdminWhy::AppUnavailable => {
            "attache is not available in the organisation's directory at Microsoft. An administrator there must enable it; the link says more."
        }
    }
}

/// What ended a connection for good.
fn ended(why: RevokedWhy) -> &'static str {
    match why {
        RevokedWhy::EndedAtMicrosoft => {
            "The connection was ended at Microsoft. The person must connect again at the link."
        }
        RevokedWhy::Expired => {
            "The connection was not used for too long and has expired. The person must connect again at the link."
        }
        RevokedWhy::AccountDisabled => {
            "Microsoft reports the person's account as disabled or gone. Her administrator must enable it; then she connects again at the link."
        }
    }
}
