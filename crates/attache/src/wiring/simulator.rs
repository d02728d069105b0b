//! A simulator must not pass for Microsoft.

use std::time::Duration;

use anyhow::{Context as _, bail};

use crate::settings::Entra;

/// Asks the sign-in host what it is. No secret is sent. A host that does not answer is no simulator that could do harm
/// now, and Microsoft being away is no reason not to start.
///
/// # Errors
/// When the host says that it is a simulator.
pub(crate) async fn refuse(entra: &Entra) -> anyhow::Result<()> {
    #[expect(
        clippy::disallowed_methods,
        reason = "asked once at start, before Microsoft's own client exists, without any secret"
    )]
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(Duration::from_secs(5))
        .build()
        .context("no HTTP client can be made")?;
    let address = format!(
        "{}/v2.0/.well-known/openid-configuration",
        entra.authority()
    );
    match client.get(address).send().await {
        Ok(answer) if answer.headers().contains_key("x-simulator") => bail!(
            "entra.login answers as a simulator; to try attache with one, set entra.simulator = true and a \
             server.base_url on this machine"
        ),
        Ok(_) => Ok(()),
        Err(_) => {
            tracing::warn!("Microsoft's sign-in host did not answer; going on without it");
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::settings::Settings;

    use super::*;

    #[tokio::test]
    async fn a_simulator_cannot_pass_for_microsoft() {
        microsoft::install_crypto();
        let simulator = sim::start(sim::Options::default()).await.expect("started");
        let mut entra = Settings::defaults().entra;
        entra.login = simulator.base().to_owned();
        let refused = refuse(&entra).await.expect_err("must be refused");
        assert!(refused.to_string().contains("entra.simulator"), "{refused}");
        simulator.stop().await;
        refuse(&entra)
            .await
            .expect("nobody answers any more, which is no reason not to start");
    }
}
