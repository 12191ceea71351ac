//! What is done to an account: each step has a page that names the account and what will be.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use askama::Template;
use axum::response::Response;
use domain::ids::AccountId;
use site::{
    Failure, Filled, Html, Path, Shell, Site, State, Who,
    form::{Sending, Sent, new_token, once},
    told,
};
use store::{Tx, journal::Entry};

use super::{
    super::{
        actions::{hash_off_thread, tries_of},
        facts::SUBJECT,
        passkeys, sql as accounts,
    },
    ADDRESS, Around, demand_another,
    new::{first_password, password_page},
    sql,
};

/// What can be done to an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Reset,
    Unlock,
    Disable,
    Enable,
    RemoveFactor,
    EndSessions,
}

impl Step {
    const ALL: [Self; 6] = [
        Self::Reset,
        Self::Unlock,
        Self::Disable,
        Self::Enable,
        Self::RemoveFactor,
        Self::EndSessions,
    ];

    const fn path(self) -> &'static str {
        match self {
            Self::Reset => "cap-lai-mat-khau",
            Self::Unlock => "mo-tam-khoa",
            Self::Disable => "khoa",
            Self::Enable => "mo",
            Self::RemoveFactor => "bo-ma-xac-thuc",
            Self::EndSessions => "ket-thuc-phien",
        }
    }

    fn of(path: &str) -> Result<Self, Failure> {
        Self::ALL.into_iter().find(|it| it.path() == path).ok_or(Failure::NotFound)
    }

    /// What the button says; the name of the account follows.
    const fn label(self) -> &'static str {
        match self {
            Self::Reset => "Cấp lại mật khẩu",
            Self::Unlock => "Mở tạm khóa",
            Self::Disable => "Khóa tài khoản",
            Self::Enable => "Mở tài khoản",
            Self::RemoveFactor => "Bỏ mã xác thực, khóa",
            Self::EndSessions => "Kết thúc mọi phiên",
        }
    }

    const fn what(self) -> &'static str {
        match self {
            Self::Reset => {
                "Mật khẩu cũ hết hiệu lực, mọi phiên đang mở kết thúc. Mật khẩu mới hiện một lần; \
                 người dùng phải đổi khi đăng nhập."
            }
            Self::Unlock => "Người dùng đăng nhập lại được ngay, không phải chờ.",
            Self::Disable => {
                "Mọi phiên đang mở kết thúc và không ai đăng nhập được bằng tài khoản này. Quyền và \
                 lịch sử vẫn giữ; mở lại được."
            }
            Self::Enable => "Người dùng đăng nhập lại được bằng mật khẩu cũ.",
            Self::RemoveFactor => {
                "Dùng khi người dùng mất điện thoại hoặc thiết bị giữ khóa. Mọi phiên đang mở kết thúc; \
                 nếu vai trò bắt buộc, lần đăng nhập tới phải cài mã mới."
            }
            Self::EndSessions => {
                "Mọi trình duyệt đang đăng nhập bằng tài khoản này phải đăng nhập lại."
            }
        }
    }

    const fn done(self) -> &'static str {
        match self {
            Self::Reset => "Đã cấp lại mật khẩu.",
            Self::Unlock => "Đã mở tạm khóa.",
            Self::Disable => "Đã khóa tài khoản và kết thúc mọi phiên.",
            Self::Enable => "Đã mở tài khoản.",
            Self::RemoveFactor => "Đã bỏ mã xác thực, khóa đăng nhập và kết thúc mọi phiên.",
            Self::EndSessions => "Đã kết thúc mọi phiên của tài khoản.",
        }
    }

    const fn act(self) -> &'static str {
        match self {
            Self::Reset => "reset_password",
            Self::Unlock => "unlock",
            Self::Disable => "disable",
            Self::Enable => "enable",
            Self::RemoveFactor => "remove_second_factor",
            Self::EndSessions => "end_sessions",
        }
    }

    const fn is_danger(self) -> bool {
        !matches!(self, Self::Unlock | Self::Enable)
    }
}

/// Whether the step makes sense for the account as it is, and may be taken.
fn check(around: &Around, who: &Who, step: Step) -> Result<(), Failure> {
    let kept = &around.kept;
    let refuse = |why: &str| Err(Failure::Refused(why.to_owned()));
    if kept.id == who.account {
        return refuse(match step {
            Step::Disable => "Không khóa được tài khoản của chính mình.",
            _ => "Đây là tài khoản của ông, bà. Hãy dùng trang “Tài khoản của tôi”.",
        });
    }
    around.demand_whole()?;
    match step {
        Step::Unlock if !kept.may_wait(who.now) => refuse("Tài khoản không bị tạm khóa."),
        Step::Disable if kept.disabled => refuse("Tài khoản đã khóa rồi."),
        Step::Enable if !kept.disabled => refuse("Tài khoản đang mở."),
        Step::RemoveFactor if !kept.has_totp && kept.passkeys == 0 => {
            refuse("Tài khoản không có mã xác thực, cũng không có khóa đăng nhập.")
        }
        _ => Ok(()),
    }
}

