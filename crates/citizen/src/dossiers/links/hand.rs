//! The forms of papers on their way: take them or not, send a result back, call back.

use askama::Template;
use axum::response::Response;
use domain::{
    dossier::Ground,
    ids::DossierId,
    link::{Direction, HandOverState},
};
use site::{Failure, Fields, Filled, Html, Mistakes, Path, Shell, Site, State, Who, told};
use store::Tx;

use super::{
    acts,
    chain::slip_number,
    pages::{PaperBox, ticked},
    sql::{self, HandOver, Handed, Link},
};
use crate::dossiers::{desk::OnDesk, sql as dossiers, view::Around};

/// Lines of papers that somebody types at most.
const LINES_MAX: usize = 30;

/// A link and its parent, if whoever asks leads the case.
fn led(
    tx: &mut Tx<'_>,
    around: &Around,
    id: i64,
) -> Result<(Link, OnDesk, domain::dossier::Maker), Failure> {
    let link = sql::find(tx, id)?.ok_or(Failure::NotFound)?;
    let parent = around.take(tx, link.parent.ok_or(Failure::NotFound)?)?;
    let maker = around.maker(tx, &parent.kept)?;
    if acts::leads(&maker) { Ok((link, parent, maker)) } else { Err(Failure::NotFound) }
}

/// POST `/co-quan/lien-thong/{id}/mo-tiep`
pub async fn open_planned(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    Filled(_): Filled,
) -> Result<Response, Failure> {
    let (inner, asker) = (site.clone(), who.clone());
    let parent = site
        .write(&who, move |tx| {
            let around = Around::load(&inner, &asker, tx)?;
            let (mut link, parent, maker) = led(tx, &around, id)?;
            acts::open_planned(tx, around.desk(), &maker, &parent.kept, &mut link)?;
            Ok(parent.kept.id)
        })
        .await?;
    Ok(told(&format!("/co-quan/ho-so/{parent}#lien-thong"), "Đã chuyển hồ sơ liên thông."))
}

#[derive(Template)]
#[template(path = "dossiers/links/templates/reason.html")]
struct ReasonPage<'a> {
    shell: Shell,
    m: &'a Mistakes,
    title: String,
    about: String,
    action: String,
    back: String,
    button: &'static str,
    grounds: Vec<(String, String)>,
}

/// GET `/co-quan/lien-thong/{id}/rut`
pub async fn withdraw_form(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
) -> Result<Html<String>, Failure> {
    withdraw_page(&site, &who, id, Mistakes::default()).await
}

async fn withdraw_page(
    site: &Site,
    who: &Who,
    id: i64,
    m: Mistakes,
) -> Result<Html<String>, Failure> {
    let (inner, asker) = (site.clone(), who.clone());
    let (about, parent) = site
        .read(who, move |tx| {
            let around = Around::load(&inner, &asker, tx)?;
            let (link, parent, _) = led(tx, &around, id)?;
            let unit = match link.to_unit {
                Some(it) => asker.tree.title(it).to_owned(),
                None => super::elsewhere(tx, Some(&link))?,
            };
            Ok((format!("{unit}: {}", link.state.label()), parent.kept.id))
        })
        .await?;
    site.page(&ReasonPage {
        shell: site.shell(who),
        m: &m,
        title: "Rút hồ sơ liên thông".to_owned(),
        about,
        action: format!("/co-quan/lien-thong/{id}/rut"),
        back: format!("/co-quan/ho-so/{parent}#lien-thong"),
        button: "Rút lại",
        grounds: Vec::new(),
    })
}

/// POST `/co-quan/lien-thong/{id}/rut`
pub async fn withdraw(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let mut fields = Fields::of(typed);
    let why = fields.text("loi", 1_000);
    let why = match fields.finish(why) {
        Ok(it) => it,
        Err(m) => return Err(Failure::Mistaken(withdraw_page(&site, &who, id, m).await?)),
    };
    let (inner, asker) = (site.clone(), who.clone());
    let parent = site
        .write(&who, move |tx| {
            let around = Around::load(&inner, &asker, tx)?;
            let (mut link, parent, maker) = led(tx, &around, id)?;
            acts::withdraw(tx, around.desk(), &maker, &mut link, &why)?;
            Ok(parent.kept.id)
        })
        .await?;
    Ok(told(&format!("/co-quan/ho-so/{parent}#lien-thong"), "Đã rút hồ sơ liên thông."))
}

/// What somebody may do with a slip: the link, the dossier on his side of it, and he on it.
struct Taker {
    slip: HandOver,
    link: Link,
    on_desk: OnDesk,
    maker: domain::dossier::Maker,
}

