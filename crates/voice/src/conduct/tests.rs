//! Cases through the front door, on both databases.

use domain::{access::Role, ids::UnitId};
use testkit::{Browser, TestSite, on_both_engines};

use super::facts;

mod reports;

/// Two communes; at the first somebody at the counter, his head, a specialist, a leader; people of the district.
pub(super) fn given_an_office(site: &TestSite) {
    site.given_two_communes();
    site.given_people(&[
        ("quay", Role::CounterOfficial, 2),
        ("truong", Role::UnitHead, 2),
        ("thuly", Role::Specialist, 2),
        ("tiepdan", Role::ReceptionOfficer, 2),
        ("chutich", Role::Leader, 2),
        ("truong-khac", Role::UnitHead, 4),
        ("huyen", Role::Leader, 1),
        ("tiepdan-huyen", Role::ReceptionOfficer, 1),
        ("cchc", Role::ReformOfficer, 1),
    ]);
}

pub(super) fn staff(site: &TestSite, login: &str) -> String {
    site.count(&format!("select staff from account where login = '{login}'")).to_string()
}

/// Opens a case about `accused` of the head's own motion; where it led.
pub(super) async fn open(site: &TestSite, by: &str, accused: &str) -> String {
    let (accused, once) = (staff(site, accused), site::form::new_token());
    let fields = [
        ("can-bo", accused.as_str()),
        ("nguon", "own_motion"),
        ("noi-dung", "Nói to tiếng với người dân ở quầy số 1"),
        ("ngay-xay-ra", "05/01/2026"),
        ("khong-lo", "1"),
        ("lan-gui", once.as_str()),
    ];
    let done = site.signed_in(by).post("/co-quan/vu-viec/moi", &fields).await;
    assert_eq!(done.status, 303, "{}", done.text);
    done.location.unwrap()
}

fn edition(site: &TestSite, case: &str) -> String {
    let id = case.rsplit('/').next().unwrap();
    site.count(&format!("select edition from conduct_case where id = {id}")).to_string()
}

/// Takes a step; its status and text.
pub(super) async fn step(
    site: &TestSite,
    by: &mut Browser<'_>,
    (case, step): (&str, &str),
    fields: &[(&str, &str)],
) -> (u16, String) {
    let edition = edition(site, case);
    let mut all = vec![("an-ban", edition.as_str())];
    all.extend_from_slice(fields);
    let done = by.post(&format!("{case}/buoc/{step}"), &all).await;
    (done.status, done.text)
}

async fn taken(site: &TestSite, login: &str, at: (&str, &str), fields: &[(&str, &str)]) {
    let (status, text) = step(site, &mut site.signed_in(login), at, fields).await;
    assert_eq!(status, 303, "{login} {at:?}: {text}");
}

/// A case that `thuly` verifies and of which `quay` was told.
pub(super) async fn verifying(site: &TestSite) -> String {
    let case = open(site, "truong", "quay").await;
    taken(site, "tiepdan", (&case, "thu-ly"), &[]).await;
    let verifier = staff(site, "thuly");
    taken(site, "truong", (&case, "giao"), &[("nguoi-xac-minh", &verifier)]).await;
    taken(site, "thuly", (&case, "bat-dau"), &[]).await;
    case
}

