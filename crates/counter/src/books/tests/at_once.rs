//! What is settled at the counter in one go bears the number of its book, and the entry is written with it.

use testkit::{TestSite, on_both_engines};

use super::{TOKEN, given_two_communes, without};

/// The counter's form for a certified copy that is settled at once, by the signer with this row.
fn at_once<'a>(signer: &'a str, token: &'a str, name: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("thu-tuc", "2.000815"),
        ("lan", token),
        ("viec", "ngay"),
        ("ho-ten", name),
        ("dien-thoai", "0912345678"),
        ("kenh", "direct"),
        ("nhan-ket-qua", "counter"),
        ("co-1", "1"),
        ("so-1", "1"),
        ("nguoi-ky", signer),
        ("le-phi", "6.000"),
        ("ly-do-phi", "3 bản sao"),
        ("c-giay-to", "Bằng tốt nghiệp đại học"),
        ("c-so-ban", "3"),
        ("c-so-trang", "2"),
    ]
}

fn signer(site: &TestSite) -> String {
    site.text("select cast(id as text) from staff where name = 'ky'")
}

const SECOND: &str = "1123456789abcdef0123456789abcdef";
const THIRD: &str = "2123456789abcdef0123456789abcdef";

fn sound(site: &TestSite) {
    assert_eq!(site.run(super::super::facts::unsound), Vec::<String>::new());
    assert_eq!(site.run(citizen::dossiers::facts::unfolded), []);
}

