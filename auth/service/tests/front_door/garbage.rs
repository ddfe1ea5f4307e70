//! Bad input: a clear problem document each time, and never an echo of what may be a secret.

use reqwest::Method;

use super::service::{Folder, Service};

const JSON: (&str, &str) = ("content-type", "application/json");

#[tokio::test]
async fn wrong_bodies_are_refused_with_a_code() {
    let folder = Folder::new();
    let service = Service::start(&folder).await;
    let deep = "[".repeat(4000);
    let cases: [(&str, &[u8], u16, &str); 12] = [
        ("/login", b"", 400, "invalid_json"),
        ("/login", b"{", 400, "invalid_json"),
        ("/login", b"{\"username\":\"a\",\"password\":\"s3cret-text\"} x", 400, "invalid_json"),
        ("/login", b"\xFF\xFE", 400, "invalid_json"),
        ("/login", deep.as_bytes(), 400, "invalid_request"),
        ("/login", b"null", 400, "invalid_request"),
        ("/login", b"{\"username\":\"a\"}", 400, "invalid_request"),
        ("/login", b"{\"username\":\"a\",\"password\":{\"x\":\"s3cret-text\"}}", 400, "invalid_request"),
        ("/login", b"{\"username\":\"a\",\"password\":\"b\",\"s3cret-text\":1}", 400, "invalid_request"),
        ("/login", b"{\"username\":\"a\",\"password\":\"b\",\"password\":\"s3cret-text\"}", 400, "invalid_request"),
        ("/refresh", b"{\"refresh_token\":[\"s3cret-text\"]}", 400, "invalid_request"),
        ("/logout", b"{}", 400, "invalid_request"),
    ];
    for (path, body, status, code) in cases {
        let answer = service.send(Method::POST, path, &[JSON], body.to_vec()).await;
        answer.is_problem(status, code);
        assert!(!answer.text.contains("s3cret-text"), "{answer:?}");
    }
    assert!(!folder.log().contains("s3cret-text"));
}

#[tokio::test]
async fn bodies_must_say_that_they_are_json() {
    let folder = Folder::new();
    let service = Service::start(&folder).await;
    for headers in
        [&[][..], &[("content-type", "text/plain")], &[("content-type", "application/x-www-form-urlencoded")]]
    {
        let answer = service.send(Method::POST, "/login", headers, "{}").await;
        answer.is_problem(415, "unsupported_media_type");
    }
}

#[tokio::test]
async fn large_bodies_are_refused_also_without_a_length() {
    let folder = Folder::new();
    let service = Service::start(&folder).await;
    let body = format!("{{\"username\":\"{}\",\"password\":\"x\"}}", "a".repeat(9000));
    service.send(Method::POST, "/login", &[JSON], body.clone()).await.is_problem(413, "body_too_large");
    let (first, second) = body.split_at(4000);
    let server = service.url.strip_prefix("http://").unwrap();
    let head = format!(
        "POST /login HTTP/1.1\r\nhost: {server}\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"
    );
    let chunk = |text: &str| format!("{:x}\r\n{text}\r\n", text.len());
    let answer = raw(server, &format!("{head}{}{}0\r\n\r\n", chunk(first), chunk(second))).await;
    assert!(answer.starts_with("HTTP/1.1 413 ") && answer.contains("body_too_large"), "{answer}");
}

/// Sends bytes, and reads until the first answer's document has ended.
async fn raw(server: &str, request: &str) -> String {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let exchange = async {
        let mut stream = tokio::net::TcpStream::connect(server).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        while !answer.ends_with(b"}") && stream.read_buf(&mut answer).await.unwrap() > 0 {}
        String::from_utf8(answer).unwrap()
    };
    tokio::time::timeout(std::time::Duration::from_secs(60), exchange).await.expect("an answer in time")
}

#[tokio::test]
async fn a_password_of_the_limit_is_tried_and_a_longer_one_is_refused() {
    let folder = Folder::with_alice().await;
    let service = Service::start(&folder).await;
    service.login("alice", &"x".repeat(1024)).await.is_problem(401, "invalid_credentials");
    service.login("alice", &"x".repeat(1025)).await.is_problem(400, "invalid_request");
    service.login("nobody", &"x".repeat(1025)).await.is_problem(400, "invalid_request");
}

#[tokio::test]
async fn unknown_paths_and_methods_are_problems_too() {
    let folder = Folder::new();
    let service = Service::start(&folder).await;
    for path in ["/", "/login/", "/nothing", "/.well-known/other"] {
        service.get(path).await.is_problem(404, "not_found");
    }
    let wrong = service.get("/login").await;
    wrong.is_problem(405, "method_not_allowed");
    assert_eq!(wrong.headers["allow"], "POST");
    service.send(Method::DELETE, "/healthz", &[], "").await.is_problem(405, "method_not_allowed");
}

#[tokio::test]
async fn a_sane_request_id_is_echoed_and_another_replaced() {
    let folder = Folder::new();
    let service = Service::start(&folder).await;
    let long = "x".repeat(129);
    for (id, echoed) in [("abc-1", true), (long.as_str(), false), ("a b", false)] {
        let answer = service.send(Method::GET, "/nothing", &[("x-request-id", id)], "").await;
        answer.is_problem(404, "not_found");
        assert_eq!(answer.string("request_id") == id, echoed, "{id}");
    }
}
