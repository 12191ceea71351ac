//! The share of each unit, for everybody.

use askama::Template;
use domain::{ids::UnitId, publication::Measure, text};
use site::{Failure, Html, Shell, Site, State, Who};

use super::{count::Around, pages::figure};

struct Line {
    unit: UnitId,
    title: String,
    part: i64,
    whole: i64,
    share: String,
    tenths: i64,
}

#[derive(Template)]
#[template(path = "meter/templates/public.html")]
struct Shares {
    shell: Shell,
    day: String,
    lines: Vec<Line>,
}

/// GET `/muc-cong-khai`
pub async fn shares(State(site): State<Site>, who: Who) -> Result<Html<String>, Failure> {
    let asker = who.clone();
    let counts = site
        .read(&who, move |tx| {
            let around = Around::load(tx, &asker.tree, asker.today())?;
            let mut counts = Vec::new();
            for unit in around.units() {
                counts.extend(around.count(tx, unit, None)?);
            }
            Ok(counts)
        })
        .await?;
    let lines = counts.iter().filter_map(|it| {
        let board = figure(&it.figures(), Measure::Board)?;
        Some(Line {
            unit: it.unit,
            title: who.tree.title(it.unit).to_owned(),
            part: board.part,
            whole: board.whole,
            share: board.share(),
            tenths: board.tenths().unwrap_or(0),
        })
    });
    site.page(&Shares {
        day: text::date(who.today()),
        lines: lines.collect(),
        shell: site.shell(&who),
    })
}