fn taker(tx: &mut Tx<'_>, around: &Around, id: i64) -> Result<Taker, Failure> {
    let slip = sql::slip_of(tx, id)?.ok_or(Failure::NotFound)?;
    let link = sql::find(tx, slip.link)?.ok_or(Failure::NotFound)?;
    let own = match slip.direction {
        Direction::Out => link.child,
        Direction::Back => link.parent,
    };
    let on_desk = around.take(tx, own.ok_or(Failure::NotFound)?)?;
    let maker = around.maker(tx, &on_desk.kept)?;
    let may = match slip.direction {
        Direction::Out => acts::receives(&maker),
        Direction::Back => acts::leads(&maker),
    };
    if !may {
        return Err(Failure::NotFound);
    }
    if slip.state != HandOverState::Waiting {
        return Err(Failure::Refused(format!(
            "Phiếu bàn giao {} đã ở trạng thái “{}”.",
            slip_number(&slip),
            slip.state.label()
        )));
    }
    Ok(Taker { slip, link, on_desk, maker })
}

/// POST `/co-quan/lien-thong/ban-giao/{id}/nhan`
pub async fn take(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    Filled(_): Filled,
) -> Result<Response, Failure> {
    let (inner, asker) = (site.clone(), who.clone());
    let dossier = site
        .write(&who, move |tx| {
            let around = Around::load(&inner, &asker, tx)?;
            let Taker { slip, mut link, mut on_desk, maker } = taker(tx, &around, id)?;
            match slip.direction {
                Direction::Out => acts::accept(tx, around.desk(), &maker, &mut on_desk)?,
                Direction::Back => {
                    acts::receive(tx, around.desk(), &maker, &on_desk.kept, &mut link)?;
                }
            }
            Ok(on_desk.kept.id)
        })
        .await?;
    Ok(told(&format!("/co-quan/ho-so/{dossier}#lien-thong"), "Đã xác nhận bàn giao."))
}

/// GET `/co-quan/lien-thong/ban-giao/{id}/khong-nhan`
pub async fn refuse_form(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
) -> Result<Html<String>, Failure> {
    refuse_page(&site, &who, id, Mistakes::default()).await
}

async fn refuse_page(
    site: &Site,
    who: &Who,
    id: i64,
    m: Mistakes,
) -> Result<Html<String>, Failure> {
    let (inner, asker) = (site.clone(), who.clone());
    let (slip, dossier, elsewhere) = site
        .read(who, move |tx| {
            let around = Around::load(&inner, &asker, tx)?;
            let it = taker(tx, &around, id)?;
            let elsewhere = super::elsewhere(tx, Some(&it.link))?;
            Ok((it.slip, it.on_desk.kept.id, elsewhere))
        })
        .await?;
    let is_out = slip.direction == Direction::Out;
    let from = slip.from_unit.map_or(elsewhere.as_str(), |it| who.tree.title(it));
    site.page(&ReasonPage {
        shell: site.shell(who),
        m: &m,
        title: if is_out {
            "Không nhận hồ sơ liên thông"
        } else {
            "Không nhận kết quả"
        }
        .to_owned(),
        about: format!("Phiếu bàn giao {}, {from}", slip_number(&slip)),
        action: format!("/co-quan/lien-thong/ban-giao/{id}/khong-nhan"),
        back: format!("/co-quan/ho-so/{dossier}#lien-thong"),
        button: "Không nhận",
        grounds: if is_out { crate::dossiers::steps::grounds() } else { Vec::new() },
    })
}

/// POST `/co-quan/lien-thong/ban-giao/{id}/khong-nhan`
pub async fn refuse(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let (inner, asker) = (site.clone(), who.clone());
    let done = site
        .write(&who, move |tx| {
            let around = Around::load(&inner, &asker, tx)?;
            let Taker { slip, mut link, mut on_desk, maker } = taker(tx, &around, id)?;
            let mut fields = Fields::of(typed);
            let why = fields.text("loi", 1_000);
            let dossier = on_desk.kept.id;
            if slip.direction == Direction::Out {
                let ground = fields.choice("can-cu", Ground::from_code);
                let said = match fields.finish(ground.zip(why)) {
                    Ok(it) => it,
                    Err(m) => return Ok(Err(m)),
                };
                acts::refuse(tx, around.desk(), &maker, &mut on_desk, said)?;
            } else {
                let why = match fields.finish(why) {
                    Ok(it) => it,
                    Err(m) => return Ok(Err(m)),
                };
                acts::refuse_result(tx, &maker, &mut link, &why)?;
            }
            Ok(Ok(dossier))
        })
        .await?;
    match done {
        Ok(dossier) => {
            let location = format!("/co-quan/ho-so/{dossier}#lien-thong");
            Ok(told(&location, "Đã ghi nhận không nhận, kèm lý do."))
        }
        Err(m) => Err(Failure::Mistaken(refuse_page(&site, &who, id, m).await?)),
    }
}

