//! The cases: tables of what is wrong in one place each. `{canary}` stands for the request that mustn't be read as one.

use super::{Case, Outcome, canary};

const LENGTHS: &[&str] = &[
    "Content-Length: +5",
    "Content-Length: -1",
    "Content-Length: 0x5",
    "Content-Length: 5 5",
    "Content-Length: 5,5",
    "Content-Length: 5, 6",
    "Content-Length: 5;x",
    "Content-Length: 5.0",
    "Content-Length: 5e0",
    "Content-Length:",
    "Content-Length:  ",
    "Content-Length: five",
    "Content-Length: \"5\"",
    "Content-Length: 18446744073709551616",
    "Content-Length: 9223372036854775808",
    "Content-Length: 99999999999999999999999999999999999999",
    "Content-Length: 5\r\nContent-Length: 5",
    "Content-Length: 5\r\nContent-Length: 6",
    "Content-Length: 0\r\nContent-Length: 5",
    "Content-Length: 5\r\ncontent-length: 0",
    "Content-Length: \u{0665}",
    "Content-Length: 5\u{b}",
    "Content-Length: \u{c}5",
    "Content-Length: 5\0",
    "Content-Length : 5",
    "Content-Length\t: 5",
    " Content-Length: 5",
    "Content-Length\u{a0}: 5",
    "Content-Length: 5\r\n 6",
    "Content-Length: _5",
];

const CODINGS: &[&str] = &[
    "Transfer-Encoding: chunked\r\nContent-Length: 5",
    "Content-Length: 5\r\nTransfer-Encoding: chunked",
    "Content-Length: 0\r\nTransfer-Encoding: chunked",
    "Transfer-Encoding: chunked, chunked",
    "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
    "Transfer-Encoding: identity",
    "Transfer-Encoding: chunked, identity",
    "Transfer-Encoding: identity, chunked",
    "Transfer-Encoding: gzip, chunked",
    "Transfer-Encoding: gzip",
    "Transfer-Encoding: xchunked",
    "Transfer-Encoding: chunkedx",
    "Transfer-Encoding: \"chunked\"",
    "Transfer-Encoding: chunked;q=1",
    "Transfer-Encoding:",
    "Transfer-Encoding: ,chunked",
    "Transfer-Encoding: chunked,",
    "Transfer-Encoding\t:chunked",
    "Transfer-Encoding : chunked",
    " Transfer-Encoding: chunked",
    "Transfer-Encoding: \u{b}chunked",
    "Transfer-Encoding: chunked\u{b}",
    "Transfer-Encoding: chun\0ked",
    "Transfer-Encoding:\r\n chunked",
    "X: y\r\n\tTransfer-Encoding: chunked",
    "Transfer-Encoding: x\r\nTransfer-Encoding: chunked",
    "Transfer-Encoding: chunked\r\nTransfer-Encoding: x",
    "X: y\rTransfer-Encoding: chunked",
    "X: y\nTransfer-Encoding: chunked",
    "Transfer-Encoding: \u{212a}chunked",
    "transfer-encoding: cow",
    "Transfer-Encoding: chunked\r\nTransfer-encoding: cow",
];

const FIELDS: &[&str] = &[
    "X : y",
    "X\t: y",
    " X: y",
    "\tX: y",
    "X: y\r\n z",
    "X: y\r\n\tz",
    "X: y\n",
    "X: y\nZ: z",
    "X: y\rZ: z",
    "X: y\r\r",
    "X: y\0",
    "X: \u{1}",
    "X: \u{7f}",
    "X: y\u{b}z",
    "X\0: y",
    ": y",
    "X",
    "X y",
    "X(: y",
    "X/: y",
    "X{}: y",
    "X\"Y: y",
    "X@: y",
    "\u{e4}: y",
    "X,Y: y",
    "X;: y",
    "GET / HTTP/1.1",
    "X=y",
    "Host: desk",
    "Host: other",
];

const HOSTS: &[&str] = &[
    "Host:",
    "Host: ",
    "Host: a b",
    "Host: a/b",
    "Host: a@b",
    "Host: user:pw@desk",
    "Host: desk:port",
    "Host: desk:999999",
    "Host: desk, other",
    "Host: [::1",
    "Host: ::1",
    "Host: [x]",
    "Host: desk#",
    "Host: desk?",
    "Host: desk\\other",
    "Host: \u{e4}",
    "Host: http://desk",
    "Host: desk:80:80",
    "X: y",
    "Host: desk\r\nHost: desk",
    "Host: desk\r\nhost: other",
    "Host : desk",
    "Host: <desk>",
];

