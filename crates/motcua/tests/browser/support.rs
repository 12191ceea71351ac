//! A real server on a port of its own, and a real Chromium that somebody drives.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
    time::Duration,
};

use domain::time::Instant;
use fantoccini::{Client, Locator, key::Key};
use jiff::civil::DateTime;
use motcua::demo;
use serde_json::{Value, json};
use site::{Config, Site, seal::Seal};
use store::{Blobs, Db, Stamp};
use testkit::pg::TempDatabase;

mod device;
mod keys;
mod look;
mod lot;
mod operator;
mod start;

/// What the browser of a telephone says of itself.
const PHONE: &str = "Mozilla/5.0 (Linux; Android 14; SM-A155F) AppleWebKit/537.36 (KHTML, like Gecko) \
    Chrome/140.0.0.0 Mobile Safari/537.36";
const WAIT: Duration = Duration::from_secs(20);

/// The product, running, with its clock in the test's hands.
pub struct Server {
    pub base: String,
    pub db: Db,
    site: Site,
    jobs: Vec<site::jobs::Job>,
    now_ms: Arc<AtomicI64>,
    running: Option<(tokio::sync::oneshot::Sender<()>, tokio::task::JoinHandle<()>)>,
    _temp: Option<TempDatabase>,
}

/// Which database a journey runs on.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub enum On {
    Sqlite,
    Postgresql,
}

impl Server {
    /// Starts the product with the office of Tân Kỳ and no dossiers, at `start`. `None` where
    /// the wanted database is not to be had.
    pub async fn start(on: On, start: DateTime) -> Option<Self> {
        Self::start_with(on, start, 0).await
    }

    /// [`Server::start`] with a year of dossiers.
    pub async fn start_with(on: On, start: DateTime, dossiers: u32) -> Option<Self> {
        Self::start_named(on, start, dossiers, "127.0.0.1").await
    }

    /// [`Server::start_with`] under a name of this machine: passkeys belong to names, not to numbers.
    pub async fn start_named(on: On, start: DateTime, dossiers: u32, host: &str) -> Option<Self> {
        let now_ms = Arc::new(AtomicI64::new(Instant::from_civil(start).epoch_ms()));
        let office = tokio::task::spawn_blocking(move || start::office(on, start, dossiers));
        let (db, temp) = office.await.unwrap()?;
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{host}:{}", listener.local_addr().unwrap().port());
        let clock = {
            let now_ms = now_ms.clone();
            move || Instant::from_epoch_ms(now_ms.load(Ordering::Relaxed))
        };
        let config = Config {
            base_url: base.clone(),
            tls: false,
            behind_proxy: false,
            tries_per_address: site::TRIES_PER_ADDRESS,
            demo: true,
            data_dir: std::env::temp_dir(),
            ocr: Vec::new(),
        };
        let site =
            Site::new(db.clone(), Blobs::in_memory(), Arc::new(clock), config, Seal::passing());
        let jobs = motcua::routes().jobs();
        if on == On::Postgresql {
            look::twin(&base);
        }
        let mut server = Self { base, db, site, jobs, now_ms, running: None, _temp: temp };
        server.serve(listener);
        Some(server)
    }

    fn serve(&mut self, listener: tokio::net::TcpListener) {
        let router = site::serve(motcua::routes(), self.site.clone());
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let task = tokio::spawn(async move {
            tokio::select! {
                _ = motcua::listen::serve(listener, router, std::future::pending()) => {}
                Ok(()) = stopped => {}
            }
        });
        self.running = Some((stop, task));
    }

