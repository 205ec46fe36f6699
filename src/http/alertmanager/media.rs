//! Kinds of bodies: what a request says it brings and what it takes, read as Go reads it
//! (`ParseMediaType` of Go's `mime`, `mediatype` of go-openapi/runtime).

use axum::body::{Body, HttpBody as _};
use axum::http::HeaderMap;
use axum::http::header::{ACCEPT, CONTENT_TYPE};

use super::error::Fault;
use super::quote;

const JSON: (&str, &str) = ("application", "json");

/// Refuses a body that is no JSON and, where there is none, a reader that takes no JSON. The method
/// does not matter (`BindValidRequest` of go-openapi/runtime).
pub(super) fn must_fit(headers: &HeaderMap, body: &Body) -> Result<(), Fault> {
    if body.is_end_stream() { must_take_json(headers) } else { must_bring_json(headers) }
}

/// Refuses a body that is not said to be JSON. Charset and other parameters do not matter.
fn must_bring_json(headers: &HeaderMap) -> Result<(), Fault> {
    let given = headers.get(CONTENT_TYPE).map_or(&b""[..], |value| value.as_bytes());
    let given = String::from_utf8_lossy(given);
    let named = if given.is_empty() { "application/octet-stream" } else { &given };
    let broken = |why: &str| {
        let given = quote::go(&given);
        Fault::framework(
            400,
            format!("parsing Content-Type header from {given} failed, because {why}"),
        )
    };
    let kind = parse(named).map_err(broken)?;
    let Some((main, sub)) = kind.split_once('/') else {
        return Err(broken(&format!("mediatype: malformed: {} has no subtype", quote::go(&kind))));
    };
    if is_json(main, sub) {
        return Ok(());
    }
    let kind = quote::go(&kind);
    Err(Fault::framework(
        415,
        format!("unsupported media type {kind}, only [application/json] are allowed"),
    ))
}

/// Refuses a reader that takes no JSON. One that does not say what it takes takes all.
fn must_take_json(headers: &HeaderMap) -> Result<(), Fault> {
    let values = headers.get_all(ACCEPT).iter();
    let values: Vec<_> = values.map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
    let accept = values.join(", ");
    let takes = accept.trim().is_empty() || split(&accept).any(|kind| takes_json(kind.trim()));
    if takes {
        return Ok(());
    }
    let message = "unsupported media type requested, only [application/json] are available";
    Err(Fault::framework(406, message.to_owned()))
}

fn takes_json(kind: &str) -> bool {
    let Ok(named) = parse(kind) else { return false };
    let excluded = || {
        let weights = kind.split(';').skip(1).filter_map(|pair| pair.trim().split_once('='));
        let mut weights = weights.filter(|(name, _)| name.trim().eq_ignore_ascii_case("q"));
        weights.any(|(_, weight)| weight.trim().parse().is_ok_and(|weight: f64| weight <= 0.0))
    };
    named.split_once('/').is_some_and(|(main, sub)| is_json(main, sub)) && !excluded()
}

/// A star stands for anything, on either side.
fn is_json(main: &str, sub: &str) -> bool {
    main == "*" || (main == JSON.0 && (sub == "*" || sub == JSON.1))
}

/// Splits at the commas that stand in no quotes.
fn split(list: &str) -> impl Iterator<Item = &str> {
    let (mut quoted, mut escaped) = (false, false);
    list.split(move |c| {
        let plain = !escaped;
        escaped = plain && quoted && c == '\\';
        quoted ^= plain && c == '"';
        c == ',' && !quoted
    })
}

/// The kind that `value` names, in small letters and without its parameters.
fn parse(value: &str) -> Result<String, &'static str> {
    let (kind, parameters) = value.find(';').map_or((value, ""), |at| value.split_at(at));
    let kind = kind.trim().to_ascii_lowercase();
    let (main, rest) = token(&kind);
    if main.is_empty() {
        return Err("mime: no media type");
    }
    if !rest.is_empty() {
        let sub = rest.strip_prefix('/').ok_or("mime: expected slash after first token")?;
        let (sub, rest) = token(sub);
        if sub.is_empty() {
            return Err("mime: expected token after slash");
        }
        if !rest.is_empty() {
            return Err("mime: unexpected content after media subtype");
        }
    }
    check_parameters(parameters)?;
    Ok(kind)
}

/// Go takes any number of parameters. Nobody sends more than these, and each is compared with all
/// before it.
const PARAMETERS: usize = 32;

