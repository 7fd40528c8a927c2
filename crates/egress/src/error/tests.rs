use std::io;

use super::{FetchError, PublicClass, RedirectFault, Refusal, Stage, TlsFault, UrlFault};
use crate::address::AddressClass;

#[test]
fn what_the_network_did_has_one_text() {
    let all = [
        FetchError::Blocked(Refusal::Address(AddressClass::Private)),
        FetchError::Blocked(Refusal::OwnAddress),
        FetchError::Blocked(Refusal::OwnPort),
        FetchError::Blocked(Refusal::Port(22)),
        FetchError::Blocked(Refusal::PlainHttp),
        FetchError::Blocked(Refusal::Denied),
        FetchError::Blocked(Refusal::OtherPeer),
        FetchError::Redirect(RedirectFault::TooMany { limit: 3 }),
        FetchError::Redirect(RedirectFault::NoLocation),
        FetchError::Redirect(RedirectFault::Location(UrlFault::Credentials)),
        FetchError::Redirect(RedirectFault::Downgrade),
        FetchError::Unresolved,
        FetchError::Unreachable(io::ErrorKind::ConnectionRefused),
        FetchError::Tls(TlsFault::Expired),
        FetchError::TimedOut(Stage::Connect),
        FetchError::TooSlow { min_rate: 1 },
        FetchError::Status(404),
        FetchError::HeadTooLarge { limit: 1 },
        FetchError::BadAnswer,
        FetchError::Busy,
    ];
    for error in all {
        assert_eq!(error.public_text(), "could not be downloaded", "{error}");
        assert_eq!(error.public_class(), PublicClass::NotDownloaded, "{error}");
    }
}

#[test]
fn what_the_sender_can_see_has_its_own_text() {
    for (fault, text) in [
        (UrlFault::NotAUrl, "is not a valid URL"),
        (UrlFault::Scheme { found: Some("ftp") }, "must start with https://: found ftp"),
        (UrlFault::Scheme { found: None }, "must start with https://"),
        (UrlFault::PlainHttp, "must start with https://: found http"),
        (UrlFault::Credentials, "must not contain a user name or a password"),
        (UrlFault::TooLong { found: 3000 }, "must be at most 2048 characters long: found 3000"),
    ] {
        let error = FetchError::Url(fault);
        assert_eq!((error.public_text().as_str(), error.public_class()), (text, PublicClass::Url));
    }
}

#[test]
fn the_size_limit_names_itself_and_what_was_found() {
    let text = |limit, found| FetchError::TooLarge { limit, found }.public_text();
    assert_eq!(text(20 << 20, Some(100 << 20)), "is larger than 20 MiB: found 100 MiB");
    assert_eq!(text(20 << 20, Some((20 << 20) + 1)), "is larger than 20 MiB: found 20971521 bytes");
    assert_eq!(text(1000, None), "is larger than 1000 bytes: found more");
    assert_eq!(FetchError::TooLarge { limit: 1, found: None }.public_class(), PublicClass::TooLarge);
}
