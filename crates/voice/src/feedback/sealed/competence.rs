//! Who is competent for a denunciation: an authority of its own that nobody leads whom it is about.
//!
//! Law: Luật Tố cáo 2018 Đ.12, 13.

use domain::{
    access::Role,
    ids::{StaffId, UnitId},
    text,
};
use people::staff::facts as staff;
use site::Site;
use store::{Fault, Tx};

/// Whom it is about.
pub(super) struct Accused<'a> {
    /// Himself, if his badge was read or a case names him.
    pub staff: Option<StaffId>,
    /// As he was typed.
    pub typed: &'a str,
    /// Whether he leads the unit that it was sent to, as somebody says.
    pub is_head: bool,
}

/// Whether what was typed names somebody: his whole name stands in it, with whatever accents, and his title beside it.
pub(super) fn names(typed: &str, name: &str) -> bool {
    let (typed, name) = (text::words(typed), text::words(name));
    match name.len() {
        0 => false,
        1 => typed == name,
        some => typed.windows(some).any(|it| *it == *name),
    }
}

/// The units of a line that the accused leads.
fn led(tx: &mut Tx<'_>, line: &[UnitId], accused: &Accused<'_>) -> Result<Vec<UnitId>, Fault> {
    let day = tx.now().civil().date();
    let mut people: Vec<StaffId> = accused.staff.into_iter().collect();
    if !accused.typed.trim().is_empty() {
        let leaders = staff::with_any_role(tx, &[Role::Leader], line, day)?;
        let named = leaders.into_iter().filter(|it| names(accused.typed, &it.name));
        people.extend(named.map(|it| it.id));
    }
    if people.is_empty() {
        return Ok(Vec::new());
    }
    let grants = staff::grants_of(tx, &people)?;
    let led = grants
        .iter()
        .filter(|it| it.role == Role::Leader && it.holds_on(day) && line.contains(&it.unit));
    Ok(led.map(|it| it.unit).collect())
}

/// The competent unit, and whether nobody stands above the accused there: the authority it was sent to, or the nearest
/// above all that he leads. A one-stop shop or a room is of the body that it belongs to.
pub(super) fn of(
    site: &Site,
    tx: &mut Tx<'_>,
    unit: UnitId,
    accused: &Accused<'_>,
) -> Result<(UnitId, bool), Fault> {
    let tree = site.tree(tx)?;
    let line = tree.line(unit);
    let mut led = led(tx, &line, accused)?;
    let is_body = |it: &UnitId| {
        tree.known(*it).is_some_and(|it| matches!(&*it.kind, "province" | "district" | "commune"))
    };
    let bodies: Vec<UnitId> = line.into_iter().filter(is_body).collect();
    if accused.is_head {
        led.extend(bodies.first());
    }
    let above = |it: &&UnitId| !tree.line(**it).iter().any(|unit| led.contains(unit));
    Ok(match (bodies.iter().find(above), bodies.last()) {
        (Some(it), _) => (*it, false),
        (None, Some(top)) => (*top, true),
        (None, None) => (unit, !led.is_empty()),
    })
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn a_name_is_known_without_its_accents_and_with_a_title_beside_it() {
        assert!(names("ong HOANG VAN BI, chu tich", "Hoàng Văn Bị"));
        assert!(names("Hoàng  Văn Bị", "Hoàng Văn Bị"));
        assert!(!names("Hoàng Văn Bích", "Hoàng Văn Bị"));
        assert!(!names("", "Hoàng Văn Bị") && !names("ai đó", ""));
        assert!(names("Ký", "ky") && !names("ký tên", "ky"), "a single word is no whole name");
    }
}
