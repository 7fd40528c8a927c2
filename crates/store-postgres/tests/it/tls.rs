use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use proofdesk_store::Store as _;
use proofdesk_store_postgres::{OpenError, Options, PostgresStore};
use proofdesk_testkit::postgres::Server;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tempfile::TempDir;

use crate::support::{client, one};

fn pem(label: &str, der: &[u8]) -> String {
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", BASE64_STANDARD.encode(der))
}

/// An authority, and a file with its certificate.
fn authority(folder: &TempDir, name: &str) -> (CertifiedIssuer<'static, KeyPair>, PathBuf) {
    let mut parameters = CertificateParams::default();
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let issuer =
        CertifiedIssuer::self_signed(parameters, KeyPair::generate().expect("a key")).expect("signed");
    let path = folder.path().join(name);
    fs::write(&path, pem("CERTIFICATE", issuer.der())).expect("written");
    (issuer, path)
}

/// Puts a certificate for a name, and its key, where the server looks.
fn install(data: &Path, issuer: &CertifiedIssuer<'static, KeyPair>, name: &str) {
    let key = KeyPair::generate().expect("a key");
    let parameters = CertificateParams::new([name.to_owned()]).expect("a name");
    let certificate = parameters.signed_by(&key, issuer).expect("signed");
    let owner = fs::metadata(data).expect("a folder");
    let key = pem("PRIVATE KEY", &key.serialize_der());
    for (file, text) in [("server.crt", pem("CERTIFICATE", certificate.der())), ("server.key", key)] {
        let path = data.join(file);
        fs::write(&path, text).expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("closed");
        chown(&path, Some(owner.uid()), Some(owner.gid())).expect("handed over");
    }
}

async fn open(server: &Server, mode: &str, authorities: &Path) -> Result<PostgresStore, OpenError> {
    let url = format!("{}?sslmode={mode}", server.url());
    let options = Options { authorities: Some(authorities.to_owned()), ..Options::default() };
    PostgresStore::connect(&url, options).await
}

/// How many connections of the store are encrypted, and how many there are.
async fn encrypted(server: &Server) -> String {
    let connections = "SELECT count(*) FILTER (WHERE ssl) || ' of ' || count(*) FROM pg_stat_ssl \
        JOIN pg_stat_activity USING (pid) WHERE application_name = 'proofdesk'";
    one(&client(&format!("{}?sslmode=disable", server.url())).await, connections).await
}

#[tokio::test]
async fn a_certificate_must_be_of_the_authority_and_for_the_server() {
    let folder = TempDir::new().expect("a folder");
    let (issuer, trusted) = authority(&folder, "trusted.pem");
    let (_, other) = authority(&folder, "other.pem");
    let server = Server::start_with(&[("ssl", "on")], |data| install(data, &issuer, "127.0.0.1"));
    for mode in ["require", "verify-full", "prefer"] {
        let store = open(&server, mode, &trusted).await.expect("verified");
        store.ready().await.expect("is ready");
        assert_eq!(encrypted(&server).await, "1 of 1", "{mode}");
        drop(store);
        while encrypted(&server).await != "0 of 0" {}
        let error = open(&server, mode, &other).await.err().expect("of another authority");
        assert!(matches!(error, OpenError::Database(_)), "{error}");
    }
    let store = open(&server, "disable", &trusted).await.expect("without TLS");
    store.ready().await.expect("is ready");
    assert_eq!(encrypted(&server).await, "0 of 1");
}

#[tokio::test]
async fn a_certificate_for_another_name_is_refused() {
    let folder = TempDir::new().expect("a folder");
    let (issuer, trusted) = authority(&folder, "trusted.pem");
    let server = Server::start_with(&[("ssl", "on")], |data| install(data, &issuer, "db.example.com"));
    let error = open(&server, "require", &trusted).await.err().expect("for another name");
    assert!(matches!(error, OpenError::Database(_)), "{error}");
}

#[tokio::test]
async fn a_server_without_tls_is_refused_where_it_is_required() {
    let folder = TempDir::new().expect("a folder");
    let (_, trusted) = authority(&folder, "trusted.pem");
    let error = open(Server::shared(), "require", &trusted).await.err().expect("no TLS");
    assert!(matches!(error, OpenError::Database(_)), "{error}");
    let empty = folder.path().join("empty.pem");
    fs::write(&empty, "").expect("written");
    let error = open(Server::shared(), "require", &empty).await.err().expect("no authority");
    assert!(matches!(error, OpenError::Certificates(_)), "{error}");
}