on_both_engines! { crate::routes();
    async fn the_accused_is_heard_before_anything_is_concluded_and_what_is_wrong_is_put_right(site) {
        given_an_office(&site);
        let case = open(&site, "truong", "quay").await;
        let own = case.replace("/vu-viec/", "/vu-viec-cua-toi/");
        let mut accused = site.signed_in("quay");
        assert_eq!(accused.get(&own).await.status, 404, "he was not told yet");
        assert_eq!(accused.get(&case).await.status, 404);
        let page = site.signed_in("truong").get(&case).await.text;
        assert!(page.contains("VV-2-2026-001") && page.contains("Thụ lý để xác minh"), "{page}");
        taken(&site, "tiepdan", (&case, "thu-ly"), &[]).await;
        // Who verifies: named by the head, not by a clerk; never the accused.
        let (verifier, himself) = (staff(&site, "thuly"), staff(&site, "quay"));
        let clerk = step(&site, &mut site.signed_in("tiepdan"), (&case, "giao"), &[("nguoi-xac-minh", &verifier)]).await;
        assert!(clerk.0 == 422 && clerk.1.contains("người đứng đầu"), "{}", clerk.1);
        let accused_one = step(&site, &mut site.signed_in("truong"), (&case, "giao"), &[("nguoi-xac-minh", &himself)]).await;
        assert!(accused_one.0 == 422 && accused_one.1.contains("chính người bị phản ánh"), "{}", accused_one.1);
        assert_eq!(site.signed_in("thuly").get(&case).await.status, 404, "no part in it yet");
        taken(&site, "truong", (&case, "giao"), &[("nguoi-xac-minh", &verifier)]).await;
        let first = site.signed_in("thuly").get("/co-quan/vu-viec-cua-toi").await.text;
        assert!(first.contains("VV-2-2026-001") && first.contains("cần làm"), "{first}");
        taken(&site, "thuly", (&case, "bat-dau"), &[]).await;
        // He was told, and reads what is said of him.
        let told = accused.get(&own).await.text;
        assert!(told.contains("Nói to tiếng") && told.contains("Giải trình trước"), "{told}");
        taken(&site, "thuly", (&case, "bao-cao"), &[("ket-qua", "Đã hỏi hai người có mặt.")]).await;
        let early = [("ket-luan", "partly"), ("can-cu", "Vì")];
        let early = step(&site, &mut site.signed_in("truong"), (&case, "ket-luan"), &early).await;
        assert!(early.0 == 422 && early.1.contains("còn thời hạn giải trình"), "{}", early.1);
        assert_eq!(accused.post(&own, &[("giai-trinh", " ")]).await.status, 422);
        assert_eq!(accused.post(&own, &[("giai-trinh", "Hôm đó loa hỏng.")]).await.status, 303);
        let own_page = accused.get(&own).await.text;
        assert!(own_page.contains("Hôm đó loa hỏng.") && !own_page.contains("hai người có mặt"), "{own_page}");
        let fields = [("ket-luan", "partly"), ("can-cu", "Có nói to, không xúc phạm.")];
        taken(&site, "truong", (&case, "ket-luan"), &fields).await;
        assert!(accused.get(&own).await.text.contains("Kết luận: Đúng một phần"));
        // Nobody is answered before something is put right; the accused checks nothing of his own.
        let reply = step(&site, &mut site.signed_in("truong"), (&case, "tra-loi"), &[]).await;
        assert!(reply.0 == 422 && reply.1.contains("biện pháp chấn chỉnh"), "{}", reply.1);
        let head = staff(&site, "truong");
        let measure = |checker| [
            ("bien-phap", "apology"), ("thay-doi", "Sửa loa, xin lỗi người dân"),
            ("xong-truoc", "16/01/2026"), ("nguoi-kiem-tra", checker),
        ];
        let self_checked = step(&site, &mut site.signed_in("truong"), (&case, "chan-chinh"), &measure(himself.as_str())).await;
        assert_eq!(self_checked.0, 422, "{}", self_checked.1);
        let bad = step(&site, &mut site.signed_in("truong"), (&case, "chan-chinh"), &[("bien-phap", "apology")]).await;
        assert!(bad.0 == 422 && bad.1.contains("Chưa nhập nội dung này"), "{}", bad.1);
        taken(&site, "truong", (&case, "chan-chinh"), &measure(head.as_str())).await;
        let letter = site.signed_in("truong").get(&format!("{case}/xin-loi/0")).await;
        assert!(letter.bytes.starts_with(b"%PDF-"), "{}", letter.text);
        assert!(testkit::text_of_pdf(&letter.bytes).contains("xin lỗi"));
        taken(&site, "truong", (&case, "tra-loi"), &[]).await;
        let open_still = step(&site, &mut site.signed_in("truong"), (&case, "ket-thuc"), &[]).await;
        assert!(open_still.0 == 422 && open_still.1.contains("chưa được kiểm tra"), "{}", open_still.1);
        taken(&site, "truong", (&case, "kiem-tra"), &[("bien-phap-so", "0"), ("da-lam", "Đã xin lỗi tại nhà")]).await;
        taken(&site, "truong", (&case, "ket-thuc"), &[]).await;
        let paper = site.signed_in("truong").get(&format!("{case}/in")).await;
        assert!(paper.bytes.starts_with(b"%PDF-"), "{}", paper.text);
        let file = site.signed_in("truong").get("/co-quan/vu-viec/xuat?xem=tat-ca").await;
        assert_eq!(people::sheets::read("a.xlsx", &file.bytes).unwrap().rows.len(), 1);
        // Only what was confirmed counts, for him and for his unit.
        let days = (jiff::civil::date(2026, 1, 1), jiff::civil::date(2026, 12, 31));
        let units = [UnitId(2)];
        let found = site.run(|tx| facts::confirmed(tx, facts::Whose::Units(&units), days));
        assert_eq!(found.len(), 1);
        assert!(found[0].measures[0].1.is_some());
        let none = [UnitId(4)];
        assert!(site.run(|tx| facts::confirmed(tx, facts::Whose::Units(&none), days)).is_empty());
        let figures = site.signed_in("cchc").get("/co-quan/vu-viec/so-lieu").await.text;
        assert!(figures.contains("đúng một phần") && !figures.contains("quay"), "{figures}");
    }

    async fn a_heads_case_goes_up_and_nobody_below_him_looks_into_it(site) {
        given_an_office(&site);
        let at = open(&site, "chutich", "truong").await;
        assert_eq!(at, "/co-quan/vu-viec", "it is the district's now");
        let case = "/co-quan/vu-viec/1";
        for below in ["chutich", "truong", "tiepdan", "truong-khac", "quay"] {
            assert_eq!(site.signed_in(below).get(case).await.status, 404, "{below}");
        }
        assert!(!site.signed_in("tiepdan").get("/co-quan/vu-viec").await.text.contains("VV-1"));
        assert!(site.signed_in("huyen").get("/co-quan/vu-viec").await.text.contains("VV-1-2026-001"));
        taken(&site, "tiepdan-huyen", (case, "thu-ly"), &[]).await;
        let under = staff(&site, "thuly");
        let wrong = step(&site, &mut site.signed_in("huyen"), (case, "giao"), &[("nguoi-xac-minh", &under)]).await;
        assert!(wrong.0 == 422 && wrong.1.contains("cấp dưới"), "{}", wrong.1);
        let above = staff(&site, "tiepdan-huyen");
        taken(&site, "huyen", (case, "giao"), &[("nguoi-xac-minh", &above)]).await;
        // Of the highest head nobody here can judge; of himself nobody opens a case.
        let (highest, once) = (staff(&site, "huyen"), site::form::new_token());
        let fields = [
            ("can-bo", highest.as_str()), ("nguon", "own_motion"), ("noi-dung", "x"), ("khong-lo", "1"), ("lan-gui", once.as_str()),
        ];
        let done = site.signed_in("tiepdan-huyen").post("/co-quan/vu-viec/moi", &fields).await;
        assert!(done.status == 422 && done.text.contains("cấp trên"), "{}", done.text);
    }

    async fn what_turns_out_to_be_a_denunciation_leaves_nothing_in_the_open(site) {
        given_an_office(&site);
        let case = verifying(&site).await;
        let evidence = testkit::pdf("chung-cu");
        let added = site.signed_in("thuly").upload(&format!("{case}/tai-lieu"), &[], &[("tep", "a.pdf", evidence.as_slice())]).await;
        assert_eq!(added.status, 303, "{}", added.text);
        let file = site.count("select id from conduct_file");
        let at = format!("{case}/tai-lieu/{file}");
        assert_eq!(site.signed_in("truong").get(&at).await.status, 200);
        assert_eq!(site.count("select count(*) from journal where act = 'look_conduct'"), 1);
        for stranger in ["quay", "truong-khac", "cchc"] {
            assert_eq!(site.signed_in(stranger).get(&at).await.status, 404, "{stranger}");
        }
        // A form carries it no more: it is erased with the row that names it.
        site.pass_minutes(3 * 24 * 60);
        let sha256 = site.text("select sha256 from conduct_file");
        taken(&site, "tiepdan", (&case, "to-cao"), &[("ly-do-to-cao", "Tố cáo hành vi nhận tiền")]).await;
        // It came from no report: it is a denunciation of its own, with everything that was said.
        let sealed = site.signed_in("chutich").get("/co-quan/don-to-cao/1").await.text;
        for word in ["Nói to tiếng với người dân", "Tố cáo hành vi nhận tiền", "VV-2-2026-001", "a.pdf"] {
            assert!(sealed.contains(word), "{word}: {sealed}");
        }
        let copy = site.signed_in("chutich").get("/co-quan/don-to-cao/1/tep/1").await;
        assert_eq!(&copy.bytes[..], &evidence[..]);
        assert_eq!(site.site.blobs.get(&sha256).await.unwrap(), None, "its bytes lie with no other files");
        for login in ["tiepdan", "truong", "thuly"] {
            assert_eq!(site.signed_in(login).get(&case).await.status, 404, "{login}");
        }
        assert!(!site.signed_in("truong").get("/co-quan/vu-viec?xem=tat-ca").await.text.contains("VV-2-2026-001"));
        assert!(site.signed_in("cchc").get("/co-quan/vu-viec/so-lieu").await.text.contains("Chuyển đường tố cáo"));
        assert_eq!(site.text("select summary from conduct_case"), "");
        assert_eq!(site.count("select count(*) from conduct_event where words <> ''"), 0);
        assert_eq!(site.count("select count(*) from conduct_file"), 0);
        let own = case.replace("/vu-viec/", "/vu-viec-cua-toi/");
        assert_eq!(site.signed_in("quay").get(&own).await.status, 404, "he reads it no more");
    }

    async fn a_step_over_its_time_is_told_once_and_stands_before_the_head(site) {
        given_an_office(&site);
        let case = open(&site, "truong", "quay").await;
        site.set_clock(jiff::civil::date(2026, 1, 20).at(9, 0, 0, 0));
        for _ in 0..2 {
            site.pass_minutes(61);
            site.run_jobs().await;
        }
        assert_eq!(site.count("select count(*) from conduct_event where step = 'late'"), 1);
        let list = site.signed_in("chutich").get("/co-quan/vu-viec?xem=qua-han").await.text;
        assert!(list.contains("VV-2-2026-001") && list.contains("quá hạn"), "{list}");
        assert!(site.signed_in("huyen").get("/co-quan/vu-viec?xem=qua-han").await.text.contains("VV-2-2026-001"));
        let (status, text) = step(&site, &mut site.signed_in("truong"), (&case, "khong-thu-ly"), &[("ly-do-khong", "")]).await;
        assert!(status == 422 && text.contains("Chưa nhập nội dung này"), "{text}");
        taken(&site, "truong", (&case, "khong-thu-ly"), &[("ly-do-khong", "Không phải về ứng xử")]).await;
        taken(&site, "truong", (&case, "tra-loi"), &[]).await;
        taken(&site, "truong", (&case, "ket-thuc"), &[]).await;
    }

    async fn two_windows_do_not_overwrite_each_other_and_a_double_click_opens_one_case(site) {
        given_an_office(&site);
        let (accused, once) = (staff(&site, "quay"), site::form::new_token());
        let fields = [
            ("can-bo", accused.as_str()), ("nguon", "press"), ("xuat-xu", "Báo Nghệ An 03/01/2026"),
            ("noi-dung", "Theo bài báo"), ("khong-lo", "1"), ("lan-gui", once.as_str()),
        ];
        let mut head = site.signed_in("truong");
        for _ in 0..2 {
            assert_eq!(head.post("/co-quan/vu-viec/moi", &fields).await.status, 303);
        }
        assert_eq!(site.count("select count(*) from conduct_case"), 1);
        let case = "/co-quan/vu-viec/1";
        let old = [("an-ban", "1")];
        assert_eq!(head.post(&format!("{case}/buoc/thu-ly"), &old).await.status, 303);
        let late = head.post(&format!("{case}/buoc/khong-thu-ly"), &[("an-ban", "1"), ("ly-do-khong", "x")]).await;
        assert!(late.status == 422 && late.text.contains("cửa sổ khác"), "{}", late.text);
        assert_eq!(head.post(&format!("{case}/buoc/khac"), &old).await.status, 404);
        let unread = [("can-bo", accused.as_str()), ("nguon", "press"), ("noi-dung", "x")];
        let form = head.post("/co-quan/vu-viec/moi", &unread).await;
        assert!(form.status == 422 && form.text.contains("bài báo hoặc văn bản"), "{}", form.text);
        assert_eq!(site.signed_in("thuly").get("/co-quan/vu-viec").await.status, 403);
    }
}
