//! The administration of identity providers: who, where, by which secret, what their claims are called.

use askama::Template;
use axum::response::Response;
use domain::access::Action;
use site::{Failure, Fields, Filled, Html, Mistakes, Path, Shell, Site, State, Typed, Who, told};
use store::journal::Entry;

use super::{
    PROVIDER,
    oidc::{self, line},
    sql::providers::{self as sql, Provider},
};

const HOME: &str = "/co-quan/quan-tri/dinh-danh";

/// Under what the secret of a provider is sealed. Of the issuer, so that a secret is never sent to another one.
pub(super) fn sealed_for(provider: &Provider) -> String {
    format!("identity-provider:{}:{}", provider.issuer, provider.client_id)
}

/// Providers are of the whole installation: who manages a part of it changes none.
fn is_whole(who: &Who) -> Result<(), Failure> {
    let one_stops = who.tree.all().filter(|it| it.kind == "one_stop");
    let all = one_stops.map(|it| it.id).all(|it| who.can_at(Action::PortalManage, it));
    if all { Ok(()) } else { Err(Failure::Forbidden) }
}

struct Line {
    id: i64,
    name: String,
    issuer: String,
    state: &'static str,
    state_class: &'static str,
    checked: String,
    people: i64,
}

#[derive(Template)]
#[template(path = "account/templates/providers.html")]
struct List {
    shell: Shell,
    lines: Vec<Line>,
}

fn state_of(it: &Provider) -> (&'static str, &'static str) {
    match (it.enabled, it.checked.is_some(), it.trouble.is_empty()) {
        (false, _, _) => ("Đang tắt", ""),
        (true, true, true) => ("Đang dùng", "good"),
        (true, true, false) => ("Lần thử gần nhất hỏng", "bad"),
        (true, false, _) => ("Chưa thử kết nối", "warn"),
    }
}

fn checked(it: &Provider) -> String {
    it.checked.map_or_else(|| "chưa lần nào".to_owned(), |at| domain::text::date_time(at.civil()))
}

/// GET `/co-quan/quan-tri/dinh-danh`
pub async fn list(State(site): State<Site>, who: Who) -> Result<Html<String>, Failure> {
    let lines = site
        .read(&who, |tx| {
            let mut lines = Vec::new();
            for it in sql::all(tx)? {
                let (state, state_class) = state_of(&it);
                lines.push(Line {
                    people: sql::linked(tx, it.id)?,
                    checked: checked(&it),
                    id: it.id,
                    name: it.name,
                    issuer: it.issuer,
                    state,
                    state_class,
                });
            }
            Ok(lines)
        })
        .await?;
    site.page(&List { shell: site.shell(&who), lines })
}

#[derive(Template)]
#[template(path = "account/templates/provider.html")]
struct Form<'a> {
    shell: Shell,
    m: &'a Mistakes,
    /// 0 for a new one.
    id: i64,
    name: String,
    edition: i64,
    ways: Vec<(String, String)>,
    /// What was found when its line was tried.
    found: Vec<(&'static str, String)>,
    checked: String,
    trouble: String,
    return_url: String,
    people: i64,
}

fn form_page(
    site: &Site,
    who: &Who,
    m: &Mistakes,
    provider: &Provider,
    people: i64,
) -> Result<Html<String>, Failure> {
    let way = |code: &str, text: &str| (code.to_owned(), text.to_owned());
    let found = [
        ("Trang đăng nhập", &provider.authorize_url),
        ("Đổi mã", &provider.token_url),
        ("Thông tin người dùng", &provider.userinfo_url),
        ("Khóa công khai", &provider.keys_url),
    ];
    let found = found.into_iter().filter(|_| provider.id > 0 && provider.discovers);
    site.page(&Form {
        shell: site.shell(who),
        m,
        id: provider.id,
        name: provider.name.clone(),
        edition: provider.edition,
        ways: vec![
            way("basic", "Trong tiêu đề (client_secret_basic)"),
            way("post", "Trong biểu mẫu (client_secret_post)"),
            way("none", "Không có khóa (public client)"),
        ],
        found: found.filter(|it| !it.1.is_empty()).map(|(a, b)| (a, b.clone())).collect(),
        checked: checked(provider),
        trouble: provider.trouble.clone(),
        return_url: if provider.id > 0 {
            oidc::return_url(site, provider.id)
        } else {
            String::new()
        },
        people,
    })
}

