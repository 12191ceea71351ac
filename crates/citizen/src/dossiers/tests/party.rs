//! People around a dossier: proxies, organisations, groups, visits.

use testkit::{Browser, TestSite, on_both_engines};

use super::{ONCE, birth, given_two_communes, received};

/// Its check digit fits.
const TAX: &str = "0100109106";

fn with<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields = birth("Nguyễn Thị Thử", ONCE);
    fields.extend_from_slice(more);
    fields
}

/// The form with its present edition.
async fn step(
    site: &TestSite,
    browser: &mut Browser<'_>,
    path: &str,
    fields: &[(&str, &str)],
) -> testkit::Answer {
    let edition = site.count("select edition from dossier where id = 1").to_string();
    let mut all = vec![("an-ban", edition.as_str())];
    all.extend_from_slice(fields);
    browser.post(&format!("/co-quan/ho-so/1/{path}"), &all).await
}

/// The first dossier from acceptance to the officer's desk.
async fn to_the_officer(site: &TestSite) {
    for (login, path, fields) in [
        ("quay", "chuyen", vec![("don-vi", "2")]),
        ("truong", "phan-cong", vec![("can-bo", "3")]),
        ("thuly", "thu-ly", vec![]),
    ] {
        let done = step(site, &mut site.signed_in(login), path, &fields).await;
        assert_eq!(done.status, 303, "{path}: {}", done.text);
    }
}

/// From there to the counter, with a number.
async fn to_the_counter(site: &TestSite) {
    for (login, path, fields) in [
        ("thuly", "trinh-ky", vec![]),
        ("ky", "ky", vec![]),
        ("vanthu", "cap-so", vec![("so-van-ban", "12/TL")]),
    ] {
        let done = step(site, &mut site.signed_in(login), path, &fields).await;
        assert_eq!(done.status, 303, "{path}: {}", done.text);
    }
}

