//! What people said with their ratings, for the head: low ones and words, never of which dossier.

use askama::Template;
use axum::response::Response;
use domain::{ids::UnitId, text::fold};
use people::{
    sheets::{Sheet, to_save},
    staff::facts as staff,
};
use site::{Asked, Failure, Html, Shell, Site, State, Typed, Who};
use store::Tx;

use super::{
    mine::face_label,
    officials::unit_of,
    sql::{self, Reply, Said, Wanted},
};
use crate::evaluation::counters_of;

/// Where it is.
pub(super) const ADDRESS: &str = "/co-quan/danh-gia/y-kien";
/// Rows of one page.
const ROWS: usize = 50;
/// Ratings that are looked through at most; older ones are in the figures only.
const LOOKED_MAX: i64 = 5_000;
/// The views: name in the address, label.
const VIEWS: [(&str, &str); 6] = [
    ("", "Tất cả"),
    ("thap", "Mức thấp, thái độ chưa đúng mực"),
    ("chua-tra-loi", "Có lời, cán bộ chưa trả lời"),
    ("cho-dang", "Chờ duyệt công khai"),
    ("cong-khai", "Đã công khai"),
    ("gap", "Đã gấp"),
];

pub(super) struct Line {
    pub said: Said,
    pub replies: Vec<(Reply, String)>,
    pub case: Option<(i64, String)>,
}

/// What was said with what was answered, and the case that it led to.
pub(super) fn with_replies(
    tx: &mut Tx<'_>,
    who: &Who,
    said: Vec<Said>,
) -> Result<Vec<Line>, Failure> {
    let ids: Vec<i64> = said.iter().map(|it| it.id).collect();
    let replies = sql::replies(tx, &ids)?;
    let cases = voice::conduct::facts::of_ratings(tx, who, &ids)?;
    let mut lines = Vec::new();
    for said in said {
        let mut own = Vec::new();
        for reply in replies.iter().filter(|it| it.rating == said.id && !it.words.is_empty()) {
            let person = staff::person(tx, reply.staff, who.today())?;
            own.push((reply.clone(), person.map_or_else(|| "–".to_owned(), |it| it.name)));
        }
        let case = cases.iter().find(|it| it.0 == said.id).map(|it| (it.1.0, it.2.clone()));
        lines.push(Line { said, replies: own, case });
    }
    Ok(lines)
}

struct Asking {
    unit: UnitId,
    units: Vec<(String, String)>,
    wanted: Wanted,
    q: String,
    view: &'static str,
}

fn ask(who: &Who, asked: &Typed) -> Result<Asking, Failure> {
    let (unit, units) = unit_of(who, asked)?;
    let view = VIEWS.iter().find(|it| it.0 == asked.get("xem")).map_or("", |it| it.0);
    Ok(Asking {
        unit,
        units,
        wanted: Wanted {
            units: counters_of(who, unit),
            face: asked.get("mat").parse().ok().filter(|it| (1..=5).contains(it)),
            from: None,
            before: asked.get("truoc").parse().ok(),
            not_about: who.staff,
        },
        q: asked.get("q").to_owned(),
        view,
    })
}

fn lines(
    tx: &mut Tx<'_>,
    who: &Who,
    asking: &Asking,
    at_most: usize,
) -> Result<Vec<Line>, Failure> {
    let word = fold(&asking.q);
    let mut said = sql::said(tx, &asking.wanted, LOOKED_MAX)?;
    said.retain(|it| word.is_empty() || (it.folded.is_none() && fold(&it.words).contains(&word)));
    match asking.view {
        "thap" => said.retain(|it| it.face <= 2 || it.is_bad),
        "gap" => said.retain(|it| it.folded.is_some()),
        "" => said.truncate(at_most),
        _ => {}
    }
    let mut lines = with_replies(tx, who, said)?;
    match asking.view {
        "chua-tra-loi" => lines.retain(|it| {
            !it.said.words.is_empty() && it.said.folded.is_none() && it.replies.is_empty()
        }),
        "cho-dang" => lines.retain(|it| {
            it.replies.iter().any(|(it, _)| it.wants_public && it.published_on.is_none())
        }),
        "cong-khai" => {
            lines.retain(|it| it.replies.iter().any(|(it, _)| it.published_on.is_some()));
        }
        _ => {}
    }
    lines.truncate(at_most);
    Ok(lines)
}

