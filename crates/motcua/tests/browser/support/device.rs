//! What a browser is told that no page can tell it: no scripts, no network, an authenticator, a crash.

use std::sync::atomic::Ordering;

use serde_json::{Value, json};

use super::Page;

impl Page {
    /// Ends the page as a crash does: nobody is asked, and a new one is opened.
    pub async fn kill_page(&self) {
        let old = self.client.window().await.unwrap();
        let new = self.client.new_window(true).await.unwrap().handle;
        self.client.switch_to_window(old).await.unwrap();
        self.client.close_window().await.unwrap();
        self.client.switch_to_window(new).await.unwrap();
    }

    /// Has the browser load no script of any page. The content policy lets none stand within a page, so that
    /// none runs.
    pub async fn without_scripts(&self) {
        for (cmd, params) in [
            ("Network.enable", json!({})),
            ("Network.setCacheDisabled", json!({"cacheDisabled": true})),
            ("Network.setBlockedURLs", json!({"urls": ["*.js", "*.js?*"]})),
        ] {
            self.command(cmd, params).await;
        }
    }

    /// Takes the network away from the browser, or gives it back.
    pub async fn network(&self, there: bool) {
        let conditions = json!({"network_conditions": {
            "offline": !there, "latency": 0, "upload_throughput": -1, "download_throughput": -1,
        }});
        self.tell("chromium/network_conditions", conditions).await;
    }

    /// Presses the browser's own button that goes back.
    pub async fn back(&self) {
        self.client.back().await.unwrap();
    }

    /// Waits until the page shows `text` no more.
    pub async fn comes_to_lack(&self, text: &str) {
        for _ in 0..100 {
            let shown = self.text().await;
            if !shown.is_empty() && !shown.contains(text) {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        panic!("“{text}” is still shown:\n{}", self.text().await);
    }

    /// Takes a cookie away, as a browser does when its time is over.
    pub async fn lose_cookie(&self, name: &str) {
        self.client.delete_cookie(name).await.unwrap();
    }

    /// Takes all cookies of the page away.
    pub async fn lose_cookies(&self) {
        self.client.delete_all_cookies().await.unwrap();
    }

    /// A phone in a mountain commune: 400 ms there and back, 400 kbit/s each way.
    pub async fn slow(&self) {
        let conditions = json!({"network_conditions": {
            "offline": false, "latency": 400, "upload_throughput": 50_000, "download_throughput": 50_000,
        }});
        self.tell("chromium/network_conditions", conditions).await;
    }

    /// Gives the browser an authenticator that is unlocked by whoever holds it.
    pub async fn with_authenticator(&self) {
        let body = json!({
            "protocol": "ctap2", "transport": "internal", "hasResidentKey": true,
            "hasUserVerification": true, "isUserVerified": true, "isUserConsenting": true,
        });
        self.tell("webauthn/authenticator", body).await;
    }

    /// Runs a script in every page before the page's own.
    pub async fn before_each_page(&self, script: &str) {
        self.command("Page.addScriptToEvaluateOnNewDocument", json!({"source": script})).await;
    }

    /// A service of notices hands this to the site's service worker, which may show it.
    pub async fn notice(&self, base: &str, said: &str) {
        let allow = json!({"permissions": ["notifications"], "origin": base});
        self.command("Browser.grantPermissions", allow).await;
        self.command("ServiceWorker.enable", json!({})).await;
        // A worker whose files did not all come the first time was registered again, under the next number; a number
        // that nobody has hears nothing.
        for number in ["0", "1", "2"] {
            let push = json!({"origin": base, "registrationId": number, "data": said});
            self.command("ServiceWorker.deliverPushMessage", push).await;
        }
    }

    /// Tells Chromium something in its own protocol.
    pub(super) async fn command(&self, cmd: &str, params: Value) {
        self.tell("goog/cdp/execute", json!({"cmd": cmd, "params": params})).await;
    }

    /// Tells the driver something that the protocol of all browsers has no word for.
    pub(super) async fn tell(&self, path: &'static str, what: Value) {
        self.told.store(true, Ordering::Relaxed);
        let answer = self.ask_driver(path, what).await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }

    /// What the driver answers to that.
    pub(super) async fn ask_driver(&self, path: &'static str, what: Value) -> String {
        let session = self.client.session_id().await.unwrap().unwrap();
        let body = what.to_string();
        let port = self.driver.port;
        tokio::task::spawn_blocking(move || {
            use std::io::{Read as _, Write as _};
            let mut stream = std::net::TcpStream::connect(("127.0.0.1", port)).unwrap();
            write!(
                stream,
                "POST /session/{session}/{path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\
                 Content-Type: application/json\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            )
            .unwrap();
            // The driver keeps the connection open: the first words are enough.
            let mut answer = [0; 256];
            let read = stream.read(&mut answer).unwrap_or(0);
            String::from_utf8_lossy(answer.get(..read).unwrap_or_default()).into_owned()
        })
        .await
        .unwrap()
    }
}
