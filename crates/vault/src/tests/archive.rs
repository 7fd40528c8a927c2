use std::io::{Read, Write};

use super::*;

fn archived(vault: &Vault, id: Uuid, length: usize) -> (Vec<u8>, Vec<u8>) {
    let plain: Vec<u8> = (0..length).map(|place| (place * 7 + place / 251) as u8).collect();
    let mut archive = vault.archive(id, Vec::new()).unwrap();
    for piece in plain.chunks(1000) {
        archive.write_all(piece).unwrap();
    }
    (plain, archive.finish().unwrap())
}

fn opened(vault: &Vault, id: Uuid, sealed: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut plain = Vec::new();
    vault.open_archive(id, sealed.len() as u64, sealed)?.read_to_end(&mut plain)?;
    Ok(plain)
}

#[tokio::test]
async fn an_archive_opens_as_it_was_and_only_for_its_id() {
    let vault = Backstage::new().await.vault;
    let id = Uuid::from_u128(7);
    for length in [0, 1, 65_535, 65_536, 65_537, 400_000] {
        let (plain, sealed) = archived(&vault, id, length);
        assert_eq!(opened(&vault, id, &sealed).unwrap(), plain, "{length}");
        assert!(opened(&vault, Uuid::from_u128(8), &sealed).is_err(), "{length}");
    }
}

#[tokio::test]
async fn a_changed_or_shortened_archive_does_not_open() {
    let vault = Backstage::new().await.vault;
    let id = Uuid::from_u128(7);
    let (plain, sealed) = archived(&vault, id, 70_000);
    for place in (0..sealed.len()).step_by(997) {
        let mut bent = sealed.clone();
        bent[place] ^= 1 << (place % 8);
        assert!(opened(&vault, id, &bent).is_err(), "byte {place}");
        assert!(opened(&vault, id, &sealed[..place]).is_err(), "cut at {place}");
    }
    assert_eq!(opened(&vault, id, &sealed).unwrap(), plain);
}
