//! A line between browser and server that is slow, or cut: what the service worker asks for goes over it too.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

/// The line; its own address stands in for the server's.
pub struct Line {
    pub base: String,
    whole: Arc<AtomicBool>,
    delay_ms: Arc<AtomicU64>,
    bytes_per_s: Arc<AtomicU64>,
}

impl Line {
    /// A line to the server at `base`, as quick as the machine.
    pub async fn to(base: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let own = format!("http://{}", listener.local_addr().unwrap());
        let server = base.trim_start_matches("http://").to_owned();
        let line = Self {
            base: own,
            whole: Arc::new(AtomicBool::new(true)),
            delay_ms: Arc::default(),
            bytes_per_s: Arc::default(),
        };
        let (whole, delay, rate) =
            (line.whole.clone(), line.delay_ms.clone(), line.bytes_per_s.clone());
        tokio::spawn(async move {
            while let Ok((browser, _)) = listener.accept().await {
                if !whole.load(Ordering::Relaxed) {
                    continue;
                }
                let Ok(server) = TcpStream::connect(&server).await else { continue };
                let (whole, delay, rate) = (whole.clone(), delay.clone(), rate.clone());
                tokio::spawn(async move {
                    let (from_browser, to_browser) = browser.into_split();
                    let (from_server, to_server) = server.into_split();
                    let there = carry(from_browser, to_server, &whole, &delay, &rate);
                    let back = carry(from_server, to_browser, &whole, &delay, &rate);
                    tokio::select! { () = there => {} () = back => {} }
                });
            }
        });
        line
    }

    /// A phone in a mountain commune: 400 ms there and back, 400 kbit/s.
    pub fn slow(&self) {
        self.delay_ms.store(200, Ordering::Relaxed);
        self.bytes_per_s.store(50_000, Ordering::Relaxed);
    }

    /// Cuts it: what is under way is lost, nothing new gets through.
    pub fn cut(&self) {
        self.whole.store(false, Ordering::Relaxed);
    }

    /// Mends it.
    pub fn mend(&self) {
        self.whole.store(true, Ordering::Relaxed);
    }
}

/// Carries bytes one way until either end has enough or the line is cut.
async fn carry(
    mut from: tokio::net::tcp::OwnedReadHalf,
    mut to: tokio::net::tcp::OwnedWriteHalf,
    whole: &AtomicBool,
    delay_ms: &AtomicU64,
    bytes_per_s: &AtomicU64,
) {
    let mut buffer = [0; 4096];
    let mut quiet = true;
    loop {
        let read = tokio::time::timeout(Duration::from_millis(50), from.read(&mut buffer)).await;
        if !whole.load(Ordering::Relaxed) {
            return;
        }
        let Ok(read) = read else {
            quiet = true;
            continue;
        };
        let read = read.unwrap_or(0);
        if read == 0 {
            return;
        }
        // The first of what is sent in one go takes the whole way; the rest follows at the line's pace.
        if quiet {
            tokio::time::sleep(Duration::from_millis(delay_ms.load(Ordering::Relaxed))).await;
            quiet = false;
        }
        let pace = bytes_per_s.load(Ordering::Relaxed);
        if let Some(ms) = (u64::try_from(read).unwrap() * 1000).checked_div(pace) {
            tokio::time::sleep(Duration::from_millis(ms)).await;
        }
        if to.write_all(buffer.get(..read).unwrap()).await.is_err() {
            return;
        }
    }
}
