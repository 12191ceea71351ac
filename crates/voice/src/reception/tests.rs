//! Receptions through the front door, on both databases.

use domain::access::Role;
use jiff::civil::date;
use testkit::{TestSite, on_both_engines, text_of_pdf};

/// The commune and its neighbour.
const COMMUNE: i64 = 2;
const OTHER: i64 = 4;

/// Two communes with people who keep receptions.
pub(crate) fn given_offices(site: &TestSite) {
    site.given_two_communes();
    site.given_people(&[
        ("chutich", Role::Leader, COMMUNE),
        ("tiepdan", Role::ReceptionOfficer, COMMUNE),
        ("quay", Role::CounterOfficial, COMMUNE),
        ("khac", Role::ReceptionOfficer, OTHER),
        ("kiemtra", Role::Auditor, 1),
    ]);
}

/// The position of the account `login`, which is also its holder's name.
pub(crate) fn position(site: &TestSite, login: &str) -> String {
    site.count(&format!(
        "select h.position from holding h join staff s on s.id = h.staff where s.name = '{login}'"
    ))
    .to_string()
}

async fn given_rule(site: &TestSite) {
    let leader = position(site, "chutich");
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
    let done = site.signed_in("tiepdan").post("/co-quan/tiep-cong-dan/2/quy-tac", &rule).await;
    assert_eq!(done.status, 303, "{}", done.text);
}

async fn given_posted(site: &TestSite) {
    given_rule(site).await;
    let until = [("den-ngay", "31/01/2026")];
    let done = site.signed_in("tiepdan").post("/co-quan/tiep-cong-dan/2/niem-yet", &until).await;
    assert_eq!(done.status, 303, "{}", done.text);
}

fn on(site: &TestSite, day: &str) -> i64 {
    site.count(&format!("select id from reception where day = '{day}'"))
}

async fn book(site: &TestSite, reception: i64, slot: &str, name: &str) -> testkit::Answer {
    let fields = [
        ("gio", slot),
        ("ten", name),
        ("dien-thoai", "0912345678"),
        ("viec", "Hỏi việc cấp đất"),
        ("so-nguoi", "6"),
        ("bao-tin", "1"),
    ];
    site.browser().post(&format!("/tiep-cong-dan/dat-hen/{reception}"), &fields).await
}

const VISIT: [(&str, &str); 7] = [
    ("ten", "Nguyễn Thị Kín"),
    ("dia-chi", "Xóm 3"),
    ("giay-to", "040185001234"),
    ("nguoi-tiep", "chutich – Lãnh đạo"),
    ("so-nguoi", "6"),
    ("loai", "petition"),
    ("tom-tat", "Đề nghị mở lại lối đi"),
];

async fn enter(site: &TestSite, more: &[(&str, &str)]) -> testkit::Answer {
    let fields: Vec<_> = VISIT.iter().chain(more).copied().collect();
    site.signed_in("tiepdan").post("/co-quan/tiep-cong-dan/2/so/moi", &fields).await
}

