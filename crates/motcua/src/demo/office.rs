//! The made-up office: units of a profile, people, positions, accounts.

use std::collections::HashMap;

use domain::{
    access::Role,
    ids::{AccountId, StaffId, UnitId},
    names::{Ages, NameData},
    org::UnitKind,
    procedure::Tier,
    time::Instant,
};
use jiff::{ToSpan as _, civil::Date};
use people::{
    accounts::facts::{self as accounts, NewAccount},
    staff::facts as staff,
    units::facts as units,
};
use store::{Db, Fault, Stamp, Tx};

use super::{Play, missing, random::Random};

/// The password of every demo account.
pub const PASSWORD: &str = "tanky-minh-hoa";

/// One line of the table of sign-ins.
#[derive(Debug, Clone)]
pub struct SignIn {
    /// The sign-in name.
    pub login: String,
    /// The role.
    pub role: &'static str,
    /// Where.
    pub unit: String,
}

/// Somebody who plays in the demo.
#[derive(Debug, Clone, Copy)]
pub(super) struct Player {
    pub account: AccountId,
    pub staff: StaffId,
}

/// The people of one body.
#[derive(Debug, Clone)]
pub(super) struct Body {
    pub body: UnitId,
    pub counter: UnitId,
    pub tier: Tier,
    pub place: String,
    pub official: Player,
    pub head: Player,
    pub specialists: Vec<Player>,
    pub leader: Player,
    pub clerk: Player,
    /// Who receives citizens and their letters.
    pub reception_officer: Option<Player>,
    /// A village head who files for people who cannot.
    pub village_head: Option<AccountId>,
}

impl Body {
    /// Where its people live. The district's place is the district itself.
    pub fn address(&self) -> String {
        match self.tier {
            Tier::Commune => format!("{}, huyện Tân Kỳ, tỉnh Nghệ An", self.place),
            _ => format!("{}, tỉnh Nghệ An", self.place),
        }
    }
}

/// The whole office.
pub(super) struct Office {
    pub bodies: Vec<Body>,
    pub names: NameData,
    pub sign_ins: Vec<SignIn>,
    /// Who looks after procedures and workflows.
    pub reform_officer: Option<Player>,
}

impl Office {
    /// The communes in which most is shown: Phú Sơn, where there is one, and the first of the others.
    pub fn shown(&self) -> impl Iterator<Item = &Body> {
        shown(&self.bodies).into_iter().filter_map(|at| self.bodies.get(at))
    }
}

struct Founder<'a> {
    names: &'a NameData,
    random: Random,
    hash: String,
    from: Date,
    sign_ins: Vec<SignIn>,
    reform_officer: Option<Player>,
}

impl Founder<'_> {
    /// Somebody new with a position, an account and a role within `unit`.
    fn hire(
        &mut self,
        tx: &mut Tx<'_>,
        unit: (UnitId, &str),
        login: String,
        title: &str,
        rank: i64,
        roles: &[Role],
    ) -> Result<Player, Fault> {
        let today = tx.now().civil().date();
        let mut stream = || self.random.next();
        let person = self
            .names
            .person(&mut stream, today, Ages::OFFICIAL, unit.1)
            .ok_or_else(|| missing("names"))?;
        let signs = roles.contains(&Role::Leader);
        let position = staff::create_position(tx, unit.0, title, rank, signs)?;
        let name = format!("{} (minh họa)", person.name);
        // Leaders' numbers stand on the board of hotlines.
        let phone = if signs { person.phone.reveal() } else { "" };
        let id = staff::create(tx, &name, phone, true, position, self.from)?;
        let granted: Vec<(Role, UnitId)> = roles.iter().map(|it| (*it, unit.0)).collect();
        let account = accounts::create(
            tx,
            &NewAccount {
                login: &login,
                name: &name,
                staff: Some(id),
                password_hash: &self.hash,
                must_change: false,
                roles: &granted,
                from: self.from,
            },
        )?;
        for role in roles {
            self.sign_ins.push(SignIn {
                login: login.clone(),
                role: role.label(),
                unit: unit.1.to_owned(),
            });
        }
        Ok(Player { account, staff: id })
    }

    /// Somebody of no position: an account with a role within `unit` and nothing else.
    fn trust(
        &mut self,
        tx: &mut Tx<'_>,
        unit: (UnitId, &str),
        login: &str,
        (role, what): (Role, &str),
    ) -> Result<AccountId, Fault> {
        let today = tx.now().civil().date();
        let mut stream = || self.random.next();
        let person = self.names.person(&mut stream, today, Ages::OFFICIAL, unit.1);
        let person = person.ok_or_else(|| missing("names"))?;
        let account = accounts::create(
            tx,
            &NewAccount {
                login,
                name: &format!("{} ({what}, minh họa)", person.name),
                staff: None,
                password_hash: &self.hash,
                must_change: false,
                roles: &[(role, unit.0)],
                from: self.from,
            },
        )?;
        let (login, unit) = (login.to_owned(), unit.1.to_owned());
        self.sign_ins.push(SignIn { login, role: role.label(), unit });
        Ok(account)
    }
}

