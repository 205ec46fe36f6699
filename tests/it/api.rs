//! The HTTP API as a program of somebody else's uses it: a token, requests, JSON.

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::Value;

use crate::support::{Service, http};

/// Nothing that is waited for takes this long on the slowest machine.
const DEADLINE: Duration = Duration::from_mins(1);
/// An answer is the only news that a list over HTTP has: how often it is asked for.
const ASK_EVERY: Duration = Duration::from_millis(20);

/// A service, and a token for it.
#[derive(Clone)]
pub(crate) struct Api {
    http: reqwest::Client,
    base: String,
    secret: String,
}

impl Api {
    pub(crate) fn new(service: &Service, secret: &str) -> Self {
        Self::at(service.address, secret)
    }

    /// The API at an address.
    pub(crate) fn at(address: SocketAddr, secret: &str) -> Self {
        Self { http: http(), base: format!("http://{address}"), secret: secret.to_owned() }
    }

    /// The status and the body; an error where no answer came.
    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        body: &str,
    ) -> reqwest::Result<(u16, Value)> {
        let method = method.parse().unwrap();
        let url = format!("{}{path}", self.base);
        let request = self.http.request(method, url).bearer_auth(&self.secret);
        let request = request.header("content-type", "application/json").timeout(DEADLINE);
        let answer = request.body(body.to_owned()).send().await?;
        Ok((answer.status().as_u16(), answer.json().await?))
    }

    /// The status alone, for what is answered without JSON; an error where no answer came.
    pub(crate) async fn status(
        &self,
        method: &str,
        path: &str,
        body: &str,
    ) -> reqwest::Result<u16> {
        let method = method.parse().unwrap();
        let url = format!("{}{path}", self.base);
        let request = self.http.request(method, url).bearer_auth(&self.secret);
        let request = request.header("content-type", "application/json").timeout(DEADLINE);
        Ok(request.body(body.to_owned()).send().await?.status().as_u16())
    }

    /// All alerts that are listed. Told to ask again shortly, it does.
    pub(crate) async fn alerts(&self) -> Vec<Value> {
        let deadline = tokio::time::Instant::now() + DEADLINE;
        loop {
            let (status, answer) = self.send("GET", "/api/v1/alert", "").await.unwrap();
            if status == 200 {
                return answer["alerts"].as_array().unwrap().clone();
            }
            assert!(status == 503 && tokio::time::Instant::now() < deadline, "{status}: {answer}");
            tokio::task::yield_now().await;
        }
    }

    /// All alerts that are listed, as soon as they are as wanted.
    pub(crate) async fn alerts_when(
        &self,
        what: &str,
        wanted: impl Fn(&[Value]) -> bool,
    ) -> Vec<Value> {
        let began = tokio::time::Instant::now();
        loop {
            let alerts = self.alerts().await;
            if wanted(&alerts) {
                return alerts;
            }
            assert!(began.elapsed() < DEADLINE, "waited in vain for {what}: {alerts:#?}");
            tokio::time::sleep(ASK_EVERY).await;
        }
    }
}
