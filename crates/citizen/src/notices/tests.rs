//! Texts of notices: changed with places, refused without, used in the next notice, exchanged.

use domain::{access::Role, ids::UnitId};
use people::accounts::facts::{self as accounts, NewAccount};
use testkit::{TestSite, on_both_engines};

use crate::dossiers::tests::given_two_communes;

fn given_reform_officer(site: &TestSite) {
    given_two_communes(site);
    let from = site.now().civil().date();
    site.run(|tx| {
        accounts::create(
            tx,
            &NewAccount {
                login: "cchc",
                name: "cchc",
                staff: None,
                password_hash: "",
                must_change: false,
                roles: &[(Role::ReformOfficer, UnitId(1))],
                from,
            },
        )
    });
}

on_both_engines! { crate::routes();
    async fn a_text_is_put_in_the_offices_own_words_and_keeps_its_places(site) {
        given_reform_officer(&site);
        let mut reform = site.signed_in("cchc");
        let path = "/co-quan/quan-tri/mau-tin";
        let page = reform.get(path).await;
        assert!(page.text.contains("H41.99.40-260302-0001"), "a sample is shown: {}", page.text);
        let own = "Kính gửi ông, bà: hồ sơ {ma-ho-so} hẹn lại {ngay-hen}. Xin lỗi ông, bà.";
        for (text, words) in [
            ("Xin lỗi ông, bà.", "Tin phải có {ma-ho-so}"),
            ("{ma-ho-so} {ho-ten}", "Không có chỗ điền {ho-ten}"),
            ("{ma-ho-so} {ngay", "thiếu dấu }"),
        ] {
            let answer = reform.post(path, &[("extended", text)]).await;
            assert_eq!(answer.status, 422);
            assert!(answer.text.contains(words), "{words}: {}", answer.text);
            assert!(answer.text.contains("ông, bà") || answer.text.contains("{ma-ho-so}"));
        }
        assert_eq!(reform.post(path, &[("extended", own)]).await.status, 303);
        assert!(reform.get(path).await.text.contains("Kính gửi ông, bà"));
        // Emptied, it is the shipped one again.
        assert_eq!(reform.post(path, &[("extended", "")]).await.status, 303);
        assert!(!reform.get(path).await.text.contains("Kính gửi ông, bà"));
        assert_eq!(site.count("select count(*) from setting where name like 'notice_text%'"), 0);
        assert_eq!(site.signed_in("quay").get(path).await.status, 403);
    }
}

#[test]
fn what_stands_in_a_value_is_never_a_place() {
    let text =
        super::texts::filled("{ma-ho-so}: {ly-do}", &[("ma-ho-so", "{ly-do}"), ("ly-do", "mưa")]);
    assert_eq!(text, "{ly-do}: mưa");
}
