//! Levels through the front door: set, refused, inherited from nobody, counted.

use domain::{
    access::Role,
    ids::UnitId,
    level::{Obstacle, Origin, Setting},
    procedure::ServiceLevel,
};
use jiff::civil::date;
use people::accounts::facts::{self as accounts, NewAccount};
use testkit::{TestSite, on_both_engines};

use super::{configuration, facts};
use crate::dossiers::tests::{birth, given_two_communes, received};

const BIRTH: &str = "1.001193";
/// Level 4 by the catalogue, and free of charge.
const PENSION: &str = "1.014027";

/// Two communes, a reform officer of the district and one of a commune.
pub(crate) fn given(site: &TestSite) {
    given_two_communes(site);
    let from = site.now().civil().date();
    site.run(|tx| {
        for (login, role, unit) in [
            ("cchc", Role::ReformOfficer, 1),
            ("cchc-xa", Role::ReformOfficer, 2),
            ("kiemtra", Role::Auditor, 1),
        ] {
            accounts::create(
                tx,
                &NewAccount {
                    login,
                    name: login,
                    staff: None,
                    password_hash: "",
                    must_change: false,
                    roles: &[(role, UnitId(unit))],
                    from,
                },
            )?;
        }
        Ok(())
    });
}

fn held(
    site: &TestSite,
    code: &'static str,
    unit: i64,
    day: jiff::civil::Date,
) -> domain::level::Held {
    site.run(move |tx| facts::level_at(tx, code, UnitId(unit), day))
}

