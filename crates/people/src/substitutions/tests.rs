//! Standing in, through the front door, on both databases.

use domain::access::Role;
use testkit::{TestSite, on_both_engines};

use crate::tests::{given_a_district, given_account, given_person, hidden};

const LIST: &str = "/co-quan/quan-tri/thay-the";

fn given_an_office(site: &TestSite) {
    given_a_district(site);
    let head = given_person(site, "Nguyễn Văn Trưởng", "Trưởng bộ phận", 102);
    let hoa = given_person(site, "Trần Thị Hoa", "Công chức Một cửa", 104);
    given_person(site, "Lê Văn Lan", "Công chức Tư pháp", 102);
    given_person(site, "Hồ Văn Chủ", "Chủ tịch UBND xã", 102);
    given_person(site, "Phạm Văn Xa", "Công chức Tư pháp", 103);
    given_account(site, "truong", Some(head), Role::UnitHead, 102);
    given_account(site, "hoa", Some(hoa), Role::CounterOfficial, 102);
}

fn id(site: &TestSite, name: &str) -> String {
    site.count(&format!("select id from staff where name = '{name}'")).to_string()
}

on_both_engines! { crate::routes();
    async fn a_head_names_who_stands_in_and_both_read_it_on_their_own_page(site) {
        given_an_office(&site);
        let (hoa, lan) = (id(&site, "Trần Thị Hoa"), id(&site, "Lê Văn Lan"));
        let mut head = site.signed_in("truong");
        let pick = head.get(&format!("{LIST}/moi")).await.text;
        assert!(pick.contains("Trần Thị Hoa") && !pick.contains("Phạm Văn Xa"), "{pick}");
        let form = format!("{LIST}/moi?nguoi={hoa}");
        let token = hidden(&mut head, &form, "lan-gui").await;
        let fields = [("nguoi", hoa.as_str()), ("nguoi-thay", lan.as_str()),
            ("tu-ngay", "8/1/2026"), ("den-ngay", "15/1/2026"), ("ly-do", "nghỉ phép"),
            ("lan-gui", token.as_str())];
        for _ in 0..2 {
            let done = head.post(&format!("{LIST}/moi"), &fields).await;
            assert_eq!(done.status, 303, "{}", done.text);
        }
        assert_eq!(site.count("select count(*) from substitution"), 1, "a second click");
        let list = head.get(LIST).await.text;
        assert!(list.contains("đang thay") && list.contains("nghỉ phép"), "{list}");
        let own = site.signed_in("hoa").get("/co-quan/tai-khoan").await.text;
        assert!(own.contains("Lê Văn Lan thay ông, bà từ 08/01/2026 đến hết 15/01/2026"), "{own}");
        let file = head.get(&format!("{LIST}/xuat?q=lan")).await;
        assert_eq!(crate::sheets::read("a.xlsx", &file.bytes).unwrap().rows.len(), 1);

        // Shortened, then ended at once; what was stays in the past.
        let it = site.count("select id from substitution");
        let path = format!("{LIST}/{it}");
        let late = head.post(&path, &[("den-ngay", "20/1/2026")]).await;
        assert_eq!(late.status, 422);
        assert!(late.text.contains("Chỉ rút ngắn được"));
        assert_eq!(head.post(&path, &[("den-ngay", "12/1/2026")]).await.status, 303);
        site.pass_minutes(24 * 60);
        assert_eq!(head.post(&path, &[("viec", "bo")]).await.status, 303);
        assert_eq!(site.text("select valid_until from substitution"), "2026-01-08");
        let past = head.get(&format!("{LIST}?luc=qua&q=hoa")).await.text;
        assert!(past.contains("đã qua"), "{past}");
        assert_eq!(head.post(&path, &[("viec", "bo")]).await.status, 422);
        assert_eq!(site.count("select count(*) from journal where act = 'end_substitution'"), 2);
    }

    async fn what_cannot_be_is_said_beside_its_field(site) {
        given_an_office(&site);
        let ids = ["Trần Thị Hoa", "Lê Văn Lan", "Nguyễn Văn Trưởng", "Hồ Văn Chủ", "Phạm Văn Xa"];
        let [hoa, lan, own, chief, far] = ids.map(|name| id(&site, name));
        let mut head = site.signed_in("truong");
        let path = format!("{LIST}/moi");
        let first = [("nguoi", hoa.as_str()), ("nguoi-thay", lan.as_str()),
            ("tu-ngay", "12/1/2026"), ("den-ngay", "16/1/2026"), ("ly-do", "công tác")];
        assert_eq!(head.post(&path, &first).await.status, 303);
        for (absent, substitute, from, until, what) in [
            (&hoa, &hoa, "20/1/2026", "21/1/2026", "Người thay phải khác người vắng mặt"),
            (&hoa, &lan, "21/1/2026", "20/1/2026", "Ngày cuối không thể trước ngày đầu"),
            (&hoa, &lan, "1/1/2026", "2/1/2026", "Thời gian vắng mặt đã qua"),
            (&hoa, &own, "16/1/2026", "18/1/2026", "Đã có người thay từ 12/01/2026"),
            (&own, &hoa, "16/1/2026", "18/1/2026", "cũng vắng mặt từ 12/01/2026"),
            (&lan, &own, "16/1/2026", "18/1/2026", "đang được giao thay người khác"),
            (&hoa, &far, "20/1/2026", "21/1/2026", "trong cùng cơ quan"),
            (&chief, &own, "20/1/2026", "21/1/2026", "Người này ký thay đơn vị"),
            (&chief, &lan, "20/1/2026", "21/1/2026", "Người này ký thay đơn vị"),
            (&hoa, &lan, "mai", "21/1/2026", "Nhập ngày theo dạng"),
        ] {
            let fields = [("nguoi", absent.as_str()), ("nguoi-thay", substitute.as_str()),
                ("tu-ngay", from), ("den-ngay", until), ("ly-do", "việc riêng")];
            let answer = head.post(&path, &fields).await;
            assert_eq!(answer.status, 422, "{what}");
            assert!(answer.text.contains(what), "{what}: {}", answer.text);
            assert!(answer.text.contains("value=\"việc riêng\""), "what was typed is kept");
        }
        assert_eq!(site.count("select count(*) from substitution"), 1);
    }

    async fn people_of_another_commune_are_not_found(site) {
        given_an_office(&site);
        let far = id(&site, "Phạm Văn Xa");
        let mut admin = site.signed_in("quantri");
        given_person(&site, "Phạm Văn Gần", "Văn thư", 103);
        let near = id(&site, "Phạm Văn Gần");
        let fields = [("nguoi", far.as_str()), ("nguoi-thay", near.as_str()),
            ("tu-ngay", "12/1/2026"), ("den-ngay", "16/1/2026"), ("ly-do", "công tác")];
        let done = admin.post(&format!("{LIST}/moi"), &fields).await;
        assert_eq!(done.status, 303, "{}", done.text);
        let it = site.count("select id from substitution");
        let mut head = site.signed_in("truong");
        assert_eq!(head.get(&format!("{LIST}/{it}")).await.status, 404);
        assert_eq!(head.get(&format!("{LIST}/moi?nguoi={far}")).await.status, 404);
        assert_eq!(head.post(&format!("{LIST}/moi"), &fields).await.status, 404);
        assert_eq!(head.post(&format!("{LIST}/{it}"), &[("viec", "bo")]).await.status, 404);
        assert!(!head.get(LIST).await.text.contains("Phạm Văn Xa"));
        let mut clerk = site.signed_in("hoa");
        assert_eq!(clerk.get(LIST).await.status, 403);
        assert_eq!(site.count("select count(*) from substitution"), 1);
    }
}
