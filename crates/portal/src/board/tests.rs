//! The screen and the touch page: what a unit set up, what was never agreed to be shown, and who may change it.

use domain::{ids::UnitId, publication::Slide};
use people::staff::facts as staff;
use testkit::{TestSite, on_both_engines};

use super::{plan, set_up};
use crate::tests::{SHOP, given_two_communes};

fn routes() -> site::Routes {
    crate::routes().and(citizen::routes()).and(people::routes()).and(counter::routes())
}

const COMMUNE: UnitId = UnitId(2);

/// A chair with a telephone at the commune.
fn given_a_chair(site: &TestSite) -> i64 {
    let today = site.now().civil().date();
    site.run(move |tx| {
        let position = staff::create_position(tx, COMMUNE, "Chủ tịch UBND xã", 0, true)?;
        staff::create(tx, "Nguyễn Văn Chủ Tịch", "0912345678", true, position, today)?;
        Ok(position.0)
    })
}

/// The form as it stands, with changes.
fn fields<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(String, String)> {
    let mut all = vec![("dau".to_owned(), "0".to_owned())];
    for (place, slide) in (1..).zip(Slide::ALL) {
        all.push((format!("thu-tu-{}", slide.code()), place.to_string()));
        all.push((format!("giay-{}", slide.code()), "15".to_owned()));
        all.push((format!("hien-{}", slide.code()), "1".to_owned()));
    }
    for (name, value) in changes {
        all.retain(|it| it.0 != *name);
        if !value.is_empty() {
            all.push(((*name).to_owned(), (*value).to_owned()));
        }
    }
    all
}

