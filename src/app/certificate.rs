//! The certificate that we show: read from its two files, and read again when they are replaced.
//!
//! A renewal replaces two files, one after the other; until both belong together the old pair is
//! kept. They are looked at when a handshake needs them, so that nothing wakes up for it at rest.

mod der;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use rustls::crypto::ring;
use rustls::pki_types::pem::{self, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{Error, ServerConfig};
use tokio::time::Instant;

use self::der::Facts;
use crate::config::TlsFiles;
use crate::domain::text::Text;
use crate::engine::{Certificate, Handle, Outage};
use crate::http::Keys;

/// How old what is shown may be while there are handshakes.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// The certificate and its files. Clones are one.
#[derive(Clone, Debug)]
pub(super) struct Certificates {
    files: Arc<TlsFiles>,
    shown: Arc<Mutex<Shown>>,
    /// Who is told of it, once they can be.
    told: Arc<OnceLock<Handle>>,
}

/// What is shown, and what was found in the files the last time.
#[derive(Debug)]
struct Shown {
    config: Arc<ServerConfig>,
    /// What it says of itself, where that can be read.
    facts: Option<Facts>,
    /// Why what else lies there cannot be used, if something does.
    stuck: Option<Text>,
    found: Result<Pair, CertificateError>,
    looked: Instant,
}

/// The bytes of both files.
#[derive(Clone, PartialEq, Eq)]
struct Pair {
    cert: Vec<u8>,
    key: Vec<u8>,
}

/// Why a certificate cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum CertificateError {
    /// A file cannot be read.
    #[error("{setting} {file}: cannot be read: {why}; name a file that watchbell's user may read")]
    Unreadable {
        /// The setting that names it.
        setting: &'static str,
        /// The file.
        file: String,
        /// Why.
        why: String,
    },
    /// The key is no secret.
    #[error("tls_key {0}: everybody on this host may read it; run chmod o= on it")]
    Open(String),
    /// A file has not what it is for.
    #[error("{setting} {file}: {why}; name a PEM file that has one")]
    NoPem {
        /// The setting that names it.
        setting: &'static str,
        /// The file.
        file: String,
        /// What is wrong.
        why: String,
    },
    /// What is there cannot be used, and what can be is known.
    #[error("{setting} {file}: {why}")]
    Unfit {
        /// The setting that names it.
        setting: &'static str,
        /// The file.
        file: String,
        /// What is wrong, and what to do.
        why: &'static str,
    },
    /// The two do not belong together, or are of a kind that is not known.
    #[error("tls_cert {cert} and tls_key {key}: {why}; name a certificate and the key it is for")]
    Pair {
        /// The certificate's file.
        cert: String,
        /// The key's file.
        key: String,
        /// What is wrong.
        why: String,
    },
}

impl Certificates {
    /// Reads both files; refuses what no handshake could be made with.
    pub(super) fn open(files: TlsFiles) -> Result<Self, CertificateError> {
        let pair = Pair::read(&files)?;
        let config = Arc::new(pair.config(&files)?);
        let (facts, stuck, looked) = (pair.facts(), None, Instant::now());
        let shown = Shown { config, facts, stuck, found: Ok(pair), looked };
        let shown = Arc::new(Mutex::new(shown));
        Ok(Self { files: Arc::new(files), shown, told: Arc::default() })
    }

    /// Tells `handle` what is shown, now and whenever that changes; and the log, where it is no
    /// good any more or will not be for long.
    fn tell(&self, handle: &Handle) {
        // There is one engine: a second telling would be to the same.
        let _ = self.told.set(handle.clone());
        self.tell_of(&self.shown());
        let Some(certificate) = handle.vitals().now().certificate else { return };
        let (file, now) = (self.files.cert.display(), handle.now());
        let until = format!("{:.0}", certificate.until);
        if certificate.until <= now {
            tracing::error!(%file, until, "The certificate has expired: senders do not take it");
        } else if certificate.ends_soon_from() <= now {
            tracing::warn!(%file, until, "The certificate ends soon");
        }
    }

    fn tell_of(&self, shown: &Shown) {
        let (Some(handle), Some(Facts { from, until, .. })) = (self.told.get(), shown.facts) else {
            return;
        };
        let known = handle.vitals().now().certificate.and_then(|told| told.stuck);
        let since = known.map_or_else(|| handle.now(), |known| known.since);
        let stuck = shown.stuck.clone().map(|why| Outage { since, why });
        handle.vitals().certificate(Some(Certificate { from, until, stuck }));
    }

    /// Reads the files again. What cannot be used is logged once, and the old pair is kept.
    fn look(&self) {
        let pair = Pair::read(&self.files);
        if self.shown().found == pair {
            return;
        }
        let config = pair.clone().and_then(|pair| pair.config(&self.files));
        let mut shown = self.shown();
        match config {
            Ok(config) => {
                shown.config = Arc::new(config);
                shown.facts = pair.as_ref().ok().and_then(Pair::facts);
                shown.stuck = None;
                tracing::info!("The certificate was replaced");
            }
            Err(error) => {
                shown.stuck = Some(Text::derive(&error.to_string()));
                tracing::error!(%error, "The certificate was replaced by what cannot be used");
            }
        }
        shown.found = pair;
        self.tell_of(&shown);
    }

