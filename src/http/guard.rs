//! The guard: finds the token whose secret a request carries, in the newest table, so that a
//! revoked one is refused with the next request.

use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, HeaderValue};
use base64::alphabet;
use base64::engine::{DecodePaddingMode, Engine as _, GeneralPurpose, GeneralPurposeConfig};
use sha2::{Digest as _, Sha256};
use subtle::{ConditionallySelectable, ConstantTimeEq};

use super::caller::Caller;
use super::error::ApiError;
use crate::domain::actor::Via;
use crate::domain::table::Table;

/// The caller whose token's secret is in `Authorization`: as a bearer, or as the password of HTTP
/// Basic, which is all that some tools speak.
pub(super) fn admit(table: &Table, headers: &HeaderMap, via: Via) -> Result<Caller, ApiError> {
    admit_with(table, headers.get(AUTHORIZATION), via)
}

/// As [`admit`], of the header alone: a request whose head is gone can still be told of by name.
pub(super) fn admit_with(
    table: &Table,
    header: Option<&HeaderValue>,
    via: Via,
) -> Result<Caller, ApiError> {
    let header = header.ok_or(ApiError::NoToken)?;
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
    holder(table, &secret, via).ok_or(ApiError::UnknownToken)
}

/// Compares with every token and never stops early: how long it takes tells nothing.
fn holder(table: &Table, secret: &[u8], via: Via) -> Option<Caller> {
    let digest: [u8; 32] = Sha256::digest(secret).into();
    let mut found = u32::MAX;
    for (place, token) in (0..u32::MAX).zip(table.tokens()) {
        found.conditional_assign(&place, token.digest.0.ct_eq(&digest));
    }
    let token = table.tokens().nth(usize::try_from(found).ok()?)?;
    Some(Caller::holding(token, table.policy(), via))
}

/// Standard base64. Some clients leave the padding out.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The password of a Basic header: what follows the first colon of `USER:PASSWORD`.
fn password(encoded: &str) -> Option<Vec<u8>> {
    let pair = BASE64.decode(encoded).ok()?;
    let colon = pair.iter().position(|byte| *byte == b':')?;
    pair.get(colon + 1..).map(<[u8]>::to_vec)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_what_follows_the_first_colon() {
        assert_eq!(password("YWxpY2U6YTpi").as_deref(), Some(&b"a:b"[..]));
        assert_eq!(password("YTpi4pyT").as_deref(), Some("b✓".as_bytes()));
        assert_eq!(password("YTo=").as_deref(), password("YTo").as_deref());
        assert_eq!(password("YWxpY2U"), None);
    }
}
