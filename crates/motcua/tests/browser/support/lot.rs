//! The browsers that stand ready: starting one takes longer than most pages. Who is done with one leaves no cookie, no
//! kept word and no history in it, and the next has it.

use std::{
    net::TcpListener,
    process::{Child, Command, Stdio},
    sync::{
        LazyLock, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use fantoccini::{Client, ClientBuilder};
use serde_json::json;
use tokio::runtime::Runtime;

use super::Page;

/// Browsers that wait for somebody, at most.
const IDLE_MAX: usize = 4;

/// Chromium for those who show nothing.
const SHELL: &str = "/usr/bin/chromium-headless-shell";

/// The window of an office's screen.
const DESK: (u32, u32) = (1366, 768);

/// A browser outlives the test that opened it, and so does what speaks to it.
static LASTING: LazyLock<Runtime> = LazyLock::new(|| {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap()
});

static IDLE: Mutex<Vec<Idle>> = Mutex::new(Vec::new());

struct Idle {
    client: Client,
    driver: Driver,
    size: (u32, u32),
    agent: &'static str,
}

/// ChromeDriver. It ends, and its browsers with it, when nobody holds the other end of its line: with this value, or
/// with the whole program.
pub(super) struct Driver {
    pub port: u16,
    process: Child,
}

impl Driver {
    fn start() -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let script = "chromedriver --port=$0 & read -r _; \
             curl -s --max-time 5 http://127.0.0.1:$0/shutdown; kill $! 2>/dev/null";
        let process = Command::new("sh")
            .args(["-c", script, &port.to_string()])
            // Where nobody said where to, a browser saves what it downloads where it was started.
            .current_dir(std::env::temp_dir())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("a shell");
        Self { port, process }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        self.process.wait().ok();
    }
}

impl Page {
    pub(super) async fn open(base: &str, size: (u32, u32), agent: &'static str) -> Self {
        let ready = {
            let mut idle = IDLE.lock().unwrap();
            let at = idle.iter().position(|it| it.size == size && it.agent == agent);
            at.map(|at| idle.swap_remove(at))
        };
        let (client, driver) = match ready {
            Some(it) => (it.client, it.driver),
            None => started(size, agent).await,
        };
        Self { client, base: base.to_owned(), driver, size, agent, told: AtomicBool::new(false) }
    }

    /// Is done with the browser.
    pub async fn close(self) {
        let as_before = !self.told.load(Ordering::Relaxed) && self.emptied().await.is_some();
        let Self { client, driver, size, agent, .. } = self;
        let mut idle = IDLE.lock().unwrap();
        if as_before && idle.len() < IDLE_MAX {
            idle.push(Idle { client, driver, size, agent });
        }
    }

    /// Takes everything out of the browser that somebody left in it; `None` if it does not obey.
    async fn emptied(&self) -> Option<()> {
        let [old] = <[_; 1]>::try_from(self.client.windows().await.ok()?).ok()?;
        let new = self.client.new_window(true).await.ok()?.handle;
        self.client.switch_to_window(old).await.ok()?;
        self.client.close_window().await.ok()?;
        self.client.switch_to_window(new).await.ok()?;
        let place = json!({"origin": self.base, "storageTypes": "all"});
        for (cmd, params) in [
            ("Network.clearBrowserCookies", json!({})),
            ("Network.clearBrowserCache", json!({})),
            ("Storage.clearDataForOrigin", place),
        ] {
            let said = json!({"cmd": cmd, "params": params});
            if !self.ask_driver("goog/cdp/execute", said).await.starts_with("HTTP/1.1 200") {
                return None;
            }
        }
        if !is_phone(self.size) {
            self.client.set_window_size(self.size.0, self.size.1).await.ok()?;
        }
        Some(())
    }
}

/// Whether a window of this size stands for a telephone's.
const fn is_phone((width, _): (u32, u32)) -> bool {
    width < 500
}

async fn started(size: (u32, u32), agent: &str) -> (Client, Driver) {
    let driver = Driver::start();
    let (width, height) = size;
    let window = format!("--window-size={width},{height}");
    // For the whole browser: what its service worker asks for says so too.
    let agent = (!agent.is_empty()).then(|| format!("--user-agent={agent}"));
    let args = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-dev-shm-usage",
        "--hide-scrollbars",
        "--lang=vi",
        &window,
    ];
    let args: Vec<&str> = args.into_iter().chain(agent.as_deref()).collect();
    let mut options = json!({ "args": args });
    // The same engine without windows, menus and pages of its own starts in a third of the time. It shows no notices
    // and keeps no words when a page crashes, as a citizen's browser does: that is for the screens of the office.
    if size == DESK && std::path::Path::new(SHELL).exists() {
        options["binary"] = json!(SHELL);
    }
    if is_phone(size) {
        options["mobileEmulation"] =
            json!({"deviceMetrics": {"width": width, "height": height, "pixelRatio": 1.0}});
    }
    let mut capabilities = serde_json::Map::new();
    capabilities.insert("goog:chromeOptions".to_owned(), options);
    let address = format!("http://127.0.0.1:{}", driver.port);
    let opened = LASTING.spawn(async move {
        let connector = hyper_util::client::legacy::connect::HttpConnector::new();
        for _ in 0..100 {
            let mut builder = ClientBuilder::new(connector.clone());
            if let Ok(client) = builder.capabilities(capabilities.clone()).connect(&address).await {
                return client;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("no browser could be opened");
    });
    (opened.await.unwrap(), driver)
}
