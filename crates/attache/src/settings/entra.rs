//! `[entra]`: Microsoft, as whom and where.

use std::time::Duration;

use anyhow::bail;
use domain::id::TenantId;
use domain::secret::ClientSecret;
use jiff::{SignedDuration, Timestamp};
use microsoft::entra::{Certificate, CertificateFault, Credential};
use url::Url;

use super::reader::{Problem, Reader, boolean, duration, text, texts};
use super::server::{Server, is_loopback};
use super::table::{Default, Key, Section};

/// Where Microsoft signs people in, in its public and national clouds.
const LOGIN_HOSTS: [&str; 3] = [
    "login.microsoftonline.com",
    "login.microsoftonline.us",
    "login.partner.microsoftonline.cn",
];

/// Where Microsoft Graph answers, in the same clouds.
const GRAPH_HOSTS: [&str; 4] = [
    "graph.microsoft.com",
    "graph.microsoft.us",
    "dod-graph.microsoft.us",
    "microsoftgraph.chinacloudapi.cn",
];

/// A certificate that ends sooner than this is worth a word.
const REPLACE_BEFORE: SignedDuration = SignedDuration::from_hours(30 * 24);

pub(super) const SECTION: Section = Section {
    name: "entra",
    about: "The application at Microsoft Entra that attache acts as, and who may use it.",
    keys: &[
        Key {
            name: "tenants",
            default: Default::Is("[]"),
            accepts: "a list of tenant ids (GUIDs)",
            about: "The tenants whose people may sign in; at least one. Others are refused.",
        },
        Key {
            name: "client_id",
            default: Default::Unset("\"00000000-0000-0000-0000-000000000000\""),
            accepts: "the application (client) id, a GUID",
            about: "The application's id, from its overview page at Entra.",
        },
        Key {
            name: "client_secret",
            default: Default::Secret("the value of a client secret"),
            accepts: "text",
            about: "The application's client secret: its value, not its id. A certificate is the better way.",
        },
        Key {
            name: "certificate",
            default: Default::Secret("a certificate and its private key"),
            accepts: "a PEM text with an X.509 certificate and its RSA private key, or a PFX file in base64",
            about: "The certificate registered with the application, and its private key, instead of a client secret. Entra \
                    knows the public part only, so nobody there can lose what is needed to act as attache. The file may be \
                    a PEM or a PFX (PKCS#12) file.",
        },
        Key {
            name: "previous_certificate",
            default: Default::Secret("the certificate that was used before"),
            accepts: "a PEM text with an X.509 certificate and its RSA private key, or a PFX file in base64",
            about: "Tried when Entra does not accept `certificate`: for the time in which one replaces the other.",
        },
        Key {
            name: "certificate_password",
            default: Default::Secret("the password of the PFX file"),
            accepts: "text",
            about: "What opens the certificates if they are PFX files with a password.",
        },
        Key {
            name: "login",
            default: Default::Is("\"https://login.microsoftonline.com\""),
            accepts: "an address of a Microsoft sign-in host, without a path",
            about: "Where people sign in. National clouds have their own.",
        },
        Key {
            name: "graph",
            default: Default::Is("\"https://graph.microsoft.com/v1.0\""),
            accepts: "an address of Microsoft Graph with its version",
            about: "Where Microsoft Graph answers.",
        },
        Key {
            name: "timeout",
            default: Default::Is("\"15s\""),
            accepts: "a time from 1s to 60s",
            about: "How long one request to Microsoft may take.",
        },
        Key {
            name: "allow_other_hosts",
            default: Default::Is("false"),
            accepts: "true or false",
            about: "Whether `login` and `graph` may name https hosts that are not known as Microsoft's.",
        },
        Key {
            name: "simulator",
            default: Default::Is("false"),
            accepts: "true or false",
            about: "Whether `login` and `graph` may be a simulator. Only for a `server.base_url` on this machine; every page \
                    says so.",
        },
    ],
};

/// The values of `[entra]`.
#[derive(Debug)]
pub(crate) struct Entra {
    /// Whose people may sign in.
    pub(crate) tenants: Vec<TenantId>,
    /// The application's id.
    pub(crate) client_id: Option<String>,
    /// Its secret.
    pub(crate) client_secret: Option<ClientSecret>,
    /// Its certificate and private key, PEM or PFX. No client secret; the type only keeps it from being printed.
    pub(crate) certificate: Option<ClientSecret>,
    /// The one that is tried next.
    pub(crate) previous_certificate: Option<ClientSecret>,
    /// What opens them.
    pub(crate) certificate_password: Option<ClientSecret>,
    /// Scheme and host of the sign-in pages.
    pub(crate) login: String,
    /// Microsoft Graph with its version, without a slash at the end.
    pub(crate) graph: String,
    /// The longest wait for one answer.
    pub(crate) timeout: Duration,
    /// Whether hosts need not be Microsoft's.
    pub(crate) allow_other_hosts: bool,
    /// Whether a simulator may answer.
    pub(crate) simulator: bool,
}

