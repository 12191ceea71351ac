//! Interviewers: two readings of paper, talks and calls back, and who may not.

use super::*;

on_both_engines! { routes();
    async fn paper_is_entered_by_two_and_what_they_read_differently_is_looked_at_again(site) {
        given_office(&site);
        let (_, codes) = given_open(&site, "SIPAS-X", 30).await;
        let found = site.signed_in("dieutra").get(&format!("/co-quan/nhap-phieu?ma={}", codes[0])).await;
        let path = found.location.unwrap();
        let mut paper = sheet(&site, "SIPAS-X", "4");
        paper.push(("cach".to_owned(), "paper".to_owned()));
        let as_fields = |it: &[(String, String)]| it.to_vec();
        let post = async |login: &str, sheet: Vec<(String, String)>| {
            let fields: Vec<(&str, &str)> = sheet.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
            site.signed_in(login).post(&path, &fields).await
        };
        assert_eq!(post("dieutra", as_fields(&paper)).await.status, 303);
        assert_eq!(site.count("select count(*) from survey_answer"), 0, "one reading is none");
        assert!(!site.text("select first from survey_entry").contains("CHUNG1"));
        let twice = post("dieutra", as_fields(&paper)).await;
        assert_eq!(twice.status, 422);
        assert!(twice.text.contains("người khác nhập"), "{}", twice.text);
        let second = site.signed_in("dieutra2").get(&path).await.text;
        assert!(second.contains("không xem lần một") && !second.contains("checked"), "{second}");
        let mut read = paper.clone();
        read[0].1 = "2".to_owned();
        assert_eq!(post("dieutra2", read).await.status, 303);
        let third = site.signed_in("dieutra").get(&path).await.text;
        assert!(third.contains("lệch nhau") && third.contains("Nơi ngồi chờ") && !third.contains("Kết quả chính xác"), "{third}");
        assert_eq!(post("dieutra", vec![("q-TC1".into(), "2".into())]).await.status, 303);
        assert_eq!(site.count("select count(*) from survey_answer"), 1);
        assert_eq!(site.count("select count(*) from survey_entry"), 0, "no reading stays beside a number");
        assert_eq!(post("dieutra2", paper).await.status, 422, "the code is used up");
        assert!(site.browser().get(&format!("/ks/{}", codes[0])).await.text.contains("đã dùng"));
    }

    async fn talks_are_entered_once_and_one_in_ten_is_called_back_by_another(site) {
        given_office(&site);
        let (_, codes) = given_open(&site, "SIPAS-X", 30).await;
        let mut talk = sheet(&site, "SIPAS-X", "4");
        talk.push(("cach".to_owned(), "phone".to_owned()));
        let fields: Vec<(&str, &str)> = talk.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        let list = site.signed_in("dieutra").get("/co-quan/nhap-phieu/1").await.text;
        assert!(list.contains("Trưởng xóm") && !list.contains("Người Thử"), "{list}");
        let frame_id = site.text("select frame_id from survey_invitation where state = 'asked' order by frame_id limit 1");
        let seen = site.signed_in("dieutra").get(&format!("/co-quan/nhap-phieu/1/lien-he/{frame_id}")).await.text;
        assert!(seen.contains("Người Thử"), "{seen}");
        assert_eq!(site.count("select count(*) from journal where act = 'reveal_drawn'"), 1, "each look is known");
        assert_eq!(site.count("select count(*) from journal where act = 'reveal_drawn' and details like '%Thử%'"), 0);
        let path = format!("/co-quan/nhap-phieu/1/phieu/{frame_id}");
        assert_eq!(site.signed_in("dieutra").post(&path, &fields).await.status, 303);
        assert_eq!(site.count("select count(*) from survey_answer"), 1);
        let gone = site.signed_in("dieutra").get(&format!("/co-quan/nhap-phieu/1/lien-he/{frame_id}")).await;
        assert_ne!(gone.text.matches("Người Thử").count(), 99, "{}", gone.text);
        // The one of one: called back by somebody else.
        let back = format!("/co-quan/nhap-phieu/1/goi-lai/{frame_id}");
        let own = site.signed_in("dieutra").post(&back, &[("ket-qua", "confirmed")]).await;
        assert!(own.text.contains("người khác"), "{}", own.text);
        let other = site.signed_in("dieutra2").get("/co-quan/nhap-phieu/1").await.text;
        assert!(other.contains("Phúc tra") && other.contains(&frame_id), "{other}");
        assert_eq!(site.signed_in("dieutra2").post(&back, &[("ket-qua", "confirmed")]).await.status, 303);
        assert_eq!(site.text(&format!("select callback from survey_invitation where frame_id = '{frame_id}'")), "confirmed");
        assert_eq!(site.signed_in("dieutra2").post(&back, &[("ket-qua", "denied")]).await.status, 404, "once");
        let _ = codes;
    }

    async fn nobody_of_the_surveyed_unit_enters_anything_nor_anybody_for_himself(site) {
        given_office(&site);
        let (_, codes) = given_open(&site, "SIPAS-X", 30).await;
        let frame_id = site.text("select frame_id from survey_invitation where state = 'asked' order by frame_id limit 1");
        let path = format!("/co-quan/nhap-phieu/1/phieu/{frame_id}");
        assert_eq!(site.signed_in("quay").get(&path).await.status, 403);
        // An official of the commune who was made an interviewer as well.
        site.given_staff("canbo-xa", Role::Interviewer, 2, "Công chức");
        let refused = site.signed_in("canbo-xa").get(&path).await;
        assert_eq!(refused.status, 422);
        assert!(refused.text.contains("không nhập phiếu"), "{}", refused.text);
        assert_eq!(site.signed_in("cchc").get(&path).await.status, 403, "whoever leads the survey does not answer it");
        // Somebody whose own name was drawn.
        let contact = site.text(&format!("select contact from survey_member where frame_id = '{frame_id}'"));
        let name = crate::secrets::open_contact(&site.site, SurveyId(1), &contact).unwrap().unwrap().name;
        site.given("update account set name = ?1 where login = 'dieutra'", &[name.into()]);
        let own = site.signed_in("dieutra").get(&path).await;
        assert!(own.text.contains("của chính mình"), "{}", own.text);
        assert_eq!(site.signed_in("dieutra2").get(&path).await.status, 200);
        let wrong = site.signed_in("dieutra2").get("/co-quan/nhap-phieu?ma=aaaa-bbbb-cccc").await;
        assert!(wrong.text.contains("Không có phiếu nào mang mã này"), "{}", wrong.text);
        let _ = codes;
    }
}
