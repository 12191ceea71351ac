//! The paper book is full: it goes on in its next volume, after a look at which.

use askama::Template;
use axum::response::Response;
use domain::{access::Action, books, ids::BookId};
use site::{
    Failure, Filled, Html, Mistakes, Path, Shell, Site, State, Typed, Who,
    form::{Sending, Sent, is_token, new_token, once},
    told,
};
use store::Tx;

use super::{
    ADDRESS, book, facts, keep, may_at,
    sql::{self, KeptBook},
};

#[derive(Template)]
#[template(path = "books/templates/volume.html")]
struct Turn<'a> {
    shell: Shell,
    m: &'a Mistakes,
    id: BookId,
    title: String,
    unit: String,
    /// The volume that is written in now, and how many entries stand in it.
    now: String,
    entries: i64,
    /// The one that comes, as it is written and as a number.
    next: String,
    number: i64,
    refused: Option<String>,
}

/// The book, for somebody who writes into it.
fn take(tx: &mut Tx<'_>, who: &Who, id: BookId) -> Result<KeptBook, Failure> {
    let book = book::take(tx, who, id)?;
    if may_at(who, Action::BookKeep, book.body) { Ok(book) } else { Err(Failure::NotFound) }
}

async fn page(site: &Site, who: &Who, id: BookId, m: &Mistakes) -> Result<Html<String>, Failure> {
    let asker = who.clone();
    let (book, entries) = site
        .read(who, move |tx| {
            let book = take(tx, &asker, id)?;
            let entries = sql::in_volume(tx, id, book.volume)?;
            Ok((book, entries))
        })
        .await?;
    let written = |volume: i64| {
        let form = facts::form_of(&book);
        form.map_or_else(|| format!("{volume:02}"), |it| it.volume(volume, book.year))
    };
    let refused = books::may_turn(book.closed_on.is_some(), book.volume, entries).err();
    site.page(&Turn {
        shell: site.shell(who),
        m,
        id,
        title: book::name(&book),
        unit: who.tree.title(book.body).to_owned(),
        now: written(book.volume),
        entries,
        next: written(book.volume + 1),
        number: book.volume + 1,
        refused: refused.map(|it| it.to_string()),
    })
}

/// GET `/co-quan/so/{id}/quyen-moi`
pub async fn form(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<BookId>,
) -> Result<Html<String>, Failure> {
    let mut typed = Typed::default();
    typed.set("lan-gui", new_token());
    page(&site, &who, id, &Mistakes::none(typed)).await
}

/// POST `/co-quan/so/{id}/quyen-moi`: to the volume that the page named, once.
pub async fn turn(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<BookId>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let asker = who.clone();
    site.read(&who, move |tx| take(tx, &asker, id).map(|_| ())).await?;
    let wanted = typed.get("quyen").parse::<i64>().ok().filter(|it| *it > 1);
    let wanted = wanted.filter(|_| is_token(typed.get("lan-gui")));
    let Some(wanted) = wanted else {
        let mut typed = typed;
        typed.set("lan-gui", new_token());
        let m = Mistakes::one(typed, "quyen", "Biểu mẫu đã cũ. Hãy xem lại rồi bấm lại.");
        return Err(Failure::Mistaken(page(&site, &who, id, &m).await?));
    };
    let (asker, sending) = (who.clone(), Sending::of(&who, &typed, "lan-gui"));
    let done = once(&site, &who, sending, move |tx| {
        take(tx, &asker, id)?;
        keep::new_volume(tx, id, wanted)?;
        Ok(Ok::<_, ()>(format!("{ADDRESS}/{id}")))
    })
    .await?;
    match done {
        Sent::Done(location) => {
            let said =
                format!("Từ nay ghi vào quyển số {wanted:02}; số thứ tự ghi tiếp, không đánh lại.");
            Ok(told(&location, &said))
        }
        Sent::Before(m) => Err(Failure::Mistaken(page(&site, &who, id, &m).await?)),
        Sent::Wrong(()) => Err(Failure::NotFound),
    }
}
