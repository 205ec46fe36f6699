//! What the OpenAPI document says of our own API. Bodies are records, which are not ours to describe:
//! these types say what is around them.

#![expect(dead_code, reason = "what is written and read are records")]

use utoipa::ToSchema;
use utoipa::openapi::Schema;

use crate::domain::token::Scope;
use crate::http::error;
use crate::http::openapi::{Described, Shape, words};

/// One thing that somebody wants done.
#[derive(ToSchema)]
struct Order {
    /// Random: an order that comes again is carried out once.
    #[schema(format = "uuid")]
    op: String,
    /// The newest revision that the asker saw.
    seen: Option<u64>,
    /// The account that is to be spoken for; for the owner and root.
    #[schema(format = "uuid")]
    speaks_for: Option<String>,
    /// Whether a key of a console asks for it.
    at_console: Option<bool>,
    /// A record: `create`, `alerts`, `silence` or `token`.
    command: Object,
}

/// Stands for a record.
type Object = serde_json::Map<String, serde_json::Value>;

/// What came of an order.
#[derive(ToSchema)]
struct Receipt {
    revision: u64,
    /// A record: `reported`, `acted`, `silenced` or `token`.
    answer: Object,
}

/// Why an order was not carried out.
#[derive(ToSchema)]
struct Refusal {
    /// A word for programs; never changes.
    code: String,
    /// A sentence for people; may change.
    message: String,
    /// A record, with what `code` and `message` say: an object, or a word.
    why: serde_json::Value,
}

/// Alerts, as they were at one time.
#[derive(ToSchema)]
struct Listing {
    #[schema(format = DateTime)]
    now: String,
    alerts: Vec<Shown>,
}

/// An alert with the name of its service.
#[derive(ToSchema)]
#[schema(as = AlertRecord)]
struct Shown {
    /// A record.
    alert: Object,
    service: String,
}

/// One alert with its timeline, oldest line first, as it was at one commit.
#[derive(ToSchema)]
#[schema(as = FoundAlert)]
struct Found {
    #[schema(format = DateTime)]
    now: String,
    revision: u64,
    shown: Shown,
    /// Records.
    timeline: Vec<Object>,
}

/// Why an alert calls people, or does not.
#[derive(ToSchema)]
#[schema(as = ExplanationRecord)]
struct Explanation {
    #[schema(format = "uuid")]
    alert: String,
    title: String,
    /// A record: `calls`, `unheard` or `quiet`.
    verdict: Object,
    rules: Vec<Weighed>,
    /// What was, and will be, told to each channel, oldest first.
    told: Vec<String>,
    /// All of it, for people.
    text: String,
}

/// One rule.
#[derive(ToSchema)]
#[schema(as = RuleRecord)]
struct Weighed {
    rule: String,
    finding: String,
    #[schema(schema_with = meanings)]
    means: String,
}

fn meanings() -> Schema {
    words("What it means for a call.", &["calls", "quiet"])
}

/// All silences, as they were at one time.
#[derive(ToSchema)]
#[schema(as = SilenceRecords)]
struct Silences {
    #[schema(format = DateTime)]
    now: String,
    silences: Vec<ShownSilence>,
}

/// A silence with what the table knows of it.
#[derive(ToSchema)]
#[schema(as = SilenceRecord)]
struct ShownSilence {
    /// A record.
    silence: Object,
    /// How many open alerts it mutes.
    mutes: u64,
    /// How many of those would call somebody if it ended.
    would_call: u64,
}

/// What a label must be.
#[derive(ToSchema)]
#[schema(as = MatcherRecord)]
struct Matcher {
    name: String,
    #[schema(schema_with = operators)]
    operator: String,
    value: String,
}

fn operators() -> Schema {
    words("How the value is compared.", &["equal", "not_equal", "matches", "matches_not"])
}

/// What matchers would mute.
#[derive(ToSchema)]
#[schema(as = PreviewRecord)]
struct Preview {
    #[schema(format = DateTime)]
    at: String,
    /// How many alerts were open.
    open: u64,
    now: Reached,
    /// What was open in the last 7 days, what is open included.
    lately: Reached,
    /// Of what is open, the most frequent first.
    titles_now: Vec<Title>,
    titles: Vec<Title>,
}

/// A title, with how many alerts have it.
#[derive(ToSchema)]
#[schema(as = TitleRecord)]
struct Title {
    title: String,
    alerts: u64,
}

/// How much is reached.
#[derive(ToSchema)]
#[schema(as = ReachedRecord)]
struct Reached {
    alerts: u64,
    /// Of what is open, what would call; of all, what is critical.
    critical: u64,
    /// Pages about them that channels took.
    pages: u64,
}

/// A service.
#[derive(ToSchema)]
#[schema(as = ServiceRecord)]
struct Service {
    #[schema(format = "uuid")]
    id: String,
    name: String,
    /// How many alerts of it are open.
    open: u64,
    #[schema(format = DateTime)]
    created: String,
}

