//! One operation of the document in the making. What holds for every operation of an API is said
//! here once: which token it needs, and how it refuses.

use utoipa::openapi::extensions::Extensions;
use utoipa::openapi::path::{Operation, Parameter, ParameterIn};
use utoipa::openapi::request_body::RequestBody;
use utoipa::openapi::schema::{ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{
    Content, Header, Ref, RefOr, Required, Response, Schema, SecurityRequirement,
};

use super::shape::{Parts, Shape};
use crate::domain::token::Scope;
use crate::http::alertmanager::Refused;
use crate::http::error;

pub(super) const TTYOPS: &str = "ttyops";
pub(super) const V2: &str = "alertmanager";
pub(in crate::http) const WATCH: &str = "watch";
pub(super) const SOCKET: &str = "socket";

pub(super) const BEARER: &str = "bearer";
pub(super) const BASIC: &str = "basic";

const JSON: &str = "application/json";
pub(in crate::http) const TEXT: &str = "text/plain; charset=utf-8";

/// Parameters of paths: what each is, and its format.
const IN_PATHS: [(&str, &str, &str); 4] = [
    ("alert", "The alert's id.", "uuid"),
    ("account", "The id of whom it is given to; `GET /api/v1/team/members` lists them.", "uuid"),
    ("beginning", "The beginning of an id, which no other alert's has. Dashes do not count.", ""),
    ("silenceID", "The silence's id.", "uuid"),
];

/// How any operation of an API refuses: the status, the name of the answer, and what it means.
type Refusals<const COUNT: usize> = [(u16, &'static str, &'static str); COUNT];

const OWN: Refusals<4> = [
    (401, "Unauthorized", "No token came along, or nobody knows it."),
    (403, "Forbidden", "The token lacks the scope."),
    (500, "Fault", "A fault of watchbell's; its log says what."),
    (503, "ComeAgain", "It is starting, stopping or overloaded, or nothing can be saved."),
];

const ON_SOCKET: Refusals<3> = [
    (403, "NotYou", "The user may not use the socket, or not for this."),
    (500, "Fault", "A fault of watchbell's; its log says what."),
    (503, "ComeAgain", "It is starting, stopping or overloaded, or nothing can be saved."),
];

const LIKE_ALERTMANAGER: Refusals<4> = [
    (401, "V2Unauthorized", "No token came along, or nobody knows it."),
    (403, "V2Forbidden", "The token lacks the scope, or an open API is asked from elsewhere."),
    (500, "V2Fault", "A fault of watchbell's; its log says what."),
    (503, "V2ComeAgain", "It is starting, stopping or overloaded, or nothing can be saved."),
];

/// An operation in the making.
pub(in crate::http) struct Described {
    operation: Operation,
    parts: Parts,
}

impl Described {
    /// An operation of an API, with a name that no other has.
    pub(in crate::http) fn of(api: &str, name: &str, summary: &str) -> Self {
        let mut operation = Operation::new();
        operation.operation_id = Some(name.to_owned());
        operation.summary = Some(summary.to_owned());
        operation.tags = Some(vec![api.to_owned()]);
        // Whoever needs a token says so.
        operation.security = Some(Vec::new());
        Self { operation, parts: Parts::new() }
    }

    /// One of the TTYOps API.
    pub(in crate::http) fn ttyops(name: &str, summary: &str, scope: Scope) -> Self {
        Self::of(TTYOPS, name, summary).needs(scope).refuses(OWN)
    }

    /// One of API v2.
    pub(in crate::http) fn v2(name: &str, summary: &str, scope: Scope) -> Self {
        let described = Self::of(V2, name, summary).needs(scope).refuses(LIKE_ALERTMANAGER);
        let taken = "`Accept` excludes JSON.";
        let described = described.answers(406, taken, Shape::of::<Refused>());
        let kind = "There is a body, and it is not said to be JSON.";
        described.answers(415, kind, Shape::of::<Refused>())
    }

    /// One that is on the Unix socket only.
    pub(in crate::http) fn socket(name: &str, summary: &str) -> Self {
        Self::of(SOCKET, name, summary).refuses(ON_SOCKET)
    }

    /// Who uses the socket needs this scope.
    pub(in crate::http) fn needs_on_socket(mut self, scope: Scope) -> Self {
        let scope = Extensions::from_iter([("x-scope", scope.word())]);
        self.operation.extensions = Some(scope);
        self
    }

    /// It needs a token with this scope.
    pub(in crate::http) fn needs(mut self, scope: Scope) -> Self {
        let either = [BEARER, BASIC].map(|way| SecurityRequirement::new(way, [scope.word()]));
        self.operation.security = Some(either.into());
        self
    }

    /// More than its summary says.
    pub(in crate::http) fn about(mut self, about: &str) -> Self {
        self.operation.description = Some(about.to_owned());
        self
    }

    /// A parameter of the query, which may be left out.
    pub(in crate::http) fn query(self, name: &str, about: &str, shape: Shape) -> Self {
        self.parameter(name, about, ParameterIn::Query, shape)
    }

    /// A header, which may be left out.
    pub(in crate::http) fn header(self, name: &str, about: &str, shape: Shape) -> Self {
        self.parameter(name, about, ParameterIn::Header, shape)
    }

    /// The last parameter has to be there.
    pub(in crate::http) fn always(mut self) -> Self {
        let parameters = self.operation.parameters.as_mut();
        if let Some(RefOr::T(last)) = parameters.and_then(|all| all.last_mut()) {
            last.required = Required::True;
        }
        self
    }

    /// The last parameter is a list with commas between its words.
    pub(in crate::http) fn with_commas(mut self) -> Self {
        let parameters = self.operation.parameters.as_mut();
        if let Some(RefOr::T(last)) = parameters.and_then(|all| all.last_mut()) {
            last.explode = Some(false);
        }
        self
    }

    fn parameter(mut self, name: &str, about: &str, place: ParameterIn, shape: Shape) -> Self {
        let mut parameter = Parameter::new(name);
        parameter.parameter_in = place;
        parameter.required = Required::False;
        parameter.description = Some(about.to_owned());
        parameter.schema = Some(shape.schema);
        self.operation.parameters.get_or_insert_default().push(parameter.into());
        self
    }

    /// It takes such a body, in JSON.
    pub(in crate::http) fn takes(mut self, about: &str, shape: Shape) -> Self {
        let mut body = RequestBody::new();
        body.description = Some(about.to_owned());
        body.required = Some(Required::True);
        body.content.insert(JSON.to_owned(), Content::new(Some(shape.schema)).into());
        self.parts.extend(shape.parts);
        self.operation.request_body = Some(body.into());
        self
    }

    /// With this status comes such a body, in JSON.
    pub(in crate::http) fn answers(self, status: u16, about: &str, shape: Shape) -> Self {
        self.answers_in(JSON, status, about, shape)
    }

    /// With this status comes a body of another kind.
    pub(in crate::http) fn answers_in(
        mut self,
        kind: &str,
        status: u16,
        about: &str,
        shape: Shape,
    ) -> Self {
        let mut response = Response::new(about);
        response.content.insert(kind.to_owned(), Content::new(Some(shape.schema)).into());
        self.parts.extend(shape.parts);
        self.with(status, response)
    }

    /// With this status comes no body.
    pub(in crate::http) fn says(self, status: u16, about: &str) -> Self {
        self.with(status, Response::new(about))
    }

    /// With this status comes an error of our own APIs.
    pub(in crate::http) fn fails(self, status: u16, about: &str) -> Self {
        self.answers(status, about, Shape::of::<error::Body<'_>>())
    }

    /// With the status that was described last comes this header.
    pub(in crate::http) fn with_header(mut self, status: u16, name: &str, about: &str) -> Self {
        let responses = &mut self.operation.responses.responses;
        if let Some(RefOr::T(response)) = responses.get_mut(&status.to_string()) {
            response.headers.insert(name.to_owned(), header(about, Type::Integer).into());
        }
        self
    }

    fn with(mut self, status: u16, response: Response) -> Self {
        self.operation.responses.responses.insert(status.to_string(), response.into());
        self
    }

    fn refuses<const COUNT: usize>(mut self, refusals: Refusals<COUNT>) -> Self {
        for (status, name, _) in refusals {
            let response = Ref::from_response_name(name).into();
            self.operation.responses.responses.insert(status.to_string(), response);
        }
        self
    }

    /// The operation at this path, whose parameters are described, and the schemas that it refers to.
    pub(super) fn at(mut self, path: &str) -> (Operation, Parts) {
        for (name, about, format) in IN_PATHS {
            if path.contains(&format!("{{{name}}}")) {
                self = self.in_path(name, about, format);
            }
        }
        (self.operation, self.parts)
    }

    fn in_path(self, name: &str, about: &str, format: &str) -> Self {
        let format = Some(format).filter(|format| !format.is_empty());
        let format = format.map(|format| SchemaFormat::Custom(format.to_owned()));
        let text = ObjectBuilder::new().schema_type(Type::String).format(format).build();
        let shape = Shape::from(Schema::Object(text));
        self.parameter(name, about, ParameterIn::Path, shape).always()
    }
}

/// The answers that many operations share, by name, with the schemas that they refer to.
pub(super) fn shared() -> impl Iterator<Item = (&'static str, Response, Parts)> {
    let own = OWN.into_iter().chain(ON_SOCKET).map(|refusal| (refusal, false));
    let all = own.chain(LIKE_ALERTMANAGER.into_iter().map(|refusal| (refusal, true)));
    all.map(|((status, name, about), is_v2)| {
        let shape = if is_v2 {
            Shape::text("What is wrong, for people.")
        } else {
            Shape::of::<error::Body<'_>>()
        };
        let mut response = Response::new(about);
        response.content.insert(JSON.to_owned(), Content::new(Some(shape.schema)).into());
        match status {
            401 => {
                let ways = header("How a token is sent.", Type::String);
                response.headers.insert("WWW-Authenticate".to_owned(), ways.into());
            }
            503 => {
                let seconds = header("After so many seconds.", Type::Integer);
                response.headers.insert("Retry-After".to_owned(), seconds.into());
            }
            _ => {}
        }
        if is_v2 && status == 503 {
            // Too many others read, in Alertmanager's form.
            let text = Shape::text("What is wrong, for people.");
            response.content.insert(TEXT.to_owned(), Content::new(Some(text.schema)).into());
        }
        (name, response, shape.parts)
    })
}

fn header(about: &str, kind: Type) -> Header {
    let mut header = Header::new(Schema::Object(ObjectBuilder::new().schema_type(kind).build()));
    header.description = Some(about.to_owned());
    header
}
