//! The verb `alertmanager`: the flags of Alertmanager, read as it reads them.

use std::ffi::OsString;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::num::NonZero;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::{Common, LogLevel};
use crate::domain::time::{SignedDuration, parse_span};

/// What Alertmanager would be started with.
#[derive(Debug, Args)]
#[command(after_help = "\
Flags are written as Alertmanager takes them: --flag=value, --flag value, and with one dash. Of the
configuration nothing is followed yet; the log says so. API v2 is open, for this host alone.

Example:
  watchbell alertmanager --config.file=alertmanager.yml --storage.path=data/ \\
      --web.listen-address=127.0.0.1:9093")]
pub struct Alertmanager {
    /// Alertmanager's configuration
    #[arg(long = "config.file", value_name = "FILE", default_value = "alertmanager.yml")]
    pub config_file: PathBuf,
    /// Keep alerts in this directory
    #[arg(long = "storage.path", value_name = "DIR", default_value = "data/")]
    pub storage_path: PathBuf,
    /// Take alerts in here; a port alone is one of this host's loopback
    #[arg(
        long = "web.listen-address",
        value_name = "ADDR:PORT",
        default_value = ":9093",
        value_parser = address
    )]
    pub listen_address: SocketAddr,
    /// The URL under which people reach it; where it has a path, that is the route prefix
    #[arg(
        long = "web.external-url",
        value_name = "URL",
        default_value = "",
        hide_default_value = true
    )]
    pub external_url: String,
    /// Serve everything under this path
    #[arg(
        long = "web.route-prefix",
        value_name = "PATH",
        default_value = "",
        hide_default_value = true
    )]
    pub route_prefix: String,
    /// Answer so many GETs at one time; 0 is 8, or a CPU each
    #[arg(
        long = "web.get-concurrency",
        value_name = "COUNT",
        default_value_t = 0,
        allow_negative_numbers = true,
        hide_default_value = true
    )]
    pub get_concurrency: i64,
    /// Answer 503 to what takes longer than this, as 30s; 0 is never
    #[arg(
        long = "web.timeout",
        value_name = "DURATION",
        default_value = "0",
        allow_negative_numbers = true,
        hide_default_value = true,
        value_parser = length
    )]
    pub timeout: Timeout,
    /// Keep silences that are over for so long
    #[arg(
        long = "data.retention",
        value_name = "DURATION",
        default_value = "120h",
        value_parser = length
    )]
    pub retention: Timeout,
    /// Taken and not used: everything is kept at once
    #[arg(long = "data.maintenance-interval", value_name = "DURATION")]
    pub maintenance_interval: Option<String>,
    /// Keep no more silences than this, those that are over included; 0 is no limit
    #[arg(
        long = "silences.max-silences",
        value_name = "COUNT",
        default_value_t = 0,
        hide_default_value = true
    )]
    pub max_silences: usize,
    /// Refuse silences that are larger than this, 1 MiB at most; 0 is 64 KiB
    #[arg(
        long = "silences.max-silence-size-bytes",
        value_name = "BYTES",
        default_value_t = 0,
        hide_default_value = true
    )]
    pub max_silence_size: usize,
    /// Taken and not used: what was done about a silence is in its timeline
    #[arg(long = "log.silences")]
    pub log_silences: bool,
    /// Taken and not used: there is no cluster yet
    #[arg(long = "cluster.listen-address", value_name = "ADDR:PORT")]
    pub cluster_address: Option<String>,
    /// Log this and what is worse: error, warn, info or debug
    #[arg(
        long = "log.level",
        value_name = "LEVEL",
        hide_possible_values = true,
        default_value = "info"
    )]
    pub log_level: LogLevel,
}

impl Alertmanager {
    /// What every verb understands, as these flags say it.
    pub fn common(&self) -> Common {
        Common {
            config: None,
            data: Some(self.storage_path.clone()),
            listen: Some(self.listen_address),
            log: self.log_level,
        }
    }

    /// How many GETs are answered at one time, if a number is given.
    pub fn get_concurrency(&self) -> Option<NonZero<usize>> {
        usize::try_from(self.get_concurrency).ok().and_then(NonZero::new)
    }

    /// How long silences that are over are kept.
    pub fn retention(&self) -> SignedDuration {
        let span = self.retention.0.and_then(|span| SignedDuration::try_from(span).ok());
        span.unwrap_or_default()
    }

    /// What was asked for and is not done.
    pub fn unfollowed(&self) -> Option<&'static str> {
        let cluster = self.cluster_address.as_ref().filter(|address| !address.is_empty());
        cluster.map(|_| "--cluster.listen-address")
    }
}