fn plain(all: &[(String, String)]) -> Vec<(&str, &str)> {
    all.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

/// The slides of a page by their codes, in order.
fn order(text: &str) -> Vec<String> {
    let parts = text.split("<section class=\"slide ").skip(1);
    parts.map(|it| it.split('"').next().expect("a code").to_owned()).collect()
}

on_both_engines! { routes();

async fn a_unit_head_orders_the_slides_and_the_screen_follows(site) {
    given_two_communes(&site);
    let chair = given_a_chair(&site).to_string();
    let before = site.browser().get("/bang-tin/2").await;
    assert_eq!(before.status, 200, "{}", before.text);
    // No telephone is public before somebody says so, and rules that are not written take no slide.
    assert!(!before.text.contains("0912345678"));
    assert!(!order(&before.text).contains(&"rules".to_owned()));
    let mut head = site.signed_in("truong");
    let form = head.get("/co-quan/bang-tin/2").await;
    assert!(form.text.contains("0912345678"), "{}", form.text);
    let changed = fields(&[
        ("noi-quy", "Giữ trật tự.\r\nKhông hút thuốc <b>.</b>"),
        ("so", &chair),
        ("thu-tu-ledger", "1"),
        ("thu-tu-procedures", "8"),
        ("giay-ledger", "40"),
        ("hien-posting", ""),
    ]);
    let kept = head.post("/co-quan/bang-tin/2", &plain(&changed)).await;
    assert_eq!(kept.status, 303, "{}", kept.text);
    let after = site.browser().get("/bang-tin/2").await;
    let shown = order(&after.text);
    assert_eq!(shown.first().map(String::as_str), Some("ledger"));
    assert!(shown.contains(&"rules".to_owned()) && !shown.contains(&"posting".to_owned()), "{shown:?}");
    assert!(after.text.contains("data-seconds=\"40\"") && after.text.contains("0912345678"));
    assert!(after.text.contains("Không hút thuốc &#60;b&#62;"), "{}", after.text);
    // The one-stop shop's address shows the same; the neighbour is untouched.
    assert_eq!(order(&site.browser().get(&format!("/bang-tin/{SHOP}")).await.text), shown);
    assert!(!site.browser().get("/bang-tin/4").await.text.contains("0912345678"));
    // Two windows: the second is told; the same words again are a second click.
    assert_eq!(head.post("/co-quan/bang-tin/2", &plain(&changed)).await.status, 303);
    let other = fields(&[("noi-quy", "Khác")]);
    let late = head.post("/co-quan/bang-tin/2", &plain(&other)).await;
    assert_eq!(late.status, 422);
    assert!(late.text.contains("cửa sổ khác") && late.text.contains("Khác"), "{}", late.text);
}

async fn mistakes_of_the_set_up_are_told_and_strangers_find_nothing(site) {
    given_two_communes(&site);
    let mut head = site.signed_in("truong");
    for (name, value) in [("giay-queue", "2"), ("thu-tu-queue", "99"), ("thu-tu-queue", "1"), ("giay-rules", "x")] {
        let answer = head.post("/co-quan/bang-tin/2", &plain(&fields(&[(name, value)]))).await;
        assert_eq!(answer.status, 422, "{name}={value}");
        assert!(answer.text.contains("class=\"mistake\""), "{name}={value}");
    }
    // Several at once are told apart by their slides.
    let wrong = fields(&[("giay-queue", "2"), ("giay-rules", "x"), ("giay-ledger", "999")]);
    let told = head.post("/co-quan/bang-tin/2", &plain(&wrong)).await.text;
    for slide in [Slide::Queue, Slide::Rules, Slide::Ledger] {
        let line = format!("Trang “{}”: số giây là một số từ 5 đến 300.", slide.label());
        assert!(told.contains(&line), "{line}: {told}");
    }
    assert_eq!(site.count("select count(*) from bulletin"), 0);
    for unit in ["4", "1", "3", "99"] {
        assert_eq!(head.get(&format!("/co-quan/bang-tin/{unit}")).await.status, 404, "{unit}");
        let answer = head.post(&format!("/co-quan/bang-tin/{unit}"), &plain(&fields(&[]))).await;
        assert_eq!(answer.status, 404, "{unit}");
    }
    assert_eq!(site.signed_in("quay").get("/co-quan/bang-tin/2").await.status, 403);
    assert_eq!(site.browser().get("/bang-tin/99").await.status, 404);
    // A telephone of somebody else's position is not taken.
    let stranger = site.count("select min(id) from position where unit = 4").to_string();
    assert_eq!(head.post("/co-quan/bang-tin/2", &plain(&fields(&[("so", &stranger)]))).await.status, 303);
    assert_eq!(site.count("select count(*) from bulletin_phone"), 0);
}

async fn the_screen_shows_the_hours_the_head_of_the_journal_and_one_slide_without_scripts(site) {
    given_two_communes(&site);
    let page = site.browser().get("/bang-tin/2?trang=1").await;
    assert!(page.text.contains("http-equiv=\"refresh\""), "without JavaScript it turns all the same");
    assert_eq!(page.text.matches("<section class=\"slide ").count() - page.text.matches(" hidden><h2>").count(), 1);
    let head = site.run(store::journal::head).head;
    let group: String = head.chars().take(8).collect();
    assert!(page.text.contains(&group));
    assert!(page.text.contains("07:30") || page.text.contains("07:00"), "today's hours");
    // Long lists are cut into parts that a screen holds.
    let parts = page.text.split("<section class=\"slide ").skip(1);
    for part in parts {
        assert!(part.matches("<dt>").count() <= crate::board::slides::ROWS, "{part}");
    }
    let english = site.browser().get("/bang-tin/2?lang=en").await;
    assert!(english.text.contains("Seal of the journal"));
}

async fn the_touch_page_leads_from_a_sector_to_a_procedure_and_back(site) {
    given_two_communes(&site);
    let mut browser = site.browser();
    let start = browser.get("/kiosk/2").await;
    assert!(start.text.contains("/kiosk/2?xem=procedures"), "{}", start.text);
    let sectors = browser.get("/kiosk/2?xem=procedures").await;
    let rest = sectors.text.split("href=\"/kiosk/2?linh-vuc=").nth(1).expect("a sector");
    let sector = rest.split('"').next().expect("its name").to_owned();
    let list = browser.get(&format!("/kiosk/2?linh-vuc={sector}")).await;
    let rest = list.text.split("href=\"/kiosk/2?thu-tuc=").nth(1).expect("a procedure");
    let code = rest.split('"').next().expect("its code").to_owned();
    let shown = browser.get(&format!("/kiosk/2?thu-tuc={code}")).await;
    assert!(shown.text.contains("<svg") && shown.text.contains("data-home=\"/kiosk/2?het=1\""), "{}", shown.text);
    assert_eq!(browser.get("/kiosk/2?linh-vuc=khong-co").await.status, 404);
    assert_eq!(browser.get("/kiosk/2?thu-tuc=9.999999").await.status, 404);
    // The level is the one at which this unit offers it, not the catalogue's.
    let births = "/kiosk/2?thu-tuc=1.001193";
    assert!(browser.get(births).await.text.contains("Mức độ 3"), "as the catalogue says");
    site.run(|tx| {
        let from = tx.now().civil().date();
        let level = Some(domain::procedure::ServiceLevel::Information);
        let setting = domain::level::Setting { from, level };
        citizen::levels::facts::set(tx, UnitId(2), "1.001193", &setting, "thử")
    });
    let shown = browser.get(births).await.text;
    assert!(shown.contains("Mức độ 1: cung cấp thông tin") && !shown.contains("Mức độ 3"), "{shown}");
    // What has nothing to say says so.
    assert!(browser.get("/kiosk/2?xem=rules").await.text.contains("Chưa có nội dung."));
}

async fn whoever_only_files_for_others_is_no_official_on_the_screen(site) {
    given_two_communes(&site);
    let today = site.now().civil().date();
    given_a_chair(&site);
    let position = site.run(move |tx| {
        let it = staff::create_position(tx, COMMUNE, "Người hoạt động không chuyên trách", 9, false)?;
        staff::create(tx, "Lê Văn Trưởng Xóm", "0912345679", true, it, today)
    });
    site.given_account("truongxom", domain::access::Role::Intermediary, 2);
    site.given("update account set staff = ?1 where login = 'truongxom'", &[position.0.into()]);
    let screen = site.browser().get("/bang-tin/2").await.text;
    assert!(screen.contains("Chủ Tịch") && !screen.contains("Trưởng Xóm"), "{screen}");
    // He holds a post of the office too: then he is shown.
    site.given(
        "insert into role_grant (account, role, unit, valid_from)
         select id, 'specialist', 2, '2020-01-01' from account where login = 'truongxom'",
        &[],
    );
    assert!(site.browser().get("/bang-tin/2").await.text.contains("Trưởng Xóm"));
}

async fn whoever_leaves_the_touch_page_finds_back_and_leaves_nothing_behind(site) {
    given_two_communes(&site);
    let mut browser = site.browser();
    let outside = browser.get("/tra-cuu").await;
    assert!(!outside.text.contains("Về màn hình đầu"), "an ordinary browser has no such way");
    browser.get("/kiosk/2").await;
    for path in ["/tra-cuu", "/thu-tuc"] {
        let page = browser.get(path).await;
        assert!(page.text.contains("href=\"/kiosk/2\">← Về màn hình đầu"), "{path}: {}", page.text);
        assert!(page.text.contains("http-equiv=\"refresh\" content=\"120;url=/kiosk/2?het=1\""), "{path}");
        assert!(page.text.contains("data-home=\"/kiosk/2?het=1\""), "{path}");
    }
    // A dossier that was looked up is not seen by whoever comes next.
    for cookie in ["mc_theo_doi", "mc_nhap"] {
        browser.set_cookie(cookie, "of somebody");
        browser.get("/kiosk/2?lang=en").await;
        assert_eq!(browser.cookie(cookie), None);
        // Nor what was begun there and not sent.
        browser.set_cookie(cookie, "of somebody");
        browser.get("/kiosk/2?het=1").await;
        assert_eq!(browser.cookie(cookie), None);
        browser.get("/kiosk/2?lang=en").await;
    }
    let english = browser.get("/tra-cuu").await;
    assert!(english.text.contains("Back to the first screen"), "{}", english.text);
    // The way back keeps the language; nobody there for a while does not.
    assert!(browser.get("/kiosk/2").await.text.contains("lang=\"en\""));
    let over = browser.get("/kiosk/2?het=1").await;
    assert_eq!(over.location.as_deref(), Some("/kiosk/2"));
    assert!(browser.get("/kiosk/2").await.text.contains("<html lang=\"vi\""));
    // Nor does somebody who signed in stay signed in.
    let phone = domain::identity::Phone::parse("0912345678").expect("a number");
    let token = "a".repeat(64);
    let hash = site::token_sha256(&token);
    site.run(move |tx| crate::account::facts::create_by_phone(tx, &phone, site::Lang::Vi));
    site.given(
        "insert into citizen_session (citizen, token_sha256, way, assurance, agent, origin, created_ms, seen_ms, expires_ms)
         values (1, ?1, 'phone', 'phone', '', '', ?2, ?2, ?3)",
        &[hash.into(), site.now().into(), (site.now().epoch_ms() + 3_000_000).into()],
    );
    browser.set_cookie("mc_dan", &token);
    assert_eq!(browser.get("/tai-khoan").await.status, 200);
    browser.get("/kiosk/2").await;
    browser.set_cookie("mc_dan", &token);
    assert_eq!(browser.get("/tai-khoan").await.status, 303, "the session itself is over");
}

async fn a_set_up_is_read_back_as_it_was_kept(site) {
    given_two_communes(&site);
    let (first, again) = site.run(|tx| {
        let mut setup = plan(tx, COMMUNE)?;
        setup.rules = "Một\nHai".to_owned();
        set_up(tx, COMMUNE, &setup)?;
        let stale = set_up(tx, COMMUNE, &domain_setup(&setup))?;
        Ok(((setup, stale), plan(tx, COMMUNE)?))
    });
    assert!(!first.1, "an old edition is not written over");
    assert_eq!(again.rules, first.0.rules);
    assert_eq!(again.slides, first.0.slides);
    assert_eq!(again.edition, 1);
}

}

/// The same with other rules, at the edition that was read first.
fn domain_setup(it: &crate::board::Setup) -> crate::board::Setup {
    crate::board::Setup { rules: "Ba".to_owned(), ..it.clone() }
}
