//! Accounts of others through the front door, on both databases.

use domain::{access::Role, ids::AccountId};
use testkit::{Browser, TestSite, on_both_engines};

use crate::{
    accounts::facts,
    sheets,
    tests::{given_a_district, given_account, given_person, hidden},
};

const LIST: &str = "/co-quan/quan-tri/tai-khoan";

/// `hoa` works at the counter of 102, `xa` at that of 103, `ca` has roles in both.
fn given_accounts(site: &TestSite) -> [AccountId; 3] {
    given_a_district(site);
    let hoa = given_person(site, "Trần Thị Hoa", "Công chức Một cửa", 102);
    let xa = given_person(site, "Phạm Văn Xa", "Công chức Một cửa", 103);
    let both = given_person(site, "Lê Văn Cả", "Công chức Tư pháp", 102);
    let hoa = given_account(site, "hoa", Some(hoa), Role::CounterOfficial, 102);
    let xa = given_account(site, "xa", Some(xa), Role::CounterOfficial, 103);
    let both = given_account(site, "ca", Some(both), Role::Specialist, 103);
    [hoa, xa, both]
}

async fn sign_in(site: &TestSite, login: &str, password: &str) -> Option<String> {
    let mut browser = site.browser();
    let fields = [("dang-nhap", login), ("mat-khau", password)];
    browser.post("/co-quan/dang-nhap", &fields).await.location
}

fn secret(page: &str) -> String {
    let from = page.split("class=\"secret\">").nth(1).unwrap_or_default();
    from.split('<').next().unwrap_or_default().to_owned()
}

async fn step(admin: &mut Browser<'_>, id: AccountId, step: &str) -> u16 {
    let path = format!("{LIST}/{id}/{step}");
    let page = admin.get(&path).await;
    if page.status != 200 {
        return page.status;
    }
    admin.post(&path, &[]).await.status
}

