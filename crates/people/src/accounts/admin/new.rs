//! A new account, with a first password that is shown once.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use domain::{
    access::{Action, Role},
    ids::{AccountId, StaffId, UnitId},
    text,
};
use jiff::civil::Date;
use site::{
    Asked, Failure, Fields, Filled, Html, Mistakes, Shell, Site, State, Typed, Who,
    form::{Sending, Sent, new_token, once},
    told,
};
use store::{Fault, Tx};

use super::{
    super::{
        actions::hash_off_thread,
        facts::{self, NewAccount},
        sql as accounts,
    },
    ADDRESS,
};
use crate::{
    staff::facts::{self as staff, Candidate, candidates},
    units::facts::Reach,
};

/// Letters and digits of a first password: none that are taken for one another on paper.
const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";
/// How many of them; 59 bits.
const LENGTH: usize = 12;

/// A first password in groups of four: `k7mp-w3xr-9tqd`.
///
/// # Errors
/// [`Fault::Broken`] if there is no randomness.
pub(super) fn first_password() -> Result<String, Fault> {
    let mut password = String::with_capacity(LENGTH + LENGTH / 4);
    let mut letters = 0;
    while letters < LENGTH {
        let mut random = [0_u8; 32];
        getrandom::fill(&mut random).map_err(|e| Fault::Broken(format!("no randomness: {e}")))?;
        for byte in random {
            // 248 is 8 times 31: no letter is likelier than another.
            let letter = LETTERS.get(usize::from(byte) % LETTERS.len()).filter(|_| byte < 248);
            if let Some(letter) = letter.filter(|_| letters < LENGTH) {
                if letters > 0 && letters.is_multiple_of(4) {
                    password.push('-');
                }
                password.push(char::from(*letter));
                letters += 1;
            }
        }
    }
    Ok(password)
}

#[derive(Template)]
#[template(path = "accounts/admin/templates/password.html")]
struct Password {
    shell: Shell,
    heading: &'static str,
    name: String,
    login: String,
    password: String,
    address: String,
    back: String,
}

/// The page that shows a password, once.
pub(super) fn password_page(
    site: &Site,
    who: &Who,
    heading: &'static str,
    (id, login, name): (AccountId, String, String),
    password: String,
) -> Result<Response, Failure> {
    let page = site.page(&Password {
        shell: site.shell(who),
        heading,
        name,
        login,
        password,
        address: format!("{}/co-quan", site.config.base_url),
        back: format!("{ADDRESS}/{id}"),
    })?;
    Ok(page.into_response())
}

/// People of whom one is chosen, shown at once: a search is quicker than a long list.
const PEOPLE_SHOWN: usize = 20;

#[derive(Template)]
#[template(path = "accounts/admin/templates/new.html")]
struct New<'a> {
    shell: Shell,
    m: &'a Mistakes,
    q: String,
    people: Vec<Candidate>,
    /// People who fit and are not shown: a longer name finds them.
    more: usize,
    person: Option<(StaffId, String)>,
    has: Vec<String>,
    roles: Vec<(String, String)>,
    units: Vec<(String, String)>,
}

pub(super) fn role_options() -> Vec<(String, String)> {
    let none = (String::new(), "– chọn –".to_owned());
    let all = Role::ALL.iter().map(|it| (it.code().to_owned(), it.label().to_owned()));
    std::iter::once(none).chain(all).collect()
}

/// A sign-in name that nobody has: the proposal, or the first free number after it.
fn free_login(tx: &mut Tx<'_>, name: &str) -> Result<String, Fault> {
    let proposal = text::login_of(name);
    if proposal.is_empty() {
        return Ok(String::new());
    }
    let mut login = proposal.clone();
    for number in 2..1_000 {
        if accounts::by_login(tx, &login)?.is_none() {
            return Ok(login);
        }
        login = format!("{proposal}{number}");
    }
    Ok(String::new())
}

async fn page(
    site: &Site,
    who: &Who,
    person: Option<StaffId>,
    q: &str,
    m: &mut Mistakes,
) -> Result<Html<String>, Failure> {
    let (asker, wanted, today) = (who.clone(), q.to_owned(), who.today());
    let (reach, mut people, kept, has, login, home) = site
        .read(who, move |tx| {
            let reach = Reach::load(tx, &asker, Action::AccountManage)?;
            let Some(id) = person else {
                let words = text::words(&wanted);
                let filter = staff::Filter { words, ..Default::default() };
                let people = candidates(tx, &reach, &filter)?;
                return Ok((reach, people, None, Vec::new(), String::new(), None));
            };
            let kept = staff::find(tx, id, reach.narrow().as_deref())?.ok_or(Failure::NotFound)?;
            let has = facts::of_staff(tx, id)?.into_iter().map(|(_, login, _)| login).collect();
            let login = free_login(tx, &kept.name)?;
            let posts = staff::posts(tx, &[id], today)?.remove(&id).unwrap_or_default();
            let home = posts.first().map(|it| it.unit);
            Ok((reach, Vec::new(), Some((id, kept.shown())), has, login, home))
        })
        .await?;
    if !m.any() && person.is_some() {
        m.typed.set("dang-nhap", login);
        m.typed.set("don-vi", home.map_or_else(String::new, |it| it.to_string()));
    }
    let more = people.len().saturating_sub(PEOPLE_SHOWN);
    people.truncate(PEOPLE_SHOWN);
    let none = (String::new(), "– chọn –".to_owned());
    site.page(&New {
        shell: site.shell(who),
        m,
        q: q.to_owned(),
        people,
        more,
        person: kept,
        has,
        roles: role_options(),
        units: std::iter::once(none).chain(reach.options(today)).collect(),
    })
}

