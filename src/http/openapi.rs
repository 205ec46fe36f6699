//! The OpenAPI document: what every endpoint takes and answers, for those who write clients and for
//! tools that make them. It is put together once, from what stands beside the handlers.
//!
//! It says nothing of what is kept here, so that no token is needed to read it.

mod described;
mod place;
mod shape;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use axum::body::Bytes;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodRouter, get};
use utoipa::openapi::path::{HttpMethod, PathsBuilder};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{Components, InfoBuilder, OpenApi, PathItem, RefOr, Schema, Server, Tag};

use super::error::{ApiError, json_body};
use super::{alertmanager, metrics, own, ttyops};
use crate::domain::text::Text;
pub(super) use described::{Described, TEXT, WATCH};
pub(super) use place::Place;
pub(super) use shape::{Shape, words, words_or_null};

/// Where the document is.
pub(super) const PATH: &str = "/api/openapi.json";

/// One operation: its path, its method, and what there is to say of it.
pub(super) type Entry = (String, HttpMethod, Described);

/// What belongs together, as tools show it.
const TAGS: [(&str, &str); 4] = [
    (
        described::TTYOPS,
        "The TTYOps API: alerts in watchbell's own form. Its paths work without `/api/v1`, too.",
    ),
    (
        described::V2,
        "Alertmanager's API v2. An error is a JSON string where a handler refuses what was asked, \
         and an object with `code` and `message` where the request has not the form of one. With \
         `alertmanager_api = \"open\"` programs on the same host need no token for it.",
    ),
    (WATCH, "For those who watch over the service."),
    (
        described::SOCKET,
        "For watchbell's own verbs and consoles, on the Unix socket beside its data. Who asks is \
         known by their user. Records are those of the data file: use the same version for both \
         ends.",
    ),
];

const ABOUT: &str = "A request names one host, in `Host`. What cannot be understood as HTTP in one \
    way is answered with 400 in the form of its API, too long a head with 414 or 431 and no body. \
    503 comes with `Retry-After`, in seconds: send again then. Whoever reads should not mind fields \
    that are not listed: later versions add some.";

static DOCUMENT: LazyLock<Result<Bytes, String>> = LazyLock::new(|| {
    let written = serde_json::to_vec(&document());
    written.map(Bytes::from).map_err(|error| error.to_string())
});

/// `GET /api/openapi.json`, and the answer to other methods.
pub(super) fn endpoint<S: Clone + Send + Sync + 'static>() -> MethodRouter<S> {
    get(async || answer())
        .fallback(async |method: Method| ApiError::Method(Text::derive(method.as_str())))
}

fn answer() -> Response {
    match &*DOCUMENT {
        // All who read it hold the same bytes.
        Ok(document) => json_body(StatusCode::OK, document.clone().into()),
        Err(why) => ApiError::Internal(format!("the document is no JSON: {why}")).into_response(),
    }
}

fn described() -> Described {
    Described::of(WATCH, "openapi", "This document").about("Needs no token.").answers(
        200,
        "OpenAPI 3.1.",
        Shape::any("An OpenAPI document."),
    )
}

/// All operations.
fn entries() -> Vec<Entry> {
    let mut entries = ttyops::described();
    entries.extend(alertmanager::described());
    entries.push(("/metrics".to_owned(), HttpMethod::Get, metrics::described()));
    entries.push((PATH.to_owned(), HttpMethod::Get, described()));
    entries.extend(own::described());
    entries
}

/// The document, made anew.
pub(super) fn document() -> OpenApi {
    let mut shapes = BTreeMap::new();
    let paths = entries().into_iter().fold(PathsBuilder::new(), |paths, (path, method, told)| {
        let (operation, parts) = told.at(&path);
        shapes.extend(parts);
        let mut item = PathItem::new(method, operation);
        item.servers = path.starts_with("/own/").then(|| vec![socket()]);
        paths.path(path, item)
    });
    let info = InfoBuilder::new().title("watchbell").version(env!("CARGO_PKG_VERSION"));
    let mut document = OpenApi::new(info.description(Some(ABOUT)).build(), paths);
    document.components = Some(components(shapes));
    document.tags = Some(TAGS.map(tag).into());
    document
}

fn components(shapes: BTreeMap<String, RefOr<Schema>>) -> Components {
    let mut components = Components::new();
    components.schemas.extend(shapes);
    for (name, response, parts) in described::shared() {
        components.responses.insert(name.to_owned(), response.into());
        components.schemas.extend(parts);
    }
    let mut bearer = Http::new(HttpAuthScheme::Bearer);
    bearer.description =
        Some("A token; `watchbell token create` makes one. Its scopes are what it may do.".into());
    let mut basic = Http::new(HttpAuthScheme::Basic);
    basic.description = Some("The token as the password, with any user name.".to_owned());
    components.add_security_scheme(described::BEARER, SecurityScheme::Http(bearer));
    components.add_security_scheme(described::BASIC, SecurityScheme::Http(basic));
    components
}

fn socket() -> Server {
    let mut server = Server::new("http://localhost");
    server.description = Some("The Unix socket: curl --unix-socket PATH http://localhost/…".into());
    server
}

fn tag((name, about): (&str, &str)) -> Tag {
    let mut tag = Tag::new(name);
    tag.description = Some(about.to_owned());
    tag
}
