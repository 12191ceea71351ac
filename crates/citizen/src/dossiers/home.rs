//! Today's work (việc hôm nay): what waits for whoever signs in, by what he is.

use askama::Template;
use domain::{
    access::{Action, Object, Role},
    dossier::Status,
    ids::{StaffId, UnitId},
};
use people::staff::facts as staff;
use site::{Failure, Html, Shell, Site, State, Who};
use store::{Fault, Tx};

use crate::{fees::facts as fees, hand_entries, lateness::facts as lateness};

use super::{
    links,
    list::{
        LineView, line_view,
        sql::{self, Filter},
    },
    show::returned::{self, Returned},
    turns::Turns,
    view::{Around, Seen},
};

/// Dossiers of each pile that the page shows; the rest is a press away.
const SHOWN: i64 = 10;

/// Piles of dossiers that may have no appointment.
const STILL: [&str; 2] = ["tam-dung", "cho-tiep-nhan"];

/// A pile of dossiers that waits for people of certain roles.
struct Pile {
    /// What stands above it.
    title: &'static str,
    /// What its figure says.
    label: &'static str,
    /// The group of the list that shows all of it.
    group: &'static str,
    /// Whose work it is.
    roles: &'static [Role],
    /// What is done with it, and therefore by whom: by people of the same commune or district only.
    at_home: bool,
    /// Which dossiers.
    filter: fn(&Who) -> Filter,
}

fn in_status(status: Status) -> Filter {
    Filter { statuses: vec![status.code()], ..Filter::default() }
}

const OVERSEERS: &[Role] = &[Role::UnitHead, Role::Leader, Role::ReformOfficer, Role::Auditor];

const PILES: &[Pile] = &[
    Pile {
        title: "Hồ sơ đang chờ ông, bà",
        label: "đang chờ tôi",
        group: "cho-toi",
        // The others' piles hold what waits for them.
        roles: &[Role::Specialist, Role::UnitHead],
        at_home: false,
        // By whom it is held the page says.
        filter: |_| Filter { open: true, ..Filter::default() },
    },
    Pile {
        title: "Hồ sơ mới nộp, chờ tiếp nhận",
        label: "chờ tiếp nhận",
        group: "cho-tiep-nhan",
        roles: &[Role::CounterOfficial],
        at_home: true,
        filter: |_| in_status(Status::Submitted),
    },
    Pile {
        title: "Hồ sơ vừa nhận, chờ chuyển bộ phận chuyên môn",
        label: "chờ chuyển",
        group: "cho-chuyen",
        roles: &[Role::CounterOfficial],
        at_home: true,
        filter: |_| in_status(Status::Accepted),
    },
    Pile {
        title: "Hồ sơ chờ phân công",
        label: "chờ phân công",
        group: "cho-phan-cong",
        roles: &[Role::UnitHead, Role::Leader],
        at_home: true,
        filter: |_| in_status(Status::Transferred),
    },
    Pile {
        title: "Bản trình chờ thẩm tra",
        label: "chờ thẩm tra",
        group: "cho-tham-tra",
        roles: &[Role::UnitHead, Role::Leader],
        at_home: true,
        filter: |_| in_status(Status::ToReview),
    },
    Pile {
        title: "Kết quả chờ ký",
        label: "chờ ký",
        group: "cho-ky",
        roles: &[Role::Leader],
        at_home: true,
        filter: |_| in_status(Status::ToSign),
    },
    Pile {
        title: "Kết quả chờ vào số, đóng dấu",
        label: "chờ vào số",
        group: "cho-vao-so",
        roles: &[Role::Clerk],
        at_home: true,
        filter: |_| in_status(Status::ToNumber),
    },
    Pile {
        title: "Kết quả chờ trả cho người dân",
        label: "chờ trả kết quả",
        group: "co-ket-qua",
        roles: &[Role::CounterOfficial],
        at_home: true,
        filter: |_| in_status(Status::ResultAtCounter),
    },
    Pile {
        title: "Hồ sơ đang xử lý",
        label: "đang xử lý",
        group: "dang-xu-ly",
        roles: OVERSEERS,
        at_home: false,
        filter: |_| super::list::in_process(),
    },
    Pile {
        title: "Hồ sơ chờ công dân bổ sung, nộp tiền",
        label: "chờ công dân",
        group: "tam-dung",
        roles: &[Role::CounterOfficial, Role::ReformOfficer, Role::Auditor],
        at_home: false,
        filter: |_| super::list::waiting_for_citizen(),
    },
    Pile {
        title: "Hồ sơ quá hạn",
        label: "quá hạn",
        group: "qua-han",
        roles: &Role::ALL,
        at_home: false,
        filter: |who| Filter { due_before: Some(super::list::midnight(who)), ..Filter::default() },
    },
];

