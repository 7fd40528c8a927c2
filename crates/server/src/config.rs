//! Configuration: the commented defaults in `default.toml`, then a TOML file, then `PROOFDESK_…` variables.
//!
//! `default.toml` is the documentation. An unknown key, or a value that can't be, stops the start and is named.

mod oidc;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};
use figment2::Figment;
use figment2::providers::{Env, Format, Toml};
use ipnet::IpNet;
use proofdesk_desk::scan::Scanner;
use proofdesk_egress::{AllowRule, DenyRule};
use secrecy::SecretString;
use serde::Deserialize;
use url::Url;

use crate::http::Pair;

/// The defaults, and what each key means.
pub(crate) const DEFAULTS: &str = include_str!("config/default.toml");

/// Variables that belong to the project's own tests, not to the configuration.
const TEST_PREFIX: &str = "TEST_";
/// The variable of the master key: a secret, so it isn't a key of the configuration, which may be printed.
const MASTER_KEY: &str = "MASTER_KEY";

/// The longest that a used refresh token may give the same pair again, in seconds.
const MAX_GRACE: u32 = 30;

/// The most processes that decode at one time: each may take 256 MiB.
const MAX_WORKERS: u32 = 64;

/// Everything that an operator decides.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    pub(crate) listen: SocketAddr,
    #[serde(default)]
    pub(crate) public_url: Option<String>,
    pub(crate) data: PathBuf,
    #[serde(default)]
    pub(crate) database_url: Option<SecretString>,
    #[serde(default)]
    pub(crate) files_url: Option<String>,
    #[serde(default)]
    pub(crate) master_key_file: Option<PathBuf>,
    pub(crate) admin_email: String,
    #[serde(default)]
    pub(crate) admin_password: Option<SecretString>,
    pub(crate) keys: Keys,
    pub(crate) tokens: Tokens,
    pub(crate) sessions: Sessions,
    pub(crate) oidc: oidc::Oidc,
    pub(crate) api: Api,
    pub(crate) files: Files,
    pub(crate) erasure: Erasure,
    pub(crate) disk: Disk,
    pub(crate) backup: Backup,
    pub(crate) scan: Scan,
    pub(crate) decoder: Decoder,
    pub(crate) egress: Egress,
    pub(crate) http: Http,
    pub(crate) tls: Tls,
    pub(crate) limits: Limits,
    pub(crate) log: Log,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Keys {
    pub(crate) source: KeySource,
    #[serde(default)]
    pub(crate) command: Vec<String>,
}

