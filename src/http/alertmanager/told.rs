//! What the OpenAPI document says of API v2 and of what is beside it, and the shapes of what is
//! posted and read. Bodies are read and written by hand, byte by byte: these types only describe.

#![expect(dead_code, reason = "bodies are read and written by hand")]

use std::collections::BTreeMap;

use utoipa::ToSchema;
use utoipa::openapi::Schema;
use utoipa::openapi::path::HttpMethod;

use crate::domain::token::Scope;
use crate::http::body;
use crate::http::openapi::{Described, Entry, Shape, TEXT, WATCH, words};

mod silences;

/// A request that has not the form of one.
#[derive(ToSchema)]
#[schema(as = V2Error)]
pub(in crate::http) struct Refused {
    /// The status, or a number from 600 on, which comes with 422: 601 for a wrong type or format,
    /// 602 for what is missing, 612 for too few items.
    code: u16,
    /// What is wrong, for people.
    message: String,
}

/// An alert, as it is posted.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
struct PostableAlert {
    /// What it is known by: the same labels are the same alert. At most 1,024.
    labels: BTreeMap<String, String>,
    /// At most 1,024.
    annotations: Option<BTreeMap<String, String>>,
    /// Absent is when it is posted.
    #[schema(format = DateTime)]
    starts_at: Option<String>,
    /// A time that has passed resolves it. Absent is a while after it was posted last.
    #[schema(format = DateTime)]
    ends_at: Option<String>,
    #[schema(rename = "generatorURL", format = "uri")]
    link: Option<String>,
}

/// An alert, as it is read.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
struct GettableAlert {
    annotations: BTreeMap<String, String>,
    #[schema(format = DateTime)]
    ends_at: String,
    /// The hash of its labels.
    #[schema(pattern = "^[0-9a-f]{16}$")]
    fingerprint: String,
    receivers: Vec<ReceiverReference>,
    #[schema(format = DateTime)]
    starts_at: String,
    status: GettableAlertStatus,
    #[schema(format = DateTime)]
    updated_at: String,
    #[schema(rename = "generatorURL")]
    link: Option<String>,
    labels: BTreeMap<String, String>,
}

/// Who is told of it.
#[derive(ToSchema)]
struct ReceiverReference {
    name: String,
}

/// What keeps an alert quiet.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
struct GettableAlertStatus {
    /// Fingerprints of alerts.
    inhibited_by: Vec<String>,
    /// Always empty.
    muted_by: Vec<String>,
    /// Ids of silences.
    silenced_by: Vec<String>,
    #[schema(schema_with = states)]
    state: String,
}

fn states() -> Schema {
    words("Whether anything keeps it quiet.", &["active", "suppressed"])
}

/// Alerts that are told together.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
struct AlertGroup {
    alerts: Vec<GettableAlert>,
    /// What they have in common.
    labels: BTreeMap<String, String>,
    receiver: ReceiverReference,
    /// Always empty.
    route_labels: BTreeMap<String, String>,
}

/// Somebody who is told of alerts.
#[derive(ToSchema)]
struct Receiver {
    /// Its name.
    labels: BTreeMap<String, String>,
    name: String,
}

/// What the service tells of itself.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
struct AlertmanagerStatus {
    cluster: ClusterStatus,
    config: AlertmanagerConfig,
    /// Since when alerts are taken.
    #[schema(format = DateTime)]
    uptime: String,
    version_info: VersionInfo,
}

/// A cluster of one.
#[derive(ToSchema)]
struct ClusterStatus {
    name: String,
    peers: Vec<PeerStatus>,
    #[schema(schema_with = ready)]
    status: String,
}

fn ready() -> Schema {
    words("It always is.", &["ready"])
}

/// A member of the cluster.
#[derive(ToSchema)]
struct PeerStatus {
    address: String,
    name: String,
}

/// What is configured.
#[derive(ToSchema)]
struct AlertmanagerConfig {
    /// In YAML, as Alertmanager's own file.
    original: String,
}

/// The release whose API this is; `revision` is watchbell's own version.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
struct VersionInfo {
    branch: String,
    build_date: String,
    build_user: String,
    go_version: String,
    revision: String,
    version: String,
}

