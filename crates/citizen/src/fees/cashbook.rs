//! The cash book (sổ quỹ): looked at, printed, exported; cash handed over; days closed.

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use domain::{
    access::Action,
    fees::{
        Method,
        till::{EntryKind, Sums},
    },
    ids::{AccountId, UnitId},
    money::Dong,
    text,
};
use jiff::civil::Date;
use people::{
    sheets::{self, Sheet},
    staff::facts as staff,
};
use prints::{CashRow, CashSheet, MoneySheet};
use site::{
    Asked, Failure, Fields, Filled, Html, Mistakes, Path, Shell, Site, State, Typed, Who, demand,
    form::{Sending, Sent, new_token, once, parse_date},
    told,
};
use store::{Fault, Tx};

use super::{
    collects, demand_collector, receipts,
    sql::cash::{self, ClosedDay, Entry},
    till, unit_of, units,
};
use crate::dossiers::facts::agency_of;

const PATH: &str = "/co-quan/thu-phi/so-quy";
/// Entries of one book at most.
const ENTRIES_MAX: i64 = 20_000;

/// A stretch of one book, or of all books of a unit.
struct Book {
    unit: UnitId,
    collector: Option<AccountId>,
    from: Date,
    until: Date,
    sums: Sums,
    entries: Vec<Entry>,
    closed: Vec<ClosedDay>,
    collectors: Vec<(AccountId, String)>,
}

/// The units whose books somebody sees and that have entries, or that he collects for.
fn places(tx: &mut Tx<'_>, who: &Who) -> Result<Vec<UnitId>, Fault> {
    let seen = units(who, Action::CashBook);
    let mut places: Vec<UnitId> = cash::units_with_entries(tx)?
        .into_iter()
        .filter(|it| seen.as_ref().is_none_or(|seen| seen.contains(it)))
        .collect();
    let own = who.tree.all().filter(|it| it.kind == "one_stop");
    places.extend(own.filter(|it| collects(who, it.id)).map(|it| it.id));
    places.sort_unstable();
    places.dedup();
    Ok(places)
}

fn load(tx: &mut Tx<'_>, who: &Who, asked: &Typed) -> Result<Option<Book>, Failure> {
    let places = places(tx, who)?;
    let wanted = unit_of(asked.get("noi"));
    if wanted.is_some_and(|it| !places.contains(&it)) {
        return Err(Failure::NotFound);
    }
    let home = who.home().filter(|it| places.contains(it));
    let Some(unit) = wanted.or(home).or_else(|| places.first().copied()) else { return Ok(None) };
    let from = parse_date(asked.get("tu-ngay")).unwrap_or_else(|| who.today());
    let until = parse_date(asked.get("den-ngay")).unwrap_or(from).max(from);
    let mut all = cash::collectors(tx, unit)?;
    if collects(who, unit) && !all.contains(&who.account) {
        all.push(who.account);
    }
    let own = all.contains(&who.account) && collects(who, unit);
    let collector = match asked.get("nguoi-thu") {
        "tat-ca" => None,
        "" if own => Some(who.account),
        "" => None,
        id => Some(AccountId(id.parse().map_err(|_| Failure::NotFound)?)),
    };
    let mut sums = Sums::default();
    let mut closed = Vec::new();
    for account in &all {
        if collector.is_some_and(|it| it != *account) {
            continue;
        }
        let it = cash::sums(tx, unit, *account, from, until)?;
        sums = Sums {
            opening: sums.opening.plus(it.opening),
            receipts: sums.receipts.plus(it.receipts),
            cancelled: sums.cancelled.plus(it.cancelled),
            refunds: sums.refunds.plus(it.refunds),
            handed_over: sums.handed_over.plus(it.handed_over),
        };
        if collector.is_some() {
            closed = cash::closed_days(tx, unit, *account, from, until)?;
        }
    }
    let entries = cash::entries(tx, unit, collector, (from, until), ENTRIES_MAX + 1)?;
    if entries.len() as i64 > ENTRIES_MAX {
        return Err(Failure::Refused(
            "Kỳ này có hơn 20.000 dòng. Hãy chọn khoảng ngày ngắn hơn.".to_owned(),
        ));
    }
    let mut collectors = Vec::with_capacity(all.len());
    for account in all {
        collectors.push((account, staff::account_name(tx, account)?));
    }
    Ok(Some(Book { unit, collector, from, until, sums, entries, closed, collectors }))
}

