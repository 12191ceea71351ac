//! What citizens say of whoever is signed in, and his answers to what they wrote.

use askama::Template;
use axum::response::Response;
use domain::{ids::StaffId, rating::Quarter};
use site::{
    Asked, Failure, Fields, Filled, Html, Mistakes, Path, Shell, Site, State, Typed, Who, told,
};
use store::{Tx, journal::Entry};

use super::{
    SUBJECT, figures, official_on,
    sql::{self, About, Reply},
};

/// Where it is.
pub(super) const ADDRESS: &str = "/co-quan/danh-gia-cua-toi";
/// Letters of an answer at most.
const REPLY_MAX: usize = 1000;

/// The face in words.
pub(super) const fn face_label(face: i64) -> &'static str {
    match face {
        5 => "Rất hài lòng",
        4 => "Hài lòng",
        3 => "Bình thường",
        2 => "Không hài lòng",
        _ => "Rất không hài lòng",
    }
}

struct FigureView {
    label: String,
    percent: String,
    said: String,
}

struct WordsView {
    id: i64,
    face: &'static str,
    words: String,
    is_folded: bool,
    reply: String,
    wants_public: bool,
    is_public: bool,
}

#[derive(Template)]
#[template(path = "ratings/templates/mine.html")]
struct Mine {
    shell: Shell,
    quarters: Vec<(String, String)>,
    quarter: String,
    label: String,
    count: usize,
    figures: Vec<FigureView>,
    said: Vec<WordsView>,
    law: String,
    badge: String,
    qr: String,
}

fn himself(who: &Who) -> Result<StaffId, Failure> {
    who.staff.ok_or(Failure::NotFound)
}

/// Everything that was said of him.
fn all_of(tx: &mut Tx<'_>, staff: StaffId) -> Result<Vec<About>, Failure> {
    Ok(sql::about(tx, &[staff])?.remove(&staff).unwrap_or_default())
}

/// GET `/co-quan/danh-gia-cua-toi`
pub async fn show(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    // An account that is nobody's of the office is told that nothing was said.
    let staff = who.staff.unwrap_or(StaffId(0));
    let quarter = figures::quarter_of(asked.get("ky"), who.today());
    let (all, replies) = site
        .read(&who, move |tx| {
            let all = all_of(tx, staff)?;
            let ids: Vec<i64> = all.iter().map(|it| it.rating).collect();
            let mut replies = sql::replies(tx, &ids)?;
            replies.retain(|it| it.staff == staff);
            Ok((all, replies))
        })
        .await?;
    let set = official_on(quarter.days().1).or_else(|| official_on(who.today()));
    let standing = figures::standing(&all, quarter, set);
    let address = match who.staff {
        Some(id) => format!("{}/can-bo/{id}", site.config.base_url),
        None => String::new(),
    };
    let qr = match address.as_str() {
        "" => String::new(),
        it => prints::qr_svg(it).map_err(|e| store::Fault::Broken(e.to_string()))?,
    };
    site.page(&Mine {
        shell: site.shell(&who),
        quarters: figures::quarters(who.today()),
        quarter: quarter.code(),
        label: quarter.label(),
        count: standing.open.len(),
        said: words_of(&standing.open, &replies),
        figures: standing
            .figures
            .into_iter()
            .map(|it| FigureView { percent: it.percent(), said: it.said(), label: it.label })
            .collect(),
        law: set.map_or_else(String::new, |it| it.title.clone()),
        badge: address,
        qr,
    })
}

/// What was written, in the order of its letters: the order in which it came would tell who wrote it.
fn words_of(open: &[&About], replies: &[Reply]) -> Vec<WordsView> {
    let mut said: Vec<WordsView> = open
        .iter()
        .filter(|it| !it.words.is_empty())
        .map(|it| {
            let reply = replies.iter().find(|reply| reply.rating == it.rating);
            WordsView {
                id: it.rating,
                face: face_label(it.face),
                words: if it.is_folded { String::new() } else { it.words.clone() },
                is_folded: it.is_folded,
                reply: reply.map_or_else(String::new, |it| it.words.clone()),
                wants_public: reply.is_some_and(|it| it.wants_public),
                is_public: reply.is_some_and(|it| it.published_on.is_some()),
            }
        })
        .collect();
    said.sort_by_cached_key(|it| domain::text::sort_key(&it.words));
    said
}

#[derive(Template)]
#[template(path = "ratings/templates/reply.html")]
struct Answer<'a> {
    shell: Shell,
    m: &'a Mistakes,
    id: i64,
    face: &'static str,
    words: String,
    is_public: bool,
}

/// What of him is open and was written, by its number.
fn find(tx: &mut Tx<'_>, staff: StaffId, rating: i64) -> Result<(About, Option<Reply>), Failure> {
    let all = all_of(tx, staff)?;
    let (open, _) = domain::rating::opened(all.len());
    let found = all.into_iter().take(open).find(|it| it.rating == rating);
    let found = found.filter(|it| !it.words.is_empty() && !it.is_folded);
    let found = found.ok_or(Failure::NotFound)?;
    let reply = sql::replies(tx, &[rating])?.into_iter().find(|it| it.staff == staff);
    Ok((found, reply))
}

async fn reply_page(
    site: &Site,
    who: &Who,
    rating: i64,
    typed: Option<Mistakes>,
) -> Result<Html<String>, Failure> {
    let staff = himself(who)?;
    let (about, reply) = site.read(who, move |tx| find(tx, staff, rating)).await?;
    let is_public = reply.as_ref().is_some_and(|it| it.published_on.is_some());
    let m = typed.unwrap_or_else(|| {
        let mut typed = Typed::default();
        if let Some(it) = reply {
            typed.set("tra-loi", it.words);
            if it.wants_public {
                typed.set("cong-khai", "1");
            }
        }
        Mistakes::none(typed)
    });
    site.page(&Answer {
        shell: site.shell(who),
        m: &m,
        id: rating,
        face: face_label(about.face),
        words: about.words,
        is_public,
    })
}

/// GET `/co-quan/danh-gia-cua-toi/{rating}`
pub async fn form(
    State(site): State<Site>,
    who: Who,
    Path(rating): Path<i64>,
) -> Result<Html<String>, Failure> {
    reply_page(&site, &who, rating, None).await
}

/// POST `/co-quan/danh-gia-cua-toi/{rating}`
pub async fn reply(
    State(site): State<Site>,
    who: Who,
    Path(rating): Path<i64>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let staff = himself(&who)?;
    let wants_public = typed.has("cong-khai");
    let mut fields = Fields::of(typed);
    let words = fields.text("tra-loi", REPLY_MAX);
    let words = match fields.finish(words) {
        Ok(it) => it,
        Err(m) => {
            return Err(Failure::Mistaken(reply_page(&site, &who, rating, Some(m)).await?));
        }
    };
    site.write(&who, move |tx| {
        find(tx, staff, rating)?;
        sql::keep_reply(tx, rating, staff, &words, wants_public)?;
        tx.journal(Entry::new(SUBJECT, rating, "reply_rating"));
        Ok(())
    })
    .await?;
    let quarter = Quarter::of(who.today()).code();
    Ok(told(&format!("{ADDRESS}?ky={quarter}"), "Đã lưu trả lời; người đứng đầu thấy cạnh ý kiến."))
}
