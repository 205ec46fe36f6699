//! The service in the process that owns the data, asked over its Unix socket.

use std::path::{Path, PathBuf};
use std::time::Duration;

use reqwest::{Client, Response, StatusCode};
use serde::Deserialize;
use uuid::Uuid;

use super::source::{AskError, ListedToken};
use crate::domain::alert::Namespace;
use crate::domain::command::TokenCommand;
use crate::domain::id::{AccountId, OpId, Revision};
use crate::domain::text::Text;
use crate::engine::{Receipt, SubmitError};
use crate::record::order::{OrderV1, ReceiptV1, RefusalV1};
use crate::record::v1::TokenShownV1;

/// A commit takes milliseconds; a disk that takes longer than this is broken.
const PATIENCE: Duration = Duration::from_secs(30);

/// The service in the process that owns the data. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct Remote {
    socket: PathBuf,
    http: Client,
}

/// Why the owner could not be asked.
#[derive(Debug, thiserror::Error)]
pub enum RemoteError {
    /// It does not answer.
    #[error("the running watchbell does not answer on {socket}: {why}; try again, or end it")]
    Silent {
        /// Its socket.
        socket: PathBuf,
        /// Why.
        why: String,
    },
    /// It refused, for a reason that is not in the order.
    #[error("the running watchbell refused: {0}")]
    Refused(Text),
    /// It speaks another language.
    #[error(
        "the running watchbell answers in words unknown here: {0}; use the same version for both"
    )]
    Strange(String),
}

/// What an answer says that is neither receipt nor refusal.
#[derive(Deserialize)]
struct Sorry {
    error: Problem,
}

/// Also what is left of a refusal whose reason is not known here.
#[derive(Deserialize)]
struct Problem {
    message: String,
}

impl Remote {
    /// The owner that listens on `socket`. Nothing is sent yet.
    pub fn new(socket: &Path) -> Result<Self, RemoteError> {
        let http = Client::builder().unix_socket(socket).timeout(PATIENCE).no_proxy().build();
        let socket = socket.to_owned();
        match http {
            Ok(http) => Ok(Self { socket, http }),
            Err(error) => Err(RemoteError::Silent { socket, why: innermost(&error) }),
        }
    }

    /// Has a token made or revoked.
    pub(super) async fn token(&self, command: &TokenCommand) -> Result<Receipt, AskError> {
        let order = OrderV1::token(OpId(Uuid::new_v4()), command);
        let request = self.http.post(url("orders")).json(&order);
        let response = request.send().await.map_err(|error| self.silent(&error))?;
        let receipt: ReceiptV1 = self.read(response).await?;
        Ok(Receipt { answer: receipt.answer.into(), revision: Revision(receipt.revision) })
    }

    /// All tokens.
    pub(super) async fn tokens(&self) -> Result<Vec<ListedToken>, AskError> {
        let request = self.http.get(url("tokens"));
        let response = request.send().await.map_err(|error| self.silent(&error))?;
        let tokens: Vec<TokenShownV1> = self.read(response).await?;
        Ok(tokens.into_iter().map(ListedToken::from).collect())
    }

    async fn read<T: for<'de> Deserialize<'de>>(&self, response: Response) -> Result<T, AskError> {
        let status = response.status();
        let body = response.bytes().await.map_err(|error| self.silent(&error))?;
        if !status.is_success() {
            return Err(refused(status, &body));
        }
        let value = serde_json::from_slice(&body);
        value.map_err(|error| RemoteError::Strange(error.to_string()).into())
    }

    fn silent(&self, error: &reqwest::Error) -> AskError {
        RemoteError::Silent { socket: self.socket.clone(), why: innermost(error) }.into()
    }
}

/// The host is of no meaning on a socket.
fn url(of: &str) -> String {
    format!("http://watchbell/own/v1/{of}")
}

fn refused(status: StatusCode, body: &[u8]) -> AskError {
    if let Ok(refusal) = serde_json::from_slice::<RefusalV1>(body) {
        return SubmitError::Refused(refusal.into()).into();
    }
    let problem = serde_json::from_slice::<Sorry>(body).map(|sorry| sorry.error);
    let said = match problem.or_else(|_| serde_json::from_slice::<Problem>(body)) {
        Ok(problem) => problem.message,
        Err(_) => status.to_string(),
    };
    RemoteError::Refused(Text::derive(&said)).into()
}

fn innermost(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}

impl From<TokenShownV1> for ListedToken {
    fn from(token: TokenShownV1) -> Self {
        Self {
            name: token.name.into(),
            scopes: token.scopes.into(),
            account: token.account.map(|id| AccountId(id.0)),
            namespace: Namespace(token.namespace.into()),
            created: token.created.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_for_a_reason_unknown_here_is_still_told_in_its_own_words() {
        let body = br#"{"code": "too_late", "message": "it is too late", "why": "too_late"}"#;
        let error = refused(StatusCode::CONFLICT, body);
        assert_eq!(error.to_string(), "the running watchbell refused: it is too late");
    }

    #[test]
    fn an_answer_that_is_no_refusal_is_told_by_its_message_or_its_status() {
        let told = |body: &[u8]| refused(StatusCode::FORBIDDEN, body).to_string();
        let error = br#"{"error": {"code": "foreign_user", "message": "only its owner may"}}"#;
        assert_eq!(told(error), "the running watchbell refused: only its owner may");
        assert_eq!(told(b"<html>"), "the running watchbell refused: 403 Forbidden");
    }
}
