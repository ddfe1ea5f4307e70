//! A token that is revoked while it is good: refused soon after the issuer's feed says so, although the gateway knows it.
//! Never with the auth service: its feed is still to come, so the test is the issuer.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use witgate_tests::mint::now;
use witgate_tests::session::problem_code;
use witgate_tests::{Mint, Stack, StackBuilder, deadline};

/// How long a revocation may take here: the feed is asked every two seconds.
const SOON: Duration = Duration::from_secs(20);

/// The issuer's feed; what it says can be changed.
struct Feed {
    url: String,
    says: Arc<Mutex<Value>>,
}

impl Feed {
    async fn serve() -> Feed {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}/revocations", listener.local_addr().expect("an address"));
        let says = Arc::new(Mutex::new(json!({"revocations": []})));
        let shared = Arc::clone(&says);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let document = shared.lock().expect("the document").to_string();
                let _asker_left = answer(stream, &document).await;
            }
        });
        Feed { url, says }
    }

    fn revokes(&self, revocations: &Value) {
        *self.says.lock().expect("the document") = json!({ "revocations": revocations });
    }
}

async fn answer(mut stream: TcpStream, document: &str) -> std::io::Result<()> {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        if stream.read_buf(&mut request).await? == 0 {
            return Ok(());
        }
    }
    let length = document.len();
    let head = format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n");
    stream.write_all(format!("{head}connection: close\r\n\r\n{document}").as_bytes()).await
}

async fn start(mint: &Mint, feed: &Feed) -> Stack {
    let keys = "jwks-url = \"@JWKS@\"";
    let with_feed = format!("{keys}\nrevocations-url = \"{}\"", feed.url);
    StackBuilder::new().replacing(keys, &with_feed).trusting(mint).start().await
}

async fn status(stack: &Stack, token: &str) -> u16 {
    stack.get("/whoami", Some(token)).await.status().as_u16()
}

#[tokio::test]
async fn a_revoked_token_is_refused_although_it_was_known() {
    let (mint, feed) = (Mint::serve().await, Feed::serve().await);
    let stack = start(&mint, &feed).await;
    let token = |jti: &str, sid: &str| {
        let mut claims = mint.claims();
        (claims["jti"], claims["sid"]) = (json!(jti), json!(sid));
        mint.sign(&claims)
    };
    let (one, other, of_session) = (token("one", "s1"), token("other", "s1"), token("third", "s2"));
    for token in [&one, &other, &of_session] {
        assert_eq!(status(&stack, token).await, 200, "good until it is revoked");
    }
    feed.revokes(&json!([
        {"kind": "token", "jti": "one", "until": now() + 600}, {"kind": "session", "sid": "s2", "until": now() + 600}
    ]));
    let refused = || async { (status(&stack, &one).await == 401).then_some(()) };
    deadline::until(SOON, "the revocation", refused).await;
    assert_eq!(problem_code(stack.get("/whoami", Some(&of_session)).await).await, "token_invalid");
    assert_eq!(status(&stack, &other).await, 200, "the others are not concerned");
    let logged = || async { stack.gateway_log().contains("\"token_refusal\":\"token_revoked\"").then_some(()) };
    deadline::until(SOON, "the reason in the log", logged).await;
}

#[tokio::test]
async fn without_the_first_answer_of_the_feed_nobody_passes() {
    let (mint, mut feed) = (Mint::serve().await, Feed::serve().await);
    let gone = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    feed.url = format!("http://{}/revocations", gone.local_addr().expect("an address"));
    drop(gone);
    let stack = start(&mint, &feed).await;
    let answer = stack.get("/whoami", Some(&mint.sign(&mint.claims()))).await;
    assert_eq!(answer.status(), 503, "nobody can tell whether the token was revoked");
    assert!(answer.headers().contains_key("retry-after"));
    assert_eq!(problem_code(answer).await, "keys_unavailable");
}