    /// What `work` finds with the site's own key, as the program itself.
    pub async fn within<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Site, &mut store::Tx<'_>) -> Result<T, store::Fault> + Send + 'static,
    ) -> T {
        let site = self.site.clone();
        self.site.as_program("test", move |tx| Ok(work(&site, tx)?)).await.unwrap()
    }

    /// The machine is off: nobody listens at its port any more.
    pub async fn stop(&mut self) {
        let (stop, task) = self.running.take().expect("it runs");
        stop.send(()).unwrap();
        task.await.unwrap();
    }

    /// The machine is on again, at the same address and with all that it had.
    pub async fn resume(&mut self) {
        let address = self.base.strip_prefix("http://").unwrap().to_owned();
        for _ in 0..50 {
            if let Ok(listener) = tokio::net::TcpListener::bind(&address).await {
                self.serve(listener);
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("{address} cannot be bound again");
    }

    /// What the clock shows.
    pub fn now(&self) -> Instant {
        Instant::from_epoch_ms(self.now_ms.load(Ordering::Relaxed))
    }

    /// Sets the clock.
    pub fn at(&self, civil: DateTime) {
        self.now_ms.store(Instant::from_civil(civil).epoch_ms(), Ordering::Relaxed);
    }

    /// Runs the jobs that are due by the clock.
    pub async fn run_jobs(&self) {
        site::jobs::run_due(&self.site, &self.jobs).await;
    }

    /// Runs one statement.
    pub async fn run(&self, sql: &'static str) {
        let stamp = Stamp::of_program(Instant::from_epoch_ms(0), "test");
        let done = self.db.write(stamp, move |tx| tx.execute(sql, &[])).await;
        done.map_err(|e: store::Fault| e.to_string()).unwrap();
    }

    /// One text from the database.
    pub async fn text(&self, sql: &'static str) -> String {
        self.text_of(sql.to_owned()).await
    }

    /// [`Server::text`] for a query that is put together.
    pub async fn text_of(&self, sql: impl Into<String>) -> String {
        let sql = sql.into();
        let stamp = Stamp::of_program(Instant::from_epoch_ms(0), "test");
        let read = self.db.read(stamp, move |tx| {
            let row = tx.query_one(&sql, &[])?;
            row.map_or(Ok(String::new()), |row| row.get(0))
        });
        read.await.map_err(|e: store::Fault| e.to_string()).unwrap()
    }
}

/// A browser that somebody drives.
pub struct Page {
    client: Client,
    base: String,
    driver: lot::Driver,
    size: (u32, u32),
    agent: &'static str,
    /// The browser was told something that it does not forget: nobody has it after this one.
    told: AtomicBool,
}

impl Page {
    /// Opens a browser of this size on the server's pages.
    pub async fn open_at(base: &str, width: u32, height: u32) -> Self {
        Self::open(base, (width, height), "").await
    }

    /// Opens the browser of a telephone, which says so.
    pub async fn open_phone(base: &str) -> Self {
        Self::open(base, (390, 844), PHONE).await
    }

    /// Goes to a path.
    pub async fn goto(&self, path: &str) {
        self.client.goto(&format!("{}{path}", self.base)).await.unwrap();
    }

    async fn find(&self, xpath: &str) -> fantoccini::elements::Element {
        let found = self.client.wait().at_most(WAIT).for_element(Locator::XPath(xpath)).await;
        match found {
            Ok(it) => it,
            Err(error) => {
                let url = self.client.current_url().await.unwrap();
                let text: String = self.text().await.chars().take(2500).collect();
                panic!("{error}: {xpath} at {url}:\n{text}")
            }
        }
    }

    async fn control(&self, label: &str) -> fantoccini::elements::Element {
        let xpath = format!(
            "//*[@id=//label[contains(normalize-space(.), \"{label}\")]/@for] \
             | //*[contains(@aria-label, \"{label}\")][self::input or self::select or self::textarea]"
        );
        self.find(&xpath).await
    }

    /// Types into the control with this label.
    pub async fn fill(&self, label: &str, value: &str) {
        // A page that is just being replaced is asked again.
        for _ in 0..5 {
            let control = self.control(label).await;
            if control.clear().await.is_ok() && control.send_keys(value).await.is_ok() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        panic!("“{label}” cannot be filled");
    }

    /// Types into the control with this label and ends with Enter, as a scanner does.
    pub async fn scan(&self, label: &str, value: &str) {
        self.paste(label, value).await;
        self.control(label).await.send_keys(&Key::Enter.to_string()).await.unwrap();
    }

    /// Chooses a file for the control with this label.
    pub async fn attach(&self, label: &str, name: &str, bytes: &[u8]) {
        let folder = std::env::temp_dir().join(format!("motcua-upload-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join(name);
        std::fs::write(&path, bytes).unwrap();
        // A page that is just being replaced is asked again.
        for _ in 0..5 {
            if self.control(label).await.send_keys(&path.to_string_lossy()).await.is_ok() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        panic!("no file can be chosen for “{label}”");
    }

    /// Puts a file of the disk into the control with this label.
    pub async fn attach_file(&self, label: &str, file: &std::path::Path) {
        self.control(label).await.send_keys(&file.to_string_lossy()).await.unwrap();
    }

    /// Ticks the box with this label.
    pub async fn tick(&self, label: &str) {
        for _ in 0..5 {
            let control = self.control(label).await;
            // Below a bar that is pinned to the edge of the window nobody ticks: he scrolls first.
            let to_middle = "arguments[0].scrollIntoView({block: 'center'})";
            let it = serde_json::to_value(&control).unwrap();
            self.client.execute(to_middle, vec![it]).await.ok();
            if control.click().await.is_ok() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        panic!("“{label}” cannot be ticked");
    }

    /// Ticks every box that is named so and is not ticked.
    pub async fn tick_all(&self, label: &str) {
        let css = format!("input[type=checkbox][aria-label^=\"{label}\"]:not(:checked)");
        for it in self.client.find_all(Locator::Css(&css)).await.unwrap() {
            it.click().await.unwrap();
        }
    }

    /// Puts many lines into the control with this label at once, in place of what it held.
    pub async fn paste(&self, label: &str, text: &str) {
        let script = "arguments[0].value = arguments[1]";
        // A page that is just being replaced is asked again.
        for _ in 0..5 {
            let control = serde_json::to_value(self.control(label).await).unwrap();
            if self.client.execute(script, vec![control, json!(text)]).await.is_ok() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        panic!("“{label}” cannot be filled");
    }

    /// Opens the part of a form that is folded under this line, if it is not open.
    pub async fn unfold(&self, line: &str) {
        let xpath = format!("//details[not(@open)]/summary[contains(., \"{line}\")]");
        if let Ok(it) = self.client.find(Locator::XPath(&xpath)).await {
            it.click().await.unwrap();
        }
    }

    /// Picks the choice whose label says this.
    pub async fn pick(&self, text: &str) {
        let xpath = format!("//label[contains(normalize-space(.), \"{text}\")]");
        self.click_on(Locator::XPath(&xpath)).await;
    }

    /// Chooses the first option that holds `text`.
    pub async fn choose(&self, label: &str, text: &str) {
        let xpath = format!(".//option[contains(normalize-space(.), \"{text}\")]");
        // A page that is just being replaced is asked again.
        for _ in 0..5 {
            let control = self.control(label).await;
            if let Ok(option) = control.find(Locator::XPath(&xpath)).await
                && option.click().await.is_ok()
            {
                return;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        panic!("“{label}” does not offer “{text}” on {}", self.path().await);
    }

    /// Presses the button or follows the link with this text.
    pub async fn press(&self, text: &str) {
        let xpath =
            format!("//button[normalize-space(.)=\"{text}\"] | //a[normalize-space(.)=\"{text}\"]");
        // A page that is just being replaced is asked again.
        for _ in 0..5 {
            if self.find(&xpath).await.click().await.is_ok() {
                return;
            }
            // It may be a line of the menu: what is in a closed one the driver holds for hidden.
            let open =
                "document.querySelectorAll('.menu, .more').forEach((it) => { it.open = true })";
            self.client.execute(open, Vec::new()).await.ok();
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        panic!("“{text}” cannot be pressed");
    }

    /// Presses the first button or link whose text begins so: one of many lines.
    pub async fn press_within(&self, text: &str) {
        let xpath = format!(
            "//button[starts-with(normalize-space(.), \"{text}\")] \
             | //a[starts-with(normalize-space(.), \"{text}\")]"
        );
        self.click_on(Locator::XPath(&xpath)).await;
    }

    /// Presses the first element that this CSS selector finds.
    pub async fn click(&self, css: &str) {
        self.click_on(Locator::Css(css)).await;
    }

    /// Presses what is found; a page that is just being replaced is asked again.
    async fn click_on(&self, what: Locator<'_>) {
        for _ in 0..5 {
            let found = self.client.wait().at_most(WAIT).for_element(what).await;
            let found = found.unwrap_or_else(|error| panic!("{error}: {what:?}"));
            match found.click().await {
                Ok(()) => return,
                Err(error) if is_of_a_page_that_went(&error) => {}
                Err(error) => panic!("{error}: {what:?}"),
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        panic!("{what:?} cannot be pressed");
    }

    /// Waits until the page shows one of `texts`.
    pub async fn see_any(&self, texts: &[&str]) {
        for _ in 0..100 {
            let shown = self.text().await;
            if texts.iter().any(|it| shown.contains(it)) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("none of {texts:?} is shown:\n{}", self.text().await);
    }

    /// Runs a script in the page with one argument and waits for the text that it is done with.
    pub async fn run(&self, script: &str, argument: &str) -> String {
        let got = self.client.execute_async(script, vec![json!(argument)]).await.unwrap();
        got.as_str().unwrap_or_default().to_owned()
    }

    /// Draws a line with a pen on what this CSS selector finds.
    pub async fn draw(&self, css: &str) {
        let script = "const it = document.querySelector(arguments[0]); \
             const box = it.getBoundingClientRect(); \
             it.setPointerCapture = () => {}; \
             const at = (kind, x, y) => it.dispatchEvent(new PointerEvent(kind, \
               {clientX: box.left + x, clientY: box.top + y, pointerId: 1, bubbles: true})); \
             at('pointerdown', 20, 40); \
             for (let x = 30; x < 200; x += 10) { at('pointermove', x, 40 + (x % 30)); } \
             at('pointerup', 200, 60);";
        self.client.execute(script, vec![json!(css)]).await.unwrap();
    }

    /// All that the page shows; nothing while it is between two pages.
    pub async fn text(&self) -> String {
        let script = "return document.body ? document.body.innerText : ''";
        match self.client.execute(script, Vec::new()).await {
            Ok(Value::String(text)) => text,
            _ => String::new(),
        }
    }

    /// Waits until the page shows `text`.
    pub async fn see(&self, text: &str) {
        for _ in 0..100 {
            if self.text().await.contains(text) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let url = self.client.current_url().await.unwrap();
        let shown: String = self.text().await.chars().take(2500).collect();
        panic!("“{text}” is not shown at {url}:\n{shown}");
    }

    /// The text of the first element that this CSS selector finds.
    pub async fn text_of(&self, css: &str) -> String {
        let found = self.client.wait().at_most(WAIT).for_element(Locator::Css(css)).await.unwrap();
        found.text().await.unwrap()
    }

    /// Waits until the address of the page holds `part`: what a page shows may have stood on the one before too.
    pub async fn leads_to(&self, part: &str) {
        for _ in 0..100 {
            let url = self.client.current_url().await.unwrap();
            let ready = "return document.readyState";
            if url.as_str().contains(part) && self.script(ready).await == "complete" {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("the page is not at {part} but at {}", self.client.current_url().await.unwrap());
    }

    /// The path of the page.
    pub async fn path(&self) -> String {
        self.client.current_url().await.unwrap().path().to_owned()
    }

    /// Makes the window another size.
    pub async fn resize(&self, width: u32, height: u32) {
        self.client.set_window_size(width, height).await.unwrap();
    }

    /// Saves what the window shows.
    pub async fn screenshot(&self, path: &std::path::Path) {
        let png = self.client.screenshot().await.unwrap();
        std::fs::write(path, png).unwrap();
    }

    /// Signs in as a demo account.
    pub async fn sign_in(&self, login: &str) {
        self.goto("/co-quan/dang-nhap").await;
        self.fill("Tên đăng nhập", login).await;
        self.fill("Mật khẩu", demo::PASSWORD).await;
        self.press("Đăng nhập").await;
        self.see("Việc hôm nay").await;
    }

    /// Signs out.
    pub async fn sign_out(&self) {
        self.press("Đăng xuất").await;
        self.see("Đăng nhập dành cho cán bộ").await;
    }

    /// Waits until the control with this label holds `wanted`.
    pub async fn holds(&self, label: &str, wanted: &str) {
        let mut held = None;
        for _ in 0..100 {
            // A page that is just being replaced is asked again.
            held = self.control(label).await.prop("value").await.ok().flatten();
            if held.as_deref() == Some(wanted) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("“{label}” holds {held:?} and not {wanted}");
    }

    /// What a script in the page returns, as text.
    pub async fn script(&self, script: &str) -> String {
        // A page that is just being replaced is asked again.
        for _ in 0..5 {
            if let Ok(got) = self.client.execute(script, Vec::new()).await {
                return got.as_str().map_or_else(|| got.to_string(), str::to_owned);
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        let got = self.client.execute(script, Vec::new()).await;
        panic!("{got:?}: {script}")
    }

    /// Chooses a file of these bytes for the first control that this selector finds.
    pub async fn choose_file(&self, css: &str, name: &str, bytes: &[u8]) {
        let folder = std::env::temp_dir().join(format!("motcua-files-{}", self.driver.port));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join(name);
        std::fs::write(&path, bytes).unwrap();
        let found = self.client.wait().at_most(WAIT).for_element(Locator::Css(css)).await.unwrap();
        found.send_keys(&path.to_string_lossy()).await.unwrap();
    }
}

/// Whether what was to be pressed is of a page that was just replaced: the driver has two words for it.
fn is_of_a_page_that_went(error: &fantoccini::error::CmdError) -> bool {
    error.is_stale_element_reference()
        || error.to_string().contains("does not belong to the document")
}
