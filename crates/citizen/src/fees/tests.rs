//! Money through the front door, on both databases.

use domain::{access::Role, ids::UnitId};
use people::sheets::{Sheet, workbook};
use testkit::{Answer, Browser, TestSite, on_both_engines};

use super::facts::{self, KeptAccount};
use crate::dossiers::tests::{ONCE, birth, given_two_communes};

mod doubled;
mod statement;

/// A copy from the civil register: 8.000 đ.
const COPY: &str = "2.000635";

/// The two communes, an account of the first, and a reform officer.
pub(super) fn given(site: &TestSite) {
    given_two_communes(site);
    site.given_account("cchc", Role::ReformOfficer, 2);
    let today = site.now().civil().date();
    site.run(|tx| {
        facts::open_account(
            tx,
            &KeptAccount {
                id: 0,
                unit: UnitId(2),
                bank: "970405".into(),
                bank_name: "Agribank".into(),
                number: "3601205000001".into(),
                holder: "UBND XA PHU SON".into(),
                mapping: String::new(),
                from: today,
                until: None,
            },
        )?;
        Ok(())
    });
}

fn rate_of(site: &TestSite, procedure: &'static str) -> String {
    let sql = format!("select 'phi-' || id from fee_rate where procedure = '{procedure}'");
    site.run(|tx| tx.query_one(&sql, &[])?.map_or(Ok(String::new()), |row| row.get(0)))
}

/// A dossier on [`COPY`] with so many copies, and what else the form says.
pub(super) async fn copies(
    site: &TestSite,
    browser: &mut Browser<'_>,
    token: char,
    count: &str,
    more: &[(&str, &str)],
) -> Answer {
    let rate = rate_of(site, COPY);
    let once = token.to_string().repeat(32);
    let mut fields = birth("Nguyễn Thị Thử", &once);
    fields.retain(|it| it.0 != "thu-tuc");
    fields.extend([("thu-tuc", COPY), (rate.as_str(), count), ("van-nhan", "1"), ("so-ngay", "1")]);
    // Its one paper.
    // Identity paper: the lines before it are remarks and cases.
    fields.extend([("co-4", "1"), ("so-4", "1")]);
    fields.extend(more);
    browser.post("/co-quan/ho-so/moi", &fields).await
}

pub(super) fn statement(rows: &[(&str, &str, &str)]) -> Vec<u8> {
    let rows = rows.iter().map(|it| vec![it.0.into(), it.1.into(), it.2.into()]).collect();
    let heads = &[("Ngày giao dịch", 20), ("Ghi có", 20), ("Nội dung", 60)];
    workbook(&[Sheet { name: "a", heads, rows }]).unwrap()
}

pub(super) fn sound(site: &TestSite) {
    let wrong = site.run(crate::dossiers::facts::unfolded);
    assert!(wrong.is_empty(), "rows are the fold of their events");
    let wrong = site.run(facts::unsound);
    assert!(wrong.is_empty(), "{wrong:?}");
}

