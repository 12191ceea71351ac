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
        // Neither of the two settles what he read himself.
        for login in ["dieutra", "dieutra2"] {
            let own = site.signed_in(login).get(&path).await.text;
            assert!(own.contains("người thứ ba") && !own.contains("Nơi ngồi chờ"), "{own}");
            let settled = post(login, vec![("q-TC1".into(), "2".into())]).await;
            assert!(settled.status == 422 && settled.text.contains("người thứ ba"), "{login}: {}", settled.text);
            let list = site.signed_in(login).get("/co-quan/nhap-phieu/1").await.text;
            assert!(list.contains("chờ người khác xem lại"), "{list}");
        }
        assert_eq!(site.count("select count(*) from survey_answer"), 0);
        let third = site.signed_in("dieutra3").get(&path).await.text;
        assert!(third.contains("lệch nhau") && third.contains("Nơi ngồi chờ") && !third.contains("Kết quả chính xác"), "{third}");
        assert_eq!(post("dieutra3", vec![("q-TC1".into(), "2".into())]).await.status, 303);
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

    async fn who_is_called_back_is_a_secret_and_who_denies_is_counted_and_shown(site) {
        given_office(&site);
        let (page, codes) = given_open(&site, "SIPAS-X", 60).await;
        let mut talk = sheet(&site, "SIPAS-X", "4");
        talk.push(("cach".to_owned(), "phone".to_owned()));
        let fields: Vec<(&str, &str)> = talk.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        let ids = site.text("select string_agg(frame_id, ',' order by frame_id) from survey_invitation where state = 'asked'");
        let ids: Vec<&str> = ids.split(',').take(12).collect();
        for id in &ids {
            let done = site.signed_in("dieutra").post(&format!("/co-quan/nhap-phieu/1/phieu/{id}"), &fields).await;
            assert_eq!(done.status, 303, "{}", done.text);
        }
        // What everybody knows, the seed, does not tell it: the installation's key does.
        let secret = crate::secrets::call_back_secret(&site.site, SurveyId(1));
        let wanted = domain::survey::draw::call_backs(&secret, &ids);
        assert_eq!(wanted.len(), 2);
        assert!(secret.len() == 64 && !secret.contains(&site.text("select seed from survey")));
        let list = site.signed_in("dieutra2").get("/co-quan/nhap-phieu/1").await.text;
        let asked = |id: &str| list.contains(&format!("lien-he/{id}"));
        assert!(ids.iter().all(|id| asked(id) == wanted.contains(id)), "{list}");
        assert!(!site.signed_in("dieutra").get("/co-quan/nhap-phieu/1").await.text.contains(&format!("lien-he/{}", wanted[0])));
        for (id, said) in wanted.iter().zip(["denied", "confirmed"]) {
            let back = format!("/co-quan/nhap-phieu/1/goi-lai/{id}");
            assert_eq!(site.signed_in("dieutra2").post(&back, &[("ket-qua", said)]).await.status, 303);
        }
        let told = "gọi lại 2 trên 2 người";
        let shown = site.signed_in("cchc").get(&page).await.text;
        assert!(shown.contains(told) && shown.contains("1 nói chưa ai hỏi"), "{shown}");
        assert!(site.signed_in("dieutra").get("/co-quan/nhap-phieu/1").await.text.contains("1 nói chưa ai hỏi"));
        assert_eq!(step(&site, "cchc", &format!("{page}/dong"), &[("ly-do-dong", "Đủ")]).await.status, 303);
        assert_eq!(step(&site, "cchc", &format!("{page}/cong-bo"), &[]).await.status, 303);
        let results = site.signed_in("cchc").get(&format!("{page}/ket-qua")).await.text;
        assert!(results.contains(told) && results.contains("có người nói chưa ai hỏi"), "{results}");
        let public = site.browser().get("/khao-sat/1").await.text;
        assert!(public.contains("gọi lại 2 trên 2 người") && public.contains("1 người nói chưa ai hỏi"), "{public}");
        let english = site.browser().get("/khao-sat/1?lang=en").await.text;
        assert!(english.contains("1 said that nobody had asked them"), "{english}");
        let _ = codes;
    }

    async fn a_sheet_that_two_have_not_read_alike_ends_with_the_survey_and_is_counted(site) {
        given_office(&site);
        let (page, codes) = given_open(&site, "SIPAS-X", 30).await;
        let said = sheet(&site, "SIPAS-X", "4");
        let mut paper = said.clone();
        paper.push(("cach".to_owned(), "paper".to_owned()));
        let fields: Vec<(&str, &str)> = paper.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        for code in codes.iter().take(3) {
            let found = site.signed_in("dieutra").get(&format!("/co-quan/nhap-phieu?ma={code}")).await;
            assert_eq!(site.signed_in("dieutra").post(&found.location.unwrap(), &fields).await.status, 303);
        }
        let entering = || site.count("select count(*) from survey_entry");
        assert_eq!(entering(), 3);
        // Whoever then answers himself, or is replaced, leaves no half sheet behind.
        let done = send(&site, &codes[0], &said, (&site::form::new_token(), ""), "10.0.0.1").await;
        assert_eq!((done.status, entering()), (303, 2));
        let half = site.text("select frame_id from survey_entry order by frame_id limit 1");
        let replaced = step(&site, "cchc", &format!("{page}/thay"), &[("ai", &half), ("ly-do-thay", "Đã chuyển đi")]).await;
        assert_eq!((replaced.status, entering()), (303, 1), "{}", replaced.text);
        assert_eq!(step(&site, "cchc", &format!("{page}/dong"), &[("ly-do-dong", "Đủ")]).await.status, 303);
        assert_eq!(entering(), 0);
        let results = site.signed_in("cchc").get(&format!("{page}/ket-qua")).await.text;
        assert!(results.contains("Phiếu giấy nhập dở khi đóng</dt><dd>1, không tính"), "{results}");
        assert!(results.contains("(1 trên "), "a half sheet is no answer: {results}");
        let journalled = site.text("select details from journal where act = 'close_survey'");
        assert!(journalled.contains("\"unfinished\":1"), "{journalled}");
    }
}
