//! An entry of a dossier begins with what its citizen declared; the result names whom the book names.

use super::*;

/// A dossier on this procedure with the sample of its form declared, and with these answers instead of those of it.
async fn given_declared(site: &TestSite, procedure: &str, form: &str, answers: &[(&str, &str)]) {
    given_two_communes(site);
    let fields = [
        ("thu-tuc", procedure),
        ("lan", TOKEN),
        ("viec", "nhan"),
        ("ho-ten", "Trần Thị Mẹ"),
        ("dien-thoai", "0912345678"),
        ("kenh", "direct"),
        ("nhan-ket-qua", "counter"),
        ("co-1", "1"),
        ("so-1", "1"),
    ];
    let done = site.signed_in("quay").post("/co-quan/ho-so/moi", &fields).await;
    assert_eq!(done.status, 303, "{}", done.text);
    let shipped = citizen::eforms::shipped::all().unwrap();
    let of = shipped.into_iter().find(|it| it.code == form).expect("it ships");
    let mut said = citizen::eforms::shipped::sample(form).unwrap().expect("a sample");
    for (code, text) in answers {
        said.insert((*code).into(), domain::eform::Answer::from(*text));
    }
    let judged = domain::eform::judge(&of, &said, jiff::civil::date(2026, 1, 8));
    assert!(judged.mistakes.is_empty(), "{:?}", judged.mistakes);
    site.run(|tx| {
        citizen::eforms::facts::seed(tx, jiff::civil::date(2019, 1, 1))?;
        let day = jiff::civil::date(2026, 1, 8);
        let version = citizen::eforms::facts::in_force(tx, form, day)?.expect("it is in force");
        citizen::eforms::facts::declare(tx, domain::ids::DossierId(1), &version, &judged)
            .map_err(|why| store::Fault::Broken(format!("{why:?}")))
    });
}

/// What stands in a field of the form.
fn shows(form: &str, name: &str) -> String {
    let field = form
        .split(&format!("name=\"c-{name}\""))
        .nth(1)
        .unwrap_or_else(|| panic!("{name}: {form}"));
    let value = field.split('>').next().unwrap().split("value=\"").nth(1).unwrap_or("");
    value.split('"').next().unwrap().to_owned()
}

/// Takes the dossier up to its number.
async fn signed(site: &TestSite) {
    for (login, step, fields) in [
        ("quay", "chuyen", vec![("don-vi", "2")]),
        ("thuly", "thu-ly", vec![]),
        ("thuly", "trinh-ky", vec![]),
        ("ky", "ky", vec![]),
    ] {
        let done = site.signed_in(login).post(&format!("/co-quan/ho-so/1/{step}"), &fields).await;
        assert_eq!(done.status, 303, "{step}: {}", done.text);
    }
}

