//! A token's secret: made here, printed once, kept nowhere.

use std::fmt;

use sha2::{Digest as _, Sha256};

use crate::domain::token::Digest;

/// The letters of base64url (RFC 4648 §5): none needs quoting in a shell, a URL or a YAML file.
const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// 256 random bits as text: `wb_` and 43 letters. `Debug` does not show it.
pub struct Secret(String);

impl Secret {
    /// Draws one. Fails only where the system has no randomness.
    pub fn draw() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes)?;
        Ok(Self::of(&bytes))
    }

    /// The prefix tells people and scanners of repositories what it is.
    fn of(bytes: &[u8; 32]) -> Self {
        Self(format!("wb_{}", base64url(bytes)))
    }

    /// What is kept instead of it.
    pub fn digest(&self) -> Digest {
        Digest(Sha256::digest(self.0.as_bytes()).into())
    }

    /// The text, to be shown to who asked for it and to nobody else.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Without padding: of 32 bytes, 43 letters.
fn base64url(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let bits = chunk.iter().fold(0_u32, |bits, byte| (bits << 8) | u32::from(*byte));
        let bits = bits << (8 * (3 - chunk.len()));
        for at in 0..=chunk.len() {
            let letter = (bits >> (18 - 6 * at)) & 0x3f;
            text.extend(LETTERS.get(letter as usize).map(|letter| char::from(*letter)));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn bytes_are_written_as_rfc_4648_writes_them() {
        let table = [
            ("", ""),
            ("f", "Zg"),
            ("fo", "Zm8"),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg"),
            ("fooba", "Zm9vYmE"),
            ("foobar", "Zm9vYmFy"),
            ("\u{3ff}?", "z78_"),
        ];
        for (bytes, text) in table {
            assert_eq!(base64url(bytes.as_bytes()), text);
        }
    }

    #[test]
    fn a_secret_is_46_letters_that_no_other_has_and_no_log_shows() {
        let drawn: BTreeSet<String> =
            (0..100).map(|_| Secret::draw().unwrap().reveal().to_owned()).collect();
        assert_eq!(drawn.len(), 100);
        assert!(drawn.iter().all(|secret| secret.len() == 46 && secret.starts_with("wb_")));
        assert_eq!(format!("{:?}", Secret::draw().unwrap()), "Secret(…)");
    }

    #[test]
    fn the_digest_is_of_the_whole_text() {
        let secret = Secret::of(&[0; 32]);
        let whole: [u8; 32] = Sha256::digest(format!("wb_{}", "A".repeat(43))).into();
        assert_eq!(secret.digest(), Digest(whole));
    }
}
