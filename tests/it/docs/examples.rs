//! The examples of `docs/http-api.md` are sent, in order, to a running watchbell.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Block, blocks, page};
use crate::api::Api;
use crate::support::{Home, Service};

/// What the page means by its ids, and what they are this time.
#[derive(Default)]
struct Ids(BTreeMap<String, String>);

const PEOPLE: &str = r#"
[[account]]
name = "alice"
email = "alice@example.org"

[[account]]
name = "bob"
email = "bob@example.org"
"#;

#[tokio::test]
async fn the_examples_of_the_http_api_are_answered_as_the_page_says() {
    let home = Home::new();
    let secret = home.configure(PEOPLE).token("examples", "ingest,read,ack,assign,resolve");
    let service = Service::start(&home);
    let api = Api::new(&service, &secret);
    let text = page("docs/http-api.md");
    let blocks = blocks(&text);
    let mut ids = Ids::default();
    let mut seen = 0;
    for pair in blocks.windows(2) {
        let [request, answer] = pair else { continue };
        let Some(status) = answer.info.strip_prefix("json ") else { continue };
        assert_eq!(request.info, "http", "line {}: an answer without a request", answer.line);
        let (got_status, got) = send(&api, request, &ids).await;
        let said: Value = serde_json::from_str(&answer.text)
            .unwrap_or_else(|error| panic!("line {}: {error}", answer.line));
        let same = status == got_status.to_string() && ids.same(&said, &got);
        assert!(same, "docs/http-api.md:{}: the answer is {got_status}\n{got:#}", answer.line);
        seen += 1;
    }
    assert!(seen >= 8, "only {seen} examples were found");
}

async fn send(api: &Api, request: &Block, ids: &Ids) -> (u16, Value) {
    let (head, body) = request.text.split_once('\n').unwrap();
    let (method, path) = head.split_once(' ').unwrap();
    api.send(method, &ids.in_path(path), body.trim()).await.unwrap()
}

impl Ids {
    fn in_path(&self, path: &str) -> String {
        self.0.iter().fold(path.to_owned(), |path, (said, is)| path.replace(said, is))
    }

    /// Whether an answer says what the page says, but for ids and times. An id that the page
    /// names twice has to be the same one twice.
    fn same(&mut self, said: &Value, is: &Value) -> bool {
        match (said, is) {
            (Value::Object(said), Value::Object(is)) => {
                said.len() == is.len()
                    && said.iter().all(|(name, value)| {
                        is.get(name).is_some_and(|other| self.same(value, other))
                    })
            }
            (Value::Array(said), Value::Array(is)) => {
                said.len() == is.len()
                    && said.iter().zip(is).all(|(one, other)| self.same(one, other))
            }
            (Value::String(said), Value::String(is)) => self.same_text(said, is),
            _ => said == is,
        }
    }

    fn same_text(&mut self, said: &str, is: &str) -> bool {
        if said == is {
            return true;
        }
        let uuid = |text: &str| text.parse::<uuid::Uuid>().is_ok();
        let time = |text: &str| text.parse::<jiff::Timestamp>().is_ok();
        if uuid(said) && uuid(is) {
            return *self.0.entry(said.to_owned()).or_insert_with(|| is.to_owned()) == is;
        }
        let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let (said_words, is_words) = (words(said), words(is));
        let alike = |(one, other): (&String, &String)| {
            one == other || [one, other].iter().all(|word| time(word.trim_end_matches(';')))
        };
        said_words.len() == is_words.len() && said_words.iter().zip(&is_words).all(alike)
    }
}
