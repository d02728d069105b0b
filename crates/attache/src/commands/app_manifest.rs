//! `attache app-manifest`

use std::process::ExitCode;

use clap::{Args, ValueEnum};
use microsoft::entra::scopes::{self, CONNECT, GRAPH_APP_ID};
use serde_json::{Value, json};

use super::{ConfigFile, Misuse};
use crate::terminal;

/// Print what registers attache at Microsoft Entra, with exactly the permissions it asks for
///
/// Nothing is sent to Microsoft. An administrator uses the output: as a manifest, as commands, or as a template.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  attache app-manifest --base-url https://calendar.example.com --form az"
)]
pub(crate) struct AppManifest {
    #[command(flatten)]
    config: ConfigFile,
    /// The address people use [default: server.base_url of the settings]
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    /// The name that people see when they consent
    #[arg(long, default_value = "attache")]
    name: String,
    /// Whether people of other organisations' tenants are to use it too
    #[arg(long)]
    several_tenants: bool,
    /// In which form
    #[arg(long, value_enum, default_value_t = Form::Manifest)]
    form: Form,
}

/// The ways to register an application.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// The application's manifest in Microsoft Graph's format, JSON
    Manifest,
    /// Commands of Azure's command line, for a shell
    Az,
    /// A template for a Bicep deployment
    Bicep,
}

impl AppManifest {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        let base_url = match &self.base_url {
            Some(base_url) => base_url.trim_end_matches('/').to_owned(),
            None => self.config.load()?.server.base_url,
        };
        let registration = Registration::new(&self.name, &base_url, self.several_tenants)?;
        terminal::answer(&match self.form {
            Form::Manifest => serde_json::to_string_pretty(&registration.manifest())?,
            Form::Az => registration.commands(),
            Form::Bicep => registration.template(),
        })?;
        Ok(ExitCode::SUCCESS)
    }
}

/// What is registered, whatever the form.
struct Registration {
    name: String,
    redirect_uri: String,
    audience: &'static str,
}

impl Registration {
    fn new(name: &str, base_url: &str, several_tenants: bool) -> Result<Self, Misuse> {
        let address = url::Url::parse(base_url).ok();
        let here = |url: &url::Url| matches!(url.host_str(), Some("localhost" | "127.0.0.1"));
        let usable = address.is_some_and(|url| {
            let safe = url.scheme() == "https" || (url.scheme() == "http" && here(&url));
            safe && url.path() == "/" && url.query().is_none() && url.fragment().is_none()
        });
        if !usable {
            return Err(Misuse::new(
                "the address must begin with https:// and have no path; plain http is for localhost only",
            ));
        }
        // The name goes into a shell command and a template, between quotes.
        let plain = |character: char| character.is_alphanumeric() || " -_.,()".contains(character);
        if name.is_empty() || name.chars().count() > 120 || !name.chars().all(plain) {
            return Err(Misuse::new(
                "the name has 1 to 120 letters, digits, spaces or - _ . , ( )",
            ));
        }
        Ok(Self {
            name: name.to_owned(),
            redirect_uri: format!("{base_url}/auth/microsoft/callback"),
            audience: match several_tenants {
                true => "AzureADMultipleOrgs",
                false => "AzureADMyOrg",
            },
        })
    }

    /// <https://learn.microsoft.com/entra/identity-platform/reference-microsoft-graph-app-manifest>
    fn manifest(&self) -> Value {
        json!({
            "displayName": self.name,
            "signInAudience": self.audience,
            "web": {
                "redirectUris": [self.redirect_uri],
                "implicitGrantSettings": { "enableIdTokenIssuance": false, "enableAccessTokenIssuance": false },
            },
            "isFallbackPublicClient": false,
            "optionalClaims": optional_claims(),
            "requiredResourceAccess": resource_access(),
        })
    }

    fn commands(&self) -> String {
        let Self {
            name,
            redirect_uri,
            audience,
        } = self;
        format!(
            "# Registers attache and prints its client id. Needs a signed-in `az` and the role Application Administrator.\n\
             app=$(az ad app create --display-name '{name}' --sign-in-audience {audience} \\\n\
             \x20 --web-redirect-uris '{redirect_uri}' --required-resource-accesses '{access}' \\\n\
             \x20 --optional-claims '{claims}' \\\n\
             \x20 --query appId --output tsv)\n\
             az ad sp create --id \"$app\"\n\
             # The public part of the certificate; key and certificate together go into entra.certificate_file.\n\
             az ad app credential reset --id \"$app\" --append --cert @attache-certificate.pem\n\
             # Consent for everybody in the organisation, to exactly these ten permissions.\n\
             az ad app permission admin-consent --id \"$app\"\n\
             echo \"entra.client_id = \\\"$app\\\"\"",
            access = resource_access(),
            claims = optional_claims(),
        )
    }