const FIRST_LINES: &[(&str, u16)] = &[
    ("GET  /healthz HTTP/1.1", 400),
    ("GET /healthz  HTTP/1.1", 400),
    (" GET /healthz HTTP/1.1", 400),
    ("GET\t/healthz HTTP/1.1", 400),
    ("GET /healthz\tHTTP/1.1", 400),
    ("GET /healthz HTTP/1.1 ", 400),
    ("GET /healthz", 400),
    ("GET", 400),
    ("GET /healthz HTTP/1.2", 400),
    ("GET /healthz HTTP/2.0", 400),
    ("GET /healthz HTTP/0.9", 400),
    ("GET /healthz http/1.1", 400),
    ("GET /healthz HTTP/1.1x", 400),
    ("GET /healthz HTTP/01.1", 400),
    ("GET /healthz HTTP/11", 400),
    ("GET /healthz ICY/1.1", 400),
    ("GET healthz HTTP/1.1", 400),
    ("GET * HTTP/1.1", 400),
    ("GET ftp://desk/healthz HTTP/1.1", 400),
    ("GET http:///healthz HTTP/1.1", 400),
    ("GET http://user@desk/healthz HTTP/1.1", 400),
    ("GET //\u{e4} HTTP/1.1", 400),
    ("GET /health\0z HTTP/1.1", 400),
    ("GET /healthz#x HTTP/1.1", 400),
    ("GET /a b HTTP/1.1", 400),
    ("GET /\u{7f} HTTP/1.1", 400),
    ("G\0T /healthz HTTP/1.1", 400),
    ("G(T /healthz HTTP/1.1", 400),
    ("G\u{e4}T /healthz HTTP/1.1", 400),
    ("\u{16}\u{3}\u{1} / HTTP/1.1", 400),
    (":GET /healthz HTTP/1.1", 400),
    ("desk:80 HTTP/1.1", 400),
    ("GET desk:80 HTTP/1.1", 400),
    ("GET http://[::1/healthz HTTP/1.1", 400),
    ("CONNECT desk:80 HTTP/1.1", 405),
    ("CONNECT /healthz HTTP/1.1", 405),
    ("TRACE healthz HTTP/1.1", 400),
    ("TRACE * HTTP/1.1", 400),
    ("PRI * HTTP/1.1", 400),
    ("HTTP/1.1 200 OK", 400),
];

/// What stands where the first chunk does; the canary follows it.
const CHUNKS: &[&str] = &[
    "0\n\n",
    "0\r\n\n",
    "0\n\r\n",
    "0 \r\n\r\n",
    " 0\r\n\r\n",
    "\t0\r\n\r\n",
    "+0\r\n\r\n",
    "-0\r\n\r\n",
    "-1\r\n",
    "0x0\r\n\r\n",
    "0x5\r\nabcde\r\n",
    "g\r\n",
    "\r\n",
    "5\nabcde\r\n0\r\n\r\n",
    "5\rabcde\r\n0\r\n\r\n",
    "5\r\nabcde0\r\n\r\n",
    "5\r\nabcde\n0\r\n\r\n",
    "5\r\nabcde\r0\r\n\r\n",
    "5\r\nabcdefg\r\n0\r\n\r\n",
    "5\r\nabc\r\n0\r\n\r\n",
    "5 ;x\r\nabcde\r\n0\r\n\r\n",
    "5;x\nabcde\r\n0\r\n\r\n",
    "5;\0\r\nabcde\r\n0\r\n\r\n",
    "5;x=\"\n\"\r\nabcde\r\n0\r\n\r\n",
    "5;x=\"\r\n\"\r\nabcde\r\n0\r\n\r\n",
    "5,5\r\nabcde\r\n0\r\n\r\n",
    "10000000000000000\r\n",
    "ffffffffffffffff\r\n",
    "8000000000000000\r\n",
    "00000000000000005\r\nabcde\r\n0\r\n\r\n",
    "fffffffffffffffffffffffffffffffe\r\n",
    "5\u{e4}\r\nabcde\r\n0\r\n\r\n",
    "0\r\nContent-Length: 5\r\n\r\n",
    "0\r\nTransfer-Encoding: chunked\r\n\r\n",
    "0\r\nHost: other\r\n\r\n",
    "0\r\nAuthorization: Basic x\r\n\r\n",
    "0\r\nX-Forwarded-For: 192.0.2.1\r\n\r\n",
    "0\r\nX : y\r\n\r\n",
    "0\r\n X: y\r\n\r\n",
    "0\r\nX: y\n\r\n",
    "0\r\nX: \0\r\n\r\n",
    "0\r\nGET / HTTP/1.1\r\n\r\n",
    "0\r\nX\r\n\r\n",
    "1;x\r\na\r\n\0\r\n\r\n",
];

