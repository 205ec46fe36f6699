//! How to send alerts here: the examples, with the real address in them, and the token that was
//! made while the screen is open. Leaving the screen forgets the secret.

use crate::console::settings::{Posting, Settings};
use crate::domain::id::{AlertId, OpId};
use crate::domain::text::Text;

/// The screen.
#[derive(Clone, Debug)]
pub struct Senders {
    /// The example that is shown.
    pub example: Example,
    /// The token that was made, if one was.
    pub token: MadeToken,
    /// Why the screen is open.
    pub opened: OpenedBy,
    /// The first alert that came while it was.
    pub arrived: Option<AlertId>,
    /// How many lines of it are above the window.
    pub scroll: usize,
}

/// The token of this screen.
#[derive(Clone, Debug)]
pub enum MadeToken {
    /// None was made.
    None,
    /// One is being saved.
    Saving(OpId),
    /// It may post.
    Made(Token),
}

/// A token and its secret, which is shown this once.
#[derive(Clone)]
pub struct Token {
    /// Its name.
    pub name: Text,
    /// Its secret.
    pub secret: String,
}

/// The secret belongs in no log.
impl std::fmt::Debug for Token {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Token").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Why the screen is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenedBy {
    /// There has never been an alert; the first one opens the list.
    Itself,
    /// A key.
    Person,
}

/// The examples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Example {
    /// A post by hand.
    Curl,
    /// Prometheus itself, by Alertmanager's API.
    Prometheus,
    /// A receiver of Alertmanager.
    Alertmanager,
}

impl Senders {
    /// The screen a new store begins with.
    pub fn first_run() -> Senders {
        Senders {
            example: Example::Curl,
            token: MadeToken::None,
            opened: OpenedBy::Itself,
            arrived: None,
            scroll: 0,
        }
    }

    /// The screen as a key opens it.
    pub fn asked_for() -> Senders {
        Senders { opened: OpenedBy::Person, ..Senders::first_run() }
    }

    /// The token to show, if one was made.
    pub fn made(&self) -> Option<&Token> {
        match &self.token {
            MadeToken::Made(token) => Some(token),
            MadeToken::None | MadeToken::Saving(_) => None,
        }
    }

    /// Whether nothing would be lost by leaving.
    pub fn is_without_secret(&self) -> bool {
        matches!(self.token, MadeToken::None)
    }

    /// The text of the shown example, ready to be copied.
    pub fn snippet(&self, settings: &Settings) -> String {
        let secret = self.made().map_or("<token>", |token| token.secret.as_str());
        self.example.text(settings, secret)
    }
}

impl Example {
    /// In the order of the screen.
    pub const ALL: [Example; 3] = [Example::Curl, Example::Prometheus, Example::Alertmanager];

    /// Its name on the screen.
    pub fn name(self) -> &'static str {
        match self {
            Example::Curl => "curl",
            Example::Prometheus => "Prometheus",
            Example::Alertmanager => "Alertmanager",
        }
    }

    /// The one after it.
    #[must_use]
    pub fn next(self) -> Example {
        match self {
            Example::Curl => Example::Prometheus,
            Example::Prometheus => Example::Alertmanager,
            Example::Alertmanager => Example::Curl,
        }
    }

    /// The one before it.
    #[must_use]
    pub fn previous(self) -> Example {
        match self {
            Example::Curl => Example::Alertmanager,
            Example::Prometheus => Example::Curl,
            Example::Alertmanager => Example::Prometheus,
        }
    }

    fn text(self, settings: &Settings, secret: &str) -> String {
        let (scheme, place) = (settings.scheme, place(settings));
        match self {
            Example::Curl => format!(
                "curl {scheme}://{place}/api/v1/alert \\
  -H 'Authorization: Bearer {secret}' \\
  -H 'Content-Type: application/json' -d '{{\"alerts\": [{{
    \"fingerprint\": \"first\", \"status\": \"firing\", \"severity\": \"warning\",
    \"service\": \"default\", \"title\": \"Hello from curl\"}}]}}'"
            ),
            Example::Prometheus => {
                let first = match scheme {
                    "https" => "    - scheme: https\n      ",
                    _ => "    - ",
                };
                let token = match settings.posting {
                    Posting::WithToken => {
                        format!("authorization:\n        credentials: {secret}\n      ")
                    }
                    Posting::Open => String::new(),
                };
                format!(
                    "# prometheus.yml
alerting:
  alertmanagers:
{first}{token}static_configs:
        - targets: [\"{place}\"]"
                )
            }
            Example::Alertmanager => format!(
                "# alertmanager.yml
receivers:
  - name: watchbell
    webhook_configs:
      - url: {scheme}://{place}/api/v1/alert
        http_config:
          authorization:
            credentials: {secret}
# and name it in your route: receiver: watchbell"
            ),
        }
    }
}

/// The address by which senders reach the listener: the host's name where it listens on all.
fn place(settings: &Settings) -> String {
    let listening = settings.listening;
    if listening.ip().is_unspecified() {
        format!("{}:{}", settings.host, listening.port())
    } else {
        listening.to_string()
    }
}