impl Entra {
    pub(super) fn read(reader: &mut Reader) -> Self {
        Self {
            tenants: reader.value(&SECTION, "tenants", |value| {
                let names = texts(value)?;
                names
                    .iter()
                    .map(|name| TenantId::parse(name).ok())
                    .collect()
            }),
            client_id: reader.optional(&SECTION, "client_id", |value| {
                let id = TenantId::parse(&text(value)?).ok()?;
                Some(id.as_str().to_owned())
            }),
            client_secret: reader
                .secret(&SECTION, "client_secret")
                .map(ClientSecret::new),
            certificate: reader
                .secret(&SECTION, "certificate")
                .map(ClientSecret::new),
            previous_certificate: reader
                .secret(&SECTION, "previous_certificate")
                .map(ClientSecret::new),
            certificate_password: reader
                .secret(&SECTION, "certificate_password")
                .map(ClientSecret::new),
            login: reader.value(&SECTION, "login", |value| {
                let address = address(&text(value)?)?;
                (Url::parse(&address).ok()?.path() == "/").then_some(address)
            }),
            graph: reader.value(&SECTION, "graph", |value| address(&text(value)?)),
            timeout: reader.value(&SECTION, "timeout", duration(1..=60)),
            allow_other_hosts: reader.value(&SECTION, "allow_other_hosts", boolean),
            simulator: reader.value(&SECTION, "simulator", boolean),
        }
    }

    /// The address of the tenant's (or, for several, any organisation's) sign-in.
    pub(crate) fn authority(&self) -> String {
        match self.tenants.as_slice() {
            [only] => format!("{}/{only}", self.login),
            [] | [_, ..] => format!("{}/organizations", self.login),
        }
    }

    pub(super) fn unfinished(&self, server: &Server) -> Vec<Problem> {
        let mut problems = Vec::new();
        if self.tenants.is_empty() {
            problems.push(Problem::missing("entra.tenants", "at least one tenant id"));
        }
        if self.client_id.is_none() {
            problems.push(Problem::missing(
                "entra.client_id",
                "the application (client) id",
            ));
        }
        problems.extend(self.credential_problems());
        if self.simulator && !server.is_loopback() {
            problems.push(Problem {
                key: "entra.simulator".into(),
                place: "the settings".into(),
                found: "a simulator for a server.base_url that is not on this machine".into(),
                accepted: "entra.simulator = false, or a base address on loopback".into(),
            });
        }
        problems.extend(self.refuse_host("entra.login", &self.login, &LOGIN_HOSTS));
        problems.extend(self.refuse_host("entra.graph", &self.graph, &GRAPH_HOSTS));
        problems
    }

    /// What attache proves itself with: the certificates if there are any, else the secret.
    ///
    /// # Errors
    /// When neither is set, or a certificate cannot be used. [`Self::unfinished`] says it first and better.
    pub(crate) fn credential(&self) -> anyhow::Result<Credential> {
        let read = |text| self.certificate_from(text);
        match (&self.certificate, &self.client_secret) {
            (Some(certificate), _) => {
                let previous = self.previous_certificate.as_ref().map(read).transpose()?;
                Ok(Credential::Certificates(
                    read(certificate)?,
                    previous.map(Box::new),
                ))
            }
            (None, Some(secret)) => {
                let secret = secret.expose().to_owned();
                Ok(Credential::Secret(ClientSecret::new(secret)))
            }
            (None, None) => bail!("neither entra.certificate nor entra.client_secret is set"),
        }
    }

    /// Each credential alone, by the name of its setting.
    ///
    /// # Errors
    /// As [`Self::credential`] says them.
    pub(crate) fn credentials(&self) -> anyhow::Result<Vec<(&'static str, Credential)>> {
        let mut all = Vec::new();
        for (name, pem) in self.certificates() {
            let certificate = self.certificate_from(pem)?;
            all.push((name, Credential::Certificates(certificate, None)));
        }
        if all.is_empty() {
            all.push(("entra.client_secret", self.credential()?));
        }
        Ok(all)
    }

    fn credential_problems(&self) -> Vec<Problem> {
        let problem = |key: &str, found: String, accepted: &str| Problem {
            key: key.into(),
            place: "the settings".into(),
            found,
            accepted: accepted.into(),
        };
        let mut problems = Vec::new();
        match (&self.certificate, &self.client_secret) {
            (None, None) => problems.push(Problem::missing(
                "entra.client_secret",
                "entra.certificate_file, or the value of a client secret, or entra.client_secret_file",
            )),
            (Some(_), Some(_)) => problems.push(problem(
                "entra.client_secret",
                "entra.certificate is given too".into(),
                "one of the two",
            )),
            (Some(_), None) | (None, Some(_)) => {}
        }
        if self.previous_certificate.is_some() && self.certificate.is_none() {
            problems.push(problem(
                "entra.previous_certificate",
                "there is no entra.certificate".into(),
                "a certificate that is used first",
            ));
        }
        for (key, pem) in self.certificates() {
            if let Err(fault) = self.certificate_from(pem) {
                let accepted =
                    "a PEM or PFX file with an X.509 certificate and its RSA private key";
                problems.push(problem(key, fault.to_string(), accepted));
            }
        }
        problems
    }