pub(super) fn all() -> Vec<Case> {
    let mut cases = Vec::new();
    let mut add = |name: String, outcome, text: String| {
        let bytes = text.replace("{canary}", &canary(cases.len())).into_bytes();
        cases.push(Case { name, bytes, outcome });
    };
    for field in LENGTHS.iter().chain(CODINGS) {
        let text = format!("POST /api/token HTTP/1.1\r\nHost: desk\r\n{field}\r\n\r\n0\r\n\r\n{{canary}}");
        add(format!("length {field:?}"), Outcome::Refused(400), text);
    }
    for field in FIELDS {
        let text = format!("GET /healthz HTTP/1.1\r\nHost: desk\r\n{field}\r\n\r\n{{canary}}");
        add(format!("field {field:?}"), Outcome::Refused(400), text);
    }
    for field in HOSTS {
        let text = format!("GET /healthz HTTP/1.1\r\n{field}\r\n\r\n{{canary}}");
        add(format!("host {field:?}"), Outcome::Refused(400), text);
    }
    for (line, status) in FIRST_LINES {
        let text = format!("{line}\r\nHost: desk\r\n\r\n{{canary}}");
        add(format!("line {line:?}"), Outcome::Refused(*status), text);
    }
    for chunk in CHUNKS {
        let text = format!(
            "POST /api/token HTTP/1.1\r\nHost: desk\r\nTransfer-Encoding: chunked\r\n\r\n{chunk}{{canary}}"
        );
        add(format!("chunk {chunk:?}"), Outcome::Broken, text);
    }
    for (name, outcome, text) in others() {
        add(name.to_owned(), outcome, text);
    }
    cases
}

