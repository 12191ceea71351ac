//! The evaluation through the front door, on both databases.

use testkit::{TestSite, on_both_engines};

use crate::{
    ratings::tests::{given_a_result, given_returned, rate},
    tests::SHOP,
};

/// The points that the page shows for an indicator.
fn points(page: &str, number: u8) -> String {
    let row = page.split(&format!("id=\"chi-so-{number}\"")).nth(1).unwrap_or_default();
    let cell = row.split("data-label=\"Điểm\"><b>").nth(1).unwrap_or_default();
    cell.split('<').next().unwrap_or_default().to_owned()
}

async fn page(site: &TestSite, login: &str, query: &str) -> String {
    let answer = site.signed_in(login).get(&format!("/co-quan/danh-gia?{query}")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.text
}

on_both_engines! { citizen::routes().and(voice::routes()).and(crate::routes());
    async fn what_did_not_occur_and_what_is_not_recorded_is_neither_full_nor_nought(site) {
        given_a_result(&site).await;
        let query = format!("don-vi={SHOP}&ky=2026-01");
        let before = page(&site, "truong", &query).await;
        for number in [1, 2, 3, 4, 5, 7] {
            assert_eq!(points(&before, number), "không phát sinh", "{number}");
        }
        assert_eq!(points(&before, 6), "chưa có dữ liệu");
        assert_eq!(points(&before, 8), "2,0", "no feedback arose");
        assert_eq!(points(&before, 9), "0,0", "no dossier came online");
        assert!(before.contains("loại tạm tính"), "{before}");
        // What is missing is named, and how it is got.
        assert!(before.contains("Ghi ở trang Niêm yết"), "{before}");
        // One procedure hangs at the office: not all of them, so one way only. When all hang: both.
        let post = |which: &str| format!(
            "insert into posting (unit, version, place, posted_on)
             select 2, v.id, 'board', '2026-01-02' from procedure_version v
             where {which} on conflict (unit, version, place) do nothing"
        );
        let first = post("v.id = (select min(version) from dossier)");
        site.run(|tx| tx.execute(&first, &[]));
        let one = page(&site, "truong", &query).await;
        assert_eq!(points(&one, 6), "1,0", "{one}");
        let all = post("1 = 1");
        site.run(|tx| tx.execute(&all, &[]));
        assert_eq!(points(&page(&site, "truong", &query).await, 6), "2,0");
        let earlier = page(&site, "truong", &format!("don-vi={SHOP}&ky=2025-12")).await;
        assert_eq!(points(&earlier, 6), "chưa có dữ liệu", "nothing hung then");
        let other = page(&site, "truong", &format!("don-vi={SHOP}&ky=2025-12")).await;
        assert_eq!(points(&other, 8), "2,0", "{other}");
    }

    async fn a_rating_moves_the_indicators_and_each_figure_opens_its_dossiers(site) {
        given_a_result(&site).await;
        given_returned(&site);
        let query = format!("don-vi={SHOP}&ky=2026-01");
        let before = page(&site, "truong", &query).await;
        let in_time = points(&before, 1);
        assert!(["1,0", "2,0"].contains(&in_time.as_str()), "{in_time}");
        assert_eq!((points(&before, 3), points(&before, 4)), ("2,0".into(), "chưa có dữ liệu".into()));
        assert_eq!(points(&before, 7), in_time);
        assert_eq!(points(&before, 2), in_time, "one agency: its limit is the whole's");
        // Another agency has a part of it and is late: each counts by its own limit.
        site.run(|tx| {
            let kept = citizen::dossiers::facts::by_id(tx, domain::ids::DossierId(1))?.unwrap();
            let mut late = kept.dossier;
            late.finished_at = late.due_original_at.and_then(|it| it.checked_add(jiff::ToSpan::days(9)).ok());
            let state = serde_json::to_string(&late).unwrap();
            let part: i64 = tx.insert(
                "insert into dossier (code, body, unit, competent, version, workflow, rules, channel, status,
                   is_open, financial, delivery, synchronisation, step, received_at, provisional, applicant,
                   fee, state, edition)
                 select 'part', 1, 1, 1, version, workflow, rules, channel, status, 0, financial, delivery,
                   synchronisation, step, '2020-01-02T08:00:00', 0, applicant, fee, ?1, 1 from dossier where id = 1
                 returning id",
                &[state.into()],
            )?;
            tx.execute(
                "insert into dossier_link (kind, parent, child, place, arrangement, state, procedure, carriage,
                   request, number, opened_by, opened_ms, edition)
                 values ('child', 1, ?1, 1, 'parallel', 'done', '', 'electronic', '', '', 0, 0, 1)",
                &[part.into()],
            )
        });
        let shared = page(&site, "truong", &query).await;
        let half = if in_time == "2,0" { "1,0" } else { "0,5" };
        assert_eq!((points(&shared, 1), points(&shared, 2)), (in_time.clone(), half.into()), "{shared}");
        assert!(shared.contains("2 lượt cơ quan"), "{shared}");
        let shares = site.signed_in("truong").get(&format!("/co-quan/danh-gia/ho-so?{query}&chi-so=2")).await;
        assert!(shares.text.contains("cơ quan phối hợp quá hạn"), "{}", shares.text);
        assert_eq!(rate(&site, "1", "bad").await.0, 303);
        let after = page(&site, "truong", &query).await;
        assert_eq!((points(&after, 4), points(&after, 7)), ("1,0".into(), "0,0".into()));
        assert!(after.contains("0/1 (0"), "nobody is satisfied: {after}");
        let code = site.text("select code from dossier where id = 1");
        let list = |number: &str| format!("/co-quan/danh-gia/ho-so?{query}&chi-so={number}");
        let behind = site.signed_in("truong").get(&list("7")).await.text;
        assert!(behind.contains(&code) && behind.contains("có phản ánh về thái độ"), "{behind}");
        let said = site.signed_in("truong").get(&format!("/co-quan/danh-gia/y-kien?don-vi={SHOP}")).await.text;
        assert!(said.contains("Cảm ơn cô ở quầy 1") && said.contains("01/2026") && !said.contains(&code), "{said}");
        let file = site.signed_in("cchc").get(&format!("/co-quan/danh-gia/xuat?{query}")).await;
        assert_eq!(people::sheets::read("a.xlsx", &file.bytes).unwrap().rows.len(), 10);
        let paper = site.signed_in("truong").get(&format!("/co-quan/danh-gia/in?{query}")).await;
        assert!(paper.bytes.starts_with(b"%PDF-"), "{}", paper.text);
        // A body, a quarter and a year see the same dossier; a list that does not exist is none.
        for more in ["don-vi=2&ky=2026-q1", "don-vi=1&ky=2026"] {
            let login = if more.starts_with("don-vi=1") { "cchc" } else { "truong" };
            let text = page(&site, login, more).await;
            let expected = if login == "cchc" { "không phát sinh" } else { in_time.as_str() };
            assert_eq!(points(&text, 1), expected, "{more}");
        }
        assert_eq!(site.signed_in("truong").get(&list("khong")).await.status, 404);
    }

    async fn who_was_rated_does_not_learn_by_whom(site) {
        given_a_result(&site).await;
        // The head himself settled it.
        site.run(|tx| {
            let head = tx.query_number("select staff from account where login = 'truong'", &[])?;
            let kept = citizen::dossiers::facts::by_id(tx, domain::ids::DossierId(1))?.unwrap();
            let mut it = kept.dossier;
            it.officer = Some(domain::ids::StaffId(head));
            tx.execute("update dossier set state = ?1", &[serde_json::to_string(&it).unwrap().into()])
        });
        given_returned(&site);
        assert_eq!(rate(&site, "1", "bad").await.0, 303);
        let code = site.text("select code from dossier");
        let path = format!("/co-quan/danh-gia/ho-so?don-vi={SHOP}&ky=2026-01&chi-so=7");
        let own = site.signed_in("truong").get(&path).await.text;
        assert!(!own.contains(&code) && own.contains("1 hồ sơ do ông, bà thụ lý"), "{own}");
        assert!(site.signed_in("ky").get(&path).await.text.contains(&code));
        let head = site.count("select staff from account where login = 'truong'");
        let query = format!("don-vi={SHOP}&ky=2026-01&can-bo={head}");
        let official = page(&site, "ky", &query).await;
        assert!(official.contains("/ 10,0") && !official.contains("chi-so-9"), "{official}");
        assert_eq!(site.signed_in("quay").get("/co-quan/danh-gia").await.status, 403);
        let far = site.signed_in("truong-khac").get(&format!("/co-quan/danh-gia?don-vi={SHOP}")).await;
        assert_eq!(far.status, 404);
    }
}