    fn certificate_from(&self, text: &ClientSecret) -> Result<Certificate, CertificateFault> {
        let password = self.certificate_password.as_ref();
        Certificate::read(text.expose(), password.map_or("", ClientSecret::expose))
    }

    fn certificates(&self) -> impl Iterator<Item = (&'static str, &ClientSecret)> {
        let first = self.certificate.as_ref();
        let second = self.previous_certificate.as_ref();
        let first = first.map(|pem| ("entra.certificate", pem));
        first
            .into_iter()
            .chain(second.map(|pem| ("entra.previous_certificate", pem)))
    }

    /// Tokens go to these hosts, so they are Microsoft's unless the operator says otherwise.
    fn refuse_host(&self, key: &str, address: &str, hosts: &[&str]) -> Option<Problem> {
        let url = Url::parse(address).ok()?;
        let https = url.scheme() == "https";
        let theirs =
            url.host_str().is_some_and(|host| hosts.contains(&host)) && url.port().is_none();
        let accepted = match (https && theirs, self.simulator, self.allow_other_hosts) {
            (true, _, _) => return None,
            (false, true, _) if is_loopback(address) => return None,
            (false, _, true) if https => return None,
            (false, true, _) => "a simulator on this machine".to_owned(),
            (false, false, true) => "an https address".to_owned(),
            (false, false, false) => format!(
                "https and one of {}; or any https host with entra.allow_other_hosts = true",
                hosts.join(", ")
            ),
        };
        Some(Problem {
            key: key.into(),
            place: "the settings".into(),
            found: format!("found \"{address}\", which is not known as Microsoft's"),
            accepted,
        })
    }

    pub(super) fn weaknesses(&self, now: Timestamp) -> Vec<String> {
        let mut found = Vec::new();
        for (key, pem) in self.certificates() {
            let Ok(certificate) = self.certificate_from(pem) else {
                continue;
            };
            let until = certificate.valid_until();
            let date = until.strftime("%Y-%m-%d");
            if until <= now {
                found.push(format!(
                    "{key} ended on {date}: Entra refuses it; make a new one and register it"
                ));
            } else if until.duration_since(now) < REPLACE_BEFORE {
                found.push(format!("{key} ends on {date}: make a new one, register it, and keep this one as entra.previous_certificate"));
            }
        }
        if self.simulator {
            found.push(
                "entra.simulator is on: whoever runs the simulator decides who people are; only for trying attache out"
                    .into(),
            );
        }
        if self.allow_other_hosts {
            found.push(
                "entra.allow_other_hosts is on: refresh tokens may go to hosts that are not Microsoft's".into(),
            );
        }
        found
    }
}

fn address(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    let plain = matches!(url.scheme(), "http" | "https")
        && url.host_str().is_some()
        && url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    plain.then(|| url.as_str().trim_end_matches('/').to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::{SECTIONS, Settings};
    use super::*;

    fn check(toml: &str, refused: &[&str]) {
        let mut reader = Reader::new(&SECTIONS);
        reader.add_file("attache.toml", toml);
        let settings = Settings::read(reader).expect("the form is accepted");
        let problems = settings.entra.unfinished(&settings.server);
        let keys: Vec<&str> = problems
            .iter()
            .map(|problem| problem.key.as_str())
            .collect();
        let hosts = |key: &&str| ["entra.login", "entra.graph", "entra.simulator"].contains(key);
        let keys: Vec<&str> = keys.into_iter().filter(hosts).collect();
        assert_eq!(keys, refused, "{toml}");
    }

    #[test]
    fn only_microsofts_hosts_are_trusted_unless_the_operator_says_otherwise() {
        check("", &[]);
        check(
            "[entra]\nlogin = \"https://login.evil.example\"",
            &["entra.login"],
        );
        check(
            "[entra]\nlogin = \"http://login.microsoftonline.com\"",
            &["entra.login"],
        );
        check(
            "[entra]\nlogin = \"https://login.microsoftonline.com:444\"",
            &["entra.login"],
        );
        check(
            "[entra]\ngraph = \"https://graph.microsoft.com.evil.example/v1.0\"",
            &["entra.graph"],
        );
        check(
            "[entra]\nallow_other_hosts = true\nlogin = \"https://other.example\"",
            &[],
        );
        check(
            "[entra]\nallow_other_hosts = true\nlogin = \"http://other.example\"",
            &["entra.login"],
        );
    }

    #[test]
    fn a_simulator_is_for_this_machine_only() {
        let sim = "login = \"http://127.0.0.1:8181\"\ngraph = \"http://127.0.0.1:8181/v1.0\"";
        check(&format!("[entra]\n{sim}"), &["entra.login", "entra.graph"]);
        check(&format!("[entra]\nsimulator = true\n{sim}"), &[]);
        check(
            &format!(
                "[server]\nbase_url = \"https://attache.example\"\n[entra]\nsimulator = true\n{sim}"
            ),
            &["entra.simulator"],
        );
        check(
            "[entra]\nsimulator = true\nlogin = \"http://10.0.0.1\"",
            &["entra.login"],
        );
    }
}