on_both_engines! { crate::routes();
    async fn a_fee_is_worked_out_at_intake_and_collected_in_cash_against_a_receipt(site) {
        given(&site);
        let mut browser = site.signed_in("quay");
        let page = browser.get(&format!("/co-quan/ho-so/moi?thu-tuc={COPY}")).await.text;
        assert!(page.contains("1 lần × 8.000 đ/lần = 8.000 đ"), "{page}");
        let got = copies(&site, &mut browser, 'a', "3", &[]).await;
        assert_eq!(got.status, 303, "{}", got.text);
        assert_eq!(site.count("select fee from dossier"), 24_000);
        let page = browser.get("/co-quan/thu-phi").await.text;
        assert!(page.contains("24.000 đ") && page.contains("Nguyễn Thị Thử"), "{page}");
        let page = browser.get("/co-quan/thu-phi/ho-so/1").await.text;
        assert!(page.contains("3 lần × 8.000 đ/lần = 24.000 đ") && page.contains("<svg"), "{page}");
        // Less than is taken, more than is owed.
        let short = [("so-tien", "24.000"), ("khach-dua", "20.000"), ("lan-gui", "")];
        assert_eq!(browser.post("/co-quan/thu-phi/ho-so/1", &short).await.status, 422);
        let much = [("so-tien", "30.000"), ("lan-gui", "")];
        assert_eq!(browser.post("/co-quan/thu-phi/ho-so/1", &much).await.status, 422);
        assert_eq!(site.count("select count(*) from fee_receipt"), 0);
        let paid = [("so-tien", "24.000"), ("khach-dua", "50.000"), ("lan-gui", ONCE)];
        for _ in 0..2 {
            let got = browser.post("/co-quan/thu-phi/ho-so/1", &paid).await;
            assert_eq!(got.location.as_deref(), Some("/co-quan/thu-phi/bien-lai/1?moi=1"), "{}", got.text);
        }
        assert_eq!(site.text("select financial from dossier"), "paid");
        assert_eq!(site.count("select count(*) from fee_receipt where number = 1 and given = 50000"), 1);
        let other = [("so-tien", "10.000"), ("khach-dua", ""), ("lan-gui", ONCE)];
        let other = browser.post("/co-quan/thu-phi/ho-so/1", &other).await;
        assert_eq!(other.status, 422);
        assert!(other.text.contains("href=\"/co-quan/thu-phi/bien-lai/1?moi=1\""), "{}", other.text);
        let page = browser.get("/co-quan/thu-phi/bien-lai/1").await.text;
        assert!(page.contains("trả lại 26.000 đ") && page.contains("PS/26P 0000001"), "{page}");
        // The first print is the original, the second one a copy; strangers see neither.
        for prints in 1..3 {
            let paper = browser.get("/co-quan/thu-phi/bien-lai/1/in").await;
            assert_eq!((paper.status, paper.media_type.as_str()), (200, "application/pdf"));
            assert_eq!(site.count("select prints from fee_receipt"), prints);
        }
        assert_eq!(site.count("select count(*) from journal where act = 'reprint'"), 1);
        for path in ["/co-quan/thu-phi/bien-lai/1", "/co-quan/thu-phi/ho-so/1", "/co-quan/thu-phi/bien-lai/1/in"] {
            assert_eq!(site.signed_in("quay-khac").get(path).await.status, 404, "{path}");
        }
        let list = browser.get("/co-quan/thu-phi/bien-lai?q=PS%2F26P%200000001").await.text;
        assert!(list.contains("1 biên lai"), "{list}");
        assert_eq!(browser.get("/co-quan/thu-phi/bien-lai?dang=xlsx").await.status, 200);
        assert_eq!(browser.get("/co-quan/thu-phi/xuat").await.status, 200);
        sound(&site);
    }

    async fn an_exemption_needs_its_paper_and_another_amount_its_reason(site) {
        given(&site);
        let mut browser = site.signed_in("quay");
        let poor = site.text("select cast(id as text) from fee_exemption where name like '%nghèo%'");
        let exempt = [("mien-giam", poor.as_str())];
        let got = copies(&site, &mut browser, 'a', "2", &exempt).await;
        assert_eq!(got.status, 422);
        assert!(got.text.contains("Giấy chứng nhận hộ nghèo"), "{}", got.text);
        let shown = [("mien-giam", poor.as_str()), ("da-xem-giay-to", "1")];
        assert_eq!(copies(&site, &mut browser, 'a', "2", &shown).await.status, 303);
        assert_eq!(site.text("select financial from dossier"), "not_required");
        assert_eq!(site.count("select count(*) from fee_assessment where amount = 0 and by_hand = 0"), 1);
        let page = browser.get("/co-quan/thu-phi/ho-so/1").await.text;
        assert!(page.contains("Người thuộc hộ nghèo: miễn"), "{page}");
        // By hand: with a reason, and then to be seen.
        let got = copies(&site, &mut browser, 'b', "2", &[("le-phi", "10.000")]).await;
        assert_eq!(got.status, 422);
        assert!(got.text.contains("Số tiền khác số tính theo biểu phí (16.000 đ)"), "{}", got.text);
        let hand = [("le-phi", "10.000"), ("ly-do-phi", "Theo NQ mới chưa nhập")];
        assert_eq!(copies(&site, &mut browser, 'b', "2", &hand).await.status, 303);
        assert_eq!(site.count("select count(*) from fee_assessment where by_hand = 1 and amount = 10000"), 1);
        // Worked out anew after receipt: an event with its reason.
        let rate = rate_of(&site, COPY);
        let again = [(rate.as_str(), "4")];
        assert_eq!(browser.post("/co-quan/thu-phi/ho-so/2/tinh", &again).await.status, 422);
        let again = [(rate.as_str(), "4"), ("ly-do-phi", "Xin thêm hai bản")];
        let got = browser.post("/co-quan/thu-phi/ho-so/2/tinh", &again).await;
        assert_eq!(got.status, 303, "{}", got.text);
        assert_eq!(site.count("select fee from dossier where id = 2"), 32_000);
        let page = browser.get("/co-quan/ho-so/2").await.text;
        assert!(page.contains("Sửa số tiền phải nộp") && page.contains("Xin thêm hai bản"), "{page}");
        assert_eq!(site.signed_in("thuly").post("/co-quan/thu-phi/ho-so/2/tinh", &again).await.status, 403);
        sound(&site);
    }

    async fn another_offices_counter_moves_no_money_here_and_a_stranger_reads_nothing(site) {
        given(&site);
        site.given("insert into unit (id, kind) values (6, 'one_stop')", &[]);
        site.given(
            "insert into unit_version
               (unit, valid_from, parent, name, title, code, agency_code, address, phone, place)
             values (6, '2020-01-01', 1, 'Một cửa', 'Một cửa huyện Tân Kỳ', '', '', '', '', '')",
            &[],
        );
        for (login, role, unit) in [
            ("quay-mot-cua-huyen", Role::CounterOfficial, 6),
            ("quay-huyen", Role::CounterOfficial, 1),
            ("kiemtra", Role::Auditor, 1),
        ] {
            site.given_account(login, role, unit);
        }
        site.run(|tx| site::outdate(tx, site::UNITS_EDITION));
        let mut browser = site.signed_in("quay");
        assert_eq!(copies(&site, &mut browser, 'a', "3", &[]).await.status, 303);
        let paid = [("so-tien", "24.000"), ("lan-gui", "")];
        assert_eq!(browser.post("/co-quan/thu-phi/ho-so/1", &paid).await.status, 303);
        let over = [("noi", "3"), ("so-tien-nop", "20.000"), ("nguoi-nhan-quy", "Thủ quỹ Lê"), ("lan-gui", "")];
        assert_eq!(browser.post("/co-quan/thu-phi/so-quy/nop", &over).await.status, 303);
        let pages = [
            "/co-quan/thu-phi/bien-lai/1", "/co-quan/thu-phi/bien-lai/1/in", "/co-quan/thu-phi/ho-so/1",
            "/co-quan/thu-phi/so-quy?noi=3", "/co-quan/thu-phi/so-quy/nop/1",
            "/co-quan/thu-phi/hoan-tra/moi?ho-so=H41.99.40-260108-0001",
        ];
        // The district's own counter, and the next commune's: strangers.
        for login in ["quay-mot-cua-huyen", "quay-khac"] {
            let mut stranger = site.signed_in(login);
            for path in pages {
                assert_eq!(stranger.get(path).await.status, 404, "{login} {path}");
            }
            let list = stranger.get("/co-quan/thu-phi/bien-lai").await.text;
            assert!(!list.contains("PS/26P") && !list.contains("Nguyễn Thị Thử"), "{list}");
        }
        // Whose right stands over the district reads its communes' books and moves no money in them.
        for login in ["quay-huyen", "kiemtra"] {
            let mut over_all = site.signed_in(login);
            for path in ["/co-quan/thu-phi/bien-lai/1", "/co-quan/thu-phi/so-quy?noi=3"] {
                assert_eq!(over_all.get(path).await.status, 200, "{login} {path}");
            }
            let refund = [("ho-so", "H41.99.40-260108-0001"), ("nguoi-nhan", "A"), ("so-tien", "1.000"),
                ("cach-tra", "cash"), ("ly-do", "Thu thừa"), ("lan-gui", "")];
            let close = [("noi", "3"), ("ngay-chot", "08/01/2026"), ("dem-duoc", "4.000")];
            for (path, fields) in [
                ("/co-quan/thu-phi/so-quy/nop", over.as_slice()),
                ("/co-quan/thu-phi/so-quy/chot", close.as_slice()),
                ("/co-quan/thu-phi/hoan-tra/moi", refund.as_slice()),
            ] {
                let tried = over_all.post(path, fields).await.status;
                assert!(matches!(tried, 403 | 404), "{login} {path}: {tried}");
            }
        }
        assert_eq!(site.count("select count(*) from fee_refund"), 0);
    }

    async fn one_form_that_is_sent_three_times_in_a_moment_takes_money_once(site) {
        given(&site);
        let mut browser = site.signed_in("quay");
        assert_eq!(copies(&site, &mut browser, 'a', "1", &[]).await.status, 303);
        let once = "c".repeat(32);
        let paid = [("so-tien", "5.000"), ("lan-gui", once.as_str())];
        // Each has the same session's words; whoever comes second finds the dossier changed.
        let path = "/co-quan/thu-phi/ho-so/1";
        let (mut a, mut b, mut c) = (site.signed_in("quay"), site.signed_in("quay"), site.signed_in("quay"));
        let sent = tokio::join!(a.post(path, &paid), b.post(path, &paid), c.post(path, &paid));
        for it in [&sent.0, &sent.1, &sent.2] {
            assert_eq!(it.status, 303, "{}", it.text);
            assert_eq!(it.location, sent.0.location, "all lead to the one receipt");
        }
        assert_eq!(site.count("select count(*) from fee_receipt"), 1);
        assert_eq!(site.count("select count(*) from fee_entry where amount = 5000"), 1);
        sound(&site);
    }

    async fn a_day_before_the_first_entry_is_not_closed(site) {
        given(&site);
        let mut browser = site.signed_in("quay");
        let (path, close) = ("/co-quan/thu-phi/so-quy/chot", "01/01/2020");
        let fields = [("noi", "3"), ("ngay-chot", close), ("dem-duoc", "0"), ("ly-do-lech", "")];
        let no = browser.post(path, &fields).await;
        assert!(no.status == 422 && no.text.contains("chưa có khoản thu, chi nào"), "{}", no.text);
        assert_eq!(site.count("select count(*) from fee_day"), 0);
    }

    async fn no_money_is_taken_without_a_number(site) {
        given(&site);
        let mut browser = site.signed_in("quay");
        assert_eq!(copies(&site, &mut browser, 'a', "1", &[]).await.status, 303);
        let mut reform = site.signed_in("cchc");
        let page = reform.get("/co-quan/quan-tri/thu-phi").await.text;
        assert!(page.contains("PS/26P") && !page.contains("TH/26P"), "{page}");
        let page = browser.get("/co-quan/thu-phi/ho-so/1").await.text;
        assert!(page.contains("Thu tiền và viết biên lai"), "{page}");
        // Asked with the book's symbol first; then closed, once.
        let close = "/co-quan/quan-tri/thu-phi/quyen/1/dong";
        assert!(reform.get(close).await.text.contains("Đóng quyển biên lai PS/26P?"));
        for fields in [vec![], vec![("dong-y", "TH/26P")]] {
            let asked = reform.post(close, &fields).await;
            assert_eq!(asked.status, 422);
            assert!(asked.text.contains("name=\"dong-y\" value=\"PS/26P\""), "{}", asked.text);
        }
        assert_eq!(site.count("select count(*) from fee_book where closed_ms is not null"), 0);
        assert_eq!(reform.post(close, &[("dong-y", "PS/26P")]).await.status, 303);
        assert_eq!(reform.post(close, &[("dong-y", "PS/26P")]).await.status, 303);
        let said = reform.get("/co-quan/quan-tri/thu-phi").await.text;
        assert!(said.contains("Quyển PS/26P đã đóng từ trước, lúc 08:00"), "{said}");
        assert_eq!(site.count("select count(*) from journal where subject = 'fee_book' and act = 'close'"), 1);
        assert_eq!(reform.post("/co-quan/quan-tri/thu-phi/quyen/2/dong", &[]).await.status, 404);
        assert_eq!(reform.get("/co-quan/quan-tri/thu-phi/quyen/2/dong").await.status, 404);
        assert_eq!(site.signed_in("quay").post(close, &[("dong-y", "PS/26P")]).await.status, 403);
        // The counter reads it before anybody presses, and who is to be asked.
        let page = browser.get("/co-quan/thu-phi/ho-so/1").await.text;
        assert!(!page.contains("Thu tiền và viết biên lai"), "{page}");
        assert!(page.contains("Hãy nhờ quản trị của đơn vị mở quyển ở “Quản trị › Tài khoản thu và quyển biên lai”"));
        // A symbol is one.
        for symbol in ["-5", "5", "PS//26", "PS/26P-", "ký hiệu", "A B"] {
            let open = [("don-vi-quyen", "3"), ("ky-hieu", symbol), ("tu-so", "1"), ("den-so", "9")];
            let refused = reform.post("/co-quan/quan-tri/thu-phi/quyen", &open).await;
            assert_eq!(refused.status, 422, "{symbol}");
            assert!(refused.text.contains("Ký hiệu gồm 2 đến 20"), "{symbol}");
        }
        for (path, fields) in [
            ("/co-quan/thu-phi/ho-so/1", vec![("so-tien", "8.000")]),
            ("/co-quan/ho-so/1/da-nop-tien", vec![("so-tien", "8.000"), ("an-ban", "1")]),
        ] {
            let got = browser.post(path, &fields).await;
            assert_eq!(got.status, 422, "{path}");
            assert!(got.text.contains("quyển biên lai"), "{}", got.text);
        }
        assert_eq!(site.text("select financial from dossier"), "due");
        let book = [("don-vi-quyen", "2"), ("ky-huu", ""), ("ky-hieu", "XA/26"), ("tu-so", "5"), ("den-so", "5")];
        assert_eq!(reform.post("/co-quan/quan-tri/thu-phi/quyen", &book).await.status, 303);
        assert_eq!(reform.post("/co-quan/quan-tri/thu-phi/quyen", &book).await.status, 422, "twice the same number");
        let got = browser.post("/co-quan/ho-so/1/da-nop-tien", &[("so-tien", "8.000"), ("an-ban", "1")]).await;
        assert_eq!(got.status, 303, "{}", got.text);
        assert_eq!(site.count("select number from fee_receipt"), 5);
        // The old step leads to the till; the book is full.
        let old = browser.get("/co-quan/ho-so/1/da-nop-tien").await;
        assert_eq!(old.location.as_deref(), Some("/co-quan/thu-phi/ho-so/1"));
        assert_eq!(copies(&site, &mut browser, 'b', "1", &[]).await.status, 303);
        assert_eq!(browser.post("/co-quan/thu-phi/ho-so/2", &[("so-tien", "8.000")]).await.status, 422);
        sound(&site);
    }

    async fn a_cancelled_receipt_keeps_its_number_and_its_money_is_owed_again(site) {
        given(&site);
        let mut browser = site.signed_in("quay");
        copies(&site, &mut browser, 'a', "1", &[]).await;
        browser.post("/co-quan/thu-phi/ho-so/1", &[("so-tien", "8.000")]).await;
        assert_eq!(browser.post("/co-quan/thu-phi/bien-lai/1/huy", &[]).await.status, 422);
        let why = [("ly-do", "Viết sai tên")];
        assert_eq!(site.signed_in("quay-khac").post("/co-quan/thu-phi/bien-lai/1/huy", &why).await.status, 404);
        assert_eq!(browser.post("/co-quan/thu-phi/bien-lai/1/huy", &why).await.status, 303);
        assert_eq!(browser.post("/co-quan/thu-phi/bien-lai/1/huy", &why).await.status, 303, "pressed twice");
        let other = [("ly-do", "Lý do khác")];
        assert_eq!(browser.post("/co-quan/thu-phi/bien-lai/1/huy", &other).await.status, 422, "once");
        assert_eq!(site.count("select count(*) from fee_entry where kind <> 'receipt'"), 1);
        assert_eq!(site.text("select financial from dossier"), "due");
        browser.post("/co-quan/thu-phi/ho-so/1", &[("so-tien", "8.000")]).await;
        assert_eq!(site.count("select number from fee_receipt where cancelled_ms is null"), 2);
        sound(&site);
    }

    async fn an_account_is_stopped_once_and_only_by_its_name(site) {
        given(&site);
        let mut browser = site.signed_in("cchc");
        let (number, path) = (site.text("select number from fee_account"), "/co-quan/quan-tri/thu-phi/1/ngung");
        let asked = browser.get(path).await.text;
        assert!(asked.contains(&format!("Ngừng thu vào tài khoản {number}?")), "{asked}");
        assert_eq!(browser.post(path, &[]).await.status, 422, "nothing is stopped without its name");
        assert_eq!(site.count("select count(*) from fee_account where valid_until is null"), 1);
        assert_eq!(browser.post(path, &[("dong-y", number.as_str())]).await.status, 303);
        assert_eq!(browser.post(path, &[("dong-y", number.as_str())]).await.status, 303, "pressed twice");
        assert_eq!(site.count("select count(*) from fee_account where valid_until is null"), 0);
        assert_eq!(site.count("select count(*) from journal where subject = 'fee_account' and act = 'end'"), 1);
        let told = browser.get("/co-quan/quan-tri/thu-phi").await.text;
        assert!(told.contains("đã ngừng thu từ trước"), "{told}");
    }

    async fn a_statement_pays_only_what_is_confirmed_and_the_clock_goes_on_from_the_banks_time(site) {
        given(&site);
        let mut browser = site.signed_in("quay");
        for (token, count) in [('a', "1"), ('b', "2"), ('c', "1")] {
            assert_eq!(copies(&site, &mut browser, token, count, &[]).await.status, 303);
        }
        let file = statement(&[
            ("08/01/2026 10:00:00", "8,000", "MBVCB.1 HS H4199402601080001 chuyen tien"),
            ("08/01/2026", "10,000", "h41.99.40-260108-0002 nop truoc"),
            ("08/01/2026", "500,000", "tien nha"),
            ("08/01/2026", "", "phi ngan hang"),
        ]);
        let up = |name| [("tep", name, file.as_slice())];
        let account = [("tai-khoan", "1")];
        let path = "/co-quan/thu-phi/sao-ke/nhap";
        assert_eq!(site.signed_in("quay-khac").upload(path, &account, &up("a.xlsx")).await.status, 404);
        // Who sits at the district's counter sees what its communes collect, and does not collect there.
        given_district_counter(&site);
        let mut district = site.signed_in("quay-huyen");
        assert_eq!(district.upload(path, &account, &up("a.xlsx")).await.status, 404);
        let huge = vec![b'1'; site::form::FILE_BYTES_MAX + 1];
        let got = browser.upload(path, &account, &[("tep", "to.xlsx", huge.as_slice())]).await;
        assert_eq!(got.status, 422);
        assert!(got.text.contains("Tệp “to.xlsx” lớn hơn 20 MB"), "{}", got.text);
        let got = browser.upload(path, &account, &up("a.xlsx")).await;
        assert_eq!(got.status, 303, "{}", got.text);
        let got = browser.upload(path, &account, &up("b.xlsx")).await;
        assert_eq!(got.status, 303);
        assert_eq!(site.count("select count(*) from fee_statement_line"), 3, "known lines are known again");
        assert!(site.text("select mapping from fee_account").contains("Ghi có"));
        // Nothing is paid by being in a statement.
        assert_eq!(site.count("select count(*) from dossier where financial = 'paid'"), 0);
        let list = browser.get("/co-quan/thu-phi/sao-ke").await.text;
        assert!(list.contains("Khớp số tiền") && list.contains("Nộp thiếu"), "{list}");
        let ids = |content: &str| {
            let sql = format!("select cast(id as text) from fee_statement_line where content like '%{content}%'");
            site.run(|tx| tx.query_one(&sql, &[])?.map_or(Ok(String::new()), |row| row.get::<String>(0)))
        };
        let (exact, partial, stranger) = (ids("MBVCB"), ids("nop truoc"), ids("tien nha"));
        let confirm = [("khop", exact.as_str()), ("khop", partial.as_str()), ("khop", stranger.as_str())];
        let got = browser.post("/co-quan/thu-phi/sao-ke/khop", &confirm).await;
        assert_eq!(got.status, 303, "{}", got.text);
        assert_eq!(site.text("select financial from dossier where id = 1"), "paid");
        assert_eq!(site.text("select financial from dossier where id = 2"), "due");
        assert_eq!(site.text("select paid_at from fee_receipt where dossier = 1"), "2026-01-08T10:00:00");
        assert_eq!(site.count("select count(*) from fee_receipt where method = 'transfer'"), 2);
        // A stranger's line: split by hand over two dossiers, never more than is owed, the rest put aside.
        let line = format!("/co-quan/thu-phi/sao-ke/{stranger}");
        let much = [("ma-ho-so", "H41.99.40-260108-0002"), ("so-tien", "7.000")];
        assert_eq!(browser.post(&line, &much).await.status, 422);
        let rest = [("ma-ho-so", "H41.99.40-260108-0002"), ("so-tien", "6.000")];
        assert_eq!(browser.post(&line, &rest).await.status, 303);
        assert_eq!(browser.post(&line, &[("ma-ho-so", "H41.99.40-260108-0003"), ("so-tien", "8.000")]).await.status, 303);
        assert_eq!(site.count("select matched from fee_statement_line where amount = 500000"), 14_000);
        let aside = format!("{line}/de-rieng");
        assert_eq!(browser.post(&aside, &[]).await.status, 422, "with a reason");
        assert_eq!(browser.post(&aside, &[("ly-do", "Tiền thuê nhà")]).await.status, 303);
        assert!(browser.get("/co-quan/thu-phi/sao-ke?xem=de-rieng").await.text.contains("Tiền thuê nhà"));
        assert_eq!(browser.post(&aside, &[("viec", "lay-lai")]).await.status, 303);
        // Taken back with a reason: the receipt is cancelled, the money owed, the line open again.
        let undo = format!("{line}/bo-khop");
        let id = site.text("select cast(max(id) as text) from fee_match");
        assert_eq!(browser.post(&undo, &[("khop", &id)]).await.status, 422);
        let got = browser.post(&undo, &[("khop", &id), ("ly-do-bo", "Nhầm hồ sơ")]).await;
        assert_eq!(got.status, 303, "{}", got.text);
        assert_eq!(site.text("select financial from dossier where id = 3"), "due");
        assert_eq!(site.count("select matched from fee_statement_line where amount = 500000"), 6_000);
        assert_eq!(browser.get(&line).await.status, 200);
        assert_eq!(site.signed_in("quay-khac").get(&line).await.status, 404);
        sound(&site);
    }

    async fn the_clock_waits_for_the_whole_and_goes_on_from_when_the_bank_booked_it(site) {
        given(&site);
        let mut counter = site.signed_in("quay");
        assert_eq!(counter.post("/co-quan/ho-so/moi", &birth("Nguyễn Thị Thử", ONCE)).await.status, 303);
        let staff = site.text("select cast(id as text) from staff where name = 'thuly'");
        counter.post("/co-quan/ho-so/1/chuyen", &[("an-ban", "1"), ("don-vi", "2")]).await;
        site.signed_in("truong").post("/co-quan/ho-so/1/phan-cong", &[("an-ban", "2"), ("can-bo", &staff)]).await;
        let mut officer = site.signed_in("thuly");
        officer.post("/co-quan/ho-so/1/thu-ly", &[("an-ban", "3")]).await;
        let ask = [("an-ban", "4"), ("so-tien", "20.000"), ("loi", "Thông báo số 5")];
        let got = officer.post("/co-quan/ho-so/1/yeu-cau-nop-tien", &ask).await;
        assert_eq!(got.status, 303, "{}", got.text);
        assert_eq!(site.count("select count(*) from dossier where due_at is null"), 1, "the clock stands still");
        site.set_clock(jiff::civil::date(2026, 1, 14).at(9, 0, 0, 0));
        let mut counter = site.signed_in("quay");
        assert_eq!(counter.post("/co-quan/thu-phi/ho-so/1", &[("so-tien", "5.000")]).await.status, 303);
        assert_eq!(site.text("select status from dossier"), "await_payment", "some is not all");
        assert_eq!(site.count("select count(*) from dossier where due_at is null"), 1);
        let file = statement(&[("12/01/2026 08:00:00", "15,000", "HS H4199402601080001")]);
        counter.upload("/co-quan/thu-phi/sao-ke/nhap", &[("tai-khoan", "1")], &[("tep", "a.xlsx", &file)]).await;
        let got = counter.post("/co-quan/thu-phi/sao-ke/khop", &[("khop", "1")]).await;
        assert_eq!(got.status, 303, "{}", got.text);
        assert_eq!(site.text("select status from dossier"), "processing");
        assert!(site.text("select state from dossier").contains("\"until\":\"2026-01-12T08:00:00\""));
        sound(&site);
    }

    async fn a_refund_is_approved_by_another_and_stands_in_the_books_and_a_closed_day_is_never_changed(site) {
        given(&site);
        let mut browser = site.signed_in("quay");
        copies(&site, &mut browser, 'a', "4", &[]).await;
        browser.post("/co-quan/thu-phi/ho-so/1", &[("so-tien", "32.000")]).await;
        let mut head = site.signed_in("truong");
        let ask = |amount| {
            [("ho-so", "H41.99.40-260108-0001"), ("nguoi-nhan", "Nguyễn Thị Thử"), ("so-tien", amount),
             ("cach-tra", "cash"), ("ly-do", "Thu thừa một bản"), ("lan-gui", "")]
        };
        let path = "/co-quan/thu-phi/hoan-tra/moi";
        assert_eq!(browser.get(&format!("{path}?ho-so=H41.99.40-260108-0001")).await.status, 200);
        assert_eq!(browser.post(path, &ask("40.000")).await.status, 422);
        let got = browser.post(path, &ask("8.000")).await;
        assert_eq!(got.location.as_deref(), Some("/co-quan/thu-phi/hoan-tra/1"), "{}", got.text);
        assert_eq!(browser.post(path, &ask("30.000")).await.status, 422, "not twice");
        let waits = "hoàn trả phí, lệ phí chờ duyệt";
        assert!(head.get("/co-quan").await.text.contains(waits), "told without being asked");
        assert!(!browser.get("/co-quan").await.text.contains(waits), "not to who asked for it");
        let (decide, pay) = ("/co-quan/thu-phi/hoan-tra/1/duyet", "/co-quan/thu-phi/hoan-tra/1/chi");
        assert_eq!(browser.post(decide, &[("viec", "duyet")]).await.status, 422, "not by himself");
        assert_eq!(browser.post(pay, &[]).await.status, 422, "not before it is approved");
        assert_eq!(head.post(decide, &[("viec", "khong")]).await.status, 422, "with a reason");
        assert_eq!(head.post(decide, &[("viec", "duyet")]).await.status, 303);
        assert!(!head.get("/co-quan").await.text.contains(waits));
        let got = browser.post(pay, &[]).await;
        assert_eq!(got.status, 303, "{}", got.text);
        assert_eq!(browser.post(pay, &[]).await.status, 422, "once");
        assert_eq!(browser.get("/co-quan/thu-phi/hoan-tra/1/in").await.media_type, "application/pdf");
        assert_eq!(site.text("select financial from dossier"), "paid");
        let book = browser.get("/co-quan/thu-phi/so-quy").await.text;
        assert!(book.contains("24.000 đ") && book.contains("HT-2026-0001"), "{book}");
        // Handed over, counted, closed.
        let over = |amount| [("noi", "3"), ("so-tien-nop", amount), ("nguoi-nhan-quy", "Thủ quỹ Lê"), ("lan-gui", "")];
        for (amount, why) in [("25.000", "Chỉ đang giữ 24.000 đ tiền mặt."), ("0", "Số tiền nộp phải lớn hơn 0 đ.")] {
            let got = browser.post("/co-quan/thu-phi/so-quy/nop", &over(amount)).await;
            assert!(got.status == 422 && got.text.contains(why), "{amount}: {}", got.text);
            assert!(got.text.contains("id=\"so-tien-nop-mistake\"") && got.text.contains("value=\"Thủ quỹ Lê\""));
        }
        let got = browser.post("/co-quan/thu-phi/so-quy/nop", &over("20.000")).await;
        assert_eq!(got.status, 303, "{}", got.text);
        assert_eq!(browser.get("/co-quan/thu-phi/so-quy/nop/1").await.media_type, "application/pdf");
        let close = |counted, why| [("noi", "3"), ("ngay-chot", "08/01/2026"), ("dem-duoc", counted), ("ly-do-lech", why)];
        let path = "/co-quan/thu-phi/so-quy/chot";
        assert_eq!(browser.post(path, &close("3.000", "")).await.status, 422, "another amount needs a reason");
        given_district_counter(&site);
        let mut district = site.signed_in("quay-huyen");
        let look = "/co-quan/thu-phi/so-quy?noi=3&nguoi-thu=tat-ca";
        assert_eq!(district.get(look).await.status, 200, "he may look");
        assert_eq!(district.get("/co-quan/thu-phi/bien-lai/1").await.status, 200);
        assert_eq!(district.post(path, &close("4.000", "")).await.status, 404, "not in their place");
        let why = [("ly-do", "Viết sai tên")];
        assert_ne!(district.post("/co-quan/thu-phi/bien-lai/1/huy", &why).await.status, 303);
        assert_ne!(district.post("/co-quan/thu-phi/ho-so/1", &[("so-tien", "8.000")]).await.status, 303);
        // A neighbour does not even look.
        for path in ["/co-quan/thu-phi/bien-lai/1", "/co-quan/thu-phi/so-quy/nop/1"] {
            assert_eq!(site.signed_in("quay-khac").get(path).await.status, 404, "{path}");
        }
        assert_eq!(browser.post(path, &close("4.000", "")).await.status, 303);
        assert_eq!(browser.post(path, &close("4.000", "")).await.status, 422, "closed once");
        // What comes later is of the next day.
        copies(&site, &mut browser, 'b', "1", &[]).await;
        browser.post("/co-quan/thu-phi/ho-so/2", &[("so-tien", "8.000")]).await;
        assert_eq!(site.text("select day from fee_entry where kind = 'receipt' and amount = 8000"), "2026-01-09");
        let next = browser.get("/co-quan/thu-phi/so-quy?tu-ngay=09/01/2026&dang=pdf").await;
        assert_eq!(next.media_type, "application/pdf");
        assert_eq!(browser.get("/co-quan/thu-phi/so-quy?nguoi-thu=tat-ca&dang=xlsx").await.status, 200);
        let other = site.signed_in("quay-khac").get("/co-quan/thu-phi/so-quy?noi=3").await;
        assert_eq!(other.status, 404);
        sound(&site);
        site.given("update fee_entry set amount = 1 where kind = 'refund'", &[]);
        assert!(!site.run(facts::unsound).is_empty(), "a changed entry of a closed day is found");
    }

    async fn the_table_is_kept_by_date_and_goes_out_and_in_as_a_workbook(site) {
        given(&site);
        let mut reform = site.signed_in("cchc");
        assert_eq!(reform.get("/co-quan/quan-tri/bieu-phi").await.status, 200);
        let new = |from| {
            vec![("thu-tuc", COPY), ("ten", "Bản sao nộp qua mạng"), ("loai", "duty"), ("kenh", "online"),
                 ("muc", "4.000"), ("don-vi-tinh", "bản"), ("can-cu", "NQ 12/2025/NQ-HĐND"), ("tu-ngay", from)]
        };
        assert_eq!(reform.post("/co-quan/quan-tri/bieu-phi/moi", &new("01/01/2026")).await.status, 422, "not into the past");
        let got = reform.post("/co-quan/quan-tri/bieu-phi/moi", &new("08/01/2026")).await;
        assert_eq!(got.status, 303, "{}", got.text);
        let id = site.text("select cast(max(id) as text) from fee_rate");
        let mut change = new("01/02/2026");
        change.retain(|it| it.0 != "muc");
        change.push(("muc", "5.000"));
        let path = format!("/co-quan/quan-tri/bieu-phi/{id}");
        assert_eq!(reform.get(&path).await.status, 200);
        assert_eq!(reform.post(&path, &change).await.status, 303);
        assert_eq!(site.text("select valid_until from fee_rate where amount = 4000"), "2026-01-31");
        assert_eq!(site.count("select count(distinct series) from fee_rate where name = 'Bản sao nộp qua mạng'"), 1);
        let moment = [("thu-tuc", COPY), ("luc-thu", "end")];
        assert_eq!(reform.post("/co-quan/quan-tri/bieu-phi/luc-thu", &moment).await.status, 303);
        // Out, changed, in again: first a look, then the whole.
        let out = reform.get("/co-quan/quan-tri/bieu-phi/xuat?q=2.000635").await;
        assert_eq!(out.status, 200);
        let path = "/co-quan/quan-tri/bieu-phi/nhap";
        let text = "Mã thủ tục,Khoản thu,Loại,Cách nộp,Mức thu,Đơn vị tính,Căn cứ,Từ ngày\n\
                    2.000635,Bản sao khẩn,Lệ phí,Trực tiếp,9.000,bản,NQ,10/01/2026\n";
        let wrong = text.replace("9.000", "chín").replace("2.000635", "9.999999");
        let got = reform.upload(path, &[("viec", "xem")], &[("tep", "a.csv", wrong.as_bytes())]).await;
        assert_eq!(got.status, 422);
        assert!(got.text.contains("Dòng 2, cột Mức thu"), "{}", got.text);
        let got = reform.upload(path, &[("viec", "xem")], &[("tep", "a.csv", text.as_bytes())]).await;
        assert!(got.text.contains("1 thay đổi; chưa có gì được ghi"), "{}", got.text);
        assert_eq!(site.count("select count(*) from fee_rate where amount = 9000"), 0);
        let seen = got.text.split("name=\"tep-da-xem\" value=\"").nth(1).unwrap().get(..64).unwrap().to_owned();
        let confirm = [("viec", "ghi"), ("tep-da-xem", seen.as_str()), ("ten-tep", "a.csv")];
        assert_eq!(reform.post(path, &confirm).await.status, 303);
        assert_eq!(site.count("select count(*) from fee_rate where amount = 9000"), 1);
        // Exemptions: with a basis, ended with a day.
        let who = [("ten", "Trẻ em"), ("muc-giam", "100"), ("can-cu", ""), ("tu-ngay", "08/01/2026")];
        assert_eq!(reform.post("/co-quan/quan-tri/mien-giam", &who).await.status, 422);
        let who = [("ten", "Trẻ em"), ("muc-giam", "100"), ("can-cu", "NQ 12"), ("tu-ngay", "08/01/2026")];
        assert_eq!(reform.post("/co-quan/quan-tri/mien-giam", &who).await.status, 303);
        let id = site.text("select cast(max(id) as text) from fee_exemption");
        let end = format!("/co-quan/quan-tri/mien-giam/{id}/het");
        assert!(reform.get(&end).await.text.contains("Cho “Trẻ em” hết hiệu lực?"));
        assert_eq!(reform.post(&end, &[]).await.status, 422, "asked first");
        assert_eq!(reform.post(&end, &[("dong-y", "Trẻ em")]).await.status, 303);
        assert_eq!(reform.post(&end, &[("dong-y", "Trẻ em")]).await.status, 303);
        let said = reform.get("/co-quan/quan-tri/mien-giam").await.text;
        assert!(said.contains("“Trẻ em” đã được cho hết hiệu lực từ trước, áp dụng đến hết ngày 08/01/2026"), "{said}");
        assert_eq!(site.count("select count(*) from journal where subject = 'fee_exemption' and act = 'end'"), 1);
        let account = [("don-vi", "2"), ("ma-ngan-hang", "97"), ("ngan-hang", "A"), ("so-tai-khoan", "1 2"), ("chu-tai-khoan", "B")];
        assert_eq!(reform.post("/co-quan/quan-tri/thu-phi", &account).await.status, 422);
        let account = [("don-vi", "4"), ("ma-ngan-hang", "970405"), ("ngan-hang", "A"), ("so-tai-khoan", "12345"), ("chu-tai-khoan", "B")];
        assert_eq!(reform.post("/co-quan/quan-tri/thu-phi", &account).await.status, 404, "another's unit");
        assert_eq!(site.signed_in("quay").post("/co-quan/quan-tri/mien-giam", &who).await.status, 403);
    }

    async fn the_configuration_goes_out_and_comes_in_and_changes_nothing_twice(site) {
        given(&site);
        let out = site.run(facts::configuration_export);
        let take = |value: &serde_json::Value| {
            let value = value.clone();
            site.run(move |tx| facts::configuration_import(tx, &value).map_err(|e| store::Fault::Broken(format!("{e:?}"))))
        };
        assert!(take(&out).is_empty(), "it is all there");
        let mut other = out.clone();
        other["rates"][0]["rate"]["amount"] = 77_000.into();
        other["rates"][0]["from"] = "2026-02-01".into();
        other["accounts"][0]["number"] = "999999".into();
        let changes = take(&other);
        assert_eq!(changes.len(), 2, "{changes:?}");
        assert!(take(&other).is_empty());
        assert_eq!(site.count("select count(*) from fee_rate where amount = 77000 and valid_from = '2026-02-01'"), 1);
        assert_eq!(site.count("select count(*) from fee_rate where valid_until = '2026-01-31'"), 1);
    }
}

/// An official of the district's counter: his right lies over the communes.
fn given_district_counter(site: &TestSite) {
    use domain::{access::Role, ids::UnitId};
    let from = site.now().civil().date();
    site.run(|tx| {
        people::accounts::facts::create(
            tx,
            &people::accounts::facts::NewAccount {
                login: "quay-huyen",
                name: "quay-huyen",
                staff: None,
                password_hash: "",
                must_change: false,
                roles: &[(Role::CounterOfficial, UnitId(1))],
                from,
            },
        )
    });
}
