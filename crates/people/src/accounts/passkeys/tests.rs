//! Passkeys through the front door, with an authenticator of a sort.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{access::Role, ids::UnitId};
use ring::{
    digest,
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use testkit::{Answer, Browser, TestSite, on_both_engines};

use crate::accounts::facts;

const PASSWORD: &str = "ruộng lúa xanh";

fn given_people(site: &TestSite) {
    let hash = facts::hash_password(PASSWORD).unwrap();
    let today = site.now().civil().date();
    site.given("insert into unit (id, kind) values (1, 'commune')", &[]);
    site.given(
        "insert into unit_version
           (unit, valid_from, name, title, code, agency_code, address, phone, place)
         values (1, '2020-01-01', 'Phú Sơn', 'UBND xã Phú Sơn', '', '', '', '', 'Phú Sơn')",
        &[],
    );
    for (login, role) in [
        ("lan", Role::CounterOfficial),
        ("hoa", Role::CounterOfficial),
        ("quantri", Role::Administrator),
    ] {
        site.run(|tx| {
            let roles = [(role, UnitId(1))];
            let account = facts::NewAccount {
                login,
                name: login,
                staff: None,
                password_hash: &hash,
                must_change: false,
                roles: &roles,
                from: today,
            };
            facts::create(tx, &account)
        });
    }
}

struct Device {
    pair: EcdsaKeyPair,
    name: [u8; 16],
    counter: u32,
    flags: u8,
    origin: &'static str,
}

impl Device {
    fn new(mark: u8) -> Self {
        let random = SystemRandom::new();
        let how = &ECDSA_P256_SHA256_ASN1_SIGNING;
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(how, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(how, pkcs8.as_ref(), &random).unwrap();
        Self { pair, name: [mark; 16], counter: 0, flags: 0x05, origin: "http://motcua.test" }
    }

    fn key(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.name)
    }

    fn head(&mut self, more: u8) -> Vec<u8> {
        self.counter += 1;
        let mut data = digest::digest(&digest::SHA256, b"motcua.test").as_ref().to_vec();
        data.push(self.flags | more);
        data.extend(self.counter.to_be_bytes());
        data
    }

    fn client(&self, kind: &str, challenge: &str) -> Vec<u8> {
        let said = serde_json::json!({"type": kind, "challenge": challenge, "origin": self.origin,
            "crossOrigin": false});
        said.to_string().into_bytes()
    }

    /// What the browser hands over for a new key.
    fn make(&mut self, challenge: &str) -> [(&'static str, String); 2] {
        let mut data = self.head(0x40);
        data.extend([0; 16]);
        data.extend([0, 16]);
        data.extend(self.name);
        let point = self.pair.public_key().as_ref();
        data.extend([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 32]);
        data.extend(&point[1..33]);
        data.extend([0x22, 0x58, 32]);
        data.extend(&point[33..65]);
        let mut object = vec![0xa3, 0x63];
        object.extend(b"fmt\x64none\x67attStmt\xa0\x68authData");
        object.extend([0x58, u8::try_from(data.len()).unwrap()]);
        object.extend(data);
        [
            ("client", URL_SAFE_NO_PAD.encode(self.client("webauthn.create", challenge))),
            ("khai", URL_SAFE_NO_PAD.encode(object)),
        ]
    }

    /// What it hands over when it is asked to sign.
    fn sign(&mut self, challenge: &str) -> [(&'static str, String); 4] {
        let (data, client) = (self.head(0), self.client("webauthn.get", challenge));
        let hash = digest::digest(&digest::SHA256, &client);
        let message = [data.as_slice(), hash.as_ref()].concat();
        let mark = self.pair.sign(&SystemRandom::new(), &message).unwrap();
        [
            ("khoa", self.key()),
            ("client", URL_SAFE_NO_PAD.encode(client)),
            ("may", URL_SAFE_NO_PAD.encode(data)),
            ("chu-ky", URL_SAFE_NO_PAD.encode(mark)),
        ]
    }
}

fn between<'a>(page: &'a str, before: &str) -> &'a str {
    page.split(before).nth(1).and_then(|it| it.split('"').next()).unwrap_or_default()
}

/// The challenge of a page and how it is sealed.
fn challenge(page: &str) -> (String, String) {
    let challenge = between(page, "data-challenge=\"").to_owned();
    let sealed = between(page, "name=\"thach\" value=\"").to_owned();
    assert!(!challenge.is_empty() && !sealed.is_empty(), "{page}");
    (challenge, sealed)
}

async fn add(browser: &mut Browser<'_>, device: &mut Device, name: &str, password: &str) -> Answer {
    let page = browser.get("/co-quan/tai-khoan/khoa").await;
    let (challenge, sealed) = challenge(&page.text);
    let made = device.make(&challenge);
    let mut fields = vec![("thach", sealed.as_str()), ("ten", name), ("mat-khau-cu", password)];
    fields.extend(made.iter().map(|(name, value)| (*name, value.as_str())));
    browser.post("/co-quan/tai-khoan/khoa", &fields).await
}

fn with<'a>(sealed: &'a str, signed: &'a [(&'static str, String); 4]) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![("thach", sealed)];
    fields.extend(signed.iter().map(|(name, value)| (*name, value.as_str())));
    fields
}

