//! A key that lives in a service: data keys go there to be wrapped and unwrapped, the key itself never comes here.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use zeroize::Zeroizing;

use crate::error::Error;

/// What a service answers, later.
pub type ServiceAnswer<'a, T> = Pin<Box<dyn Future<Output = Result<T, ServiceFault>> + Send + 'a>>;

/// Wraps and unwraps with a key that has versions.
pub trait KeyService: Send + Sync {
    /// Wraps a few bytes with a version of the key. The text opens with the same associated data only.
    fn wrap<'a>(
        &'a self,
        version: u64,
        plain: &'a [u8],
        associated_data: &'a str,
    ) -> ServiceAnswer<'a, String>;

    /// Opens what this version wrapped with this associated data.
    fn unwrap<'a>(
        &'a self,
        version: u64,
        wrapped: &'a str,
        associated_data: &'a str,
    ) -> ServiceAnswer<'a, Zeroizing<Vec<u8>>>;
}

/// Why a service did not do it. Only [`ServiceFault::Shut`] says anything about what was to be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ServiceFault {
    /// It looked, and what was given does not open.
    Shut,
    /// It does not have this version of the key, or does not open with it any more.
    VersionMissing,
    /// It could not be asked, refused us, or did not answer as expected. The text says why, without any secret.
    Unavailable(String),
}

/// A key in a service, with the version that seals what is new.
pub struct ServiceKey {
    name: String,
    version: u64,
    service: Arc<dyn KeyService>,
}

impl ServiceKey {
    /// Takes a key by its name in the service. The ids of its versions are made from the name: `name-v3`.
    ///
    /// # Errors
    /// When the name is not 1 to 30 lower-case letters, digits and hyphens.
    pub fn new(name: &str, version: u64, service: Arc<dyn KeyService>) -> Result<Self, Error> {
        let letter = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if name.is_empty() || name.len() > 30 || !name.bytes().all(letter) {
            return Err(Error::KeyUnusable(
                "its name in the service must be 1 to 30 lower-case letters, digits and hyphens",
            ));
        }
        Ok(Self {
            name: name.to_owned(),
            version,
            service,
        })
    }

    pub(crate) fn active_id(&self) -> String {
        format!("{}-v{}", self.name, self.version)
    }

    /// The version that an id names, if it is an id of this key.
    pub(crate) fn version_of(&self, id: &str) -> Option<u64> {
        let version = id.strip_prefix(&self.name)?.strip_prefix("-v")?;
        let number: u64 = version.parse().ok()?;
        // One text for each version.
        (number.to_string() == version).then_some(number)
    }

    pub(crate) fn service(&self) -> &dyn KeyService {
        self.service.as_ref()
    }
}

impl fmt::Debug for ServiceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ServiceKey({})", self.active_id())
    }
}
