//! The parsers, each with the promises that hold for any input.

mod bodies;
mod files;
mod http;
mod lists;
mod vault;

use crate::Target;

macro_rules! targets {
    ($($name:ident = $run:path, $seeds:path;)*) => {
        pub(crate) const ALL: &[Target] =
            &[$(Target { name: stringify!($name), run: $run, seeds: $seeds }),*];
    };
}

targets! {
    files = files::take, files::seeds;
    url = http::url, http::url_seeds;
    http = http::framing, http::framing_seeds;
    json = bodies::json, bodies::json_seeds;
    query = bodies::query, bodies::query_seeds;
    list = lists::list, lists::list_seeds;
    ids = lists::ids, lists::ids_seeds;
    body = bodies::draft, bodies::draft_seeds;
    header = bodies::header, bodies::header_seeds;
    file_name = bodies::file_name, bodies::file_name_seeds;
    vault = vault::open, vault::open_seeds;
    master_key = vault::master_key, vault::master_key_seeds;
}

/// Bytes as text; what isn't UTF-8 is nothing to these parsers.
fn text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}

fn owned(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}
