//! Frames: from dossiers that have their result, from rolls.

use super::*;

/// A birth received at the desk of Phú Sơn whose result was handed over, put there behind the desk's back.
async fn given_returned(site: &TestSite, name: &str, sending: &str) {
    let birth = [
        ("thu-tuc", "1.001193"),
        ("lan", sending),
        ("viec", "nhan"),
        ("ho-ten", name),
        ("dien-thoai", "0912345678"),
        ("kenh", "direct"),
        ("nhan-ket-qua", "counter"),
        ("co-1", "1"),
        ("so-1", "1"),
    ];
    let done = site.signed_in("quay").post("/co-quan/ho-so/moi", &birth).await;
    assert_eq!(done.status, 303, "{}", done.text);
    site.run(|tx| {
        let id = domain::ids::DossierId(citizen::dossiers::facts::newest(tx)?);
        let kept = citizen::dossiers::facts::by_id(tx, id)?.unwrap();
        let mut it = kept.dossier;
        it.status = domain::dossier::Status::Returned;
        it.finished_at = it.received_at;
        it.returned_at = it.received_at;
        let state = serde_json::to_string(&it).unwrap();
        tx.execute(
            "update dossier set status = 'returned', is_open = 0, finished_at = received_at, state = ?1 where id = ?2",
            &[state.into(), id.into()],
        )
    });
}

