//! What a form proposes while a question is empty, what it asks of dates, and how it says what it cannot print or read.

use super::*;

on_both_engines! { crate::routes();
    async fn whoever_is_the_mother_does_not_type_her_own_part_again(site) {
        given(&site);
        let mut browser = site.browser();
        let at = "/to-khai/khai-sinh";
        // What is settled stands there from the beginning.
        let whole = browser.get(&format!("{at}?phan=tat-ca")).await.text;
        let value = |text: &str, name: &str| {
            let rest = text.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap_or_default();
            rest.split('"').next().unwrap_or_default().to_owned()
        };
        assert_eq!(value(&whole, "f.tre-quoc-tich"), "Việt Nam");
        assert_eq!(value(&whole, "f.ban-sao"), "0");
        let mut sample = shipped::sample("khai-sinh").unwrap().unwrap();
        sample.retain(|code, _| ["yc-", "tre-", "quan-he"].iter().any(|it| code.starts_with(it)));
        sample.remove("tre-quoc-tich");
        sample.insert("ban-la".into(), "me".into());
        sample.insert("tre-dan-toc".into(), "Thái".into());
        // The day of these tests comes before the day of the sample.
        sample.insert("tre-sinh".into(), "02/01/2026".into());
        let all = pairs("khai-sinh", &sample);
        let shown = ["tre-ten", "tre-sinh", "tre-gioi", "tre-dan-toc", "tre-quoc-tich", "tre-noi-sinh", "tre-que",
            "tre-chung-sinh", "tre-chung-sinh-so", "tre-tep"];
        let mut more: Vec<(&str, &str)> = shown.iter().map(|it| ("f-shown", *it)).collect();
        more.extend([("phan", "1"), ("viec", "tiep")]);
        let mother = send(&mut browser, at, &all, &more).await;
        assert_eq!(mother.status, 200, "{}", mother.text);
        assert!(mother.text.contains("name=\"f.me-co\" value=\"yes\" checked"), "{}", mother.text);
        for (name, wanted) in [
            ("f.me-ten", "Nguyễn Văn Hùng"), ("f.me-giay-to", "040090123456"), ("f.me-dan-toc", "Thái"),
            ("f.me-quoc-tich", "Việt Nam"), ("f.me-noi-o.detail", "Xóm 3"),
            ("f.me-noi-o.unit", "xã Phú Sơn, huyện Tân Kỳ, tỉnh Nghệ An"),
        ] {
            assert_eq!(value(&mother.text, name), wanted, "{name}");
        }
        // Of the other parent nothing is supposed but what all of them share.
        assert!(!mother.text.contains("name=\"f.cha-ten\" value=\"Nguyễn"), "{}", mother.text);
        // Born after the child, or hardly before: said beside the field, with what to do.
        for wrong in ["2026", "2015"] {
            let more = [("f.me-co", "yes"), ("f.me-ten", "Trần Thị Lan"), ("f.me-sinh", wrong), ("phan", "2"), ("viec", "tiep")];
            let told = send(&mut browser, at, &all, &more).await;
            assert_eq!(told.status, 422, "{wrong}");
            assert!(told.text.contains("Mẹ sinh sau hoặc chỉ hơn con chưa đến 12 tuổi. Xem lại năm sinh"), "{}", told.text);
        }
    }

    async fn a_place_on_paper_that_the_program_does_not_know_is_refused_at_publishing(site) {
        given(&site);
        let mut browser = site.signed_in("cchc");
        browser.post("/co-quan/bieu-mau/khai-tu/nhap-moi", &[]).await;
        let it = site.run(|tx| sql::draft(tx, "khai-tu")).unwrap().body;
        let fields = [
            ("an-ban", "1"), ("ten", it.title.as_str()), ("ten-en", &it.title_en), ("tieu-de", &it.heading),
            ("kinh-gui", "Trưởng phòng {phong}, {unit}"), ("can-cu", &it.source), ("cam-doan", &it.oath),
            ("cam-doan-en", &it.oath_en), ("viec", "cong-bo"),
        ];
        assert_eq!(browser.post("/co-quan/bieu-mau/khai-tu/sua", &fields).await.status, 303);
        let page = browser.get("/co-quan/bieu-mau/khai-tu/cong-bo").await.text;
        let said = "Phần Kính gửi có “{phong}” mà phần mềm không biết điền gì. Chỗ điền sẵn có: {unit} (tên cơ quan nhận";
        assert!(page.contains(said) && !page.contains("name=\"tu-ngay\""), "{page}");
        let day = site.now().civil().date().strftime("%d/%m/%Y").to_string();
        let publish = [("an-ban", "2"), ("tu-ngay", day.as_str())];
        let refused = browser.post("/co-quan/bieu-mau/khai-tu/cong-bo", &publish).await;
        assert!(refused.status == 422 && refused.text.contains("còn 1 lỗi phải sửa"), "{}", refused.text);
        assert_eq!(site.count("select count(*) from eform where code = 'khai-tu'"), 1);
    }

    async fn what_a_file_of_a_form_does_not_say_is_told_by_its_place(site) {
        given(&site);
        let mut browser = site.signed_in("cchc");
        let one = browser.get("/co-quan/bieu-mau/khai-sinh/xuat").await;
        let mut form: serde_json::Value = serde_json::from_str(&one.text).unwrap();
        form["pages"][2]["fields"][1]["kind"] = "person-name".into();
        form["rules"][0].as_object_mut().unwrap().remove("say");
        let bytes = form.to_string().into_bytes();
        let told = browser.upload("/co-quan/bieu-mau/nhap", &[("viec", "xem")], &[("tep", "mau.json", &bytes)]).await;
        assert_eq!(told.status, 422);
        for wanted in [
            "Tệp có 2 chỗ cần sửa", "phần 3 (me) › mục 2 (me-ten) › kind", "Có phải “person_name” không?",
            "quy tắc 1 (mot-nguoi)", "Thiếu “say” (lời báo): ghi thêm vào đây.",
        ] {
            assert!(told.text.contains(wanted), "{wanted}: {}", told.text);
        }
        let broken = browser.upload("/co-quan/bieu-mau/nhap", &[("viec", "xem")], &[("tep", "mau.json", b"{\n\"code\": }")]).await;
        assert!(broken.text.contains("hỏng ở dòng 2, cột 9"), "{}", broken.text);
        // The part of the configuration says the same.
        let part = serde_json::json!({ "eforms": [form], "bindings": [] });
        let said = site.run(|tx| Ok(configuration::configuration_import(tx, &part).unwrap_err()));
        let said = format!("{said:?}");
        assert!(said.contains("khai-sinh, phần 3 (me) › mục 2 (me-ten) › kind: Không có chữ"), "{said}");
    }
}
