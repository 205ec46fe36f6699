//! Keys that come in one read, typed ahead of the screen: none acts on what was not drawn.

use crate::console::Owner;

/// The title that the message asks to press a key again for, as far as there is room for it, and
/// the row under the cursor.
fn asked_for(owner: &Owner) -> (String, String) {
    let screen = owner.terminal.shows("again to acknowledge \"");
    let title = screen.split("again to acknowledge \"").nth(1).unwrap();
    let title = title.split(['"', '…']).next().unwrap().to_owned();
    let row = screen.lines().find(|line| line.starts_with('▌')).unwrap_or_default().to_owned();
    (title, row)
}

/// The titles of what is acknowledged.
fn acknowledged(owner: &Owner) -> Vec<String> {
    let list = owner.get("/alert?status=acknowledged");
    let alerts = list["alerts"].as_array().unwrap().iter();
    alerts.map(|alert| alert["title"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn what_is_typed_ahead_acts_on_the_alert_that_is_named_and_drawn_once_it_is_pressed_again() {
    // What is on the screen, and what comes in one read.
    for (before, ahead) in [("jk", "Gka"), ("jk", "\u{6}a"), ("jjj", "ga"), ("\r", "Ja")] {
        let mut owner = Owner::start(24, 80);
        owner.post_many("db", 0..40);
        owner.terminal.shows("40 CRITICAL FIRING");
        owner.terminal.keys(before);
        owner.terminal.rests(std::time::Duration::from_millis(400));
        // Stands at the end, or first once the list is sorted again.
        owner.post("new", "one more is down");
        owner.terminal.shows("41 CRITICAL FIRING");
        owner.terminal.keys(ahead);
        let (title, row) = asked_for(&owner);
        assert!(before == "\r" || row.contains(&title), "{ahead}: {title}: {row}");
        assert_eq!(acknowledged(&owner), [] as [&str; 0], "{ahead}");
        let done = format!("Acknowledged: {title}");
        owner.terminal.insist("a", |screen| screen.contents().contains(&done));
        let acknowledged = acknowledged(&owner);
        let [one] = acknowledged.as_slice() else { panic!("{ahead}: {acknowledged:?}") };
        assert!(one.starts_with(&title), "{ahead}: {title}: {one}");
    }
}
