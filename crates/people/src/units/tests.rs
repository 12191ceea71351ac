//! Units through the front door, on both databases.

use testkit::{Browser, on_both_engines};

use crate::tests::{given_a_district, hidden};

const LIST: &str = "/co-quan/quan-tri/don-vi";

fn of<'a>(name: &'a str, parent: &'a str, from: &'a str, mark: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("ten", name),
        ("cap-tren", parent),
        ("tu-ngay", from),
        ("ma-thong-ke", "17323"),
        ("ma-dinh-danh", "000.23.99.H41"),
        ("dia-chi", "Xóm 5"),
        ("dien-thoai", "0238 123 456"),
        ("dia-danh", ""),
        ("can-cu", "Nghị quyết thử"),
        ("ban", mark),
    ]
}

on_both_engines! { crate::routes();
    async fn a_unit_is_founded_renamed_and_read_as_of_a_day(site) {
        given_a_district(&site);
        let mut admin = site.signed_in("quantri");
        let token = hidden(&mut admin, &format!("{LIST}/moi?cap-tren=101"), "lan-gui").await;
        let mut fields = of("phòng Tư pháp", "101", "08/01/2026", "");
        fields.extend([("loai", "division"), ("lan-gui", token.as_str())]);
        for field in &mut fields {
            if matches!(field.0, "ma-thong-ke" | "ma-dinh-danh") { field.1 = ""; }
        }
        let made = admin.post(&format!("{LIST}/moi"), &fields).await;
        let location = made.location.unwrap();
        // A second click makes no second unit.
        let again = admin.post(&format!("{LIST}/moi"), &fields).await;
        assert_eq!(again.location.as_deref(), Some(location.as_str()));
        assert_eq!(site.count("select count(*) from unit"), 6);
        assert_eq!(site.text("select place from unit_version where title = 'phòng Tư pháp'"), "Tân Kỳ");

        let mark = hidden(&mut admin, &format!("{LIST}/102/sua"), "ban").await;
        let fields = of("phường Phú Sơn", "101", "1/3/2026", &mark);
        let done = admin.post(&format!("{LIST}/102/sua"), &fields).await;
        assert_eq!(done.location.as_deref(), Some("/co-quan/quan-tri/don-vi/102"), "{}", done.text);
        let before = admin.get(&format!("{LIST}?ngay=28/02/2026&q=phu+son")).await.text;
        assert!(before.contains("Ủy ban nhân dân xã Phú Sơn"), "{before}");
        let after = admin.get(&format!("{LIST}?ngay=01/03/2026&q=phu+son")).await.text;
        assert!(after.contains("Ủy ban nhân dân phường Phú Sơn"), "{after}");
        assert!(!after.contains("xã Phú Sơn</a></span></td><td data-label=\"Loại\">Xã"), "{after}");
        let page = admin.get(&format!("{LIST}/102")).await.text;
        assert!(page.contains("28/02/2026") && page.contains("01/03/2026"), "{page}");
        let journal = site.text(
            "select details from journal where act = 'new_version' and subject_id = 102");
        assert!(journal.contains("Nghị quyết thử"), "{journal}");
        // The version to come is corrected: no third one is made.
        let to_come = admin.get(&format!("{LIST}/102/sua?tu=01/03/2026")).await.text;
        assert!(to_come.contains("value=\"phường Phú Sơn\"") && to_come.contains("01/03/2026"));
        let mark = hidden(&mut admin, &format!("{LIST}/102/sua"), "ban").await;
        let fields = of("phường Phú Sơn", "101", "01/03/2026", &mark);
        assert_eq!(admin.post(&format!("{LIST}/102/sua"), &fields).await.status, 303);
        assert_eq!(site.count("select count(*) from unit_version where unit = 102"), 2);
        assert_eq!(site.count("select count(*) from journal where act = 'correct'"), 1);
        let file = admin.get(&format!("{LIST}/xuat?ngay=01/03/2026")).await;
        let table = crate::sheets::read("a.xlsx", &file.bytes).unwrap();
        assert!(table.rows.iter().any(|(_, it)| it[1] == "Ủy ban nhân dân phường Phú Sơn"));
    }

    async fn what_is_wrong_stands_beside_its_field_and_nothing_is_lost(site) {
        given_a_district(&site);
        let mut admin = site.signed_in("quantri");
        let path = format!("{LIST}/102/sua");
        let mark = hidden(&mut admin, &path, "ban").await;
        for (fields, what) in [
            (of("", "101", "1/3/2026", &mark), "Chưa nhập nội dung này."),
            (of("xã X", "101", "mai", &mark), "Nhập ngày theo dạng"),
            (of("xã X", "101", "1/3/2019", &mark), "Đơn vị mới có từ ngày 01/01/2020"),
            (of("xã X", "104", "1/3/2026", &mark), "không thể thuộc Bộ phận Một cửa"),
            (of("xã X", "103", "1/3/2026", &mark), "không thể thuộc Xã, phường, thị trấn"),
            (of("xã X", "100", "1/3/2026", &mark), "Hãy chọn một đơn vị trong danh sách"),
            (of("xã X", "101", "1/3/2026", "cũ"), "Đơn vị vừa được người khác sửa"),
        ] {
            let answer = admin.post(&path, &fields).await;
            assert_eq!(answer.status, 422, "{what}");
            assert!(answer.text.contains(what), "{what}: {}", answer.text);
            assert!(answer.text.contains("value=\"Xóm 5\""), "what was typed is kept");
        }
        let mark = hidden(&mut admin, &format!("{LIST}/103/sua"), "ban").await;
        let taken = admin
            .post(&format!("{LIST}/103/sua"), &of("xã Tân An", "101", "1/3/2026", &mark)).await;
        assert!(taken.text.contains("Mã này đang là của Ủy ban nhân dân xã Phú Sơn"));
        assert_eq!(site.count("select count(*) from unit_version"), 5);
    }

    async fn a_unit_of_another_subtree_is_not_found(site) {
        given_a_district(&site);
        let mut admin = site.signed_in("quantrixa");
        for path in ["103", "103/sua", "103/ket-thuc", "101", "999"] {
            let answer = admin.get(&format!("{LIST}/{path}")).await;
            assert_eq!(answer.status, 404, "{path}");
        }
        let fields = of("xã Khác", "101", "1/3/2026", "");
        for path in ["103/sua", "103/mo-lai"] {
            assert_eq!(admin.post(&format!("{LIST}/{path}"), &fields).await.status, 404, "{path}");
        }
        let answer = admin.post(&format!("{LIST}/103/ket-thuc"), &[("ngay-cuoi", "8/1/2026")]).await;
        assert_eq!(answer.status, 404);
        let list = admin.get(LIST).await.text;
        assert!(list.contains("Phú Sơn") && !list.contains("Tân An"), "{list}");
        // Nor is anything founded outside.
        let mut fields = of("phòng Mới", "101", "1/3/2026", "");
        fields.push(("loai", "division"));
        let answer = admin.post(&format!("{LIST}/moi"), &fields).await;
        assert_eq!(answer.status, 422);
        assert_eq!(site.count("select count(*) from unit"), 5);
    }

    async fn a_unit_ends_when_nothing_needs_it_and_the_end_is_taken_back(site) {
        given_a_district(&site);
        let mut admin = site.signed_in("quantri");
        let end = |mark: String, heir: &'static str| async move {
            vec![("ngay-cuoi", "31/12/2026".to_owned()), ("ke-thua", heir.to_owned()), ("ban", mark)]
        };
        async fn post(admin: &mut Browser<'_>, unit: i64, fields: Vec<(&str, String)>) -> testkit::Answer {
            let fields: Vec<(&str, &str)> = fields.iter().map(|(a, b)| (*a, b.as_str())).collect();
            admin.post(&format!("{LIST}/{unit}/ket-thuc"), &fields).await
        }
        let mark = hidden(&mut admin, &format!("{LIST}/102/ket-thuc"), "ban").await;
        let refused = post(&mut admin, 102, end(mark, "").await).await;
        assert_eq!(refused.status, 422);
        let wanted = "còn 1 đơn vị trực thuộc (Bộ phận Một cửa xã Phú Sơn); 1 quyền được giao";
        assert!(refused.text.contains(wanted), "{}", refused.text);
        let mark = hidden(&mut admin, &format!("{LIST}/103/ket-thuc"), "ban").await;
        let done = post(&mut admin, 103, end(mark, "102").await).await;
        assert_eq!(done.status, 303, "{}", done.text);
        assert_eq!(site.count("select successor from unit_successor where predecessor = 103"), 102);
        let page = admin.get(&format!("{LIST}/102")).await.text;
        assert!(page.contains("xã Tân An</a> (từ 01/01/2027)"), "{page}");
        assert!(!admin.get(&format!("{LIST}?ngay=01/01/2027")).await.text.contains("Tân An"));
        // After its end it is still found by its administrator, and can be reopened.
        site.set_clock(jiff::civil::date(2027, 2, 1).at(8, 0, 0, 0));
        let mut admin = site.signed_in("quantri");
        assert!(admin.get(&format!("{LIST}/103")).await.text.contains("đã kết thúc 31/12/2026"));
        let done = admin.post(&format!("{LIST}/103/mo-lai"), &[]).await;
        assert_eq!(done.status, 303, "{}", done.text);
        assert!(admin.get(LIST).await.text.contains("Tân An"));
        assert_eq!(site.count("select count(*) from unit_successor"), 0);
    }

    async fn whichever_statement_fails_no_unit_is_half_changed(site) {
        given_a_district(&site);
        let mut admin = site.signed_in("quantri");
        let mark = hidden(&mut admin, &format!("{LIST}/102/sua"), "ban").await;
        let fields = of("phường Phú Sơn", "101", "1/3/2026", &mark);
        let before = site.count("select count(*) from unit_version where valid_until is not null");
        let mut failed = 0;
        for statements in 0..40 {
            site.db.fail_after(statements);
            let answer = admin.post(&format!("{LIST}/102/sua"), &fields).await;
            site.db.fail_no_more();
            if answer.status == 303 {
                break;
            }
            assert_eq!(answer.status, 500);
            failed += 1;
            let now = site.count("select count(*) from unit_version where valid_until is not null");
            assert_eq!(now, before, "after {statements} statements");
            assert_eq!(site.count("select count(*) from unit_version"), 5);
        }
        assert!(failed > 5, "{failed}");
        assert_eq!(site.count("select count(*) from unit_version"), 6);
    }
}
