//! Queries of lists.

use proofdesk_domain::entities;
use proofdesk_domain::list::{self, ListRequest};

use super::{owned, text};

/// Lines are pairs, with the key before the first `=`. Every entity takes or refuses them.
pub(super) fn list(bytes: &[u8]) {
    let Some(text) = text(bytes) else { return };
    let pairs: Vec<(&str, &str)> = text.lines().filter_map(|line| line.split_once('=')).collect();
    for entity in entities::PUBLIC {
        if let Ok(request) = ListRequest::parse(entity, pairs.iter().copied()) {
            assert!((1..=1000).contains(&request.page.size), "a page of {}", request.page.size);
            // Far pages must not overflow.
            let _ = request.page.offset();
        }
    }
}

pub(super) fn list_seeds() -> Vec<Vec<u8>> {
    owned(&[
        "page=1\nsize=25\norderBy=Name\ndir=Descending",
        "CoworkerIdentityCheck_Coworker_FullName=ada\nfrom_CoworkerIdentityCheck_CreatedOn=2026-01-31T00:00:00Z",
        "CoworkerIdentityCheckDocument_VerificationStatus=2\nto_CoworkerIdentityCheckDocument_UpdatedOn=2026-02-29",
        "Business_Name=%\nUser_Active=true\nCoworker_Id=9223372036854775807",
    ])
}

/// At most a thousand, and what is read is what was written.
pub(super) fn ids(bytes: &[u8]) {
    let Some(text) = text(bytes) else { return };
    if let Ok(ids) = list::ids(text) {
        assert!(ids.len() <= 1000, "{} ids", ids.len());
        let written = format!("[{}]", ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(","));
        assert_eq!(list::ids(&written).as_ref(), Ok(&ids));
    }
}

pub(super) fn ids_seeds() -> Vec<Vec<u8>> {
    owned(&["1", "1,2,3", "[1, 2 ,3]", "9223372036854775807,0", "1,,2"])
}
