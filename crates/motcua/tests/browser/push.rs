//! Notices on a citizen's own device: the office turns them on, a phone asks for them on the page of its dossier,
//! a step is told there and nowhere else, and what comes is shown by the service worker.

use jiff::civil::{DateTime, date};
use testkit::double::Providers;

use crate::{
    filing::person,
    portal::{accepted, begun, to_the_last_look, with_an_account},
    support::{On, Page, Server},
};

fn at(hour: i8, minute: i8) -> DateTime {
    date(2026, 3, 2).at(hour, minute, 0, 0)
}

/// A browser that has a service of notices: the one of this test. What it asks for stays over pages.
fn service(base: &str) -> String {
    let script = r#"
        const held = () => {
          const text = localStorage.getItem("test-push");
          if (!text) { return null; }
          const it = JSON.parse(text);
          return Object.assign({}, it, {
            options: { applicationServerKey: Uint8Array.from(JSON.parse(localStorage.getItem("test-push-key"))).buffer },
            toJSON: () => it, unsubscribe: async () => { localStorage.removeItem("test-push"); return true; }
          });
        };
        Notification.requestPermission = async () => localStorage.getItem("test-deny") ? "denied" : "granted";
        PushManager.prototype.getSubscription = async () => held();
        PushManager.prototype.subscribe = async (how) => {
          const pair = await crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, true, ["deriveBits"]);
          const raw = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
          const text = (bytes) => btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
          localStorage.setItem("test-push-key", JSON.stringify([...how.applicationServerKey]));
          localStorage.setItem("test-push", JSON.stringify({ endpoint: "BASE/push/phone", expirationTime: null,
            keys: { p256dh: text(raw), auth: text(crypto.getRandomValues(new Uint8Array(16))) } }));
          return held();
        };"#;
    script.replace("BASE", base)
}

async fn turned_on(page: &Page) {
    page.sign_in("quantri").await;
    page.goto("/co-quan/quan-tri/kenh-tin/push").await;
    page.see("Lưu và bật kênh trước đã.").await;
    page.fill("Thư điện tử của cơ quan", "motcua").await;
    page.fill("Máy khác được gọi", "127.0.0.1").await;
    page.press("Lưu và bật").await;
    page.see("Nhập thư điện tử của cơ quan").await;
    page.sound().await;
    page.fill("Thư điện tử của cơ quan", "motcua@example.vn").await;
    page.press("Lưu và bật").await;
    page.see("Đã lưu và bật kênh").await;
    page.see("Gửi một thông báo đến chính máy này.").await;
    page.sound().await;
    page.sign_out().await;
}

async fn notices(on: On) {
    let Some(server) = Server::start(on, at(8, 0)).await else { return };
    let providers = Providers::start().await;
    let office = Page::open_at(&server.base, 1366, 768).await;
    let phone = Page::open_at(&server.base, 390, 844).await;
    phone.before_each_page(&service(&providers.base)).await;
    turned_on(&office).await;

    office.sign_in("motcua-phuson").await;
    office.goto("/co-quan/ho-so/moi?thu-tuc=1.004873").await;
    office.fill("Họ và tên chủ hồ sơ", "Nguyễn Văn Thử").await;
    office.tick("Đã nhận giấy tờ 1").await;
    office.tick("Không thu").await;
    office.fill("Lý do, căn cứ khi nhập tay", "HĐND tỉnh chưa quy định mức thu").await;
    office.press("Tiếp nhận và in giấy hẹn").await;
    office.see("Đã tiếp nhận hồ sơ.").await;
    let path = office.path().await;
    office.press("Chuyển bộ phận chuyên môn").await;
    office.press("Chuyển bộ phận chuyên môn").await;
    office.see("Đã ghi nhận").await;
    office.sign_out().await;

    // The phone follows it; whoever blocks notices is told how to allow them.
    let code = server.text("select d.code from dossier d order by d.id desc limit 1").await;
    let secret = server
        .text(
            "select p.secret from dossier d join dossier_person p on p.dossier = d.id
             order by d.id desc limit 1",
        )
        .await;
    phone.goto(&format!("/ho-so/{code}?ma={secret}")).await;
    phone.see("Báo tin trên máy này").await;
    assert!(!phone.text().await.contains("Thôi báo về máy này"), "one of the two stands there");
    phone.sound().await;
    phone.script("localStorage.setItem('test-deny', '1')").await;
    phone.press("Báo tin về máy này").await;
    phone.see("Trình duyệt đang chặn thông báo của trang này.").await;
    phone.script("localStorage.removeItem('test-deny')").await;
    phone.press("Báo tin về máy này").await;
    phone.see("Từ nay máy này nhận thông báo.").await;
    phone.see("Máy này đang nhận thông báo.").await;
    phone.see("Thôi báo về máy này").await;
    phone.sound().await;

    // A step is told there: no telephone number is known of him.
    office.sign_in("tuphap-phuson").await;
    office.goto(&path).await;
    office.press("Bắt đầu thụ lý").await;
    office.see("Đã ghi nhận").await;
    office.press("Yêu cầu bổ sung").await;
    office.paste("Giấy tờ cần bổ sung", "Văn bản ủy quyền có chứng thực").await;
    office.press("Yêu cầu bổ sung").await;
    office.see("Đã ghi nhận").await;
    office.sign_out().await;
    server.run_jobs().await;
    let heard = providers.heard_at("/push/phone");
    assert_eq!(heard.len(), 1, "{:?}", providers.heard());
    assert!(heard[0].headers["authorization"].starts_with("vapid t="));
    office.sign_in("motcua-phuson").await;
    office.goto(&path).await;
    office.see("Tin báo “Đề nghị bổ sung hồ sơ”: Đã gửi bằng Thông báo trên máy").await;
    office.sign_out().await;

    // What comes to a phone is shown, also while no page of ours is open.
    let said =
        r#"{"title":"Đề nghị bổ sung hồ sơ","body":"Văn bản ủy quyền","url":"/tra-cuu","tag":"a"}"#;
    let shown = "const done = arguments[arguments.length - 1]; \
         navigator.serviceWorker.ready.then((it) => it.getNotifications()) \
           .then((all) => done(all.map((it) => it.title + ': ' + it.body).join(';')));";
    let mut seen = String::new();
    // The driver hands it over to a worker that may just be starting: a notice that comes again is one.
    for _ in 0..40 {
        phone.notice(&server.base, said).await;
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        seen = phone.run(shown, "").await;
        if !seen.is_empty() {
            break;
        }
    }
    let worker = "const done = arguments[arguments.length - 1]; \
         navigator.serviceWorker.getRegistration().then((it) => \
           done(Notification.permission + ' ' + (it && it.active && it.active.state)));";
    let state = phone.run(worker, "").await;
    assert_eq!(seen, "Đề nghị bổ sung hồ sơ: Văn bản ủy quyền", "permission and worker: {state}");

    // Enough: nothing comes any more, and the counter has to tell it.
    phone.press("Thôi báo về máy này").await;
    phone.see("Máy này thôi nhận thông báo.").await;
    phone.see("Báo tin về máy này").await;
    assert_eq!(server.text("select cast(count(*) as text) from push_device").await, "0");
    phone.close().await;
    office.close().await;
}

