use std::io::Write as _;

use proofdesk_desk::oidc::Given;

use super::*;

fn from(text: &str) -> anyhow::Result<Config> {
    let mut file = tempfile::NamedTempFile::new()?;
    file.write_all(text.as_bytes())?;
    Config::load(Some(file.path()))
}

#[test]
fn the_defaults_are_good_and_documented() {
    let config = from("").expect("the defaults");
    assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.data, PathBuf::from("./proofdesk-data"));
    assert_eq!(config.master_key_file(), PathBuf::from("./proofdesk-data/master.key"));
    let limits = proofdesk_intake::Limits::default();
    assert_eq!((config.files.bytes, config.files.pixels), (limits.bytes, limits.pixels));
    assert_eq!((config.files.side, config.files.pages), (limits.side, limits.pages));
}

#[test]
fn what_is_wrong_stops_the_start_and_is_named() {
    for (text, named) in [
        ("lisen = 1", "lisen"),
        ("listen = \"nowhere\"", "listen"),
        ("[egress]\nalow = []", "egress.alow"),
        ("[egress]\nallow = [\"not a rule!\"]", "egress.allow"),
        ("[api]\nmissing_role_status = 500", "api.missing_role_status"),
        ("[api]\ntoo_many_status = 503", "api.too_many_status"),
        ("[limits]\naddress_burst = 0", "limits.address_burst"),
        ("[limits]\nprincipal_per_second = -1", "limits.principal_per_second"),
        ("listen = \"0.0.0.0:8080\"", "listen"),
        ("listen = \"[::]:8080\"", "http.plain"),
        ("listen = \"192.0.2.1:8080\"", "tls.certificate"),
        ("[tls]\ncertificate = \"x\"", "tls.key"),
        ("[tls]\nkey = \"x\"", "tls.certificate"),
        ("[tls]\nreload_seconds = 0", "tls.reload_seconds"),
        ("[http]\nbody_seconds = 0", "http.body_seconds"),
        ("[files]\nbytes = 0", "files.bytes"),
        ("[backup]\nkey_days = 0", "backup.key_days"),
        ("[backup]\nkey = \"x\"", "backup.key"),
        ("[files]\nside = -1", "files.side"),
        ("[http]\nmetrics_allow = [\"here\"]", "http.metrics_allow"),
        ("[http]\nproxies = [\"127.0.0.1\"]", "http.proxies"),
        ("[http]\nproxy_header = \"x-real-ip\"", "http.proxy_header"),
        ("[log]\nformat = \"xml\"", "log.format"),
        ("[sessions]\nidle_seconds = 0", "sessions.idle_seconds"),
        ("[sessions]\npassword = false", "sessions.password"),
        ("[oidc]\nissuer = \"login\"", "oidc.issuer"),
        ("[oidc]\nissuer = \"ftp://a.test\"", "oidc.issuer"),
        ("[oidc]\nissuer = \"https://a.test?b\"", "oidc.issuer"),
        ("[oidc]\nissuer = \"https://u@a.test\"", "oidc.issuer"),
        ("[oidc]\nissuer = \"https://a.test\"", "oidc.client_id"),
        ("[oidc]\nissuer = \"https://a.test\"\nclient_id = \"x\"\nscopes = \"email\"", "oidc.scopes"),
        (
            "[oidc]\nissuer = \"https://a.test\"\nclient_id = \"x\"\nclient_secret_file = \"/nowhere\"",
            "client_secret_file",
        ),
        ("[oidc]\nissuer = \"https://a.test\"\nclient_id = \"x\"\nroles = { a = [] }", "oidc.roles_claim"),
        (
            "[oidc]\nissuer = \"https://a.test\"\nclient_id = \"x\"\nroles_claim = \"g\"\nroles = { a = [{ bundle = \"b\" }] }",
            "oidc.roles",
        ),
        ("tokens = 5", "tokens"),
        ("listen =", "expected"),
    ] {
        let error = from(text).expect_err(text).to_string();
        assert!(error.contains(named), "{text}: {error}");
    }
}

#[test]
fn elsewhere_than_on_the_loopback_there_is_a_reason() {
    for good in [
        "listen = \"127.0.0.2:8080\"",
        "listen = \"[::1]:8080\"",
        "listen = \"0.0.0.0:8080\"\n[http]\nplain = true",
        "listen = \"0.0.0.0:8080\"\n[http]\nproxies = [\"10.0.0.1/32\"]",
        "listen = \"0.0.0.0:8080\"\n[tls]\ncertificate = \"a\"\nkey = \"b\"",
    ] {
        from(good).expect(good);
    }
}

#[test]
fn secrets_are_not_repeated() {
    let error = from("admin_password = 12345678").expect_err("a number").to_string();
    assert!(!error.contains("12345678") && error.contains("admin_password"), "{error}");
    let config = from("admin_password = \"hunter22\"").expect("a text");
    assert!(!format!("{config:?}").contains("hunter22"));
}

#[test]
fn an_issuer_gives_what_its_table_says() {
    let text = "[oidc]\nissuer = \"https://a.test\"\nclient_id = \"x\"\nclient_secret = \"hunter22\"\nroles_claim = \"g\"\n\
                [oidc.roles]\nall = [{ administrator = true }]\nsome = [{ bundle = \"b\", business = 7 }]";
    let config = from(text).expect("good");
    assert!(!format!("{config:?}").contains("hunter22"));
    let settings = config.oidc.settings().expect("good").expect("an issuer");
    assert_eq!(settings.roles["all"], [Given::Administrator]);
    assert_eq!(settings.roles["some"], [Given::Bundle { bundle: "b".to_owned(), business: "7".to_owned() }]);
    assert!(from("").expect("good").oidc.settings().expect("good").is_none());
}

#[test]
fn cookies_are_for_tls_wherever_anybody_else_could_read_them() {
    for (text, secure) in [
        ("", false),
        ("public_url = \"http://localhost:8080\"", false),
        ("public_url = \"https://desk.test\"", true),
        ("listen = \"0.0.0.0:8080\"\n[http]\nplain = true", true),
        ("[tls]\ncertificate = \"a\"\nkey = \"b\"", true),
    ] {
        assert_eq!(from(text).expect("good").secure_cookies(), secure, "{text}");
    }
}

#[test]
fn files_lie_where_the_url_says() {
    assert_eq!(
        from("").expect("good").files_folder().expect("a folder"),
        PathBuf::from("./proofdesk-data/files")
    );
    let elsewhere = from("files_url = \"file:///srv/files\"").expect("good");
    assert_eq!(elsewhere.files_folder().expect("a folder"), PathBuf::from("/srv/files"));
    assert!(from("files_url = \"ftp://x/y\"").expect("good").files_folder().is_err());
}
