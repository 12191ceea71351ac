//! Parts of a case at other units, through the front door, on both databases.

use domain::access::Role;
use jiff::civil::date;
use testkit::{Answer, Browser, TestSite, on_both_engines};

use crate::dossiers::tests::{ONCE, birth, given_two_communes};

/// Ten working days, settled by communes and districts.
pub(crate) const PARENT: &str = "1.010803";
/// Three working days, settled by districts.
pub(crate) const AT_DISTRICT: &str = "1.001731";
/// Three working days, settled by communes.
const AT_COMMUNE: &str = "1.004873";
/// Twenty days and more.
const TOO_LONG: &str = "1.013239";

/// The district's counter and people, and all that the second commune needs.
pub(crate) fn given_three_offices(site: &TestSite) {
    given_two_communes(site);
    site.given("insert into unit (id, kind) values (6, 'one_stop'), (7, 'division')", &[]);
    site.given(
        "insert into unit_version
           (unit, valid_from, parent, name, title, code, agency_code, address, phone, place)
         values (6, '2020-01-01', 1, 'Một cửa', 'Một cửa huyện Tân Kỳ', '', '', '', '', ''),
                (7, '2020-01-01', 1, 'Phòng LĐ', 'Phòng Lao động huyện', '', '', '', '', '')",
        &[],
    );
    site.given_people(&[
        ("quay-huyen", Role::CounterOfficial, 1),
        ("thuly-huyen", Role::Specialist, 7),
        ("vanthu-huyen", Role::Clerk, 1),
        ("thuly-khac", Role::Specialist, 4),
        ("kiemtra", Role::Auditor, 1),
    ]);
    site.run(|tx| site::outdate(tx, site::UNITS_EDITION));
}

/// The parent, in the hands of its officer at the first commune, with a scan.
pub(crate) async fn given_parent(site: &TestSite) -> Browser<'_> {
    given_three_offices(site);
    let mut counter = site.signed_in("quay");
    let mut fields = birth("Nguyễn Thị Thử", ONCE);
    fields.retain(|(name, _)| *name != "thu-tuc");
    fields.push(("thu-tuc", PARENT));
    let answer = counter.post("/co-quan/ho-so/moi", &fields).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    counter.upload("/co-quan/ho-so/1/tep", &[], &[("tep", "don.pdf", &testkit::pdf("don"))]).await;
    counter.post("/co-quan/ho-so/1/chuyen", &[("don-vi", "2")]).await;
    let mut officer = site.signed_in("thuly");
    assert_eq!(officer.post("/co-quan/ho-so/1/thu-ly", &[]).await.status, 303);
    officer
}

pub(crate) async fn opened(
    browser: &mut Browser<'_>,
    unit: &str,
    procedure: &str,
    more: &[(&str, &str)],
) -> Answer {
    let once = site::random_hex(16);
    let mut fields = vec![
        ("don-vi", unit),
        ("thu-tuc", procedure),
        ("lan", once.as_str()),
        ("noi-dung", "Xác minh và cấp giấy xác nhận"),
        ("thu-tu", "parallel"),
        ("cach-chuyen", "paper"),
        ("tep-1", "1"),
    ];
    fields.retain(|(name, _)| more.iter().all(|it| it.0 != *name));
    fields.extend(more);
    browser.post("/co-quan/ho-so/1/lien-thong", &fields).await
}

/// From the child on the district's counter to its number.
async fn settled_at_district(site: &TestSite, id: i64) {
    let at = |step: &str| format!("/co-quan/ho-so/{id}/{step}");
    let mut counter = site.signed_in("quay-huyen");
    let moved = counter.post(&at("chuyen"), &[("don-vi", "7")]).await;
    assert_eq!(moved.status, 303, "{}", moved.text);
    let mut officer = site.signed_in("thuly-huyen");
    for step in ["thu-ly", "trinh-ky"] {
        let answer = officer.post(&at(step), &[]).await;
        assert_eq!(answer.status, 303, "{step}: {}", answer.text);
    }
    let signed = site.signed_in("lanhdao-huyen").post(&at("ky"), &[]).await;
    assert_eq!(signed.status, 303, "{}", signed.text);
    let mut clerk = site.signed_in("vanthu-huyen");
    let numbered = clerk.post(&at("cap-so"), &[("so-van-ban", "21/XN-LĐ")]).await;
    assert_eq!(numbered.status, 303, "{}", numbered.text);
    clerk.upload(&at("tep"), &[], &[("tep", "xac-nhan.pdf", &testkit::pdf("xac nhan"))]).await;
}

