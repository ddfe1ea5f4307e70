//! One JSON document on loopback, which a test may change: a key set, a feed of revocations. Never more than one.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// The document; it is served until this is dropped.
pub struct Document {
    url: String,
    text: Arc<Mutex<String>>,
    server: JoinHandle<()>,
}

impl Document {
    /// Answers every request with the text.
    pub async fn serve(text: String) -> Document {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}/document.json", listener.local_addr().expect("an address"));
        let text = Arc::new(Mutex::new(text));
        let server = tokio::spawn(answer_all(listener, Arc::clone(&text)));
        Document { url, text, server }
    }

    /// Where it is.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Another text from now on.
    pub fn says(&self, text: String) {
        *self.text.lock().expect("the document") = text;
    }
}

impl Drop for Document {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn answer_all(listener: TcpListener, text: Arc<Mutex<String>>) {
    while let Ok((stream, _)) = listener.accept().await {
        let document = text.lock().expect("the document").clone();
        let _client_left = answer(stream, &document).await;
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