/// GET `/co-quan/quan-tri/dinh-danh/moi`
pub async fn new(State(site): State<Site>, who: Who) -> Result<Html<String>, Failure> {
    is_whole(&who)?;
    let mut typed = Typed::default();
    for (name, value) in [
        ("cach", "hoi"),
        ("pkce", "1"),
        ("cach-khoa", "basic"),
        ("pham-vi", "openid"),
        ("truong-so", "cccd"),
        ("truong-ten", "name"),
        ("truong-ngay-sinh", "birthdate"),
        ("truong-dien-thoai", "phone_number"),
        ("thu-tu", "1"),
    ] {
        typed.set(name, value);
    }
    form_page(&site, &who, &Mistakes::none(typed), &Provider::default(), 0)
}

/// An address of the provider's.
fn url(fields: &mut Fields, name: &str, is_owed: bool) -> Option<String> {
    let typed = fields.optional_text(name, 400)?;
    if (typed.is_empty() && !is_owed) || line::is_safe(&typed) {
        return Some(typed);
    }
    let text = "Nhập địa chỉ đầy đủ dạng https://… (http:// chỉ với máy trong mạng nội bộ).";
    fields.wrong(name, text);
    None
}

/// A name of a claim, or several words without anything that could break out of a request.
fn plain(fields: &mut Fields, name: &str, chars_max: usize) -> Option<String> {
    let typed = fields.optional_text(name, chars_max)?;
    if typed.chars().all(|it| it.is_ascii_graphic() || it == ' ') {
        return Some(typed.split_whitespace().collect::<Vec<_>>().join(" "));
    }
    fields.wrong(name, "Chỉ dùng chữ không dấu, số và dấu chấm, gạch.");
    None
}

/// Reads the form; the secret comes apart, because an empty one keeps what is there.
fn read(typed: Typed, before: &Provider) -> Result<(Provider, String), Mistakes> {
    let mut fields = Fields::of(typed);
    let discovers = fields.typed().get("cach") != "khai";
    let is_set = |fields: &Fields, name: &str| fields.typed().get(name) == "1";
    let name = fields.text("ten", 80);
    let issuer = url(&mut fields, "noi-phat", true);
    let (authorize, token, userinfo, keys) = if discovers {
        let kept = |it: &String| Some(it.clone());
        (
            kept(&before.authorize_url),
            kept(&before.token_url),
            kept(&before.userinfo_url),
            kept(&before.keys_url),
        )
    } else {
        let userinfo = url(&mut fields, "dc-nguoi-dung", false);
        let keys = url(&mut fields, "dc-khoa", false);
        if userinfo.as_deref() == Some("") && keys.as_deref() == Some("") {
            let text =
                "Cần ít nhất một: địa chỉ khóa công khai, hoặc địa chỉ thông tin người dùng.";
            fields.wrong("dc-khoa", text);
        }
        (
            url(&mut fields, "dc-dang-nhap", true),
            url(&mut fields, "dc-doi-ma", true),
            userinfo,
            keys,
        )
    };
    let client_id = fields.text("ma-khach", 200);
    let way = fields.choice("cach-khoa", |it| {
        ["basic", "post", "none"].into_iter().find(|way| *way == it).map(str::to_owned)
    });
    let secret = fields.optional_text("khoa", 400);
    let has_secret =
        !before.secret.is_empty() || secret.as_deref().is_some_and(|it| !it.is_empty());
    if way.as_deref().is_some_and(|it| it != "none") && !has_secret {
        fields.wrong("khoa", "Chưa nhập khóa bí mật mà nhà cung cấp đã cấp.");
    }
    let scopes = plain(&mut fields, "pham-vi", 200);
    if scopes.as_deref().is_some_and(|it| !it.split(' ').any(|it| it == "openid")) {
        fields.wrong("pham-vi", "Phạm vi phải có “openid”.");
    }
    let (acr_values, acr_accepted) =
        (plain(&mut fields, "acr", 200), plain(&mut fields, "acr-du", 200));
    let claim_number = plain(&mut fields, "truong-so", 80);
    let claim_name = plain(&mut fields, "truong-ten", 80);
    let claim_birth = plain(&mut fields, "truong-ngay-sinh", 80);
    let claim_phone = plain(&mut fields, "truong-dien-thoai", 80);
    let place = fields.number("thu-tu", 1..=99);
    let (vouches, pkce) = (is_set(&fields, "bao-dam"), is_set(&fields, "pkce"));
    let unsigned = is_set(&fields, "khong-ky");
    let enabled = is_set(&fields, "bat");
    let edition = fields.typed().get("an-ban").parse().unwrap_or(0);
    let whole = (|| {
        let provider = Provider {
            id: before.id,
            name: name?,
            issuer: issuer?,
            discovers,
            authorize_url: authorize?,
            token_url: token?,
            userinfo_url: userinfo?,
            keys_url: keys?,
            client_id: client_id?,
            secret: before.secret.clone(),
            secret_way: way?,
            scopes: scopes?,
            acr_values: acr_values?,
            acr_accepted: acr_accepted?,
            vouches,
            unsigned,
            pkce,
            claim_number: claim_number?,
            claim_name: claim_name?,
            claim_birth: claim_birth?,
            claim_phone: claim_phone?,
            place: place?,
            enabled,
            checked: before.checked,
            trouble: before.trouble.clone(),
            edition,
        };
        Some((provider, secret?))
    })();
    // A secret belongs to one issuer and one client: it does not go along to another.
    if let Some((it, typed)) = &whole
        && typed.is_empty()
        && !before.secret.is_empty()
        && it.secret_way != "none"
        && sealed_for(it) != sealed_for(before)
    {
        fields.wrong("khoa", "Nơi phát hành hoặc mã khách đã đổi: hãy nhập lại khóa bí mật.");
    }
    fields.finish(whole)
}

