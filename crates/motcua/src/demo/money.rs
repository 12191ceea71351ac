//! Money of the demo: books of receipts, accounts, an exemption of the province, what was handed over, a
//! statement with lines that wait to be matched.

use citizen::{
    dossiers::facts as dossiers,
    fees::{
        facts::{self, KeptAccount},
        statement, till,
    },
};
use domain::{fees::Exemption, money::Dong, procedure::ChannelKind, time::Instant};
use jiff::ToSpan as _;
use people::sheets::Table;
use store::{Db, Fault, Stamp, Tx};

use super::{
    office::{Body, Office},
    year::played,
};

/// Numbers in one book: enough for the largest demo.
const NUMBERS: i64 = 9_999_999;

fn as_collector<T>(
    db: &Db,
    now: Instant,
    body: &Body,
    work: impl FnOnce(&mut Tx<'_>) -> Result<T, Fault>,
) -> Result<T, Fault> {
    let stamp = Stamp { now, by: body.official.account, origin: "demo".into() };
    db.write_blocking(stamp, work)
}

/// Opens a book for each one-stop shop and an account for each body.
pub(super) fn open(db: &Db, now: Instant, office: &Office) -> Result<(), Fault> {
    let from = now.civil().date().checked_sub(500.days()).unwrap_or(now.civil().date());
    db.write_blocking(Stamp::of_program(now, "demo"), |tx| {
        for (body, serial) in office.bodies.iter().zip(1_i64..) {
            let letters: String = body
                .place
                .split_whitespace()
                .filter_map(|it| domain::text::fold(it).chars().next())
                .collect();
            let prefix = format!("{}{serial:02}/26P", letters.to_uppercase());
            facts::open_book(tx, body.counter, &prefix, 1, NUMBERS)?;
            facts::open_account(
                tx,
                &KeptAccount {
                    id: 0,
                    unit: body.body,
                    bank: "970405".to_owned(),
                    bank_name: "Agribank".to_owned(),
                    number: format!("36012050{serial:05}"),
                    holder: format!("UBND {} (minh họa)", body.place),
                    mapping: String::new(),
                    from,
                    until: None,
                },
            )?;
        }
        facts::add_exemption(
            tx,
            &Exemption {
                name: "Nộp hồ sơ trực tuyến (minh họa)".to_owned(),
                percent: 50,
                sector: String::new(),
                procedure: String::new(),
                channel: Some(ChannelKind::Online),
                proof: String::new(),
                basis: "Số liệu minh họa; nghị quyết của HĐND tỉnh quy định".to_owned(),
            },
            from,
        )?;
        Ok(())
    })
}

/// After the year: each collector hands over most of what he holds, and the commune that is shown gets a
/// statement whose lines wait to be matched.
pub(super) fn settle(db: &Db, now: Instant, office: &Office) -> Result<(), Fault> {
    for body in &office.bodies {
        as_collector(db, now, body, |tx| {
            let held = till::held(tx, body.counter, body.official.account)?;
            let amount = Dong(held.0 / 100_000 * 100_000);
            if amount > Dong::ZERO {
                let to = "Thủ quỹ (minh họa)";
                till::hand_over(tx, body.counter, amount, to, "").map_err(played)?;
            }
            Ok(())
        })?;
    }
    let shown = office.bodies.iter().find(|it| it.place.contains("Phú Sơn"));
    let Some(body) = shown else { return Ok(()) };
    as_collector(db, now, body, |tx| {
        let day = domain::text::date(now.civil().date());
        let row = |reference: &str, amount: Dong, content: String| {
            vec![day.clone(), reference.to_owned(), amount.0.to_string(), content]
        };
        let mut rows = vec![row("FT0", Dong(250_000), "Chuyen tien nha thang nay".to_owned())];
        for (code, owed) in dossiers::owing_of(tx, body.body, 4)? {
            let purpose = domain::fees::statement::purpose_of(&code);
            rows.push(row(&format!("FT{}", rows.len()), owed, format!("MBVCB {purpose} CT")));
        }
        let table = Table {
            heads: ["Ngày giao dịch", "Số bút toán", "Ghi có", "Nội dung"]
                .map(str::to_owned)
                .to_vec(),
            rows: rows.into_iter().zip(2..).map(|(it, at)| (at, it)).collect(),
        };
        let read = statement::read(table, None).map_err(Fault::Broken)?;
        facts::import_statement(tx, body.body, "sao-ke-minh-hoa.xlsx", &read)?;
        Ok(())
    })
}