#[derive(Template)]
#[template(path = "dossiers/links/templates/back.html")]
struct BackPage<'a> {
    shell: Shell,
    m: &'a Mistakes,
    link: i64,
    id: DossierId,
    code: String,
    result: String,
    to: String,
    files: Vec<PaperBox>,
}

/// The child whose result somebody sends back.
fn giver(
    tx: &mut Tx<'_>,
    around: &Around,
    id: i64,
) -> Result<(Link, OnDesk, domain::dossier::Maker), Failure> {
    let link = sql::find(tx, id)?.ok_or(Failure::NotFound)?;
    let child = around.take(tx, link.child.ok_or(Failure::NotFound)?)?;
    let maker = around.maker(tx, &child.kept)?;
    if acts::gives_back(&maker) { Ok((link, child, maker)) } else { Err(Failure::NotFound) }
}

async fn back_page(site: &Site, who: &Who, id: i64, m: Mistakes) -> Result<Html<String>, Failure> {
    let (inner, asker, typed) = (site.clone(), who.clone(), m.typed.clone());
    let (link, kept, files) = site
        .read(who, move |tx| {
            let around = Around::load(&inner, &asker, tx)?;
            let (link, child, _) = giver(tx, &around, id)?;
            let came = came_with(tx, &link)?;
            let mut files = Vec::new();
            for it in dossiers::files(tx, child.kept.id)? {
                let field = format!("tep-{}", it.id);
                // What came with it goes back only if somebody wants it to.
                let own = !came.contains(&it.sha256);
                let ticked = if typed.has("gui") { typed.has(&field) } else { own };
                let about = format!("tệp, {} KB", it.size / 1024 + 1);
                files.push(PaperBox { field, name: it.name, about, ticked });
            }
            Ok((link, child.kept, files))
        })
        .await?;
    let number = kept.dossier.number.clone().unwrap_or_default();
    let outcome = kept.dossier.outcome.map_or("", |it| it.label());
    site.page(&BackPage {
        shell: site.shell(who),
        m: &m,
        link: id,
        id: kept.id,
        code: kept.code.clone(),
        result: if number.is_empty() {
            outcome.to_owned()
        } else {
            format!("{outcome}, số {number}")
        },
        to: link
            .from_unit
            .map_or_else(|| "Hệ thống gửi".to_owned(), |it| who.tree.title(it).to_owned()),
        files,
    })
}

/// The hashes of the files with which a child came.
fn came_with(tx: &mut Tx<'_>, link: &Link) -> Result<Vec<String>, store::Fault> {
    let Some(parent) = link.parent else { return Ok(Vec::new()) };
    let slips = sql::slips(tx, link.id)?;
    let mut ids = Vec::new();
    for it in slips.iter().filter(|it| it.direction == Direction::Out) {
        ids.extend(sql::handed(tx, it.id)?.into_iter().filter_map(|it| it.file));
    }
    let files = dossiers::files(tx, parent)?;
    Ok(files.into_iter().filter(|it| ids.contains(&it.id)).map(|it| it.sha256).collect())
}

/// GET `/co-quan/lien-thong/{id}/tra`
pub async fn back_form(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
) -> Result<Html<String>, Failure> {
    back_page(&site, &who, id, Mistakes::default()).await
}

/// POST `/co-quan/lien-thong/{id}/tra`
pub async fn send_back(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let mut fields = Fields::of(typed);
    let lines = fields.optional_text("giay-to", 3_000);
    let count = lines.as_deref().map_or(0, |it| it.lines().count());
    if count > LINES_MAX {
        fields.wrong("giay-to", format!("Tối đa {LINES_MAX} dòng."));
    }
    let typed = fields.typed().clone();
    let lines = match fields.finish(lines) {
        Ok(it) => it,
        Err(m) => return Err(Failure::Mistaken(back_page(&site, &who, id, m).await?)),
    };
    let (inner, asker) = (site.clone(), who.clone());
    let dossier = site
        .write(&who, move |tx| {
            let around = Around::load(&inner, &asker, tx)?;
            let (_, child, maker) = giver(tx, &around, id)?;
            let number = child.kept.dossier.number.clone().unwrap_or_default();
            let name = if number.is_empty() {
                "Kết quả giải quyết".to_owned()
            } else {
                format!("Kết quả giải quyết số {number}")
            };
            let paper =
                |name: String| Handed { name, form: "original".to_owned(), count: 1, file: None };
            let mut papers = vec![paper(name)];
            let typed_lines = lines.lines().map(str::trim).filter(|it| !it.is_empty());
            papers.extend(typed_lines.map(|it| paper(it.to_owned())));
            papers.extend(ticked(tx, child.kept.id, &typed)?);
            acts::send_back(tx, around.desk(), &maker, &child, &papers)?;
            Ok(child.kept.id)
        })
        .await?;
    let location = format!("/co-quan/ho-so/{dossier}#lien-thong");
    Ok(told(&location, "Đã bàn giao kết quả về cơ quan gửi."))
}
