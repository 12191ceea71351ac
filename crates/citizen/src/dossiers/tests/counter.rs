//! The counter and the offices around it: what is lost, what is asked, who looks.

use people::staff::facts as staff;

use super::*;

on_both_engines! { crate::routes();
    async fn a_fee_that_nobody_knows_is_asked_for_at_the_counter_as_well(site) {
        given_two_communes(&site);
        let set = r#"update procedure_version set body = replace(body, '"amount":0', '"amount":null')"#;
        site.given(set, &[]);
        let mut browser = site.signed_in("quay");
        let page = browser.get("/co-quan/ho-so/moi?thu-tuc=1.001193").await.text;
        assert!(page.contains("name=\"khong-thu\""), "{page}");
        for (more, field) in [(vec![], "le-phi"), (vec![("le-phi", "0")], "ly-do-phi"), (vec![("khong-thu", "1")], "ly-do-phi")] {
            let mut fields = birth("Nguyễn Thị Thử", ONCE);
            fields.extend(more);
            let wrong = browser.post("/co-quan/ho-so/moi", &fields).await;
            let beside = format!("id=\"{field}-mistake\"");
            assert!(wrong.status == 422 && wrong.text.contains(&beside), "{field}: {}", wrong.text);
        }
        let mut fields = birth("Nguyễn Thị Thử", ONCE);
        fields.extend([("khong-thu", "1"), ("ly-do-phi", "HĐND tỉnh miễn")]);
        let done = browser.post("/co-quan/ho-so/moi", &fields).await;
        assert_eq!(done.status, 303, "{}", done.text);
        assert_eq!(site.text("select reason from fee_assessment"), "HĐND tỉnh miễn");
        assert_eq!(site.count("select fee from dossier"), 0);
    }

    async fn letters_that_no_database_and_no_header_takes_are_left_out(site) {
        given_two_communes(&site);
        let mut browser = site.signed_in("quay");
        for path in ["/co-quan/ho-so?thu-tuc=%00", "/co-quan/ho-so?q=a%00b", "/kiem-tra/%00"] {
            let status = browser.get(path).await.status;
            assert!(status < 500, "{path}: {status}");
        }
        let filter = [("ten", "Của tôi"), ("loc", "nhom=qua-han\r\nX-Evil: 1")];
        let saved = browser.post("/co-quan/ho-so/loc", &filter).await;
        assert!(saved.status < 500, "{}", saved.status);
    }

    async fn a_wrong_file_costs_nothing_that_was_typed_nor_the_files_beside_it(site) {
        given_two_communes(&site);
        let mut browser = site.signed_in("quay");
        let mut fields = birth("Nguyễn Thị Thử", ONCE);
        fields.push(("dia-chi", "Xóm 7"));
        let files: [(&str, &str, &[u8]); 2] =
            [("tep", "quet.pdf", PDF), ("tep", "xau.exe", b"MZ nothing")];
        let again = browser.upload("/co-quan/ho-so/moi", &fields, &files).await;
        assert_eq!(again.status, 422);
        assert!(again.text.contains("“xau.exe”: Tệp không phải PDF"), "{}", again.text);
        assert!(again.text.contains("value=\"Xóm 7\"") && again.text.contains("quet.pdf"));
        assert_eq!(site.count("select count(*) from dossier"), 0);
        // What else is wrong is told with it.
        let mut two = fields.clone();
        two.retain(|(name, _)| *name != "ho-ten");
        let bad: [(&str, &str, &[u8]); 1] = [("tep", "xau.exe", b"MZ nothing")];
        let both = browser.upload("/co-quan/ho-so/moi", &two, &bad).await;
        assert_eq!(both.status, 422);
        assert!(both.text.contains("href=\"#tep\"") && both.text.contains("href=\"#ho-ten\""), "{}", both.text);
        // The good one is carried by the form and need not be chosen again.
        let kept = again.text.split("name=\"tep-luu\" value=\"").nth(1).unwrap();
        let kept = kept.split('"').next().unwrap().to_owned();
        fields.push(("tep-luu", &kept));
        fields.push(("tep-luu", "forged"));
        let received = browser.post("/co-quan/ho-so/moi", &fields).await;
        assert_eq!(received.status, 303, "{}", received.text);
        assert_eq!(site.text("select name from dossier_file"), "quet.pdf");
        assert_eq!(site.count("select count(*) from dossier_file"), 1);
    }

    async fn enter_in_the_middle_of_the_form_receives_nothing_and_reads_a_card_that_was_scanned(site) {
        given_two_communes(&site);
        let mut browser = site.signed_in("quay");
        let card = "040190001234|123456789|Nguyễn Văn An|01011990|Nam|Xóm 1, Phú Sơn|01012021";
        let fields = [("thu-tuc", "1.001193"), ("viec", "xem"), ("kenh", "direct"), ("quet", card)];
        let read = browser.post("/co-quan/ho-so/moi", &fields).await;
        assert_eq!(read.status, 200, "{}", read.text);
        assert!(read.text.contains("value=\"Nguyễn Văn An\""), "{}", read.text);
        assert_eq!(site.count("select count(*) from dossier"), 0);
    }

    async fn the_same_person_with_the_same_wish_is_asked_about_and_not_turned_away(site) {
        given_two_communes(&site);
        let mut browser = site.signed_in("quay");
        let mut fields = birth("Nguyễn Thị Thử", ONCE);
        fields.push(("so-giay-to", "040190001234"));
        assert_eq!(browser.post("/co-quan/ho-so/moi", &fields).await.status, 303);
        let other = "e".repeat(32);
        fields.retain(|(name, _)| *name != "lan");
        fields.push(("lan", &other));
        let asked = browser.post("/co-quan/ho-so/moi", &fields).await;
        assert_eq!(asked.status, 422);
        assert!(asked.text.contains("H41.99.40-260108-0001 cùng thủ tục"), "{}", asked.text);
        fields.push(("van-nhan", "1"));
        assert_eq!(browser.post("/co-quan/ho-so/moi", &fields).await.status, 303);
        assert_eq!(site.count("select count(*) from dossier"), 2);
    }

    async fn three_counters_in_one_moment_receive_the_same_wish_once(site) {
        given_two_communes(&site);
        let tokens = ["a", "b", "c"].map(|it| it.repeat(32));
        let [one, two, three] = tokens.each_ref().map(|token| {
            let mut fields = birth("Nguyễn Thị Thử", token);
            fields.push(("so-giay-to", "040190001234"));
            fields
        });
        let [mut a, mut b, mut c] = [(); 3].map(|()| site.signed_in("quay"));
        let path = "/co-quan/ho-so/moi";
        let sent = tokio::join!(a.post(path, &one), b.post(path, &two), c.post(path, &three));
        let answers = [sent.0, sent.1, sent.2];
        let received = answers.iter().filter(|it| it.status == 303).count();
        assert_eq!((received, site.count("select count(*) from dossier")), (1, 1));
        for it in answers.iter().filter(|it| it.status != 303) {
            assert!(it.status == 422 && it.text.contains("đang có hồ sơ"), "{}", it.text);
        }
    }

    async fn what_was_typed_wrong_about_the_applicant_is_put_right_and_the_old_kept(site) {
        given_two_communes(&site);
        let mut browser = received(&site).await;
        let page = browser.get("/co-quan/ho-so/1/sua-nguoi-nop").await;
        assert!(page.text.contains("value=\"Nguyễn Thị Thử\""), "{}", page.text);
        let fields = [("an-ban", "1"), ("ho-ten", "Nguyễn Thị Thảo"), ("dien-thoai", "0912345679")];
        let empty = browser.post("/co-quan/ho-so/1/sua-nguoi-nop", &fields).await;
        assert_eq!(empty.status, 422, "a reason is owed");
        let fields: Vec<_> = fields.into_iter().chain([("ly-do", "Gõ nhầm")]).collect();
        let done = browser.post("/co-quan/ho-so/1/sua-nguoi-nop", &fields).await;
        assert_eq!(done.status, 303, "{}", done.text);
        assert_eq!(site.text("select applicant from dossier"), "Nguyễn Thị Thảo");
        assert!(browser.get("/co-quan/ho-so?q=thao").await.text.contains("Nguyễn Thị Thảo"));
        assert!(!browser.get("/co-quan/ho-so?q=thu").await.text.contains("Nguyễn Thị Thảo"));
        let words = site.text(
            "select w.words from journal_words w join journal j on j.id = w.entry
             where j.act = 'correct_person'",
        );
        assert!(words.contains("Họ tên: Nguyễn Thị Thử → Nguyễn Thị Thảo"), "{words}");
        assert_eq!(site.signed_in("quay-khac").get("/co-quan/ho-so/1/sua-nguoi-nop").await.status, 404);
        let late = browser.post("/co-quan/ho-so/1/sua-nguoi-nop", &fields).await;
        assert_eq!(late.status, 422, "somebody else was first");
    }

    async fn an_office_that_is_asked_finds_it_in_its_own_list_and_answers(site) {
        given_two_communes(&site);
        let mut counter = received(&site).await;
        counter.post("/co-quan/ho-so/1/chuyen", &[("don-vi", "2")]).await;
        let mut specialist = site.signed_in("thuly");
        specialist.post("/co-quan/ho-so/1/thu-ly", &[]).await;
        let ask = [("don-vi", "1"), ("ngay", "08/01/2026"), ("loi", "Có vướng không?")];
        let asked = specialist.post("/co-quan/ho-so/1/hoi-y-kien", &ask).await;
        assert_eq!(asked.status, 303, "{}", asked.text);
        let mut above = site.signed_in("lanhdao-huyen");
        let home = above.get("/co-quan").await.text;
        assert!(home.contains("Hồ sơ chờ đơn vị cho ý kiến"), "{home}");
        let list = above.get("/co-quan/ho-so?nhom=cho-y-kien").await.text;
        assert!(list.contains("Nguyễn Thị Thử"), "{list}");
        // Who asked has nothing to say in its place: he enters its paper, and it is told that he did.
        let path = "/co-quan/ho-so/1/tra-loi";
        let form = specialist.get(path).await.text;
        assert!(form.contains("name=\"so-tra-loi\"") && form.contains("Nhập thay"), "{form}");
        let unmarked = specialist.post(path, &[("don-vi", "1"), ("loi", "Không vướng")]).await;
        assert_eq!(unmarked.status, 422);
        assert!(unmarked.text.contains("id=\"so-tra-loi-mistake\""), "{}", unmarked.text);
        let paper = [("don-vi", "1"), ("loi", "Không vướng"), ("so-tra-loi", "7/UBND-TP")];
        let mut tomorrow = paper.to_vec();
        tomorrow.push(("ngay-tra-loi", "09/01/2026"));
        assert_eq!(specialist.post(path, &tomorrow).await.status, 422, "a paper of tomorrow");
        let mut today = paper.to_vec();
        today.push(("ngay-tra-loi", "08/01/2026"));
        assert_eq!(specialist.post(path, &today).await.status, 303);
        let page = specialist.get("/co-quan/ho-so/1").await.text;
        assert!(page.contains("Nhập thay UBND huyện Tân Kỳ: văn bản số 7/UBND-TP, ngày 08/01/2026"), "{page}");
        assert_eq!(specialist.post("/co-quan/ho-so/1/hoan-tac", &[]).await.status, 303);
        let answer = [("don-vi", "1"), ("loi", "Không vướng")];
        let own = above.get(path).await.text;
        assert!(!own.contains("name=\"so-tra-loi\""), "{own}");
        let answered = above.post("/co-quan/ho-so/1/tra-loi", &answer).await;
        assert_eq!(answered.status, 303, "{}", answered.text);
        assert!(!above.get("/co-quan").await.text.contains("Hồ sơ chờ đơn vị cho ý kiến"));
        assert_eq!(site.count("select count(*) from dossier_consultation"), 0);
    }

    async fn no_paper_is_printed_about_what_did_not_happen(site) {
        given_two_communes(&site);
        let mut browser = received(&site).await;
        for paper in ["tu-choi", "xin-loi", "dung", "yeu-cau-bo-sung"] {
            let answer = browser.get(&format!("/co-quan/ho-so/1/in/{paper}")).await;
            assert_eq!(answer.status, 422, "{paper}");
        }
    }

    async fn who_looks_without_a_part_is_written_down_and_does_not_learn_the_secret(site) {
        given_two_communes(&site);
        received(&site).await;
        let mut above = site.signed_in("lanhdao-huyen");
        assert_eq!(above.get("/co-quan/ho-so/1").await.status, 200);
        assert_eq!(site.count("select count(*) from journal where act = 'look'"), 1);
        let paper = above.get("/co-quan/ho-so/1/in/giay-hen").await;
        assert_eq!(paper.status, 200);
        assert_eq!(site.count("select count(*) from journal where act = 'look'"), 2);
        assert_eq!(site.signed_in("quay").get("/co-quan/ho-so/1").await.status, 200);
        assert_eq!(site.count("select count(*) from journal where act = 'look'"), 2);
    }

    async fn a_reprint_tells_the_secret_at_the_counter_and_nowhere_else(site) {
        given_two_communes(&site);
        let mut counter = received(&site).await;
        site.given("update dossier_person set secret = '907531'", &[]);
        counter.post("/co-quan/ho-so/1/chuyen", &[("don-vi", "2")]).await;
        let mut officer = site.signed_in("thuly");
        assert_eq!(officer.post("/co-quan/ho-so/1/thu-ly", &[]).await.status, 303);
        let path = "/co-quan/ho-so/1/in/giay-hen";
        for (login, tells) in [("quay", true), ("truong", true), ("thuly", false), ("ky", false), ("lanhdao-huyen", false)] {
            let paper = site.signed_in(login).get(path).await;
            assert_eq!(paper.status, 200, "{login}");
            assert_eq!(testkit::text_of_pdf(&paper.bytes).contains("907531"), tells, "{login}");
        }
    }

    async fn pressed_twice_a_step_is_taken_once_and_nothing_is_wrong(site) {
        given_two_communes(&site);
        let mut counter = received(&site).await;
        let fields = [("don-vi", "2"), ("an-ban", "1"), ("loi", "")];
        for _ in 0..2 {
            let done = counter.post("/co-quan/ho-so/1/chuyen", &fields).await;
            assert_eq!(done.location.as_deref(), Some("/co-quan/ho-so/1"), "{}", done.text);
        }
        assert_eq!(site.count("select count(*) from journal where act = 'transfer'"), 1);
        // Other words to the same state are another matter, and so is another person.
        let other = counter.post("/co-quan/ho-so/1/chuyen", &[("don-vi", "3"), ("an-ban", "1")]).await;
        assert_eq!(other.status, 422, "{}", other.text);
        let other = site.signed_in("truong").post("/co-quan/ho-so/1/chuyen", &fields).await;
        assert_eq!(other.status, 422, "{}", other.text);
        let mut officer = site.signed_in("thuly");
        for _ in 0..2 {
            let done = officer.post("/co-quan/ho-so/1/thu-ly", &[("an-ban", "2")]).await;
            assert_eq!(done.status, 303, "{}", done.text);
        }
        assert_eq!(site.count("select count(*) from journal where act = 'begin'"), 1);
    }

    async fn a_returned_draft_waits_with_its_reason_until_it_is_put_up_again(site) {
        given_two_communes(&site);
        let mut counter = received(&site).await;
        counter.post("/co-quan/ho-so/1/chuyen", &[("don-vi", "2")]).await;
        let mut officer = site.signed_in("thuly");
        officer.post("/co-quan/ho-so/1/thu-ly", &[]).await;
        officer.post("/co-quan/ho-so/1/trinh-ky", &[]).await;
        assert!(!officer.get("/co-quan").await.text.contains("Bản trình bị trả lại"));
        let back = [("loi", "Ghi sai họ của mẹ")];
        assert_eq!(site.signed_in("ky").post("/co-quan/ho-so/1/tra-lai", &back).await.status, 303);
        for path in ["/co-quan", "/co-quan/ho-so/1"] {
            let page = officer.get(path).await.text;
            assert!(page.contains("Bản trình bị trả lại") && page.contains("): Ghi sai họ của mẹ"), "{path}: {page}");
        }
        assert!(!site.signed_in("quay").get("/co-quan").await.text.contains("Bản trình bị trả lại"));
        assert_eq!(officer.post("/co-quan/ho-so/1/trinh-ky", &[]).await.status, 303);
        for path in ["/co-quan", "/co-quan/ho-so/1"] {
            assert!(!officer.get(path).await.text.contains("Bản trình bị trả lại"), "{path}");
        }
    }

    async fn a_column_that_says_something_else_than_the_events_is_found(site) {
        given_two_communes(&site);
        received(&site).await;
        assert!(site.run(crate::dossiers::facts::unfolded).is_empty());
        for edit in [
            "update dossier set due_at = '2027-01-01T17:00:00'",
            "update dossier set status = 'returned'",
            "update dossier set is_open = 0",
        ] {
            site.run(|tx| tx.execute("update dossier set due_at = due_original_at, status = 'accepted', is_open = 1", &[]));
            assert!(site.run(crate::dossiers::facts::unfolded).is_empty(), "mended");
            site.given(edit, &[]);
            assert_eq!(site.run(crate::dossiers::facts::unfolded).len(), 1, "{edit}");
        }
        for table in ["dossier_visit", "dossier_person", "dossier_paper", "dossier_word", "rating_link", "dossier"] {
            site.run(|tx| tx.execute(&format!("delete from {table}"), &[]));
        }
        assert_eq!(site.run(crate::dossiers::facts::unfolded).len(), 1, "events without a row");
    }

    async fn a_substitute_does_what_the_absent_one_would(site) {
        given_two_communes(&site);
        let mut counter = received(&site).await;
        counter.post("/co-quan/ho-so/1/chuyen", &[("don-vi", "2")]).await;
        let number = |name: &str| {
            site.count(&format!("select id from staff where name = '{name}'"))
        };
        let (head, official) = (number("truong"), number("thuly"));
        let mut specialist = site.signed_in("thuly");
        assert_eq!(specialist.get("/co-quan/ho-so/1/phan-cong").await.status, 422);
        let today = site.now().civil().date();
        site.run(|tx| {
            staff::substitute(
                tx,
                domain::ids::StaffId(head),
                domain::ids::StaffId(official),
                today,
                today,
                "đi họp",
            )
        });
        let page = specialist.get("/co-quan/ho-so/1/phan-cong").await;
        assert_eq!(page.status, 200, "{}", page.text);
        // What waits for the absent one waits for him, and what he does in that place says so.
        let home = specialist.get("/co-quan").await.text;
        assert!(home.contains("Hồ sơ chờ phân công"), "{home}");
        let own = [("can-bo", official.to_string())];
        let own: Vec<_> = own.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let done = specialist.post("/co-quan/ho-so/1/phan-cong", &own).await;
        assert_eq!(done.status, 303, "{}", done.text);
        let begun = specialist.post("/co-quan/ho-so/1/thu-ly", &[]).await;
        assert_eq!(begun.status, 303, "{}", begun.text);
        let page = specialist.get("/co-quan/ho-so/1").await.text;
        assert_eq!(page.matches("thuly (thay truong)").count(), 1, "his own step is his: {page}");
        let of = |act| format!("select count(*) from journal where act = '{act}' and details like '%in_place_of%'");
        assert_eq!((site.count(&of("assign")), site.count(&of("begin"))), (1, 0));
        assert!(site.run(crate::dossiers::facts::unfolded).is_empty());
    }

    async fn what_an_absent_one_holds_stands_in_the_list_of_who_stands_in(site) {
        given_two_communes(&site);
        let mut counter = received(&site).await;
        counter.post("/co-quan/ho-so/1/chuyen", &[("don-vi", "2")]).await;
        site.signed_in("thuly").post("/co-quan/ho-so/1/thu-ly", &[]).await;
        let mut head = site.signed_in("truong");
        let mine = "/co-quan/ho-so?nhom=cho-toi";
        assert!(!head.get(mine).await.text.contains("Nguyễn Thị Thử"));
        let number = |name: &str| {
            domain::ids::StaffId(site.count(&format!("select id from staff where name = '{name}'")))
        };
        let (head_id, official, today) = (number("truong"), number("thuly"), site.now().civil().date());
        site.run(|tx| staff::substitute(tx, official, head_id, today, today, "nghỉ phép"));
        assert!(head.get(mine).await.text.contains("Nguyễn Thị Thử"));
    }

    async fn a_form_that_was_used_does_not_swallow_the_next_person(site) {
        given_two_communes(&site);
        let mut browser = received(&site).await;
        let again = browser.post("/co-quan/ho-so/moi", &birth("Nguyễn Thị Thử", ONCE)).await;
        assert_eq!(again.location.as_deref(), Some("/co-quan/ho-so/1?moi=1"));
        let other = browser.post("/co-quan/ho-so/moi", &birth("Lê Văn Khác", ONCE)).await;
        assert_eq!(other.status, 422);
        assert!(other.text.contains("đã lưu một lần với nội dung khác"), "{}", other.text);
        assert!(other.text.contains("value=\"Lê Văn Khác\"") && !other.text.contains(ONCE));
        assert_eq!(site.count("select count(*) from dossier"), 1);
    }

    async fn a_paper_that_is_ticked_is_there_at_least_once(site) {
        given_two_communes(&site);
        let mut fields = birth("Nguyễn Thị Thử", ONCE);
        fields.retain(|(name, _)| *name != "so-1");
        fields.push(("so-1", "0"));
        let refused = site.signed_in("quay").post("/co-quan/ho-so/moi", &fields).await;
        assert_eq!(refused.status, 422);
        assert!(refused.text.contains("số bản ít nhất là 1"), "{}", refused.text);
    }

    async fn a_page_that_does_not_say_which_state_it_showed_changes_nothing(site) {
        given_two_communes(&site);
        let mut browser = received(&site).await;
        for edition in ["", "abc", "1e1", "0", "99"] {
            let fields = [("don-vi", "2"), ("an-ban", edition)];
            let refused = browser.post("/co-quan/ho-so/1/chuyen", &fields).await;
            assert_eq!(refused.status, 422, "{edition:?}");
        }
        assert_eq!(site.text("select status from dossier"), "accepted");
        assert_eq!(browser.get("/co-quan/ho-so/abc").await.status, 404);
    }

    async fn what_a_merged_commune_left_is_its_heirs(site) {
        given_two_communes(&site);
        let mut counter = received(&site).await;
        counter.post("/co-quan/ho-so/1/yeu-cau-rut", &[]).await;
        counter.post("/co-quan/ho-so/1/rut", &[]).await;
        site.given("update unit_version set valid_until = '2026-01-31' where unit in (2, 3)", &[]);
        site.given(
            "insert into unit_successor (predecessor, successor, since)
             values (2, 4, '2026-02-01'), (3, 5, '2026-02-01')",
            &[],
        );
        site.set_clock(jiff::civil::date(2026, 2, 2).at(8, 0, 0, 0));
        let mut heir = site.signed_in("quay-khac");
        assert!(heir.get("/co-quan/ho-so").await.text.contains("Nguyễn Thị Thử"));
        let page = heir.get("/co-quan/ho-so/1").await;
        assert_eq!(page.status, 200);
        assert!(page.text.contains("Một cửa xã Phú Sơn"), "{}", page.text);
        assert_eq!(site.signed_in("lanhdao-huyen").get("/co-quan/ho-so/1").await.status, 200);
    }
}
