//! What an office sets up for its citizens' voice goes with its configuration.

use site::configuration::ConfigPart;
use testkit::{TestSite, on_both_engines};

use crate::{
    boxes, feedback, hotline, reception,
    reception::tests::{given_offices, position},
};

fn who(site: &TestSite) -> site::Who {
    let mut who = site::Who::nobody(site::Lang::Vi);
    who.tree = site.run(site::tree_of).into();
    who
}

/// Villages, a box, two numbers, a rule of receptions.
async fn given_set_up(site: &TestSite) {
    let (leader, first, second) =
        (position(site, "chutich"), position(site, "tiepdan"), position(site, "quay"));
    let mut desk = site.signed_in("tiepdan");
    let rule = [
        ("nguoi", leader.as_str()),
        ("dung-dau", "1"),
        ("nhip", "w"),
        ("thu", "4"),
        ("tu-gio", "07:30"),
        ("den-gio", "11:00"),
        ("noi", "Phòng tiếp công dân"),
        ("khe", "30"),
        ("tu-ngay", "08/01/2026"),
    ];
    let kept = [
        ("noi", "Sảnh Một cửa"),
        ("nguoi-1", first.as_str()),
        ("nguoi-2", second.as_str()),
        ("nhip", "w"),
        ("thu", "5"),
    ];
    let of_leader = [("nguoi", leader.as_str()), ("gio-truc", "Giờ hành chính")];
    let line = [("ten", "Trực ban"), ("so", "02383888999"), ("gio-truc", "Cả ngày")];
    let villages = [("don-vi", "2"), ("ten-xom", "Xóm 1\nXóm 2\nXóm 10")];
    for (path, fields) in [
        ("/co-quan/tiep-cong-dan/2/quy-tac", &rule[..]),
        ("/co-quan/hom-thu/2/moi", &kept[..]),
        ("/co-quan/duong-day-nong/2/so", &of_leader[..]),
        ("/co-quan/duong-day-nong/2/so", &line[..]),
        ("/co-quan/phan-anh/thiet-lap/xom", &villages[..]),
        ("/co-quan/phan-anh/thiet-lap/vung-xa", &[("don-vi", "2"), ("vung-xa", "1")][..]),
    ] {
        let done = desk.post(path, fields).await;
        assert_eq!(done.status, 303, "{path}: {}", done.text);
    }
}

const BOXES: ConfigPart = boxes::configuration::PART;
const NUMBERS: ConfigPart = hotline::configuration::PART;
const PARTS: [ConfigPart; 4] =
    [BOXES, NUMBERS, feedback::configuration::PART, reception::configuration::PART];

on_both_engines! { crate::routes();
    async fn what_one_office_set_up_is_brought_into_an_empty_one(site) {
        given_offices(&site);
        let other = TestSite::on_sqlite(crate::routes());
        given_offices(&other);
        for there in [&site, &other] {
            there.given("update staff set phone = '0912000111' where name = 'chutich'", &[]);
        }
        given_set_up(&other).await;
        let (here, there) = (who(&site), who(&other));
        let inner = site.site.clone();
        for part in PARTS {
            let value = other.run(|tx| (part.take_out)(&there.tree, tx));
            let said = value.to_string();
            assert!(said.len() > 20 && !said.contains("chutich") && !said.contains("0912000111"), "{said}");
            let lines = site.run(|tx| Ok((part.bring_in)(&inner, &here, tx, &value).unwrap()));
            assert!(!lines.is_empty(), "{}", part.name);
            let again = site.run(|tx| Ok((part.bring_in)(&inner, &here, tx, &value).unwrap()));
            assert!(again.is_empty(), "the same archive changes nothing any more: {again:?}");
            assert_eq!(site.run(|tx| (part.take_out)(&here.tree, tx)), value, "afterwards they are alike");
            let wrong = serde_json::json!([{ "unit": "000.40.99.H41", "nothing": 1 }]);
            assert!(site.run(|tx| Ok((part.bring_in)(&inner, &here, tx, &wrong).is_err())), "{}", part.name);
        }
        assert!(site.count("select count(*) from reception") > 8, "the calendar is laid out here");
        assert_eq!(site.count("select count(*) from reception where posted_at is not null"), 0);
        let board = site.browser().get("/duong-day-nong/2").await.text;
        assert!(board.contains("0912000111") && board.contains("Trực ban"), "{board}");
        assert!(site.browser().get("/phan-anh/2").await.text.contains("Xóm 10"));
    }

    async fn what_is_not_here_is_skipped_and_told_and_what_differs_is_changed(site) {
        given_offices(&site);
        site.given("update staff set phone = '0912000111' where name = 'chutich'", &[]);
        given_set_up(&site).await;
        let here = who(&site);
        let inner = site.site.clone();
        let mut value = site.run(|tx| (BOXES.take_out)(&here.tree, tx));
        value[0]["pattern"] = serde_json::json!("w2");
        let lines = site.run(|tx| Ok((BOXES.bring_in)(&inner, &here, tx, &value).unwrap()));
        assert!(lines.len() == 1 && lines[0].contains("thứ Ba"), "{lines:?}");
        assert_eq!(site.text("select pattern from suggestion_box where removed_at is null"), "w2");
        value[0]["keepers"][1] = serde_json::json!("Chức danh lạ");
        let lines = site.run(|tx| Ok((BOXES.bring_in)(&inner, &here, tx, &value).unwrap()));
        assert!(lines.len() == 1 && lines[0].contains("Chức danh lạ"), "{lines:?}");
        let mut value = site.run(|tx| (NUMBERS.take_out)(&here.tree, tx));
        value[1]["hours"] = serde_json::json!("Ngày làm việc");
        value[0]["unit"] = serde_json::json!("Xã không có");
        let lines = site.run(|tx| Ok((NUMBERS.bring_in)(&inner, &here, tx, &value).unwrap()));
        assert!(lines.len() == 2 && lines[0].contains("Xã không có"), "{lines:?}");
        assert_eq!(site.count("select count(*) from hotline_number where hours = 'Ngày làm việc'"), 1);
    }
}
