use std::fs;
use std::os::unix::fs::PermissionsExt;

use rcgen::{CertificateParams, KeyPair, date_time_ymd};
use tempfile::TempDir;

use super::*;

fn pem(label: &str, der: &[u8]) -> String {
    use base64::Engine as _;
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    format!("-----BEGIN {label}-----\n{text}\n-----END {label}-----\n")
}

struct Files {
    folder: TempDir,
    pair: Pair,
}

impl Files {
    /// A good pair, for these names.
    fn new(names: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let pair = Pair { certificate: folder.path().join("tls.crt"), key: folder.path().join("tls.key") };
        let key = KeyPair::generate().expect("a key");
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = CertificateParams::new(names).expect("parameters");
        params.not_before = date_time_ymd(2026, 1, 1);
        params.not_after = date_time_ymd(2026, 3, 1);
        let certificate = params.self_signed(&key).expect("a certificate");
        let files = Self { folder, pair };
        files.write(&files.pair.certificate, &pem("CERTIFICATE", certificate.der()), 0o644);
        files.write(&files.pair.key, &pem("PRIVATE KEY", &key.serialize_der()), 0o600);
        files
    }

    fn write(&self, path: &Path, text: &str, mode: u32) {
        assert!(path.starts_with(self.folder.path()));
        fs::write(path, text).expect("a file");
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("permissions");
    }
}

#[test]
fn a_good_pair_says_what_it_is_for() {
    let said =
        Files::new(&["desk.example.net", "192.0.2.1", "2001:db8::1"]).pair.check().expect("a good pair");
    assert_eq!(said.names, ["desk.example.net", "192.0.2.1", "2001:db8::1"]);
    let judge = |day: &str| said.judge(format!("{day}T12:00:00Z").parse().expect("a day"));
    assert_eq!(judge("2026-01-10").expect("valid"), None);
    assert_eq!(
        judge("2026-02-20").expect("valid"),
        Some("the certificate ends on 2026-03-01T00:00:00Z".to_owned())
    );
    for (day, why) in [("2025-12-31", "valid from"), ("2026-03-01", "has ended")] {
        assert!(judge(day).expect_err(day).to_string().contains(why));
    }
    let nameless = Files::new(&[]).pair.check().expect("a pair");
    assert!(nameless.judge("2026-01-10T12:00:00Z".parse().expect("a time")).is_err());
}

#[test]
fn a_bad_pair_is_refused_and_its_key_named() {
    let (files, other) = (Files::new(&["a.test"]), Files::new(&["b.test"]));
    let certificate = fs::read_to_string(&files.pair.certificate).expect("a file");
    let key = fs::read_to_string(&files.pair.key).expect("a file");
    let foreign = fs::read_to_string(&other.pair.key).expect("a file");
    let cut = &key[..key.len() / 2];
    for (certificate, key, mode, said) in [
        (&*certificate, &*key, 0o640, "tls.key: "),
        (&certificate, &key, 0o604, "tls.key: "),
        (&certificate, &foreign, 0o600, "is not the key of tls.certificate"),
        (&certificate, "", 0o600, "tls.key: "),
        (&certificate, cut, 0o600, "tls.key: "),
        (&certificate, &certificate, 0o600, "tls.key: "),
        ("", &key, 0o600, "tls.certificate: "),
        (&key, &key, 0o600, "tls.certificate: "),
        ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", &key, 0o600, "tls."),
    ] {
        files.write(&files.pair.certificate, certificate, 0o644);
        files.write(&files.pair.key, key, mode);
        let error = format!("{:#}", files.pair.load().expect_err(said));
        assert!(error.contains(said), "{error}");
        assert!(key.lines().nth(1).is_none_or(|secret| !error.contains(secret)), "the key is told");
    }
    fs::remove_file(&files.pair.key).expect("it was there");
    assert!(format!("{:#}", files.pair.load().expect_err("no key")).contains("tls.key: "));
}

#[test]
fn a_change_is_seen() {
    let files = Files::new(&["a.test"]);
    let before = files.pair.stamp();
    assert_eq!(files.pair.stamp(), before);
    let text = fs::read_to_string(&files.pair.certificate).expect("a file");
    let beside = files.folder.path().join("new.crt");
    files.write(&beside, &text, 0o644);
    fs::rename(&beside, &files.pair.certificate).expect("it is put in its place");
    assert_ne!(files.pair.stamp(), before, "the same text in another file");
}
