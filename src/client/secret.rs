//! A token's secret: made here, printed once, kept nowhere.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use crate::domain::token::Digest;

/// 256 random bits as text: `wb_` and 43 letters. `Debug` does not show it.
pub struct Secret(String);

impl Secret {
    /// Draws one. Fails only where the system has no randomness.
    pub fn draw() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes)?;
        Ok(Self::of(&bytes))
    }

    /// The prefix tells people and scanners of repositories what it is. No letter of base64url
    /// (RFC 4648 §5) needs quoting in a shell, a URL or a YAML file.
    fn of(bytes: &[u8; 32]) -> Self {
        Self(format!("wb_{}", URL_SAFE_NO_PAD.encode(bytes)))
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

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
