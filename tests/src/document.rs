//! One JSON document on loopback, which a test may change: a key set, a feed of revocations, the answer to every POST.
//! Never more than one.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// The document; it is served until this is dropped.
pub struct Document {
    url: String,
    text: Arc<Mutex<String>>,
    asked: Arc<AtomicUsize>,
    server: JoinHandle<()>,
}

impl Document {
    /// Answers every request with the text.
    pub async fn serve(text: String) -> Document {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}/document.json", listener.local_addr().expect("an address"));
        let text = Arc::new(Mutex::new(text));
        let asked = Arc::new(AtomicUsize::new(0));
        let server = tokio::spawn(answer_all(listener, Arc::clone(&text), Arc::clone(&asked)));
        Document { url, text, asked, server }
    }

    /// Where it is.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// How many requests came.
    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
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

async fn answer_all(listener: TcpListener, text: Arc<Mutex<String>>, asked: Arc<AtomicUsize>) {
    while let Ok((stream, _)) = listener.accept().await {
        asked.fetch_add(1, Ordering::SeqCst);
        let document = text.lock().expect("the document").clone();
        let _client_left = answer(stream, &document).await;
    }
}

async fn answer(mut stream: TcpStream, document: &str) -> std::io::Result<()> {
    let mut request = Vec::new();
    while !is_whole(&request) {
        if stream.read_buf(&mut request).await? == 0 {
            return Ok(());
        }
    }
    let length = document.len();
    let head = format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n");
    stream.write_all(format!("{head}connection: close\r\n\r\n{document}").as_bytes()).await
}

/// Whether the head is there, and as much behind it as it says.
fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length =
        head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse().ok());
    body.len() >= length.unwrap_or(0)
}