impl Book {
    fn name_of(&self, account: AccountId) -> String {
        let found = self.collectors.iter().find(|it| it.0 == account);
        found.map_or_else(String::new, |it| it.1.clone())
    }

    fn sums(&self) -> Vec<(String, i64)> {
        let it = &self.sums;
        [
            ("Tồn đầu", it.opening),
            ("Thu tiền mặt", it.receipts),
            ("Trả do hủy biên lai", it.cancelled),
            ("Hoàn trả", it.refunds),
            ("Nộp quỹ", it.handed_over),
            ("Tồn cuối", it.closing()),
        ]
        .map(|(label, amount)| (label.to_owned(), amount.0))
        .to_vec()
    }

    /// The entries with what was left after each; transfers are shown and not summed.
    fn rows(&self) -> Vec<CashRow> {
        let mut left = self.sums.opening.0;
        self.entries
            .iter()
            .map(|it| {
                let mut row = CashRow {
                    day: Some(it.day),
                    paper: it.paper.clone(),
                    about: {
                        let mut about = vec![it.kind.label().to_owned()];
                        about.extend(Some(it.code.clone()).filter(|it| !it.is_empty()));
                        about.extend(Some(it.note.clone()).filter(|it| !it.is_empty()));
                        if self.collector.is_none() {
                            about.push(self.name_of(it.collector));
                        }
                        about.join(" · ")
                    },
                    ..CashRow::default()
                };
                let comes_in = it.kind == EntryKind::Receipt;
                match (it.method, comes_in) {
                    (Method::Cash, true) => row.came_in = it.amount.0,
                    (Method::Cash, false) => row.went_out = it.amount.0,
                    (Method::Transfer, true) => row.transfer = it.amount.0,
                    (Method::Transfer, false) => row.transfer = -it.amount.0,
                }
                left += row.came_in - row.went_out;
                row.left = left;
                row
            })
            .collect()
    }
}

struct Shown {
    day: String,
    paper: String,
    about: String,
    came_in: String,
    went_out: String,
    transfer: String,
    left: String,
}

#[derive(Template)]
#[template(path = "fees/templates/cashbook.html")]
struct Page<'a> {
    shell: Shell,
    m: &'a Mistakes,
    places: Vec<(String, String)>,
    place: String,
    collectors: Vec<(String, String)>,
    collector: String,
    from: String,
    until: String,
    sums: Vec<(String, String)>,
    rows: Vec<Shown>,
    closed: Vec<(String, String, String)>,
    query: String,
    own: bool,
    held: String,
    handovers: Vec<(i64, String, String)>,
    once: String,
}

async fn page(
    site: &Site,
    who: &Who,
    asked: &Typed,
    m: &Mistakes,
) -> Result<Html<String>, Failure> {
    let (asker, filter) = (who.clone(), asked.clone());
    let (places, book, held, handovers) = site
        .read(who, move |tx| {
            let places = places(tx, &asker)?;
            let book = load(tx, &asker, &filter)?;
            let (held, handovers) = match &book {
                Some(it) => {
                    (till::held(tx, it.unit, asker.account)?, cash::handovers(tx, it.unit, 10)?)
                }
                None => (Dong::ZERO, Vec::new()),
            };
            Ok((places, book, held, handovers))
        })
        .await?;
    let places: Vec<_> =
        places.into_iter().map(|it| (it.to_string(), who.tree.title(it).to_owned())).collect();
    let today = text::date(who.today());
    let amount = |it: i64| if it == 0 { String::new() } else { Dong(it).to_string() };
    let (mut shown, mut sums, mut collectors, mut closed) = Default::default();
    let (mut place, mut collector, mut own) = (String::new(), String::new(), false);
    let (mut from, mut until) = (today.clone(), today);
    if let Some(it) = &book {
        let rows = it.rows().into_iter().map(|row| Shown {
            day: row.day.map_or_else(String::new, text::date),
            paper: row.paper,
            about: row.about,
            came_in: amount(row.came_in),
            went_out: amount(row.went_out),
            transfer: amount(row.transfer),
            left: Dong(row.left).to_string(),
        });
        shown = rows.collect::<Vec<_>>();
        sums = it
            .sums()
            .into_iter()
            .map(|(label, amount)| (label, Dong(amount).to_string()))
            .collect::<Vec<_>>();
        collectors = std::iter::once(("tat-ca".to_owned(), "Tất cả người thu".to_owned()))
            .chain(it.collectors.iter().map(|it| (it.0.to_string(), it.1.clone())))
            .collect::<Vec<_>>();
        closed = it
            .closed
            .iter()
            .map(|it| {
                let differs = if it.counted == it.closing {
                    String::new()
                } else {
                    format!("Đếm được {}: {}", it.counted, it.note)
                };
                (text::date(it.day), it.closing.to_string(), differs)
            })
            .collect::<Vec<_>>();
        place = it.unit.to_string();
        collector = it.collector.map_or_else(|| "tat-ca".to_owned(), |it| it.to_string());
        own = it.collector == Some(who.account) && collects(who, it.unit);
        from = text::date(it.from);
        until = text::date(it.until);
    }
    let query = format!(
        "noi={place}&nguoi-thu={collector}&tu-ngay={}&den-ngay={}",
        site::percent(&from),
        site::percent(&until)
    );
    site.page(&Page {
        shell: site.shell(who),
        m,
        places,
        place,
        collectors,
        collector,
        from,
        until,
        sums,
        rows: shown,
        closed,
        query,
        own,
        held: held.to_string(),
        handovers: handovers
            .into_iter()
            .map(|(id, number, amount)| (id, number, amount.to_string()))
            .collect(),
        once: new_token(),
    })
}