/// A pile as the page shows it.
struct PileView {
    title: &'static str,
    label: &'static str,
    href: String,
    number: String,
    lines: Vec<LineView>,
    /// The page shows some of them only.
    more: bool,
    is_bad: bool,
}

#[derive(Template)]
#[template(path = "dossiers/templates/home.html")]
struct Home {
    shell: Shell,
    name: String,
    piles: Vec<PileView>,
    /// Alarms for whoever looks that nobody said he knows.
    alarms: i64,
    may_view: bool,
    /// The pages of the administration, for who has no dossiers.
    doors: Vec<site::AdminEntry>,
    may_receive: bool,
    /// What of other slices waits for whoever looks, or is begun by him: it stands first.
    awaiting: Vec<site::Awaiting>,
    substitutions: Vec<String>,
    hand_overs: Vec<links::Alarm>,
    /// Drafts that were returned to whoever looks, or to whom he stands in for.
    returned: Vec<Returned>,
}

impl Home {
    fn busy(&self) -> bool {
        self.piles.iter().any(|it| !it.lines.is_empty())
            || !self.hand_overs.is_empty()
            || !self.returned.is_empty()
            || !self.awaiting.is_empty()
    }
}

fn pile(
    tx: &mut Tx<'_>,
    (around, turns): (&Around, &mut Turns),
    seen: &Seen,
    home: Option<UnitId>,
    holders: &[StaffId],
    it: &Pile,
) -> Result<PileView, Fault> {
    let who = &around.who;
    let mut filter = (it.filter)(who);
    if it.group == "cho-toi" {
        filter.held_by = Some(holders.to_vec());
    }
    if it.at_home {
        filter.unit = home;
    }
    let count = sql::count(tx, seen, &filter)?;
    // Where the clock stands still there is no date to sort by; where nothing lies, nothing is read.
    let (mut lines, sort) = if count == 0 {
        (Vec::new(), "")
    } else if STILL.contains(&it.group) {
        (sql::page(tx, seen, &filter, None, SHOWN)?, "")
    } else {
        (sql::page_by_due(tx, seen, &filter, None, SHOWN)?, "&xep=hen-tra")
    };
    turns.tell(tx, around, &mut lines)?;
    let unit = filter.unit.map(|it| format!("&don-vi={it}")).unwrap_or_default();
    Ok(PileView {
        title: it.title,
        label: it.label,
        href: format!("/co-quan/ho-so?nhom={}{sort}{unit}", it.group),
        number: domain::text::number(count),
        more: i64::try_from(lines.len()).is_ok_and(|it| it < count),
        lines: lines.into_iter().map(|it| line_view(it, who)).collect(),
        is_bad: it.group == "qua-han" && count > 0,
    })
}

/// What is no part of anybody's everyday work, the newest first; nothing where there is nothing.
fn beside(
    tx: &mut Tx<'_>,
    (around, turns): (&Around, &mut Turns),
    seen: &Seen,
    (title, label, group): (&'static str, &'static str, &str),
    filter: &Filter,
) -> Result<Option<PileView>, Fault> {
    let mut lines = sql::page(tx, seen, filter, None, SHOWN)?;
    if lines.is_empty() {
        return Ok(None);
    }
    turns.tell(tx, around, &mut lines)?;
    let who = &around.who;
    let all = i64::try_from(lines.len()).ok().filter(|it| *it < SHOWN);
    let count = all.map_or_else(|| sql::count(tx, seen, filter), Ok)?;
    Ok(Some(PileView {
        title,
        label,
        href: format!("/co-quan/ho-so?nhom={group}"),
        number: domain::text::number(count),
        more: i64::try_from(lines.len()).is_ok_and(|it| it < count),
        lines: lines.into_iter().map(|it| line_view(it, who)).collect(),
        is_bad: false,
    }))
}

