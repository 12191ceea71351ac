//! The meter: the article's figures from data, better by posting; answers of portals in whole or not at all.

use std::collections::HashSet;

use citizen::procedures::facts as procedures;
use domain::{ids::UnitId, procedure::ServiceLevel, publication::Portal};
use jiff::civil::date;
use testkit::{TestSite, on_both_engines};

use super::count;
use crate::tests::given_two_communes;

fn routes() -> site::Routes {
    crate::routes().and(citizen::routes()).and(people::routes())
}

/// The district.
const DISTRICT: UnitId = UnitId(1);

/// The district of the article: 375 procedures of the catalogue, 36 of them at level 3, 282 of them published.
fn given_the_article(site: &TestSite) {
    site.run(|tx| {
        let all = procedures::all(tx)?;
        let items: Vec<_> = (0..)
            .zip(all.iter().take(375))
            .map(|(at, it)| {
                let level = if at % 10 == 0 && at < 360 {
                    ServiceLevel::Partial
                } else {
                    ServiceLevel::Forms
                };
                (it.body.code.clone(), it.body.name.clone(), level)
            })
            .collect();
        let day = date(2020, 10, 26);
        let named = ("Danh mục 26/10/2020", "375 thủ tục thực hiện trên địa bàn huyện");
        count::settle(tx, (DISTRICT, day), named, &items)?;
        for it in all.iter().take(282) {
            procedures::post(tx, DISTRICT, it)?;
        }
        let codes: Vec<String> = items.iter().take(282).map(|it| it.0.clone()).collect();
        count::answer(tx, (DISTRICT, Portal::Province, day), "Báo Nghệ An", &codes)?;
        let tree = site::tree_of(tx)?;
        let today = tx.now().civil().date();
        count::record_all(tx, &tree, today)
    });
}

fn base(site: &TestSite) -> i64 {
    site.count("select id from publication_base")
}

fn figure(site: &TestSite, measure: &str) -> (i64, i64) {
    let of = |column: &str| {
        site.count(&format!(
            "select {column} from publication_figure where base > 0 and measure = '{measure}'
             order by day desc limit 1"
        ))
    };
    (of("part"), of("whole"))
}

