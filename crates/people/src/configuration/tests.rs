//! The archive through the front door: out, changed, previewed, in; and files that are no archives.

use std::io::{Cursor, Read as _, Write as _};

use testkit::{TestSite, on_both_engines};
use zip::{ZipArchive, ZipWriter, write::SimpleFileOptions};

/// A part with one number in the settings.
fn routes() -> site::Routes {
    crate::routes().configures(site::configuration::ConfigPart {
        name: "number",
        label: "Con số",
        take_out: |_, tx| Ok(serde_json::json!(site::edition(tx, "test_number")?)),
        bring_in: |_, _, tx, value| {
            let wanted = value.as_i64().filter(|it| (0..100).contains(it));
            let wanted = wanted
                .ok_or_else(|| site::Failure::Refused("Con số phải từ 0 đến 99.".to_owned()))?;
            let mut lines = Vec::new();
            while site::edition(tx, "test_number")? < wanted {
                site::outdate(tx, "test_number")?;
                lines.push("thêm một".to_owned());
            }
            Ok(lines)
        },
    })
}

fn given_an_administrator(site: &TestSite) {
    crate::tests::given_a_district(site);
    crate::tests::given_account(site, "goc", None, domain::access::Role::Administrator, 100);
    site.given("insert into setting (name, value) values ('test_number', '3')", &[]);
}

/// The archive with the file `name` said to hold `text`, its sum made to fit or not.
fn with(bytes: &[u8], name: &str, text: &str, fits: bool) -> Vec<u8> {
    let mut zip = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut out = ZipWriter::new(Cursor::new(Vec::new()));
    for at in 0..zip.len() {
        let mut file = zip.by_index(at).unwrap();
        let mut held = String::new();
        file.read_to_string(&mut held).unwrap();
        let of = file.name().unwrap().into_owned();
        if of == format!("{name}.json") {
            held = text.to_owned();
        } else if of == "muc-luc.json" && fits {
            use sha2::Digest as _;
            let sum = store::hex(&sha2::Sha256::digest(text.as_bytes()));
            let mut list: serde_json::Value = serde_json::from_str(&held).unwrap();
            for part in list["parts"].as_array_mut().unwrap() {
                if part["name"] == name {
                    part["sha256"] = serde_json::json!(sum);
                }
            }
            held = list.to_string();
        }
        out.start_file(&*of, SimpleFileOptions::default()).unwrap();
        out.write_all(held.as_bytes()).unwrap();
    }
    out.finish().unwrap().into_inner()
}

