//! A box at the gate, opened by two on its Fridays: slips that are handed on with their picture, one that nobody can read,
//! one that only thanks; once it was empty.

use domain::{feedback::Class, reception::Pattern};
use jiff::civil::Weekday;
use people::staff::facts as staff;
use site::{Failure, Site};
use store::{Fault, StoredBlob, Tx};
use voice::{boxes::facts as boxes, feedback::facts::Sender};

use super::{PHONE, Place};
use crate::demo::{
    feedback::{Until, bring, fault},
    missing,
};

/// Days since which the box hangs.
const HANGS: i64 = 25;

/// What becomes of a slip.
enum Fate {
    /// As what, who wrote it, how far it is, the answer.
    On(Class, &'static str, Until, &'static str),
    /// Why not, by its code.
    Aside(&'static str),
}

/// A slip: its picture, its words, what becomes of it.
type Slip = (usize, &'static str, Fate);

/// What lies in the box on its Fridays, the last one first.
const OPENINGS: [&[Slip]; 3] = [
    &[
        (
            1,
            "Xin hỏi: chứng thực ở xã có làm buổi trưa không? Tôi đi làm chỉ rảnh giờ trưa.",
            Fate::On(Class::Question, "Trần Thị Minh Họa", Until::Assigned, ""),
        ),
        (3, "Cảm ơn chị ở quầy số 1 đã chỉ dẫn tận tình.", Fate::Aside("information")),
    ],
    &[],
    &[
        (
            0,
            "Phòng chờ không có quạt, trẻ nhỏ chờ lâu rất nóng. Đề nghị xã lắp thêm quạt.",
            Fate::On(
                Class::Suggestion,
                "Lê Văn Minh Họa",
                Until::Solved,
                "Đã lắp thêm hai quạt trần và một bình nước uống ở phòng chờ.",
            ),
        ),
        (2, "", Fate::Aside("illegible")),
    ],
];

/// Puts the pictures of the slips away as their page does; which they are.
pub(super) fn pictures(site: &Site) -> Result<Vec<StoredBlob>, Fault> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|e| Fault::Worker(e.to_string()))?;
    let taken: [&[u8]; 4] = [
        include_bytes!("slip-fan.png"),
        include_bytes!("slip-noon.png"),
        include_bytes!("slip-wet.png"),
        include_bytes!("slip-thanks.png"),
    ];
    let mut kept = Vec::new();
    for bytes in taken {
        let drawn = boxes::drawn_anew(bytes).map_err(fault)?;
        kept.push(runtime.block_on(site.put_file(drawn.into())).map_err(fault)?);
    }
    Ok(kept)
}

pub(super) fn play(
    place: &Place<'_>,
    tx: &mut Tx<'_>,
    pictures: &[StoredBlob],
) -> Result<(), Failure> {
    let people = staff::holders(tx, &[place.body.body], place.today())?;
    let keepers: Vec<_> = people.iter().map(|it| it.position).take(2).collect();
    let [first, second] = keepers.as_slice() else { return Ok(()) };
    place.at(tx, (place.ago(HANGS), 8, 0), place.keeper);
    let pattern = Pattern::Weekly(Weekday::Friday);
    let gate = format!("Cổng trụ sở UBND {}", place.body.place);
    let hung = boxes::add(tx, place.body.body, (&gate, pattern), [*first, *second])?;
    let fridays = pattern.days(place.ago(HANGS - 1), place.ago(1));
    // The first Friday comes first, whatever lies in the box.
    let openings: Vec<_> = fridays.iter().rev().zip(OPENINGS).collect();
    for (friday, slips) in openings.into_iter().rev() {
        open(place, tx, (hung, *friday), (slips, pictures))?;
    }
    Ok(())
}

fn open(
    place: &Place<'_>,
    tx: &mut Tx<'_>,
    (hung, day): (i64, jiff::civil::Date),
    (slips, pictures): (&[Slip], &[StoredBlob]),
) -> Result<(), Failure> {
    let (site, clerk) = (place.site, place.body.clerk);
    place.at(tx, (day, 15, 0), place.keeper);
    let name = staff::account_name(tx, place.keeper.account)?;
    let id = boxes::begin(site, tx, hung, &name)?;
    place.at(tx, (day, 15, 3), clerk);
    let name = staff::account_name(tx, clerk.account)?;
    boxes::confirm(tx, id, &name)?;
    let count = i64::try_from(slips.len()).unwrap_or(0);
    boxes::declare(tx, id, (None, count))?;
    let mut handed_on = Vec::new();
    for (picture, words, fate) in slips {
        place.at(tx, (day, 15, 10), clerk);
        let picture = pictures.get(*picture).ok_or_else(|| missing("picture of a slip"))?;
        let slip = boxes::add_slip(tx, id, &picture.sha256)?;
        place.at(tx, (day, 15, 20), place.keeper);
        match fate {
            Fate::Aside(why) => boxes::put_aside(tx, (id, slip), (words, why, ""))?,
            Fate::On(class, who, until, answer) => {
                let sender = Sender {
                    name: (*who).to_owned(),
                    phone: PHONE.to_owned(),
                    ..Sender::default()
                };
                let said = (*class, *words, Some(sender));
                let feedback = boxes::hand_on(site, tx, (id, slip, picture), said)?;
                handed_on.push((feedback, *class, *until, *answer));
            }
        }
    }
    place.at(tx, (day, 15, 40), clerk);
    boxes::close(tx, id, (count, count, ""))?;
    for it in handed_on {
        bring(site, tx, (place.now, place.body, place.since(day)), it)?;
    }
    Ok(())
}
