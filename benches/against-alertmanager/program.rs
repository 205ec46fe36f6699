//! The programs that are measured: where they lie, how they are started, what their requests need.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};

use crate::server::Recipe;

/// A program that is measured.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    /// What the table calls it.
    pub(crate) name: String,
    /// Where it lies.
    pub(crate) path: PathBuf,
    /// What it calls itself.
    pub(crate) version: String,
    kind: Kind,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    /// `watchbell serve`, with a token.
    Watchbell,
    /// `watchbell alertmanager`, with Alertmanager's flags and file.
    Replacement,
    /// Alertmanager itself.
    Alertmanager,
}

impl Program {
    /// A watchbell; started with the verb and the flags of an Alertmanager, if it is to `replace`.
    pub(crate) fn watchbell(name: &str, path: &Path, replace: bool) -> anyhow::Result<Self> {
        let (name, path) = (name.to_owned(), path.canonicalize()?);
        let kind = if replace { Kind::Replacement } else { Kind::Watchbell };
        Ok(Self { version: version(&path)?, name, path, kind })
    }

    /// An Alertmanager, found on the path.
    pub(crate) fn alertmanager(path: &Path) -> anyhow::Result<Self> {
        let (name, path) = ("Alertmanager".to_owned(), path.to_owned());
        Ok(Self { version: version(&path)?, name, path, kind: Kind::Alertmanager })
    }

    /// How it is started with its files in `home`, and the header its requests need. `scopes` is
    /// what a token has to be good for.
    pub(crate) fn recipe(&self, home: &Path, scopes: &str) -> anyhow::Result<(Recipe, String)> {
        let recipe = |args: &[&str]| Recipe {
            program: self.path.clone(),
            args: args.iter().map(OsString::from).collect(),
            home: home.to_owned(),
        };
        match self.kind {
            Kind::Watchbell => {
                let token = recipe(&["token", "create", "load", "--scope", scopes]);
                let said = token.command().stdout(Stdio::piped()).output()?;
                if !said.status.success() {
                    bail!("no token: {}", String::from_utf8_lossy(&said.stderr));
                }
                let secret = String::from_utf8(said.stdout)?;
                let header = format!("Authorization: Bearer {}\r\n", secret.trim_end());
                Ok((recipe(&["serve", "--listen", "127.0.0.1:0"]), header))
            }
            Kind::Replacement => {
                configure(home)?;
                Ok((recipe(&[&["alertmanager"], FLAGS].concat()), String::new()))
            }
            Kind::Alertmanager => {
                configure(home)?;
                Ok((recipe(FLAGS), String::new()))
            }
        }
    }
}

const FLAGS: &[&str] = &[
    "--config.file=alertmanager.yml",
    "--storage.path=data",
    "--web.listen-address=127.0.0.1:0",
    "--cluster.listen-address=",
];

/// One route, which tells nobody.
fn configure(home: &Path) -> std::io::Result<()> {
    let config = "route: {receiver: default, group_by: [alertname]}\n\
                  receivers: [{name: default}]\n";
    std::fs::write(home.join("alertmanager.yml"), config)
}

fn version(path: &Path) -> anyhow::Result<String> {
    let said = Command::new(path)
        .arg("--version")
        .output()
        .with_context(|| format!("{} cannot be started; .ci/setup installs it", path.display()))?;
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    let line = said.lines().next().unwrap_or_default();
    Ok(line.split(" (branch").next().unwrap_or_default().to_owned())
}
