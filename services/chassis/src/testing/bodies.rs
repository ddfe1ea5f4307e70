//! What a client may send wrong to every service, and the one form of every error.
//! Never asserts on the wording, only on status, code and request id.

use reqwest::Method;

use super::answer::Answer;
use super::running::Running;

/// POST to `path` refuses every body that is not the one JSON object it takes; `twice` has a member two times.
pub async fn refuses_garbage(server: &Running, path: &str, twice: &str) {
    let token = server.issuer.customer("alice");
    let post = |kind: &'static str, body: Vec<u8>| {
        let request = server.request(Method::POST, path).bearer_auth(&token);
        async move { Answer::of(request.header("content-type", kind).body(body).send().await.unwrap()).await }
    };
    post("application/json", b"{".to_vec()).await.is_problem(400, "invalid_body");
    post("application/json", vec![0xff, 0x00]).await.is_problem(400, "invalid_body");
    post("application/json", Vec::new()).await.is_problem(400, "invalid_body");
    post("text/plain", b"{}".to_vec()).await.is_problem(415, "unsupported_media_type");
    post("application/json", b"[]".to_vec()).await.is_problem(422, "invalid_body");
    post("application/json", vec![b' '; 100_000]).await.is_problem(413, "body_too_large");
    post("application/json", twice.as_bytes().to_vec()).await.is_problem(422, "invalid_body");
}

/// Problems of a handler (404 at `missing`) and of the token check (401 at `path`) repeat the request id.
pub async fn repeats_the_request_id(server: &Running, missing: &str, path: &str) {
    let token = server.issuer.customer("alice");
    for (path, token, status) in [(missing, token.as_str(), 404), (path, "bad", 401)] {
        let request = server.request(Method::GET, path).bearer_auth(token).header("x-request-id", "req-7");
        let answer = Answer::of(request.send().await.unwrap()).await;
        assert_eq!((answer.status, answer.body["request_id"].as_str()), (status, Some("req-7")), "{answer:?}");
    }
}
