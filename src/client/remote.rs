//! The service in the process that owns the data, asked over its Unix socket.

use std::path::{Path, PathBuf};
use std::time::Duration;

use reqwest::{Client, ClientBuilder, RequestBuilder, Response, StatusCode, Url};
use serde::Deserialize;
use uuid::Uuid;

use super::reading::{FindError, Wanted};
use super::source::AskError;
use super::stream::Exported;
use crate::domain::command::Command;
use crate::domain::id::{AccountId, OpId, Revision};
use crate::domain::matcher::Matcher;
use crate::domain::text::Text;
use crate::engine::{Receipt, SubmitError};
use crate::record::order::{OrderV1, ReceiptV1, RefusalV1};
use crate::record::shown::{
    AccountV1, ExplanationV1, FoundV1, ListingV1, PreviewV1, ServiceShownV1, SilencesV1,
};
use crate::record::v1::{IdV1, MatchersV1, TokenShownV1};

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
    /// It cannot do it now.
    #[error("{0}")]
    NotNow(Text),
    /// It does not know whether it was saved.
    #[error("{0}")]
    Unsure(Text),
    /// It knows nothing of consoles that are attached.
    #[error(
        "the running watchbell is older than this one; end it and start it again with this \
         version, or use its verbs: watchbell alert list"
    )]
    Older,
    /// It speaks to consoles in another way.
    #[error(
        "the running watchbell is version {0} and speaks otherwise to consoles than this one \
         ({ours}); use the same version for both",
        ours = env!("CARGO_PKG_VERSION")
    )]
    OtherVersion(Text),
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
    code: String,
    message: String,
}

impl Remote {
    /// The owner that listens on `socket`. Nothing is sent yet.
    pub fn new(socket: &Path) -> Result<Self, RemoteError> {
        let http = client(socket, |builder| builder.timeout(PATIENCE).read_timeout(PATIENCE))?;
        Ok(Self { socket: socket.to_owned(), http })
    }

    /// Sends an order; the answer is not read yet.
    pub(super) async fn post(&self, order: &OrderV1) -> Result<Response, reqwest::Error> {
        self.http.post(url("orders")).json(order).send().await
    }

    /// The receipt in the answer to an order.
    pub(super) async fn receipt(&self, answer: Response) -> Result<Receipt, AskError> {
        let receipt: ReceiptV1 = self.read(answer).await?;
        Ok(Receipt { answer: receipt.answer.into(), revision: Revision(receipt.revision) })
    }

    /// Has a command carried out for whoever the owner finds at this end, or for whom they speak.
    pub(super) async fn submit(
        &self,
        speaks_for: Option<AccountId>,
        seen: Option<Revision>,
        command: &Command,
    ) -> Result<Receipt, AskError> {
        let order = OrderV1::of(OpId(Uuid::new_v4()), seen, command);
        let order = order.ok_or_else(|| RemoteError::Strange("no such order".to_owned()))?;
        let order = OrderV1 { speaks_for: speaks_for.map(|id| IdV1(id.0)), ..order };
        let answer = self.post(&order).await.map_err(|error| self.silent(&error))?;
        self.receipt(answer).await
    }

    /// The alerts that match, in no order.
    pub(super) async fn alerts(
        &self,
        filter: &str,
        wanted: Wanted,
        speaks_for: Option<AccountId>,
    ) -> Result<ListingV1, AskError> {
        let mut query = vec![("filter", filter.to_owned())];
        match wanted {
            Wanted::Shown => {}
            Wanted::All => query.push(("all", "true".to_owned())),
        }
        query.extend(speaks_for.map(|id| ("as", id.to_string())));
        let address = Url::parse_with_params(&url("alerts"), query);
        let address = address.map_err(|error| RemoteError::Strange(error.to_string()))?;
        self.answer(self.http.get(address)).await
    }

    /// The alert whose id begins so.
    pub(super) async fn alert(&self, beginning: &str) -> Result<FoundV1, AskError> {
        self.answer(self.http.get(below("alerts", beginning)?)).await
    }

    /// Why the alert whose id begins so calls people, or does not.
    pub(super) async fn explain(&self, beginning: &str) -> Result<ExplanationV1, AskError> {
        self.answer(self.http.get(below("explain", beginning)?)).await
    }

    /// All silences, in API v2's order.
    pub(super) async fn silences(&self) -> Result<SilencesV1, AskError> {
        self.answer(self.http.get(url("silences"))).await
    }

