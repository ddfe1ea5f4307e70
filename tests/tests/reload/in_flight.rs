//! A request that is under way while its route disappears. Never cut: it ends on the generation it began on.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use witgate_tests::StackBuilder;
use witgate_tests::deadline::{self, PATIENCE};

/// An upstream for one request: tells when the head is there, answers when told to.
async fn slow_upstream(listener: TcpListener, arrived: oneshot::Sender<()>, go_on: oneshot::Receiver<()>) {
    let (mut stream, _) = listener.accept().await.expect("the gateway");
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        assert!(stream.read_buf(&mut head).await.expect("a readable head") > 0, "the gateway left");
    }
    arrived.send(()).expect("a waiting test");
    go_on.await.expect("the test's word");
    let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\nconnection: close\r\n\r\nlate";
    stream.write_all(answer).await.expect("a gateway that still waits");
}

#[tokio::test]
async fn a_request_ends_on_its_generation_and_the_old_one_is_then_let_go() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let route = format!(
        "[upstreams.slow]\nurl = \"{url}\"\n[[routes]]\nname = \"slow\"\npath = \"/slow\"\npublic = true\nupstream = \"slow\"\n"
    );
    let stack = StackBuilder::new().with(&route).start().await;
    let ((arrived, has_arrived), (go_on, told)) = (oneshot::channel(), oneshot::channel());
    tokio::spawn(slow_upstream(listener, arrived, told));
    let request = tokio::spawn(stack.ask(reqwest::Method::GET, "/slow").send());
    has_arrived.await.expect("the request at the upstream");
    let old = stack.generation().await;
    stack.write_gateway_toml(&stack.gateway_toml().replace(&route, ""));
    let look = || async { (stack.generation().await > old).then_some(()) };
    deadline::until(PATIENCE, "the generation without the route", look).await;
    let page = stack.generations().await;
    assert_eq!(page["draining"], serde_json::json!([old]));
    let draining = &page["generations"][1];
    assert_eq!((draining["state"].as_str(), draining["in_flight"].as_u64()), (Some("draining"), Some(1)), "{page}");
    assert!(draining["replaced_at"].is_string() && draining["plugins"][0]["digest"].is_string(), "{page}");
    assert_eq!(stack.get("/slow", None).await.status(), 404, "new requests do not see the route");
    go_on.send(()).expect("a waiting upstream");
    let answer = request.await.expect("a task").expect("an answer");
    assert_eq!((answer.status().as_u16(), answer.text().await.expect("a body").as_str()), (200, "late"));
    let look = || async { (stack.generations().await["draining"] == serde_json::json!([])).then_some(()) };
    deadline::until(PATIENCE, "the end of the old generation", look).await;
}
