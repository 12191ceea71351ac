//! The papers at the counter: what everybody brings first, the declaration among them, remarks as remarks.

use testkit::on_both_engines;

use super::{ONCE, birth, given_two_communes};

on_both_engines! { crate::routes();
    async fn the_list_of_a_birth_begins_with_what_everybody_brings(site) {
        given_two_communes(&site);
        let mut counter = site.signed_in("quay");
        let form = counter.get("/co-quan/ho-so/moi?thu-tuc=1.001193").await.text;
        let at = |words: &str| form.find(words).unwrap_or_else(|| panic!("{words}: {form}"));
        let table = at("aria-label=\"Giấy tờ đã nhận\"");
        let first = at("Tờ khai đăng ký khai sinh");
        assert!(table < first && first < at("Giấy chứng sinh; trường hợp"));
        assert!(at("Giấy chứng sinh; trường hợp") < at("Trường hợp trẻ em bị bỏ rơi"));
        // The rest of the long line is there, and where the source cut it it says so itself.
        assert!(form.contains("nếu không có người làm chứng thì phải có giấy cam đoan về việc sinh."));
        // A remark is read below and has no box; nothing stands twice.
        let remark = "cơ quan đăng ký hộ tịch đã khai thác được dữ liệu điện tử có ký số";
        assert!(at(remark) > at("không phải giấy tờ"), "{form}");
        assert_eq!(form.matches(" id=\"co-").count(), 7);
        assert!(!form.contains("id=\"co-3\"") && form.contains("id=\"co-0\"") && form.contains("id=\"co-5\""));
        // Ticked and received, the receipt counts what was received and nothing else; a remark cannot be.
        let mut fields = birth("Lê Thị Thử", ONCE);
        fields.retain(|(name, _)| !matches!(*name, "co-1" | "so-1"));
        fields.extend([("co-0", "1"), ("so-0", "1"), ("co-5", "1"), ("so-5", "1"), ("co-3", "1"), ("so-3", "1")]);
        let done = counter.post("/co-quan/ho-so/moi", &fields).await;
        assert_eq!(done.status, 303, "{}", done.text);
        assert_eq!(site.count("select count(*) from dossier_paper"), 2);
        let names = site.text("select name from dossier_paper order by place, id limit 1");
        assert_eq!(names, "Tờ khai đăng ký khai sinh");
        assert_eq!(counter.get("/co-quan/ho-so/1/in/giay-hen").await.status, 200);
    }

    async fn what_is_missing_names_what_everybody_brings_and_no_cases(site) {
        given_two_communes(&site);
        let mut counter = site.signed_in("quay");
        let mut fields = birth("Lê Thị Thử", ONCE);
        fields.retain(|(name, _)| !matches!(*name, "co-1" | "so-1" | "viec"));
        fields.push(("viec", "bo-sung"));
        let asked = counter.post("/co-quan/ho-so/moi", &fields).await;
        assert_eq!(asked.status, 422);
        let words = asked.text.split("name=\"ly-do\"").nth(1).unwrap().split("</textarea>").next().unwrap();
        assert!(words.contains("Giấy chứng sinh"), "{words}");
        assert!(!words.contains("bị bỏ rơi") && !words.contains("Tờ khai"), "{words}");
    }

    async fn the_public_page_shows_remarks_as_remarks(site) {
        given_two_communes(&site);
        let page = site.browser().get("/thu-tuc/1.001193").await.text;
        let at = |words: &str| page.find(words).unwrap_or_else(|| panic!("{words}: {page}"));
        assert!(at("Giấy chứng sinh; trường hợp") < at("Chỉ cần trong một số trường hợp"), "{page}");
        assert!(at("Chỉ cần trong một số trường hợp") < at("Trường hợp trẻ em bị bỏ rơi"));
        assert!(page.matches("đã khai thác được dữ liệu điện tử có ký số").count() == 1);
    }
}