/// What other offices ask.
const ASKED: (&str, &str, &str) = ("Hồ sơ chờ đơn vị cho ý kiến", "chờ cho ý kiến", "cho-y-kien");
/// Where the workflow has somebody help or look on.
const TAKES_PART: (&str, &str, &str) =
    ("Hồ sơ ông, bà phối hợp hoặc theo dõi", "phối hợp, theo dõi", "phoi-hop");

/// GET `/co-quan`: today's work.
pub async fn home(State(site): State<Site>, who: Who) -> Result<Html<String>, Failure> {
    let may_view = who.can(Action::DossierView, Object::Anything);
    let (inner, asker, seen) = (site.clone(), who.clone(), Seen::of(&who));
    let (piles, alarms, hand_overs, (substitutions, returned), awaiting) = site
        .read(&who, move |tx| {
            let substitutions = match asker.staff {
                Some(id) => people::substitutions::facts::lines(tx, id, asker.today())?,
                None => Vec::new(),
            };
            let awaiting = inner.awaiting(&asker, tx)?;
            if !may_view {
                return Ok((Vec::new(), 0, Vec::new(), (substitutions, Vec::new()), awaiting));
            }
            let around = Around::load(&inner, &asker, tx)?;
            let home = asker.home().map(|it| around.body_of(it));
            // Who stands in for somebody has that person's work today.
            let holders = around.own_and_stood_in_for(tx)?;
            let lent = staff::grants_of(tx, &holders)?;
            let today = asker.today();
            let is = |role: &Role| {
                asker.is(*role) || lent.iter().any(|it| it.role == *role && it.holds_on(today))
            };
            let mut turns = Turns::default();
            let mine = PILES.iter().filter(|it| it.roles.iter().any(is));
            let mut piles = mine
                .map(|it| pile(tx, (&around, &mut turns), &seen, home, &holders, it))
                .collect::<Result<Vec<_>, Fault>>()?;
            let asked = Filter { consulted: Some(around.answers_for()), ..Filter::default() };
            piles.extend(beside(tx, (&around, &mut turns), &seen, ASKED, &asked)?);
            let member = Filter {
                member: Some(around.member_keys(tx)?),
                not_held_by: holders.clone(),
                ..Filter::default()
            };
            piles.extend(beside(tx, (&around, &mut turns), &seen, TAKES_PART, &member)?);
            let alarms = lateness::for_me(tx, &asker, &seen, &holders, home)?;
            let mut hand_overs = links::alarms(tx, &asker)?;
            // What was taken on paper and entered afterwards waits for the head of the counter.
            if let Some(body) = home.filter(|_| is(&Role::UnitHead)) {
                let count = hand_entries::waiting(tx, &seen, body)?;
                let (label, href) = ("nhập bù chờ xác nhận", "/co-quan/nhap-bu?trang-thai=cho");
                if count > 0 {
                    hand_overs.push(links::Alarm { label, href, count, is_late: false });
                }
            }
            // Money that is to be given back waits for the head of the office that took it.
            if let Some(body) = home.filter(|_| asker.is(Role::UnitHead) || asker.is(Role::Leader))
            {
                let units = asker.tree.all().map(|it| it.id);
                let units = units.filter(|it| around.body_of(*it) == body).collect();
                let count = fees::refunds_to_decide(tx, &asker, units)?;
                let label = "hoàn trả phí, lệ phí chờ duyệt";
                let href = "/co-quan/thu-phi/hoan-tra?tinh-trang=asked";
                if count > 0 {
                    hand_overs.push(links::Alarm { label, href, count, is_late: false });
                }
            }
            let returned = returned::to(tx, &holders)?;
            Ok((piles, alarms, hand_overs, (substitutions, returned), awaiting))
        })
        .await?;
    site.page(&Home {
        shell: site.shell(&who),
        name: who.name.to_string(),
        piles,
        alarms,
        hand_overs,
        returned,
        awaiting,
        substitutions,
        doors: if may_view { Vec::new() } else { site.admin_pages(&who).copied().collect() },
        may_view,
        may_receive: who.can(Action::DossierReceive, Object::Anything),
    })
}
