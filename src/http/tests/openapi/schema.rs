//! The document as a judge of answers: as much of JSON Schema as it uses. A keyword that is not known
//! here is a fault, so that nothing in it goes unchecked.
//!
//! Stricter than JSON Schema: an object has no property that is not listed.

use std::collections::BTreeSet;

use regex::Regex;
use serde_json::Value;

/// What a schema may say.
const KEYWORDS: [&str; 18] = [
    "type",
    "enum",
    "format",
    "pattern",
    "minimum",
    "maxLength",
    "minItems",
    "items",
    "properties",
    "required",
    "additionalProperties",
    "propertyNames",
    "anyOf",
    "oneOf",
    "allOf",
    "description",
    "default",
    "$ref",
];

/// The document.
pub(super) struct Document(pub(super) Value);

impl Document {
    /// What is referred to, or the value itself.
    pub(super) fn resolved<'a>(&'a self, value: &'a Value) -> &'a Value {
        let Some(reference) = value["$ref"].as_str() else { return value };
        let pointer = reference.strip_prefix('#').unwrap_or_else(|| panic!("{reference}"));
        let found = self.0.pointer(pointer);
        self.resolved(found.unwrap_or_else(|| panic!("{reference} leads nowhere")))
    }

    /// What is wrong with `value`, each with its place in it.
    pub(super) fn faults(&self, schema: &Value, value: &Value) -> Vec<String> {
        let mut faults = Vec::new();
        self.judge(schema, value, "", true, &mut faults);
        faults
    }

    fn judge(&self, schema: &Value, value: &Value, at: &str, closed: bool, to: &mut Vec<String>) {
        let schema = self.resolved(schema);
        let unknown = |name: &&String| !KEYWORDS.contains(&name.as_str());
        let said = schema.as_object().unwrap_or_else(|| panic!("no schema: {schema}"));
        assert_eq!(said.keys().find(unknown), None, "{schema}");
        if !is_of_type(&schema["type"], value) {
            to.push(format!("{at}: {value} is no {}", schema["type"]));
            return;
        }
        if let Some(words) = schema["enum"].as_array().filter(|words| !words.contains(value)) {
            to.push(format!("{at}: {value} is none of {words:?}"));
        }
        if let Some(why) = why_not(schema, value) {
            to.push(format!("{at}: {value} {why}"));
        }
        for part in schema["allOf"].as_array().into_iter().flatten() {
            self.judge(part, value, at, false, to);
        }
        let fits = |one: &&Value| {
            let mut faults = Vec::new();
            self.judge(one, value, at, closed, &mut faults);
            faults.is_empty()
        };
        if let Some(one_of) = schema["oneOf"].as_array()
            && one_of.iter().filter(fits).count() != 1
        {
            to.push(format!("{at}: {value} is not one of {one_of:?}"));
        }
        if let Some(any_of) = schema["anyOf"].as_array()
            && !any_of.iter().any(|one| fits(&one))
        {
            to.push(format!("{at}: {value} is none of {any_of:?}"));
        }
        for (place, item) in value.as_array().into_iter().flatten().enumerate() {
            if let Some(items) = schema.get("items") {
                self.judge(items, item, &format!("{at}/{place}"), true, to);
            }
        }
        self.judge_object(schema, value, at, closed, to);
    }

    fn judge_object(
        &self,
        schema: &Value,
        value: &Value,
        at: &str,
        closed: bool,
        to: &mut Vec<String>,
    ) {
        let Some(object) = value.as_object() else { return };
        for name in schema["required"].as_array().into_iter().flatten() {
            if !object.contains_key(name.as_str().unwrap()) {
                to.push(format!("{at}: {name} is missing"));
            }
        }
        let rest = schema.get("additionalProperties");
        for (name, value) in object {
            let property = schema["properties"].get(name).or(rest);
            if let Some(schema) = property.filter(|schema| schema.is_object()) {
                self.judge(schema, value, &format!("{at}/{name}"), true, to);
            }
        }
        let mut listed = BTreeSet::new();
        if closed && self.list(schema, &mut listed) {
            let others = object.keys().filter(|name| !listed.contains(name.as_str()));
            to.extend(others.map(|name| format!("{at}: {name} is not listed")));
        }
    }

