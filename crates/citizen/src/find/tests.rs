//! Finding through the front door: events, suggestions, questions, and what reform officers change.

use std::collections::BTreeSet;

use domain::{guide::Answers, plain};
use testkit::on_both_engines;

use super::{configuration, texts};
use crate::{levels::tests::given, procedures::facts::shipped};

#[test]
fn what_ships_speaks_of_procedures_and_papers_that_there_are() {
    let all = shipped::procedures().unwrap();
    let known: BTreeSet<&str> = all.iter().map(|it| it.code.as_str()).collect();
    let events = texts::shipped_events().unwrap();
    assert!(events.len() >= 8);
    for it in &events {
        let wrong = it.mistakes(|code| known.contains(code));
        assert!(wrong.is_empty(), "{}: {wrong:?}", it.code);
        assert!(!it.english.is_empty() && it.groups.iter().all(|it| !it.english.is_empty()));
    }
    let guides = texts::shipped_guides().unwrap();
    assert!(guides.len() >= 12, "{}", guides.len());
    for guide in &guides {
        let body = all.iter().find(|it| it.code == guide.code).unwrap();
        let wrong = guide.mistakes(&body.papers, |code| known.contains(code));
        assert!(wrong.is_empty(), "{}: {wrong:#?}", guide.code);
    }
    // What a guide fills in beforehand, the form of its procedure takes.
    let forms = crate::eforms::shipped::all().unwrap();
    let mut fills = 0;
    for guide in &guides {
        let form = forms.iter().find(|it| it.procedures.contains(&guide.code));
        for it in &guide.fills {
            let taken = form.is_some_and(|form| super::carried::takes(form, it.pair()));
            assert!(taken, "{}: {it:?}", guide.code);
            fills += 1;
        }
    }
    assert!(fills >= 10, "{fills}");
    let synonyms = shipped::synonyms().unwrap();
    let names: BTreeSet<String> = synonyms.synonyms.iter().map(texts::name_of).collect();
    assert_eq!(names.len(), synonyms.synonyms.len(), "each is known by its first phrase");
}

#[test]
fn every_way_through_a_shipped_guide_ends_and_asks_for_what_is_published() {
    let all = shipped::procedures().unwrap();
    for guide in texts::shipped_guides().unwrap() {
        let body = all.iter().find(|it| it.code == guide.code).unwrap();
        // Each question answered by its first and by its last choice.
        for first in [true, false] {
            let pairs: Vec<(String, String)> = guide
                .questions
                .iter()
                .map(|it| {
                    let answers = it.answers();
                    let one = if first { answers.first() } else { answers.last() };
                    (it.id.clone(), one.unwrap().0.to_owned())
                })
                .collect();
            let answers = Answers::of(&guide, &pairs);
            assert!(guide.is_answered(&answers), "{}", guide.code);
            let done = guide.conclude(&answers, &body.papers);
            assert!(!done.is_eligible() || !done.papers.is_empty(), "{}: {answers:?}", guide.code);
        }
        let hard: Vec<&str> = guide
            .questions
            .iter()
            .map(|it| it.ask.as_str())
            .chain(guide.papers.iter().map(|it| it.name.as_str()))
            .filter(|it| plain::read(it, texts::hard_words()).longest > plain::VERY_LONG)
            .collect();
        assert!(hard.is_empty(), "{}: {hard:?}", guide.code);
    }
}

const BIRTH: &str = "/thu-tuc/1.001193/hoi";

