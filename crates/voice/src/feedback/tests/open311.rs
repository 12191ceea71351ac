//! Open311 as other programs use it.

use super::*;

/// A key that the office gives out.
async fn key(site: &TestSite) -> String {
    let mut tiepdan = site.signed_in("tiepdan");
    let fields = [("don-vi", "2"), ("ten-khoa", "Ứng dụng thử")];
    let page = tiepdan.post("/co-quan/phan-anh/thiet-lap/khoa", &fields).await;
    let key = between(&page.text, "id=\"khoa-moi\">", "<").to_owned();
    assert_eq!(key.len(), 40, "{}", page.text);
    assert!(!site.text("select hash from open311_key").contains(&key));
    key
}

on_both_engines! { citizen::routes().and(crate::routes());
    async fn other_programs_read_what_is_open_and_nobodys_name(site) {
        given(&site);
        let mut citizen = site.browser();
        let (code, _) = send(&mut citizen, &[
            ("ho-ten", "Lê Văn Tắc"), ("dien-thoai", "0912345678"), ("vi-do", "19.123456"), ("kinh-do", "105.654321"),
            ("noi-dung", "Tôi là Lê Văn Tắc, 0912345678, cống xóm 3 tắc"), ("o-dau", "nhà ông Tắc"),
        ]).await;
        send(&mut citizen, &[("loai", "conduct"), ("noi-dung", "Cán bộ quầy 2 nói trống không")]).await;
        let mut program = site.browser();
        let services = program.get("/open311/v2/services.json").await;
        assert!(services.text.contains("suggestion") && !services.text.contains("denunciation") && !services.text.contains("conduct"));
        let all = program.get("/open311/v2/requests.json").await;
        assert_eq!(all.media_type, "application/json; charset=utf-8");
        let read: serde_json::Value = serde_json::from_str(&all.text).unwrap();
        assert_eq!(read.as_array().unwrap().len(), 1);
        let one = &read[0];
        assert_eq!(one["service_request_id"], code.as_str());
        assert_eq!(one["description"], "Góp ý khác", "nobody of the office has read it yet");
        assert_eq!(one["requested_datetime"], "2026-01-08T08:00:00+07:00");
        assert_eq!(one["lat"].to_string(), "19.123");
        for word in ["Lê Văn Tắc", "0912345678", "nhà ông Tắc", "cống xóm 3", "19.123456"] {
            assert!(!all.text.contains(word), "{word}");
        }
        let xml = program.get(&format!("/open311/v2/requests/{code}.xml")).await;
        assert!(xml.text.contains("<service_requests><request><address>"), "{}", xml.text);
        for (query, status) in [
            ("start_date=2025-01-01T00:00:00Z&end_date=2025-12-31T00:00:00Z", 400), ("start_date=hom-qua", 400),
            ("status=lost", 400), ("service_code=denunciation", 400), ("status=closed", 200),
            ("start_date=2026-01-07T00:00:00Z", 200),
        ] {
            let asked = program.get(&format!("/open311/v2/requests.json?{query}")).await;
            assert_eq!(asked.status, status, "{query} {}", asked.text);
        }
        let unknown = program.get("/open311/v2/requests/PA-XXXXXX.json").await;
        assert_eq!(unknown.status, 404);
        assert_eq!(unknown.text, r#"[{"code":404,"description":"service_request_id was not found."}]"#);
    }

    async fn a_long_list_asks_the_database_no_more_than_a_short_one(site) {
        given(&site);
        site.given("insert into village (id, unit, name, key, is_gone) values (7, 2, 'Xóm 3', 'xom 3', 0)", &[]);
        let mut citizen = site.browser();
        let mut program = site.browser();
        let mut counts = Vec::new();
        for sent in [1, 4] {
            for _ in 0..sent {
                send(&mut citizen, &[("noi-dung", &format!("Cống tắc {}", token()))]).await;
            }
            site.given("update feedback set village = 7", &[]);
            site.db.record();
            let all = program.get("/open311/v2/requests.json").await;
            counts.push(site.db.recorded().len());
            assert!(all.text.contains("\"address\":\"Xóm 3\""), "{}", all.text);
        }
        assert_eq!(counts[0], counts[1], "each request is no query of its own");
        // What was published is read beside the others.
        site.given(
            "insert into feedback_public (feedback, unit, class, said, answered, proposed_by, published_by, published_at)
             select id, unit, class, 'Đã che tên', 'Đã thông cống', 1, 2, 1 from feedback order by id limit 1",
            &[],
        );
        let all = program.get("/open311/v2/requests.json").await.text;
        assert_eq!((all.matches("Đã che tên").count(), all.matches("Đã thông cống").count()), (1, 1), "{all}");
    }

    async fn only_a_key_that_holds_sends(site) {
        given(&site);
        let key = key(&site).await;
        let mut program = site.browser();
        let fields = [("service_code", "suggestion"), ("description", "Đèn đường hỏng ba tuần"), ("phone", "0912345678")];
        assert_eq!(program.post("/open311/v2/requests.json", &fields).await.status, 403);
        let mut with = fields.to_vec();
        with.push(("api_key", &key));
        let made = program.post("/open311/v2/requests.json", &with).await;
        assert_eq!(made.status, 201, "{}", made.text);
        assert_eq!(site.text("select door from feedback"), "open311");
        let rows = site.run(|tx| tx.query("select * from feedback", &[]));
        assert!(!format!("{rows:?}").contains("0912345678"));
        with[0] = ("service_code", "denunciation");
        assert_eq!(program.post("/open311/v2/requests.json", &with).await.status, 404);
        let id = site.count("select id from open311_key").to_string();
        site.signed_in("tiepdan").post("/co-quan/phan-anh/thiet-lap/bo-khoa", &[("don-vi", "2"), ("khoa", &id)]).await;
        with[0] = ("service_code", "suggestion");
        assert_eq!(program.post("/open311/v2/requests.json", &with).await.status, 403);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_of_others_read_and_write_by_open311() {
    // georeport and three, where ./test has installed them.
    let Ok(python) = std::env::var("TEST_OUTSIDE") else { return };
    let site = TestSite::on_sqlite(citizen::routes().and(crate::routes()));
    given(&site);
    let key = key(&site).await;
    send(&mut site.browser(), &[]).await;
    let base = format!("{}/open311/v2", site.listen().await);
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/src/feedback/tests/outside.py");
    let out = tokio::task::spawn_blocking(move || {
        std::process::Command::new(python).args([script, &base, &key]).output().unwrap()
    })
    .await
    .unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let said: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    let four = serde_json::json!(["proposal", "question", "rule_report", "suggestion"]);
    for form in ["json", "xml"] {
        assert_eq!(said[form]["services"], four, "{form}");
        assert_eq!(said[form]["definition"], "suggestion");
        assert!(said[form]["requests"].to_string().contains("PA-"), "{said}");
    }
    let three = &said["three"];
    assert_eq!(three["services"], four);
    assert_eq!(three["request"][0]["description"], "Góp ý khác");
    assert_eq!(three["token"][0]["service_request_id"], three["made"][0]["service_request_id"]);
    assert_eq!(three["all"].as_array().unwrap().len(), 2);
    assert_eq!(three["wrong"][0]["code"], 403);
    assert!(!three["all"].to_string().contains("0912345678"));
}
