//! The guard: finds the token whose secret a request carries, in the newest table, so that a
//! revoked one is refused with the next request.

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use sha2::{Digest as _, Sha256};
use subtle::{ConditionallySelectable, ConstantTimeEq};

use super::caller::Caller;
use super::error::ApiError;
use crate::domain::table::Table;

/// The caller whose token's secret is in `Authorization`: as a bearer, or as the password of HTTP
/// Basic, which is all that some tools speak.
pub(super) fn admit(table: &Table, headers: &HeaderMap) -> Result<Caller, ApiError> {
    let header = headers.get(AUTHORIZATION).ok_or(ApiError::NoToken)?;
    let credentials = header.to_str().map_err(|_| ApiError::UnknownToken)?;
    let (scheme, rest) = credentials.trim().split_once(' ').ok_or(ApiError::NoToken)?;
    let secret = match scheme.to_ascii_lowercase().as_str() {
        "bearer" => rest.trim().as_bytes().to_vec(),
        "basic" => password(rest.trim()).ok_or(ApiError::UnknownToken)?,
        _ => return Err(ApiError::NoToken),
    };
    if secret.is_empty() {
        return Err(ApiError::NoToken);
    }
    holder(table, &secret).ok_or(ApiError::UnknownToken)
}

/// Compares with every token and never stops early: how long it takes tells nothing.
fn holder(table: &Table, secret: &[u8]) -> Option<Caller> {
    let digest: [u8; 32] = Sha256::digest(secret).into();
    let mut found = u32::MAX;
    for (place, token) in (0..u32::MAX).zip(table.tokens()) {
        found.conditional_assign(&place, token.digest.0.ct_eq(&digest));
    }
    let token = table.tokens().nth(usize::try_from(found).ok()?)?;
    Some(Caller::holding(token, table.policy()))
}

/// The password of a Basic header: what follows the first colon of `USER:PASSWORD`.
fn password(encoded: &str) -> Option<Vec<u8>> {
    let pair = from_base64(encoded)?;
    let colon = pair.iter().position(|byte| *byte == b':')?;
    pair.get(colon + 1..).map(<[u8]>::to_vec)
}

/// Standard base64, with or without padding.
fn from_base64(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3 + 2);
    let (mut bits, mut held) = (0_u32, 0_u32);
    for digit in text.trim_end_matches('=').bytes() {
        let value = match digit {
            b'A'..=b'Z' => digit - b'A',
            b'a'..=b'z' => digit - b'a' + 26,
            b'0'..=b'9' => digit - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = (bits << 6 | u32::from(value)) & 0xffff;
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.extend((bits >> held & 0xff).to_be_bytes().last());
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_read_with_and_without_padding() {
        let table: [(&str, Option<&[u8]>); 7] = [
            ("", Some(b"")),
            ("YQ==", Some(b"a")),
            ("YWI", Some(b"ab")),
            ("YWJj", Some(b"abc")),
            ("dXNlcjpw4pyT", Some("user:p✓".as_bytes())),
            ("/+8=", Some(&[0xff, 0xef])),
            ("a-b", None),
        ];
        for (text, bytes) in table {
            assert_eq!(from_base64(text).as_deref(), bytes, "of {text:?}");
        }
    }

    #[test]
    fn a_password_is_what_follows_the_first_colon() {
        assert_eq!(password("YWxpY2U6YTpi").as_deref(), Some(&b"a:b"[..]));
        assert_eq!(password("YWxpY2U"), None);
    }
}