on_both_engines! { crate::routes();
    async fn what_goes_to_a_unit_below_is_not_for_those_who_oversee_it_to_take(site) {
        let mut officer = given_parent(&site).await;
        assert_eq!(opened(&mut officer, "5", AT_COMMUNE, &[]).await.status, 303);
        let mut district = site.signed_in("quay-huyen");
        assert!(!district.get("/co-quan").await.text.contains("bàn giao liên thông chờ nhận"));
        let to = |way: &str| format!("/co-quan/lien-thong?chieu={way}&trang-thai=waiting");
        for (way, count) in [("in", "0"), ("out", "0"), ("khac", "1"), ("", "1")] {
            let list = district.get(&to(way)).await.text;
            assert!(list.contains(&format!("{count} phiếu bàn giao")), "{way}: {list}");
        }
        let mut theirs = site.signed_in("quay-khac");
        assert!(theirs.get("/co-quan").await.text.contains("bàn giao liên thông chờ nhận"));
        for (way, count) in [("in", "1"), ("out", "0"), ("khac", "0"), ("", "1")] {
            let list = theirs.get(&to(way)).await.text;
            assert!(list.contains(&format!("{count} phiếu bàn giao")), "{way}: {list}");
        }
        assert!(officer.get(&to("out")).await.text.contains("1 phiếu bàn giao"));
    }

    async fn a_part_goes_to_the_district_and_its_result_comes_back(site) {
        let mut officer = given_parent(&site).await;
        let form = officer.get("/co-quan/ho-so/1/lien-thong?don-vi=6").await;
        assert_eq!(form.status, 200, "{}", form.text);
        assert!(form.text.contains("Một cửa huyện Tân Kỳ") && form.text.contains("don.pdf"));
        let sent = opened(&mut officer, "6", AT_DISTRICT, &[]).await;
        assert_eq!(sent.location.as_deref(), Some("/co-quan/ho-so/1#lien-thong"), "{}", sent.text);
        // The child has its own code, of the district's day, and is not accepted yet.
        assert_eq!(site.text("select code from dossier where id = 2"), "H41.99.00-260108-0001");
        assert_eq!(site.text("select status from dossier where id = 2"), "submitted");
        assert_eq!(site.text("select state from dossier_link"), "at_counter");
        // The parent waits, whoever asks.
        let page = officer.get("/co-quan/ho-so/1").await.text;
        assert!(page.contains("Đã đến Một cửa nơi nhận, chưa tiếp nhận"), "{page}");
        assert!(!page.contains(">Trình ký<"), "the parent waits for its part");
        let early = officer.post("/co-quan/ho-so/1/trinh-ky", &[]).await;
        assert!(early.text.contains("còn 1 hồ sơ liên thông"), "{}", early.text);
        // The district sees its part and as much of the whole; the neighbour sees nothing.
        let mut counter = site.signed_in("quay-huyen");
        let home = counter.get("/co-quan").await.text;
        assert!(home.contains("bàn giao liên thông chờ nhận"), "{home}");
        let page = counter.get("/co-quan/ho-so/2").await.text;
        assert!(page.contains("H41.99.40-260108-0001"), "the whole's code: {page}");
        assert!(page.contains("Xác nhận đã nhận") && page.contains("don.pdf"), "{page}");
        assert_eq!(site.signed_in("quay-khac").get("/co-quan/ho-so/2").await.status, 404);
        let slip = counter.get("/co-quan/lien-thong/ban-giao/1/in").await;
        assert_eq!((slip.status, slip.media_type.as_str()), (200, "application/pdf"));
        assert_eq!(
            site.signed_in("quay-khac").get("/co-quan/lien-thong/ban-giao/1/in").await.status, 404
        );
        // Who oversees both reads the dossiers; the paper with its names is not his to print.
        let mut overseer = site.signed_in("kiemtra");
        assert_eq!(overseer.get("/co-quan/ho-so/2").await.status, 200);
        assert_eq!(overseer.get("/co-quan/lien-thong/ban-giao/1/in").await.status, 404);
        // Confirmed: its own clock begins, within the whole's.
        let took = counter.post("/co-quan/lien-thong/ban-giao/1/nhan", &[]).await;
        assert_eq!(took.status, 303, "{}", took.text);
        assert_eq!(site.text("select due_at from dossier where id = 2"), "2026-01-12T17:00:00");
        assert_eq!(site.text("select state from hand_over"), "confirmed");
        assert_eq!(site.text("select state from dossier_link"), "accepted");
        let page = officer.get("/co-quan/ho-so/1").await.text;
        assert!(page.contains("Nơi nhận đã tiếp nhận") && !page.contains("tiếp nhận: Đã tiếp nhận"), "{page}");
        settled_at_district(&site, 2).await;
        assert_eq!(site.text("select state from dossier_link"), "finished");
        // Its result is not the citizen's to collect here.
        let mut counter = site.signed_in("quay-huyen");
        let wrong = [("nguoi-nhan", "applicant"), ("cach-tra", "counter")];
        let answer = counter.post("/co-quan/ho-so/2/tra-ket-qua", &wrong).await;
        assert_eq!(answer.status, 422);
        assert!(answer.text.contains("bàn giao về cơ quan gửi"), "{}", answer.text);
        let lead = [("nguoi-nhan", "lead"), ("cach-tra", "counter")];
        assert_eq!(counter.post("/co-quan/ho-so/2/tra-ket-qua", &lead).await.status, 422);
        // Nor does the register hand it to anybody, and the office that leads asks for it again.
        let result = site.text("select cast(id as text) from result where dossier = 2");
        let page = format!("/co-quan/ket-qua/{result}");
        let shown = counter.get(&page).await.text;
        assert!(!shown.contains(&format!("{page}/giao")) && !shown.contains(&format!("{page}/gui")), "{shown}");
        let taken = [
            ("nguoi-nhan", "proxy"), ("ten-nhan", "Trần Văn A"), ("so-nhan", "040190001234"), ("ky-giay", "1"),
            ("uy-quyen", "letter"), ("so-uy-quyen", "12/GGT"),
        ];
        let given = counter.post(&format!("{page}/giao"), &taken).await;
        assert!(given.status == 422 && given.text.contains("bàn giao về cơ quan chủ trì"), "{}", given.text);
        let mut leader = site.signed_in("lanhdao-huyen");
        for anew in [leader.get(&format!("{page}/cap-lai")).await, {
            let fields = [("so-moi", "22/XN-LĐ"), ("ly-do", "mất")];
            leader.post(&format!("{page}/cap-lai"), &fields).await
        }] {
            assert!(anew.status == 422 && anew.text.contains("cơ quan chủ trì đề nghị"), "{}", anew.text);
        }
        assert_eq!(site.text("select status from dossier where id = 2"), "result_at_counter");
        let form = counter.get("/co-quan/lien-thong/1/tra").await.text;
        assert!(form.contains("21/XN-LĐ"), "{form}");
        let gave = counter
            .post("/co-quan/lien-thong/1/tra", &[("gui", "1"), ("giay-to", "Công văn"), ("tep-3", "1")])
            .await;
        assert_eq!(gave.status, 303, "{}", gave.text);
        assert_eq!(site.text("select state from dossier_link"), "sent_back");
        // Still not in hand: the parent waits on.
        assert_eq!(officer.post("/co-quan/ho-so/1/trinh-ky", &[]).await.status, 422);
        let back = officer.post("/co-quan/lien-thong/ban-giao/2/nhan", &[]).await;
        assert_eq!(back.status, 303, "{}", back.text);
        assert_eq!(site.text("select state from dossier_link"), "done");
        assert_eq!(site.text("select status from dossier where id = 2"), "returned");
        assert_eq!(
            site.text("select name from dossier_file where dossier = 1 and kind = 'result'"),
            "xac-nhan.pdf"
        );
        let page = officer.get("/co-quan/ho-so/1").await.text;
        assert!(page.contains("Giải quyết, số 21/XN-LĐ"), "{page}");
        assert!(page.contains("Nhận kết quả liên thông"), "it stands in the journal: {page}");
        assert_eq!(officer.post("/co-quan/ho-so/1/trinh-ky", &[]).await.status, 303);
        assert!(site.run(crate::dossiers::facts::unfolded).is_empty());
        assert!(site.run(crate::dossiers::links::facts::torn).is_empty());
        let all = site.run(|tx| crate::dossiers::links::facts::received(tx, None, date(2026, 1, 1), date(2026, 1, 31)));
        assert_eq!((all.all, all.children), (2, 1), "the consolidated table counts one");
        // The citizen reads the whole way with one code.
        let secret = site.text("select secret from dossier_person where dossier = 1");
        let mut citizen = site.browser();
        citizen.get(&format!("/ho-so/H41.99.40-260108-0001?ma={secret}")).await;
        let page = citizen.get("/ho-so/H41.99.40-260108-0001").await.text;
        assert!(page.contains("Một cửa huyện Tân Kỳ</b>: đã xong, kết quả đã về"), "{page}");
    }

    async fn a_late_part_is_told_to_the_office_that_leads_and_never_to_the_citizen(site) {
        let mut officer = given_parent(&site).await;
        assert_eq!(opened(&mut officer, "6", AT_DISTRICT, &[]).await.status, 303);
        let took = site.signed_in("quay-huyen").post("/co-quan/lien-thong/ban-giao/1/nhan", &[]).await;
        assert_eq!(took.status, 303, "{}", took.text);
        site.set_clock(date(2026, 1, 12).at(9, 0, 0, 0));
        site.run_jobs().await;
        assert_eq!(site.count("select count(*) from apology_draft where dossier = 2 and state = 'waiting'"), 1);
        let mut leader = site.signed_in("lanhdao-huyen");
        let list = leader.get("/co-quan/phieu-xin-loi").await.text;
        assert!(list.contains("Phiếu gửi UBND xã Phú Sơn, nơi chủ trì"), "{list}");
        let form = leader.get("/co-quan/ho-so/2/gia-han").await.text;
        assert!(form.contains("Phiếu gửi UBND xã Phú Sơn, nơi chủ trì"), "{form}");
        for said in ["Kính gửi: <b>UBND xã Phú Sơn", "người nộp hồ sơ: Nguyễn Thị Thử", "xin lỗi Quý cơ quan"] {
            assert!(form.contains(said), "{said}: {form}");
        }
        assert!(!form.contains("Ông (Bà)/tổ chức"), "{form}");
        let sent = [("ngay", "14/01/2026"), ("loi", "Chờ xác minh"), ("an-ban", "2")];
        let sent = leader.post("/co-quan/ho-so/2/gia-han", &sent).await;
        assert_eq!(sent.status, 303, "{}", sent.text);
        assert!(leader.get("/co-quan/ho-so/2/in/xin-loi").await.bytes.starts_with(b"%PDF-"));
        // Who leads reads it where he works.
        let whole = officer.get("/co-quan/ho-so/1").await.text;
        for said in ["Nơi làm phần việc xin lỗi, hẹn lại", "Phiếu số 01/TXL-UBND; hẹn lại 17:00", "Chờ xác minh"] {
            assert!(whole.contains(said), "{said}: {whole}");
        }
        assert_eq!(site.count("select count(*) from outbox where subject = 'dossier' and subject_id = 2"), 0, "nobody is told of a part");
    }

    async fn a_slip_is_linked_only_for_whoever_may_open_it(site) {
        let mut officer = given_parent(&site).await;
        assert_eq!(opened(&mut officer, "6", AT_DISTRICT, &[]).await.status, 303);
        let print = "/co-quan/lien-thong/ban-giao/1/in";
        for login in ["thuly", "quay-huyen", "quay", "kiemtra", "thuly-huyen"] {
            let mut browser = site.signed_in(login);
            let opens = browser.get(print).await.status == 200;
            let list = browser.get("/co-quan/lien-thong").await.text;
            assert_eq!(list.contains(print), opens, "{login}: {list}");
            for id in [1, 2] {
                let page = browser.get(&format!("/co-quan/ho-so/{id}")).await;
                assert!(page.status == 404 || page.text.contains(print) == opens, "{login}: {}", page.text);
            }
        }
        let mut auditor = site.signed_in("kiemtra");
        assert_eq!(auditor.get(print).await.status, 404, "he reads the dossier");
        assert!(auditor.get("/co-quan/lien-thong").await.text.contains("Số 001 ngày"));
        // What has nothing to print says nothing of printing.
        let page = site.signed_in("quay-huyen").get("/co-quan/ho-so/2").await;
        assert!(page.status == 200 && !page.text.contains("<p>In:"), "{}", page.text);
    }

    async fn slips_stand_by_day_and_number_and_so_do_their_pages(site) {
        let mut officer = given_parent(&site).await;
        assert_eq!(opened(&mut officer, "6", AT_DISTRICT, &[]).await.status, 303);
        // As they were entered: two days mixed, more than a page.
        for at in 1..=60 {
            let (day, number) = (if at % 2 == 0 { 19 } else { 18 }, 100 + at);
            site.given(
                &format!(
                    "insert into hand_over (link, direction, from_unit, to_unit, day, number, state, given_by,
                       given_ms, due_at, reason)
                     select link, direction, from_unit, to_unit, '2025-11-{day}', {number}, state, given_by,
                       given_ms, due_at, reason from hand_over where id = 1"
                ),
                &[],
            );
        }
        let slips = |page: &str| -> Vec<(String, String)> {
            let found = page.split("Số ").skip(1).filter_map(|it| {
                let (number, rest) = it.split_once(" ngày ")?;
                let day = rest.get(..10)?;
                let is_one = number.len() == 3 && day.ends_with("/2025");
                is_one.then(|| (format!("{}{}", &day[6..], &day[..2]), number.to_owned()))
            });
            found.collect()
        };
        let first = officer.get("/co-quan/lien-thong").await.text;
        let next = first.split("href=\"").filter_map(|it| it.split('"').next()).find(|it| it.contains("truoc="));
        let next = next.expect("a second page").replace("&amp;", "&").replace("&#38;", "&");
        let second = officer.get(&next).await.text;
        let (one, two) = (slips(&first), slips(&second));
        let all: Vec<_> = one.iter().chain(&two).cloned().collect();
        let mut sorted = all.clone();
        sorted.sort();
        sorted.reverse();
        sorted.dedup();
        assert_eq!(all, sorted, "newest first, each once");
        assert_eq!(all.len(), 60);
        assert!(second.contains("61 phiếu bàn giao"), "the count is that of the list: {second}");
    }

    async fn what_is_not_taken_says_why_and_the_parent_goes_on(site) {
        let mut officer = given_parent(&site).await;
        opened(&mut officer, "6", AT_DISTRICT, &[]).await;
        let mut counter = site.signed_in("quay-huyen");
        let path = "/co-quan/lien-thong/ban-giao/1/khong-nhan";
        let empty = counter.post(path, &[("can-cu", "outside_remit"), ("loi", " ")]).await;
        assert_eq!(empty.status, 422);
        assert!(empty.text.contains("Chưa nhập nội dung này."), "{}", empty.text);
        let stranger = site.signed_in("quay-khac").post(path, &[("loi", "x")]).await;
        assert_eq!(stranger.status, 404);
        let said = [("can-cu", "outside_remit"), ("loi", "Thuộc thẩm quyền cấp xã")];
        let refused = counter.post(path, &said).await;
        assert_eq!(refused.status, 303, "{}", refused.text);
        let page = officer.get("/co-quan/ho-so/1").await.text;
        assert!(page.contains("Nơi nhận từ chối tiếp nhận"), "{page}");
        assert!(page.contains("Thuộc thẩm quyền cấp xã"), "{page}");
        assert_eq!(officer.post("/co-quan/ho-so/1/trinh-ky", &[]).await.status, 303);
        // Twice is once.
        assert_eq!(counter.post(path, &said).await.status, 422);
        let undone = counter.post("/co-quan/ho-so/2/hoan-tac", &[]).await;
        assert!(undone.text.contains("không hoàn tác được"), "{}", undone.text);
        assert!(site.run(crate::dossiers::links::facts::torn).is_empty());
    }

    async fn a_childs_date_may_not_pass_its_parents(site) {
        let mut officer = given_parent(&site).await;
        let long = opened(&mut officer, "6", TOO_LONG, &[]).await;
        assert_eq!(long.status, 422);
        assert!(long.text.contains("sau ngày hẹn 17:00, thứ Tư 21/01/2026 của hồ sơ chính"), "{}", long.text);
        assert_eq!(site.count("select count(*) from dossier_link"), 0);
        // Agreed on for less, it goes; accepted late, it is shown on both sides.
        let agreed = opened(&mut officer, "6", TOO_LONG, &[("so-ngay", "9")]).await;
        assert_eq!(agreed.status, 303, "{}", agreed.text);
        site.set_clock(date(2026, 1, 14).at(9, 0, 0, 0));
        let mut counter = site.signed_in("quay-huyen");
        counter.post("/co-quan/lien-thong/ban-giao/1/nhan", &[]).await;
        assert_eq!(site.text("select due_at from dossier where id = 2"), "2026-01-27T17:00:00");
        let mut officer = site.signed_in("thuly");
        for (browser, id) in [(&mut officer, 1), (&mut counter, 2)] {
            let page = browser.get(&format!("/co-quan/ho-so/{id}")).await.text;
            assert!(page.contains("Hẹn sau ngày hẹn của hồ sơ chính"), "{page}");
        }
    }

    async fn a_sequence_goes_on_by_itself_with_what_came_before(site) {
        let mut officer = given_parent(&site).await;
        let sequence = [("thu-tu", "sequence")];
        opened(&mut officer, "6", AT_DISTRICT, &sequence).await;
        let second = opened(&mut officer, "5", AT_COMMUNE, &sequence).await;
        assert_eq!(second.status, 303, "{}", second.text);
        assert_eq!(site.count("select count(*) from dossier"), 2, "the second waits its turn");
        assert_eq!(site.text("select state from dossier_link where place = 2"), "planned");
        let early = officer.post("/co-quan/lien-thong/2/mo-tiep", &[]).await;
        assert!(early.text.contains("đứng trước chưa xong"), "{}", early.text);
        site.signed_in("quay-huyen").post("/co-quan/lien-thong/ban-giao/1/nhan", &[]).await;
        settled_at_district(&site, 2).await;
        site.signed_in("quay-huyen")
            .post("/co-quan/lien-thong/1/tra", &[("gui", "1"), ("tep-3", "1")])
            .await;
        officer.post("/co-quan/lien-thong/ban-giao/2/nhan", &[]).await;
        assert_eq!(site.text("select state from dossier_link where place = 2"), "at_counter");
        assert_eq!(
            site.count("select count(*) from dossier_file where dossier = 3"), 2,
            "the scan and the result of the first"
        );
        // Numbers of a unit's day have no gap; each giver counts for himself.
        assert_eq!(site.count("select max(number) from hand_over where from_unit = 2"), 2);
        assert_eq!(site.count("select number from hand_over where from_unit = 6"), 1);
        assert!(site.run(crate::dossiers::links::facts::torn).is_empty());
    }

    async fn what_nobody_confirms_rings_at_both_sides_once(site) {
        let mut officer = given_parent(&site).await;
        site.set_clock(date(2026, 1, 8).at(15, 20, 0, 0));
        opened(&mut officer, "6", AT_DISTRICT, &[]).await;
        // Given after 15:00: until the start of the next working day.
        assert_eq!(site.text("select due_at from hand_over"), "2026-01-09T08:30:00");
        site.set_clock(date(2026, 1, 9).at(8, 0, 0, 0));
        site.run_jobs().await;
        assert_eq!(site.count("select count(*) from journal where act = 'link_late'"), 0);
        site.set_clock(date(2026, 1, 9).at(8, 40, 0, 0));
        site.run_jobs().await;
        site.pass_minutes(10);
        site.run_jobs().await;
        assert_eq!(site.count("select count(*) from journal where act = 'link_late'"), 1);
        let home = site.signed_in("thuly").get("/co-quan").await.text;
        assert!(home.contains("bàn giao đã gửi, bên nhận quá giờ"), "{home}");
        let home = site.signed_in("quay-huyen").get("/co-quan").await.text;
        assert!(home.contains("bàn giao chờ nhận đã quá giờ"), "{home}");
        assert!(!site.signed_in("quay-khac").get("/co-quan").await.text.contains("bàn giao"));
        let list = site.signed_in("quay-huyen").get("/co-quan/lien-thong?trang-thai=late").await;
        assert!(list.text.contains("1 phiếu bàn giao"), "{}", list.text);
        let book = site.signed_in("quay-huyen").get("/co-quan/lien-thong?dang=xlsx").await;
        assert_eq!(book.status, 200);
        assert!(site.signed_in("kiemtra").get("/co-quan/lien-thong").await.status == 200);
    }

    async fn the_lead_calls_back_and_who_stops_the_whole_stops_its_parts(site) {
        let mut officer = given_parent(&site).await;
        opened(&mut officer, "6", AT_DISTRICT, &[]).await;
        opened(&mut officer, "5", AT_COMMUNE, &[]).await;
        let stranger = site.signed_in("quay-huyen").post("/co-quan/lien-thong/1/rut", &[("loi", "x")]).await;
        assert_eq!(stranger.status, 404, "only the lead calls back");
        let back = officer.post("/co-quan/lien-thong/1/rut", &[("loi", "Nhầm thủ tục")]).await;
        assert_eq!(back.status, 303, "{}", back.text);
        assert_eq!(site.text("select state from hand_over where id = 1"), "recalled");
        assert_eq!(site.text("select status from dossier where id = 2"), "withdrawn");
        let mut counter = site.signed_in("quay");
        counter.post("/co-quan/ho-so/1/yeu-cau-rut", &[]).await;
        let stopped = counter.post("/co-quan/ho-so/1/rut", &[]).await;
        assert_eq!(stopped.status, 303, "{}", stopped.text);
        assert_eq!(site.text("select status from dossier where id = 3"), "withdrawn");
        assert_eq!(site.count("select count(*) from dossier_link where state = 'withdrawn'"), 2);
        assert!(site.run(crate::dossiers::facts::unfolded).is_empty());
        assert!(site.run(crate::dossiers::links::facts::torn).is_empty());
    }

    async fn a_double_click_sends_once_and_originals_do_not_travel_by_wire(site) {
        let mut officer = given_parent(&site).await;
        let once = "a".repeat(32);
        for _ in 0..2 {
            let sent = opened(&mut officer, "6", AT_DISTRICT, &[("lan", once.as_str())]).await;
            assert_eq!(sent.status, 303, "{}", sent.text);
        }
        assert_eq!(site.count("select count(*) from dossier_link"), 1);
        let wire = [("cach-chuyen", "electronic"), ("giay-1", "1")];
        let refused = opened(&mut officer, "6", AT_DISTRICT, &wire).await;
        assert_eq!(refused.status, 422);
        assert!(refused.text.contains("Có bản chính đi kèm"), "{}", refused.text);
        let own = opened(&mut officer, "3", AT_COMMUNE, &[]).await;
        assert_eq!(own.status, 422, "not to oneself");
        // Who only receives at another counter opens nothing.
        let stranger = opened(&mut site.signed_in("quay-khac"), "6", AT_DISTRICT, &[]).await;
        assert_eq!(stranger.status, 404);
        assert_eq!(opened(&mut site.signed_in("vanthu"), "6", AT_DISTRICT, &[]).await.status, 403);
    }
}