/// GET `/co-quan/quan-tri/tai-khoan/moi?nguoi=`: first whose, then the rest.
pub async fn form(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let mut typed = Typed::default();
    typed.set("tu-ngay", text::date(who.today()));
    typed.set("lan-gui", new_token());
    let person = asked.get("nguoi").parse().ok().map(StaffId);
    page(&site, &who, person, asked.get("q"), &mut Mistakes::none(typed)).await
}

struct Draft {
    login: String,
    role: Role,
    unit: UnitId,
    from: Date,
}

fn read_login(fields: &mut Fields) -> Option<String> {
    let login = fields.typed().get("dang-nhap").to_lowercase();
    let begins = login.bytes().next().is_some_and(|it| it.is_ascii_lowercase());
    let fits = login.bytes().all(|it| it.is_ascii_alphanumeric() || b"._-".contains(&it));
    if (3..=40).contains(&login.len()) && begins && fits {
        return Some(login);
    }
    fields.wrong(
        "dang-nhap",
        "Từ 3 đến 40 ký tự: chữ không dấu, chữ số, dấu chấm, gạch ngang; bắt đầu bằng chữ.",
    );
    None
}

fn read(typed: Typed) -> Result<Draft, Mistakes> {
    let mut fields = Fields::of(typed);
    let login = read_login(&mut fields);
    let role = fields.choice("vai-tro", Role::from_code);
    let unit = fields.choice("don-vi", |it| it.parse().ok().map(UnitId));
    let from = fields.date("tu-ngay");
    let draft = (|| Some(Draft { login: login?, role: role?, unit: unit?, from: from? }))();
    fields.finish(draft)
}

/// POST `/co-quan/quan-tri/tai-khoan/moi`
pub async fn create(
    State(site): State<Site>,
    who: Who,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let person = typed.get("nguoi").parse().map(StaffId).map_err(|_| Failure::NotFound)?;
    let (sending, as_typed) = (Sending::of(&who, &typed, "lan-gui"), typed.clone());
    let draft = match read(typed) {
        Ok(it) => it,
        Err(mut m) => {
            return Err(Failure::Mistaken(page(&site, &who, Some(person), "", &mut m).await?));
        }
    };
    let password = first_password()?;
    let hash = hash_off_thread(password.clone()).await?;
    let (asker, login) = (who.clone(), draft.login.clone());
    // A second click must not show a password that is not the account's.
    let fresh = Arc::new(AtomicBool::new(false));
    let made = fresh.clone();
    let done = once(&site, &who, sending, move |tx| {
        let reach = Reach::load(tx, &asker, Action::AccountManage)?;
        let kept = staff::find(tx, person, reach.narrow().as_deref())?.ok_or(Failure::NotFound)?;
        if !reach.may_choose(draft.unit, draft.from) {
            let text = "Hãy chọn một đơn vị trong danh sách, hoạt động vào ngày bắt đầu.";
            return Ok(Err(("don-vi", text.to_owned())));
        }
        if accounts::by_login(tx, &draft.login)?.is_some() {
            let free = free_login(tx, &kept.name)?;
            let text = format!("Tên đăng nhập này đã có người dùng. Còn trống: {free}.");
            return Ok(Err(("dang-nhap", text)));
        }
        let name = kept.shown();
        let account = NewAccount {
            login: &draft.login,
            name: &name,
            staff: Some(person),
            password_hash: &hash,
            must_change: true,
            roles: &[(draft.role, draft.unit)],
            from: draft.from,
        };
        let id = facts::create(tx, &account)?;
        made.store(true, Ordering::Relaxed);
        Ok(Ok(format!("{ADDRESS}/{id}")))
    })
    .await?;
    match done {
        Sent::Done(location) if fresh.load(Ordering::Relaxed) => {
            let id = location.rsplit('/').next().and_then(|it| it.parse().ok());
            let id = AccountId(id.unwrap_or_default());
            let name = name_of(&site, &who, id).await?;
            password_page(&site, &who, "Đã lập tài khoản", (id, login, name), password)
        }
        Sent::Done(location) => Ok(told(
            &location,
            "Tài khoản đã được lập từ lần bấm trước; mật khẩu chỉ hiện một lần. Nếu chưa ghi lại, \
             hãy cấp lại mật khẩu.",
        )),
        Sent::Wrong((field, text)) => {
            let mut m = Mistakes::one(as_typed, field, text);
            Err(Failure::Mistaken(page(&site, &who, Some(person), "", &mut m).await?))
        }
        Sent::Before(mut m) => {
            Err(Failure::Mistaken(page(&site, &who, Some(person), "", &mut m).await?))
        }
    }
}

async fn name_of(site: &Site, who: &Who, id: AccountId) -> Result<String, Failure> {
    site.read(who, move |tx| Ok(staff::account_name(tx, id)?)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_first_password_is_legible_and_new_each_time() {
        let password = first_password().unwrap();
        assert_eq!(password.len(), 14);
        assert!(password.chars().all(|c| c == '-' || LETTERS.contains(&u8::try_from(c).unwrap())));
        assert_ne!(password, first_password().unwrap());
    }
}
