//! Sign-in through the front door, on both databases.

use domain::{access::Role, ids::UnitId};
use testkit::{TestSite, on_both_engines};
use totp_rs::{Algorithm, Builder, Secret};

use super::facts;

const PASSWORD: &str = "ruộng lúa xanh";

/// A unit and an account `lan`; its password is the one above.
fn given_lan(site: &TestSite, must_change: bool) {
    let hash = facts::hash_password(PASSWORD).unwrap();
    let today = site.now().civil().date();
    site.given("insert into unit (id, kind) values (1, 'commune')", &[]);
    site.given(
        "insert into unit_version
           (unit, valid_from, name, title, code, agency_code, address, phone, place)
         values (1, '2020-01-01', 'Phú Sơn', 'UBND xã Phú Sơn', '', '', '', '', 'Phú Sơn')",
        &[],
    );
    site.run(|tx| {
        let roles = [(Role::CounterOfficial, UnitId(1))];
        let account = facts::NewAccount {
            login: "lan",
            name: "Lan (demo)",
            staff: None,
            password_hash: &hash,
            must_change,
            roles: &roles,
            from: today,
        };
        facts::create(tx, &account)
    });
}

const RIGHT: &[(&str, &str)] = &[("dang-nhap", "Lan"), ("mat-khau", PASSWORD)];
const WRONG: &[(&str, &str)] = &[("dang-nhap", "lan"), ("mat-khau", "sai")];

