//! A unit is not closed while dossiers need it.

use domain::{access::Role, ids::UnitId};
use people::accounts::facts::{self as accounts, NewAccount};
use testkit::on_both_engines;

use super::{ONCE, birth, given_two_communes};

on_both_engines! { crate::routes().and(people::routes());
    async fn a_one_stop_with_an_open_dossier_is_not_ended(site) {
        given_two_communes(&site);
        let today = site.now().civil().date();
        site.run(|tx| {
            let account = NewAccount {
                login: "quantri",
                name: "quantri",
                staff: None,
                password_hash: "",
                must_change: false,
                roles: &[(Role::Administrator, UnitId(1))],
                from: today,
            };
            accounts::create(tx, &account)
        });
        let mut counter = site.signed_in("quay");
        let received =
            counter.post("/co-quan/ho-so/moi", &birth("Nguyễn Văn Thử", ONCE)).await;
        assert_eq!(received.status, 303, "{}", received.text);
        let mut admin = site.signed_in("quantri");
        for (unit, wanted) in [(3, "còn 1 hồ sơ đang giải quyết."), (5, "")] {
            let path = format!("/co-quan/quan-tri/don-vi/{unit}/ket-thuc");
            let page = admin.get(&path).await.text;
            let mark = page.split("name=\"ban\" value=\"").nth(1).unwrap();
            let mark = mark.split('"').next().unwrap().to_owned();
            let fields = [("ngay-cuoi", "31/01/2026"), ("ban", mark.as_str())];
            let answer = admin.post(&path, &fields).await;
            if wanted.is_empty() {
                assert_eq!(answer.status, 303, "{}", answer.text);
            } else {
                assert_eq!(answer.status, 422);
                assert!(answer.text.contains(wanted), "{}", answer.text);
            }
        }
    }
}
