//! What the command line says of itself to shells and to `man`.

use std::io;

use clap::{Command, CommandFactory as _, ValueEnum};
use clap_complete::aot;
use clap_mangen::Man;

use super::Cli;

/// The shells that words are completed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Shell {
    /// bash
    Bash,
    /// zsh
    Zsh,
    /// fish
    Fish,
}

/// The script with which `shell` completes words.
pub fn completions(shell: Shell) -> Vec<u8> {
    let shell = match shell {
        Shell::Bash => aot::Shell::Bash,
        Shell::Zsh => aot::Shell::Zsh,
        Shell::Fish => aot::Shell::Fish,
    };
    let mut script = Vec::new();
    aot::generate(shell, &mut Cli::command(), "watchbell", &mut script);
    script
}

/// The manual page: the program, and a section for each of its verbs.
pub fn manual() -> io::Result<Vec<u8>> {
    let mut program = Cli::command();
    program.build();
    let mut page = Vec::new();
    Man::new(program.clone()).render(&mut page)?;
    verbs(&program, "watchbell", &mut page)?;
    Ok(page)
}

fn verbs(command: &Command, name: &str, page: &mut Vec<u8>) -> io::Result<()> {
    for verb in command.get_subcommands() {
        let name = format!("{name} {}", verb.get_name());
        if verb.has_subcommands() {
            verbs(verb, &name, page)?;
        } else {
            section(verb, &name, page)?;
        }
    }
    Ok(())
}

/// One verb, one level below what a page of its own would have.
fn section(verb: &Command, name: &str, page: &mut Vec<u8>) -> io::Result<()> {
    let man = Man::new(verb.clone());
    let mut text = Vec::new();
    man.render_description_section(&mut text)?;
    man.render_synopsis_section(&mut text)?;
    man.render_options_section(&mut text)?;
    let text = String::from_utf8_lossy(&text).replace(".SH ", ".SS ");
    page.extend_from_slice(format!(".SH \"{}\"\n", name.to_uppercase()).as_bytes());
    page.extend_from_slice(text.as_bytes());
    Ok(())
}