/// Seals what was typed; asks the issuer for its addresses where it is to be asked.
async fn settled(site: &Site, mut provider: Provider, secret: &str) -> Result<Provider, Failure> {
    if provider.secret_way == "none" {
        provider.secret.clear();
    } else if !secret.is_empty() {
        provider.secret = site.seal.close(&sealed_for(&provider), secret)?;
    }
    probe(&mut provider).await;
    Ok(provider)
}

/// Tries the line; what came of it is kept with the provider.
async fn probe(provider: &mut Provider) {
    let asked = if provider.discovers { line::discover(provider).await } else { Ok(()) };
    let keys = match asked {
        Ok(()) if provider.keys_url.is_empty() && !provider.discovers => Ok(()),
        Ok(()) => line::keys(provider).await.map(|_| ()),
        Err(error) => Err(error),
    };
    provider.trouble = keys.err().map_or_else(String::new, |it| it.to_string());
}

fn typed_of(it: &Provider) -> Typed {
    let mut typed = Typed::default();
    let place = it.place.to_string();
    for (name, value) in [
        ("ten", it.name.as_str()),
        ("noi-phat", &it.issuer),
        ("cach", if it.discovers { "hoi" } else { "khai" }),
        ("ma-khach", &it.client_id),
        ("cach-khoa", &it.secret_way),
        ("pham-vi", &it.scopes),
        ("acr", &it.acr_values),
        ("acr-du", &it.acr_accepted),
        ("truong-so", &it.claim_number),
        ("truong-ten", &it.claim_name),
        ("truong-ngay-sinh", &it.claim_birth),
        ("truong-dien-thoai", &it.claim_phone),
        ("thu-tu", &place),
        ("bao-dam", if it.vouches { "1" } else { "" }),
        ("khong-ky", if it.unsigned { "1" } else { "" }),
        ("pkce", if it.pkce { "1" } else { "" }),
        ("bat", if it.enabled { "1" } else { "" }),
    ] {
        typed.set(name, value);
    }
    if !it.discovers {
        typed.set("dc-dang-nhap", it.authorize_url.clone());
        typed.set("dc-doi-ma", it.token_url.clone());
        typed.set("dc-nguoi-dung", it.userinfo_url.clone());
        typed.set("dc-khoa", it.keys_url.clone());
    }
    typed
}

/// POST `/co-quan/quan-tri/dinh-danh/moi`
pub async fn create(
    State(site): State<Site>,
    who: Who,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    is_whole(&who)?;
    let again = without_secret(&typed);
    let (provider, secret) = match read(typed, &Provider::default()) {
        Ok(it) => it,
        Err(mut m) => {
            m.typed.set("khoa", "");
            let page = form_page(&site, &who, &m, &Provider::default(), 0)?;
            return Err(Failure::Mistaken(page));
        }
    };
    let provider = settled(&site, provider, &secret).await?;
    let trouble = provider.trouble.clone();
    let made = site
        .write(&who, move |tx| {
            let id = sql::insert(tx, &provider)?;
            sql::tried(tx, &Provider { id, ..provider.clone() })?;
            let details = serde_json::json!({ "issuer": provider.issuer });
            tx.journal(Entry::new(PROVIDER, id, "create").details(&details));
            Ok(id)
        })
        .await;
    match made {
        Ok(id) => Ok(told(&format!("{HOME}/{id}"), &said(&trouble))),
        Err(Failure::Fault(fault)) if fault.is_taken() => {
            let mut m = Mistakes::none(again);
            m.by_field.insert("ten".to_owned(), "Đã có nhà cung cấp mang tên này.".to_owned());
            Err(Failure::Mistaken(form_page(&site, &who, &m, &Provider::default(), 0)?))
        }
        Err(other) => Err(other),
    }
}

