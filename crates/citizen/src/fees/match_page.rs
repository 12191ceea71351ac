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
    bank::{Finder, Proposal, Settled},
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
    /// The dossier that it names and that owes nothing more.
    settled: Option<Settled>,
    matches: Vec<Match>,
    pending: Dong,
}

async fn page(site: &Site, who: &Who, id: i64, mut m: Mistakes) -> Result<Html<String>, Failure> {
    let (inner, asker) = (site.clone(), who.clone());
    let (it, (proposals, settled), matches, pending) = site
        .read(who, move |tx| {
            let it = find(tx, &asker, id)?;
            let around = Around::load(&inner, &asker, tx)?;
            let mut finder = Finder::default();
            let proposals = finder.of(tx, &around, &it)?;
            let settled =
                if proposals.is_empty() { finder.settled(tx, &around, &it)? } else { None };
            let pending = cash::refunds_pending(tx, None, Some(id))?;
            Ok((it, (proposals, settled), bank::matches(tx, id)?, pending))
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
        settled,
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

/// Lines of which a notice says one by one what became of them.
const TOLD_MAX: usize = 5;

/// What became of the lines that were ticked.
#[derive(Default)]
struct Confirmed {
    matched: usize,
    /// What was not matched, each with the reason.
    not: Vec<String>,
    /// Of which something is left over.
    over: Vec<String>,
}

impl Confirmed {
    fn words(&self) -> String {
        let mut said = match self.matched {
            0 => "Không khớp được dòng nào.".to_owned(),
            it => format!("Đã khớp {it} dòng; hồ sơ được ghi đã nộp theo ngày ngân hàng ghi có."),
        };
        let listed = |all: &[String]| {
            let mut words = all.iter().take(TOLD_MAX).cloned().collect::<Vec<_>>().join("; ");
            if all.len() > TOLD_MAX {
                words.push_str(&format!("; và {} dòng khác", all.len() - TOLD_MAX));
            }
            words
        };
        if !self.over.is_empty() {
            said.push_str(&format!(" Nộp thừa: {}: mở dòng để hoàn trả.", listed(&self.over)));
        }
        if !self.not.is_empty() {
            let (count, which) = (self.not.len(), listed(&self.not));
            said.push_str(&format!(" {count} dòng đã đánh dấu mà không khớp: {which}."));
        }
        said
    }
}

/// Why a line that was ticked is not matched.
fn why_not(settled: Option<&Settled>, line: &Line) -> String {
    let which = format!("dòng {} lúc {}", line.amount, domain::text::date_time(line.booked_at));
    match settled {
        _ if !line.aside.is_empty() => format!("{which} đang để riêng"),
        _ if line.left() <= Dong::ZERO => format!("{which} đã khớp đủ từ trước"),
        Some(it) => format!("{which}: hồ sơ {} {}, thừa {}", it.code, it.words, line.left()),
        None => format!("{which}: không thấy mã hồ sơ còn nợ"),
    }
}

/// POST `/co-quan/thu-phi/sao-ke/khop`: confirms the proposals that were ticked, each for what is owed or
/// what is there, whichever is less. What fits exactly goes first, then what came first.
pub async fn confirm(
    State(site): State<Site>,
    who: Who,
    Filled(typed): Filled,
) -> Result<Response, Failure> {
    let chosen: std::collections::BTreeSet<i64> =
        typed.all("khop").filter_map(|it| it.parse().ok()).take(200).collect();
    if chosen.is_empty() {
        return Err(Failure::Refused("Chưa đánh dấu dòng nào để khớp.".to_owned()));
    }
    let (inner, asker) = (site.clone(), who.clone());
    let done = site
        .write(&who, move |tx| {
            let around = Around::load(&inner, &asker, tx)?;
            let mut finder = Finder::default();
            let mut lines = Vec::with_capacity(chosen.len());
            for id in chosen {
                let line = find(tx, &asker, id)?;
                let exact = |it: &Proposal| it.fit == Fit::Exact;
                let fits = finder.of(tx, &around, &line)?.first().is_some_and(exact);
                lines.push((!fits, line));
            }
            lines.sort_by_key(|(other, it)| (*other, it.booked_at, it.id));
            let mut done = Confirmed::default();
            for (_, line) in lines {
                let open = line.aside.is_empty() && line.left() > Dong::ZERO;
                // What one line paid the next one does not: what is owed is read anew for each.
                let owing = finder.of(tx, &around, &line)?;
                let Some(it) = owing.into_iter().find(|it| open && it.fit != Fit::Nothing) else {
                    let settled = finder.settled(tx, &around, &line)?;
                    done.not.push(why_not(settled.as_ref(), &line));
                    continue;
                };
                let paid = it.owed.min(line.left());
                apply(tx, &around, &line, it.id, paid)?;
                done.matched += 1;
                if line.left() > paid {
                    let over = Dong(line.left().0 - paid.0);
                    done.over.push(format!("hồ sơ {} đã nộp đủ, thừa {over}", it.code));
                }
            }
            Ok(done)
        })
        .await?;
    Ok(told(PATH, &done.words()))
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