/// The communes in which most is shown: Phú Sơn, where there is one, and the first of the others.
fn shown(bodies: &[Body]) -> Vec<usize> {
    let communes = bodies.iter().enumerate().filter(|(_, it)| it.tier == Tier::Commune);
    let mut communes: Vec<(usize, &Body)> = communes.collect();
    communes.sort_by_key(|(_, it)| !it.place.contains("Phú Sơn"));
    communes.into_iter().map(|it| it.0).take(2).collect()
}

fn slug(place: &str) -> String {
    domain::text::fold(place).replace(' ', "")
}

/// Founds the office.
pub(super) fn found(db: &Db, now: Instant, play: &Play) -> Result<Office, Fault> {
    let names: NameData = serde_json::from_str(include_str!("../../../../data/names.json"))
        .map_err(|e| Fault::Broken(format!("data/names.json: {e}")))?;
    let today = now.civil().date();
    let from = today.checked_sub(500.days()).unwrap_or(today);
    let profile = units::shipped(&play.profile)?;
    // The district of 2020 ends in 2025; the demo shows it as it was, on today's calendar.
    let held = match play.profile.as_str() {
        "2020-district" => profile.held_open(from),
        _ => profile.units.clone(),
    };
    let hash = accounts::hash_password(PASSWORD)?;
    let stamp = Stamp::of_program(now, "demo");
    db.write_blocking(stamp, |tx| {
        let ids = units::import(tx, &held)?;
        let mut founder = Founder {
            names: &names,
            random: Random::new(play.seed),
            hash,
            from,
            sign_ins: Vec::new(),
            reform_officer: None,
        };
        let bodies = bodies(tx, &mut founder, &held, &ids, today)?;
        let reform_officer = founder.reform_officer;
        let sign_ins = show_few(founder.sign_ins);
        Ok(Office { bodies, sign_ins, names: names.clone(), reform_officer })
    })
}

/// The sign-ins of the district and of the first commune in full: enough to try every role.
fn show_few(all: Vec<SignIn>) -> Vec<SignIn> {
    let mut units: Vec<String> = Vec::new();
    for it in &all {
        if !units.contains(&it.unit) {
            units.push(it.unit.clone());
        }
    }
    let phu_son = units.iter().position(|it| it.contains("Phú Sơn")).unwrap_or(1);
    let kept: Vec<&String> = units.iter().take(1).chain(units.get(phu_son)).collect();
    all.iter().filter(|it| kept.contains(&&it.unit)).cloned().collect()
}

