//! Themes from files: ours against the table of the roles, and what is said about a wrong one.

use std::fmt::Write as _;

use ratatui::style::{Color, Modifier};

use super::*;
use crate::console::theme::Theme;

/// A wardrobe with these files among its themes.
fn load(choice: &str, files: &[(&str, &str)]) -> Result<Palette, String> {
    let read = |path: &Path| {
        let found = files.iter().find(|(name, _)| Path::new("/etc/watchbell").join(name) == path);
        found.map(|(_, text)| match *text {
            "unreadable" => Err("it is a directory".to_owned()),
            text => Ok(text.to_owned()),
        })
    };
    let from = Wardrobe { home: Path::new("/etc/watchbell"), read: &read };
    Palette::load(&Choice::read(choice), from).map_err(|error| error.to_string())
}

/// The own theme `night` with this text.
fn night(text: &str) -> Result<Palette, String> {
    load("night", &[("themes/night.toml", text)])
}

fn written(style: Style) -> String {
    let colour = |colour: Color| colour.to_string().to_lowercase();
    let mut words: Vec<String> =
        style.add_modifier.iter_names().map(|(name, _)| name.to_lowercase()).collect();
    words.extend(style.fg.map(colour));
    words.extend(style.bg.map(|back| format!("on {}", colour(back))));
    words.join(" ")
}

#[test]
fn the_built_in_themes_have_a_style_for_every_role_on_every_terminal() {
    let mut table = String::new();
    for (name, _) in BUILT_IN {
        let palette = load(name, &[]).unwrap();
        assert_eq!(palette.styles.len(), Role::ALL.len() * Depth::ALL.len() * Ground::ALL.len());
        writeln!(table, "{name}").unwrap();
        for role in Role::ALL {
            writeln!(table, "  {}", role.name()).unwrap();
            for depth in Depth::ALL {
                let [dark, light] =
                    Ground::ALL.map(|ground| written(palette.style(role, depth, ground)));
                let both = if dark == light { dark } else { format!("{dark} / {light}") };
                table += format!("    {:<5} {both}", depth.name()).trim_end();
                table += "\n";
            }
        }
    }
    insta::assert_snapshot!(table);
}

#[test]
fn every_role_has_an_entry_of_its_own_in_the_file_that_all_inherit_from() {
    let nowhere = Wardrobe { home: Path::new(""), read: &|_| None };
    let layer = nowhere.named(DEFAULT).unwrap();
    for role in Role::ALL {
        for depth in Depth::ALL {
            for ground in Ground::ALL {
                assert!(layer.entries.contains_key(&(role, depth, ground)), "{role:?} {depth:?}");
            }
        }
    }
}

#[test]
fn without_colour_only_weight_remains_whatever_the_theme() {
    for name in ["default", "colour-blind", "mono"] {
        let palette = load(name, &[]).unwrap();
        let mono = Theme::of(&palette, Depth::Mono, Ground::Dark);
        for role in Role::ALL {
            let style = mono.style(role);
            assert_eq!((style.fg, style.bg), (None, None), "{name} {role:?}");
        }
        assert!(mono.style(Role::Critical).add_modifier.contains(Modifier::BOLD));
        assert!(mono.style(Role::Trouble).add_modifier.contains(Modifier::REVERSED));
        assert_eq!(mono, Theme::of(&Palette::default(), Depth::Mono, Ground::Light));
    }
    let mono = load("mono", &[]).unwrap();
    for depth in Depth::ALL {
        assert_eq!(
            Theme::of(&mono, depth, Ground::Light),
            Theme::of(&mono, Depth::Mono, Ground::Dark)
        );
    }
}

#[test]
fn only_bars_paint_a_background_and_bright_black_is_used_nowhere() {
    for (name, _) in BUILT_IN {
        for ((role, _, _), style) in load(name, &[]).unwrap().styles {
            let is_bar = matches!(role, Role::Trouble | Role::Notice);
            assert!(style.bg.is_none() || is_bar, "{role:?}");
            assert!(style.fg != Some(Color::DarkGray), "{role:?}");
        }
    }
}

#[test]
fn a_theme_changes_what_it_names_and_inherits_the_rest() {
    let palette =
        night("inherits = \"colour-blind\"\n[warn]\n256 = { light = \"bold 30\" }\n").unwrap();
    let blind = load("colour-blind", &[]).unwrap();
    let place = (Role::Warning, Depth::Ansi256, Ground::Light);
    for (key, style) in &palette.styles {
        if *key == place {
            assert_eq!(written(*style), "bold 30");
        } else {
            assert_eq!(blind.styles[key], *style, "{key:?}");
        }
    }
}