fn without_secret(typed: &Typed) -> Typed {
    let mut again = typed.clone();
    again.set("khoa", "");
    again
}

fn said(trouble: &str) -> String {
    if trouble.is_empty() {
        "Đã lưu; kết nối thử thành công.".to_owned()
    } else {
        format!("Đã lưu, nhưng kết nối thử chưa được: {trouble}")
    }
}

async fn found(site: &Site, who: &Who, id: i64) -> Result<(Provider, i64), Failure> {
    is_whole(who)?;
    site.read(who, move |tx| {
        let it = sql::find(tx, id)?.ok_or(Failure::NotFound)?;
        Ok((it, sql::linked(tx, id)?))
    })
    .await
}

/// GET `/co-quan/quan-tri/dinh-danh/{id}`
pub async fn edit(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
) -> Result<Html<String>, Failure> {
    let (provider, people) = found(&site, &who, id).await?;
    form_page(&site, &who, &Mistakes::none(typed_of(&provider)), &provider, people)
}

/// POST `/co-quan/quan-tri/dinh-danh/{id}`
pub async fn change(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let (before, people) = found(&site, &who, id).await?;
    let (provider, secret) = match read(typed, &before) {
        Ok(it) => it,
        Err(mut m) => {
            m.typed.set("khoa", "");
            return Err(Failure::Mistaken(form_page(&site, &who, &m, &before, people)?));
        }
    };
    if provider.issuer != before.issuer && people > 0 {
        return Err(Failure::Refused(
            "Đã có người đăng nhập bằng nhà cung cấp này nên không đổi được nơi phát hành: mã người dùng của \
             nơi khác là của người khác. Hãy tắt nhà cung cấp này và thêm một nhà cung cấp mới."
                .to_owned(),
        ));
    }
    let provider = settled(&site, provider, &secret).await?;
    let trouble = provider.trouble.clone();
    site.write(&who, move |tx| {
        if !sql::update(tx, &provider)? {
            return Err(Failure::Refused(
                "Có người vừa sửa nhà cung cấp này. Hãy mở lại trang rồi sửa tiếp.".to_owned(),
            ));
        }
        sql::tried(tx, &provider)?;
        let details = serde_json::json!({ "issuer": provider.issuer, "enabled": provider.enabled });
        tx.journal(Entry::new(PROVIDER, id, "change").details(&details));
        Ok(())
    })
    .await?;
    Ok(told(&format!("{HOME}/{id}"), &said(&trouble)))
}

/// POST `/co-quan/quan-tri/dinh-danh/{id}/thu`
pub async fn try_line(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    Filled(_): Filled,
) -> Result<Response, Failure> {
    let (mut provider, _) = found(&site, &who, id).await?;
    probe(&mut provider).await;
    let trouble = provider.trouble.clone();
    site.write(&who, move |tx| {
        sql::tried(tx, &provider)?;
        tx.journal(Entry::new(PROVIDER, id, "try_line"));
        Ok(())
    })
    .await?;
    let text = if trouble.is_empty() {
        "Kết nối thử thành công.".to_owned()
    } else {
        format!("Chưa kết nối được: {trouble}")
    };
    Ok(told(&format!("{HOME}/{id}"), &text))
}

/// POST `/co-quan/quan-tri/dinh-danh/{id}/xoa`
pub async fn remove(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let (provider, _) = found(&site, &who, id).await?;
    if typed.get("ten-xac-nhan") != provider.name {
        return Err(Failure::Refused("Tên gõ lại không đúng nên chưa xóa gì.".to_owned()));
    }
    site.write(&who, move |tx| {
        if sql::linked(tx, id)? > 0 {
            return Err(Failure::Refused(
                "Đã có người đăng nhập bằng nhà cung cấp này nên chỉ tắt được, không xóa được."
                    .to_owned(),
            ));
        }
        sql::remove(tx, id)?;
        tx.journal(Entry::new(PROVIDER, id, "remove"));
        Ok(())
    })
    .await?;
    Ok(told(HOME, "Đã xóa nhà cung cấp."))
}
