//! Surveys through the front door, on both databases.

use domain::{
    access::Role,
    ids::SurveyId,
    survey::{draw::Frame, form::Form},
};
use testkit::{Answer, TestSite, on_both_engines};

use crate::facts;

mod cells;
mod cheating;
mod entering;
mod forms;
mod frames;

pub(super) fn routes() -> site::Routes {
    citizen::routes().and(crate::routes())
}

/// Two communes, whoever has to do with surveys at the district, and the forms that ship.
pub(super) fn given_office(site: &TestSite) {
    site.given_two_communes();
    site.run(|tx| {
        citizen::procedures::facts::seed(tx, jiff::civil::date(2019, 1, 1))?;
        facts::seed(tx)
    });
    site.given_people(&[
        ("cchc", Role::ReformOfficer, 1),
        ("lanhdao", Role::Leader, 1),
        ("quay", Role::CounterOfficial, 2),
        ("cchc-khac", Role::ReformOfficer, 4),
    ]);
    for (login, role, unit) in [
        ("quantri", Role::Administrator, 1),
        ("dieutra", Role::Interviewer, 1),
        ("dieutra2", Role::Interviewer, 1),
        ("dieutra3", Role::Interviewer, 1),
    ] {
        site.given_account(login, role, unit);
    }
}

/// A roll of made-up people of two groups.
pub(super) fn roll(people: usize) -> String {
    (0..people)
        .map(|at| {
            let group = if at % 3 == 0 { "Đại biểu HĐND" } else { "Trưởng xóm" };
            format!("{group}; Người Thử {at}; 09123456{at:02}; Xóm {at}\n")
        })
        .collect()
}

/// The row of a shipped form.
pub(super) fn form(site: &TestSite, code: &str) -> i64 {
    site.run(|tx| facts::shipped_form(tx, code)).unwrap()
}

/// Sets a survey up over a roll; where its page is.
pub(super) async fn given_plan(site: &TestSite, code: &str, people: usize) -> String {
    let (form, roll) = (form(site, code).to_string(), roll(people));
    let fields = [
        ("lan-gui", "0123456789abcdef0123456789abcdef"),
        ("ten", "Khảo sát thử xã Phú Sơn"),
        ("mau", form.as_str()),
        ("don-vi", "2"),
        ("nguon", "roll"),
        ("danh-sach", roll.as_str()),
        ("sai-so", "10"),
        ("san", "0"),
        ("du-phong", "3"),
        ("thu-den", "20/01/2026"),
        ("tieng-anh", "1"),
    ];
    let done = site.signed_in("cchc").post("/co-quan/khao-sat/moi", &fields).await;
    assert_eq!(done.status, 303, "{}", done.text);
    done.location.unwrap()
}

/// POSTs to a survey's page as somebody.
pub(super) async fn step(
    site: &TestSite,
    login: &str,
    path: &str,
    fields: &[(&str, &str)],
) -> Answer {
    site.signed_in(login).post(path, fields).await
}

/// A survey that people answer; its page and the codes of those who are asked.
pub(super) async fn given_open(
    site: &TestSite,
    code: &str,
    people: usize,
) -> (String, Vec<String>) {
    let page = given_plan(site, code, people).await;
    let source =
        [("cach", "source"), ("nguon-hat", "Giải đặc biệt XSMB"), ("ngay-hat", "09/01/2026")];
    assert_eq!(step(site, "cchc", &format!("{page}/chot"), &source).await.status, 303);
    site.pass_minutes(24 * 60);
    let seeded = step(site, "cchc", &format!("{page}/hat-giong"), &[("hat-giong", "48213")]).await;
    assert_eq!(seeded.status, 303, "{}", seeded.text);
    assert_eq!(step(site, "cchc", &format!("{page}/mo"), &[]).await.status, 303);
    (page, codes(site))
}

/// The codes of those who are asked and have not answered, as their letters say them.
pub(super) fn codes(site: &TestSite) -> Vec<String> {
    site.run(|tx| facts::codes(&site.site, tx, SurveyId(1)))
}

/// What stands in a hidden field.
pub(super) fn hidden(page: &str, name: &str) -> String {
    let from = page.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap_or_default();
    from.split('"').next().unwrap_or_default().to_owned()
}