/// How long a request may take, if there is an end to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeout(pub Option<Duration>);

/// A length of time as Alertmanager takes it: none is meant by zero and by less.
fn length(text: &str) -> Result<Timeout, String> {
    let span = match text {
        "0" => return Ok(Timeout(None)),
        text => parse_span(text).ok_or("write a number with its unit, such as 30s or 1m30s")?,
    };
    Ok(Timeout(Duration::try_from(span).ok().filter(|span| !span.is_zero())))
}

/// An address as Alertmanager takes it. Refuses names that mean different things on each host.
fn address(text: &str) -> Result<SocketAddr, String> {
    let loopback = |port: &str| {
        let port = port.parse().ok()?;
        Some(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port))
    };
    let port_alone = text.strip_prefix(':').or_else(|| text.strip_prefix("localhost:"));
    let address = port_alone.map_or_else(|| text.parse().ok(), loopback);
    match address {
        Some(address) if address.ip().is_loopback() => Ok(address),
        Some(address) => Err(format!(
            "API v2 needs no token here and would be open to all who reach {address}; write \
             127.0.0.1:{}",
            address.port()
        )),
        None => Err("write an address and a port, such as 127.0.0.1:9093".to_owned()),
    }
}

/// The words of the command line: where they are for this verb, flags with one dash get their
/// second.
pub(super) fn with_two_dashes(words: &[OsString]) -> Vec<OsString> {
    let is_ours = words.get(1).is_some_and(|word| word == "alertmanager");
    let two = |word: &OsString| match word.to_str().and_then(|word| word.strip_prefix('-')) {
        Some(flag) if is_ours && is_dotted(flag) => format!("--{flag}").into(),
        Some(_) | None => word.clone(),
    };
    words.iter().map(two).collect()
}

/// Whether it is a flag as Alertmanager has them, without its dashes.
fn is_dotted(flag: &str) -> bool {
    let name = flag.split('=').next().unwrap_or_default();
    name.starts_with(|c: char| c.is_ascii_lowercase()) && name.contains('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_of_this_host_or_refused_with_what_to_write() {
        let table = [
            ("127.0.0.1:9093", Ok("127.0.0.1:9093")),
            (":9093", Ok("127.0.0.1:9093")),
            ("localhost:0", Ok("127.0.0.1:0")),
            ("[::1]:9093", Ok("[::1]:9093")),
            ("0.0.0.0:9093", Err("write 127.0.0.1:9093")),
            ("192.0.2.1:80", Err("write 127.0.0.1:80")),
            ("", Err("such as 127.0.0.1:9093")),
            ("9093", Err("such as 127.0.0.1:9093")),
            ("example.org:9093", Err("such as 127.0.0.1:9093")),
        ];
        for (text, wanted) in table {
            match (address(text), wanted) {
                (Ok(found), Ok(wanted)) => assert_eq!(found.to_string(), wanted, "{text}"),
                (Err(found), Err(wanted)) => assert!(found.ends_with(wanted), "{text}: {found}"),
                (found, wanted) => panic!("{text}: {found:?}, not {wanted:?}"),
            }
        }
    }

    #[test]
    fn a_timeout_has_a_unit_and_none_is_zero_or_less() {
        let table = [
            ("0", Ok(None)),
            ("0s", Ok(None)),
            ("-5s", Ok(None)),
            ("1ms", Ok(Some(1))),
            ("30s", Ok(Some(30_000))),
            ("1m30s", Ok(Some(90_000))),
            ("1.5s", Ok(Some(1_500))),
            ("5", Err(())),
            ("soon", Err(())),
        ];
        for (text, wanted) in table {
            let read = length(text).map(|timeout| timeout.0).map_err(|_| ());
            assert_eq!(read, wanted.map(|millis| millis.map(Duration::from_millis)), "{text}");
        }
    }

    #[test]
    fn one_dash_is_as_good_as_two_for_this_verb_alone() {
        let read = |words: &[&str]| {
            let words: Vec<OsString> = words.iter().map(OsString::from).collect();
            let words = with_two_dashes(&words);
            words.into_iter().map(|word| word.into_string().unwrap()).collect::<Vec<_>>().join(" ")
        };
        let words =
            ["watchbell", "alertmanager", "-config.file=-a.yml", "-log.level", "-x", "-1.5"];
        assert_eq!(read(&words), "watchbell alertmanager --config.file=-a.yml --log.level -x -1.5");
        assert_eq!(read(&["watchbell", "alert", "-a.b"]), "watchbell alert -a.b");
    }
}
