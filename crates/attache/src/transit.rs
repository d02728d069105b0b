//! The transit interface of HashiCorp Vault: data keys go there to be wrapped and unwrapped, its key never leaves it.
//!
//! Two requests are used, `encrypt` and `decrypt`, each with associated data, so a policy with `update` on
//! `<mount>/encrypt/<key>` and `<mount>/decrypt/<key>` is enough. Only an answer that says in Vault's own words that
//! something does not open counts as damage; whatever else is wrong is a reason to try again later.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::HeaderValue;
use serde_json::{Value, json};
use store::keyring::{KeyService, ServiceAnswer, ServiceFault};
use zeroize::Zeroizing;

use crate::settings::{Vault, secret_in};

/// How long one request may take.
const TIMEOUT: Duration = Duration::from_secs(5);
/// What is waited before wrapping is tried again: Entra has then already given what is to be sealed.
const PAUSES: [Duration; 3] = [
    Duration::from_millis(100),
    Duration::from_millis(500),
    Duration::from_secs(2),
];
/// The most of an answer that is read.
const LARGEST: usize = 64 * 1024;

/// The client of one key.
#[derive(Debug)]
pub(crate) struct Transit {
    client: reqwest::Client,
    /// `address/v1/mount`
    base: String,
    key: String,
    namespace: Option<String>,
    token_file: PathBuf,
}

impl Transit {
    /// A client; nothing is asked yet.
    ///
    /// # Errors
    /// When the token file is not set, or the certificate authority cannot be read.
    pub(crate) fn new(vault: &Vault) -> anyhow::Result<Self> {
        #[expect(
            clippy::disallowed_methods,
            reason = "the one client for the key service, with time-outs"
        )]
        let mut builder = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .timeout(TIMEOUT)
            .connect_timeout(TIMEOUT)
            .no_proxy()
            .referer(false);
        if let Some(file) = &vault.ca_file {
            let doing = || format!("keys.vault_ca_file {}", file.display());
            let pem = std::fs::read(file).with_context(doing)?;
            let authorities = reqwest::Certificate::from_pem_bundle(&pem).with_context(doing)?;
            builder = builder.tls_certs_only(authorities);
        }
        Ok(Self {
            client: builder
                .build()
                .context("no client for the key service can be made")?,
            base: format!("{}/v1/{}", vault.address, vault.mount),
            key: vault.key.clone(),
            namespace: vault.namespace.clone(),
            token_file: vault
                .token_file
                .clone()
                .context("keys.vault_token_file is not set")?,
        })
    }

    /// The newest version of the key, found out by using it; proves on the way that associated data is heeded.
    ///
    /// # Errors
    /// When the service cannot be used, or is too old to heed associated data.
    pub(crate) async fn newest_version(&self) -> anyhow::Result<u64> {
        let probe = self.encrypt(None, b"attache", "this").await;
        let (version, wrapped) = probe.map_err(unusable)?;
        match self.decrypt(&wrapped, "that").await {
            Err(ServiceFault::Shut) => Ok(version),
            Ok(_) => bail!("the key service does not heed associated data; it is too old"),
            Err(fault) => Err(unusable(fault)),
        }
    }

    async fn encrypt(
        &self,
        version: Option<u64>,
        plain: &[u8],
        associated_data: &str,
    ) -> Result<(u64, String), ServiceFault> {
        let plain = Zeroizing::new(STANDARD.encode(plain));
        let mut body = json!({
            "plaintext": *plain,
            "associated_data": STANDARD.encode(associated_data),
        });
        if let Some(version) = version {
            body["key_version"] = version.into();
        }
        let data = self.ask("encrypt", &body).await?;
        let wrapped = data["ciphertext"].as_str();
        let found = wrapped.and_then(|text| Some((version_of(text)?, text.to_owned())));
        match (found, version) {
            (Some(found), None) => Ok(found),
            (Some(found), Some(version)) if found.0 == version => Ok(found),
            _ => Err(unavailable("it answered without what was asked for")),
        }
    }

    async fn decrypt(
        &self,
        wrapped: &str,
        associated_data: &str,
    ) -> Result<Zeroizing<Vec<u8>>, ServiceFault> {
        let body = json!({
            "ciphertext": wrapped,
            "associated_data": STANDARD.encode(associated_data),
        });
        let data = self.ask("decrypt", &body).await?;
        let plain = data["plaintext"].as_str().map(|text| STANDARD.decode(text));
        match plain {
            Some(Ok(plain)) => Ok(Zeroizing::new(plain)),
            Some(Err(_)) | None => Err(unavailable("it answered without what was asked for")),
        }
    }

    /// One request; answers what is in `data`.
    async fn ask(&self, operation: &str, body: &Value) -> Result<Value, ServiceFault> {
        let token = secret_in(&self.token_file).map_err(|error| unavailable(&error.to_string()))?;
        let mut token = HeaderValue::from_str(token.expose())
            .map_err(|_| unavailable("the token in keys.vault_token_file is none"))?;
        token.set_sensitive(true);
        let mut request = self
            .client
            .post(format!("{}/{operation}/{}", self.base, self.key))
            .header("x-vault-token", token)
            .header("x-vault-request", "true")
            .json(body);
        if let Some(namespace) = &self.namespace {
            request = request.header("x-vault-namespace", namespace);
        }
        // Neither the address nor the body is repeated in what is said.
        let mut answer = request
            .send()
            .await
            .map_err(|error| unavailable(reason(&error)))?;
        let status = answer.status().as_u16();
        let mut bytes = Zeroizing::new(Vec::new());
        while let Some(chunk) = answer
            .chunk()
            .await
            .map_err(|error| unavailable(reason(&error)))?
        {
            if bytes.len() + chunk.len() > LARGEST {
                return Err(unavailable("its answer is too long"));
            }
            bytes.extend_from_slice(&chunk);
        }
        let mut answer: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        match status {
            200 => Ok(answer["data"].take()),
            status => Err(refused(status, &answer["errors"])),
        }
    }
}

