//! The verb `alertmanager`: the flags of Alertmanager, read as it reads them.

use std::ffi::OsString;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use clap::Args;

use super::{Common, LogLevel};

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

    /// What was asked for and is not done.
    pub fn unfollowed(&self) -> Option<&'static str> {
        let cluster = self.cluster_address.as_ref().filter(|address| !address.is_empty());
        cluster.map(|_| "--cluster.listen-address")
    }
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