on_both_engines! { crate::routes();
    async fn a_level_is_set_from_a_day_with_its_reason_and_the_portal_follows(site) {
        given(&site);
        let mut officer = site.signed_in("cchc-xa");
        let path = "/co-quan/muc-do/2/1.001193";
        let page = officer.get(path).await;
        assert_eq!(page.status, 200, "{}", page.text);
        assert!(page.text.contains("Mức độ 3: một phần"), "{}", page.text);
        let refused = officer
            .post(path, &[("muc", "forms"), ("tu-ngay", "01/01/2026"), ("ly-do", "")])
            .await;
        assert_eq!(refused.status, 422, "a day that is over, and no reason");
        assert!(refused.text.contains("id=\"tu-ngay-mistake\""), "{}", refused.text);
        assert!(refused.text.contains("id=\"ly-do-mistake\""));
        let fields = [("muc", "forms"), ("tu-ngay", "12/01/2026"), ("ly-do", "Kế hoạch 15/KH-UBND")];
        let done = officer.post(path, &fields).await;
        assert_eq!((done.status, done.location.as_deref()), (303, Some(path)), "{}", done.text);
        // Pressed twice it stands once.
        officer.post(path, &fields).await;
        assert_eq!(site.count("select count(*) from service_level"), 1);
        assert_eq!(
            site.count("select count(*) from journal where subject = 'service_level' and act = 'set'"), 1
        );
        assert!(officer.get(path).await.text.contains("Kế hoạch 15/KH-UBND"));

        let before = held(&site, BIRTH, 2, date(2026, 1, 11));
        assert_eq!((before.level, before.origin), (ServiceLevel::Partial, Origin::Catalogue));
        // The one-stop shop of the commune is the commune.
        let after = held(&site, BIRTH, 3, date(2026, 1, 12));
        assert_eq!((after.level, after.origin), (ServiceLevel::Forms, Origin::Unit));
        assert_eq!(held(&site, BIRTH, 4, date(2026, 1, 12)).level, ServiceLevel::Partial);
        assert_eq!(held(&site, "9.999999", 2, date(2026, 1, 12)).level, ServiceLevel::Information);

        let mut citizen = site.browser();
        let page = citizen.get("/thu-tuc/1.001193?don-vi=2").await;
        assert!(page.text.contains("/nop/1.001193?don-vi=2"), "{}", page.text);
        site.pass_minutes(5 * 24 * 60);
        let page = citizen.get("/thu-tuc/1.001193?don-vi=2").await;
        assert!(!page.text.contains("/nop/1.001193"), "{}", page.text);
        assert!(page.text.contains("Tải mẫu đơn về điền trước"));
        assert!(citizen.get("/thu-tuc/1.001193?don-vi=4").await.text.contains("/nop/1.001193?don-vi=4"));
        // The search shows what the chosen unit offers.
        let list = citizen.get("/thu-tuc?q=khai+sinh&don-vi=2&muc-do=forms").await;
        assert!(list.text.contains("/thu-tuc/1.001193?don-vi=2"), "{}", list.text);
    }

    async fn each_level_shows_what_it_offers_on_the_page_the_board_and_the_print(site) {
        given(&site);
        site.run(|tx| crate::eforms::facts::seed(tx, date(2019, 1, 1)).map(|_| ()));
        let set = |level| {
            let setting = domain::level::Setting { from: date(2026, 1, 8), level: Some(level) };
            site.run(|tx| super::facts::set(tx, domain::ids::UnitId(2), BIRTH, &setting, "thử"));
        };
        let mut citizen = site.browser();
        let path = "/thu-tuc/1.001193?don-vi=2";
        let (files, fills, prints) = ("/nop/1.001193", "/to-khai/khai-sinh", "Điền tờ khai để in, mang đi nộp");

        set(ServiceLevel::Information);
        let page = citizen.get(path).await.text;
        assert!(!page.contains(files) && !page.contains(fills), "words and no more: {page}");
        assert!(!page.contains("Trực tuyến, ") && !page.contains(", Trực tuyến"), "not handed in over the line: {page}");
        let board = citizen.get("/niem-yet/2").await.text;
        let row_of = |page: &str| {
            let rest = page.split("class=\"nowrap\">1.001193</td>").nth(1).expect("its row");
            rest.split("</tr>").next().expect("an end").to_owned()
        };
        let row = row_of(&board);
        assert!(row.contains(ServiceLevel::Information.label()), "{row}");
        assert!(board.contains("/thu-tuc/1.001193?don-vi=2"), "{board}");
        let other = citizen.get("/niem-yet/4").await.text;
        assert!(row_of(&other).contains(ServiceLevel::Partial.label()));
        let sheet = citizen.get("/thu-tuc/1.001193/in.pdf?don-vi=2").await;
        let text = testkit::text_of_pdf(&sheet.bytes);
        assert!(text.contains(ServiceLevel::Information.label()), "{text}");
        assert!(!testkit::text_of_pdf(&citizen.get("/thu-tuc/1.001193/in.pdf").await.bytes).contains(ServiceLevel::Information.label()));

        set(ServiceLevel::Forms);
        let page = citizen.get(path).await.text;
        assert!(!page.contains(files) && page.contains(fills) && page.contains(prints), "{page}");
        assert!(page.contains("id=\"mau-don\""), "a form is offered: {page}");

        set(ServiceLevel::Partial);
        let page = citizen.get(path).await.text;
        assert!(page.contains(files) && page.contains(fills) && !page.contains(prints), "{page}");
    }

    async fn what_is_not_possible_is_refused_with_its_reason(site) {
        given(&site);
        let cut = held(&site, PENSION, 2, date(2026, 1, 8));
        assert_eq!(cut.level, ServiceLevel::Partial);
        assert_eq!(cut.obstacles, [Obstacle::NoResult]);
        let mut officer = site.signed_in("cchc-xa");
        let fields = [("muc", "end_to_end"), ("tu-ngay", "08/01/2026"), ("ly-do", "Thử")];
        let refused = officer.post("/co-quan/muc-do/2/1.014027", &fields).await;
        assert_eq!(refused.status, 422);
        assert!(refused.text.contains("chưa có con dấu số"), "{}", refused.text);
        // Where the catalogue names no way over the line, the page leads to where that is ticked.
        let ticked = |code: &str| format!("href=\"/co-quan/thu-tuc/{code}/sua\"");
        assert!(!officer.get("/co-quan/muc-do/2/1.014027").await.text.contains(&ticked("1.014027")));
        let all = site.run(crate::procedures::facts::all);
        let on_paper = all.iter().find(|it| {
            let body = &it.body;
            let settles = body.body == "ubnd" && body.settled_by(domain::procedure::Tier::Commune, true);
            settles && !facts::can_be_filed(body)
        });
        let code = on_paper.expect("one of the commune's that is handed in on paper alone").body.code.clone();
        let page = site.signed_in("cchc").get(&format!("/co-quan/muc-do/2/{code}")).await.text;
        assert!(page.contains(&ticked(&code)), "{page}");
        site.given(
            "insert into unit_seal (unit, subject, issuer, fingerprint, not_before_ms, not_after_ms, closed,
               added_ms, added_by) values (2, 'a', 'b', 'c', 0, 1, '', 0, 0)",
            &[],
        );
        let done = officer.post("/co-quan/muc-do/2/1.014027", &fields).await;
        assert_eq!(done.status, 303, "{}", done.text);
        assert_eq!(held(&site, PENSION, 2, date(2026, 1, 8)).level, ServiceLevel::EndToEnd);
    }

    async fn nobody_sets_the_level_of_a_unit_out_of_reach(site) {
        given(&site);
        let mut officer = site.signed_in("cchc-xa");
        assert_eq!(officer.get("/co-quan/muc-do/4/1.001193").await.status, 404);
        let fields = [("muc", "forms"), ("tu-ngay", "12/01/2026"), ("ly-do", "Thử")];
        assert_eq!(officer.post("/co-quan/muc-do/4/1.001193", &fields).await.status, 404);
        assert_eq!(officer.get("/co-quan/muc-do?don-vi=4").await.status, 404);
        let mut clerk = site.signed_in("thuly");
        assert_eq!(clerk.post("/co-quan/muc-do/2/1.001193", &fields).await.status, 403);
        assert_eq!(site.count("select count(*) from service_level"), 0);
        // What a commune does not settle it does not offer either.
        assert_eq!(site.signed_in("cchc").get("/co-quan/muc-do/2/9.999999").await.status, 404);
    }

    async fn a_sector_is_set_at_once_after_a_look_at_what_would_change(site) {
        given(&site);
        let mut officer = site.signed_in("cchc");
        let mut fields = vec![
            ("don-vi", "1"), ("linh-vuc", "Hộ tịch"), ("ca-cap-duoi", "1"), ("muc", "partial"),
            ("tu-ngay", "08/01/2026"), ("ly-do", "Quyết định 7/QĐ-UBND"), ("viec", "xem"),
        ];
        let preview = officer.post("/co-quan/muc-do/nhieu", &fields).await;
        assert_eq!(preview.status, 200, "{}", preview.text);
        assert!(preview.text.contains("Chưa đủ điều kiện"), "{}", preview.text);
        assert_eq!(site.count("select count(*) from service_level"), 0, "only shown");
        fields[3] = ("muc", "forms");
        fields[6] = ("viec", "ghi");
        let done = officer.post("/co-quan/muc-do/nhieu", &fields).await;
        assert_eq!(done.location.as_deref(), Some("/co-quan/muc-do?don-vi=1"), "{}", done.text);
        let set = site.count("select count(*) from service_level");
        assert!(set > 20, "{set}");
        assert_eq!(site.count("select count(*) from service_level where unit = 4 and procedure = '1.001193'"), 1);
        assert_eq!(held(&site, BIRTH, 4, date(2026, 1, 8)).level, ServiceLevel::Forms);
        officer.post("/co-quan/muc-do/nhieu", &fields).await;
        assert_eq!(site.count("select count(*) from service_level"), set, "nothing changes twice");
        let list = officer.get("/co-quan/muc-do?don-vi=2&linh-vuc=H%E1%BB%99+t%E1%BB%8Bch&muc=forms").await;
        assert!(list.text.contains("Đơn vị đặt từ 08/01/2026"), "{}", list.text);
        let book = officer.get("/co-quan/muc-do?don-vi=2&dang=xlsx").await;
        assert!(book.media_type.contains("spreadsheetml") && book.bytes.starts_with(b"PK"));
    }

    async fn use_is_counted_by_the_level_of_the_day_on_which_a_dossier_came(site) {
        given(&site);
        drop(received(&site).await);
        let mut counter = site.signed_in("quay");
        let mut online = birth("Lê Văn Mạng", "11111111111111111111111111111111");
        for field in &mut online {
            if field.0 == "kenh" { field.1 = "online"; }
        }
        let answer = counter.post("/co-quan/ho-so/moi", &online).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        site.run(|tx| {
            let setting = Setting { from: date(2026, 1, 9), level: Some(ServiceLevel::Information) };
            facts::set(tx, UnitId(2), BIRTH, &setting, "Thử")
        });
        site.pass_minutes(4 * 24 * 60);
        let mut officer = site.signed_in("cchc");
        let page = officer.get("/co-quan/muc-do/su-dung?don-vi=2").await;
        assert_eq!(page.status, 200, "{}", page.text);
        let row = page.text.split("UBND xã Phú Sơn</a>").nth(1).unwrap().split("</tr>").next().unwrap();
        // Both came while it was at level 3: two received, one online, all of it within reach.
        let cells: Vec<&str> = row.split("<td").skip(1).map(|it| it.split('>').nth(1).unwrap().split('<').next().unwrap()).collect();
        assert_eq!(&cells[4..], ["2", "1", "50%", "2", "50%"], "{row}");
        // A book for Excel, for who may see figures; nobody else's unit.
        assert!(officer.get("/co-quan/muc-do/su-dung?dang=xlsx").await.bytes.starts_with(b"PK"));
        let wrong = officer.get("/co-quan/muc-do/su-dung?tu=khong&den=phai").await;
        assert!(wrong.text.contains("role=\"alert\""));
        assert_eq!(site.signed_in("cchc-xa").get("/co-quan/muc-do/su-dung?don-vi=4").await.status, 404);
        assert_eq!(site.signed_in("thuly").get("/co-quan/muc-do/su-dung").await.status, 403);
    }

    async fn levels_go_with_the_configuration(site) {
        given(&site);
        site.run(|tx| {
            let setting = Setting { from: date(2026, 2, 1), level: Some(ServiceLevel::Forms) };
            facts::set(tx, UnitId(2), BIRTH, &setting, "Kế hoạch")
        });
        let who = || {
            let mut who = site::Who::nobody(site::Lang::Vi);
            who.tree = site.run(site::tree_of).into();
            who
        };
        let (out, again) = (who(), who());
        let value = site.run(|tx| (configuration::PART.take_out)(&out.tree, tx));
        let inner = site.site.clone();
        let lines = site.run(|tx| {
            let same = (configuration::PART.bring_in)(&inner, &again, tx, &value).unwrap();
            tx.execute("delete from service_level", &[])?;
            let other = (configuration::PART.bring_in)(&inner, &again, tx, &value).unwrap();
            Ok((same, other))
        });
        assert!(lines.0.is_empty(), "what is there changes nothing: {:?}", lines.0);
        assert_eq!(lines.1.len(), 1);
        assert_eq!(held(&site, BIRTH, 2, date(2026, 2, 1)).level, ServiceLevel::Forms);
        let wrong = serde_json::json!([{"unit": "000.40.99.H41", "procedure": BIRTH, "level": "five",
            "from": "2026-02-01", "reason": "x"}]);
        let refused = site.run(|tx| Ok((configuration::PART.bring_in)(&inner, &again, tx, &wrong).is_err()));
        assert!(refused);
    }
}
