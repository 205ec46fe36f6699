//! Whether a link is one that Alertmanager takes: an absolute URI or a path from the root, judged
//! as Go judges the line of a request (`ParseRequestURI` of Go's `net/url`).

/// Whether `link` is taken. A fragment does not matter.
pub(super) fn is_request(link: &str) -> bool {
    let link = link.split_once('#').map_or(link, |(link, _)| link);
    if link == "*" {
        return true;
    }
    if link.is_empty() || link.bytes().any(|byte| byte.is_ascii_control()) {
        return false;
    }
    let Some((scheme, rest)) = scheme(link) else { return false };
    let rest = rest.split_once('?').map_or(rest, |(rest, _)| rest);
    match (scheme, rest.strip_prefix('/')) {
        // Of what is no path, as in `mailto:alice@example.org`, nothing is demanded.
        (Some(_), None) => true,
        (None, None) => false,
        (Some(_), Some(path)) => match path.strip_prefix('/') {
            Some(authority) => {
                let end = authority.find('/').unwrap_or(authority.len());
                let (authority, path) = authority.split_at(end);
                is_authority(authority) && escapes(path, |_| true)
            }
            None => escapes(path, |_| true),
        },
        (None, Some(path)) => escapes(path, |_| true),
    }
}

/// What stands before the first colon, if that is a scheme, and the rest. Nothing where a scheme is
/// missing in front of a colon.
fn scheme(link: &str) -> Option<(Option<&str>, &str)> {
    for (at, byte) in link.bytes().enumerate() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' => {}
            b'0'..=b'9' | b'+' | b'-' | b'.' if at > 0 => {}
            b':' if at == 0 => return None,
            b':' => {
                let (scheme, rest) = link.split_at(at);
                return Some((Some(scheme), rest.strip_prefix(':').unwrap_or_default()));
            }
            _ => break,
        }
    }
    Some((None, link))
}

fn is_authority(authority: &str) -> bool {
    let Some((user, host)) = authority.rsplit_once('@') else { return is_host(authority) };
    let known = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:~!$&'()*+,;=%@".contains(&byte);
    is_host(host) && user.bytes().all(known) && escapes(user, |_| true)
}

fn is_host(host: &str) -> bool {
    if host.starts_with('[') {
        let Some((address, port)) = host.rsplit_once(']') else { return false };
        let (address, zone) = address.split_once("%25").unwrap_or((address, ""));
        return is_port(port) && host_text(address) && zone_text(zone);
    }
    let port = host.rfind(':').and_then(|colon| host.get(colon..)).unwrap_or_default();
    is_port(port) && host_text(host)
}

/// In a host only what is no ASCII may be escaped, and the percent sign itself.
fn host_text(text: &str) -> bool {
    is_text_of_host(text, |byte| byte == b'%' || !byte.is_ascii())
}

fn zone_text(text: &str) -> bool {
    is_text_of_host(text, |byte| byte == b'%' || byte == b' ' || is_of_host(byte))
}

fn is_text_of_host(text: &str, may_be_escaped: impl Fn(u8) -> bool) -> bool {
    unescaped(text).all(|byte| !byte.is_ascii() || is_of_host(byte))
        && escapes(text, may_be_escaped)
}

fn is_of_host(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-_.~!$&'()*+,;=:[]<>\"".contains(&byte)
}

fn is_port(text: &str) -> bool {
    text.is_empty()
        || text.strip_prefix(':').is_some_and(|port| port.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The bytes of `text` that are no part of an escape.
fn unescaped(text: &str) -> impl Iterator<Item = u8> {
    let mut escaped = 0_u8;
    text.bytes().filter(move |byte| {
        if *byte == b'%' {
            escaped = 3;
        }
        escaped = escaped.saturating_sub(1);
        escaped == 0 && *byte != b'%'
    })
}

/// Whether every `%` begins an escape, of a byte that may be escaped.
fn escapes(text: &str, may_be_escaped: impl Fn(u8) -> bool) -> bool {
    text.split('%').skip(1).all(|rest| {
        let digits = rest.get(..2).filter(|digits| digits.bytes().all(|d| d.is_ascii_hexdigit()));
        let byte = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        byte.is_some_and(&may_be_escaped)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TAKEN: [&str; 33] = [
        "/graph?x=1",
        "javascript:alert(1)",
        "http://x/ y",
        "http://[::1]:90/",
        "http://a:90",
        "http://u:p@h/",
        "http://h%e4/",
        "*",
        "http:",
        "http:x",
        "//x",
        "mailto:a@b",
        "http://h?%zz",
        "/a#b",
        "http://h/\\",
        "http://h/é",
        "http://é/",
        "http://h\"/",
        "http://h</",
        "h+.-1:x",
        "http://",
        "http:///",
        "/?",
        "http://h??",
        "http://u@v@h/",
        "http://h:/",
        "http://a:1:2/",
        "http://[fe80::1%25en0]/",
        "http://[x]/",
        "http://h#%zz",
        "http://h/%41",
        "http://h%25/",
        "http://[fe80::1%25e%20n]/",
    ];

    const REFUSED: [&str; 26] = [
        "",
        "not a url",
        "foo",
        "http://x y/",
        "http://[::1/",
        "http://a:b/",
        "http://a:9b",
        "http://u p@h/",
        "%zz",
        "/%zz",
        "http://h/%zz",
        "http://h%zz/",
        "http://h%41/",
        ":x",
        "1http://x",
        "http://h\\/",
        "http://h{/",
        "a b:c",
        "http://h/\u{7f}",
        "http://h/\u{1f}",
        "?",
        "http://u%zz@h/",
        "http://[fe80::1%en0]/",
        "http://[::1]x/",
        "#a",
        "/a%4",
    ];

    /// Measured on Alertmanager 0.25; that a fragment does not matter is newer.
    #[test]
    fn a_link_is_an_absolute_uri_or_a_path_from_the_root() {
        for link in TAKEN {
            assert!(is_request(link), "{link:?}");
        }
        for link in REFUSED {
            assert!(!is_request(link), "{link:?}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_judged(text in ".{0,40}", link in "[a-z0-9:/?#@%\\[\\]. é]{0,40}") {
            let _ = (is_request(&text), is_request(&link), is_request(&format!("http://{link}")));
        }
    }
}
