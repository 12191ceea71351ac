//! Signing in by a provider: one that behaves, and one that does not.

use std::sync::{Arc, Mutex};

use axum::{
    Json, Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::{get, post},
};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use serde_json::{Value, json};

use super::*;

/// What the double does wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Twist {
    Nothing,
    OtherNonce,
    OtherKey,
    OtherIssuer,
    OtherClient,
    Expired,
    Future,
    Unsigned,
    OtherAccessToken,
    OtherSubject,
    NoIdToken,
    NoLevel,
}

struct Said {
    twist: Twist,
    nonce: String,
    challenge: String,
    used: bool,
    sub: &'static str,
    number: &'static str,
    acr: &'static str,
    now_s: i64,
    issuer: String,
}

#[derive(Clone)]
struct Double {
    said: Arc<Mutex<Said>>,
    pair: Arc<EcdsaKeyPair>,
    other: Arc<EcdsaKeyPair>,
}

fn pair() -> Arc<EcdsaKeyPair> {
    let random = SystemRandom::new();
    let how = &ECDSA_P256_SHA256_FIXED_SIGNING;
    let pkcs8 = EcdsaKeyPair::generate_pkcs8(how, &random).unwrap();
    Arc::new(EcdsaKeyPair::from_pkcs8(how, pkcs8.as_ref(), &random).unwrap())
}

impl Double {
    /// Listens on a port of this machine; its issuer.
    async fn start(site: &TestSite) -> (Self, String) {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let said = Said {
            twist: Twist::Nothing,
            nonce: String::new(),
            challenge: String::new(),
            used: false,
            sub: "nguoi-1",
            number: "040090123456",
            acr: "LoA2",
            now_s: site.now().epoch_ms() / 1000,
            issuer: issuer.clone(),
        };
        let double = Self { said: Arc::new(Mutex::new(said)), pair: pair(), other: pair() };
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(discovery))
            .route("/jwks", get(keys))
            .route("/token", post(token))
            .route("/userinfo", get(userinfo))
            .with_state(double.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        (double, issuer)
    }

    fn set(&self, change: impl FnOnce(&mut Said)) {
        change(&mut self.said.lock().unwrap());
    }
}

async fn discovery(State(it): State<Double>) -> Json<Value> {
    let issuer = it.said.lock().unwrap().issuer.clone();
    Json(json!({
        "issuer": issuer, "authorization_endpoint": format!("{issuer}/auth"),
        "token_endpoint": format!("{issuer}/token"), "jwks_uri": format!("{issuer}/jwks"),
        "userinfo_endpoint": format!("{issuer}/userinfo"),
    }))
}

async fn keys(State(it): State<Double>) -> Json<Value> {
    let point = it.pair.public_key().as_ref();
    let part = |from: usize, to: usize| URL_SAFE_NO_PAD.encode(&point[from..to]);
    Json(json!({"keys": [{"kty": "EC", "crv": "P-256", "kid": "k1", "use": "sig", "alg": "ES256",
        "x": part(1, 33), "y": part(33, 65)}]}))
}

async fn token(
    State(it): State<Double>,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, Json<Value>) {
    let refuse = || (StatusCode::BAD_REQUEST, Json(json!({"error": "invalid_grant"})));
    let text = String::from_utf8_lossy(&body).into_owned();
    let field = |name: &str| {
        text.split('&').find_map(|it| it.strip_prefix(&format!("{name}="))).map(site::unpercent)
    };
    let mut said = it.said.lock().unwrap();
    let basic = format!("Basic {}", STANDARD.encode("motcua:bi-mat-rat-dai"));
    let is_client = headers.get("authorization").is_some_and(|it| it == basic.as_str());
    let verifier = field("code_verifier").unwrap_or_default();
    let is_right = field("code").as_deref() == Some("ma-dung")
        && signing::jws::challenge(&verifier) == said.challenge
        && field("redirect_uri").as_deref() == Some("http://motcua.test/dang-nhap/ve/1");
    if !is_client || !is_right || said.used {
        return refuse();
    }
    said.used = true;
    if said.twist == Twist::NoIdToken {
        return (StatusCode::OK, Json(json!({"access_token": "the", "token_type": "Bearer"})));
    }
    let id_token = id_token(&it, &said);
    let access = if said.twist == Twist::OtherAccessToken { "khac" } else { "the" };
    let answer = json!({"access_token": access, "token_type": "Bearer", "id_token": id_token});
    (StatusCode::OK, Json(answer))
}

