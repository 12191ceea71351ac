//! Who sent a denunciation: one keeper asks with a reason, another one says yes, the first one looks, once.

use axum::response::Response;
use domain::ids::FeedbackId;
use site::{Failure, Fields, Filled, Html, Mistakes, Path, Site, State, Who, told};
use store::journal::Entry;

use super::{PAGE, close, pages, sql};

fn wish(typed: &site::Typed) -> Result<i64, Failure> {
    typed.get("de-nghi").parse().map_err(|_| Failure::NotFound)
}

/// POST `…/mo-danh-tinh`
pub(super) async fn ask(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<FeedbackId>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let mut fields = Fields::of(typed);
    let reason = fields.text("ly-do-mo", 500);
    let reason = match fields.finish(reason) {
        Ok(it) => it,
        Err(m) => {
            let again = pages::show_with(&site, &who, id, (&m, None)).await?;
            return Err(Failure::Mistaken(again));
        }
    };
    let (inner, asker) = (site.clone(), who.clone());
    site.write(&who, move |tx| {
        let (entry, _) = pages::find(&inner, tx, &asker, id)?;
        sql::ask(tx, id, &close::sealed(&inner, "reason", id, &reason)?)?;
        tx.journal(Entry::new("denunciation", entry.unit.0, "reveal_asked"));
        Ok(())
    })
    .await?;
    Ok(told(&format!("{PAGE}/{id}"), "Đã đề nghị. Người thứ hai phải đồng ý trước khi mở."))
}

/// POST `…/duyet-mo`
pub(super) async fn answer(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<FeedbackId>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let (wish, yes) = (wish(&typed)?, typed.get("viec") == "dong-y");
    let (inner, asker) = (site.clone(), who.clone());
    site.write(&who, move |tx| {
        let (entry, _) = pages::find(&inner, tx, &asker, id)?;
        if !sql::answer(tx, id, wish, yes)? {
            return Err(Failure::Refused(
                "Phải là người khác với người đề nghị, và đề nghị chưa được trả lời.".to_owned(),
            ));
        }
        let act = if yes { "reveal_approved" } else { "reveal_refused" };
        tx.journal(Entry::new("denunciation", entry.unit.0, act));
        Ok(())
    })
    .await?;
    Ok(told(&format!("{PAGE}/{id}"), if yes { "Đã đồng ý." } else { "Đã từ chối." }))
}

/// POST `…/danh-tinh`
pub(super) async fn look(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<FeedbackId>,
    Filled(typed): Filled,
) -> Result<Html<String>, Failure> {
    let wish = wish(&typed)?;
    let (inner, asker) = (site.clone(), who.clone());
    let identity = site
        .write(&who, move |tx| {
            let (entry, _) = pages::find(&inner, tx, &asker, id)?;
            if !sql::look(tx, id, wish)? {
                return Err(Failure::Refused(
                    "Chưa được người thứ hai đồng ý, đã xem rồi, hoặc đã quá một ngày. Hãy đề nghị lại.".to_owned(),
                ));
            }
            tx.journal(Entry::new("denunciation", entry.unit.0, "reveal_denouncer"));
            close::identity(&inner, tx, id)?.ok_or(Failure::NotFound)
        })
        .await?;
    pages::show_with(&site, &who, id, (&Mistakes::default(), Some(identity))).await
}