on_both_engines! { crate::accounts::routes();
    async fn a_passkey_is_added_signs_in_is_renamed_and_removed(site) {
        given_people(&site);
        let (mut phone, mut laptop) = (Device::new(7), Device::new(8));
        let mut lan = site.signed_in("lan");
        let wrong = add(&mut lan, &mut phone, "Điện thoại", "sai mật khẩu").await;
        assert!(wrong.status == 422 && wrong.text.contains("Mật khẩu hiện tại không đúng"), "{}", wrong.text);
        assert_eq!(add(&mut lan, &mut phone, "Điện thoại", PASSWORD).await.status, 303);
        assert_eq!(add(&mut lan, &mut laptop, "Máy tính", PASSWORD).await.status, 303);
        let again = add(&mut lan, &mut phone, "Lại", PASSWORD).await;
        assert!(again.status == 422 && again.text.contains("đã đăng ký rồi"), "{}", again.text);
        let page = lan.get("/co-quan/tai-khoan/khoa").await;
        assert!(page.text.contains("Điện thoại") && page.text.contains("Máy tính"), "{}", page.text);

        // Without a name or a password, from another browser.
        let mut browser = site.browser();
        let page = browser.get("/co-quan/dang-nhap").await;
        let (asked, sealed) = challenge(&page.text);
        let signed = phone.sign(&asked);
        let answer = browser.post("/co-quan/dang-nhap/khoa", &with(&sealed, &signed)).await;
        assert_eq!(answer.location.as_deref(), Some("/co-quan"), "{}", answer.text);
        assert_eq!(browser.get("/co-quan/tai-khoan").await.status, 200);
        // The same answer again opens nothing.
        let again = site.browser().post("/co-quan/dang-nhap/khoa", &with(&sealed, &signed)).await;
        assert!(again.status == 422 && again.text.contains("quá lâu"), "{}", again.text);

        // After the password a passkey is asked for, and another's does not do.
        let mut hoa_phone = Device::new(9);
        let mut hoa = site.signed_in("hoa");
        assert_eq!(add(&mut hoa, &mut hoa_phone, "Của Hoa", PASSWORD).await.status, 303);
        let mut second = site.browser();
        let word = [("dang-nhap", "lan"), ("mat-khau", PASSWORD)];
        let answer = second.post("/co-quan/dang-nhap", &word).await;
        assert_eq!(answer.location.as_deref(), Some("/co-quan/ma-xac-thuc"));
        second.csrf = site.text("select csrf from session where stage = 'second_factor'");
        let page = second.get("/co-quan/ma-xac-thuc").await;
        assert!(!page.text.contains("Mã 6 số"), "there is no code to type");
        let (asked, sealed) = challenge(&page.text);
        let signed = hoa_phone.sign(&asked);
        let other = second.post("/co-quan/ma-xac-thuc/khoa", &with(&sealed, &signed)).await;
        assert_eq!(other.status, 422, "{:?}", other.location);
        let (asked, sealed) = challenge(&other.text);
        let signed = laptop.sign(&asked);
        let answer = second.post("/co-quan/ma-xac-thuc/khoa", &with(&sealed, &signed)).await;
        assert_eq!(answer.location.as_deref(), Some("/co-quan"), "{}", answer.text);

        // Names and keys of others are not touched.
        assert_eq!(hoa.post("/co-quan/tai-khoan/khoa/1/ten", &[("ten", "X")]).await.status, 404);
        let taken = hoa.post("/co-quan/tai-khoan/khoa/1/xoa", &[("mat-khau-cu", PASSWORD)]).await;
        assert_eq!(taken.status, 404);
        let mut lan = site.signed_in("lan");
        assert_eq!(lan.post("/co-quan/tai-khoan/khoa/1/ten", &[("ten", "Máy cũ")]).await.status, 303);
        let kept = lan.post("/co-quan/tai-khoan/khoa/1/xoa", &[("mat-khau-cu", "sai")]).await;
        assert_eq!(kept.status, 422);
        let gone = lan.post("/co-quan/tai-khoan/khoa/1/xoa", &[("mat-khau-cu", PASSWORD)]).await;
        assert_eq!(gone.status, 303, "{}", gone.text);
        let mut browser = site.browser();
        let page = browser.get("/co-quan/dang-nhap").await;
        let (asked, sealed) = challenge(&page.text);
        let signed = phone.sign(&asked);
        let answer = browser.post("/co-quan/dang-nhap/khoa", &with(&sealed, &signed)).await;
        assert!(answer.status == 422 && answer.text.contains("chưa đăng ký"), "{}", answer.text);
    }

    async fn what_is_not_right_opens_nothing(site) {
        given_people(&site);
        let mut phone = Device::new(7);
        let mut lan = site.signed_in("lan");
        assert_eq!(add(&mut lan, &mut phone, "Điện thoại", PASSWORD).await.status, 303);
        // From another site, unlocked by nobody, signed by another key, a copy, a challenge of one's own, too late.
        phone.origin = "http://motcua-test.evil";
        let tried = try_it(&site, &mut phone).await;
        assert!(tried.status == 422 && tried.text.contains("trang khác"), "{}", tried.text);
        phone.origin = "http://motcua.test";
        phone.flags = 0x01;
        let tried = try_it(&site, &mut phone).await;
        assert!(tried.text.contains("chưa xác minh người dùng"), "{}", tried.text);
        phone.flags = 0x05;
        let mut other = Device::new(7);
        other.counter = 100;
        let tried = try_it(&site, &mut other).await;
        assert!(tried.text.contains("Chữ ký của thiết bị không đúng"), "{}", tried.text);
        assert_eq!(try_it(&site, &mut phone).await.status, 303);
        phone.counter = 1;
        let tried = try_it(&site, &mut phone).await;
        assert!(tried.text.contains("bị sao chép"), "{}", tried.text);
        phone.counter = 50;
        let mut browser = site.browser();
        let page = browser.get("/co-quan/dang-nhap").await;
        let (_, sealed) = challenge(&page.text);
        let signed = phone.sign("bXktb3du");
        let tried = browser.post("/co-quan/dang-nhap/khoa", &with(&sealed, &signed)).await;
        assert!(tried.text.contains("không khớp với lần hỏi này"), "{}", tried.text);
        // A challenge that was given out for something else.
        let page = lan.get("/co-quan/tai-khoan/khoa").await;
        let (asked, sealed) = challenge(&page.text);
        let signed = phone.sign(&asked);
        let tried = browser.post("/co-quan/dang-nhap/khoa", &with(&sealed, &signed)).await;
        assert_eq!(tried.status, 422);
        let page = browser.get("/co-quan/dang-nhap").await;
        let (asked, sealed) = challenge(&page.text);
        let signed = phone.sign(&asked);
        site.pass_minutes(6);
        let tried = browser.post("/co-quan/dang-nhap/khoa", &with(&sealed, &signed)).await;
        assert!(tried.text.contains("quá lâu"), "{}", tried.text);
        // Whoever is shut out stays out.
        site.given("update account set disabled = 1 where login = 'lan'", &[]);
        assert_eq!(try_it(&site, &mut phone).await.status, 422);
    }

    async fn a_passkey_counts_as_second_factor_and_the_last_one_stays_where_it_is_demanded(site) {
        given_people(&site);
        site.given("insert into role_policy (role, second_factor) values ('counter_official', 1)", &[]);
        let mut phone = Device::new(7);
        let mut lan = site.signed_in("lan");
        assert_eq!(add(&mut lan, &mut phone, "Điện thoại", PASSWORD).await.status, 303);
        let word = [("dang-nhap", "lan"), ("mat-khau", PASSWORD)];
        let answer = site.browser().post("/co-quan/dang-nhap", &word).await;
        assert_eq!(answer.location.as_deref(), Some("/co-quan/ma-xac-thuc"), "no code has to be set up");
        let mut lan = site.signed_in("lan");
        let kept = lan.post("/co-quan/tai-khoan/khoa/1/xoa", &[("mat-khau-cu", PASSWORD)]).await;
        assert!(kept.status == 422 && kept.text.contains("bắt buộc xác thực hai lớp"), "{}", kept.text);
        // Whoever lost the device is helped by the administrator.
        let mut admin = site.signed_in("quantri");
        let id = site.text("select cast(id as text) from account where login = 'lan'");
        let page = admin.get(&format!("/co-quan/quan-tri/tai-khoan/{id}")).await;
        assert!(page.text.contains("Bỏ mã xác thực, khóa"), "{}", page.text);
        let done = admin.post(&format!("/co-quan/quan-tri/tai-khoan/{id}/bo-ma-xac-thuc"), &[]).await;
        assert_eq!(done.status, 303, "{}", done.text);
        assert_eq!(site.count("select count(*) from passkey"), 0);
        let answer = site.browser().post("/co-quan/dang-nhap", &word).await;
        assert_eq!(answer.location.as_deref(), Some("/co-quan/cai-ma-xac-thuc"));
    }
}

/// Signs in with the device; what is answered.
async fn try_it(site: &TestSite, device: &mut Device) -> Answer {
    let mut browser = site.browser();
    let page = browser.get("/co-quan/dang-nhap").await;
    let (asked, sealed) = challenge(&page.text);
    let signed = device.sign(&asked);
    browser.post("/co-quan/dang-nhap/khoa", &with(&sealed, &signed)).await
}
