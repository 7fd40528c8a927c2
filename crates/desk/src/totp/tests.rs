use proofdesk_testkit::SeededRandom;
use secrecy::ExposeSecret;

use super::codes::{self, Code, STEP, step_of};

/// The secret of RFC 6238, appendix B, for SHA-1.
const SECRET: &[u8] = b"12345678901234567890";

#[test]
fn the_codes_of_the_standard() {
    // Appendix B has eight digits; six are the last six of them (RFC 4226 section 5.3).
    for (time, code) in [
        (59, "94287082"),
        (1_111_111_109, "07081804"),
        (1_111_111_111, "14050471"),
        (1_234_567_890, "89005924"),
        (2_000_000_000, "69279037"),
        (20_000_000_000, "65353130"),
    ] {
        assert_eq!(step_of(SECRET, &code[2..], time, None), Some(time / STEP), "{time}");
        assert_eq!(step_of(SECRET, "000000", time, None), None, "{time}");
    }
}

#[test]
fn a_code_is_good_for_one_step_each_way_and_once() {
    let (time, code) = (1_111_111_109, "081804");
    let step = time / STEP;
    for (moved, good) in [(-2, false), (-1, true), (0, true), (1, true), (2, false)] {
        assert_eq!(step_of(SECRET, code, (step + moved) * STEP, None).is_some(), good, "{moved}");
    }
    assert_eq!(step_of(SECRET, code, (step + 1) * STEP + 29, None), Some(step));
    assert_eq!(step_of(SECRET, code, (step + 2) * STEP, None), None);
    assert_eq!(step_of(SECRET, code, time, Some(step - 1)), Some(step));
    assert_eq!(step_of(SECRET, code, time, Some(step)), None, "used");
    assert_eq!(step_of(SECRET, code, time, Some(step + 1)), None, "older than one that was used");
    assert_eq!(step_of(SECRET, code, -1, None), None);
    assert_eq!(step_of(b"too short", code, time, None), None);
}

#[test]
fn blanks_and_hyphens_are_for_the_eye() {
    assert_eq!(Code::read(" 081 804"), Code::OfTime("081804".to_owned()));
    assert_eq!(Code::read("081-804"), Code::OfTime("081804".to_owned()));
    assert_eq!(Code::read("0818045"), Code::Recovery("0818045".to_owned()));
    assert_eq!(Code::read("abcd-EFGH-2345-6767"), Code::Recovery("ABCDEFGH23456767".to_owned()));
    assert_eq!(Code::read("０８１８０４"), Code::Recovery("０８１８０４".to_owned()), "digits are ASCII");
}

#[test]
fn what_an_authenticator_reads() {
    let (secret, url) = codes::written(SECRET, "a:da@example.com").expect("a secret");
    assert_eq!(secret.expose_secret(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    let url = url.expose_secret();
    assert!(url.starts_with("otpauth://totp/Proofdesk:ada%40example.com?"), "{url}");
    assert!(
        url.contains("secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ") && url.contains("issuer=Proofdesk"),
        "{url}"
    );
}

#[test]
fn recovery_codes_differ_and_read_back() {
    let random = SeededRandom::new(1);
    let made: std::collections::BTreeSet<String> =
        (0..1000).map(|_| codes::recovery_code(&random).expose_secret().to_owned()).collect();
    assert_eq!(made.len(), 1000);
    for code in made {
        assert_eq!(code.len(), 19, "{code}");
        assert_eq!(Code::read(&code.to_lowercase()), Code::Recovery(codes::plain(&code.into())));
    }
}