    /// What a silence with these matchers would mute.
    pub(super) async fn preview(&self, matchers: &[Matcher]) -> Result<PreviewV1, AskError> {
        let matchers = MatchersV1(matchers.to_vec());
        self.answer(self.http.post(url("preview")).json(&matchers)).await
    }

    /// All services, by name.
    pub(super) async fn services(&self) -> Result<Vec<ServiceShownV1>, AskError> {
        self.answer(self.http.get(url("services"))).await
    }

    /// All accounts.
    pub(super) async fn accounts(&self) -> Result<Vec<AccountV1>, AskError> {
        self.answer(self.http.get(url("accounts"))).await
    }

    /// All tokens, by name.
    pub(super) async fn tokens(&self) -> Result<Vec<TokenShownV1>, AskError> {
        self.answer(self.http.get(url("tokens"))).await
    }

    /// All that is kept, as it is now. It may be long: only a pause in it is waited for no longer
    /// than an answer is.
    pub(super) async fn export(&self) -> Result<Exported, AskError> {
        const LONGEST: Duration = Duration::from_hours(24);
        let request = self.http.get(url("export")).timeout(LONGEST);
        let response = request.send().await.map_err(|error| self.silent(&error))?;
        if response.status().is_success() {
            return Ok(Exported::there(self.clone(), response));
        }
        let status = response.status();
        let body = response.bytes().await.map_err(|error| self.silent(&error))?;
        Err(refused(status, &body))
    }

    async fn answer<T: for<'de> Deserialize<'de>>(
        &self,
        request: RequestBuilder,
    ) -> Result<T, AskError> {
        let response = request.send().await.map_err(|error| self.silent(&error))?;
        self.read(response).await
    }

    async fn read<T: for<'de> Deserialize<'de>>(&self, response: Response) -> Result<T, AskError> {
        let status = response.status();
        let body = response.bytes().await.map_err(|error| self.silent(&error))?;
        if !status.is_success() {
            return Err(refused(status, &body));
        }
        let value = serde_json::from_slice(&body);
        // It may quote what came.
        let quoted = |error: serde_json::Error| Text::derive(&error.to_string()).to_string();
        value.map_err(|error| RemoteError::Strange(quoted(error)).into())
    }

    pub(super) fn silent(&self, error: &reqwest::Error) -> AskError {
        RemoteError::Silent { socket: self.socket.clone(), why: innermost(error) }.into()
    }
}

/// A client of whoever listens on `socket`.
pub(super) fn client(
    socket: &Path,
    patience: impl FnOnce(ClientBuilder) -> ClientBuilder,
) -> Result<Client, RemoteError> {
    let builder = Client::builder()
        .unix_socket(socket)
        .no_proxy()
        // A socket shows no certificate: none has to be there to judge it by.
        .tls_certs_only([]);
    patience(builder)
        .build()
        .map_err(|error| RemoteError::Silent { socket: socket.to_owned(), why: innermost(&error) })
}

/// The host is of no meaning on a socket.
pub(super) fn url(of: &str) -> String {
    format!("http://watchbell/own/v1/{of}")
}

/// The address of the alert whose id begins so. What no id begins with is not asked for.
fn below(of: &str, beginning: &str) -> Result<String, FindError> {
    let beginning = beginning.trim();
    if beginning.chars().any(|c| c.is_ascii_hexdigit())
        && beginning.chars().all(|c| c.is_ascii_hexdigit() || c == '-')
    {
        Ok(url(&format!("{of}/{beginning}")))
    } else {
        Err(FindError::NoAlert(Text::derive(beginning)))
    }
}

pub(super) fn refused(status: StatusCode, body: &[u8]) -> AskError {
    if let Ok(refusal) = serde_json::from_slice::<RefusalV1>(body) {
        return SubmitError::Refused(refusal.into()).into();
    }
    let Ok(Sorry { error: Problem { code, message } }) = serde_json::from_slice(body) else {
        return RemoteError::Refused(Text::derive(&status.to_string())).into();
    };
    let message = Text::derive(&message);
    match code.as_str() {
        "unknown_alert" | "ambiguous_alert" => AskError::NotFound(message.to_string()),
        "busy" => SubmitError::Busy.into(),
        "unsure" => RemoteError::Unsure(message).into(),
        _ if status == StatusCode::SERVICE_UNAVAILABLE => RemoteError::NotNow(message).into(),
        _ => RemoteError::Refused(message).into(),
    }
}

pub(super) fn innermost(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}
