//! Forms through the front door, on both databases.

use domain::{access::Role, eform::Answers, ids::DossierId};
use testkit::{Browser, TestSite, on_both_engines};

use super::{configuration, facts, fill, shipped, signing, sql};
use crate::dossiers::tests::{given_two_communes, received};
use crate::workflows::tests::with_role;

mod news;
mod proposals;

fn given(site: &TestSite) {
    given_two_communes(site);
    with_role(site, "cchc", Role::ReformOfficer, 1, "Cán bộ cải cách hành chính");
}

/// The fields of a page that carries these answers.
fn pairs(code: &str, answers: &Answers) -> Vec<(String, String)> {
    let form = shipped::all().unwrap().into_iter().find(|it| it.code == code).unwrap();
    fill::carried(&form, answers, |_| false)
}

async fn send(
    browser: &mut Browser<'_>,
    path: &str,
    pairs: &[(String, String)],
    more: &[(&str, &str)],
) -> testkit::Answer {
    let mut all: Vec<(&str, &str)> = pairs
        .iter()
        .filter(|(name, _)| !more.iter().any(|(it, _)| it == name))
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    all.extend(more);
    browser.post(path, &all).await
}

#[test]
fn what_a_page_carries_is_read_back_as_it_was() {
    for form in shipped::all().unwrap() {
        let sample = shipped::sample(&form.code).unwrap().unwrap();
        let typed = site::Typed::of(fill::carried(&form, &sample, |_| false));
        assert_eq!(fill::read(&form, &typed), sample, "{}", form.code);
    }
}

