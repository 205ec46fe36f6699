//! One path of a router together with what the document says of it, so that neither is there without
//! the other.

use axum::Router;
use axum::handler::Handler;
use axum::routing::{self, MethodRouter};
use utoipa::openapi::path::HttpMethod;

use super::{Described, Entry};
use crate::http::door::Door;

/// What an operation is described by.
type Telling = fn() -> Described;

/// A path, with all that is taken there.
pub(in crate::http) struct Place {
    path: &'static str,
    handlers: MethodRouter<Door>,
    told: Vec<(HttpMethod, Telling)>,
}

macro_rules! methods {
    ($($name:ident $method:ident),*) => {$(
        /// Has the handler answer this method, of which `told` tells.
        pub(in crate::http) fn $name<H, T>(mut self, handler: H, told: Telling) -> Self
        where
            H: Handler<T, Door>,
            T: 'static,
        {
            self.told.push((HttpMethod::$method, told));
            Self { handlers: self.handlers.$name(handler), ..self }
        }
    )*};
}

impl Place {
    /// A path where nothing is taken yet.
    pub(in crate::http) fn at(path: &'static str) -> Self {
        Self { path, handlers: routing::MethodRouter::new(), told: Vec::new() }
    }

    methods!(get Get, post Post, put Put, delete Delete);

    /// Adds it to a router, below `prefix`.
    pub(in crate::http) fn serve(self, router: Router<Door>, prefix: &str) -> Router<Door> {
        router.route(&format!("{prefix}{}", self.path), self.handlers)
    }

    /// What there is to say of it, below `prefix`.
    pub(in crate::http) fn entries(self, prefix: &str) -> impl Iterator<Item = Entry> {
        let path = format!("{prefix}{}", self.path);
        self.told.into_iter().map(move |(method, told)| (path.clone(), method, told()))
    }
}
