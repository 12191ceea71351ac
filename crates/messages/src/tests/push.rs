//! Notices on devices: asked for, sent, taken back; whom this installation calls, and what it seals.

use std::io::Write as _;

use base64::{
    Engine as _,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD as BASE64},
};
use site::Failure;
use testkit::double::Heard;
use web_push_native::{
    Auth,
    p256::{SecretKey, elliptic_curve::sec1::ToEncodedPoint as _},
};

use super::*;
use crate::push;

const AUTH: [u8; 16] = [7; 16];
const ABOUT: (&str, i64) = ("filing", 7);

fn key(n: u8) -> SecretKey {
    SecretKey::from_slice(&[n; 32]).unwrap()
}

/// What a browser gives: its address at a service, and its keys.
fn subscription(base: &str, n: u8) -> String {
    let public = key(n).public_key().to_encoded_point(false);
    serde_json::json!({
        "endpoint": format!("{base}/push/{n}"), "expirationTime": null,
        "keys": {"p256dh": BASE64.encode(public.as_bytes()), "auth": BASE64.encode(AUTH)},
    })
    .to_string()
}

fn opened(n: u8, it: &Heard) -> serde_json::Value {
    let text = web_push_native::decrypt(it.bytes.clone(), &key(n), &Auth::from(AUTH)).unwrap();
    serde_json::from_slice(&text).unwrap()
}

async fn push_on(browser: &mut Browser<'_>, hosts: &str) {
    let edition = edition(browser, "push").await;
    let fields = [("lien-he", "motcua@example.vn"), ("may-khac", hosts), ("an-ban", &edition)];
    let done = browser.post(&format!("{ADMIN}/push"), &fields).await;
    assert_eq!(done.status, 303, "{}", done.text);
}

fn keep(site: &TestSite, given: &str) -> Result<(), String> {
    let inner = site.site.clone();
    let given = given.to_owned();
    site.run(move |tx| {
        Ok(match push::keep(&inner, tx, ABOUT, (&given, None)) {
            Ok(()) => Ok(()),
            Err(Failure::Refused(why)) => Err(why),
            Err(other) => Err(format!("{other:?}")),
        })
    })
}

fn devices(site: &TestSite) -> i64 {
    site.run(|tx| Ok(push::marks(tx, ABOUT)?.len())).try_into().unwrap()
}

