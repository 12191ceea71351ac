//! Sealing reaches what it came from: a call, a slip, an entry of the book, a conduct case, a letter and its parts.

use super::{
    sealed::{denounce, whole},
    *,
};

/// Nothing of this stands in the open.
#[track_caller]
fn none_in_the_open(site: &TestSite, words: &[&str]) {
    let kept = whole(site);
    for word in words {
        let at = kept.find(word).map(|it| {
            let from = (0..=it.saturating_sub(200)).rev().find(|it| kept.is_char_boundary(*it));
            &kept[from.unwrap_or(0)..]
        });
        assert!(at.is_none(), "{word} lies in the open: {at:?}");
    }
    assert_eq!(
        site.count("select count(*) from feedback where status = 'sealed' and (source_id is not null or parent is not null)"),
        0
    );
}

async fn seal(site: &TestSite, id: i64) {
    let at = format!("/co-quan/phan-anh/{id}/niem-kin");
    let done = site.signed_in("tiepdan").post(&at, &[("chac-chan", "1")]).await;
    assert_eq!(done.status, 303, "{}", done.text);
}

/// What a keeper reads of the denunciation `id`.
async fn read_by(site: &TestSite, login: &str, id: i64) -> Answer {
    site.signed_in(login).get(&format!("/co-quan/don-to-cao/{id}")).await
}

async fn log_call(site: &TestSite) {
    let call = [
        ("luc", "07:30 05/01/2026"),
        ("so", "02383888999"),
        ("loai", "answered"),
        ("ten", "Phạm Thị Kín"),
        ("dien-thoai", "0987654321"),
        ("noi-dung", "Ông Bảy nhận tiền"),
        ("hua", "Gọi lại sau khi xem sổ Bảy"),
        ("han", "3"),
    ];
    let done = site.signed_in("tiepdan").post("/co-quan/duong-day-nong/2/ghi", &call).await;
    assert_eq!(done.status, 303, "{}", done.text);
}

async fn hand_on(site: &TestSite, path: &str, class: &str, more: &[(&str, &str)]) {
    let mut fields = vec![("loai-phan-anh", class)];
    fields.extend_from_slice(more);
    let done = site.signed_in("tiepdan").post(path, &fields).await;
    assert_eq!(done.status, 303, "{}", done.text);
}

async fn write_entry(site: &TestSite) {
    let lan = token();
    let entry = [
        ("lan", lan.as_str()),
        ("ten", "Phạm Thị Kín"),
        ("dia-chi", "Xóm 9"),
        ("giay-to", "040185001234"),
        ("dien-thoai", "0987654321"),
        ("nguoi-tiep", "ky – Lãnh đạo"),
        ("so-nguoi", "1"),
        ("loai", "petition"),
        ("tom-tat", "Ông Bảy nhận tiền"),
        ("yeu-cau", "Xử lý ông Bảy"),
        ("tai-lieu", "Giấy biên nhận của Bảy"),
        ("xu-ly", "taken_up"),
    ];
    let done = site.signed_in("tiepdan").post("/co-quan/tiep-cong-dan/2/so/moi", &entry).await;
    assert_eq!(done.status, 303, "{}", done.text);
    let promise = [("viec", "Gặp Bảy đối chất"), ("nguoi-lam", "ky"), ("ngay-lam-viec", "5")];
    let done = site.signed_in("tiepdan").post("/co-quan/tiep-cong-dan/so/1/hua", &promise).await;
    assert_eq!(done.status, 303, "{}", done.text);
}

