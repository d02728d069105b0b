//! Where Entra's endpoints are, and under which name it issues. Pinned to the configured authority.

use std::sync::Arc;
use std::time::Duration;

use domain::clock::Clock;
use domain::id::TenantId;
use jiff::Timestamp;
use tokio::sync::Mutex;
use url::Url;

use super::CAP;
use crate::error::Error;
use crate::settings::Places;
use crate::transport::Transport;
use crate::wire::metadata::Document;

/// As long as Microsoft lets clients keep it.
const KEPT: Duration = Duration::from_secs(24 * 3600);

/// What the authority said about itself.
#[derive(Debug)]
pub(crate) struct Metadata {
    pub(crate) authorization_endpoint: Url,
    pub(crate) token_endpoint: Url,
    pub(crate) jwks_uri: Url,
    /// May hold `{tenantid}`, to be replaced by the tenant of a token.
    pub(crate) issuer: String,
}

/// Asks once, when first needed, and keeps the answer for a day. An old answer is better than none.
pub(crate) struct Discovery {
    places: Arc<Places>,
    transport: Transport,
    clock: Clock,
    kept: Mutex<Option<(Timestamp, Arc<Metadata>)>>,
}

impl Discovery {
    pub(crate) fn new(places: Arc<Places>, transport: Transport, clock: Clock) -> Self {
        Self {
            places,
            transport,
            clock,
            kept: Mutex::new(None),
        }
    }

    /// The authority's metadata. Callers that come together wait for one request.
    pub(crate) async fn metadata(&self) -> Result<Arc<Metadata>, Error> {
        let mut kept = self.kept.lock().await;
        let now = self.clock.now();
        match &*kept {
            Some((until, metadata)) if now < *until => return Ok(Arc::clone(metadata)),
            Some(_) | None => {}
        }
        match self.fetch().await {
            Ok(metadata) => {
                let metadata = Arc::new(metadata);
                *kept = Some((now + KEPT, Arc::clone(&metadata)));
                Ok(metadata)
            }
            Err(error) => match &mut *kept {
                Some((until, metadata)) => {
                    *until = now + Duration::from_secs(300);
                    Ok(Arc::clone(metadata))
                }
                None => Err(error),
            },
        }
    }

    async fn fetch(&self) -> Result<Metadata, Error> {
        let mut url = self.places.authority.clone();
        url.set_path(&format!(
            "/{}/v2.0/.well-known/openid-configuration",
            self.places.tenant
        ));
        let request = self.transport.request(http::Method::GET, url);
        let answer = self
            .transport
            .send(request, CAP, Duration::MAX)
            .await
            .map_err(|lost| Error::from(*lost))?;
        if !answer.is_success() {
            return Err(Error::Metadata("the discovery document was refused"));
        }
        let document: Document = serde_json::from_slice(&answer.body)
            .map_err(|_| Error::Metadata("the discovery document cannot be read"))?;
        pinned(&self.places, &document)
    }
}

/// Accepts a document only if everything in it is the configured authority's own.
fn pinned(places: &Places, document: &Document) -> Result<Metadata, Error> {
    let own = |text: &str| {
        Url::parse(text)
            .ok()
            .filter(|url| url.origin() == places.authority.origin())
    };
    let endpoint =
        |text: &str| own(text).ok_or(Error::Metadata("an endpoint is not the authority's"));
    let origin = places.authority.origin().ascii_serialization();
    let segment = document
        .issuer
        .strip_prefix(&origin)
        .and_then(|rest| rest.strip_prefix('/'))
        .and_then(|rest| rest.strip_suffix("/v2.0"))
        .ok_or(Error::Metadata("the issuer is not the authority's"))?;
    let fits = match places.tenant.as_str() {
        "organizations" | "common" => segment == "{tenantid}",
        tenant if TenantId::parse(tenant).is_ok() => segment.eq_ignore_ascii_case(tenant),
        // A domain name in the authority becomes the tenant's GUID in the document.
        _ => TenantId::parse(segment).is_ok(),
    };
    if !fits {
        return Err(Error::Metadata("the issuer is not the authority's"));
    }
    Ok(Metadata {
        authorization_endpoint: endpoint(&document.authorization_endpoint)?,
        token_endpoint: endpoint(&document.token_endpoint)?,
        jwks_uri: endpoint(&document.jwks_uri)?,
        issuer: document.issuer.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TENANT: &str = "8eaef023-2b34-4da1-9baa-8bc8c9d6a490";

    fn places(tenant: &str) -> Places {
        Places {
            authority: Url::parse(&format!("https://login.example/{tenant}")).expect("an address"),
            tenant: tenant.into(),
            graph: Url::parse("https://graph.example/v1.0").expect("an address"),
            loopback: false,
        }
    }

    fn document(issuer: &str, endpoint: &str) -> Document {
        Document {
            issuer: issuer.into(),
            authorization_endpoint: endpoint.into(),
            token_endpoint: endpoint.into(),
            jwks_uri: endpoint.into(),
        }
    }

    #[test]
    fn only_the_authoritys_own_issuer_and_endpoints_are_accepted() {
        let own = format!("https://login.example/{TENANT}/v2.0");
        let template = "https://login.example/{tenantid}/v2.0";
        let here = "https://login.example/x";
        let check = |tenant: &str, issuer: &str, endpoint: &str| {
            pinned(&places(tenant), &document(issuer, endpoint)).is_ok()
        };
        assert!(check(TENANT, &own, here));
        assert!(check("organizations", template, here));
        assert!(check("nordwind.example", &own, here));
        for (tenant, issuer, endpoint) in [
            (TENANT, template, here),
            (
                TENANT,
                "https://login.example/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0",
                here,
            ),
            (
                TENANT,
                "https://evil.example/8eaef023-2b34-4da1-9baa-8bc8c9d6a490/v2.0",
                here,
            ),
            (
                TENANT,
                "https://login.example.evil/8eaef023-2b34-4da1-9baa-8bc8c9d6a490/v2.0",
                here,
            ),
            (TENANT, &own, "https://evil.example/x"),
            (TENANT, &own, "http://login.example/x"),
            (TENANT, &own, "https://login.example:8443/x"),
            ("organizations", &own, here),
            ("nordwind.example", template, here),
        ] {
            assert!(
                !check(tenant, issuer, endpoint),
                "{tenant} {issuer} {endpoint}"
            );
        }
    }
}