/// GET `/co-quan/thu-phi/so-quy`; with `dang=pdf` or `dang=xlsx` as a file.
pub async fn show(
    State(site): State<Site>,
    who: Who,
    Asked(asked): Asked,
) -> Result<Response, Failure> {
    let kind = asked.get("dang").to_owned();
    if kind != "pdf" && kind != "xlsx" {
        return Ok(page(&site, &who, &asked, &Mistakes::default()).await?.into_response());
    }
    let asker = who.clone();
    let book = site.read(&who, move |tx| load(tx, &asker, &asked)).await?;
    let book = book.ok_or(Failure::NotFound)?;
    let name = format!("so-quy-{}-{}", book.from, book.until);
    let collector = book.collector.map_or_else(String::new, |it| book.name_of(it));
    if kind == "xlsx" {
        return xlsx(&book, &name);
    }
    let sheet = CashSheet {
        agency: agency_of(&who, book.unit),
        counter: who.tree.title(book.unit).to_owned(),
        collector,
        from: Some(book.from),
        until: Some(book.until),
        rows: book.rows(),
        sums: book.sums(),
        demo: site.config.demo,
    };
    let _turn = site.one_at_a_time().await?;
    let made = tokio::task::spawn_blocking(move || prints::render_cash(&sheet)).await;
    let bytes = made
        .map_err(|e| Fault::Worker(e.to_string()))?
        .map_err(|e| Fault::Broken(format!("print: {e}")))?;
    Ok(site::file(bytes, "application/pdf", &format!("{name}.pdf"), false))
}

fn xlsx(book: &Book, name: &str) -> Result<Response, Failure> {
    let number = |it: i64| if it == 0 { String::new() } else { it.to_string() };
    let mut rows: Vec<Vec<String>> = book
        .rows()
        .into_iter()
        .map(|it| {
            vec![
                it.day.map_or_else(String::new, text::date),
                it.paper,
                it.about,
                number(it.came_in),
                number(it.went_out),
                number(it.transfer),
                it.left.to_string(),
            ]
        })
        .collect();
    rows.extend(book.sums().into_iter().map(|(label, amount)| {
        let mut row = vec![String::new(); 6];
        if let Some(place) = row.get_mut(2) {
            *place = label;
        }
        row.push(amount.to_string());
        row
    }));
    let sheet = Sheet {
        name: "Sổ quỹ",
        heads: &[
            ("Ngày sổ", 12),
            ("Số phiếu", 18),
            ("Nội dung", 60),
            ("Thu tiền mặt", 16),
            ("Chi tiền mặt", 16),
            ("Chuyển khoản", 16),
            ("Tồn quỹ", 16),
        ],
        rows,
    };
    Ok(sheets::to_save(&[sheet], &format!("{name}.xlsx"))?)
}

/// The unit of a form, if the asker collects there.
fn own_unit(who: &Who, typed: &Typed) -> Result<UnitId, Failure> {
    let unit = unit_of(typed.get("noi")).ok_or(Failure::NotFound)?;
    demand_collector(who, unit)?;
    Ok(unit)
}

