//! JSON of a body, read within limits that hold before anything is built.

use std::cell::{Cell, RefCell};
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value as Json};

use crate::error::ApiError;

/// How deep arrays and objects may lie in one another; the outermost is 1.
pub(crate) const MAX_DEPTH: usize = 32;
/// How many values a body may have: each object, array, text, number, flag and null is one.
pub(crate) const MAX_VALUES: usize = 10_000;
/// The longest key that an error repeats, in bytes.
const MAX_NAMED: usize = 100;

/// Reads JSON. No object may have a key twice, whatever its case: else two readers of one body could see two records.
pub(crate) fn read(bytes: &[u8]) -> Result<Json, ApiError> {
    let budget = Budget { left: Cell::new(MAX_VALUES), fault: RefCell::new(None) };
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let read = Node { budget: &budget, depth: 1 }.deserialize(&mut deserializer);
    let read = read.and_then(|json| deserializer.end().map(|()| json));
    read.map_err(|error| {
        budget.fault.take().unwrap_or_else(|| {
            let place = format!("line {}, column {}", error.line(), error.column());
            ApiError::malformed(format!("The body is not valid JSON, at {place}."))
        })
    })
}

/// A body of too many values, in JSON or a form.
pub(crate) fn too_many() -> ApiError {
    ApiError::malformed(format!("The body has more than {MAX_VALUES} values."))
}

/// An error if a key stands more than once, whatever its case. Keys that are the same to the letter are the caller's.
pub(crate) fn distinct<'a>(keys: impl Iterator<Item = &'a String>) -> Result<(), ApiError> {
    let folded = |key: &'a String| key.bytes().map(|byte| byte.to_ascii_lowercase());
    let mut keys: Vec<&String> = keys.collect();
    keys.sort_unstable_by(|one, other| folded(one).cmp(folded(other)));
    match keys.windows(2).find(|pair| pair[0].eq_ignore_ascii_case(pair[1])) {
        Some(pair) => Err(twice(pair[0])),
        None => Ok(()),
    }
}

fn twice(key: &str) -> ApiError {
    ApiError::invalid(if key.len() <= MAX_NAMED { key } else { "" }, "is given more than once")
}

struct Budget {
    left: Cell<usize>,
    /// What was wrong, where it wasn't the syntax.
    fault: RefCell<Option<ApiError>>,
}

impl Budget {
    /// Stops the reading.
    fn stop<E: Error>(&self, fault: ApiError) -> E {
        *self.fault.borrow_mut() = Some(fault);
        E::custom("a limit")
    }
}

/// A value that is about to be read.
#[derive(Clone, Copy)]
struct Node<'a> {
    budget: &'a Budget,
    /// Of an array or an object that stands here.
    depth: usize,
}

impl Node<'_> {
    fn inner<E: Error>(self) -> Result<Self, E> {
        if self.depth > MAX_DEPTH {
            let message = format!("The body is nested deeper than {MAX_DEPTH} levels.");
            return Err(self.budget.stop(ApiError::malformed(message)));
        }
        Ok(Self { depth: self.depth + 1, ..self })
    }
}

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        let left = self.budget.left.get();
        if left == 0 {
            return Err(self.budget.stop(too_many()));
        }
        self.budget.left.set(left - 1);
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json, E> {
        Ok(Number::from_f64(value).map_or(Json::Null, Json::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Json, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Json, A::Error> {
        let inner = self.inner()?;
        let mut values = Vec::new();
        while let Some(value) = access.next_element_seed(inner)? {
            values.push(value);
        }
        Ok(Json::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Json, A::Error> {
        let inner = self.inner()?;
        let mut properties = Map::new();
        while let Some(key) = access.next_key::<String>()? {
            if properties.contains_key(&key) {
                return Err(self.budget.stop(twice(&key)));
            }
            let value = access.next_value_seed(inner)?;
            properties.insert(key, value);
        }
        distinct(properties.keys()).map_err(|fault| self.budget.stop(fault))?;
        Ok(Json::Object(properties))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_read_is_what_serde_json_reads() {
        for text in [
            r#"{"a": [1, -2, 3.5, 1e3, "x\u00e9\ud83d\ude00", true, null, {}, []], "b": {"c": 18446744073709551615}}"#,
            "null",
            "5",
            "[]",
            "\"text\"",
            " [ 1 ] ",
        ] {
            let expected: Json = serde_json::from_str(text).expect("JSON");
            assert_eq!(read(text.as_bytes()).expect("JSON"), expected, "{text}");
        }
        for text in [
            "",
            "{",
            "[1,]",
            "{\"a\":1,}",
            "1 2",
            "{'a':1}",
            "01",
            "1e400",
            "\"\\ud800\"",
            "\"\\udc00x\"",
            "nul",
            "NaN",
            "\u{feff}{}",
            "\"\n\"",
            "\"\0\"",
            "{\"a\" 1}",
            "{1:2}",
            "[1]]",
            "/**/1",
        ] {
            assert!(read(text.as_bytes()).is_err(), "{text}");
        }
        assert!(read(b"\"\xff\"").is_err() && read(b"\"\xed\xa0\x80\"").is_err(), "no UTF-8");
    }

    #[test]
    fn limits_hold_at_the_edge() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        let objects = |depth: usize| format!("{}1{}", "{\"a\":".repeat(depth), "}".repeat(depth));
        for depth in [MAX_DEPTH - 1, MAX_DEPTH] {
            assert!(read(nested(depth).as_bytes()).is_ok() && read(objects(depth).as_bytes()).is_ok());
        }
        assert!(read(nested(MAX_DEPTH + 1).as_bytes()).is_err());
        assert!(read(objects(MAX_DEPTH + 1).as_bytes()).is_err());
        assert!(read("[".repeat(1_000_000).as_bytes()).is_err());
        let wide = |values: usize| format!("[{}]", vec!["0"; values - 1].join(","));
        assert!(read(wide(MAX_VALUES - 1).as_bytes()).is_ok() && read(wide(MAX_VALUES).as_bytes()).is_ok());
        assert!(read(wide(MAX_VALUES + 1).as_bytes()).is_err());
    }

    #[test]
    fn a_key_stands_once_in_its_object() {
        for text in [
            r#"{"a": 1, "a": 1}"#,
            r#"{"Name": 1, "b": 2, "nAME": 3}"#,
            r#"{"x": [{"a": 1, "A": 2}]}"#,
            r#"{"a": 1, "\u0061": 2}"#,
            r#"{"a": {"a": 1, "a": 2}}"#,
        ] {
            assert!(read(text.as_bytes()).is_err(), "{text}");
        }
        let apart = json!({ "a": { "a": 1 }, "b": [{ "a": 1 }, { "A": 2 }], "ä": 1, "Ä": 2 });
        assert_eq!(read(apart.to_string().as_bytes()).expect("JSON"), apart);
    }
}