/// A slip with its picture, in an opening that goes on; the picture's hash.
async fn given_slip(site: &TestSite) -> String {
    site.given_people(&[("vanthu", Role::Clerk, 2)]);
    let holder = |login: &str| {
        site.count(&format!(
            "select h.position from holding h join staff s on s.id = h.staff where s.name = '{login}'"
        ))
        .to_string()
    };
    let (first, second) = (holder("tiepdan"), holder("vanthu"));
    let kept = [
        ("noi", "Sảnh Một cửa"),
        ("nguoi-1", first.as_str()),
        ("nguoi-2", second.as_str()),
        ("nhip", "w"),
        ("thu", "5"),
    ];
    let mut tiepdan = site.signed_in("tiepdan");
    assert_eq!(tiepdan.post("/co-quan/hom-thu/2/moi", &kept).await.status, 303);
    assert_eq!(tiepdan.post("/co-quan/hom-thu/hom/1/mo", &[]).await.status, 303);
    let page = tiepdan.get("/co-quan/hom-thu/lan/1").await.text;
    let code = between(&page, "<p class=\"mono big\"><b>", "<").to_owned();
    let mut vanthu = site.signed_in("vanthu");
    let done = vanthu.post("/co-quan/hom-thu/lan/1/xac-nhan", &[("ma", &code)]).await;
    assert_eq!(done.status, 303, "{}", done.text);
    let mut png = Vec::new();
    let dots = image::RgbImage::from_pixel(40, 30, image::Rgb([7, 200, 10]));
    dots.write_to(&mut std::io::Cursor::new(&mut png), image::ImageFormat::Png).unwrap();
    let lan = token();
    let at = "/co-quan/hom-thu/lan/1/phieu";
    let done = tiepdan.upload(at, &[("lan", lan.as_str())], &[("anh", "p.png", &png)]).await;
    assert_eq!(done.status, 303, "{}", done.text);
    site.text("select sha256 from box_slip")
}

const SLIP: [(&str, &str); 3] =
    [("loi", "Ông Bảy nhận tiền"), ("ten", "Phạm Thị Kín"), ("dien-thoai", "0987654321")];

async fn settle_slip(site: &TestSite, class: &str) {
    let mut fields = SLIP.to_vec();
    fields.push(("loai", class));
    let done = site.signed_in("tiepdan").post("/co-quan/hom-thu/phieu/1", &fields).await;
    assert_eq!(done.status, 303, "{}", done.text);
}

async fn is_kept(site: &TestSite, sha256: &str) -> bool {
    site.site.blobs.get(sha256).await.unwrap().is_some()
}

/// A conduct case about `quay` that looks into two reports, and its evidence.
async fn given_a_case(site: &TestSite) -> Vec<u8> {
    let quay = site.count("select staff from account where login = 'quay'").to_string();
    for said in ["Nói to tiếng ở quầy số 1", "Hôm qua quát dân ở quầy"] {
        let fields = [("noi-dung", said), ("loai", "conduct"), ("ho-ten", "Phạm Thị Kín")];
        send(&mut site.browser(), &fields).await;
    }
    site.given("update feedback set is_sorted = 1", &[]);
    let lan = token();
    let fields = [
        ("phan-anh", "1"),
        ("can-bo", quay.as_str()),
        ("noi-dung", "Tóm tắt: quay nhận quà"),
        ("khong-lo", "1"),
        ("lan-gui", lan.as_str()),
    ];
    let mut tiepdan = site.signed_in("tiepdan");
    let opened = tiepdan.post("/co-quan/vu-viec/moi", &fields).await;
    assert_eq!(opened.status, 303, "{}", opened.text);
    let join = [("phan-anh", "2"), ("vu-viec", "1")];
    let joined = tiepdan.post("/co-quan/vu-viec/nhap", &join).await;
    assert_eq!(joined.status, 303, "{}", joined.text);
    let evidence = testkit::pdf("chung-cu");
    let files = [("tep", "chung-cu.pdf", evidence.as_slice())];
    let added = tiepdan.upload("/co-quan/vu-viec/1/tai-lieu", &[], &files).await;
    assert_eq!(added.status, 303, "{}", added.text);
    evidence
}

