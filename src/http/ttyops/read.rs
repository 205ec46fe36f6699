//! What can be asked: alerts, services, people, schedules.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::explained::Explained;
use super::list::List;
use super::path::Target;
use super::row::Row;
use crate::domain::alert::{Alert, State as AlertState};
use crate::domain::explain;
use crate::domain::refusal::Refusal;
use crate::domain::text::Text;
use crate::domain::token::Scope;
use crate::http::caller::Caller;
use crate::http::desk::Desk;
use crate::http::door::{Door, Open};
use crate::http::error::{ApiError, json, json_body};
use crate::http::written;

/// `GET /alert`.
pub(super) async fn alerts(
    State(door): State<Door>,
    Open(handle): Open,
    desk: Desk,
    caller: Caller,
    query: Result<Query<Vec<(String, String)>>, QueryRejection>,
) -> Result<Response, ApiError> {
    caller.may(Scope::Read)?;
    let Query(query) = query.map_err(|error| bad_query(error.body_text()))?;
    let wanted = Wanted::read(&query)?;
    let now = handle.now();
    let write = move || {
        let (latest, mut list) = (handle.latest(), List::new(wanted, now));
        let body = written::body(move |sheet| list.go_on(&latest.table, sheet));
        json_body(StatusCode::OK, body)
    };
    door.lists().send(desk.write(write).await?)
}

/// `GET /alert/{alert}`.
pub(super) async fn alert(
    Open(handle): Open,
    caller: Caller,
    Target(id): Target,
) -> Result<Response, ApiError> {
    caller.may(Scope::Read)?;
    let latest = handle.latest();
    let alert = latest.table.alert(id).ok_or(Refusal::UnknownAlert(id))?;
    let timeline = handle.timeline(alert, latest.cursor.revision).await;
    let events = timeline.iter().map(AsRef::as_ref);
    let row = Row::new(alert, &latest.table).with(&alert.notes, events);
    Ok(json(StatusCode::OK, &row))
}

/// `GET /alert/{alert}/explain`: why it calls people, or does not.
pub(super) async fn explain(
    Open(handle): Open,
    caller: Caller,
    Target(id): Target,
) -> Result<Response, ApiError> {
    caller.may(Scope::Read)?;
    let latest = handle.latest();
    let alert = latest.table.alert(id).ok_or(Refusal::UnknownAlert(id))?;
    let explanation = explain::explain(&latest.table, alert, &explain::utc);
    Ok(json(StatusCode::OK, &Explained::new(id, &explanation)))
}

/// `GET /service`.
pub(super) async fn services(Open(handle): Open, caller: Caller) -> Result<Response, ApiError> {
    caller.may(Scope::Read)?;
    let latest = handle.latest();
    let mut services: Vec<_> = latest.table.services().collect();
    services.sort_by_key(|service| service.name.as_str());
    let services = services
        .into_iter()
        .map(|service| Service { id: service.id.to_string(), name: service.name.as_str() })
        .collect();
    Ok(json(StatusCode::OK, &Services { services }))
}

/// `GET /team/members`. Who has no address is shown by name: a client needs a text there.
pub(super) async fn members(Open(handle): Open, caller: Caller) -> Result<Response, ApiError> {
    caller.may(Scope::Read)?;
    let latest = handle.latest();
    let accounts = latest.table.policy().accounts.iter();
    let members = accounts
        .map(|account| Member {
            id: account.id.to_string(),
            name: account.name.as_str(),
            email: if account.email.is_empty() { &account.name } else { &account.email }.as_str(),
        })
        .collect();
    Ok(json(StatusCode::OK, &Members { members }))
}

/// `GET /schedule`. There are no schedules yet.
pub(super) async fn schedules(caller: Caller) -> Result<Response, ApiError> {
    caller.may(Scope::Read)?;
    Ok(json(StatusCode::OK, &Schedules { schedules: [] }))
}

/// All services, by name.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Services<'a> {
    services: Vec<Service<'a>>,
}

/// What alerts are about.
#[derive(Debug, Serialize, ToSchema)]
struct Service<'a> {
    #[schema(format = "uuid")]
    id: String,
    name: &'a str,
}

/// All people, in the order of the configuration.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Members<'a> {
    members: Vec<Member<'a>>,
}

/// Somebody.
#[derive(Debug, Serialize, ToSchema)]
struct Member<'a> {
    #[schema(format = "uuid")]
    id: String,
    name: &'a str,
    /// An address, or the name of who has none.
    email: &'a str,
}

/// There are none yet.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Schedules {
    #[schema(value_type = Vec<Object>)]
    schedules: [(); 0],
}

/// Which states are asked for; none named is all.
#[derive(Debug, Default)]
pub(super) struct Wanted(Vec<Status>);

/// A state, as it is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Status {
    Firing,
    Acknowledged,
    Resolved,
}

impl Wanted {
    /// Reads `?status=firing,acknowledged`, which may stand there more than once. Other names
    /// mean nothing here and are left to clients.
    pub(super) fn read(query: &[(String, String)]) -> Result<Self, ApiError> {
        let lists = query.iter().filter(|(name, _)| name == "status").map(|(_, list)| list);
        let words = lists.flat_map(|list| list.split(',')).map(str::trim);
        words.filter(|word| !word.is_empty()).map(Status::read).collect::<Result<_, _>>().map(Self)
    }

    /// Whether the alert is in one of them.
    pub(super) fn has(&self, alert: &Alert) -> bool {
        self.0.is_empty() || self.0.contains(&Status::of(alert))
    }
}

impl Status {
    fn read(word: &str) -> Result<Self, ApiError> {
        match word {
            "firing" => Ok(Self::Firing),
            "acknowledged" => Ok(Self::Acknowledged),
            "resolved" => Ok(Self::Resolved),
            _ => Err(bad_query(format!(
                "no status {:?}; there are firing, acknowledged and resolved",
                Text::derive(word).as_str()
            ))),
        }
    }

    fn of(alert: &Alert) -> Self {
        match alert.standing.state {
            AlertState::Firing => Self::Firing,
            AlertState::Acknowledged(_) => Self::Acknowledged,
            AlertState::Resolved(_) => Self::Resolved,
        }
    }
}

fn bad_query(message: String) -> ApiError {
    ApiError::BadRequest { code: "bad_query", message }
}