    /// Whether the files are to be looked at now: of many handshakes, one does it.
    fn is_due(&self) -> bool {
        let mut shown = self.shown();
        let due = shown.looked.elapsed() >= LOOK_EVERY;
        if due {
            shown.looked = Instant::now();
        }
        due
    }

    /// A panic while it was held left it whole: every field is set in one step.
    fn shown(&self) -> MutexGuard<'_, Shown> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Tells `handle` of the certificate, where there is one; see [`Certificates::tell`].
pub(super) fn tell(certificates: Option<&Certificates>, handle: &Handle) {
    if let Some(certificates) = certificates {
        certificates.tell(handle);
    }
}

impl Keys for Certificates {
    async fn current(&self) -> Arc<ServerConfig> {
        if self.is_due() {
            let own = self.clone();
            // It fails only with a panic, which is logged where it happens.
            let _ = tokio::task::spawn_blocking(move || own.look()).await;
        }
        Arc::clone(&self.shown().config)
    }
}

/// Never the key.
impl std::fmt::Debug for Pair {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pair(…)")
    }
}

impl Pair {
    fn read(files: &TlsFiles) -> Result<Self, CertificateError> {
        const OTHERS: u32 = 0o007;
        let key = bytes("tls_key", &files.key)?;
        let mode = fs::metadata(&files.key).map(|key| key.permissions().mode()).unwrap_or_default();
        if mode & OTHERS != 0 {
            return Err(CertificateError::Open(name(&files.key)));
        }
        Ok(Self { cert: bytes("tls_cert", &files.cert)?, key })
    }

    /// What the certificate says of itself.
    fn facts(&self) -> Option<Facts> {
        Facts::of(&CertificateDer::from_pem_slice(&self.cert).ok()?)
    }

    /// What handshakes are made with: HTTP/1.1 is all that is spoken behind them.
    fn config(&self, files: &TlsFiles) -> Result<ServerConfig, CertificateError> {
        let no_cert = |why| no_pem("tls_cert", &files.cert, "certificate", why);
        let chain = CertificateDer::pem_slice_iter(&self.cert).collect::<Result<Vec<_>, _>>();
        let chain = chain.map_err(no_cert)?;
        if chain.is_empty() {
            return Err(no_cert(pem::Error::NoItemsFound));
        }
        if self.facts().is_some_and(|facts| facts.version < 3) {
            let why = "it is of X.509 version 1, which TLS refuses; make one with extensions, as \
                       openssl req -x509 -addext subjectAltName=DNS:NAME does";
            return Err(unfit("tls_cert", &files.cert, why));
        }
        if self.key.windows(ENCRYPTED.len()).any(|word| word == ENCRYPTED) {
            let why = "the key in it is encrypted; write one without a passphrase with openssl pkey \
                       -in FILE -out OTHER, and name that";
            return Err(unfit("tls_key", &files.key, why));
        }
        let key = PrivateKeyDer::from_pem_slice(&self.key)
            .map_err(|why| no_pem("tls_key", &files.key, "private key", why))?;
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .and_then(|config| config.with_no_client_auth().with_single_cert(chain, key));
        let mut config = config.map_err(|why| CertificateError::Pair {
            cert: name(&files.cert),
            key: name(&files.key),
            why: match why {
                Error::InconsistentKeys(_) => "they do not belong together".to_owned(),
                // Which of both it is the library does not say.
                Error::General(_) => {
                    "the key cannot be used: RSA needs 2048 bits at least, and of \
                                      curves P-256, P-384 and Ed25519 are known"
                        .to_owned()
                }
                other => other.to_string(),
            },
        })?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(config)
    }
}

/// What a PEM file says of a key that a passphrase is needed for.
const ENCRYPTED: &[u8] = b"ENCRYPTED";

fn unfit(setting: &'static str, file: &Path, why: &'static str) -> CertificateError {
    CertificateError::Unfit { setting, file: name(file), why }
}

fn bytes(setting: &'static str, file: &Path) -> Result<Vec<u8>, CertificateError> {
    fs::read(file).map_err(|error| CertificateError::Unreadable {
        setting,
        file: name(file),
        why: error.to_string(),
    })
}

fn no_pem(setting: &'static str, file: &Path, wanted: &str, why: pem::Error) -> CertificateError {
    let why = match why {
        pem::Error::NoItemsFound => format!("no {wanted} is in it"),
        other => format!("no {wanted} can be read in it: {other}"),
    };
    CertificateError::NoPem { setting, file: name(file), why }
}

fn name(file: &Path) -> String {
    file.display().to_string()
}

#[cfg(test)]
mod tests;