on_both_engines! { citizen::routes().and(people::routes()).and(crate::routes());
    async fn a_call_leaves_nothing_in_the_open_whether_it_is_sealed_at_once_or_later(site) {
        given(&site);
        log_call(&site).await;
        hand_on(&site, "/co-quan/duong-day-nong/goi/1/phan-anh", "conduct", &[]).await;
        assert_eq!(site.count("select source_id from feedback"), 1);
        seal(&site, 1).await;
        site.given("update hotline_call set mark = 'khac'", &[]);
        log_call(&site).await;
        hand_on(&site, "/co-quan/duong-day-nong/goi/2/phan-anh", "denunciation", &[]).await;
        none_in_the_open(&site, &["Bảy", "Kín", "0987654321"]);
        assert_eq!(site.count("select count(*) from hotline_call where sealed = '' and due_at is null and feedback = 0"), 2);
        let codes = [site.text("select code from feedback where id = 1"), site.text("select code from feedback where id = 2")];
        for id in [1, 2] {
            let page = read_by(&site, "ky", id).await.text;
            for word in ["Ông Bảy nhận tiền", "Gọi lại sau khi xem sổ Bảy", "Cuộc gọi đến đường dây nóng 02383888999"] {
                assert!(page.contains(word), "{word}: {page}");
            }
            let call = site.signed_in("tiepdan").get(&format!("/co-quan/duong-day-nong/goi/{id}")).await.text;
            assert!(call.contains("Đã chuyển vào đường niêm phong") && codes.iter().all(|it| !call.contains(it)), "{call}");
            let again = [("loai-phan-anh", "suggestion")];
            let again = site.signed_in("tiepdan").post(&format!("/co-quan/duong-day-nong/goi/{id}/phan-anh"), &again).await;
            assert_eq!(again.status, 303, "{}", again.text);
        }
        assert_eq!(site.count("select count(*) from denunciation_identity"), 2);
        assert_eq!(site.count("select count(*) from feedback"), 2, "nothing is handed on twice");
        assert_eq!(site.count("select count(*) from journal where act = 'to_feedback'"), 1, "of the open one");
    }

    async fn whoever_types_the_number_of_a_call_does_not_empty_it(site) {
        given(&site);
        log_call(&site).await;
        let kept = site.text("select subject from hotline_call");
        for class in ["denunciation", "suggestion"] {
            let lan = token();
            let fields = [
                ("lan", lan.as_str()), ("don-vi", "2"), ("cua", "quay"), ("nguon", "hotline_call:1"), ("loai", class),
                ("noi-dung", "Việc khác hẳn"), ("ho-ten", "Người Khác"),
            ];
            let done = site.signed_in("quay").post("/co-quan/phan-anh/moi", &fields).await;
            assert_eq!(done.status, 303, "{}", done.text);
        }
        seal(&site, 2).await;
        assert_eq!(site.text("select subject from hotline_call"), kept);
        assert_eq!(site.count("select count(*) from hotline_call where feedback is null and sealed <> ''"), 1);
    }

    async fn an_entry_of_the_book_leaves_nothing_in_the_open_when_it_is_sealed_at_once(site) {
        given(&site);
        write_entry(&site).await;
        hand_on(&site, "/co-quan/tiep-cong-dan/so/1/phan-anh", "denunciation", &[]).await;
        the_entry_is_empty(&site).await;
    }

    async fn an_entry_that_the_book_calls_a_denunciation_goes_no_open_way(site) {
        given(&site);
        write_entry(&site).await;
        site.given("update reception_entry set matter = 'denunciation'", &[]);
        let open = [("loai-phan-anh", "suggestion")];
        let refused = site.signed_in("tiepdan").post("/co-quan/tiep-cong-dan/so/1/phan-anh", &open).await;
        assert!(refused.text.contains("chỉ chuyển được theo đường tố cáo"), "{}", refused.text);
        assert_eq!(site.count("select count(*) from feedback"), 0);
    }

    async fn an_entry_of_the_book_leaves_nothing_in_the_open_when_it_is_sealed_later(site) {
        given(&site);
        write_entry(&site).await;
        hand_on(&site, "/co-quan/tiep-cong-dan/so/1/phan-anh", "conduct", &[]).await;
        seal(&site, 1).await;
        the_entry_is_empty(&site).await;
    }

    async fn a_slip_and_its_picture_leave_the_open_when_it_is_sealed_at_once(site) {
        given(&site);
        let sha256 = given_slip(&site).await;
        site.pass_minutes(3 * 24 * 60);
        settle_slip(&site, "denunciation").await;
        the_slip_is_empty(&site, &sha256).await;
    }

    async fn a_slip_and_its_picture_leave_the_open_when_it_is_sealed_later(site) {
        given(&site);
        let sha256 = given_slip(&site).await;
        settle_slip(&site, "suggestion").await;
        site.pass_minutes(3 * 24 * 60);
        assert!(is_kept(&site, &sha256).await);
        seal(&site, 1).await;
        the_slip_is_empty(&site, &sha256).await;
    }

    async fn by_phone_on_a_slip_and_at_a_reception_it_is_about_the_head_it_goes_above_him(site) {
        given(&site);
        log_call(&site).await;
        let head = [("ve-nguoi-dung-dau", "1")];
        hand_on(&site, "/co-quan/duong-day-nong/goi/1/phan-anh", "denunciation", &head).await;
        write_entry(&site).await;
        hand_on(&site, "/co-quan/tiep-cong-dan/so/1/phan-anh", "denunciation", &head).await;
        given_slip(&site).await;
        let mut slip = SLIP.to_vec();
        slip.extend([("loai", "denunciation"), ("ve-ai", "Ky")]);
        let done = site.signed_in("tiepdan").post("/co-quan/hom-thu/phieu/1", &slip).await;
        assert_eq!(done.status, 303, "{}", done.text);
        for id in [1, 2, 3] {
            for login in ["ky", "tiepdan"] {
                assert_eq!(read_by(&site, login, id).await.status, 404, "{login} {id}");
            }
            assert_eq!(read_by(&site, "ky-huyen", id).await.status, 200, "{id}");
        }
    }

    async fn a_keeper_who_is_only_typed_does_not_read_his_own_and_another_one_does(site) {
        given(&site);
        denounce(&site, &[("ve-ai", "Tiếpdan")]).await;
        assert_eq!(read_by(&site, "tiepdan", 1).await.status, 404);
        assert!(!site.signed_in("tiepdan").get("/co-quan/don-to-cao").await.text.contains("#1/2026"));
        assert_eq!(site.signed_in("tiepdan").post("/co-quan/don-to-cao/1/mo-danh-tinh", &[("ly-do-mo", "x")]).await.status, 404);
        assert_eq!(read_by(&site, "ky", 1).await.status, 200);
        // The head of the district: nobody stands above him, and no leader reads it.
        denounce(&site, &[("ve-ai", "ky-huyen")]).await;
        for login in ["ky", "tiepdan", "ky-huyen"] {
            assert_eq!(read_by(&site, login, 2).await.status, 404, "{login}");
        }
        assert_eq!(read_by(&site, "tiepdan-huyen", 2).await.status, 200);
    }

    async fn who_is_not_signed_in_leaves_no_address_in_the_journal(site) {
        given(&site);
        let mut citizen = site.browser().at_address("10.0.0.7");
        let (code, _) = send(&mut citizen, &[]).await;
        answer(&site, 1, "suggestion").await;
        let mut neighbour = site.browser().at_address("10.0.0.9");
        site.given("update feedback set status = 'handling'", &[]);
        assert_eq!(neighbour.post(&format!("/phan-anh/toi-cung-vay/{code}"), &[]).await.status, 303);
        site.given("update feedback set status = 'answered'", &[]);
        let yes = [("da-giai-quyet", "co")];
        assert_eq!(citizen.post(&format!("/phan-anh/theo-doi/{code}/giai-quyet"), &yes).await.status, 303);
        denounce(&site, &[]).await;
        let (id, at) = (2, "/co-quan/phan-anh/3");
        assert_eq!(site.count(&format!("select count(*) from denunciation where feedback = {id}")), 1);
        let (code, _) = send(&mut citizen, &[("noi-dung", "Đèn đường xóm 5 hỏng từ tuần trước")]).await;
        site.signed_in("tiepdan").post(&format!("{at}/hoi-them"), &[("hoi-them", "Cột nào?")]).await;
        let more = [("bo-sung", "Cột số 7")];
        assert_eq!(citizen.post(&format!("/phan-anh/theo-doi/{code}/bo-sung"), &more).await.status, 303);
        let acts = "act in ('receive_feedback', 'feedback_me_too', 'feedback_solved', 'feedback_supply', 'receive_denunciation')";
        assert_eq!(site.count(&format!("select count(distinct act) from journal where {acts}")), 5);
        assert_eq!(site.count(&format!("select count(*) from journal where origin <> '' and {acts}")), 0);
        assert_eq!(site.count("select count(*) from journal where origin in ('10.0.0.7', '10.0.0.9')"), 0);
        assert!(site.count("select count(*) from journal where act = 'feedback_sort' and origin <> ''") > 0);
    }

    async fn what_a_sender_was_told_is_forgotten_with_him(site) {
        given(&site);
        site.given(
            "insert into message_channel
               (channel, settings, secret, is_on, edition, worked_ms, failed_ms, failure, lent, lent_until_ms, renewing_ms)
             values ('sms', '{}', '', 1, 1, null, null, '', '', 0, null)",
            &[],
        );
        let told = [("dien-thoai", "0987654321"), ("bao-tin", "1")];
        for (id, status) in [(1, "need_info"), (2, "rejected"), (3, "closed")] {
            let said = format!("Việc thứ {id} hoàn toàn khác hai việc kia");
            let mut fields = told.to_vec();
            fields.extend([("noi-dung", said.as_str()), ("da-xem", "1")]);
            send(&mut site.browser(), &fields).await;
            let at = format!("/co-quan/phan-anh/{id}/hoi-them");
            site.signed_in("tiepdan").post(&at, &[("hoi-them", "Ở đâu?")]).await;
            site.given(&format!("update feedback set status = '{status}', ended_at = 1 where id = {id}"), &[]);
        }
        let waiting = "select count(*) from outbox where recipient = '0987654321'";
        assert_eq!(site.count(waiting), 3);
        seal(&site, 1).await;
        assert_eq!(site.count(waiting), 2, "sealed");
        let now = site.run(|tx| Ok(tx.now()));
        site.run(move |tx| crate::feedback::facts::forget_unqualified(tx, now));
        assert_eq!(site.count(waiting), 1, "not taken up");
        site.run(move |tx| crate::feedback::facts::forget_senders(tx, now));
        assert_eq!(site.count(waiting), 0, "over");
    }

    async fn a_look_at_a_sealed_file_is_written_down(site) {
        given(&site);
        let lan = token();
        let fields = form(&lan, &[("loai", "denunciation"), ("noi-dung", "Ông Bảy nhận tiền")]);
        let pdf = testkit::pdf("bang-chung");
        let sent = site.browser().upload("/phan-anh/2", &fields, &[("tep", "bang-chung.pdf", &pdf)]).await;
        assert_eq!(sent.status, 303, "{}", sent.text);
        let looks = "select count(*) from journal where act = 'read_denunciation' and subject_id = 2";
        let file = site.signed_in("ky").get("/co-quan/don-to-cao/1/tep/1").await;
        assert_eq!((file.status, &file.bytes[..]), (200, &pdf[..]));
        assert_eq!(site.count(looks), 1);
        assert_eq!(site.signed_in("truong").get("/co-quan/don-to-cao/1/tep/1").await.status, 403);
        assert_eq!(site.signed_in("ky-huyen").get("/co-quan/don-to-cao/1/tep/1").await.status, 404);
        assert_eq!(site.count(looks), 1);
    }

    async fn a_letter_and_its_sealed_part_do_not_lead_to_each_other(site) {
        given(&site);
        let mut citizen = site.browser();
        let (code, _) = send(&mut citizen, &[("ho-ten", "Phạm Thị Kín"), ("noi-dung", "Đèn hỏng. Và ông Bảy nhận tiền.")]).await;
        let mut tiepdan = site.signed_in("tiepdan");
        let at = "/co-quan/phan-anh/1/tach";
        let refused = tiepdan.post(at, &[("loai-tach", "denunciation"), ("noi-dung-tach", "Ông Bảy nhận tiền")]).await;
        assert_eq!(refused.status, 422, "a part alone is not sealed");
        for said in ["Bảy nhận tiền của dân", "Đèn đường hỏng"] {
            let part = [("loai-tach", "suggestion"), ("noi-dung-tach", said)];
            assert_eq!(tiepdan.post(at, &part).await.status, 303);
        }
        let (sealed, open) = (site.text("select code from feedback where id = 2"), site.text("select code from feedback where id = 3"));
        seal(&site, 2).await;
        let part = "/co-quan/phan-anh/2";
        for path in [
            "/co-quan/phan-anh/1", "/co-quan/phan-anh", "/co-quan/phan-anh?q=nhan+tien", "/co-quan/don-khieu-nai",
            "/open311/v2/requests.json",
        ] {
            let page = tiepdan.get(path).await.text;
            assert!(!page.contains(&sealed) && !page.contains("Bảy nhận tiền của dân"), "{path}: {page}");
        }
        let export = tiepdan.get("/co-quan/phan-anh/xuat").await;
        let rows = people::sheets::read("a.xlsx", &export.bytes).unwrap().rows;
        assert!(!format!("{rows:?}").contains(&sealed), "{rows:?}");
        assert_eq!(tiepdan.get(part).await.status, 404);
        let follow = citizen.get(&format!("/phan-anh/theo-doi/{code}")).await.text;
        assert!(!follow.contains(&sealed) && follow.contains(&open), "{follow}");
        // The whole goes too: its other part stays, its sender still finds it, nobody else gets from one to the other.
        seal(&site, 1).await;
        assert_eq!(site.count("select count(*) from feedback where parent is not null"), 0);
        let follow = citizen.get(&format!("/phan-anh/theo-doi/{code}")).await.text;
        assert!(follow.contains(&open), "{follow}");
        assert!(!tiepdan.get("/co-quan/phan-anh/3").await.text.contains(&code));
    }

    async fn what_was_concluded_stays_without_its_words_when_a_report_is_sealed_afterwards(site) {
        given(&site);
        given_a_case(&site).await;
        site.given(
            "update conduct_case set status = 'closed', conclusion = 'true', concluded_on = '2026-01-08',
               state = replace(state, '\"received\"', '\"closed\"')",
            &[],
        );
        site.given("update feedback set status = 'reopened' where id = 1", &[]);
        site.given("update feedback set status = 'answered' where id = 2", &[]);
        seal(&site, 1).await;
        assert_eq!(site.text("select status || conclusion || summary from conduct_case"), "closedtrue");
        assert_eq!(site.count("select count(*) from conduct_report where feedback = 2"), 1, "the other one stays");
        assert_eq!(site.text("select status from feedback where id = 2"), "answered");
        none_in_the_open(&site, &["nhận quà", "to tiếng", "chung-cu"]);
        let page = read_by(&site, "ky", 1).await.text;
        assert!(page.contains("nhận quà") && page.contains("chung-cu.pdf"), "{page}");
    }

    async fn a_report_that_is_sealed_takes_its_conduct_case_along(site) {
        given(&site);
        let evidence = given_a_case(&site).await;
        let mut tiepdan = site.signed_in("tiepdan");
        seal(&site, 1).await;
        assert_eq!(site.count("select count(*) from feedback where status = 'sealed'"), 2, "both reports are of one event");
        assert_eq!(site.text("select status from conduct_case"), "sealed");
        assert_eq!(site.count("select count(*) from conduct_report"), 0);
        none_in_the_open(&site, &["nhận quà", "to tiếng", "quát dân", "Kín", "chung-cu"]);
        let first = read_by(&site, "ky", 1).await.text;
        assert!(first.contains("to tiếng") && first.contains("nhận quà") && first.contains("chung-cu.pdf"), "{first}");
        let second = read_by(&site, "ky", 2).await.text;
        assert!(second.contains("quát dân") && second.contains("niêm cùng đơn của người tố cáo #1/2026"), "{second}");
        let file = site.signed_in("ky").get("/co-quan/don-to-cao/1/tep/1").await;
        assert_eq!(&file.bytes[..], &evidence[..]);
        for path in ["/co-quan/vu-viec?xem=tat-ca", "/co-quan/vu-viec"] {
            assert!(!tiepdan.get(path).await.text.contains("VV-2-2026-001"), "{path}");
        }
        assert_eq!(tiepdan.get("/co-quan/vu-viec/1").await.status, 404);
    }
}