on_both_engines! { citizen::routes().and(crate::routes());
    async fn one_press_settles_writes_the_entry_and_gives_its_number(site) {
        given_two_communes(&site);
        let ky = signer(&site);
        let mut quay = site.signed_in("quay");
        let form = quay.get("/co-quan/ho-so/moi?thu-tuc=2.000815").await.text;
        assert!(form.contains("số kế tiếp là <b>01</b>"), "{form}");
        assert!(form.contains("name=\"c-so-trang\"") && !form.contains("name=\"so-van-ban\""), "{form}");
        // What the book demands is told beside its field, and no number is gone.
        let lacking = without(&at_once(&ky, TOKEN, "Lê Thị Thử"), "c-giay-to");
        let wrong = quay.post("/co-quan/ho-so/moi", &lacking).await;
        assert_eq!(wrong.status, 422);
        assert!(wrong.text.contains("id=\"c-giay-to-mistake\"") && wrong.text.contains("Lê Thị Thử"), "{}", wrong.text);
        assert_eq!(site.count("select count(*) from book_entry"), 0);
        assert_eq!(site.count("select count(*) from dossier"), 0);
        let all = at_once(&ky, TOKEN, "Lê Thị Thử");
        let done = quay.post("/co-quan/ho-so/moi", &all).await;
        assert_eq!(done.status, 303, "{}", done.text);
        // Pressed twice it is one dossier and one entry.
        assert_eq!(quay.post("/co-quan/ho-so/moi", &all).await.status, 303);
        let next = at_once(&ky, SECOND, "Trần Văn Hai");
        assert_eq!(quay.post("/co-quan/ho-so/moi", &next).await.status, 303);
        let same = "select count(*) from result r join book_entry e on e.dossier = r.dossier
             where r.number = '0' || cast(e.number as text) and r.state = 'issued'";
        assert_eq!(site.count(same), 2);
        assert_eq!(site.count("select count(*) from book_entry"), 2);
        let entry = site.text("select fields from book_entry where number = 1");
        for said in ["Lê Thị Thử", "Bằng tốt nghiệp đại học", "ky, Lãnh đạo ký duyệt", "6000"] {
            assert!(entry.contains(said), "{said}: {entry}");
        }
        let page = quay.get("/co-quan/ho-so/1").await.text;
        assert!(page.contains("Sổ chứng thực bản sao từ bản chính: số 01, năm 2026"), "{page}");
        assert!(!page.contains("Chưa ghi vào sổ"), "{page}");
        // It counts as settled at the shop, until somebody else had it in hand.
        let evaluation = "/co-quan/danh-gia?don-vi=3&ky=2026-01";
        let whole = site.signed_in("truong").get(evaluation).await.text;
        assert!(whole.contains("1/1 thủ tục giải quyết ngay tại Một cửa"), "{whole}");
        let state = site.text("select state from dossier where id = 2");
        site.run(|tx| {
            let kept = citizen::dossiers::facts::by_id(tx, domain::ids::DossierId(2))?.unwrap();
            let mut it = kept.dossier;
            it.settled_by = Some(domain::ids::UnitId(2));
            let state = serde_json::to_string(&it).unwrap();
            tx.execute("update dossier set state = ?1 where id = 2", &[state.into()])
        });
        let part = site.signed_in("truong").get(evaluation).await.text;
        assert!(part.contains("0/1 thủ tục giải quyết ngay tại Một cửa"), "{part}");
        site.run(|tx| tx.execute("update dossier set state = ?1 where id = 2", &[state.as_str().into()]));
        // The book's next number is not used up behind its back.
        let mut leader = site.signed_in("ky");
        assert!(!leader.get("/co-quan/ket-qua/1").await.text.contains("Cấp lại</a>"));
        let anew = [("so-moi", "03"), ("ly-do", "Mất bản sao")];
        let refused = leader.post("/co-quan/ket-qua/1/cap-lai", &anew).await;
        assert!(refused.status == 422 && refused.text.contains("không cấp lại"), "{}", refused.text);
        // A number that looks like the book's and is not is issued anew; so is what the book struck out.
        site.run(|tx| tx.execute("update result set number = '77', number_key = '77' where id = 1", &[]));
        assert!(leader.get("/co-quan/ket-qua/1").await.text.contains("Cấp lại</a>"));
        site.run(|tx| tx.execute("update result set number = '01', number_key = '01' where id = 1", &[]));
        sound(&site);
    }

    async fn a_number_that_was_given_by_hand_before_does_not_stop_the_book(site) {
        given_two_communes(&site);
        let ky = signer(&site);
        let mut quay = site.signed_in("quay");
        let first = at_once(&ky, TOKEN, "Lê Thị Thử");
        assert_eq!(quay.post("/co-quan/ho-so/moi", &first).await.status, 303);
        // As it was before: the register says 02, the book says 01.
        site.run(|tx| tx.execute("update result set number = '02', number_key = '02'", &[]));
        let done = quay.post("/co-quan/ho-so/moi", &at_once(&ky, SECOND, "Trần Văn Hai")).await;
        assert_eq!(done.status, 303, "{}", done.text);
        assert_eq!(
            site.text("select number from result where dossier = 2"),
            "02, quyển số 01/2026-SCT/BS"
        );
        assert_eq!(site.count("select number from book_entry where dossier = 2"), 2);
        assert_eq!(quay.post("/co-quan/ho-so/moi", &at_once(&ky, THIRD, "Võ Ba")).await.status, 303);
        assert_eq!(site.text("select number from result where dossier = 3"), "03");
    }

    async fn a_closed_book_is_told_before_anything_is_lost(site) {
        given_two_communes(&site);
        let ky = signer(&site);
        let mut quay = site.signed_in("quay");
        let first = at_once(&ky, TOKEN, "Lê Thị Thử");
        assert_eq!(quay.post("/co-quan/ho-so/moi", &first).await.status, 303);
        site.run(|tx| tx.execute("update book set closed_on = '2026-01-08', closed_name = 'x'", &[]));
        let form = quay.get("/co-quan/ho-so/moi?thu-tuc=2.000815").await.text;
        assert!(form.contains("năm 2026 đã khóa ngày") && form.contains("bấm “Tiếp nhận”"), "{form}");
        let refused = quay.post("/co-quan/ho-so/moi", &at_once(&ky, SECOND, "Trần Văn Hai")).await;
        assert_eq!(refused.status, 422);
        for kept in ["href=\"#so-sach\"", "Trần Văn Hai", "Bằng tốt nghiệp đại học", "6.000"] {
            assert!(refused.text.contains(kept), "{kept}: {}", refused.text);
        }
        assert_eq!(site.count("select count(*) from dossier"), 1);
        assert_eq!(site.count("select count(*) from book_entry"), 1);
    }

    async fn what_was_received_first_is_settled_under_the_number_of_the_book_too(site) {
        given_two_communes(&site);
        let ky = signer(&site);
        let mut quay = site.signed_in("quay");
        let mut fields = at_once(&ky, TOKEN, "Lê Thị Thử");
        fields.retain(|it| it.0 != "viec");
        fields.push(("viec", "nhan"));
        assert_eq!(quay.post("/co-quan/ho-so/moi", &fields).await.status, 303);
        let step = "/co-quan/ho-so/1/giai-quyet-ngay";
        let form = quay.get(step).await.text;
        assert!(form.contains("name=\"c-giay-to\"") && !form.contains("name=\"so-van-ban\""), "{form}");
        let lacking = quay.post(step, &[("can-bo", ky.as_str()), ("c-so-ban", "3")]).await;
        assert_eq!(lacking.status, 422);
        assert!(lacking.text.contains("id=\"c-giay-to-mistake\""), "{}", lacking.text);
        assert_eq!(site.count("select count(*) from book_entry"), 0);
        let all = [("can-bo", ky.as_str()), ("c-giay-to", "Học bạ"), ("c-so-ban", "3"), ("c-so-trang", "4")];
        let done = quay.post(step, &all).await;
        assert_eq!(done.status, 303, "{}", done.text);
        assert_eq!(site.text("select number from result where state = 'issued'"), "01");
        assert_eq!(site.count("select number from book_entry where dossier = 1"), 1);
        // A second press finds the first.
        quay.post(step, &all).await;
        assert_eq!(site.count("select count(*) from book_entry"), 1);
        assert_eq!(site.count("select count(*) from result"), 1);
        sound(&site);
    }

    async fn a_stranger_settles_nothing_in_this_book(site) {
        given_two_communes(&site);
        let ky = signer(&site);
        let mut stranger = site.signed_in("quay-khac");
        let done = stranger.post("/co-quan/ho-so/moi", &at_once(&ky, TOKEN, "Lê Thị Thử")).await;
        assert_ne!(done.status, 303, "the signer is of another commune");
        assert_eq!(site.count("select count(*) from book_entry"), 0);
    }
}