    /// Whether a schema lists what an object may have; what it lists.
    fn list<'a>(&'a self, schema: &'a Value, listed: &mut BTreeSet<&'a str>) -> bool {
        let schema = self.resolved(schema);
        let properties = schema["properties"].as_object();
        listed.extend(properties.into_iter().flatten().map(|(name, _)| name.as_str()));
        let others = ["anyOf", "oneOf", "additionalProperties"];
        let mut all = true;
        for part in schema["allOf"].as_array().into_iter().flatten() {
            all &= self.list(part, listed);
        }
        // What lists nothing at all is free.
        let lists = properties.is_some() || schema.get("allOf").is_some();
        all && lists && others.iter().all(|other| schema.get(other).is_none())
    }
}

fn is_of_type(kind: &Value, value: &Value) -> bool {
    match kind {
        Value::Null => true,
        Value::Array(kinds) => kinds.iter().any(|kind| is_of_type(kind, value)),
        kind => match kind.as_str().unwrap() {
            "null" => value.is_null(),
            "string" => value.is_string(),
            "boolean" => value.is_boolean(),
            "integer" => value.is_i64() || value.is_u64(),
            "array" => value.is_array(),
            "object" => value.is_object(),
            other => panic!("the type {other} is not known"),
        },
    }
}

/// What is wrong with a value that is of the right type.
fn why_not(schema: &Value, value: &Value) -> Option<String> {
    let text = value.as_str();
    let pattern = schema["pattern"].as_str().map(|pattern| Regex::new(pattern).unwrap());
    let fits = match schema["format"].as_str() {
        None | Some("uri" | "int32" | "int64") => true,
        Some("uuid") => text.is_none_or(|text| text.parse::<uuid::Uuid>().is_ok()),
        Some("date-time") => text.is_none_or(|text| text.parse::<jiff::Timestamp>().is_ok()),
        Some(other) => panic!("the format {other} is not known"),
    };
    let fits = fits
        && text.is_none_or(|text| pattern.is_none_or(|pattern| pattern.is_match(text)))
        && value
            .as_i64()
            .is_none_or(|value| schema["minimum"].as_i64().is_none_or(|least| value >= least))
        && value.as_array().is_none_or(|items| {
            schema["minItems"].as_u64().is_none_or(|least| items.len() as u64 >= least)
        });
    (!fits).then(|| format!("is not as {schema} has it"))
}

#[test]
fn what_a_schema_does_not_allow_is_found() {
    let document = serde_json::json!({"components": {"schemas": {
        "Base": {"type": "object", "required": ["id"],
                 "properties": {"id": {"type": "string", "format": "uuid"}}},
        "More": {"allOf": [{"$ref": "#/components/schemas/Base"},
                           {"type": "object", "properties": {
                               "when": {"type": ["string", "null"], "format": "date-time"},
                               "kind": {"type": "string", "enum": ["a", "b"]},
                               "free": {"type": "object"},
                               "pairs": {"type": "object",
                                         "additionalProperties": {"type": "string"}}}}]},
        "Either": {"anyOf": [{"type": "string"}, {"$ref": "#/components/schemas/Base"}]},
    }}});
    let document = Document(document);
    let id = "00000000-0000-4000-8000-000000000000";
    let judged = |name: &str, value: Value| {
        let schema = serde_json::json!({"$ref": format!("#/components/schemas/{name}")});
        document.faults(&schema, &value).len()
    };
    let json = |text: &str| serde_json::from_str(&text.replace("ID", id)).unwrap();
    let table = [
        ("Base", r#"{"id": "ID"}"#, 0),
        ("Base", r#"{"id": "x"}"#, 1),
        ("Base", r#"{"id": "ID", "more": 1}"#, 1),
        ("Base", "{}", 1),
        ("Base", "[]", 1),
        ("More", r#"{"id": "ID", "when": null, "kind": "a", "pairs": {"a": "b"}}"#, 0),
        ("More", r#"{"id": "ID", "when": "soon", "kind": "c", "pairs": {"a": 1}}"#, 3),
        ("More", r#"{"id": "ID", "free": {"a": 1}}"#, 0),
        ("More", r#"{"when": "2026-01-01T00:00:00Z", "other": 1}"#, 2),
        ("Either", "\"text\"", 0),
        ("Either", r#"{"id": "ID"}"#, 0),
        ("Either", "5", 1),
    ];
    for (name, value, faults) in table {
        assert_eq!(judged(name, json(value)), faults, "{value} as {name}");
    }
}
