//! The auditor's page finds what was touched.

use domain::{access::Role, ids::UnitId};
use store::journal::Entry;
use testkit::{TestSite, on_both_engines};

use crate::accounts::facts::{self as accounts, NewAccount};

fn given_an_auditor(site: &TestSite) {
    site.given("insert into unit (id, kind) values (1, 'commune')", &[]);
    let today = site.now().civil().date();
    site.run(|tx| {
        crate::calendar::facts::seed(tx)?;
        accounts::create(
            tx,
            &NewAccount {
                login: "kiemtra",
                name: "kiemtra",
                staff: None,
                password_hash: "",
                must_change: false,
                roles: &[(Role::Auditor, UnitId(1))],
                from: today,
            },
        )?;
        tx.journal(Entry::new("dossier", 7, "accept"));
        Ok(())
    });
}

on_both_engines! { crate::routes();
    async fn an_old_head_is_confirmed_and_a_touched_entry_is_named(site) {
        given_an_auditor(&site);
        let mut auditor = site.signed_in("kiemtra");
        let page = auditor.get("/co-quan/nhat-ky").await;
        assert!(page.text.contains("Hồ sơ số 7"), "{}", page.text);
        let head = site.run(store::journal::head).head;
        assert!(page.text.contains(&head));
        let page = auditor.get(&format!("/co-quan/nhat-ky/kiem-tra?ma={head}")).await;
        assert!(page.text.contains("Nhật ký nguyên vẹn"), "{}", page.text);
        let page = auditor.get("/co-quan/nhat-ky/kiem-tra?ma=0123abcd").await;
        assert_eq!(page.status, 422);
        assert!(page.text.contains("đúng 64 ký tự"), "{}", page.text);
        let other = "ab".repeat(32);
        let page = auditor.get(&format!("/co-quan/nhat-ky/kiem-tra?ma={other}")).await;
        assert!(page.text.contains("KHÔNG nguyên vẹn"), "{}", page.text);
        site.given("update journal set act = 'withdraw' where subject = 'dossier'", &[]);
        let page = auditor.get("/co-quan/nhat-ky/kiem-tra").await;
        assert!(page.text.contains("KHÔNG nguyên vẹn"), "{}", page.text);
    }

    async fn the_journal_is_searched_by_thing_by_person_and_by_day(site) {
        given_an_auditor(&site);
        site.set_clock(jiff::civil::date(2026, 1, 12).at(9, 0, 0, 0));
        site.run(|tx| {
            let details = serde_json::json!({"version": 1, "in_force_from": "2026-02-01"});
            tx.journal(Entry::new("procedure", 3, "publish").details(&details));
            Ok(())
        });
        let mut auditor = site.signed_in("kiemtra");
        for (query, dossier, procedure) in [
            ("loai=dossier&so=7", true, false),
            ("loai=procedure", false, true),
            ("tu=09/01/2026", false, true),
            ("den=11/01/2026", true, false),
            ("ai=kiemtra", false, false),
            ("viec=tiep+nhan", true, false),
            ("viec=cong+bo", false, true),
            ("viec=khong+co+viec+nay", false, false),
        ] {
            let page = auditor.get(&format!("/co-quan/nhat-ky?{query}")).await.text;
            assert_eq!(page.contains("Hồ sơ số 7"), dossier, "{query}");
            assert_eq!(page.contains("Thủ tục số 3"), procedure, "{query}");
        }
        let page = auditor.get("/co-quan/nhat-ky?loai=procedure").await.text;
        assert!(page.contains("Công bố phiên bản") && page.contains("Hiệu lực từ: 01/02/2026"), "{page}");
        assert!(page.contains("in_force_from"), "what is kept can be seen");
        let book = auditor.get("/co-quan/nhat-ky/xuat?loai=procedure").await;
        assert!(book.bytes.starts_with(b"PK") && book.media_type.contains("sheet"));
        let table = crate::sheets::read("nhat-ky.xlsx", &book.bytes).expect("a workbook");
        assert_eq!(table.rows.len(), 1, "only what the filter shows");
        assert!(table.rows[0].1.iter().any(|it| it.contains("Hiệu lực từ: 01/02/2026")));
        assert_eq!(site.browser().get("/co-quan/nhat-ky/xuat").await.status, 303, "auditors only");
        let page = auditor.get("/co-quan/nhat-ky?tu=hom+qua").await.text;
        assert!(page.contains("Ngày chưa đọc được"), "{page}");
    }
}
