//! What a certificate says of itself, read from its DER as far as is needed: its version, and from
//! when to when it is good (RFC 5280 §4.1). Judges nothing, and never fails: what it cannot read it
//! does not know.

use crate::domain::time::Timestamp;

/// What a certificate says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Facts {
    /// Its version; TLS takes 3.
    pub(super) version: u8,
    /// From when it is good.
    pub(super) from: Timestamp,
    /// Until when.
    pub(super) until: Timestamp,
}

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
/// The version's explicit tag. A certificate of version 1 leaves it out.
const VERSION: u8 = 0xa0;

impl Facts {
    /// Those of a certificate in DER.
    pub(super) fn of(der: &[u8]) -> Option<Self> {
        let mut whole = Der(der);
        let mut certificate = Der(whole.value(SEQUENCE)?);
        let mut signed = Der(certificate.value(SEQUENCE)?);
        let version = match signed.tag()? {
            VERSION => *Der(signed.value(VERSION)?).value(INTEGER)?.last()?,
            _ => 0,
        };
        signed.value(INTEGER)?; // The serial number,
        signed.value(SEQUENCE)?; // how it is signed,
        signed.value(SEQUENCE)?; // and by whom.
        let mut validity = Der(signed.value(SEQUENCE)?);
        let (from, until) = (validity.time()?, validity.time()?);
        Some(Self { version: version.saturating_add(1), from, until })
    }
}

/// Values that follow each other.
struct Der<'a>(&'a [u8]);

impl<'a> Der<'a> {
    fn tag(&self) -> Option<u8> {
        self.0.first().copied()
    }

    /// The next value, which is of this kind.
    fn value(&mut self, tag: u8) -> Option<&'a [u8]> {
        let (found, rest) = self.0.split_first()?;
        let (length, rest) = length(rest)?;
        let (value, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        (*found == tag).then_some(value)
    }

    /// The next value, which is a time in UTC to the second.
    fn time(&mut self) -> Option<Timestamp> {
        let tag = self.tag()?;
        let text = std::str::from_utf8(self.value(tag)?).ok()?;
        let whole = match tag {
            // Of the years 1950 to 2049 only the last two digits stand there.
            UTC_TIME if text.get(..2)? < "50" => format!("20{text}"),
            UTC_TIME => format!("19{text}"),
            GENERALIZED_TIME => text.to_owned(),
            _ => return None,
        };
        let digits = |from: usize, to: usize| whole.get(from..to);
        let (year, month, day) = (digits(0, 4)?, digits(4, 6)?, digits(6, 8)?);
        let (hour, minute, rest) = (digits(8, 10)?, digits(10, 12)?, whole.get(12..)?);
        format!("{year}-{month}-{day}T{hour}:{minute}:{rest}").parse().ok()
    }
}

/// A length, and what follows it. Longer ones than of four bytes are of no certificate.
fn length(bytes: &[u8]) -> Option<(usize, &[u8])> {
    const LONG: u8 = 0x80;
    let (first, rest) = bytes.split_first()?;
    if *first < LONG {
        return Some((usize::from(*first), rest));
    }
    let (length, rest) = rest.split_at_checked(usize::from(first - LONG))?;
    if length.len() > 4 {
        return None;
    }
    Some((length.iter().fold(0, |sum, byte| (sum << 8) | usize::from(*byte)), rest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rustls::pki_types::CertificateDer;
    use rustls::pki_types::pem::PemObject as _;

    use super::*;

    fn one() -> CertificateDer<'static> {
        let pem = include_str!("../../../tests/tls/one.cert.pem");
        CertificateDer::from_pem_slice(pem.as_bytes()).unwrap()
    }

    /// As openssl reads it.
    #[test]
    fn version_and_times_are_read_in_both_spellings() {
        let at = |text: &str| text.parse().unwrap();
        let (from, until) = (at("2026-11-22T15:52:16Z"), at("2126-10-29T15:52:16Z"));
        assert_eq!(Facts::of(&one()), Some(Facts { version: 3, from, until }));
    }

    /// The fuzzer's target stands beside it: this module has no public door.
    #[test]
    fn every_input_that_the_fuzzer_kept_is_read_or_not() {
        let kept = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fuzz/corpus/certificate");
        let mut read = std::fs::read_dir(kept).unwrap().map(|file| {
            let der = std::fs::read(file.unwrap().path()).unwrap();
            Facts::of(&der).is_some()
        });
        assert!(read.by_ref().any(|is_read| is_read));
        read.for_each(drop);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(at in 0..400_usize, to in any::<u8>(), cut in 0..500_usize) {
            let mut der = one().to_vec();
            if let Some(byte) = der.get_mut(at) {
                *byte = to;
            }
            der.truncate(cut);
            let _ = Facts::of(&der);
        }
    }
}