on_both_engines! { crate::routes();
    async fn a_proxy_is_known_by_number_and_paper_and_collects_only_what_it_lets_him(site) {
        given_two_communes(&site);
        let mut counter = site.signed_in("quay");
        let bare = with(&[("nguoi-nop", "Lê Văn Thay")]);
        let refused = counter.post("/co-quan/ho-so/moi", &bare).await;
        assert_eq!(refused.status, 422);
        assert!(refused.text.contains("Chọn người nộp thay đến theo giấy tờ"), "{}", refused.text);
        let unnumbered = with(&[("nguoi-nop", "Lê Văn Thay"), ("uy-quyen", "letter")]);
        let refused = counter.post("/co-quan/ho-so/moi", &unnumbered).await;
        assert!(refused.text.contains("Ghi số giấy tờ tùy thân của người đến nộp thay"));
        assert!(refused.text.contains("Ghi số hoặc ngày của giấy ủy quyền"));
        let late = with(&[
            ("nguoi-nop", "Lê Văn Thay"), ("so-nguoi-nop", "040090123456"), ("uy-quyen", "letter"),
            ("so-uy-quyen", "7"), ("uy-quyen-den", "01/01/2026"),
        ]);
        assert!(counter.post("/co-quan/ho-so/moi", &late).await.text.contains("đã hết hiệu lực"));
        let right = with(&[
            ("nguoi-nop", "Lê Văn Thay"), ("so-nguoi-nop", "040090123456"), ("uy-quyen", "letter"),
            ("so-uy-quyen", "7"), ("pham-vi", "submit"), ("uy-quyen-den", "31/12/2026"),
        ]);
        let done = counter.post("/co-quan/ho-so/moi", &right).await;
        assert_eq!(done.status, 303, "{}", done.text);
        let page = counter.get("/co-quan/ho-so/1").await;
        assert!(page.text.contains("Giấy ủy quyền, giấy giới thiệu, số 7; chỉ nộp hồ sơ"), "{}", page.text);
        assert_eq!(site.count("select count(*) from journal where details like '%Thay%'"), 0);
        to_the_officer(&site).await;
        to_the_counter(&site).await;
        let mut back = vec![
            ("nguoi-nhan", "proxy"), ("cach-tra", "counter"), ("ten-nhan", "Lê Văn Thay"),
            ("so-nhan", "040090123456"),
        ];
        let refused = step(&site, &mut counter, "tra-ket-qua", &back).await;
        assert_eq!(refused.status, 422);
        assert!(refused.text.contains("chỉ cho nộp hồ sơ"), "{}", refused.text);
        back[2] = ("ten-nhan", "Người Khác Hẳn");
        let refused = step(&site, &mut counter, "tra-ket-qua", &back).await;
        assert!(refused.text.contains("không phải người được ủy quyền đã ghi"), "{}", refused.text);
        back[2] = ("ten-nhan", "Lê Văn Thay");
        back.extend([("uy-quyen", "certified"), ("so-uy-quyen", "15, ngày 8/1/2026")]);
        let done = step(&site, &mut counter, "tra-ket-qua", &back).await;
        assert_eq!(done.status, 303, "{}", done.text);
        assert_eq!(site.text("select name from dossier_collection"), "Lê Văn Thay");
        let page = counter.get("/co-quan/ho-so/1").await;
        assert!(page.text.contains("số giấy tờ 040090123456; Văn bản ủy quyền công chứng"));
        let slip = counter.get("/co-quan/ho-so/1/bien-nhan-tra").await;
        assert_eq!((slip.status, slip.bytes.starts_with(b"%PDF")), (200, true));
        // What the neighbour may not see, he may not print.
        let mut neighbour = site.signed_in("quay-khac");
        for path in ["bien-nhan-tra", "giay-hen-chung", "khach-den", "thanh-vien"] {
            assert_eq!(neighbour.get(&format!("/co-quan/ho-so/1/{path}")).await.status, 404, "{path}");
        }
        assert!(site.run(crate::dossiers::facts::unfolded).is_empty());
    }

    async fn an_organisation_is_found_by_its_tax_code_and_shown_by_its_whole_name(site) {
        given_two_communes(&site);
        let mut counter = site.signed_in("quay");
        let mut fields = birth("Hợp tác xã Chè Phú Sơn", ONCE);
        fields.extend([("la-to-chuc", "1"), ("ma-so-thue", "0100109107"), ("dai-dien", "Trần Văn Chè")]);
        let asked = counter.post("/co-quan/ho-so/moi", &fields).await;
        assert_eq!(asked.status, 422);
        assert!(asked.text.contains("không khớp chữ số kiểm tra"), "{}", asked.text);
        assert!(asked.text.contains("name=\"ma-nhan\""), "a warning, not a wall");
        fields.retain(|it| it.0 != "ma-so-thue");
        fields.push(("ma-so-thue", TAX));
        let done = counter.post("/co-quan/ho-so/moi", &fields).await;
        assert_eq!(done.status, 303, "{}", done.text);
        for q in [TAX, "0100%20109%20106", "che%20phu%20son", "tran%20van%20che"] {
            let list = counter.get(&format!("/co-quan/ho-so?q={q}")).await;
            assert!(list.text.contains("Hợp tác xã Chè Phú Sơn"), "{q}: {}", list.text);
        }
        let phone = counter.get("/co-quan/ho-so?q=0912345678").await;
        assert!(phone.text.contains("Hợp tác xã Chè Phú Sơn"), "a telephone of ten digits");
        assert_eq!(counter.get("/co-quan/ho-so/1/in/giay-hen").await.status, 200);
        let kept = site.run(|tx| {
            let code = crate::dossiers::facts::by_code(tx, "H41.99.40-260108-0001")?;
            crate::dossiers::facts::public_name(tx, &code.unwrap())
        });
        assert_eq!(kept, "Hợp tác xã Chè Phú Sơn");
        // Put right, the old stays in the journal's words.
        let page = counter.get("/co-quan/ho-so/1/sua-nguoi-nop").await;
        assert!(page.text.contains(TAX) && page.text.contains("Trần Văn Chè"), "{}", page.text);
        let mut right = vec![
            ("ho-ten", "Hợp tác xã Chè Phú Sơn"), ("dien-thoai", "0912345678"), ("la-to-chuc", "1"),
            ("ma-so-thue", TAX), ("dai-dien", "Lê Thị Chè"), ("ly-do", "Đổi người đại diện"),
        ];
        let edition = site.count("select edition from dossier").to_string();
        right.push(("an-ban", &edition));
        let done = counter.post("/co-quan/ho-so/1/sua-nguoi-nop", &right).await;
        assert_eq!(done.status, 303, "{}", done.text);
        assert_eq!(site.text("select representative from dossier_party"), "Lê Thị Chè");
    }

    async fn a_group_has_one_receipt_and_a_result_for_each(site) {
        given_two_communes(&site);
        let mut counter = site.signed_in("quay");
        let list = "Trẻ Một\t\tlớp 5A\nTrẻ Hai\t040090123456\tlớp 5A\nTrẻ Ba\t\tlớp 5B";
        let wrong = counter.post("/co-quan/ho-so/moi", &with(&[("thanh-vien", "Trẻ Một\t12\nX")])).await;
        assert_eq!(wrong.status, 422);
        assert!(wrong.text.contains("Dòng 1:"), "{}", wrong.text);
        let done = counter.post("/co-quan/ho-so/moi", &with(&[("thanh-vien", list)])).await;
        assert_eq!(done.status, 303, "{}", done.text);
        assert_eq!(site.count("select count(*) from dossier"), 1);
        let found = counter.get("/co-quan/ho-so?q=tre%20hai").await;
        assert!(found.text.contains("Nguyễn Thị Thử"), "found by a member");
        to_the_officer(&site).await;
        let mut officer = site.signed_in("thuly");
        let refused = step(&site, &mut officer, "trinh-ky", &[]).await;
        assert!(refused.text.contains("Còn 3 thành viên"), "{}", refused.text);
        let refused = step(&site, &mut officer, "thanh-vien/ket-qua", &[("kq-3", "refused")]).await;
        assert_eq!(refused.status, 422);
        assert!(refused.text.contains("Dòng 3: ghi lý do từ chối"), "{}", refused.text);
        let stranger = step(&site, &mut counter, "thanh-vien/ket-qua", &[("tat-ca", "1")]).await;
        assert_eq!(stranger.status, 422, "the counter settles nothing");
        let said = [("kq-3", "refused"), ("ly-do-3", "Không học trường này"), ("tat-ca", "1")];
        let done = step(&site, &mut officer, "thanh-vien/ket-qua", &said).await;
        assert_eq!(done.status, 303, "{}", done.text);
        for (login, path) in [("thuly", "trinh-ky"), ("ky", "ky")] {
            assert_eq!(step(&site, &mut site.signed_in(login), path, &[]).await.status, 303, "{path}");
        }
        let mut clerk = site.signed_in("vanthu");
        let refused = step(&site, &mut clerk, "cap-so", &[("so-van-ban", "15/TL")]).await;
        assert!(refused.text.contains("Còn 2 thành viên được đồng ý mà chưa có số"), "{}", refused.text);
        let done = step(&site, &mut clerk, "thanh-vien/ket-qua", &[("so-tu", "15/TL"), ("kq-3", "granted")]).await;
        assert_eq!(done.status, 303, "{}", done.text);
        assert_eq!(
            site.text("select outcome from dossier_member where place = 3"), "refused",
            "the clerk numbers and does not settle"
        );
        assert_eq!(site.text("select number from dossier_member where place = 2"), "16/TL");
        assert_eq!(step(&site, &mut clerk, "cap-so", &[("so-van-ban", "15/TL")]).await.status, 303);
        // One collects for himself, then the applicant takes the rest.
        let alone = [("chon", "2"), ("nguoi-nhan", "member")];
        let done = step(&site, &mut counter, "thanh-vien/tra", &alone).await;
        assert_eq!(done.status, 303, "{}", done.text);
        assert_eq!(site.text("select status from dossier"), "result_at_counter");
        let twice = step(&site, &mut counter, "thanh-vien/tra", &alone).await;
        assert_eq!(twice.status, 422, "what was collected is not collected again");
        site.pass_minutes(3);
        let rest = [("chon", "1"), ("chon", "3"), ("nguoi-nhan", "applicant")];
        let done = step(&site, &mut counter, "thanh-vien/tra", &rest).await;
        assert_eq!(done.location.as_deref(), Some("/co-quan/ho-so/1"), "{}", done.text);
        assert_eq!(site.text("select status from dossier"), "returned");
        assert_eq!(site.count("select count(*) from dossier_member where collected_at is null"), 0);
        assert_eq!(site.text("select name from dossier_collection where id = 1"), "Trẻ Hai");
        for path in ["in/giay-hen", "bien-nhan-tra?lan=1"] {
            assert_eq!(counter.get(&format!("/co-quan/ho-so/1/{path}")).await.status, 200, "{path}");
        }
        // Taken back, the last hand-over is taken back with its members.
        let undone = step(&site, &mut counter, "hoan-tac", &[]).await;
        assert_eq!(undone.status, 303, "{}", undone.text);
        assert_eq!(site.count("select count(*) from dossier_member where collected_at is null"), 2);
        assert_eq!(site.count("select count(*) from dossier_collection"), 1);
        assert!(site.run(crate::dossiers::facts::unfolded).is_empty());
    }

    async fn a_groups_forms_pressed_twice_find_the_first_and_its_results_name_their_people(site) {
        given_two_communes(&site);
        let mut counter = site.signed_in("quay");
        let list = "Trẻ Một\t\tlớp 5A\nTrẻ Hai\t040090123456\tlớp 5A\nTrẻ Ba\t\tlớp 5B";
        assert_eq!(counter.post("/co-quan/ho-so/moi", &with(&[("thanh-vien", list)])).await.status, 303);
        to_the_officer(&site).await;
        let mut officer = site.signed_in("thuly");
        let decided = || site.count("select count(*) from journal where act = 'decide_members'");
        let said = [
            ("kq-3", "refused"), ("ly-do-3", "Không học trường này"), ("tat-ca", "1"), ("so-tu", "15/TL"),
            ("lan-gui", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
        ];
        for _ in 0..2 {
            let done = step(&site, &mut officer, "thanh-vien/ket-qua", &said).await;
            assert_eq!((done.status, decided()), (303, 1), "{}", done.text);
        }
        // Other words from the same page are shown again and not lost behind the first.
        let other = [("so-1", "20/TL"), said[4]];
        let again = step(&site, &mut officer, "thanh-vien/ket-qua", &other).await;
        assert!(again.status == 422 && again.text.contains("20/TL"), "{}", again.text);
        assert_eq!(decided(), 1);
        for (login, path, fields) in [
            ("thuly", "trinh-ky", vec![]), ("ky", "ky", vec![]), ("vanthu", "cap-so", vec![("so-van-ban", "15/TL")]),
        ] {
            let done = step(&site, &mut site.signed_in(login), path, &fields).await;
            assert_eq!(done.status, 303, "{path}: {}", done.text);
        }
        let alone = [("chon", "2"), ("nguoi-nhan", "member"), ("lan-gui", "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb")];
        for _ in 0..2 {
            let done = step(&site, &mut counter, "thanh-vien/tra", &alone).await;
            assert_eq!(done.location.as_deref(), Some("/co-quan/ho-so/1/thanh-vien"), "{}", done.text);
            assert_eq!(site.count("select count(*) from dossier_collection"), 1);
            assert_eq!(site.count("select count(*) from journal where act = 'collect_members'"), 1);
        }
        let last = [
            ("chon", "1"), ("chon", "3"), ("nguoi-nhan", "applicant"), ("lan-gui", "cccccccccccccccccccccccccccccccc"),
        ];
        let edition = site.count("select edition from dossier").to_string();
        let mut last = last.to_vec();
        last.push(("an-ban", &edition));
        let events = || site.count("select count(*) from journal where subject = 'dossier'");
        let mut before = 0;
        for turn in 0..2 {
            let done = counter.post("/co-quan/ho-so/1/thanh-vien/tra", &last).await;
            assert_eq!(done.location.as_deref(), Some("/co-quan/ho-so/1"), "{}", done.text);
            if turn == 1 {
                assert_eq!(events(), before, "no second event");
            }
            before = events();
        }
        // The register and the result's page tell who got which number, and the refused is not among them.
        let mut clerk = site.signed_in("vanthu");
        for path in ["/co-quan/ket-qua", "/co-quan/ket-qua?q=16/TL", "/co-quan/ket-qua/1"] {
            let page = clerk.get(path).await.text;
            assert!(page.contains("Trẻ Một: số 15/TL") && page.contains("Trẻ Hai: số 16/TL"), "{path}: {page}");
            assert!(!page.contains("Trẻ Ba"), "{path}");
        }
        let book = clerk.get("/co-quan/ket-qua/xuat").await;
        let mut book: calamine::Xlsx<_> = calamine::Reader::new(std::io::Cursor::new(book.bytes.to_vec())).unwrap();
        let sheet = calamine::Reader::worksheet_range_at(&mut book, 0).unwrap().unwrap();
        let told = sheet.rows().flatten().any(|it| *it == "Trẻ Một: số 15/TL; Trẻ Hai: số 16/TL");
        assert!(told, "{sheet:?}");
        assert!(!site.signed_in("quay-khac").get("/co-quan/ket-qua?q=16/TL").await.text.contains("Trẻ Hai"));
        // Anybody with the slip reads the numbers and no whole name; by one number one learns of one member.
        let code = site.text("select code from result");
        let public = site.browser().get(&format!("/kiem-tra/{code}")).await.text;
        assert!(public.contains("15/TL") && public.contains("16/TL"), "{public}");
        assert!(!public.contains("Trẻ Hai") && !public.contains("040090123456") && !public.contains("Trẻ Ba"), "{public}");
        let day = domain::text::date(site.text("select issued_on from result").parse().unwrap());
        let one = site.browser().get(&format!("/kiem-tra?so=16/TL&ngay={day}")).await.text;
        assert!(one.contains("<b class=\"nowrap\">16/TL</b>") && !one.contains("<b class=\"nowrap\">15/TL</b>"), "{one}");
        assert!(!one.contains("Trẻ Hai"), "{one}");
        let none = site.browser().get(&format!("/kiem-tra?so=99/TL&ngay={day}")).await.text;
        assert!(!none.contains("15/TL"), "{none}");
    }

    async fn three_procedures_are_one_visit_with_a_code_and_a_date_each(site) {
        given_two_communes(&site);
        let mut counter = site.signed_in("quay");
        let page = counter.get("/co-quan/ho-so/nhieu?thu-tuc=1.001193&thu-tuc=1.004873&thu-tuc=1.000656&buoc=nhap").await;
        assert_eq!(page.status, 200, "{}", page.text);
        assert!(page.text.contains("Tiếp nhận 3 thủ tục"), "{}", page.text);
        let mut fields = vec![
            ("thu-tuc", "1.001193"), ("thu-tuc", "1.004873"), ("thu-tuc", "1.000656"), ("lan", ONCE),
            ("viec", "nhan"), ("ho-ten", "Nguyễn Văn Thử"), ("so-giay-to", "040090123456"),
            ("nhan-ket-qua", "counter"), ("le-phi-2", "15000"), ("ly-do-phi-2", "NQ"),
        ];
        let unnamed = counter.post("/co-quan/ho-so/nhieu", &fields).await.text;
        assert!(unnamed.contains("Thủ tục 3: Chưa tính được lệ phí") && unnamed.contains("name=\"khong-thu-3\""), "{unnamed}");
        fields.extend([("khong-thu-3", "1"), ("ly-do-phi-3", "Đăng ký đúng hạn")]);
        let refused = counter.post("/co-quan/ho-so/nhieu", &fields).await;
        assert_eq!(refused.status, 422);
        assert!(refused.text.contains("Thủ tục 1: Chưa đánh dấu giấy tờ nào"), "{}", refused.text);
        assert_eq!(site.count("select count(*) from dossier"), 0, "all or none");
        let ticks = (1..=60).flat_map(|it| [(format!("co-{it}"), "1"), (format!("so-{it}"), "1")]);
        let ticks: Vec<(String, &str)> = ticks.collect();
        fields.extend(ticks.iter().map(|it| (it.0.as_str(), it.1)));
        let done = counter.post("/co-quan/ho-so/nhieu", &fields).await;
        assert_eq!(done.location.as_deref(), Some("/co-quan/ho-so/1?moi=1"), "{}", done.text);
        let again = counter.post("/co-quan/ho-so/nhieu", &fields).await;
        assert_eq!(again.location.as_deref(), Some("/co-quan/ho-so/1?moi=1"), "{}", again.text);
        assert_eq!(site.count("select count(distinct code) from dossier"), 3);
        assert_eq!(site.count("select count(*) from visit"), 1);
        assert_eq!(site.count("select count(distinct dossier) from dossier_visit"), 3);
        assert_eq!(site.count("select cast(sum(fee) as bigint) from dossier"), 15_000);
        let page = counter.get("/co-quan/ho-so/2").await;
        assert!(page.text.contains("cùng lượt với 2 hồ sơ khác"), "{}", page.text);
        let receipt = counter.get("/co-quan/ho-so/2/giay-hen-chung").await;
        assert_eq!((receipt.status, receipt.bytes.starts_with(b"%PDF")), (200, true));
    }

    async fn trips_are_counted_from_what_happens_and_every_figure_opens_its_dossiers(site) {
        given_two_communes(&site);
        let mut counter = received(&site).await;
        assert_eq!(site.run(|tx| crate::dossiers::facts::trips(tx, domain::ids::DossierId(1))), 1);
        // In the same half hour it is the same visit; the next day it is another.
        let asked = [("ly-do-den", "asked")];
        assert_eq!(counter.post("/co-quan/ho-so/1/khach-den", &asked).await.status, 303);
        assert_eq!(site.count("select count(distinct visit) from dossier_visit"), 1);
        assert_eq!(counter.post("/co-quan/ho-so/1/khach-den", &[("ly-do-den", "intake")]).await.status, 422);
        to_the_officer(&site).await;
        to_the_counter(&site).await;
        site.set_clock(jiff::civil::date(2026, 1, 9).at(8, 30, 0, 0));
        let mut counter = site.signed_in("quay");
        let vain = [("ly-do-den", "no_result"), ("loi", "Lãnh đạo đi vắng")];
        for _ in 0..2 {
            assert_eq!(counter.post("/co-quan/ho-so/1/khach-den", &vain).await.status, 303);
        }
        assert_eq!(site.count("select count(*) from journal where act = 'visit'"), 2, "said once");
        site.set_clock(jiff::civil::date(2026, 1, 9).at(10, 30, 0, 0));
        let mut counter = site.signed_in("quay");
        let home = [("nguoi-nhan", "applicant"), ("cach-tra", "counter")];
        assert_eq!(step(&site, &mut counter, "tra-ket-qua", &home).await.status, 303);
        assert_eq!(site.count("select count(distinct visit) from dossier_visit"), 3);
        let mut head = site.signed_in("truong");
        let page = head.get("/co-quan/luot-di?tu=01/01/2026&den=31/01/2026").await;
        assert_eq!(page.status, 200, "{}", page.text);
        for text in ["3,00", "0,0\u{a0}%", "Tháng 01/2026", "xã Phú Sơn"] {
            assert!(page.text.contains(text), "{text}: {}", page.text);
        }
        let code = "H41.99.40-260108-0001";
        for (only, there) in [("", true), ("it", false), ("nhieu", true), ("mat-cong", true)] {
            let path = format!("/co-quan/luot-di/ho-so?tu=01/01/2026&den=31/01/2026&luot={only}");
            assert_eq!(head.get(&path).await.text.contains(code), there, "{only}");
        }
        assert_eq!(head.get("/co-quan/luot-di?dang=xlsx").await.bytes.get(..2), Some(&b"PK"[..]));
        assert_eq!(head.get("/co-quan/luot-di/ho-so?dang=xlsx").await.bytes.get(..2), Some(&b"PK"[..]));
        assert_eq!(counter.get("/co-quan/luot-di").await.status, 403);
        // Handed back within the quarter of an hour, the way home is not counted.
        assert_eq!(step(&site, &mut counter, "hoan-tac", &[]).await.status, 303);
        assert_eq!(site.count("select count(distinct visit) from dossier_visit"), 2);
    }

    async fn what_comes_by_post_is_no_trip(site) {
        given_two_communes(&site);
        let mut counter = site.signed_in("quay");
        let by_post = with(&[("nguoi-nop", "Bưu tá"), ("uy-quyen", "post")]);
        let done = counter.post("/co-quan/ho-so/moi", &by_post).await;
        assert_eq!(done.status, 303, "{}", done.text);
        let mut postal = birth("Lê Thị Xa", "ffffffffffffffffffffffffffffffff");
        postal.retain(|it| it.0 != "kenh");
        postal.push(("kenh", "postal"));
        assert_eq!(counter.post("/co-quan/ho-so/moi", &postal).await.status, 303);
        assert_eq!(site.count("select count(*) from dossier_visit"), 0);
    }

    async fn a_sheet_of_members_is_read_into_the_form(site) {
        given_two_communes(&site);
        let mut counter = site.signed_in("quay");
        let csv = "Họ và tên,Số giấy tờ,Nội dung\nTrẻ Một,,lớp 5A\nTrẻ Hai,,lớp 5B\n";
        let files = [("tep-thanh-vien", "lop.csv", csv.as_bytes())];
        let mut fields = birth("Trường tiểu học", ONCE);
        fields.retain(|it| it.0 != "viec");
        fields.push(("viec", "xem"));
        let page = counter.upload("/co-quan/ho-so/moi", &fields, &files).await;
        assert!(page.text.contains("Trẻ Hai\t\tlớp 5B"), "{}", page.text);
        let files = [("tep-thanh-vien", "lop.csv", "Lớp,Trường\n5A,X\n".as_bytes())];
        let page = counter.upload("/co-quan/ho-so/moi", &fields, &files).await;
        assert_eq!(page.status, 422);
        assert!(page.text.contains("thiếu cột"), "{}", page.text);
    }
}

on_both_engines! { crate::routes();
    async fn a_package_is_kept_by_the_reform_officer_and_opens_at_the_counter(site) {
        given_two_communes(&site);
        let today = site.now().civil().date();
        site.run(|tx| {
            people::accounts::facts::create(
                tx,
                &people::accounts::facts::NewAccount {
                    login: "cchc",
                    name: "cchc",
                    staff: None,
                    password_hash: "",
                    must_change: false,
                    roles: &[(domain::access::Role::ReformOfficer, domain::ids::UnitId(1))],
                    from: today,
                },
            )
        });
        const ADDRESS: &str = "/co-quan/quan-tri/goi-thu-tuc";
        let mut officer = site.signed_in("cchc");
        let wrong = [("ten", "Trẻ mới sinh"), ("thu-tuc", "1.001193\n9.999999")];
        let refused = officer.post(ADDRESS, &wrong).await;
        assert_eq!(refused.status, 422);
        assert!(refused.text.contains("9.999999 không có trong danh mục"), "{}", refused.text);
        let right = [("ten", "Trẻ mới sinh"), ("thu-tuc", "1.001193, 1.004873"), ("huong-dan", "Nhắc mang giấy chứng sinh")];
        assert_eq!(officer.post(ADDRESS, &right).await.status, 303);
        let twice = officer.post(ADDRESS, &right).await;
        assert!(twice.text.contains("Đã có gói mang tên này"), "{}", twice.text);
        let stale = [("so", "1"), ("an-ban", "7"), ("ten", "Khác"), ("thu-tuc", "1.001193 1.004873")];
        assert_eq!(officer.post(ADDRESS, &stale).await.status, 422);
        let mut counter = site.signed_in("quay");
        assert_eq!(counter.get(ADDRESS).await.status, 403);
        let page = counter.get("/co-quan/ho-so/nhieu").await;
        assert!(page.text.contains("Trẻ mới sinh") && page.text.contains("giấy chứng sinh"));
        let page = counter.get("/co-quan/ho-so/nhieu?goi=1").await;
        assert!(page.text.contains("Đã chọn 2 thủ tục"), "{}", page.text);
        let delete = format!("{ADDRESS}/1/xoa");
        assert!(officer.get(&delete).await.text.contains("Xóa gói “Trẻ mới sinh”?"));
        assert_eq!(officer.post(&delete, &[]).await.status, 422, "asked first");
        assert_eq!(counter.post(&delete, &[("dong-y", "Trẻ mới sinh")]).await.status, 403);
        assert_eq!(site.count("select count(*) from visit_package"), 1);
        assert_eq!(officer.post(&delete, &[("dong-y", "Trẻ mới sinh")]).await.status, 303);
        assert_eq!(site.count("select count(*) from visit_package"), 0);
        assert_eq!(officer.post(&delete, &[("dong-y", "Trẻ mới sinh")]).await.status, 303);
        let said = officer.get(ADDRESS).await.text;
        assert!(said.contains("Gói “Trẻ mới sinh” đã được xóa từ trước"), "{said}");
        assert_eq!(officer.get(&format!("{ADDRESS}/99/xoa")).await.status, 404);
    }

    async fn what_names_people_around_a_dossier_is_erased_with_it(site) {
        given_two_communes(&site);
        let mut counter = site.signed_in("quay");
        let fields = with(&[
            ("nguoi-nop", "Lê Văn Thay"), ("so-nguoi-nop", "040090123456"), ("uy-quyen", "letter"),
            ("so-uy-quyen", "7"), ("la-to-chuc", "1"), ("ma-so-thue", TAX),
            ("dai-dien", "Trần Văn Chè"), ("thanh-vien", "Trẻ Một | | lớp 5A\nTrẻ Hai"),
        ]);
        let done = counter.post("/co-quan/ho-so/moi", &fields).await;
        assert_eq!(done.status, 303, "{}", done.text);
        to_the_officer(&site).await;
        let said = [("tat-ca", "1"), ("so-tu", "15/TL")];
        let done = step(&site, &mut site.signed_in("thuly"), "thanh-vien/ket-qua", &said).await;
        assert_eq!(done.status, 303, "{}", done.text);
        to_the_counter(&site).await;
        let home = [
            ("nguoi-nhan", "proxy"), ("cach-tra", "counter"), ("ten-nhan", "Lê Văn Thay"),
            ("so-nhan", "040090123456"),
        ];
        let done = step(&site, &mut counter, "tra-ket-qua", &home).await;
        assert_eq!(done.status, 303, "{}", done.text);
        site.run(|tx| {
            crate::erasure::erase_for_test(tx, domain::ids::DossierId(1))?;
            store::journal::erase_words(tx, "dossier", 1)
        });
        for (table, columns) in [
            ("dossier_person", "name || id_number || proxy_name || proxy_id_number || phone"),
            ("dossier_party", "tax_code || representative || representative_title"),
            ("dossier_proxy", "number"),
            ("dossier_member", "name || id_number || detail || reason"),
            ("dossier_collection", "name || id_number || number"),
        ] {
            let left = format!("select count(*) from {table} where {columns} not in ('', '(đã xóa)')");
            assert_eq!(site.count(&left), 0, "{table}");
        }
        assert_eq!(site.count("select count(*) from journal_words where words like '%Thay%'"), 0);
        assert_eq!(counter.get("/co-quan/ho-so/1/bien-nhan-tra").await.status, 422);
        assert!(site.run(crate::dossiers::facts::unfolded).is_empty());
    }
}
