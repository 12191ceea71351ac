//! People through the front door, on both databases.

use domain::access::Role;
use testkit::{TestSite, on_both_engines};

use crate::{
    sheets,
    tests::{given_a_district, given_account, given_person, hidden},
};

const LIST: &str = "/co-quan/quan-tri/can-bo";

fn given_people(site: &TestSite) {
    given_a_district(site);
    given_person(site, "Nguyễn Thị Hoa", "Công chức Một cửa", 102);
    given_person(site, "Đặng Văn Ánh", "Chủ tịch UBND xã", 102);
    given_person(site, "Lê Văn Bình", "Công chức Tư pháp", 103);
}

on_both_engines! { crate::routes();
    async fn people_are_found_without_diacritics_sorted_and_filtered(site) {
        given_people(&site);
        let mut admin = site.signed_in("quantri");
        let page = admin.get(LIST).await.text;
        assert!(page.contains("3 người"), "{page}");
        let at = |name: &str| page.find(name).unwrap();
        assert!(at("Đặng Văn Ánh") < at("Lê Văn Bình") && at("Lê Văn Bình") < at("Nguyễn Thị Hoa"));
        assert!(page.contains("Công chức Một cửa – xã Phú Sơn"), "{page}");
        for (query, found, not) in [
            ("?q=thi+hoa", "Nguyễn Thị Hoa", "Lê Văn Bình"),
            ("?q=dang+anh", "Đặng Văn Ánh", "Nguyễn Thị Hoa"),
            ("?don-vi=103", "Lê Văn Bình", "Nguyễn Thị Hoa"),
            ("?don-vi=102&chuc-vu=giu", "Nguyễn Thị Hoa", "Lê Văn Bình"),
        ] {
            let page = admin.get(&format!("{LIST}{query}")).await.text;
            assert!(page.contains(found) && !page.contains(not), "{query}: {page}");
        }
        let none = admin.get(&format!("{LIST}?chuc-vu=khong")).await.text;
        assert!(none.contains("Không có ai khớp bộ lọc."), "{none}");
        let file = admin.get(&format!("{LIST}/xuat?don-vi=103")).await;
        let table = sheets::read("a.xlsx", &file.bytes).unwrap();
        assert_eq!(table.rows.len(), 1);
        assert_eq!(table.rows[0].1[1], "Lê Văn Bình");
    }

    async fn somebody_is_added_changed_given_a_position_and_leaves_it(site) {
        given_people(&site);
        let mut admin = site.signed_in("quantri");
        let form = format!("{LIST}/moi?don-vi=102");
        let token = hidden(&mut admin, &form, "lan-gui").await;
        let fields = [
            ("don-vi", "102"), ("ho-ten", " Trần  Văn Thử "), ("dien-thoai", "0912 345 678"),
            ("thu-dien-tu", "thu@example.vn"), ("chuc-danh", ""), ("chuc-danh-moi", "Văn thư"),
            ("tu-ngay", "01/01/2026"), ("lan-gui", token.as_str()),
        ];
        let made = admin.post(&format!("{LIST}/moi"), &fields).await;
        let person = made.location.unwrap();
        let again = admin.post(&format!("{LIST}/moi"), &fields).await;
        assert_eq!(again.location.as_deref(), Some(person.as_str()), "a second click");
        assert_eq!(site.count("select count(*) from staff"), 4);
        assert_eq!(site.text("select search from staff where phone = '0912345678'"), "tran van thu");
        // The same person once more is told of.
        let mut same = fields;
        same[7].1 = "";
        let refused = admin.post(&format!("{LIST}/moi"), &same).await;
        assert_eq!(refused.status, 422);
        assert!(refused.text.contains("Đã có Trần Văn Thử với số điện thoại này"));

        let mark = hidden(&mut admin, &format!("{person}/sua"), "ban").await;
        let edited = [("ho-ten", "Trần Văn Thật"), ("dien-thoai", ""), ("thu-dien-tu", ""),
            ("ban", mark.as_str())];
        let done = admin.post(&format!("{person}/sua"), &edited).await;
        assert_eq!(done.location.as_deref(), Some(person.as_str()), "{}", done.text);
        let stale = admin.post(&format!("{person}/sua"), &edited).await;
        assert_eq!(stale.status, 422);
        assert!(stale.text.contains("vừa được người khác sửa"));

        let give = format!("{person}/chuc-vu");
        let position = site.count("select id from position where title = 'Công chức Tư pháp'");
        let position = position.to_string();
        let fields = [("don-vi", "103"), ("chuc-danh", position.as_str()), ("tu-ngay", "1/2/2026"),
            ("den-ngay", "30/6/2026")];
        assert_eq!(admin.post(&give, &fields).await.status, 303);
        let overlap = admin.post(&give, &fields).await;
        assert_eq!(overlap.status, 422);
        assert!(overlap.text.contains("Đã giữ chức danh này từ 01/02/2026 đến 30/06/2026"));
        let backwards = [("don-vi", "103"), ("chuc-danh", position.as_str()),
            ("tu-ngay", "1/9/2026"), ("den-ngay", "1/8/2026")];
        let answer = admin.post(&give, &backwards).await;
        assert!(answer.text.contains("không thể trước ngày bắt đầu"), "{}", answer.text);

        // The one to come is taken back, the one that is now ends.
        let holding = site.count("select id from holding where valid_from = '2026-02-01'");
        let path = format!("/co-quan/quan-tri/chuc-vu/{holding}");
        assert!(admin.get(&path).await.text.contains("Bỏ việc giao, chưa đến ngày"));
        assert_eq!(admin.post(&path, &[("viec", "bo")]).await.status, 303);
        let holding = site.count("select id from holding where valid_from = '2026-01-01'");
        let path = format!("/co-quan/quan-tri/chuc-vu/{holding}");
        let early = admin.post(&path, &[("ngay-cuoi", "1/12/2025")]).await;
        assert_eq!(early.status, 422);
        let done = admin.post(&path, &[("ngay-cuoi", "07/01/2026")]).await;
        assert_eq!(done.status, 303, "{}", done.text);
        let none = admin.get(&format!("{LIST}?chuc-vu=khong")).await.text;
        assert!(none.contains("Trần Văn Thật"), "{none}");
        let page = admin.get(&person).await.text;
        assert!(page.contains("đã thôi") && page.contains("07/01/2026"), "{page}");
    }

    async fn positions_are_added_renamed_and_kept_once_somebody_held_them(site) {
        given_people(&site);
        let mut admin = site.signed_in("quantri");
        let path = "/co-quan/quan-tri/don-vi/102/chuc-danh";
        let fields = [("ten", "Văn thư"), ("thu-tu", "40"), ("ky", "1")];
        assert_eq!(admin.post(path, &fields).await.status, 303);
        let taken = admin.post(path, &[("ten", "VĂN THƯ"), ("thu-tu", "41")]).await;
        assert_eq!(taken.status, 422);
        assert!(taken.text.contains("Đơn vị đã có chức danh này"));
        let id = site.count("select id from position where title = 'Văn thư'");
        let own = format!("/co-quan/quan-tri/chuc-danh/{id}");
        let mark = hidden(&mut admin, &own, "ban").await;
        let fields = [("ten", "Văn thư - lưu trữ"), ("thu-tu", "5"), ("ban", mark.as_str())];
        assert_eq!(admin.post(&own, &fields).await.status, 303);
        assert_eq!(site.count("select signs + rank from position where rank = 5"), 5);
        assert_eq!(admin.post(&own, &fields).await.status, 422, "a stale form");
        assert_eq!(admin.post(&own, &[("viec", "xoa")]).await.status, 303);
        let held = site.count("select id from position where title = 'Công chức Một cửa'");
        let refused =
            admin.post(&format!("/co-quan/quan-tri/chuc-danh/{held}"), &[("viec", "xoa")]).await;
        assert_eq!(refused.status, 422);
        assert!(refused.text.contains("Đã có người giữ chức danh này"));
    }

    async fn people_and_positions_elsewhere_are_not_found(site) {
        given_people(&site);
        let mut admin = site.signed_in("quantrixa");
        let list = admin.get(LIST).await.text;
        assert!(list.contains("Nguyễn Thị Hoa") && !list.contains("Lê Văn Bình"), "{list}");
        let id = site.count("select id from staff where name = 'Lê Văn Bình'");
        let own = site.count("select id from staff where name = 'Nguyễn Thị Hoa'");
        let holding = site.count(&format!("select id from holding where staff = {id}"));
        let position = site.count("select id from position where unit = 103");
        for path in [
            format!("{LIST}/{id}"), format!("{LIST}/{id}/sua"), format!("{LIST}/{id}/chuc-vu"),
            format!("{LIST}/{own}/chuc-vu?don-vi=103"), format!("{LIST}/moi?don-vi=103"),
            format!("/co-quan/quan-tri/chuc-vu/{holding}"),
            format!("/co-quan/quan-tri/chuc-danh/{position}"),
            "/co-quan/quan-tri/don-vi/103/chuc-danh".to_owned(),
        ] {
            assert_eq!(admin.get(&path).await.status, 404, "{path}");
        }
        let position = position.to_string();
        for (path, fields) in [
            (format!("{LIST}/{id}/sua"), vec![("ho-ten", "Kẻ Xấu")]),
            (format!("{LIST}/{own}/chuc-vu"),
                vec![("don-vi", "103"), ("chuc-danh", position.as_str()), ("tu-ngay", "8/1/2026")]),
            (format!("/co-quan/quan-tri/chuc-vu/{holding}"), vec![("ngay-cuoi", "8/1/2026")]),
            (format!("/co-quan/quan-tri/chuc-danh/{position}"), vec![("ten", "Khác"), ("thu-tu", "1")]),
        ] {
            assert_eq!(admin.post(&path, &fields).await.status, 404, "{path}");
        }
    }

    async fn a_file_is_looked_at_and_then_written_whole_or_not_at_all(site) {
        given_people(&site);
        let mut admin = site.signed_in("quantri");
        let path = format!("{LIST}/nhap");
        let sample = admin.get(&format!("{path}/mau")).await;
        assert!(sheets::read("a.xlsx", &sample.bytes).unwrap_err().contains("dòng"), "no rows yet");
        let head = "Họ và tên;Đơn vị;Chức danh;Từ ngày;Điện thoại;Thư điện tử\n";
        let wrong = format!(
            "{head}Trần Thị Một;xã Phú Sơn;Văn thư;1/1/2026;912345678;\n\
             ;xã Không Có;;hôm qua;12;a@b\n\
             Trần Thị Một;102;Văn thư;;0912345678;\n"
        );
        let file = |text: &str| text.as_bytes().to_vec();
        let looked = admin.upload(&path, &[("viec", "xem")], &[("tep", "a.csv", &file(&wrong))]).await;
        assert_eq!(looked.status, 422);
        for what in [
            "Chưa có họ và tên", "Không có đơn vị “xã Không Có”", "Ghi ngày theo dạng",
            "Ghi tên chức danh", "Người này đã có ở dòng 2",
        ] {
            assert!(looked.text.contains(what), "{what}: {}", looked.text);
        }
        let right = format!(
            "{head}Trần Thị Một;xã Phú Sơn;Văn thư;1/1/2026;912345678;\n\
             Trần Thị Hai;103;Công chức Tư pháp;;;hai@example.vn\n\
             Trần Thị Ba;Bộ phận Một cửa xã Phú Sơn;Văn thư mới;;;\n"
        );
        let looked = admin.upload(&path, &[("viec", "xem")], &[("tep", "a.csv", &file(&right))]).await;
        assert_eq!(looked.status, 200, "{}", looked.text);
        assert!(looked.text.contains("Sẽ thêm 3 người và 2 chức danh mới"), "{}", looked.text);
        assert_eq!(site.count("select count(*) from staff"), 3);
        let value = |name: &str| {
            let from = looked.text.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap();
            from.split('"').next().unwrap().to_owned()
        };
        let (hash, token) = (value("tep-da-xem"), value("lan-gui"));
        let fields = [("viec", "ghi"), ("tep-da-xem", hash.as_str()), ("ten-tep", "a.csv"),
            ("lan-gui", token.as_str())];
        for statements in 0..60 {
            site.db.fail_after(statements);
            let answer = admin.post(&path, &fields).await;
            site.db.fail_no_more();
            if answer.status == 303 {
                assert!(statements > 15, "many statements were tried");
                break;
            }
            assert_eq!(site.count("select count(*) from staff"), 3, "after {statements}");
        }
        assert_eq!(site.count("select count(*) from staff"), 6);
        assert_eq!(admin.post(&path, &fields).await.status, 303, "a second click");
        assert_eq!(site.count("select count(*) from staff"), 6);
        assert_eq!(site.count("select count(*) from journal where act = 'import'"), 3);
        // A commune's administrator cannot put anybody elsewhere.
        let mut other = site.signed_in("quantrixa");
        let elsewhere = format!("{head}Trần Thị Tư;103;Văn thư;;;\n");
        let refused =
            other.upload(&path, &[("viec", "xem")], &[("tep", "a.csv", &file(&elsewhere))]).await;
        assert!(refused.text.contains("Không có đơn vị “103”"), "{}", refused.text);
    }

    async fn a_role_without_the_right_manages_nobody(site) {
        given_people(&site);
        given_account(&site, "motcua", None, Role::CounterOfficial, 102);
        let mut clerk = site.signed_in("motcua");
        assert_eq!(clerk.get(LIST).await.status, 403);
        assert_eq!(clerk.post(&format!("{LIST}/moi"), &[]).await.status, 403);
    }
}