fn check_parameters(parameters: &str) -> Result<(), &'static str> {
    const INVALID: &str = "mime: invalid media parameter";
    let mut seen = Vec::new();
    let mut rest = parameters.trim_start();
    while !rest.is_empty() {
        if rest.strip_prefix(';').is_some_and(|end| end.chars().all(char::is_whitespace)) {
            return Ok(());
        }
        if seen.len() >= PARAMETERS {
            return Err("mime: more than 32 parameters");
        }
        let (name, after) = parameter(rest).ok_or(INVALID)?;
        let name = name.to_ascii_lowercase();
        if seen.contains(&name) {
            return Err("mime: duplicate parameter name");
        }
        seen.push(name);
        rest = after.trim_start();
    }
    Ok(())
}

/// The name of the parameter that `text` begins with, and what follows its value.
fn parameter(text: &str) -> Option<(&str, &str)> {
    let (name, rest) = token(text.strip_prefix(';')?.trim_start());
    let rest = rest.trim_start().strip_prefix('=')?.trim_start();
    let after = match rest.strip_prefix('"') {
        Some(quoted) => after_quoted(quoted)?,
        None => Some(token(rest)).filter(|(value, _)| !value.is_empty())?.1,
    };
    (!name.is_empty()).then_some((name, after))
}

fn after_quoted(text: &str) -> Option<&str> {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            '\r' | '\n' => return None,
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return text.get(at + 1..),
            _ => {}
        }
    }
    None
}

/// The token that `text` begins with, and the rest (RFC 2045 §5.1).
fn token(text: &str) -> (&str, &str) {
    let ends = |c: char| !c.is_ascii_graphic() || "()<>@,;:\\\"/[]?=".contains(c);
    text.split_at(text.find(ends).unwrap_or(text.len()))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn headers(name: axum::http::HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_bytes(value.as_bytes()).unwrap())])
    }

    #[test]
    fn a_body_is_taken_that_is_said_to_be_json_whatever_its_parameters() {
        let kinds = [
            "",
            "text/plain",
            "foo",
            "application/json; charset=utf-8",
            "application/JSON",
            "application/json;",
            "application/json;x",
            "application/json; charset",
            "/json",
            "application/",
            "a/b/c",
            "text/html; q=\"",
            " application/json ",
            "application/json, text/plain",
            "application/vnd.api+json",
            "application/json; a=\"x;y\\\"z\"; b=c",
            "application/*",
            "application/json; a=b; A=c",
            "application json",
            "é/x",
            "\"x\"",
        ];
        let told = kinds.map(|kind| match must_bring_json(&headers(CONTENT_TYPE, kind)) {
            Ok(()) => format!("{kind:?}: taken"),
            Err(fault) => format!("{kind:?}: {fault}"),
        });
        insta::assert_snapshot!(told.join("\n"));
        assert!(must_bring_json(&HeaderMap::new()).is_err());
    }

    #[test]
    fn a_kind_has_few_parameters() {
        let kind = |count: usize| {
            let parameters: Vec<_> = (0..count).map(|index| format!("; a{index}=b")).collect();
            format!("application/json{}", parameters.concat())
        };
        let brought = |count| must_bring_json(&headers(CONTENT_TYPE, &kind(count)));
        let taken = |count| must_take_json(&headers(ACCEPT, &kind(count)));
        assert!(brought(32).is_ok() && taken(32).is_ok());
        assert!(taken(33).is_err());
        let refused = brought(33).unwrap_err().to_string();
        assert!(refused.ends_with("because mime: more than 32 parameters"), "{refused}");
        let refused = brought(5_000).unwrap_err().to_string();
        assert!(refused.len() < 512, "{refused}");
    }

    #[test]
    fn a_reader_is_refused_that_takes_something_else_only() {
        let table = [
            ("application/xml", false),
            ("application/json", true),
            ("APPLICATION/JSON", true),
            ("*/*", true),
            ("application/*", true),
            ("text/html, */*;q=0.1", true),
            ("", true),
            ("foo", false),
            ("application/json;q=0", false),
            ("application/json;q=0, */*", true),
            ("text/html,application/xml;q=0.9", false),
            ("application/json;version=1", true),
            ("text/*", false),
            ("application/xml, application/json;q=0.5", true),
            ("application/json;q=abc", true),
            ("text/html;a=\",application/json\"", false),
        ];
        for (accept, taken) in table {
            let result = must_take_json(&headers(ACCEPT, accept));
            assert_eq!(result.is_ok(), taken, "of {accept:?}");
        }
        assert!(must_take_json(&HeaderMap::new()).is_ok());
    }
}
