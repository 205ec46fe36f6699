//! The sheet that asks what to silence, in windows of three sizes.

use super::*;

const SIZES: [(u16, u16); 4] = [(120, 32), (80, 24), (60, 14), (40, 8)];

fn pictures(what: impl Fn(&mut Stage)) -> String {
    let picture = |(width, height)| {
        let mut stage = Stage::night(width, height);
        what(&mut stage);
        format!("{width}x{height}\n{}", stage.screen())
    };
    SIZES.map(picture).join("\n\n")
}

macro_rules! pictures {
    ($what:expr) => {
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(pictures($what))
        })
    };
}

#[test]
fn silencing() {
    let mut stage = Stage::night(80, 24);
    stage.press("s");
    picture!(stage);
}

#[test]
fn silencing_an_alert_at_any_size() {
    pictures!(|stage| {
        stage.press("s").type_in("until resolved").press("tab").type_in("leak in the exporter");
    });
}

#[test]
fn silencing_what_a_filter_shows_at_any_size() {
    pictures!(|stage| {
        stage.press("/").type_in("state=firing !late").press("enter s ctrl-t").wait(300);
    });
}

#[test]
fn silencing_with_an_error_at_any_size() {
    pictures!(|stage| {
        stage.press("s shift-tab ctrl-e").type_in(" cluster=~\"(main\" x").wait(300);
    });
}

#[test]
fn silenced() {
    let mut stage = Stage::night(80, 24);
    stage.press("s").type_in("1h").press("tab").type_in("exporter is rebuilt").press("enter");
    picture!(stage);
}