/// POST `/co-quan/thu-phi/so-quy/nop`
pub async fn hand_over(
    State(site): State<Site>,
    who: Who,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let unit = own_unit(&who, &typed)?;
    let (sending, asked) = (Sending::of(&who, &typed, "lan-gui"), typed.clone());
    let mut fields = Fields::of(typed);
    let amount = fields.read("so-tien-nop", Dong::parse);
    let taken_by = fields.text("nguoi-nhan-quy", 120);
    let note = fields.optional_text("ghi-chu", 200);
    let whole = (|| Some((amount?, taken_by?, note?)))();
    let (amount, taken_by, note) = match fields.finish(whole) {
        Ok(it) => it,
        Err(m) => return Err(Failure::Mistaken(page(&site, &who, &asked, &m).await?)),
    };
    let as_typed = asked.clone();
    let done: Sent<Mistakes> = once(&site, &who, sending, move |tx| {
        let held = till::held(tx, unit, tx.by())?;
        let wrong = if amount <= Dong::ZERO {
            Some("Số tiền nộp phải lớn hơn 0 đ.".to_owned())
        } else {
            (amount > held).then(|| format!("Chỉ đang giữ {held} tiền mặt."))
        };
        if let Some(why) = wrong {
            return Ok(Err(Mistakes::one(as_typed, "so-tien-nop", why)));
        }
        let id = till::hand_over(tx, unit, amount, &text::tidy(&taken_by), &note)?;
        Ok(Ok(format!("{PATH}/nop/{id}")))
    })
    .await?;
    let slip = match done {
        Sent::Done(it) => it,
        Sent::Wrong(m) | Sent::Before(m) => {
            return Err(Failure::Mistaken(page(&site, &who, &asked, &m).await?));
        }
    };
    Ok(told(
        &format!("{PATH}?noi={unit}"),
        &format!(
            "Đã ghi nộp quỹ {amount}. In phiếu ở mục “Phiếu nộp quỹ” ({}).",
            slip.rsplit('/').next().unwrap_or("")
        ),
    ))
}

/// GET `/co-quan/thu-phi/so-quy/nop/{id}`: the slip to sign.
pub async fn slip(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
) -> Result<Response, Failure> {
    let (asker, demo) = (who.clone(), site.config.demo);
    let sheet = site
        .read(&who, move |tx| {
            let it = cash::handover(tx, id)?.ok_or(Failure::NotFound)?;
            demand(&asker, Action::CashBook, it.unit)?;
            let collector = staff::account_name(tx, it.collector)?;
            let mut facts = vec![
                ("Người nộp".to_owned(), collector.clone()),
                ("Người nhận".to_owned(), it.taken_by.clone()),
            ];
            facts.extend(receipts::facts_of(&asker, it.unit, ""));
            if !it.note.is_empty() {
                facts.push(("Ghi chú".to_owned(), it.note));
            }
            Ok(MoneySheet {
                agency: agency_of(&asker, it.unit),
                title: "PHIẾU NỘP QUỸ".to_owned(),
                number: it.number,
                mark: String::new(),
                at: Some(it.at.civil()),
                facts,
                lines: Vec::new(),
                dong: it.amount.0,
                signs: vec![
                    ("Người nộp".to_owned(), collector),
                    ("Thủ quỹ".to_owned(), it.taken_by),
                ],
                demo,
            })
        })
        .await?;
    receipts::pdf(sheet, "nop-quy").await
}

/// POST `/co-quan/thu-phi/so-quy/chot`
pub async fn close(
    State(site): State<Site>,
    who: Who,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let unit = own_unit(&who, &typed)?;
    let asked = typed.clone();
    let mut fields = Fields::of(typed);
    let day = fields.date("ngay-chot");
    let counted = fields.read("dem-duoc", Dong::parse);
    let note = fields.optional_text("ly-do-lech", 300);
    let whole = (|| Some((day?, counted?, note?)))();
    let (day, counted, note) = match fields.finish(whole) {
        Ok(it) => it,
        Err(m) => return Err(Failure::Mistaken(page(&site, &who, &asked, &m).await?)),
    };
    let done = site.write(&who, move |tx| till::close_day(tx, unit, day, counted, &note)).await;
    match done {
        Ok(()) => Ok(told(
            &format!("{PATH}?noi={unit}&tu-ngay={}", site::percent(&text::date(day))),
            &format!("Đã chốt sổ quỹ ngày {}.", text::date(day)),
        )),
        Err(Failure::Refused(why)) => {
            let mut m = Mistakes::none(asked.clone());
            m.by_field.insert("dem-duoc".to_owned(), why);
            Err(Failure::Mistaken(page(&site, &who, &asked, &m).await?))
        }
        Err(other) => Err(other),
    }
}