#[expect(clippy::too_many_lines, reason = "a table")]
fn others() -> Vec<(&'static str, Outcome, String)> {
    use Outcome::{Broken, Piped, Refused, Whole};
    let token = |fields: &str, body: &str| {
        format!("POST /api/token HTTP/1.1\r\nHost: desk\r\n{fields}\r\n\r\n{body}")
    };
    let canary = super::canary(0).len();
    let own = |text: &str| text.to_owned();
    vec![
        ("a good pair", Piped(200), own("GET /healthz HTTP/1.1\r\nHost: desk\r\n\r\n{canary}")),
        ("an empty line before", Piped(200), own("\r\nGET /healthz HTTP/1.1\r\nHost: desk\r\n\r\n{canary}")),
        (
            "a bare line feed before",
            Refused(400),
            own("\nGET /healthz HTTP/1.1\r\nHost: desk\r\n\r\n{canary}"),
        ),
        (
            "an absolute target",
            Piped(200),
            own("GET http://desk/healthz HTTP/1.1\r\nHost: desk\r\n\r\n{canary}"),
        ),
        (
            "another absolute target",
            Piped(200),
            own("GET HTTPS://other:8/healthz HTTP/1.1\r\nHost: desk\r\n\r\n{canary}"),
        ),
        ("the server as a whole", Piped(404), own("OPTIONS * HTTP/1.1\r\nHost: desk\r\n\r\n{canary}")),
        ("leading zeros", Piped(400), token("Content-Length: 0005", "abcde{canary}")),
        (
            "good chunks",
            Piped(400),
            token("Transfer-Encoding: Chunked", "5;x=\"y\"\r\nabcde\r\n000\r\nX: y\r\n\r\n{canary}"),
        ),
        (
            "a canary in a body",
            Whole(400),
            token(&format!("Connection: close\r\nContent-Length: {canary}"), "{canary}"),
        ),
        (
            "a canary in a chunk",
            Whole(400),
            token(
                "Connection: close\r\nTransfer-Encoding: chunked",
                &format!("{canary:x}\r\n{{canary}}\r\n0\r\n\r\n"),
            ),
        ),
        (
            "a canary in a refused body",
            Whole(405),
            format!(
                "PUT /healthz HTTP/1.1\r\nHost: desk\r\nConnection: close\r\nContent-Length: {canary}\r\n\r\n{{canary}}"
            ),
        ),
        (
            "a body of a GET",
            Whole(200),
            format!(
                "GET /healthz HTTP/1.1\r\nHost: desk\r\nConnection: close\r\nContent-Length: {canary}\r\n\r\n{{canary}}"
            ),
        ),
        ("a length that never comes", Broken, token("Content-Length: 100000", "{canary}")),
        (
            "chunks of HTTP/1.0",
            Refused(400),
            own(
                "POST /api/token HTTP/1.0\r\nHost: desk\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{canary}",
            ),
        ),
        ("HTTP/1.0 ends", Whole(200), own("GET /healthz HTTP/1.0\r\n\r\n{canary}")),
        ("HTTP/0.9", Refused(400), own("GET /healthz\r\n\r\n{canary}")),
        (
            "behind a close",
            Whole(200),
            own("GET /healthz HTTP/1.1\r\nHost: desk\r\nConnection: close\r\n\r\n{canary}"),
        ),
        ("TRACE", Piped(405), own("TRACE /healthz HTTP/1.1\r\nHost: desk\r\n\r\n{canary}")),
        ("behind an error", Piped(404), own("GET /nothing HTTP/1.1\r\nHost: desk\r\n\r\n{canary}")),
        ("a body over the limit", Broken, token("Content-Length: 10000000", "{canary}")),
        (
            "a trailer too large",
            Broken,
            token("Transfer-Encoding: chunked", &format!("0\r\nX: {}\r\n\r\n{{canary}}", "y".repeat(9000))),
        ),
        (
            "an extension too large",
            Broken,
            token("Transfer-Encoding: chunked", &format!("0;{}\r\n\r\n{{canary}}", "y".repeat(9000))),
        ),
        (
            "an upgrade",
            Piped(200),
            own("GET /healthz HTTP/1.1\r\nHost: desk\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n{canary}"),
        ),
        (
            "an upgrade to sockets",
            Piped(200),
            own(
                "GET /healthz HTTP/1.1\r\nHost: desk\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n{canary}",
            ),
        ),
        ("the preface later", Refused(400), own("\r\nPRI * HTTP/2.0\r\n\r\nSM\r\n\r\n{canary}")),
        ("half a preface", Broken, own("PRI * HTTP/2.0\r\n\r\n{canary}")),
        ("a preface with fields", Broken, own("PRI * HTTP/2.0\r\nHost: desk\r\n\r\n{canary}")),
        ("a preface and then HTTP/1", Broken, own("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n{canary}")),
        (
            "our own mark",
            Whole(404),
            own("REFUSED / HTTP/1.1\r\nHost: desk\r\nConnection: close\r\n\r\n{canary}"),
        ),
        (
            "101 fields",
            Refused(431),
            format!("GET /healthz HTTP/1.1\r\nHost: desk\r\n{}\r\n{{canary}}", "X: y\r\n".repeat(100)),
        ),
        (
            "a head too large",
            Refused(431),
            format!("GET /healthz HTTP/1.1\r\nHost: desk\r\nX: {}\r\n\r\n{{canary}}", "y".repeat(70_000)),
        ),
        (
            "a target too long",
            Piped(414),
            format!("GET /{} HTTP/1.1\r\nHost: desk\r\n\r\n{{canary}}", "y".repeat(20_000)),
        ),
        (
            "a method too long",
            Piped(405),
            format!("{} /healthz HTTP/1.1\r\nHost: desk\r\n\r\n{{canary}}", "Y".repeat(200)),
        ),
        ("a head that never ends", Broken, own("GET /healthz HTTP/1.1\r\nHost: desk\r\nX: y")),
        ("nothing but empty lines", Broken, "\r\n".repeat(50_000)),
    ]
}