impl KeyService for Transit {
    fn wrap<'a>(
        &'a self,
        version: u64,
        plain: &'a [u8],
        associated_data: &'a str,
    ) -> ServiceAnswer<'a, String> {
        Box::pin(async move {
            for pause in PAUSES {
                match self.encrypt(Some(version), plain, associated_data).await {
                    Err(ServiceFault::Unavailable(_)) => tokio::time::sleep(pause).await,
                    answered => return answered.map(|(_, wrapped)| wrapped),
                }
            }
            let last = self.encrypt(Some(version), plain, associated_data).await;
            last.map(|(_, wrapped)| wrapped)
        })
    }

    fn unwrap<'a>(
        &'a self,
        version: u64,
        wrapped: &'a str,
        associated_data: &'a str,
    ) -> ServiceAnswer<'a, Zeroizing<Vec<u8>>> {
        Box::pin(async move {
            if version_of(wrapped) != Some(version) {
                return Err(ServiceFault::Shut);
            }
            self.decrypt(wrapped, associated_data).await
        })
    }
}

/// The version in `vault:v3:…`.
fn version_of(wrapped: &str) -> Option<u64> {
    let (version, _) = wrapped.strip_prefix("vault:v")?.split_once(':')?;
    version.parse().ok()
}

/// What an answer other than 200 means. Anything that is not known stays a reason to try again.
fn refused(status: u16, errors: &Value) -> ServiceFault {
    let only = match errors.as_array().map(Vec::as_slice) {
        Some([only]) => only.as_str().unwrap_or_default(),
        Some(_) | None => "",
    };
    match (status, only) {
        (
            400,
            "cipher: message authentication failed"
            | "invalid ciphertext: unable to decrypt"
            | "invalid ciphertext: could not decrypt",
        ) => ServiceFault::Shut,
        (
            400,
            "ciphertext or signature version is disallowed by policy (too old)"
            | "invalid ciphertext: version is too new",
        ) => ServiceFault::VersionMissing,
        (400, "encryption key not found") => unavailable("it has no key of this name"),
        (403, _) => unavailable("it refuses our token for this key (403)"),
        (404, _) => unavailable("it has no transit engine at this mount (404)"),
        (503, _) => unavailable("it is sealed or starting (503)"),
        (status, _) => unavailable(&format!("it answered {status}")),
    }
}

fn reason(error: &reqwest::Error) -> &'static str {
    match (error.is_timeout(), error.is_connect()) {
        (true, _) => "it does not answer in time",
        (_, true) => "it cannot be reached",
        _ => "the connection to it broke",
    }
}

fn unavailable(why: &str) -> ServiceFault {
    ServiceFault::Unavailable(why.to_owned())
}

fn unusable(fault: ServiceFault) -> anyhow::Error {
    let why = match fault {
        ServiceFault::Unavailable(why) => why,
        ServiceFault::Shut | ServiceFault::VersionMissing => "it refuses its own newest key".into(),
    };
    anyhow::anyhow!("the key service at keys.vault_address cannot be used: {why}")
}

#[cfg(test)]
#[path = "../tests/cli/vault.rs"]
mod vault;

#[cfg(test)]
mod tests;
