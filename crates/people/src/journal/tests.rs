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
        assert!(page.text.contains("KHÔNG nguyên vẹn"), "{}", page.text);
        site.given("update journal set act = 'withdraw' where subject = 'dossier'", &[]);
        let page = auditor.get("/co-quan/nhat-ky/kiem-tra").await;
        assert!(page.text.contains("KHÔNG nguyên vẹn"), "{}", page.text);
    }
}
