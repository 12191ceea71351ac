//! The head on paper is the head of the journal.

use domain::{access::Role, ids::UnitId};
use people::accounts::facts::{self as accounts, NewAccount};
use testkit::{TestSite, on_both_engines};

fn given_an_auditor(site: &TestSite) {
    site.given("insert into unit (id, kind) values (1, 'commune')", &[]);
    site.given(
        "insert into unit_version
           (unit, valid_from, parent, name, title, code, agency_code, address, phone, place)
         values (1, '2020-01-01', null, 'Phú Sơn', 'UBND xã Phú Sơn', '', '', '', '', 'Phú Sơn')",
        &[],
    );
    let today = site.now().civil().date();
    site.run(|tx| {
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
        )
    });
}

on_both_engines! { crate::routes();
    async fn the_head_is_printed_to_be_posted(site) {
        given_an_auditor(&site);
        let paper = site.signed_in("kiemtra").get("/co-quan/nhat-ky/ma-doi-chieu.pdf").await;
        assert_eq!((paper.status, paper.media_type.as_str()), (200, "application/pdf"));
        assert!(paper.bytes.starts_with(b"%PDF-"));
    }
}
