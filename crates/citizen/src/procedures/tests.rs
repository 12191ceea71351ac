//! The catalogue through the front door, on both databases.

use domain::{access::Role, ids::UnitId, procedure::Tier};
use jiff::civil::date;
use people::{accounts::facts as accounts, calendar::facts as calendar};
use testkit::{TestSite, on_both_engines};

use super::{exchange, facts};

/// A commune, its catalogue since 2025, and three people.
fn given(site: &TestSite) {
    site.given("insert into unit (id, kind) values (1, 'commune')", &[]);
    site.given("insert into unit (id, kind) values (2, 'commune')", &[]);
    site.given(
        "insert into unit_version
           (unit, valid_from, name, title, code, agency_code, address, phone, place)
         select id, '2020-01-01', 'Phú Sơn', 'UBND xã Phú Sơn', '', '', '', '', 'Phú Sơn'
         from unit",
        &[],
    );
    site.run(|tx| {
        calendar::seed(tx)?;
        facts::seed(tx, date(2025, 1, 1))?;
        site::outdate(tx, site::UNITS_EDITION)?;
        for (login, role) in [
            ("cai-cach", Role::ReformOfficer),
            ("chuyen-vien", Role::Specialist),
            ("mot-cua", Role::CounterOfficial),
        ] {
            accounts::create(
                tx,
                &accounts::NewAccount {
                    login,
                    name: login,
                    staff: None,
                    password_hash: "",
                    must_change: false,
                    roles: &[(role, UnitId(1))],
                    from: date(2025, 1, 1),
                },
            )?;
        }
        Ok(())
    });
}

/// The fields of an edit form as a browser would send them back.
fn typed(page: &str) -> Vec<(String, String)> {
    let unescape = |it: &str| {
        it.replace("&#60;", "<")
            .replace("&#62;", ">")
            .replace("&#34;", "\"")
            .replace("&#39;", "'")
            .replace("&quot;", "\"")
            .replace("&#38;", "&")
    };
    let attribute = |tag: &str, name: &str| {
        let start = tag.find(&format!(" {name}=\""))? + name.len() + 3;
        Some(unescape(tag[start..].split('"').next()?))
    };
    let form = page.split("data-keep").nth(1).unwrap().split("</form>").next().unwrap();
    let mut fields = Vec::new();
    for tag in form.split('<').skip(1) {
        let (tag, body) = tag.split_once('>').unwrap_or((tag, ""));
        let Some(name) = attribute(&format!(" {tag}"), "name") else { continue };
        if name == "csrf" || name == "viec" {
            continue;
        }
        if tag.starts_with("input") {
            if tag.contains("checkbox") && !tag.contains(" checked") {
                continue;
            }
            fields.push((name, attribute(tag, "value").unwrap_or_default()));
        } else if tag.starts_with("textarea") {
            fields.push((name, unescape(body)));
        } else if tag.starts_with("select") {
            fields.push((name, String::new()));
            let rest = form.split(&format!("<{tag}>")).nth(1).unwrap();
            let options = rest.split("</select>").next().unwrap();
            let chosen = options.split("<option").find(|it| it.contains(" selected"));
            let chosen = chosen.or_else(|| options.split("<option").nth(1)).unwrap();
            fields.last_mut().unwrap().1 = attribute(chosen, "value").unwrap_or_default();
        }
    }
    fields
}

fn with<'a>(
    fields: &'a [(String, String)],
    more: &[(&'a str, &'a str)],
) -> Vec<(&'a str, &'a str)> {
    let changed = |name: &str| more.iter().any(|(it, _)| *it == name);
    let kept = fields.iter().filter(|(name, _)| !changed(name));
    kept.map(|(name, value)| (name.as_str(), value.as_str())).chain(more.iter().copied()).collect()
}

const BIRTH: &str = "1.001193";