    fn template(&self) -> String {
        let Self {
            name,
            redirect_uri,
            audience,
        } = self;
        let permissions: String = CONNECT
            .iter()
            .map(|asked| {
                format!(
                    "        {{ id: '{}', type: 'Scope' }} // {}\n",
                    asked.permission_id,
                    asked.scope.as_str()
                )
            })
            .collect();
        let granted: Vec<&str> = scopes::names().iter().map(|scope| scope.as_str()).collect();
        format!(
            "extension microsoftGraphV1\n\n\
             resource app 'Microsoft.Graph/applications@v1.0' = {{\n\
             \x20 uniqueName: 'attache'\n\
             \x20 displayName: '{name}'\n\
             \x20 signInAudience: '{audience}'\n\
             \x20 web: {{ redirectUris: [ '{redirect_uri}' ] }}\n\
             \x20 optionalClaims: {{ idToken: [ {claims} ] }}\n\
             \x20 requiredResourceAccess: [\n\
             \x20   {{\n\
             \x20     resourceAppId: '{GRAPH_APP_ID}'\n\
             \x20     resourceAccess: [\n\
             {permissions}\
             \x20     ]\n\
             \x20   }}\n\
             \x20 ]\n\
             }}\n\n\
             resource principal 'Microsoft.Graph/servicePrincipals@v1.0' = {{ appId: app.appId }}\n\n\
             resource graph 'Microsoft.Graph/servicePrincipals@v1.0' existing = {{ appId: '{GRAPH_APP_ID}' }}\n\n\
             // Consent for everybody in the organisation. Leave it out to let an administrator consent by hand.\n\
             resource consent 'Microsoft.Graph/oauth2PermissionGrants@v1.0' = {{\n\
             \x20 clientId: principal.id\n\
             \x20 consentType: 'AllPrincipals'\n\
             \x20 resourceId: graph.id\n\
             \x20 scope: '{granted}'\n\
             }}\n\n\
             output clientId string = app.appId",
            granted = granted.join(" "),
            claims = CLAIMS
                .map(|name| format!("{{ name: '{name}' }}"))
                .join(", "),
        )
    }
}

/// What an ID token says beside who it is: which sign-in it belongs to, and when she proved who she is.
const CLAIMS: [&str; 2] = ["sid", "auth_time"];

fn optional_claims() -> Value {
    json!({ "idToken": CLAIMS.map(|name| json!({ "name": name })) })
}

/// The ten permissions as an application registers them.
fn resource_access() -> Value {
    let permissions: Vec<Value> = CONNECT
        .iter()
        .map(|asked| json!({ "id": asked.permission_id, "type": "Scope" }))
        .collect();
    json!([{ "resourceAppId": GRAPH_APP_ID, "resourceAccess": permissions }])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn registration() -> Registration {
        Registration::new("attache", "https://calendar.example.com", false)
            .unwrap_or_else(|misuse| panic!("{misuse}"))
    }

    #[test]
    fn every_form_registers_the_ten_permissions_and_nothing_else() {
        let manifest = registration().manifest().to_string();
        let (commands, template) = (registration().commands(), registration().template());
        for form in [&manifest, &commands, &template] {
            for asked in CONNECT {
                assert_eq!(form.matches(asked.permission_id).count(), 1, "{form}");
            }
            assert!(form.contains("https://calendar.example.com/auth/microsoft/callback"));
            assert!(form.contains("sid") && form.contains("auth_time"), "{form}");
            assert!(
                !form.contains("\"Role\"") && !form.contains("'Role'"),
                "{form}"
            );
        }
        let listed = &registration().manifest()["requiredResourceAccess"][0]["resourceAccess"];
        assert_eq!(listed.as_array().map(Vec::len), Some(10));
        assert!(template.contains("scope: 'openid offline_access email profile User.Read Contacts.Read People.Read User.ReadBasic.All Calendars.ReadWrite Calendars.Read.Shared'"));
    }

    #[test]
    fn what_entra_or_a_shell_would_misread_is_refused() {
        let check = |name: &str, base_url: &str| Registration::new(name, base_url, false).is_err();
        assert!(check("attache", "http://calendar.example.com"));
        assert!(check("attache", "https://calendar.example.com/attache"));
        assert!(check("attache", "calendar.example.com"));
        assert!(check("atta'che; rm", "https://calendar.example.com"));
        assert!(!check("Kalender für alle", "http://localhost:8180"));
    }
}
