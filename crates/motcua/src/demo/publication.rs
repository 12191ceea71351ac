//! What is published: the district's catalogue of the article of October 2020, boards of the units, screens in the halls.

use citizen::procedures::facts::{self as procedures, Version};
use domain::{
    ids::UnitId,
    procedure::{ServiceLevel, Tier},
    publication::Portal,
    time::Instant,
};
use jiff::{
    ToSpan as _,
    civil::{Date, date},
};
use people::staff::facts as staff;
use portal::{board, meter::count};
use store::{Db, Fault, Stamp, Tx};

use super::{missing, office::Office, random::Random};

/// Báo Nghệ An, 26/10/2020: how many procedures, how many of them published, how many at level 3.
const WHOLE: usize = 375;
const PUBLISHED: usize = 282;
const LEVEL3: usize = 36;
/// Days on which boards were filled, before today.
const DAYS: [i64; 4] = [120, 80, 40, 10];

const RULES: &str = "Lấy số thứ tự, chờ gọi và đến đúng quầy.\n\
    Người cao tuổi, người khuyết tật, phụ nữ mang thai được phục vụ trước.\n\
    Cán bộ, công chức đeo thẻ, mặc trang phục đúng quy định, hướng dẫn đầy đủ, một lần.\n\
    Hồ sơ nhận tại quầy đều có giấy hẹn; trễ hẹn phải xin lỗi bằng văn bản.\n\
    Không hút thuốc, giữ trật tự, giữ vệ sinh chung.";

/// Posts, settles, answers and sets up.
pub(super) fn play(db: &Db, now: Instant, seed: u64, office: &Office) -> Result<(), Fault> {
    let today = now.civil().date();
    let district = office.bodies.iter().find(|it| it.tier == Tier::District);
    let mut random = Random::new(seed.wrapping_add(21));
    db.write_blocking(Stamp::of_program(now, "demo"), |tx| {
        if let Some(district) = district {
            snapshot(tx, district.body, now)?;
        }
        let catalogue = procedures::all(tx)?;
        for body in &office.bodies {
            let own = |it: &&Version| {
                it.body.body == "ubnd" && it.body.settled_by(body.tier, district.is_some())
            };
            let own: Vec<&Version> = catalogue.iter().filter(own).collect();
            // Some units are nearly done, others began late.
            let zeal = 55 + random.below(44);
            for it in own {
                if body.tier == Tier::District || random.below(100) >= zeal {
                    continue;
                }
                let back = DAYS.get(usize::try_from(random.below(4)).unwrap_or(0)).copied();
                let day = today.checked_sub(back.unwrap_or(1).days()).unwrap_or(today);
                tx.restamp(at(day));
                procedures::post(tx, body.body, it)?;
            }
            tx.restamp(Stamp::of_program(now, "demo"));
            screen(tx, body.body, today)?;
        }
        let tree = site::tree_of(tx)?;
        let days = DAYS.iter().filter_map(|it| today.checked_sub(it.days()).ok());
        for day in days.chain([today]) {
            tx.restamp(at(day));
            count::record_all(tx, &tree, day)?;
        }
        tx.restamp(Stamp::of_program(now, "demo"));
        Ok(())
    })
}

fn at(day: Date) -> Stamp {
    Stamp::of_program(Instant::from_civil(day.at(8, 0, 0, 0)), "demo")
}

/// The district as the article found it: its catalogue of that day, what hung, what the province's portal had.
fn snapshot(tx: &mut Tx<'_>, district: UnitId, now: Instant) -> Result<(), Fault> {
    let day = date(2020, 10, 26);
    // Procedures of today stand for those of 2020: the district's own first, then those of its communes.
    let mut chosen = procedures::all(tx)?;
    chosen.retain(|it| it.body.body == "ubnd");
    chosen.sort_by_key(|it| !it.body.settled_by(Tier::District, true));
    chosen.truncate(WHOLE);
    if chosen.len() < WHOLE {
        return Err(missing("procedures for the catalogue of 2020"));
    }
    let items: Vec<(String, String, ServiceLevel)> = (0..)
        .zip(&chosen)
        .map(|(at, it)| {
            let level = if at < LEVEL3 { ServiceLevel::Partial } else { ServiceLevel::Forms };
            (it.body.code.clone(), it.body.name.clone(), level)
        })
        .collect();
    tx.restamp(at(day));
    let definition = "toàn bộ 375 thủ tục thực hiện trên địa bàn huyện ngày 26/10/2020 (minh họa theo Báo Nghệ An: \
        mã lấy từ danh mục hiện nay)";
    let named = ("Danh mục huyện Tân Kỳ ngày 26/10/2020", definition);
    let base = count::settle(tx, (district, day), named, &items)?;
    for it in chosen.iter().take(PUBLISHED) {
        procedures::post(tx, district, it)?;
    }
    let codes: Vec<String> = items.iter().take(PUBLISHED).map(|it| it.0.clone()).collect();
    let source = "Số liệu bài báo ngày 26/10/2020 (minh họa)";
    count::answer(tx, (district, Portal::Province, day), source, &codes)?;
    let tree = site::tree_of(tx)?;
    count::record_settled(tx, &tree, &base, day)?;
    tx.restamp(Stamp::of_program(now, "demo"));
    Ok(())
}

/// Rules, and the leaders' telephones, on the screen of a hall.
fn screen(tx: &mut Tx<'_>, body: UnitId, today: Date) -> Result<(), Fault> {
    let mut setup = board::plan(tx, body)?;
    setup.rules = RULES.to_owned();
    let leaders = staff::holders(tx, &[body], today)?.into_iter().filter(|it| it.signs);
    setup.phones = leaders.map(|it| it.position).collect();
    board::set_up(tx, body, &setup)?;
    Ok(())
}