fn id_token(it: &Double, said: &Said) -> String {
    let of = |twist: Twist, wrong: &str, right: &str| {
        if said.twist == twist { wrong.to_owned() } else { right.to_owned() }
    };
    let (iat, exp) = match said.twist {
        Twist::Expired => (said.now_s - 4000, said.now_s - 400),
        Twist::Future => (said.now_s + 4000, said.now_s + 8000),
        _ => (said.now_s, said.now_s + 300),
    };
    let mut body = json!({
        "iss": of(Twist::OtherIssuer, "https://khac.example", &said.issuer),
        "aud": of(Twist::OtherClient, "khac", "motcua"),
        "nonce": of(Twist::OtherNonce, "khac", &said.nonce),
        "sub": said.sub, "acr": said.acr, "iat": iat, "exp": exp,
        "at_hash": signing::jws::half_hash("the"),
    });
    if said.twist == Twist::NoLevel {
        body.as_object_mut().unwrap().remove("acr");
    }
    let head = if said.twist == Twist::Unsigned {
        json!({"alg": "none"})
    } else {
        json!({"alg": "ES256", "kid": "k1"})
    };
    let part = |it: &Value| URL_SAFE_NO_PAD.encode(it.to_string());
    let signed = format!("{}.{}", part(&head), part(&body));
    let pair = if said.twist == Twist::OtherKey { &it.other } else { &it.pair };
    let mark = pair.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
    let mark =
        if said.twist == Twist::Unsigned { String::new() } else { URL_SAFE_NO_PAD.encode(mark) };
    format!("{signed}.{mark}")
}

async fn userinfo(State(it): State<Double>, headers: HeaderMap) -> (StatusCode, Json<Value>) {
    if headers.get("authorization").is_none_or(|it| it != "Bearer the" && it != "Bearer khac") {
        return (StatusCode::UNAUTHORIZED, Json(json!({"error": "invalid_token"})));
    }
    let said = it.said.lock().unwrap();
    let sub = if said.twist == Twist::OtherSubject { "nguoi-khac" } else { said.sub };
    let answer = json!({
        "sub": sub, "so_cccd": said.number, "name": "Nguyễn Văn Thử", "birthdate": "1990-01-01",
        "phone_number": "+84912345678", "acr": said.acr,
    });
    (StatusCode::OK, Json(answer))
}

/// The provider, as the administrator sets it up in the browser.
async fn given_a_provider(site: &TestSite, issuer: &str) {
    let mut admin = site.signed_in("cchc");
    let new = admin.get("/co-quan/quan-tri/dinh-danh/moi").await;
    assert_eq!(new.status, 200, "{}", new.text);
    let done = admin.post("/co-quan/quan-tri/dinh-danh/moi", &fields(issuer)).await;
    assert_eq!(done.status, 303, "{}", done.text);
}

fn fields(issuer: &str) -> Vec<(&'static str, &str)> {
    vec![
        ("ten", "Đăng nhập bằng VNeID"),
        ("noi-phat", issuer),
        ("cach", "hoi"),
        ("ma-khach", "motcua"),
        ("cach-khoa", "basic"),
        ("khoa", "bi-mat-rat-dai"),
        ("pham-vi", "openid profile"),
        ("pkce", "1"),
        ("acr", "LoA2"),
        ("acr-du", "LoA2 LoA3"),
        ("truong-so", "so_cccd"),
        ("truong-ten", "name"),
        ("truong-ngay-sinh", "birthdate"),
        ("truong-dien-thoai", "phone_number"),
        ("thu-tu", "1"),
        ("bat", "1"),
    ]
}

/// What the address of the provider asks with.
fn asked(location: &str, name: &str) -> String {
    let query = location.split_once('?').unwrap().1;
    let found = query.split('&').find_map(|it| it.strip_prefix(&format!("{name}=")));
    site::unpercent(found.unwrap_or_default())
}

