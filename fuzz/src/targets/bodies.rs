//! Bodies and header fields of requests.

use proofdesk_domain::draft::{Draft, Write};
use proofdesk_domain::{entities, file_name as names};
use serde_json::Value;

use super::{owned, text};

pub(super) use proofdesk_api::fuzzing::{header, json, query};

pub(super) fn json_seeds() -> Vec<Vec<u8>> {
    owned(&[
        r#"{"CoworkerId":1,"Name":"Passport","Notes":null,"List":[1,2.5e3,true,{"a":"\ud83d\ude00"}]}"#,
        r#"{"a":1,"A":2}"#,
        "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
        "1e400",
    ])
}

pub(super) fn query_seeds() -> Vec<Vec<u8>> {
    owned(&["a=1&b=%20+&c", "a=%ff", "&&=&a=b=c", "grant_type=password&username=a%40b&password=%00"])
}

pub(super) fn header_seeds() -> Vec<Vec<u8>> {
    owned(&["bytes=0-499", "bytes=-1", "bytes=9-", "\"a\", W/\"b\"", "*", "Basic YTpi", "bytes=0-0,5-9"])
}

/// Every public entity reads a body, and whatever it takes of it can be put onto a record and written down.
pub(super) fn draft(bytes: &[u8]) {
    let Ok(Value::Object(body)) = serde_json::from_slice(bytes) else { return };
    for entity in entities::PUBLIC {
        for write in [Write::Create, Write::Replace, Write::Merge] {
            let (draft, errors) = Draft::parse(entity, write, &body);
            let record = draft.apply(&proofdesk_domain::record::Record::empty(entity));
            let mut out = Vec::new();
            proofdesk_domain::json::write_record(&mut out, &record);
            serde_json::from_slice::<Value>(&out).expect("a record that isn't JSON");
            assert!(errors.len() <= body.len() + entity.fields.len(), "more errors than properties");
        }
    }
}

pub(super) fn draft_seeds() -> Vec<Vec<u8>> {
    owned(&[
        r#"{"Id":1,"CoworkerId":2,"CoworkerIdentityCheckId":3,"Name":"a","NewPhotoUrl":"https://example.com/a.jpg"}"#,
        r#"{"IdentityDocumentExpirationDate":"2030-02-28T00:00:00Z","IdentityDocumentType":1,"VerificationStatus":9}"#,
        r#"{"FullName":"Ada","Email":"ada@example.com","Businesses":[1,2],"AddedBusinesses":"1,2"}"#,
    ])
}

/// A name is short, has its extension, and nothing that a header or a file system takes for its own.
pub(super) fn file_name(bytes: &[u8]) {
    let Some(text) = text(bytes) else { return };
    let name = names::clean(text, "photo", "jpg");
    assert!(!name.is_empty() && name.chars().count() <= 255, "{} characters", name.chars().count());
    assert!(!name.contains(['/', '\\', '\0', '\r', '\n', '"']) && !name.starts_with('.'), "{name:?}");
    assert_eq!(names::clean(&name, "photo", "jpg"), name, "cleaning isn't finished after one time");
}

pub(super) fn file_name_seeds() -> Vec<Vec<u8>> {
    owned(&["passport.jpg", "../../etc/passwd", "a\u{202e}gpj.exe", "CON", ".htaccess", "a\r\nSet-Cookie: b"])
}