/// A sheet that answers every scale of a form by `choice`.
pub(super) fn sheet(site: &TestSite, code: &str, choice: &str) -> Vec<(String, String)> {
    let id = form(site, code);
    let kept: Form = site.run(|tx| Ok(crate::sql::forms::find(tx, id)?.unwrap().form));
    let mut all: Vec<(String, String)> = Vec::new();
    for (at, it) in kept.question.iter().enumerate() {
        let choices = kept.choices(it);
        if let Some(first) = choices.first() {
            let known = choices.iter().any(|it| it.code == choice);
            let other = choices.get(1).map_or(&first.code, |it| &it.code);
            // One answer stands out: the sheet is no straight line.
            let given = if !known || at == 1 { other.as_str() } else { choice };
            all.push((format!("q-{}", it.code), given.to_owned()));
        }
    }
    all
}

/// Opens a link and sends a sheet with it, from an address of its own.
pub(super) async fn answer(
    site: &TestSite,
    code: &str,
    sheet: &[(String, String)],
    address: &str,
) -> (Answer, String) {
    let mut browser = site.browser().at_address(address);
    let page = browser.get(&format!("/ks/{code}")).await;
    site.pass_minutes(2);
    let (token, begun) = (hidden(&page.text, "lan-gui"), hidden(&page.text, "mo-luc"));
    (send(site, code, sheet, (&token, &begun), address).await, token)
}

