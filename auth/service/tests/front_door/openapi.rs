//! The OpenAPI documents: what they say is there, is there, and answers as they say. Never knows a route by itself.

use reqwest::Method;
use serde_json::Value;

use super::operator::Operator;
use super::service::Folder;

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// Every method and path of a document.
pub fn operations(document: &Value) -> Vec<(Method, String)> {
    let paths = document["paths"].as_object().unwrap();
    let of_path = |(path, item): (&String, &Value)| {
        let methods: Vec<(Method, String)> = METHODS
            .iter()
            .filter(|method| item[**method].is_object())
            .map(|method| (method.to_uppercase().parse().unwrap(), path.clone()))
            .collect();
        methods
    };
    paths.iter().flat_map(of_path).collect()
}

async fn documents(operator: &Operator) -> [(String, Value); 2] {
    let admin = operator.service.admin_url.clone().unwrap();
    let public = operator.service.url.clone();
    let read = async |url: &str| operator.service.send_to(url, Method::GET, "/openapi.json", &[], "").await.json();
    [(public.clone(), read(&public).await), (admin.clone(), read(&admin).await)]
}

#[tokio::test]
async fn what_is_described_is_there_and_nothing_else() {
    let folder = Folder::with_alice().await;
    let operator = Operator::start(&folder).await;
    for (url, document) in documents(&operator).await {
        assert_eq!(document["openapi"].as_str().map(|version| version.starts_with("3.1")), Some(true));
        let described = operations(&document);
        assert!(described.len() > 10, "{document}");
        for (_, path) in &described {
            let concrete = path.replace("{id}", "x").replace("{sid}", "x").replace("{kid}", "x");
            for method in METHODS {
                let method: Method = method.to_uppercase().parse().unwrap();
                let is_described = described.contains(&(method.clone(), path.clone()));
                let bearer = format!("Bearer {}", operator.token);
                let headers = [("authorization", bearer.as_str())];
                let answer = operator.service.send_to(&url, method.clone(), &concrete, &headers, "").await;
                assert_eq!(answer.status == 405, !is_described, "{method} {path}: {answer:?}");
                assert!(!answer.text.contains("nothing at this path"), "{method} {path}: {answer:?}");
            }
        }
    }
}

#[tokio::test]
async fn every_operation_has_a_name_of_its_own_and_says_how_it_fails() {
    let folder = Folder::with_alice().await;
    let operator = Operator::start(&folder).await;
    for (_, document) in documents(&operator).await {
        let mut names = Vec::new();
        for (method, path) in operations(&document) {
            let operation = &document["paths"][&path][method.as_str().to_lowercase()];
            names.push(operation["operationId"].as_str().unwrap().to_owned());
            assert!(operation["summary"].is_string() && operation["tags"][0].is_string(), "{method} {path}");
            for status in ["500", "503"] {
                assert!(operation["responses"][status]["description"].is_string(), "{method} {path} {status}");
            }
        }
        names.sort_unstable();
        let all = names.len();
        names.dedup();
        assert_eq!(names.len(), all, "{names:?}");
    }
}
