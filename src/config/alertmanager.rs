//! Alertmanager's configuration: so far read only as far as whether it is one, and what it has.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use serde::de::IgnoredAny;

use super::error::ConfigError;
use crate::domain::text::Text;

/// The names of the sections of Alertmanager's configuration in `file`.
///
/// Refuses a file that is missing, that cannot be read, or that is no YAML mapping.
pub fn sections(file: &Path) -> Result<Vec<Text>, ConfigError> {
    let name = file.display().to_string();
    let text = fs::read_to_string(file).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => ConfigError::Given {
            wrong: format!("{name}: no such file"),
            remedy: "name Alertmanager's configuration with --config.file".to_owned(),
        },
        _ => ConfigError::Unreadable { file: name.clone(), error },
    })?;
    read(&name, &text)
}

#[expect(
    clippy::zero_sized_map_values,
    reason = "a mapping is read for its keys, twice each is refused"
)]
fn read(name: &str, text: &str) -> Result<Vec<Text>, ConfigError> {
    match serde_saphyr::from_str::<BTreeMap<String, IgnoredAny>>(text) {
        Ok(sections) if !sections.is_empty() => {
            Ok(sections.keys().map(|section| Text::derive(section)).collect())
        }
        Ok(_) => Err(ConfigError::Given {
            wrong: format!("{name}: it is empty"),
            remedy: "a configuration of Alertmanager has at least route: and receivers:".to_owned(),
        }),
        Err(error) => {
            let wrong = "it is no YAML mapping, which a configuration of Alertmanager is";
            let remedy = "amtool check-config says more".to_owned();
            Err(match error.location() {
                Some(at) => ConfigError::At {
                    file: name.to_owned(),
                    line: usize::try_from(at.line()).unwrap_or_default(),
                    column: usize::try_from(at.column()).unwrap_or_default(),
                    wrong: wrong.to_owned(),
                    remedy,
                },
                None => ConfigError::Given { wrong: format!("{name}: {wrong}"), remedy },
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mapping_is_known_by_its_sections_and_all_else_is_refused_with_its_place() {
        let table = [
            ("route: {receiver: a}\nreceivers:\n- name: a\n", Ok("receivers route")),
            ("", Err("am.yml: it is empty; a configuration")),
            ("- a\n- b\n", Err("am.yml:1:1: it is no YAML mapping")),
            ("just words", Err("am.yml:1:1: it is no YAML mapping")),
            ("route:\n  - [a\n", Err("am.yml:")),
            ("route: {}\nroute: {}\n", Err("am.yml:2:1: it is no YAML mapping")),
        ];
        for (text, wanted) in table {
            let read = read("am.yml", text).map_err(|error| error.to_string());
            let read =
                read.map(|all| all.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "));
            match (&read, wanted) {
                (Ok(found), Ok(wanted)) => assert_eq!(found, wanted, "{text}"),
                (Err(found), Err(wanted)) => assert!(found.starts_with(wanted), "{text}: {found}"),
                _ => panic!("{text}: {read:?}, not {wanted:?}"),
            }
        }
    }
}