on_both_engines! { citizen::routes().and(crate::routes());
    async fn the_birth_book_begins_with_what_was_declared_and_the_result_names_the_child(site) {
        let own = [("tre-ten", "Lô Văn Bé"), ("tre-sinh", "02/01/2026"), ("tre-dan-toc", "Thái")];
        given_declared(&site, "1.001193", "khai-sinh", &own).await;
        let form = site.signed_in("thuly").get("/co-quan/so/ghi?ho-so=1").await.text;
        for (name, value) in [
            ("ho-ten", "Lô Văn Bé"), ("ngay-sinh", "02/01/2026"), ("dan-toc", "Thái"), ("quoc-tich", "Việt Nam"),
            ("noi-sinh", "Trung tâm Y tế huyện Tân Kỳ, thị trấn Tân Kỳ, huyện Tân Kỳ, tỉnh Nghệ An"),
            ("que-quan", "Xóm 3, xã Phú Sơn, huyện Tân Kỳ, tỉnh Nghệ An"), ("me", "Trần Thị Lan"),
            ("me-chi-tiet", "1992, Kinh, Việt Nam, Xóm 3, xã Phú Sơn, huyện Tân Kỳ, tỉnh Nghệ An"),
            ("cha", "Nguyễn Văn Hùng"), ("nguoi-di-khai", "Nguyễn Văn Hùng"),
        ] {
            assert_eq!(shows(&form, name), value, "{name}");
        }
        assert!(form.contains("<option value=\"Nữ\" selected"), "{form}");
        // Numbered before anything stands in a book: the declaration names the child.
        signed(&site).await;
        let number = [("so-van-ban", "01/2026"), ("van-ban-hanh", "1")];
        assert_eq!(site.signed_in("vanthu").post("/co-quan/ho-so/1/cap-so", &number).await.status, 303);
        assert_eq!(site.text("select holder from result"), "Lô Văn Bé");
        let code = site.text("select code from result");
        let public = site.browser().get(&format!("/kiem-tra/{code}")).await.text;
        assert!(public.contains(&domain::text::mask_name("Lô Văn Bé")), "{public}");
        assert!(!public.contains(&domain::text::mask_name("Trần Thị Mẹ")), "not the mother: {public}");
    }

    async fn nobodys_ethnicity_is_supposed_and_the_book_names_the_child(site) {
        given_two_communes(&site);
        let empty = site.signed_in("quay").get("/co-quan/so/ghi?loai=khai-sinh&don-vi=2").await.text;
        assert_eq!(shows(&empty, "dan-toc"), "");
        let marriage = site.signed_in("quay").get("/co-quan/so/ghi?loai=ket-hon&don-vi=2").await.text;
        assert_eq!(shows(&marriage, "vo-dan-toc"), "");
        let fields = [
            ("thu-tuc", "1.001193"), ("lan", TOKEN), ("viec", "nhan"), ("ho-ten", "Trần Thị Mẹ"),
            ("dien-thoai", "0912345678"), ("kenh", "direct"), ("nhan-ket-qua", "counter"),
            ("co-1", "1"), ("so-1", "1"),
        ];
        assert_eq!(site.signed_in("quay").post("/co-quan/ho-so/moi", &fields).await.status, 303);
        signed(&site).await;
        let entry = [
            ("loai", "khai-sinh"), ("ho-so", "1"), ("lan-gui", TOKEN), ("ngay-ghi", "8/1/2026"),
            ("c-ho-ten", "Nguyễn Văn Bé"), ("c-gioi-tinh", "Nam"), ("c-ngay-sinh", "2/1/2026"),
            ("c-noi-sinh", "Trạm y tế xã Phú Sơn"), ("c-dan-toc", "Thổ"), ("c-quoc-tich", "Việt Nam"),
            ("c-nguoi-di-khai", "Trần Thị Mẹ"), ("c-loai", "Đăng ký đúng hạn"),
            ("c-nguoi-ky", "Hồ Văn Chủ, Chủ tịch UBND xã"),
        ];
        let entered = site.signed_in("thuly").post("/co-quan/so/ghi", &entry).await;
        assert_eq!(entered.status, 303, "{}", entered.text);
        let number = [("so-van-ban", "01/2026")];
        assert_eq!(site.signed_in("vanthu").post("/co-quan/ho-so/1/cap-so", &number).await.status, 303);
        assert_eq!(site.text("select holder from result"), "Nguyễn Văn Bé");
    }

    async fn the_marriage_book_begins_with_both_spouses(site) {
        given_declared(&site, "1.000894", "ket-hon", &[]).await;
        let sample = citizen::eforms::shipped::sample("ket-hon").unwrap().expect("a sample");
        let form = site.signed_in("thuly").get("/co-quan/so/ghi?ho-so=1").await.text;
        for (name, field) in [("vo", "nu-ten"), ("chong", "nam-ten"), ("vo-giay-to", "nu-giay-to")] {
            assert_eq!(shows(&form, name), sample[field].text(), "{name}");
        }
        let both = format!("{}, {}", sample["nu-dan-toc"].text(), sample["nu-quoc-tich"].text());
        assert_eq!(shows(&form, "vo-dan-toc"), both);
    }
}
