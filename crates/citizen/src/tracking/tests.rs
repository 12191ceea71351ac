//! Tracking: with the secret everything, without it nothing, and guessing is slow.

use testkit::{TestSite, on_both_engines};

/// One dossier of the demo's own making would do; here it is put together by hand.
fn given_one_dossier(site: &TestSite) {
    site.run(|tx| {
        people::calendar::facts::seed(tx)?;
        crate::procedures::facts::seed(tx, jiff::civil::date(2019, 1, 1))
    });
    site.given("insert into unit (id, kind) values (1, 'commune'), (2, 'one_stop')", &[]);
    site.given(
        "insert into unit_version
           (unit, valid_from, parent, name, title, code, agency_code, address, phone, place)
         values (1, '2020-01-01', null, 'Phú Sơn', 'UBND xã Phú Sơn', '', '000.40.99.H41', '', '', ''),
                (2, '2020-01-01', 1, 'Một cửa', 'Một cửa xã Phú Sơn', '', '', '', '', '')",
        &[],
    );
    let now = site.now().civil();
    site.run(|tx| {
        let tree = site::tree_of(tx)?;
        let calendars = people::calendar::facts::load(tx)?;
        let desk = crate::dossiers::desk::Desk { tree: &tree, calendars: &calendars };
        let maker = domain::dossier::Maker {
            account: domain::ids::AccountId(0),
            staff: None,
            parts: vec![domain::dossier::Part::Counter],
            lent: Vec::new(),
            answers_for: Vec::new(),
        };
        let intake = crate::dossiers::desk::Intake {
            procedure: "1.001193".into(),
            unit: domain::ids::UnitId(2),
            channel: domain::procedure::ChannelKind::Direct,
            received_at: now,
            person: crate::dossiers::Person {
                name: "Nguyễn Thị Thử".into(),
                return_way: "counter".into(),
                ..Default::default()
            },
            papers: Vec::new(),
            fee: domain::money::Dong::ZERO,
            agreed_days: None,
        };
        crate::dossiers::desk::receive(tx, desk, &maker, &intake)
            .map_err(|e| store::Fault::Broken(format!("{e:?}")))
    });
    site.given("update dossier_person set secret = '123456'", &[]);
}

on_both_engines! { crate::routes();
    async fn with_the_secret_a_citizen_sees_where_it_is_and_no_name(site) {
        given_one_dossier(&site);
        let code = site.text("select code from dossier");
        let mut browser = site.browser();
        let answer =
            browser.post("/tra-cuu", &[("ma-ho-so", &code), ("ma-bi-mat", "123 456")]).await;
        let path = format!("/ho-so/{code}");
        assert_eq!(answer.location.as_deref(), Some(path.as_str()), "{}", answer.text);
        // As a transfer writes it, or a telephone without dots.
        let bare: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
        let bare = [("ma-ho-so", bare.as_str()), ("ma-bi-mat", "123456")];
        let answer = site.browser().post("/tra-cuu", &bare).await;
        assert_eq!(answer.location.as_deref(), Some(path.as_str()), "{}", answer.text);
        let page = browser.get(&path).await;
        assert_eq!(page.status, 200, "{}", page.text);
        assert!(page.text.contains("Được tiếp nhận") && page.text.contains("17:00, thứ Năm 08/01/2026"));
        assert!(!page.text.contains("Nguyễn Thị Thử"));
        let english = browser.get(&format!("{path}?lang=en")).await;
        assert!(english.text.contains("Accepted"));
    }

    async fn the_qr_code_leads_there_and_the_secret_leaves_the_address(site) {
        given_one_dossier(&site);
        let code = site.text("select code from dossier");
        let mut browser = site.browser();
        let answer = browser.get(&format!("/ho-so/{code}?ma=123456")).await;
        assert_eq!(answer.location, Some(format!("/ho-so/{code}")));
        assert_eq!(browser.get(&format!("/ho-so/{code}")).await.status, 200);
    }

    async fn without_the_secret_there_is_nothing_and_guessing_is_slowed(site) {
        given_one_dossier(&site);
        let code = site.text("select code from dossier");
        let mut browser = site.browser();
        let bare = browser.get(&format!("/ho-so/{code}")).await;
        assert!(bare.location.unwrap().starts_with("/tra-cuu"));
        for guess in 0..6 {
            let secret = format!("{guess:06}");
            let answer =
                browser.post("/tra-cuu", &[("ma-ho-so", &code), ("ma-bi-mat", &secret)]).await;
            assert_eq!(answer.status, 422);
            assert!(!answer.text.contains(&format!("value=\"{secret}\"")));
        }
        let right = [("ma-ho-so", code.as_str()), ("ma-bi-mat", "123456")];
        assert_eq!(browser.post("/tra-cuu", &right).await.status, 429, "even the right one waits");
        site.pass_minutes(16);
        assert_eq!(browser.post("/tra-cuu", &right).await.status, 303);
    }

    async fn neighbours_behind_one_address_do_not_shut_each_other_out(site) {
        given_one_dossier(&site);
        let code = site.text("select code from dossier");
        let mut browser = site.browser();
        // More than one person's share of right answers, and of wrong ones about other dossiers.
        let right = [("ma-ho-so", code.as_str()), ("ma-bi-mat", "123456")];
        for n in 0..35 {
            let other = format!("H41.99.40-260108-{:04}", 100 + n);
            let wrong = [("ma-ho-so", other.as_str()), ("ma-bi-mat", "000000")];
            assert_eq!(browser.post("/tra-cuu", &wrong).await.status, 422);
            assert_eq!(browser.post("/tra-cuu", &right).await.status, 303);
        }
        let wrong = [("ma-ho-so", code.as_str()), ("ma-bi-mat", "000000")];
        for _ in 0..6 {
            assert_eq!(browser.post("/tra-cuu", &wrong).await.status, 422);
        }
        let shut = browser.post("/tra-cuu", &right).await;
        assert_eq!(shut.status, 429);
        assert!(shut.text.contains("sau 1 phút, từ 08:01"), "{}", shut.text);
        assert_eq!(site.browser().at_address("10.0.0.9").post("/tra-cuu", &right).await.status, 303);
        // Guessed at from many addresses, the dossier itself is shut for a while.
        for n in 0..30 {
            site.browser().at_address(&format!("10.0.3.{n}")).post("/tra-cuu", &wrong).await;
        }
        assert_eq!(site.browser().at_address("10.0.4.1").post("/tra-cuu", &right).await.status, 429);
        site.pass_minutes(16);
        assert_eq!(browser.post("/tra-cuu", &right).await.status, 303);
    }

    async fn a_dossier_that_does_not_exist_is_answered_alike(site) {
        given_one_dossier(&site);
        let mut browser = site.browser();
        let none = [("ma-ho-so", "H41.99.40-260108-0999"), ("ma-bi-mat", "123456")];
        let answer = browser.post("/tra-cuu", &none).await;
        assert_eq!(answer.status, 422);
        assert!(answer.text.contains("không khớp"));
        let nonsense = browser.post("/tra-cuu", &[("ma-ho-so", "abc"), ("ma-bi-mat", "1")]).await;
        assert_eq!(nonsense.status, 422);
    }
}