on_both_engines! { routes();

async fn the_articles_figures_come_from_data_and_grow_by_posting(site) {
    given_two_communes(&site);
    given_the_article(&site);
    assert_eq!(figure(&site, "board"), (282, 375));
    assert_eq!(figure(&site, "province"), (282, 375));
    assert_eq!(figure(&site, "level3"), (36, 375));
    assert_eq!(figure(&site, "level2"), (339, 375));
    assert_eq!(site.text("select definition from publication_figure where base > 0 limit 1"), "375 thủ tục thực hiện trên địa bàn huyện");
    let mut reform = site.signed_in("cchc");
    let here = format!("/co-quan/muc-niem-yet/1?bo={}", base(&site));
    let page = reform.get(&here).await;
    for said in ["282 trên 375 thủ tục", "75,2%", "còn thiếu 93", "90,4%", "9,6%"] {
        assert!(page.text.contains(said), "{said}: {}", page.text);
    }
    // Each missing procedure leads to its page.
    let rest = page.text.split("name=\"ma\" value=\"").nth(1).expect("one that is missing");
    let code = rest.split('"').next().expect("a code").to_owned();
    assert!(page.text.contains(&format!("href=\"/co-quan/thu-tuc/{code}\"")));
    // What the denominator is stands once above the table; everything on the page is ticked in one press.
    assert!(page.text.contains("Mẫu số của mọi số liệu") && !page.text.contains("Mẫu số là gì"), "{}", page.text);
    let base_now = base(&site).to_string();
    let press = [("bo", base_now.as_str()), ("trang", "1"), ("viec", "chon-het")];
    let ticked = reform.post("/co-quan/muc-niem-yet/1/niem-yet", &press).await;
    let ticked = reform.get(ticked.location.as_deref().expect("the page again")).await.text;
    let boxes = ticked.matches("name=\"ma\"").count();
    assert!(boxes > 40 && ticked.matches(" checked></td>").count() == boxes, "{ticked}");
    assert_eq!(figure(&site, "board"), (282, 375), "ticking writes nothing");
    // A day later one more hangs: the figure grows, the old day stays as it was.
    site.pass_minutes(24 * 60);
    let fields = [("bo", base(&site).to_string()), ("ma", code)];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let posted = reform.post("/co-quan/muc-niem-yet/1/niem-yet", &fields).await;
    assert_eq!(posted.status, 303, "{}", posted.text);
    assert_eq!(figure(&site, "board"), (283, 375));
    assert_eq!(figure(&site, "province"), (282, 375));
    assert!(reform.get(&here).await.text.contains("283 trên 375 thủ tục"));
    let yesterday = site.now().civil().date().yesterday().expect("a day");
    let before = reform.get(&format!("{here}&ngay={}", yesterday.strftime("%d/%m/%Y"))).await;
    assert!(before.text.contains("282 trên 375 thủ tục"), "{}", before.text);
    // Twice is once.
    reform.post("/co-quan/muc-niem-yet/1/niem-yet", &fields).await;
    assert_eq!(figure(&site, "board"), (283, 375));
    for path in ["/co-quan/muc-niem-yet/xuat", "/co-quan/muc-niem-yet/1/xuat", "/co-quan/muc-niem-yet/1/in.pdf"] {
        assert_eq!(reform.get(path).await.status, 200, "{path}");
    }
    let own = site.count(
        "select part from publication_figure
         where base = 0 and unit = 1 and measure = 'board' order by day desc limit 1",
    );
    let public = site.browser().get("/muc-cong-khai").await;
    assert!(own > 0 && public.text.contains(&format!(">{own}</td>")), "{own}: {}", public.text);
}

async fn a_past_day_is_counted_as_it_hung_then(site) {
    given_two_communes(&site);
    given_the_article(&site);
    let today = site.now().civil().date();
    site.pass_minutes(2 * 24 * 60);
    let mut reform = site.signed_in("cchc");
    // Everything comes down.
    let fields = [("don-vi", "1"), ("noi", "board"), ("viec", "go"), ("tat-ca", "1")];
    assert_eq!(reform.post("/co-quan/niem-yet", &fields).await.status, 303);
    assert_eq!(site.count("select count(*) from posting where unit = 1"), 0);
    let base = base(&site);
    let board = |day: jiff::civil::Date| {
        site.run(move |tx| {
            let hung = procedures::posted_on(tx, DISTRICT, day)?;
            Ok(hung.into_iter().map(|it| it.code).collect::<HashSet<_>>().len())
        })
    };
    assert_eq!(board(today), 282);
    assert_eq!(board(site.now().civil().date()), 0);
    site.run_jobs().await;
    assert_eq!(figure(&site, "board"), (0, 375));
    let page = reform.get(&format!("/co-quan/muc-niem-yet/1?bo={base}")).await;
    assert!(page.text.contains("Theo thời gian") && page.text.contains("282/375 (75,2%)"), "{}", page.text);
}

async fn a_unit_head_sees_his_own_and_strangers_nothing(site) {
    given_two_communes(&site);
    given_the_article(&site);
    let mut head = site.signed_in("truong");
    let list = head.get("/co-quan/muc-niem-yet").await;
    assert!(list.text.contains("UBND xã Phú Sơn") && !list.text.contains("UBND xã Tân Hợp"), "{}", list.text);
    assert_eq!(head.get("/co-quan/muc-niem-yet/2").await.status, 200);
    for unit in ["1", "4", "3", "99"] {
        assert_eq!(head.get(&format!("/co-quan/muc-niem-yet/{unit}")).await.status, 404, "{unit}");
        let answer = head.post(&format!("/co-quan/muc-niem-yet/{unit}/niem-yet"), &[("ma", "1.001193")]).await;
        assert_eq!(answer.status, 404, "{unit}");
    }
    assert_eq!(site.count("select count(*) from posting where unit = 4"), 0);
    assert_eq!(site.signed_in("thuly").get("/co-quan/muc-niem-yet").await.status, 403);
    // A set of another unit is not found under this one.
    let strange = format!("/co-quan/muc-niem-yet/2?bo={}", base(&site));
    assert_eq!(head.get(&strange).await.status, 404);
}

async fn an_answer_is_taken_in_whole_or_not_at_all_and_can_be_taken_back(site) {
    given_two_communes(&site);
    given_the_article(&site);
    site.given_account("cchc-xa", domain::access::Role::ReformOfficer, 2);
    let page = "/co-quan/cong-quoc-gia/tra-loi";
    let fields = [("cong", "national"), ("don-vi", "1"), ("ngay", "07/01/2026"), ("nguon", "Tệp của cổng"), ("viec", "xem")];
    let mut reform = site.signed_in("cchc");
    let bad = "Mã thủ tục,Tên\n1.001193,Khai sinh\n1.0011,sai\n1.001193,lặp\n".as_bytes();
    let wrong = reform.upload(page, &fields, &[("tep", "tra-loi.csv", bad)]).await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.text.contains("2 chỗ cần sửa") && wrong.text.contains("đã có ở dòng 2"), "{}", wrong.text);
    let good = r#"{"data": [{"MATTHC": "1.001193"}, {"MATTHC": "9.999999"}]}"#.as_bytes();
    let shown = reform.upload(page, &fields, &[("tep", "tra-loi.json", good)]).await;
    assert_eq!(shown.status, 200, "{}", shown.text);
    assert!(shown.text.contains("2 mã, trong đó 1 có trong danh mục") && shown.text.contains("9.999999"));
    assert_eq!(site.count("select count(*) from publication_answer where portal = 'national'"), 0);
    let cut = |name: &str| {
        let mark = format!("name=\"{name}\" value=\"");
        let rest = shown.text.split(&mark).nth(1).expect("a field");
        rest.split('"').next().expect("a value").to_owned()
    };
    let (hash, token) = (cut("tep-da-xem"), cut("lan-gui"));
    let mut confirm: Vec<(&str, &str)> = fields.iter().copied().filter(|it| it.0 != "viec").collect();
    confirm.extend([("viec", "ghi"), ("tep-da-xem", &*hash), ("ten-tep", "tra-loi.json"), ("lan-gui", &*token)]);
    for _ in 0..2 {
        assert_eq!(reform.post(page, &confirm).await.status, 303);
    }
    assert_eq!(site.count("select count(*) from publication_answer where portal = 'national'"), 1);
    let id = site.count("select id from publication_answer where portal = 'national'");
    assert_eq!(figure(&site, "national").1, 375);
    // A reform officer of a commune has no say about the district.
    let mut other = site.signed_in("cchc-xa");
    let undo = format!("/co-quan/cong-quoc-gia/tra-loi/{id}/bo");
    assert_eq!(other.post(&undo, &[]).await.status, 404);
    assert_eq!(other.upload(page, &fields, &[("tep", "tra-loi.json", good)]).await.status, 422);
    assert!(reform.get(&undo).await.text.contains("Bỏ trả lời ngày"));
    assert_eq!(reform.post(&undo, &[]).await.status, 303);
    assert!(reform.get("/co-quan/cong-quoc-gia").await.text.contains("đã bỏ"));
    assert!(reform.get("/co-quan/muc-niem-yet/2").await.text.contains("Chưa có trả lời để đếm"));
}