on_both_engines! { crate::routes();
    async fn a_form_is_filled_in_part_by_part_looked_over_and_printed(site) {
        given(&site);
        let mut browser = site.browser();
        let list = browser.get("/to-khai?q=ket%20hon").await;
        assert!(list.text.contains("Tờ khai đăng ký kết hôn") && !list.text.contains("khai tử"), "{}", list.text);
        let page = browser.get("/to-khai/xac-nhan-hon-nhan").await;
        assert!(page.text.contains("Phần 1 / 3") && page.text.contains("name=\"f.yc-ten\""), "{}", page.text);
        assert!(!page.text.contains("name=\"f.xn-tinh-trang\""), "only the first part is shown");
        // Nothing answered: said beside the fields, in the list above them, and it stays here.
        let empty = browser.post("/to-khai/xac-nhan-hon-nhan", &[("phan", "0"), ("viec", "tiep")]).await;
        assert_eq!(empty.status, 422);
        assert!(empty.text.contains("href=\"#f.yc-ten\"") && empty.text.contains("id=\"f.yc-ten-mistake\""), "{}", empty.text);
        assert!(empty.text.contains("id=\"f.yc-noi-o.unit-mistake\""), "{}", empty.text);
        // Right so far: the next part, and what was answered goes along.
        let sample = shipped::sample("xac-nhan-hon-nhan").unwrap().unwrap();
        let all = pairs("xac-nhan-hon-nhan", &sample);
        let shown = |codes: &[&'static str]| codes.iter().map(|it| ("f-shown", *it)).collect::<Vec<_>>();
        let first = ["yc-ten", "yc-giay-to", "yc-noi-o", "yc-dt", "yc-thu", "quan-he"];
        let mut more = shown(&first);
        more.extend([("phan", "0"), ("viec", "tiep")]);
        let next = send(&mut browser, "/to-khai/xac-nhan-hon-nhan", &all, &more).await;
        assert_eq!(next.status, 200);
        assert!(next.text.contains("Phần 2 / 3"), "{}", next.text);
        assert!(next.text.contains("<input type=\"hidden\" name=\"f.yc-ten\" value=\"Phạm Thị Hoa\">"), "{}", next.text);
        // A place without marks is the commune that it can mean; a word that means none is asked again as it was typed.
        let mut here = more.clone();
        here.push(("f.yc-noi-o.unit", "xa phu son"));
        let next = send(&mut browser, "/to-khai/xac-nhan-hon-nhan", &all, &here).await;
        assert_eq!(next.status, 200, "{}", next.text);
        assert!(next.text.contains("name=\"f.yc-noi-o.unit\" value=\"xã Phú Sơn, huyện Tân Kỳ"), "{}", next.text);
        here.pop();
        here.push(("f.yc-noi-o.unit", "khong co noi nay"));
        let wrong = send(&mut browser, "/to-khai/xac-nhan-hon-nhan", &all, &here).await;
        assert!(wrong.status == 422 && wrong.text.contains("value=\"khong co noi nay\""), "{}", wrong.text);
        // An answer that opens questions which the page did not show: the part is shown once more.
        let mut more = shown(&["xn-tinh-trang", "xn-tu", "xn-muc-dich"]);
        more.extend([("phan", "2"), ("viec", "tiep")]);
        let news = send(&mut browser, "/to-khai/xac-nhan-hon-nhan", &all, &more).await;
        assert!(news.status == 200 && news.text.contains("phần này có thêm câu hỏi"), "{}", news.text);
        let mut more = shown(&["xn-tinh-trang", "xn-tu", "xn-muc-dich", "xn-ket-hon-voi", "xn-ket-hon-giay", "xn-ket-hon-noi"]);
        more.extend([("phan", "2"), ("viec", "tiep")]);
        let look = send(&mut browser, "/to-khai/xac-nhan-hon-nhan", &all, &more).await;
        assert!(look.text.contains("Xem lại trước khi in") && look.text.contains("Chưa đăng ký kết hôn với ai"), "{}", look.text);
        assert!(look.text.contains("17/02/2000"), "a date as people write it: {}", look.text);
        // Back to one part, and the paper.
        let back = send(&mut browser, "/to-khai/xac-nhan-hon-nhan", &all, &[("viec", "sua.1")]).await;
        assert!(back.text.contains("Phần 2 / 3"), "{}", back.text);
        let before = send(&mut browser, "/to-khai/xac-nhan-hon-nhan", &all, &[("phan", "1"), ("viec", "lui")]).await;
        assert!(before.text.contains("Phần 1 / 3"), "{}", before.text);
        let paper = send(&mut browser, "/to-khai/xac-nhan-hon-nhan", &all, &[("viec", "in"), ("don-vi", "2")]).await;
        assert_eq!((paper.status, paper.text.starts_with("%PDF")), (200, true));
        // What the page carries is judged again before it is printed.
        let forged = send(&mut browser, "/to-khai/xac-nhan-hon-nhan", &all, &[("f.xn-sinh", "01/01/2020"), ("viec", "in")]).await;
        assert_eq!(forged.status, 422);
        assert!(forged.text.contains("phải đủ tuổi kết hôn"), "{}", forged.text);
        let blank = browser.get("/to-khai/ket-hon/in.pdf").await;
        assert_eq!((blank.status, blank.text.starts_with("%PDF")), (200, true));
        assert_eq!(browser.get("/to-khai/khong-co").await.status, 404);
    }

    async fn a_telephone_is_asked_one_question_a_screen_on_the_public_page_too(site) {
        given(&site);
        let at = "/to-khai/xac-nhan-hon-nhan";
        let mut browser = site.browser();
        // A desk begins with parts and may choose; a telephone begins with a question and may choose.
        let desk = browser.get(at).await;
        assert!(desk.text.contains("Phần 1 / 3") && desk.text.contains("href=\"/to-khai/xac-nhan-hon-nhan?cau=dau\""), "{}", desk.text);
        browser.agent = "Mozilla/5.0 (Linux; Android 14) Chrome/140 Mobile Safari/537.36".to_owned();
        let first = browser.get(at).await;
        assert!(first.text.contains("Câu 1 / ") && first.text.contains("name=\"cau\" value=\"yc-ten\""), "{}", first.text);
        assert!(first.text.contains("name=\"f.yc-ten\"") && !first.text.contains("name=\"f.yc-dt\""), "{}", first.text);
        assert!(browser.get(&format!("{at}?phan=0")).await.text.contains("Phần 1 / 3"));
        // The way there and back, by the screens that these answers have; what is not on the screen travels along.
        let sample = shipped::sample("xac-nhan-hon-nhan").unwrap().unwrap();
        let all = pairs("xac-nhan-hon-nhan", &sample);
        let form = shipped::all().unwrap().into_iter().find(|it| it.code == "xac-nhan-hon-nhan").unwrap();
        let judged = domain::eform::judge(&form, &sample, jiff::civil::date(2026, 2, 2));
        let screens: Vec<&str> = domain::eform::screens(&form, &judged).into_iter().map(|it| it.question).collect();
        let question = |answer: &testkit::Answer| {
            let rest = answer.text.split("name=\"cau\" value=\"").nth(1).unwrap_or_default();
            rest.split('"').next().unwrap_or_default().to_owned()
        };
        assert!(screens.len() > 10, "{screens:?}");
        let mut shown = first;
        for (place, wanted) in screens.iter().enumerate() {
            assert_eq!(question(&shown), *wanted);
            assert!(shown.text.contains(&format!("Câu {} / ", place + 1)), "{}", shown.text);
            let here = [("cau", *wanted), ("phan", "0")];
            // Not answered: told here, of this one alone.
            let field = form.field(wanted).unwrap();
            if field.required && field.follow.is_none() && field.kind != domain::eform::Kind::Address {
                let without: Vec<_> = all.iter().filter(|it| it.0 != format!("f.{wanted}")).cloned().collect();
                let empty = send(&mut browser, at, &without, &[here[0], here[1], ("viec", "tiep")]).await;
                assert!(empty.status == 422 && question(&empty) == *wanted, "{wanted}: {}", empty.text);
                assert_eq!(empty.text.matches("href=\"#f.").count(), 1, "{wanted}: {}", empty.text);
            }
            if place > 0 {
                let before = send(&mut browser, at, &all, &[here[0], here[1], ("viec", "lui")]).await;
                assert_eq!(question(&before), screens[place - 1]);
            }
            shown = send(&mut browser, at, &all, &[here[0], here[1], ("viec", "tiep")]).await;
            assert_eq!(shown.status, 200, "{wanted}: {}", shown.text);
        }
        assert!(shown.text.contains("Xem lại trước khi in"), "{}", shown.text);
        assert!(shown.text.contains(&format!("name=\"cau\" value=\"{}\"", screens[screens.len() - 1])), "{}", shown.text);
        // Back into a part by its first question; what is wrong before the paper is its own screen.
        let last = [("cau", screens[screens.len() - 1]), ("phan", "2")];
        let part = send(&mut browser, at, &all, &[last[0], last[1], ("viec", "sua.1")]).await;
        assert_eq!(Some(question(&part).as_str()), screens.iter().copied().find(|it| form.page_of(it) == Some(1)));
        let forged = [last[0], last[1], ("f.xn-sinh", "01/01/2020"), ("viec", "in")];
        let wrong = send(&mut browser, at, &all, &forged).await;
        assert!(wrong.status == 422 && question(&wrong) == "xn-sinh", "{}", wrong.text);
        // A question that is not asked is its part.
        let lost = send(&mut browser, at, &all, &[("cau", "khong-co"), ("phan", "1"), ("viec", "lui")]).await;
        assert!(lost.text.contains("Phần 2 / 3"), "{}", lost.text);
    }

    async fn a_table_gets_rows_and_one_page_holds_all(site) {
        given(&site);
        let mut browser = site.browser();
        let page = browser.get("/to-khai/ho-ngheo?phan=tat-ca").await;
        assert!(page.text.contains("name=\"f.ho.1.ten\"") && !page.text.contains("name=\"f.ho.2.ten\""), "{}", page.text);
        assert!(page.text.contains("name=\"f.yc-ten\"") && page.text.contains("name=\"f.viec\""), "{}", page.text);
        let typed = [("phan", "tat-ca"), ("f.ho.1.ten", "Hoàng Văn Sơn"), ("viec", "dong.ho")];
        let more = browser.post("/to-khai/ho-ngheo", &typed).await;
        assert!(more.text.contains("name=\"f.ho.2.ten\"") && more.text.contains("value=\"Hoàng Văn Sơn\""), "{}", more.text);
        assert!(!more.text.contains("class=\"mistake\""), "a row more is no mistake");
        let wrong = browser.post("/to-khai/ho-ngheo", &[("phan", "tat-ca"), ("f.ho.1.ten", "A1"), ("viec", "tiep")]).await;
        assert_eq!(wrong.status, 422);
        assert!(wrong.text.contains("id=\"f.ho.1.ten-mistake\"") && wrong.text.contains("href=\"#f.ho.1.sinh\""), "{}", wrong.text);
        // In English, and what people type is text and never markup.
        let english = browser.get("/to-khai/ho-ngheo?phan=tat-ca&lang=en").await;
        assert!(english.text.contains("Head of the household") && english.text.contains("Add a row"), "{}", english.text);
        let evil = browser.post("/to-khai/ho-ngheo", &[("phan", "tat-ca"), ("f.yc-ten", "\"><script>"), ("viec", "dong.ho")]).await;
        assert!(!evil.text.contains("\"><script>"), "{}", evil.text);
    }

    async fn a_form_is_built_tried_published_and_what_was_begun_stays(site) {
        given(&site);
        let mut browser = site.signed_in("cchc");
        let made = browser.post("/co-quan/bieu-mau/moi", &[("ma", "don-xin-phep"), ("ten", "Đơn xin phép")]).await;
        assert_eq!(made.location.as_deref(), Some("/co-quan/bieu-mau/don-xin-phep/sua"), "{}", made.text);
        let edition = |site: &TestSite| site.text("select cast(edition as text) from eform_draft");
        const SUA: &str = "/co-quan/bieu-mau/don-xin-phep/sua";
        let head = [("ten", "Đơn xin phép"), ("ten-en", "Request"), ("tieu-de", "ĐƠN XIN PHÉP"), ("kinh-gui", "Ủy ban nhân dân {unit}"), ("cam-doan", "Tôi cam đoan.")];
        let with = |more: &[(&'static str, &'static str)]| [&head[..], more].concat();
        // Without its law it cannot be published, and says so at the top.
        let early = browser.get("/co-quan/bieu-mau/don-xin-phep/cong-bo").await;
        assert!(early.text.contains("Chưa ghi căn cứ pháp lý."), "{}", early.text);
        let at = edition(&site);
        let mut fields = with(&[("can-cu", "Quyết định 1/QĐ-UBND"), ("viec", "them-muc.nguoi-nop")]);
        fields.push(("an-ban", &at));
        let added = browser.post(SUA, &fields).await;
        assert_eq!(added.location.as_deref(), Some("/co-quan/bieu-mau/don-xin-phep/sua/muc?loai=muc&ma=muc-1"), "{}", added.text);
        // The field: first a condition that does not read, then one that does.
        const MUC: &str = "/co-quan/bieu-mau/don-xin-phep/sua/muc?loai=muc&ma=muc-1";
        let at = edition(&site);
        let field = [("an-ban", at.as_str()), ("ma", "ly-do"), ("kieu", "long_text"), ("nhan", "Lý do"), ("nhan-en", "Reason"), ("bat-buoc", "1"), ("lon-nhat", "500"), ("viec", "ghi")];
        let rows = [("dk-cach", "all"), ("dk-muc", "yc-ten"), ("dk-phep", "age-ge"), ("dk-gia", "mười")];
        let wrong = browser.post(MUC, &[&field[..], &rows].concat()).await;
        assert_eq!(wrong.status, 422);
        assert!(wrong.text.contains("cần một số") && wrong.text.contains("value=\"mười\""), "{}", wrong.text);
        let rows = [("dk-cach", "all"), ("dk-muc", "yc-dt"), ("dk-phep", "filled"), ("dk-gia", "")];
        let kept = browser.post(MUC, &[&field[..], &rows].concat()).await;
        assert_eq!(kept.status, 303, "{}", kept.text);
        // Somebody else was first.
        let stale = browser.post(SUA, &with(&[("an-ban", "1"), ("can-cu", "x"), ("viec", "xoa-muc.ly-do")])).await;
        assert_eq!(stale.status, 422);
        assert!(stale.text.contains("vừa được người khác sửa"), "{}", stale.text);
        let page = browser.get(SUA).await;
        assert!(page.text.contains("Lý do") && page.text.contains("có trả lời"), "{}", page.text);
        // Tried on a telephone's width, wrong and right; nothing is written.
        let narrow = browser.get("/co-quan/bieu-mau/don-xin-phep/thu?ban=nhap&kieu=dien-thoai").await;
        assert!(narrow.text.contains("eform-narrow") && narrow.text.contains("name=\"f.ly-do\""), "{}", narrow.text);
        let tried = browser.post("/co-quan/bieu-mau/don-xin-phep/thu", &[("ban", "nhap"), ("viec", "xet")]).await;
        assert!(tried.text.contains("chỗ cần sửa") && tried.text.contains("Lý do") , "{}", tried.text);
        let answers = [
            ("ban", "nhap"), ("viec", "xet"), ("f.yc-ten", "Lê An"), ("f.yc-giay-to", "040090123456"),
            ("f.yc-noi-o.unit", "xã A, huyện B"), ("f.yc-dt", "0912345678"), ("f.ly-do", "Nghỉ"),
        ];
        let passed = browser.post("/co-quan/bieu-mau/don-xin-phep/thu", &answers).await;
        assert!(passed.text.contains("Tờ khai đúng hết."), "{}", passed.text);
        // Published, bound, found by the citizen.
        let at = edition(&site);
        let day = site.now().civil().date().strftime("%d/%m/%Y").to_string();
        let publish = [("an-ban", at.as_str()), ("tu-ngay", day.as_str())];
        let done = browser.post("/co-quan/bieu-mau/don-xin-phep/cong-bo", &publish).await;
        assert_eq!(done.location.as_deref(), Some("/co-quan/bieu-mau/don-xin-phep"), "{}", done.text);
        let bound = browser.post("/co-quan/bieu-mau/don-xin-phep/ap-dung", &[("thu-tuc", "1.012994 Tên"), ("viec", "gan")]).await;
        assert_eq!(bound.status, 303, "{}", bound.text);
        let nothing = browser.post("/co-quan/bieu-mau/don-xin-phep/ap-dung", &[("thu-tuc", "9.999999"), ("viec", "gan")]).await;
        assert_eq!(nothing.status, 422);
        assert!(nothing.text.contains("id=\"thu-tuc-mistake\"") && nothing.text.contains("value=\"9.999999\""), "{}", nothing.text);
        let today = site.now().civil().date();
        let first = site.run(|tx| facts::form_for(tx, "1.012994", today)).unwrap();
        assert_eq!((first.form.code.as_str(), first.form.version), ("don-xin-phep", 1));
        let begun = site.browser().get("/to-khai/don-xin-phep").await;
        assert!(begun.text.contains(&format!("name=\"ban\" value=\"{}\"", first.id)), "{}", begun.text);
        // The next version drops the field; whoever began goes on with his.
        browser.post("/co-quan/bieu-mau/don-xin-phep/nhap-moi", &[]).await;
        let at = edition(&site);
        let mut fields = with(&[("can-cu", "Quyết định 2/QĐ-UBND"), ("viec", "xoa-muc.ly-do")]);
        fields.push(("an-ban", &at));
        assert_eq!(browser.post(SUA, &fields).await.status, 303);
        let asked = browser.get("/co-quan/bieu-mau/don-xin-phep/cong-bo").await;
        assert!(asked.text.contains("Bỏ mục “Lý do” (ly-do).") && asked.text.contains("Căn cứ:"), "{}", asked.text);
        let at = edition(&site);
        let publish = [("an-ban", at.as_str()), ("tu-ngay", day.as_str())];
        assert_eq!(browser.post("/co-quan/bieu-mau/don-xin-phep/cong-bo", &publish).await.status, 303);
        let now = site.run(|tx| facts::form_for(tx, "1.012994", today)).unwrap();
        assert!(now.form.version == 2 && now.form.field("ly-do").is_none());
        let old = first.id.to_string();
        let goes_on = site.browser().post("/to-khai/don-xin-phep", &[("ban", &old), ("phan", "0"), ("viec", "dong.x")]).await;
        assert!(goes_on.text.contains("name=\"f.ly-do\""), "{}", goes_on.text);
        let fresh = site.browser().get("/to-khai/don-xin-phep").await;
        assert!(!fresh.text.contains("name=\"f.ly-do\""), "{}", fresh.text);
        assert_eq!(site.count("select count(*) from journal where subject = 'eform' and act = 'publish'"), 2);
    }

    async fn parts_rules_and_signers_are_added_moved_and_removed(site) {
        given(&site);
        let mut browser = site.signed_in("cchc");
        browser.post("/co-quan/bieu-mau/ket-hon/nhap-moi", &[]).await;
        const SUA: &str = "/co-quan/bieu-mau/ket-hon/sua";
        let act = async |browser: &mut Browser<'_>, wish: &str| {
            let draft = site.run(|tx| sql::draft(tx, "ket-hon")).unwrap();
            let (at, it) = (draft.edition.to_string(), draft.body);
            let fields = [
                ("an-ban", at.as_str()), ("ten", it.title.as_str()), ("ten-en", &it.title_en), ("tieu-de", &it.heading),
                ("kinh-gui", &it.to), ("can-cu", &it.source), ("cam-doan", &it.oath), ("cam-doan-en", &it.oath_en), ("viec", wish),
            ];
            let answer = browser.post(SUA, &fields).await;
            assert_eq!(answer.status, 303, "{wish}: {}", answer.text);
            site.run(|tx| sql::draft(tx, "ket-hon")).unwrap().body
        };
        let it = act(&mut browser, "xuong-phan.ben-nam").await;
        assert_eq!(it.pages[0].code, "ben-nu");
        let it = act(&mut browser, "len-phan.ben-nam").await;
        assert!(it.pages[0].code == "ben-nam" && it.is_sound());
        let it = act(&mut browser, "len-muc.nam-truoc").await;
        assert!(!it.is_sound(), "a condition speaks only of what stands before");
        let page = browser.get(SUA).await;
        assert!(page.text.contains("Chỉ được nhắc đến mục đứng trước"), "{}", page.text);
        let it = act(&mut browser, "xuong-muc.nam-truoc").await;
        assert!(it.is_sound());
        let it = act(&mut browser, "them-quy").await;
        assert_eq!((it.rules.len(), it.rules[4].code.as_str()), (5, "quy-tac-1"));
        let it = act(&mut browser, "xoa-quy.quy-tac-1").await;
        assert_eq!(it.rules.len(), 4);
        let it = act(&mut browser, "them-ky").await;
        assert_eq!((it.signers.len(), it.signers[2].name.as_str()), (3, "nam-ten"));
        let it = act(&mut browser, "xoa-ky.nguoi-ky-1").await;
        assert_eq!(it.signers.len(), 2);
        let it = act(&mut browser, "them-phan").await;
        assert_eq!(it.pages.len(), 4);
        let it = act(&mut browser, "len-muc.nam-sinh").await;
        assert_eq!(it.pages[0].fields[0].code, "nam-sinh");
        for of in ["loai=phan&ma=phan-1", "loai=quy&ma=tuoi-nam", "loai=ky&ma=nu", "loai=muc&ma=nam-truoc"] {
            let page = browser.get(&format!("{SUA}/muc?{of}")).await;
            assert_eq!(page.status, 200, "{of}");
        }
        assert_eq!(browser.get(&format!("{SUA}/muc?loai=muc&ma=khong-co")).await.status, 404);
        // Without signers whoever files signs; another one does not take his place.
        for gone in ["nam", "nu"] {
            act(&mut browser, &format!("xoa-ky.{gone}")).await;
        }
        let it = act(&mut browser, "them-ky").await;
        let signs: Vec<&str> = it.signers.iter().map(|it| it.code.as_str()).collect();
        assert_eq!(signs, ["nguoi-nop-1", "nguoi-ky-1"]);
        assert_eq!((it.signers[0].name.as_str(), it.signers[1].name.as_str()), ("nam-ten", "nu-ten"));
        let gone = browser.post("/co-quan/bieu-mau/ket-hon/bo", &[("an-ban", "8")]).await;
        assert_eq!(gone.status, 422, "not that edition");
        let at = site.text("select cast(edition as text) from eform_draft");
        assert_eq!(browser.post("/co-quan/bieu-mau/ket-hon/bo", &[("an-ban", &at)]).await.status, 303);
        assert_eq!(site.count("select count(*) from eform_draft"), 0);
    }

    async fn forms_go_out_as_json_come_in_as_drafts_and_with_the_configuration(site) {
        given(&site);
        let mut browser = site.signed_in("cchc");
        let one = browser.get("/co-quan/bieu-mau/khai-sinh/xuat").await;
        assert_eq!(one.status, 200);
        let mut form: serde_json::Value = serde_json::from_str(&one.text).unwrap();
        let look = async |browser: &mut Browser<'_>, form: &serde_json::Value| {
            let bytes = form.to_string().into_bytes();
            browser.upload("/co-quan/bieu-mau/nhap", &[("viec", "xem")], &[("tep", "mau.json", &bytes)]).await
        };
        let same = look(&mut browser, &form).await;
        assert!(same.text.contains("0 biểu mẫu thành bản nháp, 1 biểu mẫu không đổi"), "{}", same.text);
        form["title"] = "Tờ khai mới".into();
        let seen = look(&mut browser, &form).await;
        assert!(seen.text.contains("thành “Tờ khai mới”"), "{}", seen.text);
        form["pages"][0]["fields"][0]["lạ"] = 1.into();
        let broken = look(&mut browser, &form).await;
        assert_eq!(broken.status, 422);
        assert!(broken.text.contains("Không có tên “lạ”"), "{}", broken.text);
        form["pages"][0]["fields"][0].as_object_mut().unwrap().remove("lạ");
        let bytes = form.to_string().into_bytes();
        let taken = browser.upload("/co-quan/bieu-mau/nhap", &[("viec", "ap-dung")], &[("tep", "mau.json", &bytes)]).await;
        assert_eq!(taken.status, 303, "{}", taken.text);
        assert_eq!(site.count("select count(*) from eform_draft where code = 'khai-sinh'"), 1);

        let mut out = site.run(configuration::configuration_export);
        let nothing = site.run(|tx| Ok(configuration::configuration_import(tx, &out).unwrap()));
        assert_eq!(nothing, [""; 0]);
        out["eforms"][0]["heading"] = "TIÊU ĐỀ MỚI".into();
        out["bindings"].as_array_mut().unwrap().remove(0);
        let lines = site.run(|tx| Ok(configuration::configuration_import(tx, &out).unwrap()));
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert!(lines[0].contains("TIÊU ĐỀ MỚI") && lines[1].contains("thôi"), "{lines:?}");
        let again = site.run(|tx| Ok(configuration::configuration_import(tx, &out).unwrap()));
        assert_eq!(again, [""; 0]);
        out["eforms"][0]["pages"] = serde_json::json!([]);
        let refused = site.run(|tx| Ok(configuration::configuration_import(tx, &out).is_err()));
        assert!(refused);
    }

    async fn what_is_declared_at_the_counter_stays_beside_the_dossier(site) {
        given(&site);
        let mut counter = received(&site).await;
        // The procedure of the dossier is filed with a form from now on.
        site.run(|tx| sql::bind(tx, "1.001193", "trich-luc-ho-tich"));
        let page = counter.get("/co-quan/ho-so/1").await;
        assert!(page.text.contains("/co-quan/ho-so/1/to-khai"), "{}", page.text);
        let begun = counter.get("/co-quan/ho-so/1/to-khai").await;
        assert!(begun.text.contains("name=\"f.yc-ten\""), "{}", begun.text);
        let form = site.run(|tx| facts::form_for(tx, "1.001193", jiff::civil::date(2026, 1, 8))).unwrap();
        let ban = form.id.to_string();
        let sample = shipped::sample("trich-luc-ho-tich").unwrap().unwrap();
        let all = pairs("trich-luc-ho-tich", &sample);
        let to = "/co-quan/ho-so/1/to-khai";
        let wrong = send(&mut counter, to, &all, &[("ban", &ban), ("sau", "0"), ("f.ban-sao", "0")]).await;
        assert_eq!(wrong.status, 422);
        assert!(wrong.text.contains("Ít nhất là 1."), "{}", wrong.text);
        let kept = send(&mut counter, to, &all, &[("ban", &ban), ("sau", "0")]).await;
        assert_eq!(kept.location.as_deref(), Some(to), "{}", kept.text);
        let twice = send(&mut counter, to, &all, &[("ban", &ban), ("sau", "0")]).await;
        assert_eq!(twice.status, 422, "a page from before the last declaration changes nothing");
        let shown = counter.get(to).await;
        assert!(shown.text.contains("24.000 đồng") && shown.text.contains("Nhập học cho con"), "{}", shown.text);
        let paper = counter.get("/co-quan/ho-so/1/to-khai/in.pdf").await;
        assert_eq!((paper.status, paper.text.starts_with("%PDF")), (200, true));
        // Declared anew: the first stays readable.
        let row = site.text("select cast(max(id) as text) from eform_answer");
        let anew = send(&mut counter, to, &all, &[("ban", &ban), ("sau", &row), ("f.ban-sao", "5")]).await;
        assert_eq!(anew.status, 303, "{}", anew.text);
        assert_eq!(site.count("select count(*) from eform_answer"), 2);
        assert!(counter.get(to).await.text.contains("40.000 đồng"));
        assert!(counter.get(&format!("{to}?ban={row}")).await.text.contains("24.000 đồng"));
        // A stranger sees nothing; whoever administers forms has no part in it.
        assert_eq!(site.signed_in("quay-khac").get(to).await.status, 404);
        // Nothing of it names anybody in the journal, and erasing empties it.
        assert_eq!(site.count("select count(*) from journal where act = 'declare' and details like '%Hùng%'"), 0);
        site.run(|tx| facts::erase(tx, DossierId(1)));
        assert_eq!(site.count("select count(*) from eform_answer where answers <> '{}'"), 0);
        assert!(counter.get(to).await.text.contains("Dữ liệu cá nhân của tờ khai này đã xóa."));
    }

    async fn two_people_sign_each_by_his_own_link_and_anew_when_it_is_declared_anew(site) {
        given(&site);
        let mut counter = received(&site).await;
        site.run(|tx| sql::bind(tx, "1.001193", "ket-hon"));
        let form = site.run(|tx| facts::form_for(tx, "1.001193", jiff::civil::date(2026, 1, 8))).unwrap();
        let ban = form.id.to_string();
        let all = pairs("ket-hon", &shipped::sample("ket-hon").unwrap().unwrap());
        let to = "/co-quan/ho-so/1/to-khai";
        let kept = send(&mut counter, to, &all, &[("ban", &ban), ("sau", "0")]).await;
        assert_eq!(kept.status, 303, "{}", kept.text);
        assert!(counter.get(to).await.text.contains("chưa gửi đường dẫn ký"));
        let link = |text: &str| {
            let at = text.split("/ky/").nth(1).unwrap();
            format!("/ky/{}", at.chars().take_while(char::is_ascii_hexdigit).collect::<String>())
        };
        let asked = counter.post("/co-quan/ho-so/1/to-khai/ky", &[("nguoi", "nu")]).await;
        assert!(asked.status == 200 && asked.text.contains("Phạm Thị Hoa") && asked.text.contains("<svg"), "{}", asked.text);
        let first = link(&asked.text);
        let asked = counter.post("/co-quan/ho-so/1/to-khai/ky", &[("nguoi", "nu")]).await;
        let hers = link(&asked.text);
        let mut phone = site.browser();
        assert_eq!(phone.get(&first).await.status, 404, "a link made anew is in place of the old one");
        assert_eq!(phone.get("/ky/00000000000000000000000000000000").await.status, 404);
        assert_eq!(counter.post("/co-quan/ho-so/1/to-khai/ky", &[("nguoi", "la")]).await.status, 404);
        assert_eq!(site.signed_in("quay-khac").post("/co-quan/ho-so/1/to-khai/ky", &[("nguoi", "nu")]).await.status, 404);
        // She sees all of it; the wrong name or no tick signs nothing.
        let seen = phone.get(&hers).await;
        assert!(seen.text.contains("Lê Quang Minh") && seen.text.contains("việc kết hôn của chúng tôi là tự nguyện"), "{}", seen.text);
        let wrong = phone.post(&hers, &[("ho-ten", "Lê Quang Minh"), ("viec", "ky")]).await;
        assert_eq!(wrong.status, 422);
        assert!(wrong.text.contains("Họ tên khác với") && wrong.text.contains("Đánh dấu là đã đọc"), "{}", wrong.text);
        let signed = phone.post(&hers, &[("ho-ten", "pham thi hoa"), ("dong-y", "1"), ("viec", "ky")]).await;
        assert_eq!(signed.location.as_deref(), Some(hers.as_str()), "{}", signed.text);
        assert!(phone.get(&hers).await.text.contains("Ông, bà đã ký lúc"));
        let again = phone.post(&hers, &[("ho-ten", "Phạm Thị Hoa"), ("viec", "khong")]).await;
        assert!(again.status == 200 && again.text.contains("đã ký lúc"), "{}", again.text);
        let page = counter.get(to).await;
        assert!(page.text.contains("đã ký qua mạng lúc") && page.text.contains("chưa gửi đường dẫn ký"), "{}", page.text);
        let done = counter.post("/co-quan/ho-so/1/to-khai/ky", &[("nguoi", "nu")]).await;
        assert_eq!(done.status, 422, "who answered is not asked again");
        let confirmed = site.run(|tx| {
            let newest = facts::declared(tx, DossierId(1))?.remove(0);
            signing::confirmed(tx, &newest)
        });
        assert_eq!(confirmed.keys().collect::<Vec<_>>(), ["nu"]);
        // He lets his link run out, then says no.
        let asked = counter.post("/co-quan/ho-so/1/to-khai/ky", &[("nguoi", "nam")]).await;
        site.pass_minutes(15 * 24 * 60);
        assert!(phone.get(&link(&asked.text)).await.text.contains("Đường dẫn đã hết hạn"));
        let mut counter = site.signed_in("quay");
        let asked = counter.post("/co-quan/ho-so/1/to-khai/ky", &[("nguoi", "nam")]).await;
        let his = link(&asked.text);
        let no = phone.post(&his, &[("ho-ten", "Lê Quang Minh"), ("viec", "khong")]).await;
        assert_eq!(no.status, 303, "{}", no.text);
        assert!(counter.get(to).await.text.contains("không ký, trả lời lúc"));
        // Declared anew: nobody has signed that, and the old links show nothing.
        let row = site.text("select cast(max(id) as text) from eform_answer");
        let anew = send(&mut counter, to, &all, &[("ban", &ban), ("sau", &row), ("f.ban-sao", "3")]).await;
        assert_eq!(anew.status, 303, "{}", anew.text);
        let past = phone.get(&hers).await;
        assert!(past.text.contains("đã ký lúc") && !past.text.contains("040300123456"), "{}", past.text);
        assert!(counter.get(to).await.text.matches("chưa gửi đường dẫn ký").count() == 2);
        assert_eq!(site.count("select count(*) from journal where act in ('ask_co_sign', 'co_sign', 'refuse_co_sign')"), 6);
    }
}
