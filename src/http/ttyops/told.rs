//! What the OpenAPI document says of the TTYOps API, and the shapes of what is sent to it.

#![expect(dead_code, reason = "what is posted is read by hand, whatever its types are")]

use std::collections::BTreeMap;

use utoipa::ToSchema;

use super::explained::Explained;
use super::post::Body;
use super::read::{Members, Schedules, Services};
use super::row::{Row, Whole};
use crate::domain::token::Scope;
use crate::http::openapi::{Described, Shape, words};
use crate::http::{body, error};

/// Alerts in the API's own form, or a whole webhook document of Alertmanager (version 4) or
/// Grafana: one that has `receiver`, `groupKey`, `groupLabels` or `commonLabels`. Of such a
/// document other fields do not matter, and nothing is refused but broken JSON.
#[derive(ToSchema)]
struct Post {
    /// At most 100,000.
    alerts: Vec<PostedAlert>,
    /// Whom a webhook document is for.
    receiver: Option<String>,
    /// How many alerts a webhook document leaves out.
    #[schema(rename = "truncatedAlerts")]
    truncated: Option<u64>,
}

/// One alert. All but `startsAt`, `endsAt` and `generatorURL` may stand in `labels` or in
/// `annotations` instead. null and \"\" are absent. Other fields do not matter.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
struct PostedAlert {
    /// Your name for it: later posts with it update or end this alert. Without one each post makes
    /// a new alert.
    #[schema(max_length = 255)]
    fingerprint: Option<String>,
    /// `firing` or `resolved`; needed beside `fingerprint`.
    status: Option<String>,
    /// What it is, for people; needed unless it is resolved.
    title: Option<String>,
    /// The name of what it is about; needed unless it is resolved. A new name makes a new service.
    service: Option<String>,
    /// `critical`, which is also the default, `warning`, or another word that is configured.
    severity: Option<String>,
    /// When it began.
    #[schema(format = DateTime)]
    starts_at: Option<String>,
    /// When it ended.
    #[schema(format = DateTime)]
    ends_at: Option<String>,
    /// A page about it.
    #[schema(rename = "generatorURL")]
    link: Option<String>,
    /// At most 1,024.
    labels: Option<BTreeMap<String, String>>,
    /// At most 1,024.
    annotations: Option<BTreeMap<String, String>>,
}

/// Until when an alert is kept quiet: one of both.
#[derive(ToSchema)]
struct Snooze {
    /// Until then.
    #[schema(format = DateTime)]
    until: Option<String>,
    /// For so long: `30m`, `2h`, `1d`.
    r#for: Option<String>,
}

pub(super) fn alerts() -> Described {
    let status = words("A state.", &["firing", "acknowledged", "resolved"]);
    Described::ttyops("listAlerts", "Alerts, the open ones last", Scope::Read)
        .about("What ended within the last 24 hours, and then all open alerts, oldest first.")
        .query("status", "Only those; absent is all.", Shape::from(status).listed())
        .with_commas()
        .answers(200, "The alerts.", Shape::list_of::<Row<'_>>().under("alerts", "Alerts"))
        .fails(400, "There is no such status.")
}

pub(super) fn post() -> Described {
    let key = "A repeat with the same key within 24 hours makes no other alert of those without a \
               fingerprint. At most 255 visible ASCII characters.";
    let either = Shape::of::<error::Body<'_>>().or(Shape::of::<Body>());
    Described::ttyops("postAlerts", "Alerts fire and end", Scope::Ingest)
        .about("Good alerts beside bad ones are kept, and the bad ones named.")
        .header("Idempotency-Key", key, Shape::text("Chosen by the sender."))
        .takes(&body::most(), Shape::of::<Post>())
        .answers(200, "All of it is on disk.", Shape::of::<Body>())
        .answers(400, "Some alerts were refused, or the post whole.", either)
        .fails(413, "It is too large, or has too many alerts: send several posts.")
        .fails(415, "It is not said to be JSON.")
}

pub(super) fn alert() -> Described {
    about_one("getAlert", "One alert with its notes and its timeline").answers(
        200,
        "The alert; the newest 200 lines of its timeline, oldest first.",
        Shape::of::<Whole<'_>>(),
    )
}

pub(super) fn explain() -> Described {
    about_one("explainAlert", "Why an alert calls people, or does not").answers(
        200,
        "The rules in the order in which they decide.",
        Shape::of::<Explained<'_>>(),
    )
}

fn about_one(name: &str, summary: &str) -> Described {
    Described::ttyops(name, summary, Scope::Read).fails(404, "There is no such alert.")
}

pub(super) fn acknowledge() -> Described {
    act("acknowledgeAlert", "Somebody is on it", Scope::Ack)
}

pub(super) fn resolve() -> Described {
    let described = Described::ttyops("resolveAlert", "It is over", Scope::Resolve);
    acted(described).fails(404, "There is no such alert.")
}

pub(super) fn assign() -> Described {
    let described = Described::ttyops("assignAlert", "It is given to somebody", Scope::Assign);
    open_only(acted(described)).fails(404, "There is no such alert, or no such account.")
}

pub(super) fn snooze() -> Described {
    act("snoozeAlert", "It is kept quiet for a while", Scope::Ack)
        .about("30 days at most. Again replaces the time.")
        .takes("At most 4 KiB.", Shape::of::<Snooze>())
        .fails(400, "The body is no time, or one that has passed or is too late.")
        .fails(413, "The body is too large.")
        .fails(415, "The body is not said to be JSON.")
}

pub(super) fn wake() -> Described {
    let described = Described::ttyops("wakeAlert", "It is quiet no longer", Scope::Ack);
    acted(described).fails(404, "There is no such alert.")
}

/// What is done to an open alert.
fn act(name: &str, summary: &str, scope: Scope) -> Described {
    let described = open_only(acted(Described::ttyops(name, summary, scope)));
    described.fails(404, "There is no such alert.")
}

fn acted(described: Described) -> Described {
    described.answers(200, "The alert as it is then, changed or not.", Shape::of::<Row<'_>>())
}

fn open_only(described: Described) -> Described {
    described.fails(409, "It has ended.")
}

pub(super) fn services() -> Described {
    Described::ttyops("listServices", "What alerts are about", Scope::Read).answers(
        200,
        "All services, by name.",
        Shape::of::<Services<'_>>(),
    )
}

pub(super) fn members() -> Described {
    Described::ttyops("listMembers", "Whom alerts can be given to", Scope::Read).answers(
        200,
        "All accounts, in the order of the configuration.",
        Shape::of::<Members<'_>>(),
    )
}

pub(super) fn schedules() -> Described {
    Described::ttyops("listSchedules", "Schedules, of which there are none yet", Scope::Read)
        .answers(200, "An empty list.", Shape::of::<Schedules>())
}