#[derive(Template)]
#[template(path = "accounts/admin/templates/confirm.html")]
struct Confirm {
    shell: Shell,
    heading: String,
    what: &'static str,
    action: String,
    back: String,
    button: String,
    is_danger: bool,
    token: String,
}

/// GET `/co-quan/quan-tri/tai-khoan/{id}/{step}`
pub async fn form(
    State(site): State<Site>,
    who: Who,
    Path((id, step)): Path<(i64, String)>,
) -> Result<Html<String>, Failure> {
    let step = Step::of(&step)?;
    let (asker, id) = (who.clone(), AccountId(id));
    let around = site.read(&who, move |tx| Around::load(tx, &asker, id)).await?;
    check(&around, &who, step)?;
    let kept = around.kept;
    site.page(&Confirm {
        shell: site.shell(&who),
        heading: format!("{}: {} ({})", step.label(), kept.name, kept.login),
        what: step.what(),
        action: format!("{ADDRESS}/{id}/{}", step.path()),
        back: format!("{ADDRESS}/{id}"),
        button: format!("{} {}", step.label(), kept.login),
        is_danger: step.is_danger(),
        token: new_token(),
    })
}

/// POST `/co-quan/quan-tri/tai-khoan/{id}/{step}`
pub async fn take(
    State(site): State<Site>,
    who: Who,
    Path((id, step)): Path<(i64, String)>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let (step, id) = (Step::of(&step)?, AccountId(id));
    let back = format!("{ADDRESS}/{id}");
    if step == Step::Reset {
        return reset(&site, &who, id, Sending::of(&who, &typed, "lan-gui")).await;
    }
    let asker = who.clone();
    let login = site
        .write(&who, move |tx| {
            let around = Around::load(tx, &asker, id)?;
            check(&around, &asker, step)?;
            carry_out(tx, &around, id, step)?;
            tx.journal(Entry::new(SUBJECT, id.0, step.act()));
            Ok(around.kept.login)
        })
        .await?;
    if step == Step::Unlock {
        site.limiter.forgive_all(&tries_of(&login));
    }
    Ok(told(&back, step.done()))
}

fn carry_out(tx: &mut Tx<'_>, around: &Around, id: AccountId, step: Step) -> Result<(), Failure> {
    match step {
        Step::Unlock => {
            accounts::failed(tx, id, 0, None)?;
        }
        Step::Enable => {
            sql::set_disabled(tx, id, false)?;
        }
        Step::Disable => {
            let today = around.reach.today();
            let held = around.grants.iter().filter(|it| it.grant.holds_on(today));
            let held: Vec<_> = held.copied().collect();
            demand_another(tx, &around.reach, &held, today)?;
            sql::set_disabled(tx, id, true)?;
            accounts::end_sessions(tx, id, None)?;
        }
        Step::RemoveFactor => {
            accounts::set_totp(tx, id, None, 0)?;
            passkeys::remove_all(tx, id)?;
            accounts::end_sessions(tx, id, None)?;
        }
        Step::EndSessions | Step::Reset => {
            accounts::end_sessions(tx, id, None)?;
        }
    }
    Ok(())
}

async fn reset(
    site: &Site,
    who: &Who,
    id: AccountId,
    sending: Sending,
) -> Result<Response, Failure> {
    let password = first_password()?;
    let hash = hash_off_thread(password.clone()).await?;
    let (asker, fresh) = (who.clone(), Arc::new(AtomicBool::new(false)));
    let made = fresh.clone();
    let done: Sent<()> = once(site, who, sending, move |tx| {
        let around = Around::load(tx, &asker, id)?;
        check(&around, &asker, Step::Reset)?;
        accounts::set_password(tx, id, &hash, true)?;
        carry_out(tx, &around, id, Step::Reset)?;
        tx.journal(Entry::new(SUBJECT, id.0, Step::Reset.act()));
        made.store(true, Ordering::Relaxed);
        Ok(Ok(format!("{ADDRESS}/{id}")))
    })
    .await?;
    // The form holds no words of its own: whatever came before is the same.
    let location = match done {
        Sent::Done(it) => it,
        Sent::Wrong(()) | Sent::Before(_) => format!("{ADDRESS}/{id}"),
    };
    if !fresh.load(Ordering::Relaxed) {
        return Ok(told(
            &location,
            "Mật khẩu đã được cấp lại từ lần bấm trước và chỉ hiện một lần. Nếu chưa ghi lại, hãy \
             cấp lại lần nữa.",
        ));
    }
    let asker = who.clone();
    let kept = site.read(who, move |tx| Ok(Around::load(tx, &asker, id)?.kept)).await?;
    password_page(site, who, "Đã cấp lại mật khẩu", (id, kept.login, kept.name), password)
}
