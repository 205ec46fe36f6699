//! The pictures of the console, each of the real program at its size, with all its glyphs and with
//! ASCII alone. The console's page shows the first of the two.

use super::night;
use super::scene::{Glyphs, Scene};
use crate::support::Home;

/// Draws both pictures of a scene.
fn drawn(name: &str, night: fn(&Home), size: (u16, u16), play: impl Fn(&mut Scene)) {
    for (glyphs, suffix) in [(Glyphs::Unicode, ""), (Glyphs::Ascii, "_ascii")] {
        let mut scene = Scene::over(night, size, glyphs);
        play(&mut scene);
        let screen = scene.screen();
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(format!("{name}{suffix}"), screen);
        });
        if glyphs == Glyphs::Ascii {
            assert!(screen.is_ascii(), "{name}: no terminal of ASCII draws this:\n{screen}");
        }
    }
}

const CHECKOUT: (&str, &str, &str) = ("checkout error ratio 8 %", "critical", "payments");

#[test]
fn untouched() {
    drawn("untouched", night::usual, (120, 32), |_| {});
}

#[test]
fn in_use() {
    drawn("in_use", night::usual, (80, 24), |scene| {
        scene.press(&["j", "j", "j"]).post(&[CHECKOUT]);
    });
}

#[test]
fn low() {
    drawn("low", night::usual, (50, 12), |scene| {
        scene.press(&["j", "k"]).post(&[CHECKOUT]);
    });
}

#[test]
fn smallest() {
    drawn("smallest", night::usual, (40, 8), |scene| {
        scene.press(&["j", "k"]);
    });
}

#[test]
fn assign() {
    drawn("assign", night::usual, (80, 24), |scene| {
        scene.press(&["j", "A", "a"]);
    });
}

#[test]
fn resolve() {
    drawn("resolve", night::usual, (80, 24), |scene| {
        scene.press(&["r"]);
    });
}

#[test]
fn silence() {
    drawn("silence", night::usual, (80, 24), |scene| {
        scene.press(&["s"]);
    });
}

#[test]
fn silences() {
    drawn("silences", night::usual, (80, 24), |scene| {
        scene.press(&["s", "until resolved", "tab", "leak in the exporter", "enter"]);
        scene.press(&["j", "s", "tab", "load test of checkout", "enter", "2"]);
    });
}

#[test]
fn unacknowledge() {
    drawn("unacknowledge", night::usual, (80, 24), |scene| {
        scene.press(&["j", "j", "j", "U"]);
    });
}

#[test]
fn note() {
    drawn("note", night::usual, (80, 24), |scene| {
        scene.press(&["n", "leak in the exporter again, restarting it"]);
    });
}

#[test]
fn filter_with_an_error() {
    drawn("filter_with_an_error", night::usual, (80, 24), |scene| {
        scene.press(&["/", "state=firing service=~\"(pay.*|web|batch\""]);
    });
}

#[test]
fn filter() {
    drawn("filter", night::usual, (80, 24), |scene| {
        scene.press(&["/", "state=firing service=~\"(pay.*|web|batch)\""]);
    });
}

#[test]
fn filter_kept() {
    drawn("filter_kept", night::usual, (80, 24), |scene| {
        scene.press(&["/", "state=firing service=~\"(pay.*|web|batch)\"", "enter"]);
    });
}

#[test]
fn help() {
    drawn("help", night::usual, (80, 24), |scene| {
        scene.press(&["?"]);
    });
}

#[test]
fn first_run() {
    drawn("first_run", night::empty, (80, 24), |_| {});
}

#[test]
fn first_alert() {
    drawn("first_alert", night::empty, (80, 24), |scene| {
        scene.press(&["t", "enter"]).knock();
        scene.post(&[("Hello from curl", "warning", "default")]);
    });
}

#[test]
fn prometheus() {
    drawn("prometheus", night::empty, (80, 24), |scene| {
        scene.press(&["tab"]);
    });
}

#[test]
fn alertmanager() {
    drawn("alertmanager", night::empty, (80, 30), |scene| {
        scene.press(&["tab", "tab"]);
    });
}

#[test]
fn quit() {
    drawn("quit", night::usual, (80, 24), |scene| {
        scene.press(&["q"]);
    });
}

#[test]
fn calm() {
    drawn("calm", night::calm, (100, 24), |_| {});
}

#[test]
fn storm() {
    drawn("storm", night::storm, (120, 32), |scene| {
        scene.press(&["p", "G", "g", "a"]);
        scene.post(&[("checkout latency above 5 s", "critical", "payments")]);
        scene.post(&[("db131 lag 90 s", "critical", "db")]);
        let more: Vec<String> = (1..=60).map(|host| format!("web{host} does not answer")).collect();
        let more: Vec<_> = more.iter().map(|title| (title.as_str(), "critical", "web")).collect();
        scene.post(&more).shows("230 CRIT");
    });
}

#[test]
fn opened() {
    drawn("opened", night::usual, (80, 28), |scene| {
        scene.press(&["enter"]);
    });
}