on_both_engines! { crate::accounts::routes();
    async fn the_right_password_opens_a_session_and_sign_out_ends_it(site) {
        given_lan(&site, false);
        let mut browser = site.browser();
        let answer = browser.post("/co-quan/dang-nhap", RIGHT).await;
        assert_eq!(answer.location.as_deref(), Some("/co-quan"));
        assert_eq!(browser.get("/co-quan/tai-khoan").await.status, 200);
        browser.csrf = site.text("select csrf from session");
        let out = browser.post("/co-quan/dang-xuat", &[]).await;
        assert_eq!(out.location.as_deref(), Some("/co-quan/dang-nhap"));
        assert_eq!(site.count("select count(*) from session"), 0);
    }

    async fn a_wrong_password_and_an_unknown_name_are_answered_alike(site) {
        given_lan(&site, false);
        let mut browser = site.browser();
        let wrong = browser.post("/co-quan/dang-nhap", WRONG).await;
        let unknown =
            browser.post("/co-quan/dang-nhap", &[("dang-nhap", "ai"), ("mat-khau", "sai")]).await;
        assert_eq!((wrong.status, unknown.status), (422, 422));
        for answer in [&wrong, &unknown] {
            assert!(answer.text.contains("Tên đăng nhập hoặc mật khẩu không đúng."));
            assert!(!answer.text.contains("value=\"sai\""), "a password is never sent back");
        }
        assert!(unknown.text.contains("value=\"ai\""), "the name is not lost");
    }

    async fn five_wrong_passwords_lock_the_account_for_a_while(site) {
        given_lan(&site, false);
        let mut browser = site.browser();
        for _ in 0..5 {
            browser.post("/co-quan/dang-nhap", WRONG).await;
        }
        let locked = browser.post("/co-quan/dang-nhap", RIGHT).await;
        assert_eq!(locked.status, 422);
        assert!(locked.text.contains("tạm khóa"));
        site.pass_minutes(16);
        let answer = browser.post("/co-quan/dang-nhap", RIGHT).await;
        assert_eq!(answer.location.as_deref(), Some("/co-quan"));
        assert_eq!(site.count("select count(*) from journal where act = 'lock'"), 1);
    }

    async fn the_first_password_must_be_changed_before_anything_else(site) {
        given_lan(&site, true);
        let mut browser = site.browser();
        let answer = browser.post("/co-quan/dang-nhap", RIGHT).await;
        assert_eq!(answer.location.as_deref(), Some("/co-quan/doi-mat-khau-dau"));
        let kept_out = browser.get("/co-quan/tai-khoan").await;
        assert_eq!(kept_out.location.as_deref(), Some("/co-quan/doi-mat-khau-dau"));
        browser.csrf = site.text("select csrf from session");
        for (new, again, what) in [
            ("ngắn", "ngắn", "10 ký tự"),
            ("matkhau1234", "matkhau1234", "dễ đoán"),
            ("0912 345 678", "0912 345 678", "dễ đoán"),
            ("con trâu đi trước", "cái cày theo sau", "không giống nhau"),
            (PASSWORD, PASSWORD, "khác mật khẩu được cấp"),
        ] {
            let fields = [("mat-khau-moi", new), ("mat-khau-lai", again)];
            let refused = browser.post("/co-quan/doi-mat-khau-dau", &fields).await;
            assert_eq!(refused.status, 422);
            assert!(refused.text.contains(what), "{what}");
        }
        let old_token = browser.cookie(site::who::SESSION_COOKIE).unwrap().to_owned();
        let new = "con trâu đi trước";
        let fields = [("mat-khau-moi", new), ("mat-khau-lai", new)];
        let answer = browser.post("/co-quan/doi-mat-khau-dau", &fields).await;
        assert_eq!(answer.location.as_deref(), Some("/co-quan"));
        assert_ne!(browser.cookie(site::who::SESSION_COOKIE).unwrap(), old_token);
        assert_eq!(browser.get("/co-quan/tai-khoan").await.status, 200);
    }

    async fn a_role_may_demand_a_second_factor_and_a_code_is_good_once(site) {
        given_lan(&site, false);
        site.given(
            "insert into role_policy (role, second_factor) values ('counter_official', 1)", &[],
        );
        let mut browser = site.browser();
        let answer = browser.post("/co-quan/dang-nhap", RIGHT).await;
        assert_eq!(answer.location.as_deref(), Some("/co-quan/cai-ma-xac-thuc"));
        let page = browser.get("/co-quan/cai-ma-xac-thuc").await.text;
        let between = |from: &str, to: &str| {
            page.split(from).nth(1).unwrap().split(to).next().unwrap().to_owned()
        };
        let secret = between("<span class=\"mono\">", "</span>");
        let sealed = between("name=\"khoa\" value=\"", "\"");
        let totp = Builder::new()
            .with_algorithm(Algorithm::SHA1).with_digits(6).with_skew(1).with_step_duration(30)
            .with_secret(Secret::try_from_base32(&secret).unwrap())
            .with_account_name("lan").with_issuer(Some("Mot Cua")).build().unwrap();
        let code = |site: &TestSite| {
            totp.generate(u64::try_from(site.now().epoch_ms() / 1000).unwrap()).to_string()
        };
        browser.csrf = site.text("select csrf from session");
        let wrong = browser
            .post("/co-quan/cai-ma-xac-thuc", &[("ma", "000000"), ("khoa", &sealed)]).await;
        assert_eq!(wrong.status, 422);
        let now = code(&site);
        let set = browser
            .post("/co-quan/cai-ma-xac-thuc", &[("ma", &now), ("khoa", &sealed)]).await;
        assert_eq!(set.location.as_deref(), Some("/co-quan"));
        let kept = site.text("select totp_secret from account");
        assert!(!kept.contains(&secret), "the secret is sealed");

        // Next time the code is asked for; the same code does not open twice.
        let mut second = site.browser();
        let answer = second.post("/co-quan/dang-nhap", RIGHT).await;
        assert_eq!(answer.location.as_deref(), Some("/co-quan/ma-xac-thuc"));
        second.csrf = site.text("select csrf from session where stage = 'second_factor'");
        let used = second.post("/co-quan/ma-xac-thuc", &[("ma", &now)]).await;
        assert_eq!(used.status, 422, "the code that proved the set-up is used up");
        site.pass_minutes(1);
        let now = code(&site);
        let answer = second.post("/co-quan/ma-xac-thuc", &[("ma", &now)]).await;
        assert_eq!(answer.location.as_deref(), Some("/co-quan"));
        let mut third = site.browser();
        third.post("/co-quan/dang-nhap", RIGHT).await;
        third.csrf = site.text("select csrf from session where stage = 'second_factor'");
        let replayed = third.post("/co-quan/ma-xac-thuc", &[("ma", &now)]).await;
        assert_eq!(replayed.status, 422);
        site.pass_minutes(1);
        let fresh = code(&site);
        let answer = third.post("/co-quan/ma-xac-thuc", &[("ma", &fresh)]).await;
        assert_eq!(answer.location.as_deref(), Some("/co-quan"));
    }

    async fn whoever_signed_in_with_the_first_password_before_its_owner_is_not_let_go_on(site) {
        given_lan(&site, true);
        let mut thief = site.browser();
        thief.post("/co-quan/dang-nhap", RIGHT).await;
        thief.csrf = site.text("select csrf from session");
        let mut owner = site.browser();
        owner.post("/co-quan/dang-nhap", RIGHT).await;
        owner.csrf = site.text("select csrf from session order by id desc limit 1");
        let new = "con trâu đi trước";
        let fields = [("mat-khau-moi", new), ("mat-khau-lai", new)];
        let set = owner.post("/co-quan/doi-mat-khau-dau", &fields).await;
        assert_eq!(set.location.as_deref(), Some("/co-quan"));
        let other = [("mat-khau-moi", "cái cày theo sau"), ("mat-khau-lai", "cái cày theo sau")];
        let late = thief.post("/co-quan/doi-mat-khau-dau", &other).await;
        assert_ne!(late.location.as_deref(), Some("/co-quan"));
        assert_eq!(site.count("select count(*) from session"), 1);
    }

    async fn a_name_that_nobody_has_is_locked_like_any_other(site) {
        given_lan(&site, false);
        let mut browser = site.browser();
        for _ in 0..4 {
            let fields = [("dang-nhap", "khong-co"), ("mat-khau", "x")];
            let answer = browser.post("/co-quan/dang-nhap", &fields).await;
            assert!(answer.text.contains("không đúng"), "{}", answer.text);
        }
        let fields = [("dang-nhap", "khong-co"), ("mat-khau", "x")];
        let answer = browser.post("/co-quan/dang-nhap", &fields).await;
        assert!(answer.text.contains("tạm khóa"), "{}", answer.text);
    }

    async fn somebody_who_mistypes_slows_himself_and_each_time_longer(site) {
        given_lan(&site, false);
        let mut browser = site.browser();
        for _ in 0..5 {
            browser.post("/co-quan/dang-nhap", WRONG).await;
        }
        let told = browser.post("/co-quan/dang-nhap", RIGHT).await;
        assert!(told.text.contains("sau 1 phút (từ 08:01)"), "{}", told.text);
        // Elsewhere, the same account goes on; here, other accounts do.
        let mut elsewhere = site.browser().at_address("10.0.0.9");
        assert_eq!(elsewhere.post("/co-quan/dang-nhap", RIGHT).await.status, 303);
        let unknown = [("dang-nhap", "ai-khac"), ("mat-khau", "x")];
        assert!(browser.post("/co-quan/dang-nhap", &unknown).await.text.contains("không đúng"));
        site.pass_minutes(1);
        assert!(browser.post("/co-quan/dang-nhap", WRONG).await.text.contains("sau 2 phút"));
        site.pass_minutes(2);
        assert!(browser.post("/co-quan/dang-nhap", WRONG).await.text.contains("sau 4 phút"));
        site.pass_minutes(4);
        assert_eq!(browser.post("/co-quan/dang-nhap", RIGHT).await.status, 303);
        // The right one forgives what was wrong.
        let mut browser = site.browser();
        assert!(browser.post("/co-quan/dang-nhap", WRONG).await.text.contains("không đúng"));
        assert_eq!(browser.post("/co-quan/dang-nhap", RIGHT).await.status, 303);
    }

    async fn an_account_that_is_guessed_at_from_everywhere_is_slowed_everywhere(site) {
        given_lan(&site, false);
        for n in 0..20 {
            let mut browser = site.browser().at_address(&format!("10.0.1.{}", n / 4));
            browser.post("/co-quan/dang-nhap", WRONG).await;
        }
        let mut browser = site.browser().at_address("10.0.2.1");
        let locked = browser.post("/co-quan/dang-nhap", RIGHT).await;
        assert!(locked.text.contains("sau 1 phút"), "{}", locked.text);
        site.pass_minutes(1);
        assert_eq!(browser.post("/co-quan/dang-nhap", RIGHT).await.status, 303);
        assert_eq!(site.count("select failures from account where login = 'lan'"), 0);
    }

    async fn one_address_has_a_ceiling_that_holds_for_its_wrong_tries_only(site) {
        given_lan(&site, false);
        let mut browser = site.browser();
        let most = site.site.config.tries_per_address;
        assert!(most >= 200, "a whole office types behind one address");
        for _ in 0..most {
            let from = format!("sign-in:{}", testkit::ORIGIN);
            site.site.limiter.take(&from, most, 900, site.now()).unwrap();
        }
        let shut = browser.post("/co-quan/dang-nhap", RIGHT).await;
        assert_eq!(shut.status, 429);
        assert!(shut.text.contains("sau 15 phút, từ 08:15"), "{}", shut.text);
        assert_eq!(site.browser().at_address("10.0.0.9").post("/co-quan/dang-nhap", RIGHT).await.status, 303);
    }

    async fn an_office_behind_one_address_signs_in_as_often_as_it_likes(site) {
        given_lan(&site, false);
        for _ in 0..35 {
            let answer = site.browser().post("/co-quan/dang-nhap", RIGHT).await;
            assert_eq!(answer.status, 303);
        }
    }

    async fn sign_in_leads_nowhere_but_home(site) {
        given_lan(&site, false);
        for (asked, led) in [
            ("/co-quan/ho-so?trang=2", "/co-quan/ho-so?trang=2"),
            ("//ke-xau.example", "/co-quan"),
            ("https://ke-xau.example", "/co-quan"),
            ("/\\ke-xau.example", "/co-quan"),
            ("/\t/ke-xau.example", "/co-quan"),
        ] {
            let mut fields = RIGHT.to_vec();
            fields.push(("tiep", asked));
            let answer = site.browser().post("/co-quan/dang-nhap", &fields).await;
            assert_eq!(answer.location.as_deref(), Some(led), "{asked}");
        }
    }

    async fn a_form_without_the_sessions_token_is_not_taken(site) {
        given_lan(&site, false);
        let mut browser = site.signed_in("lan");
        browser.csrf = "khác".to_owned();
        let answer = browser.post("/co-quan/tai-khoan/ket-thuc-het", &[]).await;
        assert_eq!(answer.status, 403);
        assert_eq!(site.count("select count(*) from session"), 1);
    }

    async fn a_form_of_somebody_elses_page_is_told_so_and_the_line_ends_with_it(site) {
        given_lan(&site, false);
        let mut lan = site.signed_in("lan");
        let (path, kind) = ("/co-quan/tai-khoan/ket-thuc-het", "application/x-www-form-urlencoded");
        let from = [("origin", "https://ke-xau.example"), ("host", "tanky.example")];
        let away = lan.post_with(path, kind, &from, b"csrf=a".to_vec()).await;
        assert_eq!((away.status, away.ends_line), (403, true));
        assert!(away.text.contains("Trang đã cũ"), "{}", away.text);
        // Whoever is not signed in is sent there before he is heard; whoever is heard keeps his line.
        let away = site.browser().post(path, &[]).await;
        assert!(away.ends_line && away.location.expect("away").starts_with("/co-quan/dang-nhap"));
        assert!(!lan.post(path, &[]).await.ends_line);
        assert!(!site.browser().get("/co-quan/dang-nhap").await.ends_line);
    }

    async fn a_session_of_somebody_else_is_not_said_to_be_ended(site) {
        given_lan(&site, false);
        let mut lan = site.signed_in("lan");
        let gone = lan.post("/co-quan/tai-khoan/phien/4711/ket-thuc", &[]).await;
        assert_eq!(gone.status, 303);
        assert!(lan.get("/co-quan/tai-khoan").await.text.contains("không phải của ông, bà"));
        // An address that was sent along is written as one, and not without end.
        let mut fields = RIGHT.to_vec();
        let long = format!("/{}", "a".repeat(70_000));
        fields.push(("tiep", &long));
        let answer = site.browser().post("/co-quan/dang-nhap", &fields).await;
        assert_eq!(answer.location.as_deref(), Some("/co-quan"));
        let told = site::told("/a?q=Thử \"><b>\r\n&b=%20", "x");
        assert_eq!(told.headers()["location"], "/a?q=Th%E1%BB%AD%20%22%3E%3Cb%3E&b=%20");
    }

    async fn signing_out_everywhere_ends_every_session(site) {
        given_lan(&site, false);
        let mut one = site.signed_in("lan");
        let mut other = site.signed_in("lan");
        one.post("/co-quan/tai-khoan/ket-thuc-het", &[]).await;
        let answer = other.get("/co-quan/tai-khoan").await;
        assert!(answer.location.unwrap().starts_with("/co-quan/dang-nhap"));
    }

    async fn an_idle_session_ends_by_itself(site) {
        given_lan(&site, false);
        let mut browser = site.browser();
        browser.post("/co-quan/dang-nhap", RIGHT).await;
        site.pass_minutes(200);
        assert_eq!(browser.get("/co-quan/tai-khoan").await.status, 200, "in use");
        site.pass_minutes(200);
        assert_eq!(browser.get("/co-quan/tai-khoan").await.status, 200, "in use again");
        site.pass_minutes(241);
        assert_eq!(browser.get("/co-quan/tai-khoan").await.status, 303);
    }
}
