//! One line of a statement: matched with dossiers, split, put aside, and matches undone.

use askama::Template;
use axum::response::Response;
use domain::{
    fees::{Method, statement::Fit},
    money::Dong,
};
use site::{Failure, Fields, Filled, Html, Mistakes, Path, Shell, Site, State, Who, told};
use store::{Tx, journal::Entry};

use super::{
    bank::{Finder, Proposal},
    demand_collector,
    sql::{
        bank::{self, Line, Match},
        cash, receipts,
    },
    till::Payment,
};
use crate::dossiers::facts::{self as dossiers, Around};

const PATH: &str = "/co-quan/thu-phi/sao-ke";
/// What the journal calls a line.
const SUBJECT: &str = "fee_line";

/// The line, if it is of an account of a unit where the asker collects.
fn find(tx: &mut Tx<'_>, who: &Who, id: i64) -> Result<Line, Failure> {
    let it = bank::line(tx, id)?.ok_or(Failure::NotFound)?;
    demand_collector(who, it.unit)?;
    Ok(it)
}

#[derive(Template)]
#[template(path = "fees/templates/line.html")]
struct Page<'a> {
    shell: Shell,
    m: &'a Mistakes,
    it: Line,
    booked: String,
    left: String,
    open: bool,
    proposals: Vec<Proposal>,
    matches: Vec<Match>,
    pending: Dong,
}

async fn page(site: &Site, who: &Who, id: i64, mut m: Mistakes) -> Result<Html<String>, Failure> {
    let (inner, asker) = (site.clone(), who.clone());
    let (it, proposals, matches, pending) = site
        .read(who, move |tx| {
            let it = find(tx, &asker, id)?;
            let around = Around::load(&inner, &asker, tx)?;
            let proposals = Finder::default().of(tx, &around, &it)?;
            let pending = cash::refunds_pending(tx, None, Some(id))?;
            Ok((it, proposals, bank::matches(tx, id)?, pending))
        })
        .await?;
    if let (Some(first), "") = (proposals.first(), m.typed("ma-ho-so")) {
        m.typed.set("ma-ho-so", first.code.as_str());
        m.typed.set("so-tien", first.owed.min(it.left()).0.to_string());
    }
    site.page(&Page {
        shell: site.shell(who),
        booked: domain::text::date_time(it.booked_at),
        left: it.left().to_string(),
        open: it.left() > Dong::ZERO && it.aside.is_empty(),
        proposals,
        matches,
        pending,
        it,
        m: &m,
    })
}

/// GET `/co-quan/thu-phi/sao-ke/{id}`
pub async fn show(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
) -> Result<Html<String>, Failure> {
    page(&site, &who, id, Mistakes::default()).await
}

/// Matches `amount` of a line with a dossier: it is paid as of when the bank booked it.
fn apply(
    tx: &mut Tx<'_>,
    around: &Around,
    line: &Line,
    dossier: domain::ids::DossierId,
    amount: Dong,
) -> Result<i64, Failure> {
    let mut on_desk = around.take(tx, dossier)?;
    if around.body_of(line.unit) != on_desk.kept.body {
        return Err(Failure::Refused(
            "Hồ sơ này của đơn vị khác với đơn vị có tài khoản nhận tiền.".to_owned(),
        ));
    }
    if !bank::account_for(tx, line.id, amount)? {
        return Err(Failure::Refused(
            "Dòng sao kê không còn đủ số tiền này, hoặc đã để riêng.".to_owned(),
        ));
    }
    let maker = around.maker(tx, &on_desk.kept)?;
    let payment = Payment {
        amount,
        method: Method::Transfer,
        given: None,
        payer: String::new(),
        paid_at: Some(line.booked_at),
    };
    let receipt = on_desk.take_payment(tx, around.desk(), &maker, &payment, None)?;
    let id = bank::insert_match(tx, line.id, dossier, receipt, amount)?;
    let details = serde_json::json!({"dossier": dossier, "amount": amount, "receipt": receipt});
    tx.journal(Entry::new(SUBJECT, line.id, "match").details(&details));
    Ok(id)
}

/// POST `/co-quan/thu-phi/sao-ke/khop`: confirms the proposals that were ticked, each for what is owed or
/// what is there, whichever is less.
pub async fn confirm(
    State(site): State<Site>,
    who: Who,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let chosen: Vec<i64> = typed.all("khop").filter_map(|it| it.parse().ok()).take(200).collect();
    if chosen.is_empty() {
        return Err(Failure::Refused("Chưa đánh dấu dòng nào để khớp.".to_owned()));
    }
    let (inner, asker) = (site.clone(), who.clone());
    let matched = site
        .write(&who, move |tx| {
            let around = Around::load(&inner, &asker, tx)?;
            let mut matched = 0;
            for id in chosen {
                let line = find(tx, &asker, id)?;
                if !line.aside.is_empty() {
                    continue;
                }
                // What one line paid the next one does not: what is owed is read anew for each.
                let proposal = Finder::default().of(tx, &around, &line)?.into_iter().next();
                if let Some(it) = proposal.filter(|it| it.fit != Fit::Nothing) {
                    apply(tx, &around, &line, it.id, it.owed.min(line.left()))?;
                    matched += 1;
                }
            }
            Ok(matched)
        })
        .await?;
    Ok(told(
        PATH,
        &format!("Đã khớp {matched} dòng; hồ sơ được ghi đã nộp theo ngày ngân hàng ghi có."),
    ))
}