async fn the_entry_is_empty(site: &TestSite) {
    none_in_the_open(site, &["Bảy", "Kín", "0987654321", "Xóm 9", "040185001234"]);
    assert_eq!(site.text("select sealed || matter from reception_entry"), "denunciation");
    assert_eq!(site.count("select count(*) from reception_promise"), 0);
    let page = read_by(site, "ky", 1).await.text;
    for word in [
        "Ông Bảy nhận tiền",
        "Xử lý ông Bảy",
        "Giấy biên nhận của Bảy",
        "Gặp Bảy đối chất",
        "Sổ tiếp công dân, lượt 001/2026",
    ] {
        assert!(page.contains(word), "{word}: {page}");
    }
    assert_eq!(site.count("select count(*) from denunciation_identity"), 1);
    let mut tiepdan = site.signed_in("tiepdan");
    let entry = tiepdan.get("/co-quan/tiep-cong-dan/so/1").await;
    assert_eq!(entry.status, 200);
    assert!(entry.text.contains("Đã chuyển vào đường niêm phong") && !entry.text.contains("Bảy"));
    let code = site.text("select code from feedback");
    assert!(!entry.text.contains(&code), "{}", entry.text);
    for (path, fields) in [
        ("tra-loi", vec![("tra-loi", "Bảy đã nhận lỗi")]),
        ("hua", vec![("viec", "Gặp Bảy"), ("nguoi-lam", "ky"), ("ngay-lam-viec", "5")]),
    ] {
        let at = format!("/co-quan/tiep-cong-dan/so/1/{path}");
        assert_eq!(tiepdan.post(&at, &fields).await.status, 422, "{path}");
    }
    assert_eq!(tiepdan.get("/co-quan/tiep-cong-dan/so/1/in/bien-nhan").await.status, 404);
    assert_eq!(tiepdan.get("/co-quan/tiep-cong-dan/so/in").await.status, 200);
    let waits = tiepdan.get("/co-quan/tiep-cong-dan/so?tra-loi=cho").await.text;
    assert!(!waits.contains("001/2026"), "{waits}");
}

async fn the_slip_is_empty(site: &TestSite, sha256: &str) {
    none_in_the_open(site, &["Bảy", "Kín", "0987654321", "phieu-001", sha256]);
    assert_eq!(site.text("select sha256 || words from box_slip"), "");
    assert!(!is_kept(site, sha256).await, "its bytes lie with no other files");
    let page = read_by(site, "ky", 1).await.text;
    assert!(page.contains("Ông Bảy nhận tiền") && page.contains("phieu-001-2026.jpg"), "{page}");
    assert!(page.contains("Hòm thư góp ý Sảnh Một cửa, phiếu 001/2026"), "{page}");
    let file = site.signed_in("ky").get("/co-quan/don-to-cao/1/tep/1").await;
    assert!(file.bytes.starts_with(b"\xff\xd8"));
    assert_eq!(site.count("select count(*) from denunciation_file"), 1, "once");
    let slip = site.signed_in("tiepdan").get("/co-quan/hom-thu/phieu/1").await.text;
    assert!(slip.contains("Đã chuyển vào đường niêm phong"), "{slip}");
}