on_both_engines! {
crate::routes();

async fn a_device_that_asked_is_told_and_costs_nothing_else(site) {
    given(&site);
    let providers = Providers::start().await;
    let mut admin = site.signed_in("quantri");
    // Nobody is asked before the office turns it on.
    assert!(keep(&site, &subscription(&providers.base, 1)).is_err());
    push_on(&mut admin, "127.0.0.1").await;
    sms_on(&mut admin, &providers).await;
    keep(&site, &subscription(&providers.base, 1)).unwrap();
    keep(&site, &subscription(&providers.base, 2)).unwrap();
    // The same browser asks again: it is told once.
    keep(&site, &subscription(&providers.base, 2)).unwrap();
    assert_eq!(devices(&site), 2);

    let id = queued(&site, Kind::Supplement, "a", &somebody()).unwrap();
    site.run_jobs().await;
    assert_eq!(state(&site, id), "sent push");
    let heard = providers.heard_at("/push/");
    assert_eq!(heard.len(), 2);
    assert!(
        providers.heard_at("SendMultipleMessage").is_empty(),
        "no text message is paid for"
    );
    let of = |n: u8| heard.iter().find(|it| it.path == format!("/push/{n}")).unwrap();
    for n in [1, 2] {
        let said = opened(n, of(n));
        assert_eq!(said["title"], "Đề nghị bổ sung hồ sơ");
        assert!(said["body"].as_str().unwrap().contains("Giấy chứng sinh"), "{said}");
        assert_eq!(said["url"], "/tra-cuu?ma-ho-so=H41.99.40-260108-0001");
        assert_eq!(of(n).headers["content-encoding"], "aes128gcm");
        assert_eq!(of(n).headers["ttl"], "172800");
    }
    assert!(!of(1).body.contains("chứng sinh"), "what is said is sealed");

    // A code proves a telephone: no device shows it.
    let id = queued(&site, Kind::OneTimeCode, "b", &somebody()).unwrap();
    site.pass_minutes(1);
    site.run_jobs().await;
    assert_eq!(state(&site, id), "sent sms");
    assert_eq!(providers.heard_at("/push/").len(), 2);
}

async fn a_notice_is_in_its_readers_language(site) {
    given(&site);
    let providers = Providers::start().await;
    let mut admin = site.signed_in("quantri");
    push_on(&mut admin, "127.0.0.1").await;
    keep(&site, &subscription(&providers.base, 1)).unwrap();
    for (lang, title, words) in [
        (Lang::En, "Papers needed", "please add Giấy chứng sinh"),
        (Lang::Vi, "Đề nghị bổ sung hồ sơ", "đề nghị bổ sung Giấy chứng sinh"),
    ] {
        queued_in(lang, &site, Kind::Supplement, lang.code(), &somebody()).unwrap();
        site.pass_minutes(1);
        site.run_jobs().await;
        let said = opened(1, providers.heard_at("/push/").last().unwrap());
        assert_eq!((&said["title"], &said["lang"]), (&title.into(), &lang.code().into()));
        assert!(said["body"].as_str().unwrap().contains(words), "{said}");
    }
}

async fn a_device_that_was_taken_back_is_forgotten_and_the_next_channel_tells(site) {
    given(&site);
    let providers = Providers::start().await;
    let mut admin = site.signed_in("quantri");
    push_on(&mut admin, "127.0.0.1").await;
    sms_on(&mut admin, &providers).await;
    keep(&site, &subscription(&providers.base, 1)).unwrap();
    // One service is busy: it is tried again, and nothing else is sent meanwhile.
    providers.next(503, "");
    let id = queued(&site, Kind::Supplement, "a", &somebody()).unwrap();
    site.run_jobs().await;
    assert_eq!(state(&site, id), "waiting push");
    providers.next(410, "");
    site.pass_minutes(5);
    site.run_jobs().await;
    site.pass_minutes(5);
    site.run_jobs().await;
    assert_eq!(state(&site, id), "sent sms");
    assert_eq!(outcomes(&site)[..2], ["push later 503", "push refused 410"]);
    assert_eq!(devices(&site), 0);
}

async fn only_services_that_are_known_are_called(site) {
    given(&site);
    let mut admin = site.signed_in("quantri");
    push_on(&mut admin, "push.example.vn 127.0.0.1").await;
    for good in [
        "https://fcm.googleapis.com/fcm/send",
        "https://updates.push.services.mozilla.com/wpush/v2",
        "https://sin.notify.windows.com/w",
        "https://web.push.apple.com/Q",
        "https://push.example.vn/a",
        "http://127.0.0.1:9/a",
    ] {
        assert_eq!(keep(&site, &subscription(good, 1)), Ok(()), "{good}");
    }
    // The newest five stay.
    assert_eq!(devices(&site), 5);
    for bad in [
        "http://fcm.googleapis.com/fcm/send",
        "https://fcm.googleapis.com:8443/a",
        "https://ai@fcm.googleapis.com/a",
        "https://fcm.googleapis.com.example.vn/a",
        "https://notify.windows.com.example.vn/a",
        "http://push.example.vn/a",
        "https://192.168.1.1/a",
        "http://localhost:5432/a",
        "file:///etc/passwd",
    ] {
        assert!(keep(&site, &subscription(bad, 1)).is_err(), "{bad}");
    }
    for broken in [
        "",
        "{}",
        "[]",
        r#"{"endpoint":"https://fcm.googleapis.com/a","keys":{"p256dh":"AA","auth":"AA"}}"#,
    ] {
        assert!(keep(&site, broken).is_err(), "{broken}");
    }
    assert!(keep(&site, &"x".repeat(100_000)).is_err());
    // What is forgotten of a subject is forgotten of its devices.
    site.run(|tx| crate::facts::forget(tx, ABOUT.0, ABOUT.1));
    assert_eq!(devices(&site), 0);
}

async fn an_administrator_tries_it_on_his_own_browser(site) {
    given(&site);
    let providers = Providers::start().await;
    let mut admin = site.signed_in("quantri");
    let form = admin.get(&format!("{ADMIN}/push")).await.text;
    assert!(form.contains("Lưu và bật kênh trước đã."), "{form}");
    let bad = [("lien-he", "không phải thư"), ("may-khac", "http://x/"), ("an-ban", "0")];
    let said = admin.post(&format!("{ADMIN}/push"), &bad).await;
    assert_eq!(said.status, 422);
    assert!(
        said.text.contains("không phải tên máy")
            && said.text.contains("Nhập thư điện tử của cơ quan")
    );
    push_on(&mut admin, "127.0.0.1").await;
    let form = admin.get(&format!("{ADMIN}/push")).await.text;
    assert!(form.contains("data-push=\"B"), "{form}");
    let given = subscription(&providers.base, 3);
    let done = admin.post(&format!("{ADMIN}/push/gui-thu"), &[("dang-ky", &given)]).await;
    assert_eq!(done.status, 303);
    let heard = providers.heard_at("/push/3");
    assert_eq!(heard.len(), 1);
    assert!(opened(3, &heard[0])["body"].as_str().unwrap().contains("Tin gửi thử từ hệ thống Một Cửa"));
    assert_eq!(site.text("select cast(count(*) as text) from push_device"), "0");
}
}

#[tokio::test]
async fn programs_of_others_open_what_was_sealed_and_know_who_called() {
    // http_ece and py_vapid, where ./test has installed them.
    let Ok(python) = std::env::var("TEST_OUTSIDE") else { return };
    let site = TestSite::on_sqlite(crate::routes());
    given(&site);
    let providers = Providers::start().await;
    let mut admin = site.signed_in("quantri");
    push_on(&mut admin, "127.0.0.1").await;
    keep(&site, &subscription(&providers.base, 4)).unwrap();
    queued(&site, Kind::Supplement, "a", &somebody()).unwrap();
    site.run_jobs().await;
    let heard = providers.heard_at("/push/4").remove(0);
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/src/tests/push.py");
    let mut child = std::process::Command::new(python)
        .args([script, &BASE64.encode([4_u8; 32]), &BASE64.encode(AUTH)])
        .arg(&heard.headers["authorization"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let sealed = BASE64_STANDARD.encode(&heard.bytes);
    child.stdin.take().unwrap().write_all(sealed.as_bytes()).unwrap();
    let out = child.wait_with_output().unwrap();
    let said: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!(said["right"], true, "{said}");
    assert_eq!(said["claims"]["aud"], providers.base);
    assert_eq!(said["claims"]["sub"], "mailto:motcua@example.vn");
    assert_eq!(said["said"]["title"], "Đề nghị bổ sung hồ sơ");
}