on_both_engines! { crate::routes();
    async fn an_account_is_made_with_a_password_that_is_shown_once(site) {
        given_a_district(&site);
        let person = given_person(&site, "Nguyễn Thị Hoa", "Văn thư", 102);
        given_account(&site, "hoant", None, Role::Clerk, 102);
        let mut admin = site.signed_in("quantri");
        let form = format!("{LIST}/moi?nguoi={person}");
        let page = admin.get(&form).await.text;
        assert!(page.contains("value=\"hoant2\""), "the next free name: {page}");
        assert!(page.contains("value=\"102\" selected"), "the unit where she works: {page}");
        let token = hidden(&mut admin, &form, "lan-gui").await;
        let person = person.to_string();
        let mut fields = vec![("nguoi", person.as_str()), ("dang-nhap", "hoant"),
            ("vai-tro", "clerk"), ("don-vi", "102"), ("tu-ngay", "8/1/2026"),
            ("lan-gui", token.as_str())];
        let path = format!("{LIST}/moi");
        let taken = admin.post(&path, &fields).await;
        assert_eq!(taken.status, 422);
        assert!(taken.text.contains("đã có người dùng. Còn trống: hoant2"), "{}", taken.text);
        for (login, role, unit, what) in [
            ("hoà", "clerk", "102", "Từ 3 đến 40 ký tự"),
            ("hoant2", "", "102", "Hãy chọn một mục trong danh sách."),
            ("hoant2", "clerk", "100", "Hãy chọn một đơn vị trong danh sách"),
        ] {
            (fields[1].1, fields[2].1, fields[3].1) = (login, role, unit);
            let answer = admin.post(&path, &fields).await;
            assert_eq!(answer.status, 422, "{what}");
            assert!(answer.text.contains(what), "{what}: {}", answer.text);
        }
        (fields[1].1, fields[2].1, fields[3].1) = ("hoant2", "clerk", "102");
        let before = site.count("select count(*) from account");
        let mut made = None;
        for statements in 0..60 {
            site.db.fail_after(statements);
            let answer = admin.post(&path, &fields).await;
            site.db.fail_no_more();
            if answer.status == 200 {
                assert!(statements > 8, "many statements were tried");
                made = Some(answer);
                break;
            }
            if site.count("select count(*) from account") > before {
                break;
            }
            assert_eq!(site.count("select count(*) from role_grant where role = 'clerk'"), 1);
        }
        // A failure after the account was made loses only the page: the password is set anew.
        let password = match made {
            Some(answer) => secret(&answer.text),
            None => {
                let again = admin.post(&path, &fields).await;
                assert_eq!(again.status, 303);
                let id = AccountId(site.count("select id from account where login = 'hoant2'"));
                let path = format!("{LIST}/{id}/cap-lai-mat-khau");
                secret(&admin.post(&path, &[]).await.text)
            }
        };
        assert_eq!(password.len(), 14, "{password}");
        let again = admin.post(&path, &fields).await;
        assert_eq!(again.status, 303, "a second click shows no other password");
        assert_eq!(site.count("select count(*) from account"), before + 1);
        let led = sign_in(&site, "hoant2", &password).await;
        assert_eq!(led.as_deref(), Some("/co-quan/doi-mat-khau-dau"));
        let list = admin.get(&format!("{LIST}?tinh-trang=chua-doi")).await.text;
        assert!(list.contains("hoant2") && list.contains("1 tài khoản"), "{list}");
    }

    async fn accounts_are_found_by_name_role_unit_and_state(site) {
        let [hoa, ..] = given_accounts(&site);
        site.given("update account set disabled = 1 where login = 'xa'", &[]);
        site.given("update account set totp_secret = 'x' where login = 'ca'", &[]);
        site.run(|tx| { tx.journal(store::journal::Entry::new("account", hoa.0, "sign_in")); Ok(()) });
        let mut admin = site.signed_in("quantri");
        for (query, found, not) in [
            ("?q=tran+hoa", "Trần", "pham"), ("?q=qua", ">quantri<", ">hoa<"),
            ("?vai-tro=specialist", ">ca<", ">hoa<"), ("?don-vi=103", ">xa<", ">hoa<"),
            ("?tinh-trang=khoa", ">xa<", ">hoa<"), ("?tinh-trang=dung", ">hoa<", ">xa<"),
            ("?tinh-trang=co-ma", ">ca<", ">hoa<"), ("?tinh-trang=khong-ma&xep=moi", ">hoa<", ">ca<"),
            ("?xep=dang-nhap&q=hoa", "08/01/2026", ">xa<"),
        ] {
            let page = admin.get(&format!("{LIST}{query}")).await.text;
            let found = if found == "Trần" { ">hoa<" } else { found };
            assert!(page.contains(found), "{query}: {page}");
            assert!(!page.contains(not), "{query}: {page}");
        }
        // A sign-in name of several words is found in full, by each of its words and by words of it together.
        given_account(&site, "motcua-phuson", None, Role::CounterOfficial, 103);
        for query in ["motcua-phuson", "MotCua-PhuSon", "phuson", "motcua", "phuson+motcua", "motcuaphuson", "phus"] {
            let page = admin.get(&format!("{LIST}?q={query}")).await.text;
            let is_found = page.contains(">motcua-phuson<") && page.contains("1 tài khoản");
            assert_eq!(is_found, query != "motcuaphuson", "{query}: {page}");
            assert!(!page.contains(">hoa<"), "{query}: {page}");
        }
        let file = admin.get(&format!("{LIST}/xuat?tinh-trang=khoa")).await;
        assert_eq!(sheets::read("a.xlsx", &file.bytes).unwrap().rows.len(), 1);
    }

    async fn passwords_locks_factors_and_sessions_are_in_the_administrators_hand(site) {
        let [hoa, ..] = given_accounts(&site);
        let hash = facts::hash_password("mật khẩu cũ").unwrap();
        site.given("update account set password_hash = ?1, totp_secret = 'x',
            locked_until_ms = 99999999999999 where login = 'hoa'", &[hash.into()]);
        let mut hers = site.signed_in("hoa");
        let mut admin = site.signed_in("quantri");
        assert_eq!(step(&mut admin, hoa, "mo-tam-khoa").await, 303);
        assert_eq!(step(&mut admin, hoa, "mo-tam-khoa").await, 422, "nothing to unlock");
        // Whoever only has to wait where he mistyped is let in at once, too.
        for _ in 0..6 {
            sign_in(&site, "hoa", "mật khẩu sai").await;
        }
        assert_eq!(sign_in(&site, "hoa", "mật khẩu cũ").await, None, "she waits");
        assert_eq!(step(&mut admin, hoa, "mo-tam-khoa").await, 303);
        let led = sign_in(&site, "hoa", "mật khẩu cũ").await;
        assert_eq!(led.as_deref(), Some("/co-quan/ma-xac-thuc"));
        assert_eq!(step(&mut admin, hoa, "bo-ma-xac-thuc").await, 303);
        assert_eq!(hers.get("/co-quan/tai-khoan").await.status, 303, "her sessions ended");
        let mut hers = site.signed_in("hoa");
        assert_eq!(step(&mut admin, hoa, "khoa").await, 303);
        assert_eq!(hers.get("/co-quan/tai-khoan").await.status, 303);
        assert_eq!(sign_in(&site, "hoa", "mật khẩu cũ").await, None);
        assert_eq!(step(&mut admin, hoa, "mo").await, 303);
        assert_eq!(sign_in(&site, "hoa", "mật khẩu cũ").await.as_deref(), Some("/co-quan"));
        let path = format!("{LIST}/{hoa}/cap-lai-mat-khau");
        let token = hidden(&mut admin, &path, "lan-gui").await;
        let answer = admin.post(&path, &[("lan-gui", &token)]).await;
        let password = secret(&answer.text);
        assert_eq!(admin.post(&path, &[("lan-gui", &token)]).await.status, 303, "shown once");
        assert_eq!(sign_in(&site, "hoa", "mật khẩu cũ").await, None);
        let led = sign_in(&site, "hoa", &password).await;
        assert_eq!(led.as_deref(), Some("/co-quan/doi-mat-khau-dau"));
        let mut hers = site.signed_in("hoa");
        assert_eq!(step(&mut admin, hoa, "ket-thuc-phien").await, 303);
        assert_eq!(hers.get("/co-quan/tai-khoan").await.status, 303);
        let acts = site.count("select count(*) from journal where subject_id = 0 + (
            select id from account where login = 'hoa') and act in
            ('unlock', 'remove_second_factor', 'disable', 'enable', 'reset_password', 'end_sessions')");
        assert_eq!(acts, 7);
    }

    async fn nobody_shuts_himself_or_the_last_administrator_out(site) {
        given_accounts(&site);
        let own = AccountId(site.count("select id from account where login = 'quantri'"));
        let other = AccountId(site.count("select id from account where login = 'quantrixa'"));
        let mut admin = site.signed_in("quantri");
        for what in ["khoa", "cap-lai-mat-khau", "bo-ma-xac-thuc"] {
            assert_eq!(step(&mut admin, own, what).await, 422, "{what}");
            assert_eq!(admin.post(&format!("{LIST}/{own}/{what}"), &[]).await.status, 422, "{what}");
        }
        let grant = site.count(&format!("select id from role_grant where account = {own}"));
        let path = format!("/co-quan/quan-tri/quyen/{grant}");
        let last = admin.post(&path, &[("viec", "ngay")]).await;
        assert_eq!(last.status, 422);
        assert!(last.text.contains("quyền quản trị cuối cùng của huyện Tân Kỳ"), "{}", last.text);
        // Another administrator of the district, and it can go; it goes at once.
        given_account(&site, "quantri2", None, Role::Administrator, 101);
        assert_eq!(admin.post(&path, &[("viec", "ngay")]).await.status, 303);
        assert_eq!(admin.get(LIST).await.status, 403);
        // Now the other one is the last, though a commune has its own.
        let mut second = site.signed_in("quantri2");
        assert_eq!(step(&mut second, other, "khoa").await, 303);
        let grant = site.count("select g.id from role_grant g join account a on a.id = g.account
            where a.login = 'quantri2'");
        let path = format!("/co-quan/quan-tri/quyen/{grant}");
        let last = second.post(&path, &[("ngay-cuoi", "31/1/2026")]).await;
        assert_eq!(last.status, 422, "{}", last.text);
    }

    async fn rights_are_granted_within_ones_own_subtree_and_ended(site) {
        let [hoa, xa, both] = given_accounts(&site);
        let mut admin = site.signed_in("quantrixa");
        let path = format!("{LIST}/{hoa}/quyen");
        for unit in ["101", "103", "999"] {
            let fields = [("vai-tro", "leader"), ("don-vi", unit), ("tu-ngay", "8/1/2026")];
            let answer = admin.post(&path, &fields).await;
            assert_eq!(answer.status, 422, "{unit}");
            assert!(answer.text.contains("Hãy chọn một đơn vị trong danh sách"));
        }
        let token = hidden(&mut admin, &path, "lan-gui").await;
        let fields = [("vai-tro", "leader"), ("don-vi", "104"), ("tu-ngay", "1/2/2026"),
            ("den-ngay", "28/2/2026"), ("lan-gui", token.as_str())];
        assert_eq!(admin.post(&path, &fields).await.status, 303);
        assert_eq!(admin.post(&path, &fields).await.status, 303, "a second click");
        assert_eq!(site.count("select count(*) from role_grant where role = 'leader'"), 1);
        let mut overlapping = fields;
        overlapping[4].1 = "";
        let refused = admin.post(&path, &overlapping).await;
        assert!(refused.text.contains("đã có quyền này từ 01/02/2026 đến 28/02/2026"));
        // It has not begun: ended at once, it never was.
        let grant = site.count("select id from role_grant where role = 'leader'");
        let end = format!("/co-quan/quan-tri/quyen/{grant}");
        assert_eq!(admin.post(&end, &[("ngay-cuoi", "9/1/2026")]).await.status, 422);
        assert_eq!(admin.post(&end, &[("viec", "ngay")]).await.status, 303);
        assert_eq!(site.count("select count(*) from role_grant where role = 'leader'"), 0);

        // Elsewhere's accounts are not found; who has rights elsewhere is not taken over.
        for path in [format!("{LIST}/{xa}"), format!("{LIST}/{xa}/khoa"), format!("{LIST}/{xa}/quyen")] {
            assert_eq!(admin.get(&path).await.status, 404, "{path}");
            assert!(matches!(admin.post(&path, &[]).await.status, 404 | 405), "{path}");
        }
        let grant = site.count(&format!("select id from role_grant where account = {both}"));
        assert_eq!(admin.get(&format!("/co-quan/quan-tri/quyen/{grant}")).await.status, 404);
        assert!(admin.get(&format!("{LIST}/{both}")).await.text.contains("ngoài phạm vi quản trị"));
        for what in ["khoa", "cap-lai-mat-khau", "ket-thuc-phien"] {
            assert_eq!(admin.post(&format!("{LIST}/{both}/{what}"), &[]).await.status, 422, "{what}");
        }
        let person = site.count("select staff from account where login = 'xa'").to_string();
        let fields = [("nguoi", person.as_str()), ("dang-nhap", "khac"), ("vai-tro", "leader"),
            ("don-vi", "102"), ("tu-ngay", "8/1/2026")];
        assert_eq!(admin.post(&format!("{LIST}/moi"), &fields).await.status, 404);
    }

    async fn a_role_that_demands_a_second_factor_sends_who_has_none_to_enrol(site) {
        let [hoa, ..] = given_accounts(&site);
        let policy = "/co-quan/quan-tri/ma-xac-thuc";
        let mut admin = site.signed_in("quantri");
        let mut hers = site.signed_in("hoa");
        let mut his = site.signed_in("ca");
        assert_eq!(hers.get("/co-quan/tai-khoan").await.status, 200);
        let page = admin.get(&format!("{policy}/counter_official")).await.text;
        assert!(page.contains("0 tài khoản đã có mã, 2 tài khoản chưa có"), "{page}");
        let set = [("viec", "bat-buoc")];
        // Whoever administers a part only does not decide for all.
        let mut part = site.signed_in("quantrixa");
        assert_eq!(part.post(&format!("{policy}/counter_official"), &set).await.status, 422);
        assert!(part.get(policy).await.text.contains("ở đây chỉ xem"));
        assert_eq!(admin.post(&format!("{policy}/khong-co"), &set).await.status, 404);
        assert_eq!(admin.post(&format!("{policy}/counter_official"), &set).await.status, 303);
        let led = hers.get("/co-quan/tai-khoan").await;
        assert_eq!(led.location.as_deref(), Some("/co-quan/cai-ma-xac-thuc"));
        assert_eq!(his.get("/co-quan/tai-khoan").await.status, 200, "another role");
        assert!(admin.get(policy).await.text.contains("bắt buộc</span>"));
        // A role given to somebody who is signed in counts at once.
        let both = site.count("select id from account where login = 'ca'");
        let fields = [("vai-tro", "counter_official"), ("don-vi", "102"), ("tu-ngay", "8/1/2026")];
        assert_eq!(admin.post(&format!("{LIST}/{both}/quyen"), &fields).await.status, 303);
        let led = his.get("/co-quan/tai-khoan").await;
        assert_eq!(led.location.as_deref(), Some("/co-quan/cai-ma-xac-thuc"));
        assert_eq!(admin.post(&format!("{policy}/counter_official"), &[("viec", "thoi")]).await.status, 303);
        assert_eq!(hers.get("/co-quan/tai-khoan").await.status, 200, "nothing is owed any more");
        let hash = facts::hash_password("mật khẩu cũ").unwrap();
        site.given("update account set password_hash = ?1 where id = ?2", &[hash.into(), hoa.into()]);
        assert_eq!(sign_in(&site, "hoa", "mật khẩu cũ").await.as_deref(), Some("/co-quan"));
        assert_eq!(site.count("select count(*) from journal where subject = 'role'"), 2);
    }
}
