//! The OpenAPI document against the service: what it lists is there, what is there it lists, and
//! whatever is answered has the shape that it names.

mod answers;
mod schema;

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::domain::token::Scope;
use crate::http::{alertmanager, openapi};
use schema::Document;

const METHODS: [&str; 5] = ["get", "post", "put", "delete", "patch"];

fn document() -> Document {
    Document(serde_json::to_value(openapi::document()).unwrap())
}

/// One operation of the document.
struct Operation<'a> {
    path: &'a str,
    method: &'a str,
    told: &'a Value,
}

impl Document {
    fn operations(&self) -> Vec<Operation<'_>> {
        let paths = self.0["paths"].as_object().unwrap();
        let all = paths.iter().flat_map(|(path, item)| {
            let methods =
                METHODS.into_iter().filter_map(|method| Some((method, item.get(method)?)));
            methods.map(move |(method, told)| Operation { path, method, told })
        });
        all.collect()
    }
}

impl Operation<'_> {
    /// The path with an id for each of its parameters.
    fn example(&self) -> String {
        let id = "00000000-0000-4000-8000-000000000000";
        let segments = self.path.split('/');
        let segments = segments.map(|one| if one.starts_with('{') { id } else { one });
        segments.collect::<Vec<_>>().join("/")
    }

    fn is_own(&self) -> bool {
        self.path.starts_with("/own/")
    }

    /// The scope that a token needs, where one is needed.
    fn scope(&self) -> Option<Scope> {
        let word = self.told["security"][0]["bearer"][0].as_str()?;
        Some(*Scope::ALL.iter().find(|scope| scope.word() == word).unwrap())
    }
}

#[tokio::test]
async fn it_is_read_by_anybody_and_before_anything_is_loaded() {
    let answer =
        Ask::get("/api/openapi.json").of(public_router(Door::new(), AlertmanagerApi::Token));
    let answer = answer.await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.body, document().0);
    assert_eq!(answer.body["openapi"], "3.1.0");
    assert_eq!(answer.body["info"]["version"], env!("CARGO_PKG_VERSION"));
    let answer = bench().await.ask(Ask::put("/api/openapi.json")).await;
    assert_eq!(answer.status, 405);
    assert_eq!(answer.headers["allow"], "GET,HEAD");
}

#[test]
fn whatever_it_refers_to_is_there_and_used() {
    fn references<'a>(value: &'a Value, to: &mut BTreeSet<&'a str>) {
        match value {
            Value::Object(object) => {
                to.extend(object.get("$ref").and_then(Value::as_str));
                object.values().for_each(|value| references(value, to));
            }
            Value::Array(items) => items.iter().for_each(|value| references(value, to)),
            _ => {}
        }
    }
    let document = document();
    let mut named = BTreeSet::new();
    references(&document.0, &mut named);
    let listed = ["schemas", "responses"].into_iter().flat_map(|kind| {
        let parts = document.0["components"][kind].as_object().unwrap();
        parts.keys().map(move |name| format!("#/components/{kind}/{name}"))
    });
    let named: BTreeSet<String> = named.into_iter().map(str::to_owned).collect();
    assert_eq!(named, listed.collect());
}

#[test]
fn every_operation_has_a_name_of_its_own_and_describes_its_parameters_and_answers() {
    let document = document();
    let mut names = BTreeSet::new();
    for Operation { path, method, told } in document.operations() {
        let name = told["operationId"].as_str().unwrap();
        assert!(names.insert(name), "{name} is there twice");
        assert!(told["summary"].is_string(), "{name}");
        let tag = &told["tags"][0];
        let tags = document.0["tags"].as_array().unwrap();
        assert!(tags.iter().any(|one| one["name"] == *tag), "{name}: {tag}");
        let parameters = told["parameters"].as_array().cloned().unwrap_or_default();
        let in_path: Vec<&str> = parameters
            .iter()
            .filter(|one| one["in"] == "path" && one["required"] == true)
            .map(|one| one["name"].as_str().unwrap())
            .collect();
        let wanted = path.split('/').filter_map(|one| one.strip_prefix('{')?.strip_suffix('}'));
        assert_eq!(in_path, wanted.collect::<Vec<_>>(), "{method} {path}");
        for parameter in &parameters {
            assert!(parameter["description"].is_string(), "{name}: {parameter}");
            assert!(parameter["schema"].is_object(), "{name}: {parameter}");
        }
        let responses = told["responses"].as_object().unwrap();
        assert!(responses.contains_key("200"), "{name}");
        for response in responses.values() {
            assert!(document.resolved(response)["description"].is_string(), "{name}");
        }
        for way in told["security"].as_array().unwrap() {
            let scheme = way.as_object().unwrap().keys().next().unwrap();
            assert!(document.0["components"]["securitySchemes"].get(scheme).is_some(), "{name}");
        }
    }
}

#[tokio::test]
async fn a_path_takes_the_methods_that_are_listed_and_no_others() {
    let (bench, document) = (bench().await, document());
    let operations = document.operations();
    let mut listed: BTreeMap<&str, Vec<&Operation<'_>>> = BTreeMap::new();
    for operation in &operations {
        listed.entry(operation.path).or_default().push(operation);
    }
    for (path, operations) in listed {
        let methods: BTreeSet<String> =
            operations.iter().map(|one| one.method.to_uppercase()).collect();
        for method in METHODS.map(str::to_uppercase) {
            let ask = Ask::new(&method, &operations[0].example());
            let seen = answers::send(&bench, ask).await;
            let refused = matches!(seen.status, 404 | 405) && !methods.contains(&method);
            assert!(refused || methods.contains(&method), "{method} {path}: {}", seen.status);
            assert!(seen.status != 405 || !methods.contains(&method), "{method} {path}");
            if seen.status == 405 {
                let allowed = seen.header("allow").split(',').map(|one| one.trim().to_owned());
                let of_course = ["HEAD".to_owned(), "OPTIONS".to_owned()];
                let allowed: BTreeSet<_> = allowed.filter(|one| !of_course.contains(one)).collect();
                assert_eq!(allowed, methods, "of {path}");
            }
        }
    }
}

/// What tells no more than that it is gone.
const GONE: [&str; 5] = [
    "/api/v1/status",
    "/api/v1/receivers",
    "/api/v1/alerts",
    "/api/v1/silences",
    "/api/v1/silence/{id}",
];

#[test]
fn every_path_is_listed() {
    let document = document();
    let mut there: BTreeSet<String> = [openapi::PATH.to_owned()].into();
    there.extend(alertmanager::paths().map(str::to_owned));
    // The routes of a router are in what it is debugged as, and nowhere else.
    let shown = format!("{:?}", alertmanager::beside(Router::new(), Door::new()));
    let paths = Regex::new(r#"RouteId\(\d+\): "(/[^"]*)""#).unwrap();
    there.extend(paths.captures_iter(&shown).map(|found| found[1].to_owned()));
    // What others answer.
    there.retain(|path| path != "/" && !path.contains("axum_fallback"));
    there.retain(|path| !GONE.contains(&path.as_str()));
    let from_tables = |path: &str| path.starts_with("/own/v1/") || path.starts_with("/api/v1/");
    let listed = document.0["paths"].as_object().unwrap().keys();
    let listed: BTreeSet<String> = listed.filter(|path| !from_tables(path)).cloned().collect();
    assert_eq!(there, listed);
}
