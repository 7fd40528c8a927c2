//! The issuer of OpenID Connect that people may sign in at.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context, bail};
use proofdesk_desk::oidc::{Given, Settings};
use secrecy::SecretString;
use serde::Deserialize;
use url::Url;

/// The longest issuer, in bytes.
const MAX_ISSUER: usize = 1024;

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Oidc {
    #[serde(default)]
    pub(crate) issuer: Option<String>,
    #[serde(default)]
    client_id: Option<String>,
    #[serde(default)]
    client_secret: Option<SecretString>,
    #[serde(default)]
    client_secret_file: Option<PathBuf>,
    name: String,
    scopes: String,
    #[serde(default)]
    roles_claim: Option<String>,
    #[serde(default)]
    roles: BTreeMap<String, Vec<Role>>,
    create_users: bool,
    require_verified_email: bool,
}

/// What one value of the claim gives: a bundle at a location, or everything.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Role {
    #[serde(default)]
    bundle: Option<String>,
    #[serde(default)]
    business: Option<Name>,
    #[serde(default)]
    administrator: bool,
}

/// A name, or an id as a number.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum Name {
    Text(String),
    Id(i64),
}

impl Oidc {
    /// What the desk is told; None without an issuer.
    pub(crate) fn settings(&self) -> anyhow::Result<Option<Settings>> {
        let Some(issuer) = self.issuer.clone() else { return Ok(None) };
        check_issuer(&issuer)?;
        let Some(client_id) = self.client_id.clone().filter(|id| !id.is_empty()) else {
            bail!("oidc.client_id is missing: the issuer gives it to the desk when you register it there")
        };
        if !self.scopes.split(' ').any(|scope| scope == "openid") {
            bail!("oidc.scopes must have openid among them");
        }
        if !self.roles.is_empty() && self.roles_claim.is_none() {
            bail!("oidc.roles_claim is missing: without it oidc.roles gives nothing");
        }
        Ok(Some(Settings {
            issuer,
            client_id,
            client_secret: self.secret()?,
            name: self.name.clone(),
            scopes: self.scopes.clone(),
            roles_claim: self.roles_claim.clone(),
            roles: self.given()?,
            create_users: self.create_users,
            require_verified_email: self.require_verified_email,
        }))
    }

    fn secret(&self) -> anyhow::Result<Option<SecretString>> {
        match (&self.client_secret, &self.client_secret_file) {
            (Some(_), Some(_)) => bail!("set oidc.client_secret or oidc.client_secret_file, not both"),
            (Some(secret), None) => Ok(Some(secret.clone())),
            (None, None) => Ok(None),
            (None, Some(file)) => {
                let text = std::fs::read_to_string(file);
                let text = text
                    .with_context(|| format!("oidc.client_secret_file: {} can't be read", file.display()))?;
                match text.trim() {
                    "" => bail!("oidc.client_secret_file: {} is empty", file.display()),
                    secret => Ok(Some(secret.to_owned().into())),
                }
            }
        }
    }

    fn given(&self) -> anyhow::Result<BTreeMap<String, Vec<Given>>> {
        let given = |(value, roles): (&String, &Vec<Role>)| {
            let roles = roles.iter().map(|role| role.given(value)).collect::<anyhow::Result<_>>()?;
            Ok((value.clone(), roles))
        };
        self.roles.iter().map(given).collect()
    }
}

impl Role {
    fn given(&self, value: &str) -> anyhow::Result<Given> {
        match (&self.bundle, &self.business, self.administrator) {
            (None, None, true) => Ok(Given::Administrator),
            (Some(bundle), Some(business), false) => {
                let business = match business {
                    Name::Text(name) => name.clone(),
                    Name::Id(id) => id.to_string(),
                };
                Ok(Given::Bundle { bundle: bundle.clone(), business })
            }
            _ => bail!(
                "oidc.roles: {value:?} must give a bundle and a business each time, or administrator = true"
            ),
        }
    }
}

/// A URL without query and fragment (OpenID Connect Discovery section 3). That it is https is for the egress rules to say.
fn check_issuer(issuer: &str) -> anyhow::Result<()> {
    let url = Url::parse(issuer).context("oidc.issuer must be a URL, such as https://login.example.com")?;
    if !matches!(url.scheme(), "http" | "https") {
        bail!("oidc.issuer must begin with https://, begins with {}:", url.scheme());
    }
    let plain = url.username().is_empty() && url.password().is_none();
    if !plain || url.query().is_some() || url.fragment().is_some() {
        bail!("oidc.issuer must have no user name, no query and no fragment");
    }
    if issuer.len() > MAX_ISSUER {
        bail!("oidc.issuer must have at most {MAX_ISSUER} bytes, has {}", issuer.len());
    }
    Ok(())
}