on_both_engines! { routes();
    async fn closed_dossiers_make_a_frame_of_people_each_once(site) {
        given_office(&site);
        given_returned(&site, "Nguyễn Thị Một", "0123456789abcdef0123456789abcde1").await;
        given_returned(&site, "Nguyễn Thị Một", "0123456789abcdef0123456789abcde2").await;
        given_returned(&site, "Trần Văn Hai", "0123456789abcdef0123456789abcde3").await;
        let form = form(&site, "SIPAS-X").to_string();
        let mut fields = vec![
            ("lan-gui", "0123456789abcdef0123456789abcdef"), ("ten", "Hài lòng Phú Sơn"), ("mau", form.as_str()),
            ("don-vi", "1"), ("nguon", "dossiers"), ("tu-ngay", "01/01/2026"), ("den-ngay", "08/01/2026"),
            ("sai-so", "5"), ("san", "50"), ("du-phong", "5"), ("thu-den", "20/01/2026"),
        ];
        let done = site.signed_in("cchc").post("/co-quan/khao-sat/moi", &fields).await;
        assert_eq!(done.status, 303, "{}", done.text);
        let page = done.location.unwrap();
        let draft = site.signed_in("cchc").get(&page).await.text;
        assert!(draft.contains("2 người trong danh sách") && draft.contains("Phú Sơn | "), "{draft}");
        // A double click makes one survey; another plan is seen as it was typed.
        assert_eq!(site.signed_in("cchc").post("/co-quan/khao-sat/moi", &fields).await.status, 303);
        assert_eq!(site.count("select count(*) from survey"), 1);
        fields[10].1 = "01/01/2026";
        let past = site.signed_in("cchc").post("/co-quan/khao-sat/moi", &fields).await;
        assert_eq!(past.status, 422);
        assert!(past.text.contains("phải sau hôm nay") && past.text.contains("Hài lòng Phú Sơn"), "{}", past.text);
        let two = [("cach", "two")];
        assert_eq!(step(&site, "cchc", &format!("{page}/chot"), &two).await.status, 303);
        let text = site.browser().get("/khao-sat/1/khung.txt").await.text;
        let code = site.text("select code from dossier order by id limit 1");
        assert!(!text.contains(&code) && !text.contains("Nguyễn"), "numbers say nothing: {text}");
        for login in ["cchc", "lanhdao"] {
            assert_eq!(step(&site, login, &format!("{page}/hat-giong"), &[("hat-giong", "42")]).await.status, 303);
        }
        assert_eq!(step(&site, "cchc", &format!("{page}/mo"), &[]).await.status, 303);
        // Nobody agreed to messages: both get letters.
        let open = site.signed_in("cchc").get(&page).await.text;
        assert!(open.contains("0 người chờ gửi tin") && open.contains("2 người chờ thư giấy"), "{open}");
        let sent = step(&site, "cchc", &format!("{page}/gui"), &[]).await;
        assert_eq!((sent.status, site.count("select count(*) from outbox")), (303, 0));
        let letters = step(&site, "cchc", &format!("{page}/in-thu"), &[]).await;
        assert_eq!((letters.status, letters.media_type.as_str()), (200, "application/pdf"));
        assert_eq!(site.count("select count(*) from survey_invitation where printed = 1"), 2);
        assert_eq!(step(&site, "cchc", &format!("{page}/in-thu"), &[]).await.status, 303, "none is left");
        // A batch is printed again for whoever has not answered, and only then.
        assert_eq!(site.count("select count(*) from survey_invitation where batch = 1"), 2);
        assert!(site.signed_in("cchc").get(&page).await.text.contains("Đợt 1: 2 thư"));
        let again = step(&site, "cchc", &format!("{page}/in-thu"), &[("dot", "1")]).await;
        assert_eq!((again.status, again.media_type.as_str()), (200, "application/pdf"));
        let words = testkit::text_of_pdf(&again.bytes);
        assert!(codes(&site).iter().all(|it| words.contains(&crate::secrets::shown(it))), "{words}");
        let (done, _) = answer(&site, &codes(&site)[0], &sheet(&site, "SIPAS-X", "4"), "10.0.0.1").await;
        assert_eq!(done.status, 303, "{}", done.text);
        assert!(site.signed_in("cchc").get(&page).await.text.contains("Đợt 1: 1 thư"));
        for none in ["2", "0"] {
            assert_eq!(step(&site, "cchc", &format!("{page}/in-thu"), &[("dot", none)]).await.status, 422);
        }
        assert_eq!(site.signed_in("cchc-khac").post(&format!("{page}/in-thu"), &[("dot", "1")]).await.status, 404);
        assert_eq!(site.count("select count(*) from journal where act = 'print_invitations'"), 2);
        // Erasing somebody's data takes his contact along; the number that says nothing stays.
        site.run(|tx| crate::sql::people::erase(tx, domain::ids::DossierId(1)));
        assert_eq!(site.count("select count(*) from survey_member where contact = '' and dossier is null"), 1);
    }

    async fn a_survey_that_is_open_is_found_from_the_first_page(site) {
        given_office(&site);
        let words = "Khảo sát đang lấy ý kiến";
        assert!(!site.browser().get("/").await.text.contains(words));
        let (page, _) = given_open(&site, "SIPAS-X", 30).await;
        let home = site.browser().get("/").await.text;
        assert!(home.contains(words) && home.contains("href=\"/khao-sat\""), "{home}");
        assert!(site.browser().get("/?lang=en").await.text.contains("Surveys that are open now"));
        assert_eq!(step(&site, "cchc", &format!("{page}/dong"), &[("ly-do-dong", "Đủ")]).await.status, 303);
        assert!(!site.browser().get("/").await.text.contains(words));
    }

    async fn a_roll_with_a_mistake_is_told_by_its_line(site) {
        given_office(&site);
        let form = form(&site, "KS-CB").to_string();
        let fields = |roll: &'static str| vec![
            ("lan-gui", "0123456789abcdef0123456789abcdef"), ("ten", "Đại biểu"), ("don-vi", "2"), ("nguon", "roll"),
            ("danh-sach", roll), ("sai-so", "5"), ("san", "50"), ("du-phong", "0"), ("thu-den", "20/01/2026"),
        ];
        for (roll, said) in [
            ("Nhóm;Họ tên\nĐại biểu;", "Dòng 2: cần nhóm và họ tên"),
            ("A;Người Một\nA;Người Một", "Dòng 2 trùng với dòng 1"),
            ("", "Danh sách chưa có ai"),
        ] {
            let mut all = fields(roll);
            all.push(("mau", &form));
            let wrong = site.signed_in("cchc").post("/co-quan/khao-sat/moi", &all).await;
            assert_eq!(wrong.status, 422);
            assert!(wrong.text.contains(said), "{roll}: {}", wrong.text);
        }
        let mut all = fields("Nhóm;Họ tên\nĐại biểu;Người Một;0912345678;Xóm 1\nTrưởng xóm;Người Hai");
        all.push(("mau", &form));
        let done = site.signed_in("cchc").post("/co-quan/khao-sat/moi", &all).await;
        assert_eq!(done.status, 303, "{}", done.text);
        assert!(!site.text("select roll from survey").contains("Người"), "sealed");
        let page = done.location.unwrap();
        let edit = site.signed_in("cchc").get(&format!("{page}/sua")).await.text;
        assert!(edit.contains("2 người đã niêm phong") && !edit.contains("Người Một"), "{edit}");
        let edition = hidden(&edit, "ban");
        let mut again = fields("");
        again.extend([("mau", form.as_str()), ("ban", edition.as_str())]);
        assert_eq!(site.signed_in("cchc").post(&format!("{page}/sua"), &again).await.status, 303);
        assert!(site.signed_in("cchc").get(&page).await.text.contains("2 người trong danh sách"));
        assert_eq!(site.signed_in("cchc").post(&format!("{page}/sua"), &again).await.status, 422, "a stale page");
    }
}
