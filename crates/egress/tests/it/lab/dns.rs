//! A small name server on 127.0.0.53 whose answers may change from one query to the next (RFC 1035).

use std::collections::HashMap;
use std::net::IpAddr;

use tokio::net::UdpSocket;

const A: u16 = 1;
const CNAME: u16 = 5;
const AAAA: u16 = 28;

/// What a name answers. All records have a time to live of 0.
#[derive(Clone, Debug, Default)]
pub(crate) struct Zone {
    /// Another name that this one is an alias of.
    pub(crate) alias: Option<String>,
    /// The addresses of the first, second, … lookup; the last stays.
    pub(crate) lookups: Vec<Vec<IpAddr>>,
}

pub(crate) type Zones = HashMap<String, Zone>;

impl Zone {
    pub(crate) fn answering(addresses: &[IpAddr]) -> Self {
        Self { alias: None, lookups: vec![addresses.to_vec()] }
    }

    pub(crate) fn alias(name: &str) -> Self {
        Self { alias: Some(name.to_owned()), lookups: Vec::new() }
    }

    /// `first` for some lookups, then `then`.
    pub(crate) fn rebinding(first: IpAddr, count: usize, then: IpAddr) -> Self {
        let mut lookups = vec![vec![first]; count];
        lookups.push(vec![then]);
        Self { alias: None, lookups }
    }
}

/// Starts the server.
pub(crate) async fn start(zones: Zones) {
    let socket = UdpSocket::bind("127.0.0.53:53").await.unwrap();
    tokio::spawn(async move {
        let mut seen = HashMap::new();
        let mut query = [0; 512];
        while let Ok((length, from)) = socket.recv_from(&mut query).await {
            if let Some(answer) = answer(&query[..length], &zones, &mut seen) {
                drop(socket.send_to(&answer, from).await);
            }
        }
    });
}

/// The answer to one query, or `None` for what isn't one.
fn answer(query: &[u8], zones: &Zones, seen: &mut HashMap<(String, u16), usize>) -> Option<Vec<u8>> {
    let (name, end) = read_name(query.get(12..)?)?;
    let kind = u16::from_be_bytes(query.get(12 + end..14 + end)?.try_into().ok()?);
    let question = query.get(12..16 + end)?;
    let records = records(&name, kind, zones, seen);
    let code = if zones.contains_key(&name) { 0 } else { 3 };
    let mut answer = query[..2].to_vec();
    answer.extend([0x81, 0x80 | code, 0, 1]);
    answer.extend((records.len() as u16).to_be_bytes());
    answer.extend([0, 0, 0, 0]);
    answer.extend(question);
    answer.extend(records.concat());
    Some(answer)
}

fn records(name: &str, kind: u16, zones: &Zones, seen: &mut HashMap<(String, u16), usize>) -> Vec<Vec<u8>> {
    let Some(zone) = zones.get(name) else { return Vec::new() };
    if let Some(alias) = &zone.alias {
        let mut all = vec![record(name, CNAME, &write_name(alias))];
        all.extend(records(alias, kind, zones, seen));
        return all;
    }
    let count = seen.entry((name.to_owned(), kind)).or_insert(0);
    let now = zone.lookups.get(*count).or(zone.lookups.last());
    *count += 1;
    let addresses = now.into_iter().flatten();
    addresses
        .filter_map(|address| match (address, kind) {
            (IpAddr::V4(ip), A) => Some(record(name, A, &ip.octets())),
            (IpAddr::V6(ip), AAAA) => Some(record(name, AAAA, &ip.octets())),
            _ => None,
        })
        .collect()
}

fn record(name: &str, kind: u16, data: &[u8]) -> Vec<u8> {
    let mut record = write_name(name);
    record.extend(kind.to_be_bytes());
    record.extend([0, 1, 0, 0, 0, 0]);
    record.extend((data.len() as u16).to_be_bytes());
    record.extend(data);
    record
}

fn write_name(name: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    for label in name.split('.') {
        bytes.push(label.len() as u8);
        bytes.extend(label.as_bytes());
    }
    bytes.push(0);
    bytes
}

/// A name, lower case, and where it ends.
fn read_name(bytes: &[u8]) -> Option<(String, usize)> {
    let (mut labels, mut at) = (Vec::new(), 0);
    loop {
        let length = usize::from(*bytes.get(at)?);
        at += 1;
        if length == 0 {
            return Some((labels.join("."), at));
        }
        let label = bytes.get(at..at + length)?;
        labels.push(String::from_utf8_lossy(label).to_lowercase());
        at += length;
    }
}
