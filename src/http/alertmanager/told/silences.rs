//! What the OpenAPI document says of silences.

use std::collections::BTreeMap;

use utoipa::ToSchema;
use utoipa::openapi::Schema;
use utoipa::openapi::path::HttpMethod;

use super::{Refused, either, flag, matchers, read};
use crate::domain::token::Scope;
use crate::http::openapi::{Described, Shape, words};

/// A silence, as it is posted.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
struct PostableSilence {
    /// The one that is changed; absent or empty makes a new one.
    id: Option<String>,
    /// They all have to hold.
    #[schema(min_items = 1, max_items = 64)]
    matchers: Vec<SilenceMatcher>,
    #[schema(format = DateTime)]
    starts_at: String,
    #[schema(format = DateTime)]
    ends_at: String,
    created_by: String,
    comment: String,
    /// At most 1,024.
    annotations: Option<BTreeMap<String, String>>,
    /// Whether it is over as soon as all that it muted has been resolved for a while. Absent changes
    /// nothing of it.
    ends_when_resolved: Option<bool>,
}

/// A silence, as it is read.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
struct GettableSilence {
    #[schema(format = "uuid")]
    id: String,
    matchers: Vec<SilenceMatcher>,
    #[schema(format = DateTime)]
    starts_at: String,
    #[schema(format = DateTime)]
    ends_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
    created_by: String,
    comment: String,
    /// Absent where there are none.
    annotations: Option<BTreeMap<String, String>>,
    status: SilenceStatus,
    /// Absent where it is not so.
    ends_when_resolved: Option<bool>,
    /// The maintenance that comes again whose window it is; absent where it is none.
    window_of: Option<String>,
}

/// What a label has to be.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase", as = Matcher)]
struct SilenceMatcher {
    name: String,
    value: String,
    is_regex: bool,
    /// Absent is true.
    is_equal: Option<bool>,
}

/// Where a silence stands.
#[derive(ToSchema)]
struct SilenceStatus {
    #[schema(schema_with = states)]
    state: String,
}

fn states() -> Schema {
    words("As of when it is asked.", &["active", "pending", "expired"])
}

/// What a post of a silence is answered with.
#[derive(ToSchema)]
struct SilenceCreated {
    #[schema(rename = "silenceID", format = "uuid")]
    id: String,
}

/// All there is to say of silences.
pub(super) fn described() -> [(&'static str, HttpMethod, Described); 4] {
    [
        ("/api/v2/silences", HttpMethod::Get, list()),
        ("/api/v2/silences", HttpMethod::Post, post()),
        ("/api/v2/silence/{silenceID}", HttpMethod::Get, one()),
        ("/api/v2/silence/{silenceID}", HttpMethod::Delete, end()),
    ]
}

fn list() -> Described {
    let about = "Only silences that have each of these matchers, letter by letter.";
    let described = read("v2ListSilences", "Silences: active, pending, expired ones").query(
        "filter",
        about,
        matchers(),
    );
    let described = flag(described, "active", "Whether to list what is in force.");
    let described = flag(described, "pending", "Whether to list what begins later.");
    flag(described, "expired", "Whether to list what is over.")
        .answers(200, "The silences.", Shape::list_of::<GettableSilence>())
        .answers(400, "A matcher is none.", either())
}

fn post() -> Described {
    Described::v2("v2PostSilence", "Silences alerts, or changes a silence", Scope::Silence)
        .takes("The silence.", Shape::of::<PostableSilence>())
        .answers(
            200,
            "It is on disk. A change may have made a new one.",
            Shape::of::<SilenceCreated>(),
        )
        .answers(400, "It cannot be so, or is no silence.", either())
        .answers(404, "There is no silence to change.", Shape::text("What is wrong."))
        .answers(413, "It is too large.", Shape::text("What is wrong."))
        .answers(422, "Something is missing.", Shape::of::<Refused>())
}

fn one() -> Described {
    named(read("v2GetSilence", "One silence")).answers(
        200,
        "The silence.",
        Shape::of::<GettableSilence>(),
    )
}

fn end() -> Described {
    named(Described::v2("v2ExpireSilence", "Ends a silence", Scope::Silence))
        .says(200, "It is over.")
}

fn named(described: Described) -> Described {
    described
        .answers(400, "The request is none.", either())
        .says(404, "There is no such silence.")
        .answers(422, "The id is none.", Shape::of::<Refused>())
}