/// Turned on once in the account: what is sent from it later is told on this device without another press.
async fn notices_of_an_account(on: On) {
    let Some(server) = Server::start(on, at(8, 0)).await else { return };
    let providers = Providers::start().await;
    let office = Page::open_at(&server.base, 1366, 768).await;
    let phone = Page::open_at(&server.base, 390, 844).await;
    phone.before_each_page(&service(&providers.base)).await;
    turned_on(&office).await;
    with_an_account(&phone, "0912 345 678").await;
    phone.goto("/tai-khoan").await;
    // The button is shown once the browser has said whether it hears already.
    phone.see("Báo tin về máy này").await;
    phone.press("Báo tin về máy này").await;
    phone.see("Từ nay máy này nhận thông báo.").await;
    phone.see("Máy này đang nhận thông báo.").await;
    phone.sound().await;
    assert_eq!(server.text("select subject from push_device").await, "citizen");

    begun(&phone).await;
    person(&phone).await;
    phone.press("Tiếp tục").await;
    phone.leads_to("buoc=giay-to").await;
    to_the_last_look(&phone).await;
    phone.tick("Tôi cam đoan").await;
    phone.press("Gửi hồ sơ").await;
    phone.see("Đã gửi hồ sơ").await;
    let both = "select string_agg(subject, ' ' order by subject) from push_device";
    assert_eq!(server.text(both).await, "citizen dossier");
    let code = server.text("select code from dossier").await;
    let path = accepted(&office, &code).await;
    server.run_jobs().await;
    let heard = providers.heard_at("/push/phone");
    assert_eq!(heard.len(), 1, "{:?}", providers.heard());
    assert!(heard[0].headers["authorization"].starts_with("vapid t="));
    assert_eq!(heard[0].headers["content-encoding"], "aes128gcm");
    office.goto(&path).await;
    office.see("Đã gửi bằng Thông báo trên máy").await;

    // One press in the account ends it for every dossier that was heard of by it.
    phone.goto("/tai-khoan").await;
    phone.see("Thôi báo về máy này").await;
    phone.press("Thôi báo về máy này").await;
    phone.see("Máy này thôi nhận thông báo.").await;
    assert_eq!(server.text("select cast(count(*) as text) from push_device").await, "0");
    phone.close().await;
    office.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_told_by_notices_on_sqlite() {
    notices_of_an_account(On::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_told_by_notices_on_postgresql() {
    notices_of_an_account(On::Postgresql).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_is_told_by_notices_on_sqlite() {
    notices(On::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_is_told_by_notices_on_postgresql() {
    notices(On::Postgresql).await;
}
