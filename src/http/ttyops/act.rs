//! What can be done to an alert. Nothing to change is no error: what was asked for is so.

use axum::http::StatusCode;
use axum::response::Response;

use super::path::{Assignment, Target};
use super::row::Row;
use crate::domain::command::{Acted, AlertCommand, Answer, Command};
use crate::domain::id::AlertId;
use crate::domain::refusal::Refusal;
use crate::engine::Handle;
use crate::http::caller::Caller;
use crate::http::door::Open;
use crate::http::error::{ApiError, json};

/// `PUT /alert/{alert}/acknowledge`.
pub(super) async fn acknowledge(
    Open(handle): Open,
    caller: Caller,
    Target(alert): Target,
) -> Result<Response, ApiError> {
    act(&handle, &caller, alert, AlertCommand::Acknowledge).await
}

/// `PUT /alert/{alert}/resolve`.
pub(super) async fn resolve(
    Open(handle): Open,
    caller: Caller,
    Target(alert): Target,
) -> Result<Response, ApiError> {
    act(&handle, &caller, alert, AlertCommand::Resolve).await
}

/// `PUT /alert/{alert}/assign/{account}`.
pub(super) async fn assign(
    Open(handle): Open,
    caller: Caller,
    Assignment(alert, account): Assignment,
) -> Result<Response, ApiError> {
    act(&handle, &caller, alert, AlertCommand::Assign(Some(account))).await
}

/// Has it done, and shows the alert as it is then.
pub(super) async fn act(
    handle: &Handle,
    caller: &Caller,
    alert: AlertId,
    command: AlertCommand,
) -> Result<Response, ApiError> {
    let receipt = caller.submit(handle, Command::Alerts(vec![alert], command)).await?;
    let Answer::Acted(acted) = receipt.answer else {
        return Err(ApiError::Internal("an act was answered with something else".to_owned()));
    };
    for (_, result) in acted {
        if result? == Acted::Changed {
            let (by, revision) = (&caller.actor, receipt.revision);
            tracing::info!(alert_id = %alert, %revision, %by, "acted");
        }
    }
    let latest = handle.latest();
    let alert = latest.table.alert(alert).ok_or(Refusal::UnknownAlert(alert))?;
    Ok(json(StatusCode::OK, &Row::new(alert, &latest.table)))
}
