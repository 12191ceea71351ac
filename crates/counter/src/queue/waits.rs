//! How long the wait is now, for everybody to see before he sets out.

use askama::Template;
use domain::ids::UnitId;
use site::{Failure, Html, Shell, Site, State, Who};

use super::{
    calendar_of,
    kiosk::{about, closed, name_of, waits as waits_of},
    service::Queue,
    sql,
};

struct Line {
    unit: UnitId,
    title: String,
    open: bool,
    closed: Vec<String>,
    books: bool,
    lanes: Vec<(String, String, String)>,
}

#[derive(Template)]
#[template(path = "queue/templates/waits.html")]
struct Waits {
    shell: Shell,
    lines: Vec<Line>,
}

/// GET `/hang-cho`
pub async fn waits(State(site): State<Site>, who: Who) -> Result<Html<String>, Failure> {
    let (inner, asker, shell) = (site.clone(), who.clone(), site.shell(&who));
    let page = site
        .read(&who, move |tx| {
            let words = shell.words;
            let mut lines = Vec::new();
            for unit in sql::all(tx)? {
                if !unit.open || asker.tree.unit(unit.unit).is_none() {
                    continue;
                }
                let queue = Queue::load(tx, unit.unit)?;
                let calendar = calendar_of(&inner, &asker, tx, unit.unit)?;
                let lanes = waits_of(tx, &queue)?
                    .into_iter()
                    .map(|(lane, people, minutes)| {
                        let people =
                            words.say_with("queue-people", &[("count", &people.to_string())]);
                        (name_of(&lane, asker.lang), people, about(words, minutes))
                    })
                    .collect();
                lines.push(Line {
                    unit: unit.unit,
                    title: asker.tree.title(unit.unit).to_owned(),
                    open: queue.gives_at(&calendar, asker.now.civil()),
                    closed: closed(words, &calendar, &asker),
                    books: unit.days_ahead > 0,
                    lanes,
                });
            }
            Ok(Waits { shell, lines })
        })
        .await?;
    site.page(&page)
}