on_both_engines! { crate::routes();
    async fn a_day_is_planned_posted_booked_received_promised_and_reported(site) {
        given_offices(&site);
        given_rule(&site).await;
        assert!(site.count("select count(*) from reception") > 8);
        let page = site.signed_in("tiepdan").get("/co-quan/tiep-cong-dan?don-vi=2").await;
        assert!(page.text.contains("chưa niêm yết") && page.text.contains("chutich"), "{}", page.text);
        assert!(page.text.contains("trước 5 ngày làm việc"), "{}", page.text);
        assert!(!site.browser().get("/tiep-cong-dan/2").await.text.contains("chutich"), "nothing is posted yet");
        let first = site.signed_in("chutich").get("/co-quan/tiep-cong-dan?don-vi=2").await;
        assert_eq!(first.status, 200);
        given_posted(&site).await;
        assert_eq!(site.count("select count(*) from reception where posted_at is not null"), 4);
        let public = site.browser().get("/tiep-cong-dan/2").await;
        assert!(public.text.contains("chutich") && public.text.contains("15/01/2026"), "{}", public.text);
        assert_eq!(site.browser().get("/tiep-cong-dan/3").await.status, 404, "a shop has none of its own");
        assert_eq!(site.browser().get("/tiep-cong-dan").await.status, 200);
        let paper = site.browser().get("/tiep-cong-dan/2.pdf").await;
        assert!(text_of_pdf(&paper.bytes).contains("LỊCH TIẾP CÔNG DÂN"));

        let day = on(&site, "2026-01-15");
        let booked = book(&site, day, "08:00", "Nguyễn Thị Kín").await;
        assert_eq!(booked.status, 303, "{}", booked.text);
        let at = booked.location.unwrap();
        let taken = book(&site, day, "08:00", "Người Khác").await;
        assert!(taken.status == 422 && taken.text.contains("vừa có người đặt"), "{}", taken.text);
        let mine = site.browser().get(&at).await;
        assert!(mine.text.contains("08:00") && mine.text.contains("tối đa 2"), "{}", mine.text);
        assert!(!site.text("select sealed from reception_booking").contains("Kín"));
        // Moved: whoever booked reads why, and every calendar takes it over.
        let moved = [("ngay", "16/01/2026"), ("tu-gio", "07:30"), ("den-gio", "11:00"), ("noi", "Hội trường"), ("ly-do-doi", "Họp huyện")];
        let done = site.signed_in("tiepdan").post(&format!("/co-quan/tiep-cong-dan/buoi/{day}/doi"), &moved).await;
        assert_eq!(done.status, 303, "{}", done.text);
        let mine = site.browser().get(&at).await;
        assert!(mine.text.contains("Họp huyện") && mine.text.contains("16/01/2026"), "{}", mine.text);

        site.set_clock(date(2026, 1, 16).at(8, 0, 0, 0));
        let booking = site.count("select id from reception_booking where state = 'booked'").to_string();
        let form = site.signed_in("tiepdan").get(&format!("/co-quan/tiep-cong-dan/2/so/moi?buoi={day}&hen={booking}")).await;
        assert!(form.text.contains("Nguyễn Thị Kín"), "{}", form.text);
        let from = [("buoi", day.to_string()), ("hen", booking), ("xu-ly", "taken_up".to_owned()), ("tai-lieu", "Đơn đề nghị".to_owned())];
        let from: Vec<(&str, &str)> = from.iter().map(|(a, b)| (*a, b.as_str())).collect();
        let entered = enter(&site, &from).await;
        assert_eq!(entered.status, 303, "{}", entered.text);
        assert_eq!(site.text("select state from reception_booking"), "arrived");
        // Ten working days after the 16th.
        assert!(site.text("select answer_due from reception_entry").starts_with("2026-01-30"));
        let walk_in = enter(&site, &[("xu-ly", "explained"), ("tra-loi", "Đã giải thích")]).await;
        assert_eq!(walk_in.status, 303, "{}", walk_in.text);
        assert_eq!(site.count("select max(number) from reception_entry"), 2, "no gap");
        let need = site.run(|tx| crate::reception::facts::needs_unit(tx, domain::ids::UnitId(COMMUNE), date(2026, 3, 1)));
        assert!(need.is_some_and(|it| it.contains("1 lượt tiếp chưa trả lời")));

        let mut desk = site.signed_in("tiepdan");
        let done = desk.post(&format!("/co-quan/tiep-cong-dan/buoi/{day}/da-tiep"), &[]).await;
        assert_eq!(done.status, 303, "{}", done.text);
        let promise = [("viec", "Kiểm tra lối đi"), ("nguoi-lam", "Địa chính xã"), ("ngay-lam-viec", "3")];
        assert_eq!(desk.post("/co-quan/tiep-cong-dan/so/1/hua", &promise).await.status, 303);
        assert_eq!(desk.post("/co-quan/tiep-cong-dan/so/1/hua", &promise).await.status, 303);
        assert_eq!(site.count("select count(*) from reception_promise"), 1, "a second click");
        let list = desk.get("/co-quan/tiep-cong-dan/viec-hua").await;
        assert!(list.text.contains("Kiểm tra lối đi") && list.text.contains("đang làm"), "{}", list.text);
        site.pass_minutes(60 * 24 * 10);
        let late = desk.get("/co-quan/tiep-cong-dan/viec-hua?loc=qua-han").await;
        assert!(late.text.contains("quá hạn"), "{}", late.text);
        assert_eq!(desk.post("/co-quan/tiep-cong-dan/viec-hua/1/xong", &[("ket-qua", "Đã mở lối")]).await.status, 303);
        assert_eq!(desk.post("/co-quan/tiep-cong-dan/so/1/tra-loi", &[("tra-loi", "Đã trả lời bằng văn bản")]).await.status, 303);
        let report = site.signed_in("kiemtra").get("/co-quan/tiep-cong-dan/bao-cao?don-vi=1&tu=01/01/2026&den=31/01/2026").await;
        assert!(report.text.contains("<td>Lượt tiếp</td><td class=\"num\">2</td>"), "{}", report.text);
        assert!(report.text.contains("<td>Việc hứa trễ hoặc quá hạn</td><td class=\"num\">1</td>"), "{}", report.text);
        for kind in ["xlsx", "pdf"] {
            let file = site.signed_in("kiemtra").get(&format!("/co-quan/tiep-cong-dan/bao-cao?don-vi=1&xuat={kind}")).await;
            assert!(file.status == 200 && file.bytes.len() > 500);
        }
    }

    async fn who_came_is_told_to_the_keepers_of_the_book_alone_and_each_look_is_kept(site) {
        given_offices(&site);
        assert_eq!(enter(&site, &[("xu-ly", "taken_up")]).await.status, 303);
        assert!(!site.text("select sealed from reception_entry").contains("Kín"));
        let mut desk = site.signed_in("tiepdan");
        let list = desk.get("/co-quan/tiep-cong-dan/so").await;
        assert!(list.text.contains("001/2026") && !list.text.contains("Nguyễn Thị Kín"), "{}", list.text);
        let looks = "select count(*) from journal where subject = 'reception_entry' and act = 'look'";
        assert_eq!(site.count(looks), 0);
        let entry = desk.get("/co-quan/tiep-cong-dan/so/1").await;
        assert!(entry.text.contains("Nguyễn Thị Kín") && entry.text.contains("040185001234"), "{}", entry.text);
        assert_eq!(site.count(looks), 1);
        let book = desk.get("/co-quan/tiep-cong-dan/so/in").await;
        let words = text_of_pdf(&book.bytes);
        assert!(words.contains("SỔ TIẾP CÔNG DÂN") && words.contains("Nguyễn Thị Kín"), "{words}");
        assert_eq!(site.count(looks), 2);
        let sheet = desk.get("/co-quan/tiep-cong-dan/so/xuat").await;
        assert_eq!(sheet.status, 200);
        assert_eq!(site.signed_in("khac").get("/co-quan/tiep-cong-dan/so/1").await.status, 404);
        assert_eq!(site.signed_in("quay").get("/co-quan/tiep-cong-dan/so/1").await.status, 403);
        assert_eq!(site.signed_in("kiemtra").get("/co-quan/tiep-cong-dan/so/1").await.status, 403);
        assert!(site.count("select count(*) from journal where details like '%Kín%'") == 0);
    }

    async fn what_a_denunciation_says_stands_in_no_list(site) {
        given_offices(&site);
        let said = [("xu-ly", "taken_up"), ("loai", "denunciation"), ("tom-tat", "Ông X nhận tiền"), ("yeu-cau", "Xử lý ông X")];
        let fields: Vec<_> = VISIT.iter().filter(|(name, _)| *name != "loai" && *name != "tom-tat").chain(&said).copied().collect();
        let done = site.signed_in("tiepdan").post("/co-quan/tiep-cong-dan/2/so/moi", &fields).await;
        assert_eq!(done.status, 303, "{}", done.text);
        assert_eq!(site.text("select summary || request from reception_entry"), "");
        let list = site.signed_in("tiepdan").get("/co-quan/tiep-cong-dan/so").await;
        assert!(!list.text.contains("nhận tiền") && list.text.contains("niêm phong"), "{}", list.text);
        let entry = site.signed_in("tiepdan").get("/co-quan/tiep-cong-dan/so/1").await;
        assert!(entry.text.contains("nhận tiền") && entry.text.contains("Yêu cầu: Xử lý ông X"), "{}", entry.text);
    }

    async fn refusing_somebody_owes_a_ground_and_a_notice(site) {
        given_offices(&site);
        let none = enter(&site, &[("xu-ly", "refused")]).await;
        assert!(none.status == 422 && none.text.contains("phải có căn cứ"), "{}", none.text);
        assert!(none.text.contains("Nguyễn Thị Kín"), "nothing typed is lost");
        assert_eq!(enter(&site, &[("xu-ly", "refused"), ("can-cu", "settled"), ("tai-lieu", "Đơn\nẢnh")]).await.status, 303);
        let mut desk = site.signed_in("tiepdan");
        let notice = desk.get("/co-quan/tiep-cong-dan/so/1/in/tu-choi").await;
        let words = text_of_pdf(&notice.bytes);
        assert!(words.contains("từ chối tiếp công dân") && words.contains("Đ.9 k.3"), "{words}");
        let receipt = desk.get("/co-quan/tiep-cong-dan/so/1/in/bien-nhan").await;
        assert!(text_of_pdf(&receipt.bytes).contains("GIẤY BIÊN NHẬN"));
        assert_eq!(enter(&site, &[("xu-ly", "taken_up")]).await.status, 303);
        assert_eq!(desk.get("/co-quan/tiep-cong-dan/so/2/in/tu-choi").await.status, 404);
    }

    async fn the_calendar_is_read_by_other_programs(site) {
        given_offices(&site);
        given_posted(&site).await;
        let day = on(&site, "2026-01-22");
        let why = [("ly-do-huy", "Đi công tác, về muộn")];
        let done = site.signed_in("tiepdan").post(&format!("/co-quan/tiep-cong-dan/buoi/{day}/huy"), &why).await;
        assert_eq!(done.status, 303, "{}", done.text);
        let feed = site.browser().get("/tiep-cong-dan/2.ics").await;
        assert!(feed.media_type.starts_with("text/calendar"), "{}", feed.media_type);
        assert!(feed.text.contains("STATUS:CANCELLED") && feed.text.contains("SEQUENCE:1"), "{}", feed.text);
        let again = site.browser().get("/tiep-cong-dan/2.ics").await;
        assert_eq!(feed.text, again.text, "UIDs and stamps stand still");
        let Ok(python) = std::env::var("TEST_OUTSIDE") else { return };
        let program = "
import sys, icalendar
it = icalendar.Calendar.from_ical(sys.stdin.buffer.read())
events = list(it.walk('VEVENT'))
print(len(events), len(list(it.walk('VTIMEZONE'))), len({str(e['UID']) for e in events}))
for e in events:
    assert not e.errors, e.errors
    print(e['DTSTART'].dt.isoformat(), e['DTEND'].dt.isoformat(), e['STATUS'], int(e['SEQUENCE']), e['SUMMARY'])
    e['LAST-MODIFIED'].dt, e['DTSTAMP'].dt
";
        let mut child = std::process::Command::new(python)
            .args(["-c", program])
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), &feed.bytes).unwrap();
        let out = child.wait_with_output().unwrap();
        let told = String::from_utf8(out.stdout).unwrap();
        assert!(out.status.success() && told.starts_with("4 1 4\n"), "{told}");
        assert!(told.contains("2026-01-15T07:30:00+07:00 2026-01-15T11:00:00+07:00 CONFIRMED 0 Tiếp công dân: chutich"), "{told}");
        assert!(told.contains("2026-01-22T07:30:00+07:00 2026-01-22T11:00:00+07:00 CANCELLED 1"), "{told}");
    }

    async fn strangers_plan_nothing_and_a_day_that_is_over_or_cancelled_is_not_changed(site) {
        given_offices(&site);
        given_posted(&site).await;
        let day = on(&site, "2026-01-15");
        let why = [("ly-do-huy", "Nghỉ")];
        let at = format!("/co-quan/tiep-cong-dan/buoi/{day}/huy");
        assert_eq!(site.signed_in("khac").post(&at, &why).await.status, 404);
        assert_eq!(site.signed_in("khac").post("/co-quan/tiep-cong-dan/2/niem-yet", &[("den-ngay", "31/01/2026")]).await.status, 404);
        assert_eq!(site.signed_in("kiemtra").post(&at, &why).await.status, 403);
        let bare = site.signed_in("tiepdan").post(&at, &[("ly-do-huy", " ")]).await;
        assert_eq!(bare.status, 422, "a reason is owed");
        let booked = book(&site, day, "09:00", "Trần Văn Hẹn").await.location.unwrap();
        assert_eq!(site.signed_in("tiepdan").post(&at, &why).await.status, 303);
        let mine = site.browser().get(&booked).await;
        assert!(mine.text.contains("Đã hủy lịch hẹn") && mine.text.contains("Nghỉ"), "{}", mine.text);
        assert_eq!(site.signed_in("tiepdan").post(&at, &why).await.status, 422);
        assert_eq!(book(&site, day, "09:30", "Ai Đó").await.status, 404, "it takes no bookings");
        assert_eq!(site.browser().get("/tiep-cong-dan/hen/0000").await.status, 404);
        let off = [("ngay", "18/01/2026"), ("tu-gio", "08:00"), ("den-gio", "10:00"), ("noi", "P1"), ("ly-do-doi", "x")];
        let other = on(&site, "2026-01-22");
        let sunday = site.signed_in("tiepdan").post(&format!("/co-quan/tiep-cong-dan/buoi/{other}/doi"), &off).await;
        assert!(sunday.status == 422 && sunday.text.contains("ngày nghỉ"), "{}", sunday.text);
        let to = position(&site, "quay");
        let instead = [("nguoi-thay", to.as_str()), ("ly-do-thay", "Đi họp")];
        let done = site.signed_in("tiepdan").post(&format!("/co-quan/tiep-cong-dan/buoi/{other}/thay"), &instead).await;
        assert_eq!(done.status, 303, "{}", done.text);
        assert!(site.browser().get("/tiep-cong-dan/2").await.text.contains("quay"), "the public reads who stands in");
    }

    async fn a_reception_becomes_a_feedback_once(site) {
        given_offices(&site);
        assert_eq!(enter(&site, &[("xu-ly", "taken_up")]).await.status, 303);
        let mut desk = site.signed_in("tiepdan");
        for _ in 0..2 {
            let done = desk.post("/co-quan/tiep-cong-dan/so/1/phan-anh", &[("loai-phan-anh", "suggestion")]).await;
            assert_eq!(done.status, 303, "{}", done.text);
        }
        assert_eq!(site.count("select count(*) from feedback where source_kind = 'reception_entry' and source_id = 1"), 1);
        let entry = desk.get("/co-quan/tiep-cong-dan/so/1").await;
        assert!(entry.text.contains("PA-"), "{}", entry.text);
    }

    async fn the_printed_book_names_nobody_to_whom_senders_are_not_told(site) {
        given_offices(&site);
        site.given_people(&[("truong", Role::UnitHead, COMMUNE)]);
        assert_eq!(enter(&site, &[("xu-ly", "taken_up")]).await.status, 303);
        let said = [("xu-ly", "taken_up"), ("loai", "denunciation"), ("tom-tat", "Ông X nhận tiền"), ("ten", "Lê Văn Tố")];
        let other = |name: &str| said.iter().any(|it| it.0 == name);
        let fields: Vec<_> = VISIT.iter().filter(|it| !other(it.0)).chain(&said).copied().collect();
        let done = site.signed_in("tiepdan").post("/co-quan/tiep-cong-dan/2/so/moi", &fields).await;
        assert_eq!(done.status, 303, "{}", done.text);
        let looks = |id: i64| site.count(&format!("select count(*) from journal where subject = 'reception_entry' and act = 'look' and subject_id = {id}"));
        let masked = text_of_pdf(&site.signed_in("truong").get("/co-quan/tiep-cong-dan/so/in").await.bytes);
        for word in ["Nguyễn Thị Kín", "Lê Văn Tố", "040185001234", "Xóm 3"] {
            assert!(!masked.contains(word), "{word}: {masked}");
        }
        assert!(masked.contains("(đã che)") && masked.contains("Đề nghị mở lại"), "{masked}");
        assert_eq!((looks(1), looks(2)), (0, 0), "he saw nobody");
        let whole = text_of_pdf(&site.signed_in("tiepdan").get("/co-quan/tiep-cong-dan/so/in").await.bytes);
        assert!(whole.contains("Nguyễn Thị Kín") && whole.contains("Lê Văn Tố"), "{whole}");
        assert_eq!((looks(1), looks(2)), (1, 1), "each that was printed was looked at");
        // Whoever denounces is known to those who keep denunciations alone, on pages and papers too.
        let entry = site.signed_in("truong").get("/co-quan/tiep-cong-dan/so/2").await.text;
        assert!(!entry.contains("Lê Văn Tố") && !entry.contains("nhận tiền"), "{entry}");
        assert!(site.signed_in("truong").get("/co-quan/tiep-cong-dan/so/1").await.text.contains("Nguyễn Thị Kín"));
    }

    async fn the_week_that_has_begun_owes_its_reception(site) {
        given_offices(&site);
        let leader = position(&site, "chutich");
        // Today is a Thursday; the rule's first day is next week's Tuesday.
        let rule = [
            ("nguoi", leader.as_str()), ("dung-dau", "1"), ("nhip", "w"), ("thu", "2"), ("tu-gio", "07:30"),
            ("den-gio", "11:00"), ("noi", "Phòng tiếp công dân"), ("khe", "30"), ("tu-ngay", "08/01/2026"),
        ];
        let done = site.signed_in("tiepdan").post("/co-quan/tiep-cong-dan/2/quy-tac", &rule).await;
        assert_eq!(done.status, 303, "{}", done.text);
        let page = site.signed_in("tiepdan").get("/co-quan/tiep-cong-dan?don-vi=2").await.text;
        assert!(page.contains("tuần 05/01–11/01 mới có 0/1 ngày"), "{page}");
        assert!(!page.contains("tuần 12/01–18/01"), "{page}");
        let extra = [
            ("nguoi", leader.as_str()), ("loai", "extraordinary"), ("ngay", "09/01/2026"), ("ly-do", "Bù tuần này"),
            ("tu-gio", "07:30"), ("den-gio", "11:00"), ("noi", "P1"), ("dung-dau", "1"), ("khe", "0"), ("co-quan", ""),
        ];
        let done = site.signed_in("tiepdan").post("/co-quan/tiep-cong-dan/2/dot-xuat", &extra).await;
        assert_eq!(done.status, 303, "{}", done.text);
        let page = site.signed_in("tiepdan").get("/co-quan/tiep-cong-dan?don-vi=2").await.text;
        assert!(!page.contains("tuần 05/01–11/01"), "{page}");
    }

    async fn who_came_is_forgotten_after_the_term_and_the_figures_stay(site) {
        given_offices(&site);
        assert_eq!(enter(&site, &[("xu-ly", "taken_up")]).await.status, 303);
        let said = [("xu-ly", "taken_up"), ("loai", "denunciation"), ("tom-tat", "Ông X nhận tiền")];
        let fields: Vec<_> = VISIT.iter().filter(|(name, _)| *name != "loai" && *name != "tom-tat").chain(&said).copied().collect();
        let done = site.signed_in("tiepdan").post("/co-quan/tiep-cong-dan/2/so/moi", &fields).await;
        assert_eq!(done.status, 303, "{}", done.text);
        site.set_clock(date(2026, 2, 2).at(8, 0, 0, 0));
        let newer: Vec<_> = VISIT.iter().filter(|it| it.0 != "ten").chain(&[("xu-ly", "taken_up"), ("ten", "Trần Văn Mới")]).copied().collect();
        assert_eq!(site.signed_in("tiepdan").post("/co-quan/tiep-cong-dan/2/so/moi", &newer).await.status, 303);
        let at = "/co-quan/tiep-cong-dan/bao-cao?don-vi=1&tu=01/01/2026&den=28/02/2026";
        let main = |page: String| page.split("<main").nth(1).unwrap_or_default().split("</main>").next().unwrap_or_default().to_owned();
        let before = main(site.signed_in("kiemtra").get(at).await.text);
        let inner = site.site.clone();
        let forget = |until| site.run(|tx| crate::reception::facts::forget_visitors(&inner, tx, until));
        assert_eq!((forget(date(2026, 1, 7)), forget(date(2026, 1, 31)), forget(date(2026, 1, 31))), (0, 2, 0));
        assert_eq!(main(site.signed_in("kiemtra").get(at).await.text), before, "the figures stay");
        assert_eq!(site.text("select sealed from reception_entry where id = 1"), "");
        let mut desk = site.signed_in("tiepdan");
        for id in [1, 2] {
            let entry = desk.get(&format!("/co-quan/tiep-cong-dan/so/{id}")).await.text;
            assert!(entry.contains("đã xóa theo thời hạn lưu"), "{entry}");
            for word in ["Nguyễn Thị Kín", "040185001234", "Xóm 3"] {
                assert!(!entry.contains(word), "{word}: {entry}");
            }
        }
        assert!(desk.get("/co-quan/tiep-cong-dan/so/2").await.text.contains("nhận tiền"), "what was denounced stays sealed");
        assert!(desk.get("/co-quan/tiep-cong-dan/so/3").await.text.contains("Trần Văn Mới"));
        let book = text_of_pdf(&desk.get("/co-quan/tiep-cong-dan/so/in").await.bytes);
        assert!(book.contains("đã xóa") && book.contains("Trần Văn Mới") && !book.contains("Nguyễn Thị Kín"), "{book}");
        // What is handed on later takes nobody's name along.
        let done = desk.post("/co-quan/tiep-cong-dan/so/1/phan-anh", &[("loai-phan-anh", "suggestion")]).await;
        assert_eq!(done.status, 303, "{}", done.text);
        assert_eq!(site.count("select count(*) from feedback_sender"), 0);
    }
}