/// Where the master key comes from.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum KeySource {
    /// `master_key_file`.
    File,
    /// `PROOFDESK_MASTER_KEY`.
    Environment,
    /// What `keys.command` prints.
    Command,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Tokens {
    pub(crate) access_seconds: u32,
    pub(crate) refresh_seconds: u32,
    pub(crate) client_seconds: u32,
    pub(crate) grace_seconds: u32,
    pub(crate) session_seconds: u32,
    pub(crate) link_seconds: u32,
    pub(crate) password_grant: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sessions {
    pub(crate) idle_seconds: u32,
    pub(crate) absolute_seconds: u32,
    pub(crate) password: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Api {
    pub(crate) missing_role_status: u16,
    pub(crate) too_many_status: u16,
    pub(crate) body_bytes: u32,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Files {
    pub(crate) bytes: u64,
    pub(crate) pixels: u64,
    pub(crate) side: u32,
    pub(crate) pages: u32,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Erasure {
    #[serde(default)]
    pub(crate) ledger: Option<PathBuf>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Disk {
    pub(crate) reserve_percent: u32,
    pub(crate) reserve_bytes: u64,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Backup {
    #[serde(default)]
    pub(crate) keys: Option<PathBuf>,
    pub(crate) key_days: u32,
    pub(crate) keep_days: u32,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Scan {
    #[serde(default)]
    pub(crate) clamd: Option<String>,
    pub(crate) seconds: u32,
    pub(crate) stream_bytes: u64,
    pub(crate) retry_seconds: u32,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Decoder {
    pub(crate) workers: u32,
    pub(crate) sandbox: Sandbox,
}

/// What to do where the kernel can't keep a decoder in by every part.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Sandbox {
    /// Not to start.
    Require,
    /// To do with the parts that there are.
    BestEffort,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Egress {
    pub(crate) allow: Vec<String>,
    pub(crate) deny: Vec<String>,
    pub(crate) allow_http: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Http {
    pub(crate) connections: u32,
    pub(crate) header_seconds: u32,
    pub(crate) request_seconds: u32,
    pub(crate) body_seconds: u32,
    pub(crate) shutdown_seconds: u32,
    pub(crate) metrics_allow: Vec<IpNet>,
    pub(crate) proxies: Vec<IpNet>,
    pub(crate) proxy_header: ProxyHeader,
    pub(crate) plain: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Tls {
    #[serde(default)]
    pub(crate) certificate: Option<PathBuf>,
    #[serde(default)]
    pub(crate) key: Option<PathBuf>,
    pub(crate) reload_seconds: u32,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Limits {
    pub(crate) address_per_second: u32,
    pub(crate) address_burst: u32,
    pub(crate) principal_per_second: u32,
    pub(crate) principal_burst: u32,
    pub(crate) business_per_second: u32,
    pub(crate) business_burst: u32,
}

/// The field in which the trusted proxies say who asks.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ProxyHeader {
    /// `X-Forwarded-For`, as most do.
    XForwardedFor,
    /// `Forwarded`, RFC 7239.
    Forwarded,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Log {
    pub(crate) format: LogFormat,
    pub(crate) level: String,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line, for machines.
    Json,
}

impl Config {
    /// Reads the configuration.
    pub(crate) fn load(file: Option<&Path>) -> anyhow::Result<Self> {
        let mut figment = Figment::new().merge(Toml::string(DEFAULTS));
        if let Some(file) = file {
            let text = std::fs::read_to_string(file)
                .with_context(|| format!("the configuration {} can't be read", file.display()))?;
            figment = figment.merge(Toml::string(&text));
        }
        let own = Env::prefixed("PROOFDESK_")
            .filter(|key| !key.as_str().to_ascii_uppercase().starts_with(TEST_PREFIX))
            .filter(|key| !key.as_str().eq_ignore_ascii_case(MASTER_KEY));
        let config: Self = figment.merge(own.split("__")).extract().map_err(explained)?;
        config.check()?;
        Ok(config)
    }

    /// What the types alone don't say.
    fn check(&self) -> anyhow::Result<()> {
        if !matches!(self.api.missing_role_status, 401 | 403) {
            bail!("api.missing_role_status must be 401 or 403, is {}", self.api.missing_role_status);
        }
        if !matches!(self.api.too_many_status, 409 | 429) {
            bail!("api.too_many_status must be 429 or 409, is {}", self.api.too_many_status);
        }
        let positive = [
            ("tls.reload_seconds", self.tls.reload_seconds),
            ("limits.address_burst", self.limits.address_burst),
            ("limits.principal_burst", self.limits.principal_burst),
            ("limits.business_burst", self.limits.business_burst),
            ("tokens.access_seconds", self.tokens.access_seconds),
            ("tokens.refresh_seconds", self.tokens.refresh_seconds),
            ("tokens.link_seconds", self.tokens.link_seconds),
            ("tokens.client_seconds", self.tokens.client_seconds),
            ("tokens.session_seconds", self.tokens.session_seconds),
            ("sessions.idle_seconds", self.sessions.idle_seconds),
            ("sessions.absolute_seconds", self.sessions.absolute_seconds),
            ("api.body_bytes", self.api.body_bytes),
            ("scan.seconds", self.scan.seconds),
            ("scan.retry_seconds", self.scan.retry_seconds),
            ("files.side", self.files.side),
            ("files.pages", self.files.pages),
            ("backup.key_days", self.backup.key_days),
            ("http.connections", self.http.connections),
            ("http.header_seconds", self.http.header_seconds),
            ("http.request_seconds", self.http.request_seconds),
            ("http.body_seconds", self.http.body_seconds),
        ];
        for (key, value) in positive {
            if value == 0 {
                bail!("{key} must be at least 1");
            }
        }
        if self.decoder.workers > MAX_WORKERS {
            bail!("decoder.workers must be at most {MAX_WORKERS}, is {}", self.decoder.workers);
        }
        if self.tokens.grace_seconds > MAX_GRACE {
            bail!("tokens.grace_seconds must be at most {MAX_GRACE}, is {}", self.tokens.grace_seconds);
        }
        if self.files.bytes == 0 || self.files.pixels == 0 {
            bail!("files.bytes and files.pixels must be at least 1");
        }
        if self.disk.reserve_percent > 99 {
            bail!("disk.reserve_percent must be at most 99, is {}", self.disk.reserve_percent);
        }
        self.check_keys()?;
        self.scanner()?;
        self.check_listen()?;
        self.check_public_url()?;
        if !self.sessions.password && self.oidc.issuer.is_none() {
            bail!("sessions.password must be true without oidc.issuer: nobody could sign in at the pages");
        }
        self.oidc.settings().map(drop)?;
        self.egress_policy().map(drop)
    }

    fn check_keys(&self) -> anyhow::Result<()> {
        let by_command = self.keys.source == KeySource::Command;
        if by_command && self.keys.command.is_empty() {
            bail!(
                "keys.command is missing: with keys.source = \"command\" it says what prints the master key"
            );
        }
        if !by_command && !self.keys.command.is_empty() {
            bail!("keys.command is only used with keys.source = \"command\"");
        }
        if self.keys.source != KeySource::File && self.master_key_file.is_some() {
            bail!("master_key_file is only used with keys.source = \"file\"");
        }
        Ok(())
    }

    /// Passwords and passports don't go over a network in the clear.
    fn check_listen(&self) -> anyhow::Result<()> {
        match (&self.tls.certificate, &self.tls.key) {
            (Some(_), None) => bail!("tls.key is missing: tls.certificate can't be used without it"),
            (None, Some(_)) => bail!("tls.certificate is missing: tls.key can't be used without it"),
            (Some(_), Some(_)) => return Ok(()),
            (None, None) => {}
        }
        let near = self.listen.ip().to_canonical().is_loopback();
        if !near && !self.http.plain && self.http.proxies.is_empty() {
            bail!(
                "listen: {} is not on the loopback, and without TLS everything could be read on the way: set \
                 tls.certificate and tls.key, or name the TLS proxy in front in http.proxies, or set http.plain = true",
                self.listen
            );
        }
        Ok(())
    }

    /// An origin, and nothing behind it.
    fn check_public_url(&self) -> anyhow::Result<()> {
        let Some(text) = &self.public_url else { return Ok(()) };
        let url = Url::parse(text).with_context(|| format!("public_url: {text:?} is no URL"))?;
        if !matches!(url.scheme(), "http" | "https") {
            bail!("public_url must begin with https:// or http://, begins with {}:", url.scheme());
        }
        let plain = url.username().is_empty() && url.password().is_none() && url.query().is_none();
        if !plain || url.fragment().is_some() || url.path() != "/" {
            bail!("public_url must be a scheme and a host, such as https://desk.example.com, and no more");
        }
        Ok(())
    }

    /// Where the desk is reached that listens at this address; without a slash at the end.
    pub(crate) fn issuer(&self, address: SocketAddr) -> String {
        let listened = || format!("{}://{address}", self.scheme());
        self.public_url.as_ref().map_or_else(listened, |url| url.trim_end_matches('/').to_owned())
    }

    /// The certificate and its key, where the desk speaks TLS itself.
    pub(crate) fn tls_pair(&self) -> Option<Pair> {
        let (certificate, key) = (self.tls.certificate.clone()?, self.tls.key.clone()?);
        Some(Pair { certificate, key })
    }

    /// Whether browsers keep the desk's cookies for TLS only: always, but where everything is plain and stays on this machine.
    pub(crate) fn secure_cookies(&self) -> bool {
        let public = self.public_url.as_ref().is_some_and(|url| url.starts_with("https:"));
        public || self.tls.certificate.is_some() || !self.listen.ip().to_canonical().is_loopback()
    }

    /// How the desk is spoken to.
    pub(crate) fn scheme(&self) -> &'static str {
        if self.tls.certificate.is_some() { "https" } else { "http" }
    }

    /// The rules for what leaves.
    pub(crate) fn egress_policy(&self) -> anyhow::Result<proofdesk_egress::Policy> {
        let rule = |key: &str, text: &str| format!("egress.{key}: {text:?} is no rule");
        let allow = self.egress.allow.iter();
        let allow = allow.map(|text| text.parse::<AllowRule>().with_context(|| rule("allow", text)));
        let deny = self.egress.deny.iter();
        let deny = deny.map(|text| text.parse::<DenyRule>().with_context(|| rule("deny", text)));
        Ok(proofdesk_egress::Policy {
            allow: allow.collect::<anyhow::Result<_>>()?,
            deny: deny.collect::<anyhow::Result<_>>()?,
            allow_http: self.egress.allow_http,
            own_ports: Vec::from_iter(Some(self.listen.port()).filter(|port| *port != 0)),
            ..proofdesk_egress::Policy::default()
        })
    }

    /// The malware scanner, if there is one.
    pub(crate) fn scanner(&self) -> anyhow::Result<Option<Scanner>> {
        let Some(text) = &self.scan.clamd else { return Ok(None) };
        let service = text.parse().with_context(|| format!("scan.clamd: {text:?} is no service"))?;
        let limit = Duration::from_secs(self.scan.seconds.into());
        Ok(Some(Scanner { service, limit, stream_bytes: self.scan.stream_bytes }))
    }

    /// Where the master key lies.
    pub(crate) fn master_key_file(&self) -> PathBuf {
        self.master_key_file.clone().unwrap_or_else(|| self.data.join("master.key"))
    }

    /// Where erasures are remembered.
    pub(crate) fn ledger_file(&self) -> PathBuf {
        self.erasure.ledger.clone().unwrap_or_else(|| self.data.join("erasures.jsonl"))
    }

    /// Where the files lie.
    pub(crate) fn files_folder(&self) -> anyhow::Result<PathBuf> {
        let Some(url) = &self.files_url else { return Ok(self.data.join("files")) };
        let parsed =
            Url::parse(url).context("files_url must be a URL such as file:///var/lib/proofdesk/files")?;
        if parsed.scheme() != "file" {
            bail!("files_url must be a file: URL, is a {}: URL", parsed.scheme());
        }
        parsed.to_file_path().map_err(|()| anyhow::anyhow!("files_url must name an absolute path"))
    }
}

/// A figment error says which key, but in its own words; its values may be secret, so they are left out.
fn explained(error: figment2::Error) -> anyhow::Error {
    use figment2::error::Kind;
    let said = error.into_iter().map(|error| {
        let key = error.path.join(".");
        match error.kind {
            Kind::UnknownField(field, _) => {
                let path: Vec<&str> = error.path.iter().map(String::as_str).chain([field.as_str()]).collect();
                let mut path = path.join(".");
                if error.path.last().is_some_and(|last| *last == field) {
                    path.clone_from(&key);
                }
                format!("{path} is not a key of the configuration")
            }
            Kind::MissingField(field) => format!("{field} is missing"),
            Kind::InvalidType(_, wanted) | Kind::InvalidValue(_, wanted) => format!("{key} must be {wanted}"),
            Kind::Message(message) => format!("{key}: {message}"),
            other => format!("{key}: {other}"),
        }
    });
    let said: Vec<String> = said.collect();
    anyhow::anyhow!("the configuration is not valid: {}", said.join("; "))
}

#[cfg(test)]
mod tests;