/// An account.
#[derive(ToSchema)]
struct Account {
    #[schema(format = "uuid")]
    id: String,
    name: String,
    /// Empty where there is none.
    email: String,
}

/// A token, without its secret.
#[derive(ToSchema)]
struct Token {
    #[schema(format = "uuid")]
    id: String,
    name: String,
    scopes: Vec<String>,
    /// Whose it is; null is a machine's.
    #[schema(required, format = "uuid")]
    account: Option<String>,
    namespace: String,
    #[schema(format = DateTime)]
    created: String,
}

/// Which scope it needs is known by its command.
pub(super) fn order() -> Described {
    Described::socket("ownOrder", "Has an order carried out")
        .about(
            "Needs the scope of its command: `create` needs `ingest`, `silence` needs `silence`, \
             `token` needs `admin`, and `alerts` what is done to them.",
        )
        .takes("At most 256 KiB.", Shape::of::<Order>())
        .answers(200, "It is on disk.", Shape::of::<Receipt>())
        .with_header(200, "Watchbell-Revision", "The newest commit.")
        .answers(400, "It is none, or cannot be.", failed().or(Shape::of::<Refusal>()))
        .answers(404, "It names what is not there.", failed().or(Shape::of::<Refusal>()))
        .answers(409, "It cannot be as things stand.", Shape::of::<Refusal>())
        .fails(413, "It is too large.")
        .fails(415, "It is not said to be JSON.")
}

fn failed() -> Shape {
    Shape::of::<error::Body<'_>>()
}

pub(super) fn alerts() -> Described {
    let id = Shape::text("An account's id.");
    read("ownListAlerts", "Alerts that match, in no order")
        .query("filter", "As it is typed into the console.", Shape::text("A filter."))
        .query("all", "Whether to list what ended long ago, too.", Shape::flag(false))
        .query("as", "Who `me` is, if not who asks; for the owner and root.", id)
        .answers(200, "The alerts.", Shape::of::<Listing>())
        .fails(400, "The filter or the query is none.")
        .fails(404, "There is no such account.")
}

pub(super) fn alert() -> Described {
    found("ownGetAlert", "One alert with its timeline").answers(
        200,
        "The alert.",
        Shape::of::<Found>(),
    )
}

pub(super) fn explain() -> Described {
    found("ownExplainAlert", "Why an alert calls people, or does not").answers(
        200,
        "The rules in the order in which they decide.",
        Shape::of::<Explanation>(),
    )
}

fn found(name: &str, summary: &str) -> Described {
    read(name, summary)
        .fails(404, "No alert's id begins so.")
        .fails(409, "Several alerts' ids begin so.")
}

fn read(name: &str, summary: &str) -> Described {
    Described::socket(name, summary).needs_on_socket(Scope::Read)
}

fn all_of(name: &str, summary: &str) -> Described {
    Described::socket(name, summary).needs_on_socket(Scope::Admin)
}

pub(super) fn silences() -> Described {
    read("ownListSilences", "All silences that are kept, in API v2's order").answers(
        200,
        "The silences.",
        Shape::of::<Silences>(),
    )
}

pub(super) fn preview() -> Described {
    read("ownPreviewSilence", "What a silence with these matchers would mute")
        .about("Makes none.")
        .takes("At most 256 KiB.", Shape::list_of::<Matcher>())
        .answers(200, "What it would mute.", Shape::of::<Preview>())
        .fails(400, "They are none.")
        .fails(413, "They are too large.")
        .fails(415, "They are not said to be JSON.")
}

pub(super) fn services() -> Described {
    let shape = Shape::list_of::<Service>();
    read("ownListServices", "All services, by name").answers(200, "The services.", shape)
}

pub(super) fn accounts() -> Described {
    let shape = Shape::list_of::<Account>();
    read("ownListAccounts", "All accounts").answers(200, "The accounts.", shape)
}

pub(super) fn tokens() -> Described {
    let shape = Shape::list_of::<Token>();
    all_of("ownListTokens", "All tokens, by name").answers(200, "The tokens.", shape)
}

pub(super) fn export() -> Described {
    let lines = Shape::text("Lines of JSON: a head, states, lines of timelines, an end.");
    all_of("ownExport", "All that is kept").answers_in(
        "application/jsonl",
        200,
        "Without its last line it was cut off.",
        lines,
    )
}

pub(super) fn snapshot() -> Described {
    lines(
        "ownSnapshot",
        "Every entity, as of one commit",
        "Without its last line some are missing.",
    )
}

pub(super) fn feed() -> Described {
    lines("ownFeed", "What is published after a state", "Until the reader leaves.")
        .query("from", "That state: EPOCH-REVISION.", Shape::text("As `1-42`."))
        .always()
        .fails(400, "The state is none.")
        .fails(410, "The state is too old, or another table's: take a snapshot.")
}

fn lines(name: &str, summary: &str, about: &str) -> Described {
    let lines = Shape::text("Lines of JSON, the first of which says their version.");
    read(name, summary).answers_in("application/x-ndjson", 200, about, lines)
}