async fn the_national_shape_holds_what_is_whole_and_names_what_is_not(site) {
    given_two_communes(&site);
    let mut reform = site.signed_in("cchc");
    let page = reform.get("/co-quan/cong-quoc-gia").await;
    assert!(page.text.contains("Thời hạn giải quyết"), "some lack a limit");
    let file = reform.get("/co-quan/cong-quoc-gia/xuat").await;
    let sent: serde_json::Value = serde_json::from_str(&file.text).expect("JSON");
    let rows = sent.get("data").and_then(|it| it.as_array()).expect("rows");
    assert!(rows.len() > 100);
    for row in rows {
        for field in ["MATTHC", "TENTTHC", "TENLINHVUC", "MOTADOITUONGTHUCHIEN", "COQUANTHUCHIEN"] {
            assert!(row.get(field).and_then(|it| it.as_str()).is_some_and(|it| !it.is_empty()), "{field}: {row}");
        }
        for field in ["TRINHTUTHUCHIEN", "CACHTHUCTHUCHIEN", "THANHPHANHOSO", "KETQUATHUCHIEN", "CANCUPHAPLY"] {
            assert!(row.get(field).and_then(|it| it.as_array()).is_some_and(|it| !it.is_empty()), "{field}: {row}");
        }
        let channel = row.pointer("/CACHTHUCTHUCHIEN/0/KENH").and_then(|it| it.as_str());
        assert!(channel.is_some_and(|it| ["1", "2", "3"].contains(&it)), "{row}");
    }
}

}
