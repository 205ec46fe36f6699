//! The webhook: Alertmanager's document, posted once, and what the answer means.

mod answer;
mod document;

use std::error::Error;
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Request, Response, Url, redirect};

use self::document::Document;
use super::far::Names;
use super::{Attempt, WebhookSettings};
use crate::domain::delivery::Outcome;
use crate::domain::text::Text;

/// Under this the far end may know a notification that comes again.
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// How many letters of what went wrong are kept.
const SHORT: usize = 200;

/// A channel that posts.
#[derive(Clone, Debug)]
pub struct Webhook {
    name: Text,
    url: Url,
    home: Box<str>,
    timeout: Duration,
    client: Client,
}

impl Webhook {
    /// A webhook. Fails where the certificates of far ends cannot be judged here.
    pub(super) fn open(name: Text, settings: WebhookSettings, home: &str) -> Result<Self, String> {
        let WebhookSettings { url, timeout, bearer_token } = settings;
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Some(token) = bearer_token {
            let value = HeaderValue::from_str(&format!("Bearer {}", token.reveal()));
            let mut value =
                value.map_err(|_| "its bearer_token has letters that cannot be sent")?;
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        let client = Client::builder()
            .user_agent(concat!("watchbell/", env!("CARGO_PKG_VERSION")))
            .default_headers(headers)
            .timeout(timeout)
            .redirect(redirect::Policy::none())
            .referer(false)
            .no_proxy()
            .dns_resolver(Names);
        // A far end in the clear shows no certificate: none has to be there to judge it by.
        let client = match url.scheme() {
            "https" => client,
            _ => client.tls_certs_only([]),
        };
        let client = client.build().map_err(|error| unjudged(&error))?;
        Ok(Self { name, url, home: home.into(), timeout, client })
    }

    pub(super) fn name(&self) -> &Text {
        &self.name
    }

    /// Posts the document. Whatever keeps it from being answered may pass.
    pub(super) async fn send(&self, attempt: &Attempt) -> Outcome {
        let request = match self.request(attempt) {
            Ok(request) => request,
            Err(error) => return Outcome::Never { why: short(&error) },
        };
        match self.client.execute(request).await {
            Ok(response) => read(response).await,
            Err(error) => Outcome::NotNow { why: short(&self.unanswered(&error)), wait: None },
        }
    }

    fn request(&self, attempt: &Attempt) -> Result<Request, String> {
        let document = Document::new(attempt, &self.home);
        let mut body = serde_json::to_vec(&document).map_err(|error| error.to_string())?;
        body.push(b'\n');
        let key = attempt.delivery.id.to_string();
        let request = self.client.post(self.url.clone()).header(IDEMPOTENCY_KEY, key).body(body);
        request.build().map_err(|error| innermost(&error))
    }

    /// Why there was no answer. Never names the address, which may hold a secret.
    fn unanswered(&self, error: &reqwest::Error) -> String {
        if error.is_timeout() {
            format!("no answer within {:?}", self.timeout)
        } else if error.is_connect() {
            format!("no connection: {}", innermost(error))
        } else {
            format!("no answer: {}", innermost(error))
        }
    }
}

/// What an answer means. Of what it says in words only the beginning is looked at.
async fn read(mut response: Response) -> Outcome {
    let (status, headers) = (response.status(), response.headers().clone());
    if status.is_success() {
        return Outcome::Taken;
    }
    let said = response.chunk().await.ok().flatten().unwrap_or_default();
    let said = String::from_utf8_lossy(said.get(..SHORT * 4).unwrap_or(&said)).into_owned();
    let status_line = match status.canonical_reason() {
        Some(reason) => format!("{} {reason}", status.as_u16()),
        None => status.as_u16().to_string(),
    };
    let why = match said.trim() {
        "" => format!("it answers {status_line}"),
        said => format!("it answers {status_line}: {said}"),
    };
    answer::meaning(status, &headers, short(&why))
}

/// A client fails to be made where the system has no certificates.
fn unjudged(error: &reqwest::Error) -> String {
    format!(
        "its far end's certificate could not be checked: {}; install the certificates of the \
         system, or name a file with some in SSL_CERT_FILE",
        innermost(error)
    )
}

fn short(text: &str) -> Text {
    let text = Text::derive(text);
    match text.as_str().char_indices().nth(SHORT) {
        Some((end, _)) => Text::derive(text.as_str().get(..end).unwrap_or_default()),
        None => text,
    }
}

fn innermost(error: &reqwest::Error) -> String {
    let mut cause: &dyn Error = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests;