/// POST `/co-quan/thu-phi/sao-ke/{id}`: matches some of a line with a dossier that somebody names.
pub async fn by_hand(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let (inner, asker) = (site.clone(), who.clone());
    let mut fields = Fields::of(typed);
    let code = fields.text("ma-ho-so", 40);
    let amount = fields.read("so-tien", Dong::parse);
    let done = site
        .write(&who, move |tx| {
            let line = find(tx, &asker, id)?;
            let around = Around::load(&inner, &asker, tx)?;
            let kept = match &code {
                Some(code) => dossiers::by_code(tx, &code.to_uppercase())?,
                None => None,
            };
            if code.is_some() && kept.is_none() {
                fields.wrong("ma-ho-so", "Không có hồ sơ mang mã này.");
            }
            if let (Some(kept), Some(amount)) = (&kept, amount) {
                let owed = Dong(kept.dossier.fee_due.0 - kept.dossier.fee_paid.0);
                if amount > owed {
                    let text = format!(
                        "Hồ sơ còn phải nộp {owed}. Khớp đúng số này; phần thừa để lại để hoàn trả hoặc khớp hồ sơ khác."
                    );
                    fields.wrong("so-tien", text);
                }
                if amount > line.left() {
                    fields.wrong("so-tien", format!("Dòng sao kê còn {}.", line.left()));
                }
            }
            match fields.finish(kept.zip(amount)) {
                Ok((kept, amount)) => apply(tx, &around, &line, kept.id, amount).map(Ok),
                Err(m) => Ok(Err(m)),
            }
        })
        .await?;
    match done {
        Ok(_) => Ok(told(&format!("{PATH}/{id}"), "Đã khớp.")),
        Err(m) => Err(Failure::Mistaken(page(&site, &who, id, m).await?)),
    }
}

/// POST `/co-quan/thu-phi/sao-ke/{id}/de-rieng`: nothing more is to be done with it, and why; with no
/// reason it is taken up again.
pub async fn aside(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let again = typed.get("viec") == "lay-lai";
    let as_typed = typed.clone();
    let mut fields = Fields::of(typed);
    let why = if again { Some(String::new()) } else { fields.text("ly-do", 300) };
    let why = match fields.finish(why) {
        Ok(it) => it,
        Err(m) => return Err(Failure::Mistaken(page(&site, &who, id, m).await?)),
    };
    let asker = who.clone();
    let done = site
        .write(&who, move |tx| {
        find(tx, &asker, id)?;
        if !again && let Some(refund) = cash::refund_of_line(tx, id)? {
            let why = format!(
                "Dòng này đang có đề nghị hoàn trả số {refund} chưa xong: duyệt và trả, hoặc từ chối đề \
                 nghị đó trước."
            );
            return Ok(Err(Mistakes::one(as_typed, "ly-do", why)));
        }
        bank::set_aside(tx, id, &why)?;
        let act = if again { "take_up" } else { "set_aside" };
        let words = Some(why).filter(|it| !it.is_empty());
        tx.journal(Entry::new(SUBJECT, id, act).words(words));
        Ok(Ok(()))
    })
    .await?;
    if let Err(m) = done {
        return Err(Failure::Mistaken(page(&site, &who, id, m).await?));
    }
    let said =
        if again { "Đã đưa lại vào danh sách chưa khớp." } else { "Đã để riêng." };
    Ok(told(&format!("{PATH}/{id}"), said))
}

/// POST `/co-quan/thu-phi/sao-ke/{id}/bo-khop`: undoes one match; its receipt is cancelled with it.
pub async fn undo(
    State(site): State<Site>,
    who: Who,
    Path(id): Path<i64>,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let wanted = typed.get("khop").parse::<i64>().map_err(|_| Failure::NotFound)?;
    let mut fields = Fields::of(typed);
    let why = fields.text("ly-do-bo", 300);
    let why = match fields.finish(why) {
        Ok(it) => it,
        Err(m) => return Err(Failure::Mistaken(page(&site, &who, id, m).await?)),
    };
    let (inner, asker) = (site.clone(), who.clone());
    site.write(&who, move |tx| {
        let line = find(tx, &asker, id)?;
        let all = bank::matches(tx, id)?;
        let it = all.into_iter().find(|it| it.id == wanted).ok_or(Failure::NotFound)?;
        if !bank::undo_match(tx, it.id, &why)? {
            return Err(Failure::Refused("Lần khớp này đã được bỏ.".to_owned()));
        }
        let around = Around::load(&inner, &asker, tx)?;
        let mut on_desk = around.take(tx, it.dossier)?;
        let maker = around.maker(tx, &on_desk.kept)?;
        let receipt = receipts::find(tx, it.receipt)?.ok_or(Failure::NotFound)?;
        on_desk.cancel_payment(tx, around.desk(), &maker, &receipt, &why)?;
        bank::account_for(tx, line.id, Dong(-it.amount.0))?;
        let details = serde_json::json!({"match": it.id, "amount": it.amount});
        tx.journal(Entry::new(SUBJECT, id, "unmatch").details(&details).words(Some(why)));
        Ok(())
    })
    .await?;
    Ok(told(&format!("{PATH}/{id}"), "Đã bỏ khớp; biên lai đã hủy và hồ sơ trở lại còn nợ."))
}