on_both_engines! { crate::routes();
    async fn a_life_event_leads_through_its_procedures_in_both_languages(site) {
        given(&site);
        let mut citizen = site.browser();
        let home = citizen.get("/").await;
        assert!(home.text.contains("/su-kien/sinh-con"), "{}", home.text);
        let page = citizen.get("/su-kien/sinh-con").await;
        assert_eq!(page.status, 200);
        let (birth, later) = (page.text.find("/thu-tuc/1.001193").unwrap(), page.text.find("/thu-tuc/2.000635").unwrap());
        assert!(birth < later, "what is needed first stands first");
        assert!(page.text.contains("/thu-tuc/1.001193/hoi"));
        let english = citizen.get("/su-kien/sinh-con?lang=en").await;
        assert!(english.text.contains("Having a baby") && english.text.contains("Within the first 60 days"));
        assert!(citizen.get("/su-kien").await.text.contains("A death in the family"));
        assert_eq!(citizen.get("/su-kien/khong-co").await.status, 404);
    }

    async fn suggestions_come_while_one_types_and_are_light(site) {
        given(&site);
        let mut citizen = site.browser();
        for (typed, code) in [("khai s", "1.001193"), ("sinh con", "1.001193"), ("ket hon", "1.000894"), ("khai sihn", "1.001193")] {
            let answer = citizen.get(&format!("/thu-tuc/goi-y?q={}", site::percent(typed))).await;
            assert!(answer.text.contains(&format!("/thu-tuc/{code}\"")), "{typed}: {}", answer.text);
            assert!(answer.text.len() < 4_000, "{}", answer.text.len());
        }
        let event = citizen.get("/thu-tuc/goi-y?q=sinh+con").await;
        assert!(event.text.contains("/su-kien/sinh-con"), "{}", event.text);
        let english = citizen.get("/thu-tuc/goi-y?q=birth+certificate").await;
        assert!(english.text.contains("/thu-tuc/1.001193"), "{}", english.text);
        assert!(!citizen.get("/thu-tuc/goi-y?q=").await.text.contains("<li>"));
    }

    async fn a_few_answers_make_a_list_of_ones_own_papers(site) {
        given(&site);
        let mut citizen = site.browser();
        let first = citizen.get(BIRTH).await;
        assert_eq!(first.status, 200, "{}", first.text);
        assert!(first.text.contains("name=\"nuoc-ngoai\"") && !first.text.contains("name=\"ai-di\""));
        assert_eq!(citizen.get(&format!("{BIRTH}/in.pdf")).await.status, 422, "nothing is answered yet");
        let abroad = citizen.get(&format!("{BIRTH}?nuoc-ngoai=co")).await;
        assert!(abroad.text.contains("/thu-tuc/2.000528"), "{}", abroad.text);
        let answers = "nuoc-ngoai=khong&da-khai=khong&ket-hon=roi&noi-sinh=nguoi-lam-chung&hoan-canh=thuong\
            &ai-di=cha-me&noi-o=co&cach-nop=den-noi";
        let done = citizen.get(&format!("{BIRTH}?{answers}&don-vi=2")).await;
        let (needed, spared) = done.text.split_once("Ông, bà không phải mang").unwrap();
        assert!(needed.contains("Giấy của người làm chứng xác nhận việc sinh"), "{}", done.text);
        assert!(!needed.contains("Giấy nhờ người đi thay") && spared.contains("Giấy nhờ người đi thay"));
        assert!(done.text.contains("Một cửa xã Phú Sơn"), "where to go: {}", done.text);
        assert!(done.text.contains("/nop/1.001193?don-vi=2"));
        // The answers stay when the language or the letters change.
        assert!(done.text.contains("noi-sinh=nguoi-lam-chung&#38;hoan-canh=thuong")
            || done.text.contains("noi-sinh=nguoi-lam-chung&amp;hoan-canh=thuong"), "{}", done.text);
        let paper = citizen.get(&format!("{BIRTH}/in.pdf?{answers}&don-vi=2")).await;
        assert_eq!(paper.media_type, "application/pdf");
        assert!(paper.bytes.starts_with(b"%PDF-"));
        assert_eq!(citizen.get("/thu-tuc/1.003930/hoi").await.status, 404, "it has no questions");
    }

    async fn larger_letters_are_kept_without_scripts(site) {
        given(&site);
        let mut citizen = site.browser();
        assert!(!citizen.get("/").await.text.contains("class=\"large\""));
        let large = citizen.get("/su-kien/sinh-con?chu=lon").await;
        assert!(large.text.contains("<html lang=\"vi\" class=\"large\">"), "{}", large.text);
        assert!(citizen.get("/thu-tuc/1.001193").await.text.contains("class=\"large\""), "remembered");
        citizen.get("/?chu=thuong").await;
        assert!(!citizen.get("/").await.text.contains("class=\"large\""));
    }

    async fn the_pages_of_the_portal_are_light(site) {
        given(&site);
        let mut citizen = site.browser();
        let sent = |it: &testkit::Answer| {
            let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            std::io::Write::write_all(&mut gzip, &it.bytes).unwrap();
            gzip.finish().unwrap().len()
        };
        // With its style sheet, script and letters (held below 45 KB elsewhere) the first page stays under 60.
        let home = citizen.get("/").await;
        assert!(sent(&home) < 8_000, "{}", sent(&home));
        // Those are kept by the browser: of 40 KB a procedure's page itself may be this much.
        for code in ["1.001193", "1.013225", "1.004873", "2.000575"] {
            let page = citizen.get(&format!("/thu-tuc/{code}")).await;
            assert!(sent(&page) < 16_000, "{code}: {}", sent(&page));
        }
    }

    async fn everyday_words_are_tried_kept_switched_off_and_given_back(site) {
        given(&site);
        let mut officer = site.signed_in("cchc");
        let page = officer.get("/co-quan/quan-tri/tu-dong-nghia?thu=bao+hi").await;
        assert_eq!(page.status, 200);
        let path = "/co-quan/quan-tri/tu-dong-nghia/moi";
        let empty = officer.post(path, &[("noi", ""), ("goi", "đăng ký khai sinh"), ("viec", "luu")]).await;
        assert_eq!(empty.status, 422);
        let taken = officer.post(path, &[("noi", "cưới"), ("goi", "đăng ký kết hôn"), ("viec", "luu")]).await;
        assert!(taken.text.contains("đã có ở một dòng khác"), "{}", taken.text);
        let fields = [("noi", "báo hỉ\nđăng đàn"), ("goi", "đăng ký kết hôn")];
        let tried = officer.post(path, &[fields[0], fields[1], ("viec", "thu")]).await;
        assert!(tried.text.contains("Thủ tục đăng ký kết hôn"), "{}", tried.text);
        assert_eq!(site.count("select count(*) from portal_text"), 0, "a trial keeps nothing");
        let mut citizen = site.browser();
        let asked = format!("/thu-tuc/goi-y?q={}", site::percent("báo hỉ"));
        assert!(!citizen.get(&asked).await.text.contains("1.000894"));
        let done = officer.post(path, &[fields[0], fields[1], ("viec", "luu")]).await;
        assert_eq!(done.status, 303, "{}", done.text);
        assert!(citizen.get(&asked).await.text.contains("1.000894"), "the search knows it at once");
        let own = "/co-quan/quan-tri/tu-dong-nghia/bao-hi-rieng";
        let gone = officer.post(own, &[("ban", "1"), ("viec", "tat")]).await;
        assert_eq!(gone.status, 303, "{}", gone.text);
        assert!(!citizen.get(&asked).await.text.contains("1.000894"));
        assert_eq!(officer.get(own).await.status, 404);

        // One that ships: off, and as it ships again.
        let shipped = "/co-quan/quan-tri/tu-dong-nghia/cuoi";
        assert_eq!(officer.get(shipped).await.status, 200);
        officer.post(shipped, &[("ban", "0"), ("viec", "tat")]).await;
        assert!(officer.get("/co-quan/quan-tri/tu-dong-nghia?trang-thai=tat").await.text.contains("cưới nhau"));
        let stale = officer.post(shipped, &[("ban", "0"), ("noi", "cưới"), ("goi", "đăng ký kết hôn"), ("viec", "luu")]).await;
        assert_eq!(stale.status, 422, "somebody was quicker: {}", stale.text);
        officer.post(shipped, &[("ban", "1"), ("viec", "goc")]).await;
        assert!(!officer.get("/co-quan/quan-tri/tu-dong-nghia?trang-thai=tat").await.text.contains("cưới nhau"));
        assert_eq!(site.signed_in("quay").post(path, &[fields[0], fields[1], ("viec", "luu")]).await.status, 403);
        assert!(officer.get("/co-quan/quan-tri/tu-dong-nghia?dang=xlsx").await.bytes.starts_with(b"PK"));
    }

    async fn a_page_of_a_life_event_is_written_by_the_office(site) {
        given(&site);
        let mut officer = site.signed_in("cchc");
        assert!(officer.get("/co-quan/quan-tri/su-kien").await.text.contains("Sinh con"));
        let path = "/co-quan/quan-tri/su-kien/moi";
        let wrong = officer.post(path, &[("ma", "Đi Lính"), ("ten", "Đi bộ đội"), ("nhom", "# Trước\n9.999999"), ("viec", "luu")]).await;
        assert_eq!(wrong.status, 422);
        assert!(wrong.text.contains("Danh mục không có thủ tục 9.999999") && wrong.text.contains("id=\"ma-mistake\""), "{}", wrong.text);
        let done = officer.post(path, &[
            ("ma", "di-bo-doi"), ("ten", "Đi bộ đội"), ("tieng-anh", "Military service"), ("gioi-thieu", "Đăng ký trước."),
            ("nhom", "# Trước | First\n1.013133 Đăng ký nghĩa vụ"), ("viec", "luu"),
        ]).await;
        assert_eq!(done.status, 303, "{}", done.text);
        let mut citizen = site.browser();
        assert!(citizen.get("/su-kien/di-bo-doi").await.text.contains("/thu-tuc/1.013133"));
        assert!(citizen.get("/").await.text.contains("/su-kien/di-bo-doi"));
        officer.post("/co-quan/quan-tri/su-kien/sinh-con", &[("ban", "0"), ("viec", "tat")]).await;
        assert_eq!(citizen.get("/su-kien/sinh-con").await.status, 404);
        officer.post("/co-quan/quan-tri/su-kien/sinh-con", &[("ban", "1"), ("viec", "goc")]).await;
        assert_eq!(citizen.get("/su-kien/sinh-con").await.status, 200);
        assert_eq!(site.signed_in("quay").get(path).await.status, 403);
    }

    async fn questions_are_written_checked_tried_and_asked(site) {
        given(&site);
        let mut officer = site.signed_in("cchc");
        assert!(officer.get("/co-quan/quan-tri/cau-hoi").await.text.contains("1.001193"));
        // One that has none yet begins with the papers of the catalogue.
        let path = "/co-quan/quan-tri/cau-hoi/2.001019";
        let page = officer.get(path).await;
        assert!(page.text.contains("Nhận ra: du thao di chuc"), "{}", page.text);
        let wrong = officer.post(path, &[("bo-cau-hoi", "Câu hỏi a: Gì?\nGiấy tờ: Dự thảo\n Khi: b=co"), ("viec", "luu")]).await;
        assert_eq!(wrong.status, 422);
        assert!(wrong.text.contains("Giấy tờ 1: Điều kiện nói tới câu hỏi"), "{}", wrong.text);
        let text = "Câu hỏi minh-man: Người lập di chúc còn minh mẫn không?\nGiấy tờ: Bản nháp di chúc\n  Nhận ra: dự thảo di chúc\n\
            Chưa đủ điều kiện: Người lập di chúc phải minh mẫn.\n  Khi: minh-man=khong";
        let tried = officer.post(path, &[("bo-cau-hoi", text), ("viec", "thu")]).await;
        assert!(tried.text.contains("không dòng nào") && tried.text.contains("Bản nháp di chúc"), "{}", tried.text);
        let done = officer.post(path, &[("bo-cau-hoi", text), ("viec", "luu")]).await;
        assert_eq!(done.status, 303, "{}", done.text);
        let mut citizen = site.browser();
        assert!(citizen.get("/thu-tuc/2.001019").await.text.contains("/thu-tuc/2.001019/hoi"));
        let stop = citizen.get("/thu-tuc/2.001019/hoi?minh-man=khong").await;
        assert!(stop.text.contains("Người lập di chúc phải minh mẫn."), "{}", stop.text);
        let yes = citizen.get("/thu-tuc/2.001019/hoi?minh-man=co").await;
        assert!(yes.text.contains("Bản nháp di chúc") && yes.text.contains("giấy chứng nhận quyền sở hữu"), "{}", yes.text);
        officer.post(path, &[("ban", "1"), ("viec", "tat")]).await;
        assert_eq!(citizen.get("/thu-tuc/2.001019/hoi").await.status, 404);
        assert_eq!(site.signed_in("quay").get(path).await.status, 403);
    }

    async fn the_hardest_texts_are_listed_first(site) {
        given(&site);
        let mut officer = site.signed_in("cchc");
        let page = officer.get("/co-quan/quan-tri/do-de-doc?kho=1").await;
        assert_eq!(page.status, 200, "{}", page.text);
        assert!(page.text.contains("lời khó đọc"));
        let mine = officer.get(&format!("/co-quan/quan-tri/do-de-doc?thu={}", site::percent("Ông bà mang giấy này."))).await;
        assert!(mine.text.contains("Dễ đọc"), "{}", mine.text);
        assert!(officer.get("/co-quan/quan-tri/do-de-doc?nguon=cau-hoi&dang=xlsx").await.bytes.starts_with(b"PK"));
        assert_eq!(site.signed_in("thuly").get("/co-quan/quan-tri/do-de-doc").await.status, 403);
    }

    async fn what_the_office_changed_goes_with_the_configuration(site) {
        given(&site);
        let mut officer = site.signed_in("cchc");
        officer.post("/co-quan/quan-tri/tu-dong-nghia/moi", &[("noi", "báo hỉ"), ("goi", "đăng ký kết hôn"), ("viec", "luu")]).await;
        officer.post("/co-quan/quan-tri/su-kien/sinh-con", &[("ban", "0"), ("viec", "tat")]).await;
        let (who, inner) = (site::Who::nobody(site::Lang::Vi), site.site.clone());
        let value = site.run(|tx| (configuration::PART.take_out)(&site::tree::Tree::default(), tx));
        let lines = site.run(|tx| {
            let same = (configuration::PART.bring_in)(&inner, &who, tx, &value).unwrap();
            tx.execute("delete from portal_text", &[])?;
            Ok((same, (configuration::PART.bring_in)(&inner, &who, tx, &value).unwrap()))
        });
        assert!(lines.0.is_empty(), "{:?}", lines.0);
        assert_eq!(lines.1.len(), 2, "{:?}", lines.1);
        assert!(site.browser().get("/thu-tuc/goi-y?q=bao+hi").await.text.contains("1.000894"));
        let wrong = serde_json::json!({"guide": {"1.001193": {"code": "1.001193"}}});
        assert!(site.run(|tx| Ok((configuration::PART.bring_in)(&inner, &who, tx, &wrong).is_err())));
    }
}