/// All there is to say of API v2 and of what is beside it.
pub(in crate::http) fn described() -> Vec<Entry> {
    let mut all = vec![
        ("/api/v2/alerts", HttpMethod::Get, alerts()),
        ("/api/v2/alerts", HttpMethod::Post, post()),
        ("/api/v2/alerts/groups", HttpMethod::Get, groups()),
        ("/api/v2/receivers", HttpMethod::Get, receivers()),
        ("/api/v2/status", HttpMethod::Get, status()),
        ("/-/healthy", HttpMethod::Get, healthy()),
        ("/-/ready", HttpMethod::Get, ready_or_not()),
    ];
    all.extend(silences::described());
    all.into_iter().map(|(path, method, told)| (path.to_owned(), method, told)).collect()
}

fn alerts() -> Described {
    filtered("v2ListAlerts", "Open alerts, by fingerprint")
        .query("unprocessed", "Means nothing.", Shape::flag(true))
        .answers(200, "The alerts.", Shape::list_of::<GettableAlert>())
}

fn groups() -> Described {
    filtered("v2ListAlertGroups", "Open alerts by who is told of them, and together with which")
        .query("muted", "Means nothing.", Shape::flag(true))
        .answers(200, "The groups.", Shape::list_of::<AlertGroup>())
}

/// What is asked for alerts.
fn filtered(name: &str, summary: &str) -> Described {
    let flags = [
        ("active", "Whether to list what nothing keeps quiet."),
        ("silenced", "Whether to list what a silence keeps quiet."),
        ("inhibited", "Whether to list what another alert keeps quiet."),
    ];
    let described = read(name, summary)
        .query("filter", "Matchers that all have to hold.", matchers())
        .query("receiver", "Only of receivers whose whole name it matches.", Shape::text("RE2."))
        .query("receiver_matchers", "Only of receivers whose labels match.", matchers());
    let described =
        flags.into_iter().fold(described, |told, (name, about)| flag(told, name, about));
    described.answers(400, "A matcher or a pattern is none.", either())
}

/// Whether to list something. No error: what does not mean yes means no.
fn flag(described: Described, name: &str, about: &str) -> Described {
    described.query(name, about, Shape::flag(true))
}

fn matchers() -> Shape {
    Shape::text("As `severity=critical`, with one of = != =~ !~.").listed()
}

/// What is read.
fn read(name: &str, summary: &str) -> Described {
    Described::v2(name, summary, Scope::Read)
}

/// Both forms of an error.
fn either() -> Shape {
    Shape::text("What a handler refuses, for people.").or(Shape::of::<Refused>())
}

fn post() -> Described {
    Described::v2("v2PostAlerts", "Alerts fire and end", Scope::Ingest)
        .about("Good alerts beside bad ones are kept, and the bad ones told of, a line each.")
        .takes(&body::most(), Shape::list_of::<PostableAlert>())
        .says(200, "All of it is on disk.")
        .answers(400, "Some alerts were refused, or the post is no list of alerts.", either())
        .answers(413, "It is too large: send several posts.", Shape::text("What is wrong."))
        .answers(422, "Something is missing, or no URI. Nothing is kept.", Shape::of::<Refused>())
}

fn receivers() -> Described {
    read("v2ListReceivers", "Who is told of alerts")
        .query("receiver_matchers", "Only those whose labels match.", matchers())
        .answers(200, "The receivers.", Shape::list_of::<Receiver>())
        .answers(400, "A matcher is none.", either())
}

fn status() -> Described {
    read("v2GetStatus", "What the service tells of itself")
        .answers(200, "Its status.", Shape::of::<AlertmanagerStatus>())
        .answers(400, "The request is none.", either())
}

fn healthy() -> Described {
    Described::of(WATCH, "healthy", "Whether the program runs").about("Needs no token.").answers_in(
        TEXT,
        200,
        "It does.",
        Shape::text("OK"),
    )
}

fn ready_or_not() -> Described {
    Described::of(WATCH, "ready", "Whether alerts are taken")
        .about("Needs no token.")
        .answers_in(TEXT, 200, "They are.", Shape::text("OK"))
        .answers_in(TEXT, 503, "They are not.", Shape::text("Why."))
        .with_header(503, "Retry-After", "After so many seconds.")
}
