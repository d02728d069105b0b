//! Whether Microsoft can be reached, and knows and accepts this installation.

use domain::clock::Clock;
use domain::random::Random;
use jiff::Timestamp;
use microsoft::Microsoft;
use microsoft::entra::Credential;
use microsoft::probe::{Redirect, Standing};

use super::findings::{Finding, Findings};
use crate::settings::Settings;
use crate::wiring;

/// More than this, in seconds, and certificates and tokens are refused; ID tokens are read with five minutes of leeway.
const CLOCK_BAD: i64 = 240;
const CLOCK_WEAK: i64 = 30;

pub(super) async fn examine(settings: &Settings, findings: &mut Findings) -> anyhow::Result<()> {
    let all = wiring::for_each_credential(settings)?;
    let mut microsofts = Vec::new();
    for (name, settings) in all {
        let until = match &settings.credential {
            Credential::Certificates(certificate, _) => Some(certificate.valid_until()),
            Credential::Secret(_) => None,
        };
        let microsoft = Microsoft::new(settings, Clock::system(), Random::operating_system())?;
        microsofts.push((name, until, microsoft));
    }
    let Some((.., microsoft)) = microsofts.first() else {
        return Ok(());
    };
    if directory(microsoft, settings, findings).await? {
        for (name, until, microsoft) in &microsofts {
            credential(name, *until, microsoft, findings).await?;
        }
        redirect(microsoft, settings, findings).await?;
    }
    match microsoft.probe_graph().await {
        Ok(()) => findings.add(Finding::good("Graph", "answers"))?,
        Err(error) => findings.add(unreachable("Graph", &settings.entra.graph, &error))?,
    }
    let link = microsoft
        .entra()
        .admin_consent_url(settings.entra.tenants.first());
    let found = format!(
        "cannot be seen without a person; an administrator consents for everybody at {link}"
    );
    findings.add(Finding::skipped("consent", &found))
}

async fn directory(
    microsoft: &Microsoft,
    settings: &Settings,
    findings: &mut Findings,
) -> anyhow::Result<bool> {
    let directory = match microsoft.probe_directory().await {
        Ok(directory) => directory,
        Err(microsoft::Error::Metadata(why)) => {
            let todo =
                "Look at entra.tenants: Entra may not know the tenant id. Then at entra.login.";
            findings.add(Finding::bad("Entra", why, todo))?;
            return Ok(false);
        }
        Err(error) => {
            findings.add(unreachable("Entra", &settings.entra.login, &error))?;
            return Ok(false);
        }
    };
    findings.add(Finding::good(
        "Entra",
        &format!("answers as {}", directory.issuer),
    ))?;
    let Some(ahead) = directory.ahead_seconds else {
        findings.add(Finding::skipped("clock", "Microsoft did not tell the time"))?;
        return Ok(true);
    };
    let found = match ahead {
        1.. => format!("{ahead} seconds ahead of Microsoft's"),
        _ => format!("{} seconds behind Microsoft's", -ahead),
    };
    let todo = "Set this machine's clock by NTP: sign-ins are refused when it is minutes off.";
    findings.add(match ahead.abs() {
        CLOCK_BAD.. => Finding::bad("clock", &found, todo),
        CLOCK_WEAK.. => Finding::weak("clock", &found, todo),
        _ => Finding::good("clock", "as Microsoft's"),
    })?;
    Ok(true)
}

async fn credential(
    name: &'static str,
    until: Option<Timestamp>,
    microsoft: &Microsoft,
    findings: &mut Findings,
) -> anyhow::Result<()> {
    let number = |code: Option<u32>| code.map_or(String::new(), |code| format!(" (AADSTS{code})"));
    let finding = match microsoft.probe_credential().await {
        Ok(Standing::Accepted) => {
            let end = until.map_or_else(
                || "it does not tell when a secret ends".to_owned(),
                |until| format!("it ends on {}", until.strftime("%Y-%m-%d")),
            );
            Finding::good(name, &format!("Entra accepts it; {end}"))
        }
        Ok(Standing::Refused { code }) => {
            let found = format!("Entra refuses it{}", number(code));
            Finding::bad(name, &found, what_to_do(code))
        }
        Ok(Standing::Unclear { code }) => {
            let found = format!("could not be told from Entra's answer{}", number(code));
            Finding::skipped(name, &found)
        }
        Err(error) => Finding::bad(
            name,
            &error.to_string(),
            "Try again; then look at the network.",
        ),
    };
    findings.add(finding)
}

/// What an operator does about Entra's refusal of the application.
/// <https://learn.microsoft.com/entra/identity-platform/reference-error-codes>
fn what_to_do(code: Option<u32>) -> &'static str {
    match code {
        Some(7_000_215) => {
            "The secret is wrong. Often its id was copied instead of its value, which Entra shows once: make a new one."
        }
        Some(7_000_222) => "The secret has expired: make a new one, and better a certificate.",
        Some(700_027 | 50_012) => {
            "Entra does not know this certificate: upload its public part to the app registration (Certificates & secrets)."
        }
        Some(500_133) => "The assertion is outside its time: set this machine's clock.",
        Some(700_016 | 700_011) => {
            "Entra does not know entra.client_id in this tenant: compare both ids with the app registration's overview, or have an administrator consent there first."
        }
        Some(7_000_112 | 70_001) => {
            "The application is switched off in this tenant: Enterprise applications > the app > Properties > Enabled for users to sign in."
        }
        Some(90_002) => "Entra does not know the tenant: look at entra.tenants.",
        Some(50_194) => {
            "The app registration is for one tenant only: name only that one in entra.tenants, or register it for several."
        }
        Some(7_000_218 | 700_025) => {
            "Entra takes the app for a public client: set \"Allow public client flows\" to No."
        }
        _ => "Look the number up in Microsoft's list of AADSTS errors.",
    }
}

async fn redirect(
    microsoft: &Microsoft,
    settings: &Settings,
    findings: &mut Findings,
) -> anyhow::Result<()> {
    let address = format!("{}/auth/microsoft/callback", settings.server.base_url);
    let finding = match microsoft.probe_redirect().await {
        Ok(Redirect::Registered) => Finding::good("redirect address", "registered"),
        Ok(Redirect::NotRegistered) => {
            let todo = format!(
                "Add {address} to the app registration (Authentication > Web), letter by letter."
            );
            Finding::bad("redirect address", "Entra does not know it", &todo)
        }
        Ok(Redirect::Unclear) => {
            let found = format!("Microsoft's page did not tell; it must be {address}, of type Web");
            Finding::skipped("redirect address", &found)
        }
        Err(error) => Finding::skipped("redirect address", &error.to_string()),
    };
    findings.add(finding)
}

fn unreachable(about: &'static str, address: &str, error: &microsoft::Error) -> Finding {
    let todo = format!(
        "Look whether this machine may open connections to {address} (DNS, firewall, proxy, TLS inspection)."
    );
    Finding::bad(about, &error.to_string(), &todo)
}