#[test]
fn a_role_that_begins_from_another_follows_it() {
    let palette = night("crit = \"bold magenta\"\n\"bar.notice\" = \"black on cyan\"\n").unwrap();
    let style = |role, depth| written(palette.style(role, depth, Ground::Dark));
    assert_eq!(style(Role::CriticalBlock, Depth::True), "bold reversed magenta");
    assert_eq!(style(Role::Bad, Depth::Mono), "bold underlined");
    assert_eq!(style(Role::Notice, Depth::Ansi16), "black on cyan");
    assert_eq!(style(Role::Notice, Depth::Mono), "reversed");
}

#[test]
fn the_ground_can_be_forced() {
    assert_eq!(load("auto", &[]).unwrap().ground(), None);
    assert_eq!(load("light", &[]).unwrap().ground(), Some(Ground::Light));
    assert_eq!(load("dark", &[]).unwrap().ground(), Some(Ground::Dark));
    let own = night("inherits = \"colour-blind\"\nground = \"light\"\n").unwrap();
    let blind = load("colour-blind", &[]).unwrap();
    let forced = Theme::of(&own, Depth::True, Ground::Dark);
    assert_eq!(forced, Theme::of(&blind, Depth::True, Ground::Light));
    let depends = |palette: &Palette| Depth::ALL.map(|depth| palette.depends_on_ground(depth));
    assert_eq!(depends(&blind), [false, true, true, true]);
    assert_eq!(depends(&own), [false; 4]);
    assert_eq!(depends(&load("mono", &[]).unwrap()), [false; 4]);
}

#[test]
fn a_theme_is_found_by_name_beside_the_configuration_or_by_its_path() {
    let text = "warn = \"bold\"";
    let by_name = load("night", &[("themes/night.toml", text)]);
    let by_path = load("looks/night.toml", &[("looks/night.toml", text)]);
    let whole = load("/etc/watchbell/looks/night.toml", &[("looks/night.toml", text)]);
    let built_in = load("mono", &[("themes/mono.toml", text)]);
    assert_eq!(by_name, by_path);
    assert_eq!(by_name, whole);
    assert_eq!(built_in, load("mono", &[]));
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    let wrong = [
        "warn = \"yelow\"",
        "[crit]\n16 = \"bold #ff0000\"",
        "crit = \"203\"",
        "[crit]\nmono = \"bold red\"",
        "[crit]\n256 = \"256\"",
        "[crit]\ntrue = \"#ff00\"",
        "[crit]\n17 = \"red\"",
        "[crit]\nblok = \"red\"",
        "[bar.troble]\n16 = \"red\"",
        "critical = \"red\"",
        "inherit = \"mono\"",
        "warn = 3",
        "[warn]\n16 = 3",
        "[warn]\n16 = { night = \"red\" }",
        "warn = \"red blue\"",
        "warn = \"red on\"",
        "warn = \"on red on blue\"",
        "warn = \"crit ack\"",
        "crit = \"bad\"",
        "ground = \"black\"",
        "inherits = \"night\"",
        "inherits = \"colourblind\"",
        "inherits = \"../night\"",
        "inherits = 1",
        "warn = ",
    ];
    let mut said = String::new();
    for text in wrong {
        writeln!(said, "{text}\n  {}", night(text).unwrap_err()).unwrap();
    }
    for choice in ["nihgt", "colour_blind", "", "looks/night.toml", "dir"] {
        let files = [("themes/dir.toml", "unreadable")];
        writeln!(said, "theme = {choice:?}\n  {}", load(choice, &files).unwrap_err()).unwrap();
    }
    let circle = [("themes/a.toml", "inherits = \"b\""), ("themes/b.toml", "inherits = \"a\"")];
    writeln!(said, "a and b inherit from each other\n  {}", load("a", &circle).unwrap_err())
        .unwrap();
    let parent = [("themes/a.toml", "inherits = \"b\""), ("themes/b.toml", "\nlinks = \"\"")];
    writeln!(said, "a inherits from a wrong b\n  {}", load("a", &parent).unwrap_err()).unwrap();
    insta::assert_snapshot!(said);
}
