//! What Go's decoder says, measured on Alertmanager 0.25; what is read against `serde_json`.

use proptest::prelude::*;
use serde_json::Value;

use super::*;

#[test]
fn what_is_wrong_with_a_body_is_told_in_gos_words() {
    let bodies = [
        "",
        "  ",
        "[{",
        "hello",
        "tru",
        "trux",
        "[1 2]",
        r#"[{"a" 1}]"#,
        r#"[{"a":1 "b"}]"#,
        "[{a:1}]",
        r#"[{"a":1,}]"#,
        "[1,]",
        r#"["\x"]"#,
        r#"["\u12g4"]"#,
        "[\"a\nb\"]",
        "[-]",
        "[01]",
        "[1.]",
        "[1.x]",
        "[1ex]",
        "[}",
        "{]",
        r#"[{"labels":{"a":"1"}}"#,
        "\0",
        "é",
        "[nul]",
        "[nulx]",
        r#""abc"#,
        "['a']",
        "[\"\u{1}\"]",
        "\u{feff}[]",
        "[fals1]",
        "-",
        "1.",
        "{",
        r#"{"a"#,
        r#"{"a""#,
        r#"{"a":"#,
        r#"{"a":1"#,
        "[1",
        "[1,",
    ];
    let told = bodies.map(|body| {
        let wrong = first_value(body.as_bytes()).unwrap_err();
        format!("{body:?}: {wrong}")
    });
    insta::assert_snapshot!(told.join("\n"));
    for depth in [10_001, 1_000_000] {
        let wrong = first_value("[".repeat(depth).as_bytes()).unwrap_err();
        assert_eq!(wrong.to_string(), "invalid character '[' exceeded max depth");
    }
    let deepest = "[".repeat(10_000) + &"]".repeat(10_000);
    assert_eq!(first_value(deepest.as_bytes()).unwrap(), deepest.as_bytes());
}

#[test]
fn the_first_value_ends_where_another_could_begin() {
    let table = [
        (" [] x", "[]"),
        ("{}{}", "{}"),
        ("\"a\\\"b\"c", "\"a\\\"b\""),
        ("nullnull", "null"),
        ("12x", "12"),
        ("-0.5e+3 ", "-0.5e+3"),
        ("[1,{\"a\" : [ ] , \"b\":{}} , true]]", "[1,{\"a\" : [ ] , \"b\":{}} , true]"),
    ];
    for (body, value) in table {
        assert_eq!(first_value(body.as_bytes()), Ok(value.as_bytes()), "of {body}");
    }
}

#[test]
fn every_byte_that_is_no_text_becomes_a_character_of_its_own() {
    let table: [(&[u8], &str); 9] = [
        (b"plain", "plain"),
        (b"\xe2\x82x\xff", "\u{fffd}\u{fffd}x\u{fffd}"),
        (b"\\u00e9\\n\\/\\\"\\\\", "\u{e9}\n/\"\\"),
        (b"\\ud83d\\ude42", "\u{1f642}"),
        (b"\\ud83dx", "\u{fffd}x"),
        (b"\\ud83d\\ud83d\\ude42", "\u{fffd}\u{1f642}"),
        (b"\\ude42\\ud83d", "\u{fffd}\u{fffd}"),
        (b"\\ud83d\\u0041", "\u{fffd}A"),
        (b"\xed\xa0\xbd", "\u{fffd}\u{fffd}\u{fffd}"),
    ];
    for (raw, text) in table {
        assert_eq!(unquoted(raw), text, "of {:?}", String::from_utf8_lossy(raw));
    }
}

/// All that a reader comes upon.
fn read(reader: &mut Reader<'_>, skipped: u8) -> Value {
    match reader.shape() {
        Shape::List => {
            let mut items = Vec::new();
            reader.enter();
            while reader.item() {
                items.push(read(reader, skipped));
            }
            Value::from(items)
        }
        Shape::Object => {
            let mut object = serde_json::Map::new();
            reader.enter();
            while let Some(name) = reader.name() {
                if name.len() % 2 == usize::from(skipped) {
                    reader.skip();
                } else {
                    object.insert(name.into_owned(), read(reader, skipped));
                }
            }
            Value::Object(object)
        }
        Shape::Text => Value::from(reader.text()),
        Shape::Null | Shape::Bool | Shape::Number => {
            reader.skip();
            Value::Null
        }
    }
}

fn expected(value: &Value, skipped: u8) -> Value {
    match value {
        Value::Array(items) => items.iter().map(|item| expected(item, skipped)).collect(),
        Value::Object(object) => {
            let kept = object.iter().filter(|(name, _)| name.len() % 2 != usize::from(skipped));
            kept.map(|(name, value)| (name.clone(), expected(value, skipped))).collect()
        }
        Value::String(_) => value.clone(),
        Value::Null | Value::Bool(_) | Value::Number(_) => Value::Null,
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 64, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::hash_map(".{0,4}", inner, 0..6)
                .prop_map(|object| object.into_iter().collect()),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read(value in any_json(), pretty in any::<bool>(), after in ".*") {
        let json = if pretty { format!("{value:#}") } else { value.to_string() };
        let body = format!(" {json} {after}");
        let first = first_value(body.as_bytes()).unwrap();
        prop_assert_eq!(first, json.as_bytes());
        for skipped in [0, 1] {
            let mut reader = Reader::new(first);
            prop_assert_eq!(read(&mut reader, skipped), expected(&value, skipped));
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(body in prop::collection::vec(any::<u8>(), 0..64)) {
        if let Ok(value) = first_value(&body) {
            read(&mut Reader::new(value), 0);
        }
    }

    #[test]
    fn what_serde_takes_go_takes(body in "[\\[\\]{}\",:a0-9.eEtrufalsn\\\\ -]{0,24}") {
        let serde = serde_json::from_str::<Value>(&body);
        prop_assert!(first_value(body.as_bytes()).is_ok() || serde.is_err());
    }
}