on_both_engines! { crate::procedures::routes();
    async fn citizens_find_what_they_mean(site) {
        given(&site);
        let mut browser = site.browser();
        for (asked, code) in
            [("khai sinh", BIRTH), ("khai sihn", BIRTH), ("ĐK kết hôn", "1.000894"), (BIRTH, BIRTH)]
        {
            let page = browser.get(&format!("/thu-tuc?q={}", site::percent(asked))).await;
            assert_eq!(page.status, 200);
            let first = page.text.split("class=\"cards\"").nth(1).unwrap();
            let first = first.split("/thu-tuc/").nth(1).unwrap().split('"').next().unwrap();
            assert_eq!(first, code, "{asked}");
        }
        let here = browser.get("/thu-tuc?don-vi=1&q=khai+sinh").await;
        assert!(here.text.contains("/thu-tuc/1.001193?don-vi=1\""));
        let police = facts::shipped::procedures().unwrap();
        let police = police.iter().find(|it| it.body == "police").unwrap();
        let path = format!("/thu-tuc?q={}", police.code);
        assert!(browser.get(&path).await.text.contains("class=\"cards\"><li>"));
        assert!(browser.get(&format!("{path}&don-vi=1")).await.text.contains("class=\"empty\""));
        let nothing = browser.get("/thu-tuc?q=xyzzyq").await;
        assert!(nothing.text.contains("class=\"empty\""));
    }

    async fn a_page_shows_the_papers_and_english_has_its_own_words(site) {
        given(&site);
        let mut browser = site.browser();
        let page = browser.get(&format!("/thu-tuc/{BIRTH}")).await;
        assert!(page.text.contains("Giấy chứng sinh"), "the papers stand there");
        assert!(page.text.contains("<svg"), "and a square code");
        let english = browser.get(&format!("/thu-tuc/{BIRTH}?lang=en")).await;
        assert!(english.text.contains("lang=\"en\""));
        assert_ne!(page.text, english.text);
        for (vi, en) in [("Giấy tờ phải nộp", "Papers to hand in"), ("Công bố tại:", "Published in")] {
            assert!(page.text.contains(vi) && english.text.contains(en), "{en}");
            assert!(!english.text.contains(vi), "{vi}");
        }
        assert_eq!(browser.get("/thu-tuc/9.999999").await.status, 404);
    }

    async fn a_dossier_keeps_its_version_when_the_procedure_is_edited(site) {
        given(&site);
        let mut browser = site.signed_in("cai-cach");
        let path = format!("/co-quan/thu-tuc/{BIRTH}/sua");
        let form = browser.get(&path).await;
        let fields = typed(&form.text);
        let sent = with(
            &fields,
            &[("ten", "Đăng ký khai sinh (mới)"), ("tu-ngay", "10/01/2026"), ("viec", "ghi")],
        );
        let answer = browser.post(&path, &sent).await;
        assert_eq!(answer.location.as_deref(), Some("/co-quan/thu-tuc/1.001193"), "{}", answer.text);
        let on = |day| site.run(move |tx| Ok(facts::in_force(tx, BIRTH, day)?.unwrap()));
        let (old, new) = (on(date(2026, 1, 9)), on(date(2026, 1, 10)));
        assert_eq!(new.body.name, "Đăng ký khai sinh (mới)");
        assert_eq!(old.in_force_until, Some(date(2026, 1, 9)));
        let unchanged = domain::procedure::ProcedureVersion {
            name: old.body.name.clone(),
            ..(*new.body).clone()
        };
        assert_eq!(unchanged, *old.body, "the form says back all that it showed");
        let kept = site.run(move |tx| facts::version(tx, old.id)).unwrap();
        assert_eq!(kept.body.name, old.body.name);
        assert!(browser.get("/thu-tuc/1.001193").await.text.contains(&old.body.name));
        site.set_clock(date(2026, 1, 12).at(8, 0, 0, 0));
        assert!(browser.get("/thu-tuc/1.001193").await.text.contains("khai sinh (mới)"));
    }

    async fn a_row_is_added_without_losing_what_was_typed_and_two_do_not_overwrite(site) {
        given(&site);
        let mut browser = site.signed_in("cai-cach");
        let path = format!("/co-quan/thu-tuc/{BIRTH}/sua");
        let fields = typed(&browser.get(&path).await.text);
        let more = browser.post(&path, &with(&fields, &[("ten", "Dở dang"), ("viec", "them-giay")])).await;
        assert_eq!(more.status, 200);
        assert!(more.text.contains("Dở dang"));
        let papers = |it: &[(String, String)]| it.iter().filter(|it| it.0 == "giay-ten").count();
        assert_eq!(papers(&typed(&more.text)), papers(&fields) + 1);
        assert_eq!(site.count("select count(*) from procedure_version"), 541);

        let same = with(&fields, &[("tu-ngay", "2026-02-01"), ("viec", "ghi")]);
        let same = browser.post(&path, &same).await;
        assert_eq!(same.status, 422, "nothing is different");
        let agency = ("co-quan", "Ủy ban nhân dân xã, thị trấn");
        let sent = with(&fields, &[agency, ("tu-ngay", "2026-02-01"), ("viec", "ghi")]);
        assert_eq!(browser.post(&path, &sent).await.status, 303);
        let late = with(&fields, &[agency, ("tu-ngay", "2026-03-01"), ("viec", "ghi")]);
        let answer = browser.post(&path, &late).await;
        assert_eq!(answer.status, 422);
        assert!(answer.text.contains("vừa được người khác sửa"));
    }

    async fn mistakes_stand_beside_their_rows(site) {
        given(&site);
        let mut browser = site.signed_in("cai-cach");
        let path = "/co-quan/thu-tuc/moi";
        let answer = browser
            .post(path, &[
                ("ma", "123"), ("ten", "Thử"), ("linh-vuc", "Thử"), ("muc-do", "unknown"),
                ("he-thong", "ubnd"), ("cap", "commune"), ("tu-ngay", "10/01/2026"),
                ("han-kenh", ""), ("han-so", "mười"), ("han-don-vi", "working_day"),
                ("phi-kenh", ""), ("phi-tien", "1.5"), ("phi-ghi-chu", ""), ("viec", "ghi"),
            ])
            .await;
        assert_eq!(answer.status, 422);
        for wrong in ["Thời hạn dòng 1", "Phí dòng 1", "mười"] {
            assert!(answer.text.contains(wrong), "{wrong}");
        }
        let right = browser
            .post(path, &[
                ("ma", "DP.900001"), ("ten", "Thử"), ("linh-vuc", "Thử"), ("muc-do", "unknown"),
                ("he-thong", "ubnd"), ("cap", "commune"), ("tu-ngay", "08/01/2026"),
                ("han-kenh", ""), ("han-so", "3"), ("han-don-vi", "working_day"), ("viec", "ghi"),
            ])
            .await;
        assert_eq!(right.location.as_deref(), Some("/co-quan/thu-tuc/DP.900001"), "{}", right.text);
        assert!(browser.get("/thu-tuc/DP.900001").await.text.contains("3 ngày làm việc"));
        let taken: Vec<_> = [("ma", BIRTH), ("ten", "Thử"), ("linh-vuc", "Thử"), ("viec", "ghi")]
            .into_iter()
            .chain([("muc-do", "unknown"), ("he-thong", "ubnd"), ("cap", "commune")])
            .chain([("tu-ngay", "10/01/2026")])
            .collect();
        assert!(browser.post(path, &taken).await.text.contains("đã có trong danh mục"));
    }

    async fn a_pause_is_shown_with_its_reason_until_it_ends(site) {
        given(&site);
        let mut browser = site.signed_in("cai-cach");
        let path = format!("/co-quan/thu-tuc/{BIRTH}/trang-thai");
        let none = browser.post(&path, &[("viec", "tam-dung"), ("dung-tu", "08/01/2026")]).await;
        assert_eq!(none.status, 422, "a reason is needed");
        let fields = [("viec", "tam-dung"), ("dung-tu", "08/01/2026"), ("ly-do", "Nâng cấp phần mềm")];
        assert_eq!(browser.post(&path, &fields).await.status, 303);
        let shown = browser.get(&format!("/thu-tuc/{BIRTH}")).await;
        assert!(shown.text.contains("Nâng cấp phần mềm"));
        assert!(browser.get("/co-quan/thu-tuc?trang-thai=tam-dung").await.text.contains(BIRTH));
        assert_eq!(browser.post(&path, &[("viec", "mo-lai")]).await.status, 303);
        assert!(!browser.get(&format!("/thu-tuc/{BIRTH}")).await.text.contains("Nâng cấp"));
        assert_eq!(
            site.count("select count(*) from journal where act in ('pause', 'resume')"),
            2
        );
    }

    async fn an_abolished_procedure_ends_on_its_day(site) {
        given(&site);
        let mut browser = site.signed_in("cai-cach");
        let path = format!("/co-quan/thu-tuc/{BIRTH}/trang-thai");
        let fields = [("viec", "bai-bo"), ("bo-tu", "10/01/2026"), ("quyet-dinh", "1/QĐ-UBND")];
        assert_eq!(browser.post(&path, &fields).await.status, 422, "it is confirmed first");
        let fields: Vec<_> = fields.into_iter().chain([("chac-chan", "1")]).collect();
        assert_eq!(browser.post(&path, &fields).await.status, 303);
        let before = site.run(|tx| facts::in_force(tx, BIRTH, date(2026, 1, 9)));
        let after = site.run(|tx| facts::in_force(tx, BIRTH, date(2026, 1, 10)));
        assert!(before.is_some() && after.is_none());
        site.set_clock(date(2026, 1, 10).at(8, 0, 0, 0));
        assert_eq!(browser.get(&format!("/thu-tuc/{BIRTH}")).await.status, 404);
        assert!(browser.get("/co-quan/thu-tuc?trang-thai=bai-bo").await.text.contains(BIRTH));
    }

    async fn what_is_exported_comes_back_without_a_change(site) {
        given(&site);
        let mut browser = site.signed_in("cai-cach");
        for kind in ["xlsx", "csv", "json"] {
            let file = browser.get(&format!("/co-quan/thu-tuc/xuat?dang={kind}")).await;
            assert_eq!(file.status, 200);
            let name = format!("a.{kind}");
            let files = [("tep", name.as_str(), &file.bytes[..])];
            let fields = [("tu-ngay", "09/01/2026"), ("viec", "xem")];
            let preview = browser.upload("/co-quan/thu-tuc/nhap", &fields, &files).await;
            assert!(preview.text.contains("541 thủ tục không đổi"), "{kind}");
        }
        assert_eq!(site.count("select count(*) from procedure_version"), 541);
    }

    async fn an_import_is_looked_at_and_then_applied_as_it_was(site) {
        given(&site);
        let mut browser = site.signed_in("cai-cach");
        let mut list = facts::shipped::procedures().unwrap();
        list[0].name.push_str(" (đổi)");
        list[1].code = "DP.900002".to_owned();
        let refs: Vec<_> = list.iter().take(2).collect();
        let csv = exchange::write_csv(&refs).unwrap();
        let fields = [("tu-ngay", "09/01/2026"), ("viec", "xem")];
        let files = [("tep", "a.csv", &csv[..])];
        let preview = browser.upload("/co-quan/thu-tuc/nhap", &fields, &files).await;
        assert!(preview.text.contains("Thêm 1 thủ tục, 1 thủ tục có phiên bản mới"), "{}", preview.text);
        assert_eq!(site.count("select count(*) from procedure_version"), 541, "only looked at");
        let hash = preview.text.split("tep-da-xem\" value=\"").nth(1).unwrap();
        let hash = hash.split('"').next().unwrap().to_owned();
        let confirm = [
            ("tep-da-xem", hash.as_str()), ("loai", "csv"), ("ten-tep", "a.csv"),
            ("tu-ngay", "09/01/2026"), ("viec", "ap-dung"),
        ];
        let done = browser.post("/co-quan/thu-tuc/nhap", &confirm).await;
        assert_eq!(done.location.as_deref(), Some("/co-quan/thu-tuc"));
        assert_eq!(site.count("select count(*) from procedure_version"), 543);
        let again = browser.post("/co-quan/thu-tuc/nhap", &confirm).await;
        assert_eq!(again.status, 303, "a second click changes nothing");
        assert_eq!(site.count("select count(*) from procedure_version"), 543);
    }

    async fn a_file_with_one_mistake_leaves_nothing(site) {
        given(&site);
        let mut browser = site.signed_in("cai-cach");
        let mut list = facts::shipped::procedures().unwrap();
        list.truncate(3);
        list[0].name = "Tên khác".to_owned();
        list[2].code = "sai".to_owned();
        let refs: Vec<_> = list.iter().collect();
        let json = exchange::write_json(&refs).unwrap();
        let files = [("tep", "a.json", &json[..])];
        let fields = [("tu-ngay", "09/01/2026"), ("viec", "xem")];
        let answer = browser.upload("/co-quan/thu-tuc/nhap", &fields, &files).await;
        assert_eq!(answer.status, 422);
        assert!(answer.text.contains("<td>3</td>"), "the row is named");
        assert!(answer.text.contains("sai"));
        let refused = site.run(move |tx| facts::import_all(tx, &list, date(2026, 1, 9)));
        assert_eq!(refused.unwrap_err().len(), 1);
        assert_eq!(site.count("select count(*) from procedure_version"), 541);
        let no_file = browser.upload("/co-quan/thu-tuc/nhap", &fields, &[]).await;
        assert!(no_file.text.contains("Chọn một tệp"));
    }

    async fn whichever_statement_fails_no_import_is_half_written(site) {
        given(&site);
        let mut list = facts::shipped::procedures().unwrap();
        list.truncate(2);
        list.iter_mut().for_each(|it| it.name.push('!'));
        for statements in 0..8 {
            site.db.fail_after(statements);
            let (db, list) = (site.db.clone(), list.clone());
            let stamp = store::Stamp::of_program(site.now(), "test");
            let done = db
                .write(stamp, move |tx| facts::import_all(tx, &list, date(2026, 1, 9)))
                .await;
            assert!(done.is_err(), "{statements}");
            site.db.fail_no_more();
            assert_eq!(site.count("select count(*) from procedure_version"), 541);
        }
    }

    async fn postings_are_missing_then_current_then_outdated(site) {
        given(&site);
        let count = |site: &TestSite| {
            site.run(|tx| {
                let of_tier = facts::catalogue(&site.site, tx)?;
                Ok(of_tier.of_tier(Tier::Commune, false).count())
            })
        };
        let whole = count(&site);
        let mut browser = site.signed_in("mot-cua");
        let page = browser.get("/co-quan/niem-yet").await;
        assert!(page.text.contains(&format!("Chưa niêm yết: <b>{whole}</b>")));
        let all = [("don-vi", "1"), ("noi", "board"), ("tat-ca", "1"), ("viec", "niem-yet")];
        assert_eq!(browser.post("/co-quan/niem-yet", &all).await.status, 303);
        let page = browser.get("/co-quan/niem-yet?don-vi=1&noi=board").await;
        assert!(page.text.contains(&format!("Đang niêm yết: <b>{whole}</b>")));

        let mut list = facts::shipped::procedures().unwrap();
        list.retain(|it| it.code == BIRTH);
        list[0].name.push_str(" (mới)");
        site.run(move |tx| facts::import_all(tx, &list, date(2026, 1, 9))).unwrap();
        site.set_clock(date(2026, 1, 9).at(9, 0, 0, 0));
        let page = browser.get("/co-quan/niem-yet?don-vi=1&trang-thai=cu").await;
        assert!(page.text.contains("Bản cũ: <b>1</b>"));
        assert!(page.text.contains(BIRTH));
        assert_eq!(browser.post("/co-quan/niem-yet", &all).await.status, 303);
        assert_eq!(
            site.count("select count(*) from posting"),
            i64::try_from(whole).unwrap(),
            "the old one was taken down"
        );
        let check = [("don-vi", "1"), ("noi", "board"), ("tat-ca", "1"), ("viec", "kiem-tra")];
        browser.post("/co-quan/niem-yet", &check).await;
        assert_eq!(site.count("select count(*) from posting where checked_on is null"), 0);
        let elsewhere = [("don-vi", "2"), ("noi", "board"), ("tat-ca", "1"), ("viec", "niem-yet")];
        assert_eq!(browser.post("/co-quan/niem-yet", &elsewhere).await.status, 404);
    }

    async fn strangers_and_other_roles_are_kept_out(site) {
        given(&site);
        let mut stranger = site.browser();
        let answer = stranger.get("/co-quan/thu-tuc").await;
        assert!(answer.location.unwrap().starts_with("/co-quan/dang-nhap"));
        let mut specialist = site.signed_in("chuyen-vien");
        assert_eq!(specialist.get("/co-quan/thu-tuc").await.status, 200, "everybody may look");
        assert_eq!(specialist.get(&format!("/co-quan/thu-tuc/{BIRTH}")).await.status, 200);
        for path in [
            "/co-quan/thu-tuc/xuat?dang=csv", "/co-quan/thu-tuc/nhap", "/co-quan/thu-tuc/moi",
            "/co-quan/thu-tuc/1.001193/sua", "/co-quan/niem-yet",
        ] {
            assert_eq!(specialist.get(path).await.status, 403, "{path}");
        }
        let pause = [("viec", "mo-lai")];
        let path = format!("/co-quan/thu-tuc/{BIRTH}/trang-thai");
        assert_eq!(specialist.post(&path, &pause).await.status, 403);
    }

    async fn a_board_is_set_once_for_what_hangs_on_it(site) {
        given(&site);
        let mut browser = site.browser();
        let first = browser.get("/niem-yet/1/in.pdf").await;
        let start = std::time::Instant::now();
        let again = browser.get("/niem-yet/1/in.pdf").await;
        assert!(start.elapsed() < std::time::Duration::from_millis(1_500), "kept, not set anew");
        assert_eq!(first.bytes, again.bytes);
        site.set_clock(date(2026, 1, 9).at(8, 0, 0, 0));
        let later = browser.get("/niem-yet/1/in.pdf").await;
        assert_ne!(first.bytes, later.bytes, "another day stands on it");
    }

    async fn papers_to_print_are_pdf(site) {
        given(&site);
        let mut browser = site.browser();
        for path in [format!("/thu-tuc/{BIRTH}/in.pdf"), "/niem-yet/1/in.pdf?kho=a3".to_owned()] {
            let paper = browser.get(&path).await;
            assert!(paper.bytes.starts_with(b"%PDF"), "{path}");
        }
    }
}
