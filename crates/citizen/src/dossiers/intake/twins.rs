//! The same person with the same wish: asked about, not turned away.

use domain::{
    identity::IdPaper,
    ids::{ProcedureId, UnitId},
};
use site::{Mistakes, Typed};
use store::{Fault, Tx};

use crate::dossiers::{sql, view::Around};

/// The box that says that it is received all the same.
const CONFIRMED: &str = "van-nhan";

/// The codes of open dossiers of the person in the form on these procedures; none if somebody said
/// that it is received all the same.
///
/// # Errors
/// Any [`Fault`] of the engine.
pub(in crate::dossiers) fn find(
    tx: &mut Tx<'_>,
    around: &Around,
    unit: UnitId,
    typed: &Typed,
    procedures: &[ProcedureId],
) -> Result<Vec<String>, Fault> {
    let Ok(paper) = IdPaper::parse(typed.get("so-giay-to")) else { return Ok(Vec::new()) };
    if typed.has(CONFIRMED) {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for it in procedures {
        found.extend(sql::twin(tx, paper.reveal(), *it, around.body_of(unit))?);
    }
    Ok(found)
}

/// The form again with the question. A warning, not a wall: a person may well want two copies of the
/// same thing.
pub(in crate::dossiers) fn asked(typed: Typed, twins: &[String]) -> Mistakes {
    let twins = twins.join(", ");
    let why = format!(
        "Người này đang có hồ sơ {twins} cùng thủ tục, chưa trả kết quả. Kiểm tra lại; nếu vẫn nhận \
         thì đánh dấu “Vẫn tiếp nhận”."
    );
    let mut m = Mistakes::one(typed, CONFIRMED, why);
    m.typed.set("trung", twins);
    m
}