fn bodies(
    tx: &mut Tx<'_>,
    founder: &mut Founder<'_>,
    held: &[domain::org::Unit<String>],
    ids: &HashMap<String, UnitId>,
    today: Date,
) -> Result<Vec<Body>, Fault> {
    let mut bodies = Vec::new();
    let district = held
        .iter()
        .find(|it| it.kind == UnitKind::District && it.on(today).is_some())
        .or_else(|| held.iter().find(|it| it.kind == UnitKind::Province));
    if let Some(top) = district
        && let (Some(id), Some(version)) = (ids.get(&top.id), top.on(today))
    {
        let unit = (*id, version.name.as_str());
        founder.hire(
            tx,
            unit,
            "quantri".into(),
            "Quản trị hệ thống",
            90,
            &[Role::Administrator],
        )?;
        let reform_officer = founder.hire(
            tx,
            unit,
            "cchc".into(),
            "Công chức cải cách hành chính",
            80,
            &[Role::ReformOfficer],
        )?;
        founder.reform_officer = Some(reform_officer);
        founder.hire(tx, unit, "kiemtra".into(), "Thanh tra viên", 85, &[Role::Auditor])?;
    }
    for unit in held {
        let tier = match unit.kind {
            UnitKind::Commune => Tier::Commune,
            UnitKind::District => Tier::District,
            _ => continue,
        };
        let (Some(id), Some(version)) = (ids.get(&unit.id), unit.on(today)) else { continue };
        let counter = held
            .iter()
            .filter(|it| it.kind == UnitKind::OneStop)
            .find(|it| it.on(today).is_some_and(|it| it.parent.as_ref() == Some(&unit.id)))
            .and_then(|it| ids.get(&it.id));
        let Some(counter) = counter else { continue };
        let place = version.name.split_once(' ').map_or(version.name.as_str(), |it| it.1);
        let place = place.strip_prefix("trấn ").unwrap_or(place);
        let end = if tier == Tier::District { "huyen".to_owned() } else { slug(place) };
        // The town and the district bear one name.
        let end = if tier == Tier::Commune && end == "tanky" { "thitran".to_owned() } else { end };
        let here = (*id, version.name.as_str());
        let mut hire = |tx: &mut Tx<'_>, what: &str, title: &str, rank, roles: &[Role]| {
            founder.hire(tx, here, format!("{what}-{end}"), title, rank, roles)
        };
        let leader_title =
            format!("Chủ tịch UBND {}", if tier == Tier::District { "huyện" } else { "xã" });
        let leader = hire(tx, "chutich", &leader_title, 1, &[Role::Leader])?;
        let head = hire(tx, "truongmotcua", "Trưởng Bộ phận Một cửa", 10, &[Role::UnitHead])?;
        let official = hire(tx, "motcua", "Công chức Một cửa", 20, &[Role::CounterOfficial])?;
        let specialists = vec![
            hire(tx, "tuphap", "Công chức Tư pháp - hộ tịch", 30, &[Role::Specialist])?,
            hire(tx, "diachinh", "Công chức Địa chính - xây dựng", 31, &[Role::Specialist])?,
            hire(tx, "vanxa", "Công chức Văn hóa - xã hội", 32, &[Role::Specialist])?,
        ];
        let clerk = hire(tx, "vanthu", "Công chức Văn phòng - thống kê", 40, &[Role::Clerk])?;
        bodies.push(Body {
            body: *id,
            counter: *counter,
            tier,
            place: version.name.clone(),
            official,
            head,
            specialists,
            leader,
            clerk,
            reception_officer: None,
            village_head: None,
        });
    }
    // Last of all: whoever was hired before keeps his name.
    for at in shown(&bodies) {
        let Some(body) = bodies.get_mut(at) else { continue };
        let login = format!("truongxom-{}", slug(body.place.split_once(' ').map_or("", |it| it.1)));
        let what = (Role::Intermediary, "trưởng xóm");
        body.village_head = Some(founder.trust(tx, (body.body, &body.place), &login, what)?);
    }
    voice_of(tx, founder, &mut bodies)?;
    Ok(bodies)
}

/// Who listens to citizens: somebody who receives them at the district and where most is shown, an interviewer of surveys.
fn voice_of(tx: &mut Tx<'_>, founder: &mut Founder<'_>, bodies: &mut [Body]) -> Result<(), Fault> {
    let mut at: Vec<usize> = shown(bodies);
    at.extend(bodies.iter().position(|it| it.tier == Tier::District));
    for at in at {
        let Some(body) = bodies.get_mut(at) else { continue };
        let is_district = body.tier == Tier::District;
        let place = body.place.split_once(' ').map_or("", |it| it.1);
        let end = if is_district { "huyen".to_owned() } else { slug(place) };
        let unit = (body.body, body.place.as_str());
        let (login, title) = (format!("tiepdan-{end}"), "Công chức tiếp công dân");
        let hired = founder.hire(tx, unit, login, title, 50, &[Role::ReceptionOfficer])?;
        if is_district {
            founder.trust(tx, unit, "dieutra", (Role::Interviewer, "điều tra viên"))?;
        }
        body.reception_officer = Some(hired);
    }
    Ok(())
}
