//! The editor of forms.

use super::*;

on_both_engines! { routes();
    async fn an_office_makes_its_own_form_of_a_shipped_one_until_a_survey_uses_it(site) {
        given_office(&site);
        let list = site.signed_in("cchc").get("/co-quan/mau-khao-sat").await.text;
        for code in ["SIPAS-X", "KS-CB", "CONDUCT"] {
            assert!(list.contains(code), "{code}");
        }
        let found = site.signed_in("cchc").get("/co-quan/mau-khao-sat?q=lich+su").await.text;
        assert!(found.contains("Thái độ lịch sự") && !found.contains(">Kết quả chính xác<"), "{found}");
        let from = form(&site, "CONDUCT").to_string();
        let made = site.signed_in("cchc").post("/co-quan/mau-khao-sat", &[("don-vi", "2"), ("tu", &from)]).await;
        let path = made.location.unwrap();
        let page = site.signed_in("cchc").get(&path).await.text;
        assert!(page.contains("value=\"TP1\""), "{page}");
        let edition = hidden(&page, "ban");
        let fields = [
            ("ban", edition.as_str()), ("viec", "them"), ("ma", "RIENG"), ("ten", "Phiếu riêng"),
            ("phuong-an", "A | Có | Yes | 100%\nB | Không | No | 0%\nC | Không biết"), ("nhom", "N1 | Nhóm một | | tính"),
            ("kieu-0", "scale"), ("ma-0", "C1"), ("hoi-0", "Có hài lòng không?"), ("nhom-0", "N1"), ("bat-buoc-0", "1"),
        ];
        let done = site.signed_in("cchc").post(&path, &fields).await;
        assert_eq!(done.status, 303, "{}", done.text);
        let page = site.signed_in("cchc").get(&path).await.text;
        assert!(page.contains("Có hài lòng không?") && page.contains("Câu hỏi chưa có lời"), "{page}");
        assert!(page.contains("C | Không biết"), "{page}");
        // A second window loses nothing and overwrites nothing.
        let stale = site.signed_in("cchc").post(&path, &fields).await;
        assert_eq!(stale.status, 422);
        assert!(stale.text.contains("vừa lưu") && stale.text.contains("Có hài lòng không?"), "{}", stale.text);
        let edition = hidden(&page, "ban");
        let mut fields = fields;
        fields[0].1 = &edition;
        fields[1].1 = "luu";
        assert_eq!(site.signed_in("cchc").post(&path, &fields).await.status, 303);
        assert!(!site.signed_in("cchc").get(&path).await.text.contains("Chưa dùng được"));
        // Somebody else's form is nobody's business; a shipped one is changed by nobody.
        assert_eq!(site.signed_in("cchc-khac").get(&path).await.status, 404);
        assert_eq!(site.signed_in("cchc").post(&format!("/co-quan/mau-khao-sat/{from}"), &fields).await.status, 404);
        site.given("update survey_form set frozen = 1 where code = 'RIENG'", &[]);
        let frozen = site.signed_in("cchc").post(&path, &fields).await;
        assert!(frozen.text.contains("không sửa được nữa"), "{}", frozen.text);
        assert!(site.signed_in("cchc").get(&path).await.text.contains("Tạo bản sao"));
    }

    async fn forms_of_an_office_go_with_the_configuration(site) {
        given_office(&site);
        let from = form(&site, "CONDUCT").to_string();
        let made = site.signed_in("cchc").post("/co-quan/mau-khao-sat", &[("don-vi", "2"), ("tu", &from)]).await;
        assert_eq!(made.status, 303, "{}", made.text);
        let code = site.text("select code from survey_form where unit = 2");
        let mut who = site::Who::nobody(site::Lang::Vi);
        who.tree = site.run(site::tree_of).into();
        let inner = site.site.clone();
        let part = crate::configuration::PART;
        let value = site.run(|tx| (part.take_out)(&who.tree, tx));
        assert_eq!(value.as_array().unwrap().len(), 1, "what ships is everywhere: {value}");
        let (same, lines, again) = site.run(|tx| {
            let same = (part.bring_in)(&inner, &who, tx, &value).unwrap();
            tx.execute("delete from survey_form where unit is not null", &[])?;
            let lines = (part.bring_in)(&inner, &who, tx, &value).unwrap();
            Ok((same, lines, (part.take_out)(&who.tree, tx)?))
        });
        assert!(same.is_empty(), "{same:?}");
        assert_eq!((lines.len(), again), (1, value.clone()), "{lines:?}");
        assert_eq!(site.text("select code from survey_form where unit = 2"), code);
        // A survey has used it: another form of the name comes as another version.
        site.given("update survey_form set frozen = 1 where unit = 2", &[]);
        let mut other = value.clone();
        other[0]["form"]["vi"] = serde_json::json!("Tên khác");
        let lines = site.run(|tx| Ok((part.bring_in)(&inner, &who, tx, &other).unwrap()));
        assert_eq!((lines.len(), site.count("select max(version) from survey_form where unit = 2")), (1, 2));
        other[0]["form"]["question"] = serde_json::json!([]);
        assert!(site.run(|tx| Ok((part.bring_in)(&inner, &who, tx, &other).is_err())));
    }
}