/// Sends a sheet.
pub(super) async fn send(
    site: &TestSite,
    code: &str,
    sheet: &[(String, String)],
    (token, begun): (&str, &str),
    address: &str,
) -> Answer {
    let mut fields = vec![("lan-gui", token), ("mo-luc", begun)];
    fields.extend(sheet.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    site.browser().at_address(address).post(&format!("/ks/{code}"), &fields).await
}

on_both_engines! { routes();
    async fn a_survey_goes_from_the_list_to_published_results(site) {
        given_office(&site);
        let page = given_plan(&site, "SIPAS-X", 60).await;
        let draft = site.signed_in("cchc").get(&page).await;
        assert!(draft.text.contains("60 người trong danh sách") && draft.text.contains("Trưởng xóm"), "{}", draft.text);
        assert!(!draft.text.contains("Người Thử"), "nobody's name");
        assert_eq!(site.browser().get("/khao-sat/1").await.status, 404, "a draft is nobody's");
        let source = [("cach", "source"), ("nguon-hat", "Giải đặc biệt XSMB"), ("ngay-hat", "09/01/2026")];
        assert_eq!(step(&site, "cchc", &format!("{page}/chot"), &source).await.status, 303);
        // The frame is public before the seed: anybody has its hash.
        let public = site.browser().get("/khao-sat/1").await;
        assert!(public.text.contains("chưa có") && public.text.contains("Giải đặc biệt XSMB"), "{}", public.text);
        let text = site.browser().get("/khao-sat/1/khung.txt").await.text;
        let frame = Frame::parse(&text).unwrap();
        assert_eq!(frame.text(), text);
        assert!(public.text.contains(&frame.hash()));
        assert_eq!(site.browser().get("/khao-sat/1/mau.txt").await.status, 404);
        site.pass_minutes(24 * 60);
        assert_eq!(step(&site, "cchc", &format!("{page}/hat-giong"), &[("hat-giong", "48213")]).await.status, 303);
        let sample = site.browser().get("/khao-sat/1/mau.txt").await.text;
        let again = domain::survey::draw::draw(&frame, "48213", 38, 3).unwrap();
        assert_eq!(sample, again.text(), "anybody draws the same");
        assert_eq!(site.count("select count(*) from survey_member where contact <> ''"), 38 + 6, "the others are forgotten");
        let early = site.browser().get(&format!("/ks/{}", codes(&site)[0])).await;
        assert!(early.text.contains("chưa mở"), "{}", early.text);
        assert_eq!(step(&site, "cchc", &format!("{page}/mo"), &[]).await.status, 303);
        let codes = codes(&site);
        assert_eq!(codes.len(), 38);
        for (at, code) in codes.iter().take(30).enumerate() {
            let sheet = sheet(&site, "SIPAS-X", if at % 5 == 0 { "2" } else { "5" });
            let (done, _) = answer(&site, code, &sheet, &format!("10.0.0.{at}")).await;
            assert_eq!(done.status, 303, "{}", done.text);
        }
        let open = site.signed_in("cchc").get(&page).await.text;
        assert!(open.contains("Đã trả lời <b>30</b> trên 38"), "{open}");
        assert_eq!(site.signed_in("cchc").get(&format!("{page}/ket-qua")).await.status, 404, "sealed until it closes");
        assert_eq!(site.signed_in("cchc").get(&format!("{page}/xuat/phieu.csv")).await.status, 404);
        let silent = step(&site, "cchc", &format!("{page}/dong"), &[("ly-do-dong", "")]).await;
        assert_eq!(silent.status, 422, "closing early owes a reason");
        let done = step(&site, "cchc", &format!("{page}/dong"), &[("ly-do-dong", "Đủ phiếu")]).await;
        assert_eq!(done.status, 303, "{}", done.text);
        let results = site.signed_in("lanhdao").get(&format!("{page}/ket-qua")).await.text;
        assert!(results.contains("78,95% (30 trên 38 người)"), "{results}");
        assert!(results.contains("Nơi ngồi chờ") && results.contains("<svg"), "{results}");
        assert_eq!(site.count("select count(*) from survey_member where contact <> ''"), 0);
        assert_eq!(site.count("select count(*) from survey_invitation where code <> '' or receipt <> ''"), 0);
        let shut = site.browser().get("/khao-sat/1").await.text;
        assert!(!shut.contains("Chỉ số chung") && shut.contains("Đủ phiếu"), "{shut}");
        assert_eq!(step(&site, "cchc", &format!("{page}/cong-bo"), &[]).await.status, 303);
        let shown = site.browser().get("/khao-sat/1").await.text;
        assert!(shown.contains("Chỉ số chung") && shown.contains("khoảng tin cậy 95%"), "{shown}");
        let english = site.browser().get("/khao-sat/1?lang=en").await.text;
        assert!(english.contains("Overall index") && english.contains("Waiting area"), "{english}");
        assert!(site.browser().get("/khao-sat").await.text.contains("Đã công bố kết quả"));
        let of = site.run(|tx| facts::of_unit(tx, domain::ids::UnitId(2), "SIPAS-X"));
        assert_eq!(of.len(), 1);
        assert!(of[0].is_scored && of[0].valid == 30 && of[0].interval_bp.unwrap().0 < of[0].index_bp.unwrap());
        // Who may not read them does not learn that they are there.
        assert_eq!(site.signed_in("cchc-khac").get(&page).await.status, 404);
        assert_eq!(site.signed_in("quay").get(&page).await.status, 403);
        // What is taken away names nobody.
        let names = ["ket-qua.xlsx", "phieu.csv", "phieu.sps", "bao-cao.pdf"];
        for name in names {
            let file = site.signed_in("cchc").get(&format!("{page}/xuat/{name}")).await;
            assert_eq!(file.status, 200, "{name}: {}", file.text);
            assert!(!file.text.contains("Người Thử") && file.bytes.len() > 300, "{name}");
        }
        let csv = site.signed_in("cchc").get(&format!("{page}/xuat/phieu.csv")).await.text;
        assert_eq!(csv.lines().count(), 31);
        assert!(csv.contains("\"CHUNG1\"") && !csv.contains("YK"), "{csv}");
        let spss = site.signed_in("cchc").get(&format!("{page}/xuat/phieu.sps")).await.text;
        assert!(spss.contains("VALUE LABELS") && spss.contains("5 'Rất hài lòng'"), "{spss}");
        assert_eq!(site.signed_in("cchc").get(&format!("{page}/xuat/khac.txt")).await.status, 404);
        let compared = site.signed_in("lanhdao").get("/co-quan/khao-sat/so-sanh").await.text;
        assert!(compared.contains("UBND xã Phú Sơn"), "{compared}");
    }

    async fn the_day_after_its_last_a_survey_closes_by_itself(site) {
        given_office(&site);
        let (page, codes) = given_open(&site, "KS-CB", 20).await;
        site.run_jobs().await;
        let (done, _) = answer(&site, &codes[0], &sheet(&site, "KS-CB", "A"), "10.0.0.1").await;
        assert_eq!(done.status, 303, "{}", done.text);
        site.set_clock(jiff::civil::date(2026, 1, 20).at(23, 50, 0, 0));
        site.run_jobs().await;
        assert_eq!(site.text("select status from survey"), "open");
        site.set_clock(jiff::civil::date(2026, 1, 21).at(0, 5, 0, 0));
        let late = site.browser().get(&format!("/ks/{}", codes[1])).await.text;
        assert!(late.contains("đã đóng ngày 20/01/2026"), "late even before the job has run: {late}");
        site.run_jobs().await;
        assert_eq!(site.text("select status || close_reason from survey"), "closed");
        // One sheet is nobody's to see.
        let results = site.signed_in("cchc").get(&format!("{page}/ket-qua")).await.text;
        assert!(results.contains("Chưa đủ 5 phiếu"), "{results}");
        let csv = site.signed_in("cchc").get(&format!("{page}/xuat/phieu.csv")).await.text;
        assert!(csv.trim().lines().count() <= 1, "{csv}");
    }
}