on_both_engines! { routes();
    async fn what_is_taken_out_is_compared_and_brought_in_by_parts(site) {
        given_an_administrator(&site);
        let mut admin = site.signed_in("goc");
        let out = admin.get("/co-quan/quan-tri/cau-hinh/xuat").await;
        assert_eq!((out.status, out.media_type.as_str()), (200, "application/zip"));
                // The same again changes nothing.
        let same = admin
            .upload("/co-quan/quan-tri/cau-hinh/xem-truoc", &[], &[("tep", "cau-hinh.zip", &out.bytes[..])])
            .await;
        assert!(same.text.contains("Không có chỗ nào khác"), "{}", same.text);
        let changed = with(&out.bytes, "number", "5", true);
        let seen = admin
            .upload("/co-quan/quan-tri/cau-hinh/xem-truoc", &[], &[("tep", "cau-hinh.zip", &changed[..])])
            .await;
        assert!(seen.text.contains("2 thay đổi"), "{}", seen.text);
        assert_eq!(site.text("select value from setting where name = 'test_number'"), "3");
        let kept = seen.text.split("name=\"tep-luu\" value=\"").nth(1).unwrap();
        let kept = kept.split('"').next().unwrap().to_owned();
        // Nothing chosen: nothing done, and said so.
        let none = [("tep-luu", kept.as_str())];
        assert_eq!(admin.post("/co-quan/quan-tri/cau-hinh/nhap", &none).await.status, 422);
        let fields = [("tep-luu", kept.as_str()), ("phan", "number")];
        assert_eq!(admin.post("/co-quan/quan-tri/cau-hinh/nhap", &fields).await.status, 303);
        assert_eq!(site.text("select value from setting where name = 'test_number'"), "5");
        assert_eq!(site.count("select count(*) from journal where subject = 'configuration'"), 1);
        // Somebody else's seal opens nothing.
        let forged = [("tep-luu", "AAAA"), ("phan", "number")];
        assert_eq!(admin.post("/co-quan/quan-tri/cau-hinh/nhap", &forged).await.status, 422);
    }

    async fn rights_go_by_login_and_unit_and_unknown_accounts_are_named_not_made(site) {
        given_an_administrator(&site);
        crate::tests::given_account(&site, "khac", None, domain::access::Role::Auditor, 103);
        let mut admin = site.signed_in("goc");
        let out = admin.get("/co-quan/quan-tri/cau-hinh/xuat").await;
        let mut zip = ZipArchive::new(Cursor::new(&out.bytes[..])).unwrap();
        let mut held = String::new();
        zip.by_name("role-grants.json").unwrap().read_to_string(&mut held).unwrap();
        assert!(held.contains("\"khac\"") && held.contains("auditor") && !held.contains("argon"), "{held}");
        // The right is gone here, and the archive names somebody whom nobody knows.
        let before = site.count("select count(*) from role_grant");
        site.given("delete from role_grant where role = 'auditor'", &[]);
        let mut lines: Vec<serde_json::Value> = serde_json::from_str(&held).unwrap();
        let unit = lines[0]["unit"].clone();
        lines.push(serde_json::json!({"login": "nguoi-la", "role": "leader", "unit": unit, "from": "2026-01-01"}));
        lines.push(serde_json::json!({"login": "khac", "role": "leader", "unit": "Nơi không có", "from": "2026-01-01"}));
        let changed = with(&out.bytes, "role-grants", &serde_json::to_string(&lines).unwrap(), true);
        let file = [("tep", "cau-hinh.zip", &changed[..])];
        let seen = admin.upload("/co-quan/quan-tri/cau-hinh/xem-truoc", &[], &file).await.text;
        assert!(seen.contains("giao “khac” quyền"), "{seen}");
        assert!(seen.contains("không có tài khoản “nguoi-la”") && seen.contains("không có đơn vị “Nơi không có”"), "{seen}");
        assert_eq!(site.count("select count(*) from role_grant where role = 'auditor'"), 0, "a preview keeps nothing");
        let kept = seen.split("name=\"tep-luu\" value=\"").nth(1).unwrap();
        let kept = kept.split('"').next().unwrap().to_owned();
        let fields = [("tep-luu", kept.as_str()), ("phan", "role-grants")];
        assert_eq!(admin.post("/co-quan/quan-tri/cau-hinh/nhap", &fields).await.status, 303);
        assert_eq!(site.count("select count(*) from role_grant"), before);
        assert_eq!(site.count("select count(*) from account where login = 'nguoi-la'"), 0);
        // A role that is none stops the part.
        let wrong = with(&out.bytes, "role-grants", "[{\"login\":\"khac\",\"role\":\"vua\",\"unit\":\"x\",\"from\":\"2026-01-01\"}]", true);
        let file = [("tep", "cau-hinh.zip", &wrong[..])];
        let seen = admin.upload("/co-quan/quan-tri/cau-hinh/xem-truoc", &[], &file).await.text;
        assert!(seen.contains("Không có vai trò nào là “vua”"), "{seen}");
    }

    async fn who_administers_a_part_of_the_units_takes_nothing_out(site) {
        given_an_administrator(&site);
        crate::tests::given_account(&site, "khac", None, domain::access::Role::Administrator, 103);
        let mut commune = site.signed_in("khac");
        for path in ["/co-quan/quan-tri/cau-hinh", "/co-quan/quan-tri/cau-hinh/xuat"] {
            let answer = commune.get(path).await;
            assert_eq!(answer.status, 422);
            assert!(answer.text.contains("bao trùm mọi đơn vị"), "{}", answer.text);
        }
    }

    async fn what_is_no_archive_or_was_tampered_with_is_refused_in_words(site) {
        given_an_administrator(&site);
        let mut admin = site.signed_in("goc");
        let out = admin.get("/co-quan/quan-tri/cau-hinh/xuat").await;
        let path = "/co-quan/quan-tri/cau-hinh/xem-truoc";
        for (bytes, words) in [
            (Vec::new(), "Chưa chọn tệp"),
            (b"%PDF-1.7".to_vec(), "không phải tệp cấu hình"),
            (with(&out.bytes, "number", "9", false), "đã bị sửa"),
        ] {
            let answer = admin.upload(path, &[], &[("tep", "a.zip", &bytes[..])]).await;
            assert_eq!(answer.status, 422);
            assert!(answer.text.contains(words), "{words}: {}", answer.text);
        }
        // A value that cannot be is told at its part, and cannot be chosen.
        let wrong = with(&out.bytes, "number", "1000", true);
        let seen = admin.upload(path, &[], &[("tep", "a.zip", &wrong[..])]).await;
        assert!(seen.text.contains("Con số phải từ 0 đến 99"), "{}", seen.text);
        assert!(!seen.text.contains("value=\"number\""));
        assert!(seen.text.contains("1 phần không nhập được"), "{}", seen.text);
        assert!(!seen.text.contains("Không có chỗ nào khác"), "{}", seen.text);
        // What some editors write before a text is no damage.
        let marked = with(&out.bytes, "number", "\u{feff}3", true);
        let seen = admin.upload(path, &[], &[("tep", "a.zip", &marked[..])]).await;
        assert!(seen.text.contains("Không có chỗ nào khác"), "{}", seen.text);
    }
}