/// Off to the provider: the address, and the double knows what it was asked with.
async fn off(double: &Double, browser: &mut Browser<'_>) -> String {
    let gone = browser.get("/dang-nhap/qua/1?tiep=/tai-khoan").await;
    let to = gone.location.expect("the provider's address");
    double.set(|it| {
        it.nonce = asked(&to, "nonce");
        it.challenge = asked(&to, "code_challenge");
        it.used = false;
    });
    to
}

/// There and back; what is answered.
async fn there_and_back(double: &Double, browser: &mut Browser<'_>) -> testkit::Answer {
    let state = asked(&off(double, browser).await, "state");
    browser.get(&format!("/dang-nhap/ve/1?code=ma-dung&state={state}")).await
}

async fn whole(double: &Double, browser: &mut Browser<'_>) {
    let back = there_and_back(double, browser).await;
    assert_eq!(back.status, 303, "{}", back.text);
    if back.location.as_deref() == Some("/dang-nhap/mo-tai-khoan") {
        let made = browser.post("/dang-nhap/mo-tai-khoan", &[("dong-y", "1")]).await;
        assert_eq!(made.location.as_deref(), Some("/tai-khoan"), "{}", made.text);
    }
}

on_both_engines! { routes();
    async fn somebody_whom_a_provider_vouches_for_sees_his_dossiers(site) {
        given_two_communes(&site);
        let (double, issuer) = Double::start(&site).await;
        given_a_provider(&site, &issuer).await;
        assert_eq!(site.count("select count(*) from identity_provider where secret like '%bi-mat%'"), 0, "sealed");
        let code = given_a_dossier(&site, "040090123456", "").await;
        let mut browser = site.browser();
        let page = browser.get("/dang-nhap").await;
        assert!(page.text.contains("Đăng nhập bằng VNeID"), "{}", page.text);
        let to = off(&double, &mut browser).await;
        for (name, wanted) in [("response_type", "code"), ("client_id", "motcua"), ("acr_values", "LoA2"),
            ("scope", "openid profile"), ("code_challenge_method", "S256"),
            ("redirect_uri", "http://motcua.test/dang-nhap/ve/1")] {
            assert_eq!(asked(&to, name), wanted);
        }
        whole(&double, &mut browser).await;
        let page = browser.get("/tai-khoan").await;
        assert!(page.text.contains("Đã xác thực danh tính") && page.text.contains(&code), "{}", page.text);
        assert!(page.text.contains("Nguyễn Văn Thử") && page.text.contains("01/01/1990"));
        assert!(!page.text.contains("nguoi-1"), "the name at the provider is shown to nobody");
        assert_eq!(site.text("select sub from citizen_link"), "nguoi-1");
        // Again, from another browser: the same account, without a word.
        let mut other = site.browser();
        let back = there_and_back(&double, &mut other).await;
        assert_eq!(back.location.as_deref(), Some("/tai-khoan"), "{}", back.text);
        assert_eq!(site.count("select count(*) from citizen"), 1);
    }

    async fn nothing_of_a_hostile_answer_is_believed(site) {
        given_two_communes(&site);
        let (double, issuer) = Double::start(&site).await;
        given_a_provider(&site, &issuer).await;
        for twist in [
            Twist::OtherNonce, Twist::OtherKey, Twist::OtherIssuer, Twist::OtherClient, Twist::Expired,
            Twist::Future, Twist::Unsigned, Twist::OtherAccessToken, Twist::OtherSubject,
        ] {
            double.set(|it| it.twist = twist);
            let mut browser = site.browser();
            let back = there_and_back(&double, &mut browser).await;
            assert_eq!(back.status, 422, "{twist:?}: {:?} {}", back.location, back.text);
            assert!(back.text.contains("Không xác minh được"), "{twist:?}: {}", back.text);
            assert_eq!(browser.get("/tai-khoan").await.status, 303, "{twist:?}");
            assert_eq!(browser.get("/dang-nhap/mo-tai-khoan").await.status, 303, "{twist:?}");
        }
        assert_eq!(site.count("select count(*) from citizen"), 0);
        assert_eq!(site.count("select count(*) from journal where act = 'refuse_sign_in'"), 9);
    }

    async fn only_the_answer_to_this_browsers_own_question_counts_and_once(site) {
        given_two_communes(&site);
        let (double, issuer) = Double::start(&site).await;
        given_a_provider(&site, &issuer).await;
        // Somebody else's answer, laid under a victim's hand.
        let mut attacker = site.browser();
        let state = asked(&off(&double, &mut attacker).await, "state");
        let mut victim = site.browser();
        let forged = format!("/dang-nhap/ve/1?code=ma-dung&state={state}");
        assert_eq!(victim.get(&forged).await.status, 422);
        off(&double, &mut victim).await;
        assert_eq!(victim.get(&forged).await.status, 422, "a state of another browser");
        let mut browser = site.browser();
        off(&double, &mut browser).await;
        assert_eq!(browser.get("/dang-nhap/ve/1?code=ma-dung&state=").await.status, 422);
        // The same answer again: the state is used, and so is the code.
        let state = asked(&off(&double, &mut browser).await, "state");
        let cookie = browser.cookie("mc_oidc").unwrap().to_owned();
        let path = format!("/dang-nhap/ve/1?code=ma-dung&state={state}");
        assert_eq!(browser.get(&path).await.status, 303);
        let again = browser.get(&path).await;
        assert_eq!(again.status, 422, "{}", again.text);
        let mut copy = site.browser();
        copy.set_cookie("mc_oidc", &cookie);
        let again = copy.get(&path).await;
        assert_eq!(again.status, 422, "with the browser's own cookie: {}", again.text);
        // A code that was used elsewhere is refused by the provider.
        let state = asked(&off(&double, &mut browser).await, "state");
        double.set(|it| it.used = true);
        let refused = browser.get(&format!("/dang-nhap/ve/1?code=ma-dung&state={state}")).await;
        assert!(refused.status == 422 && refused.text.contains("không chấp nhận"), "{}", refused.text);
        // Too late.
        let state = asked(&off(&double, &mut browser).await, "state");
        site.pass_minutes(11);
        let late = browser.get(&format!("/dang-nhap/ve/1?code=ma-dung&state={state}")).await;
        assert_eq!(late.status, 422);
        // No is no.
        let state = asked(&off(&double, &mut browser).await, "state");
        let declined = browser.get(&format!("/dang-nhap/ve/1?error=access_denied&state={state}")).await;
        assert!(declined.text.contains("không đồng ý chia sẻ"), "{}", declined.text);
        // An answer that says it is another provider's.
        let state = asked(&off(&double, &mut browser).await, "state");
        let mixed = browser.get(&format!("/dang-nhap/ve/1?code=ma-dung&state={state}&iss=https://khac.example")).await;
        assert_eq!(mixed.status, 422);
        assert_eq!(site.count("select count(*) from citizen"), 0);
    }

    async fn accounts_are_joined_by_the_same_number_at_a_sufficient_level_alone(site) {
        given_two_communes(&site);
        given_a_carrier(&site);
        let (double, issuer) = Double::start(&site).await;
        given_a_provider(&site, &issuer).await;
        let code = given_a_dossier(&site, "040090123456", "").await;
        // Too low a level: signed in, and the number is passed over.
        double.set(|it| it.acr = "LoA1");
        let mut low = site.browser();
        whole(&double, &mut low).await;
        let page = low.get("/tai-khoan").await;
        assert!(page.text.contains("Chưa xác nhận") && !page.text.contains(&code), "{}", page.text);
        assert_eq!(site.count("select count(*) from citizen where id_number is not null"), 0);
        // The same person at the level that counts.
        double.set(|it| it.acr = "LoA2");
        let mut high = site.browser();
        whole(&double, &mut high).await;
        assert!(high.get("/tai-khoan").await.text.contains(&code));
        assert_eq!(site.count("select count(*) from citizen"), 1);
        // Another name at the provider with the same number: the same account.
        double.set(|it| it.sub = "nguoi-1-moi");
        let mut renamed = site.browser();
        whole(&double, &mut renamed).await;
        assert_eq!(site.count("select count(*) from citizen"), 1);
        // The same name with another number: refused, whoever it is.
        double.set(|it| it.number = "040090999999");
        let mut other = site.browser();
        let back = there_and_back(&double, &mut other).await;
        assert!(back.status == 422 && back.text.contains("khác với lần trước"), "{}", back.text);
        // Somebody known by his telephone has the provider vouch for him.
        double.set(|it| {
            it.sub = "nguoi-2";
            it.number = "040190222222";
        });
        let mut phone = site.browser();
        sign_in(&site, &mut phone, "0987654321").await;
        double.set(|it| it.acr = "LoA1");
        let back = there_and_back(&double, &mut phone).await;
        assert!(back.status == 422 && back.text.contains("chưa ở mức đủ"), "{}", back.text);
        double.set(|it| it.acr = "LoA2");
        let back = there_and_back(&double, &mut phone).await;
        assert_eq!(back.location.as_deref(), Some("/tai-khoan"), "{}", back.text);
        assert!(phone.get("/tai-khoan").await.text.contains("Đã xác thực danh tính"));
        assert_eq!(site.count("select count(*) from citizen"), 2);
        // His telephone alone shows nothing of it afterwards.
        let mut later = site.browser();
        sign_in(&site, &mut later, "0987654321").await;
        let page = later.get("/tai-khoan").await;
        assert!(page.text.contains("thông tin đã xác thực được che"), "{}", page.text);
        assert!(!page.text.contains("Nguyễn Văn Thử") && !page.text.contains("040 1"));
        // An identity that has an account is not taken over by another.
        let mut third = site.browser();
        sign_in(&site, &mut third, "0933333333").await;
        let back = there_and_back(&double, &mut third).await;
        assert!(back.status == 422 && back.text.contains("thuộc một tài khoản khác"), "{}", back.text);
    }

    async fn without_a_signed_word_a_person_is_known_less_unless_it_is_set_up_so(site) {
        given_two_communes(&site);
        let (double, issuer) = Double::start(&site).await;
        given_a_provider(&site, &issuer).await;
        for twist in [Twist::NoIdToken, Twist::NoLevel] {
            double.set(|it| it.twist = twist);
            let mut browser = site.browser();
            whole(&double, &mut browser).await;
            let page = browser.get("/tai-khoan").await;
            assert!(page.text.contains("Chưa xác nhận"), "{twist:?}: {}", page.text);
            assert_eq!(site.count("select count(*) from citizen where id_number is not null"), 0, "{twist:?}");
        }
        let mut admin = site.signed_in("cchc");
        let page = admin.get("/co-quan/quan-tri/dinh-danh/1").await;
        assert!(page.text.contains("mạo danh được bất kỳ ai"), "{}", page.text);
        let mut open = fields(&issuer);
        open.extend([("khong-ky", "1"), ("an-ban", "1")]);
        let done = admin.post("/co-quan/quan-tri/dinh-danh/1", &open).await;
        assert_eq!(done.status, 303, "{}", done.text);
        let mut browser = site.browser();
        double.set(|it| it.twist = Twist::NoIdToken);
        whole(&double, &mut browser).await;
        assert!(browser.get("/tai-khoan").await.text.contains("Đã xác thực danh tính"));
    }

    async fn an_account_that_was_opened_meanwhile_is_not_given_anothers_identity(site) {
        given_two_communes(&site);
        given_a_carrier(&site);
        let (double, issuer) = Double::start(&site).await;
        given_a_provider(&site, &issuer).await;
        let mut browser = site.browser();
        let state = asked(&off(&double, &mut browser).await, "state");
        sign_in(&site, &mut browser, "0933333333").await;
        let back = browser.get(&format!("/dang-nhap/ve/1?code=ma-dung&state={state}")).await;
        assert_eq!(back.location.as_deref(), Some("/dang-nhap/mo-tai-khoan"), "{}", back.text);
        let tied = "select count(*) from citizen where phone = '0933333333' and id_number is not null";
        assert_eq!(site.count(tied), 0);
        assert_eq!(browser.post("/dang-nhap/mo-tai-khoan", &[("dong-y", "1")]).await.status, 303);
        assert!(browser.get("/tai-khoan").await.text.contains("Đã xác thực danh tính"));
        assert_eq!(site.count(tied), 0);
        assert_eq!(site.count("select count(*) from citizen"), 2, "the provider's person has an account of his own");
    }

    async fn a_far_too_long_way_on_is_passed_over(site) {
        given_two_communes(&site);
        given_a_carrier(&site);
        let (double, issuer) = Double::start(&site).await;
        given_a_provider(&site, &issuer).await;
        let long = format!("/thu-tuc?q={}", "a".repeat(3000));
        let mut browser = site.browser();
        browser.get(&format!("/dang-nhap/qua/1?tiep={long}")).await;
        assert!(browser.cookie("mc_oidc").unwrap().len() < 3000);
        let sent = browser.post("/dang-nhap", &[("dien-thoai", "0912345678"), ("tiep", &long)]).await;
        assert_eq!(sent.status, 303, "{}", sent.text);
        assert!(browser.cookie("mc_ma").unwrap().len() < 3000);
        let _ = double;
    }

    async fn providers_are_set_up_tried_and_guarded(site) {
        given_two_communes(&site);
        let (_double, issuer) = Double::start(&site).await;
        let mut admin = site.signed_in("cchc");
        let path = "/co-quan/quan-tri/dinh-danh/moi";
        let bad = admin.post(path, &[("ten", "X"), ("noi-phat", "http://sso.example.gov.vn"), ("cach-khoa", "basic"), ("pham-vi", "profile")]).await;
        assert_eq!(bad.status, 422);
        for words in ["http:// chỉ với máy trong mạng nội bộ", "Phạm vi phải có", "Chưa nhập khóa bí mật"] {
            assert!(bad.text.contains(words), "{words}: {}", bad.text);
        }
        given_a_provider(&site, &issuer).await;
        let twice = admin.post(path, &fields(&issuer)).await;
        assert!(twice.status == 422 && !twice.text.contains("bi-mat-rat-dai"), "{}", twice.text);
        let page = admin.get("/co-quan/quan-tri/dinh-danh/1").await;
        assert!(page.text.contains(&format!("{issuer}/token")) && !page.text.contains("bi-mat"), "{}", page.text);
        assert_eq!(admin.post("/co-quan/quan-tri/dinh-danh/1/thu", &[]).await.status, 303);
        assert_eq!(site.text("select checked from identity_provider"), "");
        // The secret does not go along to another issuer.
        let mut moved = fields("https://khac.example");
        moved.retain(|it| it.0 != "khoa");
        moved.push(("an-ban", "1"));
        let refused = admin.post("/co-quan/quan-tri/dinh-danh/1", &moved).await;
        assert!(refused.status == 422 && refused.text.contains("nhập lại khóa bí mật"), "{}", refused.text);
        // A stale page changes nothing.
        let mut stale = fields(&issuer);
        stale.push(("an-ban", "7"));
        assert_eq!(admin.post("/co-quan/quan-tri/dinh-danh/1", &stale).await.status, 422);
        // One that is switched off is not offered, nor gone to.
        let mut off = fields(&issuer);
        off.retain(|it| it.0 != "bat");
        off.push(("an-ban", "1"));
        assert_eq!(admin.post("/co-quan/quan-tri/dinh-danh/1", &off).await.status, 303);
        assert!(!site.browser().get("/dang-nhap").await.text.contains("VNeID"));
        assert_eq!(site.browser().get("/dang-nhap/qua/1").await.status, 404);
        let wrong = admin.post("/co-quan/quan-tri/dinh-danh/1/xoa", &[("ten-xac-nhan", "khác")]).await;
        assert_eq!(wrong.status, 422);
        let gone = admin.post("/co-quan/quan-tri/dinh-danh/1/xoa", &[("ten-xac-nhan", "Đăng nhập bằng VNeID")]).await;
        assert_eq!(gone.status, 303, "{}", gone.text);
        assert_eq!(site.signed_in("quay").get("/co-quan/quan-tri/dinh-danh").await.status, 403);
    }
}