struct View {
    id: i64,
    month: String,
    unit: String,
    face: &'static str,
    is_low: bool,
    is_bad: bool,
    is_visit: bool,
    words: String,
    folded: String,
    replies: Vec<(String, String, &'static str)>,
    case: Option<(i64, String)>,
}

fn state_of(it: &Reply) -> &'static str {
    match (it.published_on.is_some(), it.wants_public) {
        (true, _) => "đã công khai",
        (false, true) => "đề nghị công khai",
        (false, false) => "",
    }
}

fn view(who: &Who, it: Line) -> View {
    let said = it.said;
    View {
        id: said.id,
        month: said.day.strftime("%m/%Y").to_string(),
        unit: who.tree.title(said.unit).to_owned(),
        face: face_label(said.face),
        is_low: said.face <= 2,
        is_bad: said.is_bad,
        is_visit: said.is_visit,
        words: if said.folded.is_some() { String::new() } else { said.words },
        folded: said.folded.unwrap_or_default(),
        replies: it
            .replies
            .into_iter()
            .map(|(it, name)| (name, it.words.clone(), state_of(&it)))
            .collect(),
        case: it.case,
    }
}

#[derive(Template)]
#[template(path = "ratings/templates/list.html")]
struct Page {
    shell: Shell,
    title: String,
    units: Vec<(String, String)>,
    unit: String,
    faces: Vec<(String, String)>,
    face: String,
    views: Vec<(String, String)>,
    view: String,
    q: String,
    lines: Vec<View>,
    folded: usize,
    export: String,
    first: Option<String>,
    next: Option<String>,
}

/// GET `/co-quan/danh-gia/y-kien`
pub async fn list(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Html<String>, Failure> {
    let asking = ask(&who, &asked)?;
    let asker = who.clone();
    let (asking, mut found) = site
        .read(&who, move |tx| {
            let found = lines(tx, &asker, &asking, ROWS + 1)?;
            Ok((asking, found))
        })
        .await?;
    let more = found.len() > ROWS;
    found.truncate(ROWS);
    let face = asking.wanted.face.map_or_else(String::new, |it| it.to_string());
    let query = format!(
        "don-vi={}&mat={face}&xem={}&q={}",
        asking.unit,
        asking.view,
        site::percent(&asking.q)
    );
    let next =
        found.last().filter(|_| more).map(|it| format!("{ADDRESS}?{query}&truoc={}", it.said.id));
    let mut faces = vec![(String::new(), "Mọi mức".to_owned())];
    faces.extend((1..=5).rev().map(|it: i64| (it.to_string(), face_label(it).to_owned())));
    let lines: Vec<View> = found.into_iter().map(|it| view(&who, it)).collect();
    site.page(&Page {
        shell: site.shell(&who),
        title: who.tree.title(asking.unit).to_owned(),
        units: asking.units,
        unit: asking.unit.to_string(),
        faces,
        face,
        views: VIEWS.iter().map(|it| (it.0.to_owned(), it.1.to_owned())).collect(),
        view: asking.view.to_owned(),
        q: asking.q,
        folded: lines.iter().filter(|it| !it.folded.is_empty()).count(),
        lines,
        export: format!("{ADDRESS}/xuat?{query}"),
        first: asking.wanted.before.map(|_| format!("{ADDRESS}?{query}")),
        next,
    })
}

/// GET `/co-quan/danh-gia/y-kien/xuat`
pub async fn export(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Response, Failure> {
    let _turn = site.one_at_a_time().await?;
    let asking = ask(&who, &asked)?;
    let asker = who.clone();
    let most = usize::try_from(LOOKED_MAX).unwrap_or(usize::MAX);
    let found = site.read(&who, move |tx| lines(tx, &asker, &asking, most)).await?;
    let rows = found.into_iter().map(|it| {
        let it = view(&who, it);
        let replies: Vec<String> =
            it.replies.iter().map(|(name, words, _)| format!("{name}: {words}")).collect();
        vec![
            it.month,
            it.unit,
            it.face.to_owned(),
            if it.is_bad { "Chưa đúng mực".to_owned() } else { String::new() },
            if it.folded.is_empty() { it.words } else { format!("(đã gấp: {})", it.folded) },
            replies.join("\n"),
            it.case.map_or_else(String::new, |it| it.1),
        ]
    });
    let sheet = Sheet {
        name: "Ý kiến",
        heads: &[
            ("Tháng", 12),
            ("Nơi", 30),
            ("Mức", 20),
            ("Thái độ", 18),
            ("Ý kiến", 60),
            ("Cán bộ trả lời", 60),
            ("Vụ việc", 20),
        ],
        rows: rows.collect(),
    };
    Ok(to_save(&[sheet], &format!("y-kien-nguoi-dan-{}.xlsx", who.today()))?)
}
