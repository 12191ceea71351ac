//! Replay, reuse, double sending, lateness, stuffing, seeds that are chosen, curious administrators: tried, and in vain.

use super::*;

on_both_engines! { routes();
    async fn a_link_takes_one_sheet_however_often_it_is_sent(site) {
        given_office(&site);
        let (page, codes) = given_open(&site, "SIPAS-X", 30).await;
        let (first, other) = (sheet(&site, "SIPAS-X", "5"), sheet(&site, "SIPAS-X", "1"));
        let answers = || site.count("select count(*) from survey_answer");
        let (done, token) = answer(&site, &codes[0], &first, "10.0.0.1").await;
        assert_eq!(done.status, 303, "{}", done.text);
        let thanks = site.browser().get(&done.location.unwrap()).await;
        assert!(thanks.text.contains("Cảm ơn"), "{}", thanks.text);
        // The answer was lost on its way back: the same sheet again is thanked, and counts once.
        let again = send(&site, &codes[0], &first, (&token, ""), "10.0.0.1").await;
        assert_eq!((again.status, answers()), (303, 1));
        // Other answers, or a replay from elsewhere, are turned away with kind words.
        let changed = send(&site, &codes[0], &other, (&token, ""), "10.0.0.1").await;
        assert_eq!(changed.status, 422);
        assert!(changed.text.contains("đã dùng") && changed.text.contains("Cảm ơn"), "{}", changed.text);
        let replay = send(&site, &codes[0], &first, (&site::form::new_token(), ""), "10.0.0.2").await;
        assert_eq!(replay.status, 422);
        assert!(site.browser().get(&format!("/ks/{}", codes[0])).await.text.contains("đã dùng"));
        // Two presses in one moment.
        let mut browser = site.browser();
        let form = browser.get(&format!("/ks/{}", codes[1])).await.text;
        let (token, begun) = (hidden(&form, "lan-gui"), hidden(&form, "mo-luc"));
        let (one, two) = tokio::join!(
            send(&site, &codes[1], &first, (&token, &begun), "10.0.0.3"),
            send(&site, &codes[1], &first, (&token, &begun), "10.0.0.3"),
        );
        assert_eq!((one.status, two.status, answers()), (303, 303, 2));
        // A sheet without its required answer is shown again with everything else.
        let lacking: Vec<_> = first.iter().filter(|it| it.0 != "q-CHUNG1").cloned().collect();
        let (lacking, _) = answer(&site, &codes[2], &lacking, "10.0.0.4").await;
        assert_eq!(lacking.status, 422);
        assert!(lacking.text.contains("Hãy chọn một câu trả lời") && lacking.text.contains("value=\"5\" checked"), "{}", lacking.text);
        // Nobody guesses a link, and no official answers for anybody.
        let mut forged = codes[2].clone();
        let last = forged.pop().unwrap();
        forged.push(if last == 'a' { 'b' } else { 'a' });
        assert_eq!(site.browser().get(&format!("/ks/{forged}")).await.status, 404);
        let typed = site.browser().post("/ks", &[("ma", &forged)]).await;
        assert_eq!(typed.status, 422);
        let typed = codes[2].to_uppercase();
        let opened = site.browser().post("/ks", &[("ma", &format!("{}-{}", &typed[..4], &typed[4..]))]).await;
        assert_eq!(opened.location.as_deref(), Some(format!("/ks/{}", codes[2]).as_str()));
        let official = site.signed_in("cchc").get(&format!("/ks/{}", codes[2])).await;
        assert!(official.text.contains("không trả lời thay"), "{}", official.text);
        let mut fields: Vec<(&str, &str)> = vec![("lan-gui", "0123456789abcdef0123456789abcdef")];
        fields.extend(first.iter().map(|(a, b)| (a.as_str(), b.as_str())));
        assert_eq!(site.signed_in("cchc").post(&format!("/ks/{}", codes[2]), &fields).await.status, 422);
        // Whoever stands ready is not asked until he replaces somebody; whoever was replaced is asked no more.
        let ready = site.text("select frame_id from survey_invitation where state = 'ready' order by place limit 1");
        let asked = site.text("select frame_id from survey_invitation where state = 'asked' order by stratum, place limit 1");
        let replaced = step(&site, "cchc", &format!("{page}/thay"), &[("ai", &asked), ("ly-do-thay", "Đã chuyển đi")]).await;
        assert_eq!(replaced.status, 303, "{}", replaced.text);
        assert_eq!(site.count(&format!("select count(*) from survey_invitation where frame_id = '{asked}' and state = 'dropped'")), 1);
        assert_eq!(step(&site, "cchc", &format!("{page}/thay"), &[("ai", &ready), ("ly-do-thay", "x")]).await.status, 422);
        // Late: whoever opened the page in time and sends after the close is told so.
        let code = self::codes(&site).pop().unwrap();
        let form = site.browser().get(&format!("/ks/{code}")).await.text;
        let token = hidden(&form, "lan-gui");
        assert_eq!(step(&site, "cchc", &format!("{page}/dong"), &[("ly-do-dong", "Đủ")]).await.status, 303);
        let late = send(&site, &code, &first, (&token, ""), "10.0.0.9").await;
        assert_eq!(late.status, 422);
        assert!(late.text.contains("Khảo sát đã đóng"), "{}", late.text);
        assert_eq!(answers(), 2);
    }

    async fn stuffing_from_one_address_is_stopped_and_told_as_a_count(site) {
        given_office(&site);
        let (page, codes) = given_open(&site, "SIPAS-X", 60).await;
        let sheet = sheet(&site, "SIPAS-X", "5");
        for code in codes.iter().take(20) {
            assert_eq!(send(&site, code, &sheet, (&site::form::new_token(), ""), "10.9.9.9").await.status, 303);
        }
        let stopped = send(&site, &codes[20], &sheet, (&site::form::new_token(), ""), "10.9.9.9").await;
        assert_eq!(stopped.status, 429);
        assert_eq!(site.count("select count(*) from survey_answer"), 20);
        let told = site.signed_in("cchc").get(&page).await.text;
        assert!(told.contains("1 lần gửi quá nhiều") && !told.contains("10.9.9.9"), "{told}");
        assert_eq!(send(&site, &codes[20], &sheet, (&site::form::new_token(), ""), "10.9.9.8").await.status, 303);
        site.pass_minutes(61);
        assert_eq!(send(&site, &codes[21], &sheet, (&site::form::new_token(), ""), "10.9.9.9").await.status, 303);
        assert_eq!(site.count("select count(*) from journal where origin = '10.9.9.9' and subject = 'survey'"), 0);
    }

    async fn the_seed_comes_after_the_list_and_cannot_be_chosen(site) {
        given_office(&site);
        let page = given_plan(&site, "SIPAS-X", 30).await;
        // A source of today or before could have been looked at.
        let today = [("cach", "source"), ("nguon-hat", "XSMB"), ("ngay-hat", "08/01/2026")];
        let refused = step(&site, "cchc", &format!("{page}/chot"), &today).await;
        assert_eq!(refused.status, 422);
        assert!(refused.text.contains("sau khi chốt danh sách"), "{}", refused.text);
        assert_eq!(step(&site, "cchc", &format!("{page}/hat-giong"), &[("hat-giong", "1")]).await.status, 422);
        let source = [("cach", "source"), ("nguon-hat", "XSMB"), ("ngay-hat", "09/01/2026")];
        assert_eq!(step(&site, "cchc", &format!("{page}/chot"), &source).await.status, 303);
        let early = step(&site, "cchc", &format!("{page}/hat-giong"), &[("hat-giong", "7")]).await;
        assert!(early.text.contains("Chưa ghi được hạt giống"), "{}", early.text);
        // What is frozen is not changed, nor frozen again.
        assert_eq!(step(&site, "cchc", &format!("{page}/chot"), &source).await.status, 422);
        site.pass_minutes(24 * 60);
        assert_eq!(step(&site, "cchc", &format!("{page}/hat-giong"), &[("hat-giong", "7")]).await.status, 303);
        let again = step(&site, "cchc", &format!("{page}/hat-giong"), &[("hat-giong", "8")]).await;
        assert_eq!((again.status, site.text("select seed from survey")), (422, "7".to_owned()));
        // The only way back is to give it up, and that stays public with its reason.
        let unsure = step(&site, "cchc", &format!("{page}/huy"), &[("ly-do-huy", "Mẫu không ưng")]).await;
        assert_eq!(unsure.status, 422);
        let void = [("ly-do-huy", "Mẫu không ưng"), ("chac-chan", "1")];
        assert_eq!(step(&site, "cchc", &format!("{page}/huy"), &void).await.status, 303);
        let public = site.browser().get("/khao-sat/1").await.text;
        assert!(public.contains("Mẫu không ưng") && public.contains("Đã hủy") && public.contains(">7</span>"), "{public}");
        for act in ["freeze_frame", "draw_sample", "void_survey"] {
            assert_eq!(site.count(&format!("select count(*) from journal where act = '{act}' and subject = 'survey'")), 1);
        }
    }

    async fn two_people_make_a_seed_that_neither_chose(site) {
        given_office(&site);
        let page = given_plan(&site, "SIPAS-X", 30).await;
        assert_eq!(step(&site, "cchc", &format!("{page}/chot"), &[("cach", "two")]).await.status, 303);
        let path = format!("{page}/hat-giong");
        assert_eq!(step(&site, "cchc", &path, &[("hat-giong", "1357")]).await.status, 303);
        assert!(!site.text("select seed_half from survey").contains("1357"), "the second does not see the first's");
        assert!(!site.signed_in("lanhdao").get(&page).await.text.contains("1357"));
        let alone = step(&site, "cchc", &path, &[("hat-giong", "2468")]).await;
        assert!(alone.text.contains("người khác ghi"), "{}", alone.text);
        assert_eq!(step(&site, "lanhdao", &path, &[("hat-giong", "2468")]).await.status, 303);
        assert_eq!(site.text("select seed from survey"), "1357-2468");
    }

    async fn a_curious_administrator_finds_nothing(site) {
        given_office(&site);
        let (page, codes) = given_open(&site, "SIPAS-X", 30).await;
        let mut said = sheet(&site, "SIPAS-X", "1");
        said.push(("q-YK".to_owned(), "Bí mật của người trả lời".to_owned()));
        for (at, code) in codes.iter().take(6).enumerate() {
            assert_eq!(answer(&site, code, &said, &format!("10.0.1.{at}")).await.0.status, 303);
        }
        // No page is his.
        for path in [page.clone(), format!("{page}/ket-qua"), format!("{page}/xuat/phieu.csv"), "/co-quan/nhap-phieu".to_owned()] {
            assert_eq!(site.signed_in("quantri").get(&path).await.status, 403, "{path}");
        }
        // The tables tell him how many answered, and no more: every sheet looks alike, whatever it says.
        assert_eq!(site.count("select count(*) from survey_answer"), 6);
        assert_eq!(site.count("select count(distinct length(sealed)) from survey_answer"), 1);
        let all = site.text("select string_agg(id || sealed, ' ') from survey_answer");
        assert!(!all.contains("Bí mật") && !all.contains("CHUNG1"));
        let outside = site::seal::Seal::passing();
        assert!(outside.open("survey-answer:1", &site.text("select sealed from survey_answer limit 1")).is_err());
        // Nor do names or codes stand anywhere but sealed.
        let members = site.text("select string_agg(contact || stratum || frame_id, ' ') from survey_member");
        let invited = site.text("select string_agg(code || code_hash || receipt, ' ') from survey_invitation");
        assert!(!members.contains("Người Thử") && !members.contains("0912345"));
        assert!(codes.iter().all(|it| !invited.contains(it.as_str())));
        // Nothing of an answer says when it came: no journal, no time, and rows are re-made in random order.
        assert_eq!(site.count("select count(*) from journal where subject = 'survey' and act not in ('create', 'freeze_frame', 'draw_sample', 'open_survey')"), 0);
        let before = site.text("select string_agg(id, ',' order by id) from survey_answer");
        site.run_jobs().await;
        let after = site.text("select string_agg(id, ',' order by id) from survey_answer");
        assert!(before.split(',').all(|it| !after.contains(it)), "{before} {after}");
        assert_eq!(site.count("select count(*) from survey_answer where mixed = 1"), 6);
        // Putting another number of sheets in than people answered does not pass unseen: the figures say both.
        assert_eq!(step(&site, "cchc", &format!("{page}/dong"), &[("ly-do-dong", "Thử")]).await.status, 303);
        let results = site.signed_in("cchc").get(&format!("{page}/ket-qua")).await.text;
        assert!(results.contains("Bí mật của người trả lời"), "read by the office after the close");
        assert!(!site.browser().get("/khao-sat/1").await.text.contains("Bí mật"));
    }

    async fn leaving_out_when_the_page_was_opened_is_being_fast(site) {
        given_office(&site);
        let (page, codes) = given_open(&site, "SIPAS-X", 60).await;
        let sheet = sheet(&site, "SIPAS-X", "4");
        let (done, _) = answer(&site, &codes[0], &sheet, "10.0.0.1").await;
        assert_eq!(done.status, 303);
        // One page opened early lends its moment to no other link.
        let opened = site.browser().at_address("10.0.0.2").get(&format!("/ks/{}", codes[1])).await.text;
        let lent = hidden(&opened, "mo-luc");
        assert!(!lent.is_empty());
        site.pass_minutes(3);
        let token = site::form::new_token;
        for code in codes.iter().skip(2).take(3) {
            assert_eq!(send(&site, code, &sheet, (&token(), &lent), "10.0.0.3").await.status, 303);
        }
        for begun in ["", "0123abcd", "1767830400000"] {
            let code = &codes[5 + begun.len() % 7];
            assert_eq!(send(&site, code, &sheet, (&token(), begun), "10.0.0.4").await.status, 303, "{begun}");
        }
        // Nor is whoever keeps the page open overnight fast.
        site.pass_minutes(26 * 60);
        assert_eq!(send(&site, &codes[1], &sheet, (&token(), &lent), "10.0.0.5").await.status, 303);
        assert_eq!(step(&site, "cchc", &format!("{page}/dong"), &[("ly-do-dong", "Đủ")]).await.status, 303);
        let csv = site.signed_in("cchc").get(&format!("{page}/xuat/phieu.csv")).await.text;
        let fast = csv.lines().skip(1).filter(|it| it.split(',').nth(3) == Some("\"1\"")).count();
        assert_eq!((csv.lines().count() - 1, fast), (8, 6), "{csv}");
        let results = site.signed_in("cchc").get(&format!("{page}/ket-qua")).await.text;
        assert!(results.contains("6 phiếu trả lời quá nhanh"), "{results}");
    }
}
