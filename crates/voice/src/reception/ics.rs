//! The calendar as iCalendar (RFC 5545): what telephones and mail programs subscribe to.

use domain::{reception::DayState, time::Instant};
use jiff::civil::{Date, DateTime};

use super::sql::Day;

/// Bytes of a line at most (RFC 5545 §3.1).
const LINE_BYTES_MAX: usize = 75;
/// Viet Nam has one time zone and no summer time.
const ZONE: &str = "BEGIN:VTIMEZONE\r\nTZID:Asia/Ho_Chi_Minh\r\nX-LIC-LOCATION:Asia/Ho_Chi_Minh\r\nBEGIN:STANDARD\r\n\
    DTSTART:19700101T000000\r\nTZOFFSETFROM:+0700\r\nTZOFFSETTO:+0700\r\nTZNAME:+07\r\nEND:STANDARD\r\n\
    END:VTIMEZONE\r\n";

/// A value with the signs that mean something escaped.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for it in text.chars() {
        match it {
            '\\' | ';' | ',' => {
                out.push('\\');
                out.push(it);
            }
            '\n' => out.push_str("\\n"),
            it if it.is_control() => {}
            it => out.push(it),
        }
    }
    out
}

/// A line, folded between letters so that no part is longer than allowed.
fn folded(out: &mut String, line: &str) {
    let mut room = LINE_BYTES_MAX;
    for it in line.chars() {
        if it.len_utf8() > room {
            out.push_str("\r\n ");
            room = LINE_BYTES_MAX - 1;
        }
        room -= it.len_utf8();
        out.push(it);
    }
    out.push_str("\r\n");
}

fn utc(at: Instant) -> String {
    // Civil time in Viet Nam is seven hours ahead, always.
    let at = Instant::from_epoch_ms(at.epoch_ms() - 7 * 3_600_000).civil();
    format!("{}Z", at.strftime("%Y%m%dT%H%M%S"))
}

fn local(day: Date, time: jiff::civil::Time) -> String {
    let at: DateTime = day.to_datetime(time);
    at.strftime("%Y%m%dT%H%M%S").to_string()
}

/// The calendar `name` of these days; `host` makes the names of its events unlike anybody else's.
pub(super) fn calendar(name: &str, host: &str, url: &str, days: &[Day]) -> String {
    let mut out = String::from(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Mot Cua//Lich tiep cong dan//VI\r\nCALSCALE:GREGORIAN\r\n\
         METHOD:PUBLISH\r\n",
    );
    folded(&mut out, &format!("X-WR-CALNAME:{}", escaped(name)));
    out.push_str("X-WR-TIMEZONE:Asia/Ho_Chi_Minh\r\nREFRESH-INTERVAL;VALUE=DURATION:PT6H\r\n");
    out.push_str(ZONE);
    for it in days {
        out.push_str("BEGIN:VEVENT\r\n");
        folded(&mut out, &format!("UID:{}@{host}", it.uid));
        folded(&mut out, &format!("DTSTAMP:{}", utc(it.changed)));
        folded(&mut out, &format!("CREATED:{}", utc(it.created)));
        folded(&mut out, &format!("LAST-MODIFIED:{}", utc(it.changed)));
        folded(&mut out, &format!("SEQUENCE:{}", it.sequence));
        folded(&mut out, &format!("DTSTART;TZID=Asia/Ho_Chi_Minh:{}", local(it.day, it.from)));
        folded(&mut out, &format!("DTEND;TZID=Asia/Ho_Chi_Minh:{}", local(it.day, it.until)));
        folded(
            &mut out,
            &format!("SUMMARY:{}", escaped(&format!("Tiếp công dân: {}", it.receiver()))),
        );
        folded(&mut out, &format!("LOCATION:{}", escaped(&it.place)));
        let mut told = vec![it.kind.label().to_owned()];
        if !it.agencies.is_empty() {
            told.push(format!("Cùng tiếp: {}", it.agencies));
        }
        if !it.reason.is_empty() {
            told.push(format!("Thay đổi: {}", it.reason));
        }
        folded(&mut out, &format!("DESCRIPTION:{}", escaped(&told.join("\n"))));
        folded(&mut out, &format!("URL:{url}"));
        let status = if it.state == DayState::Cancelled { "CANCELLED" } else { "CONFIRMED" };
        folded(&mut out, &format!("STATUS:{status}"));
        out.push_str("TRANSP:TRANSPARENT\r\nEND:VEVENT\r\n");
    }
    out.push_str("END:VCALENDAR\r\n");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_folded_between_letters_and_signs_are_escaped() {
        let mut out = String::new();
        folded(&mut out, &format!("SUMMARY:{}", escaped(&"Chủ tịch; xã, \\ ".repeat(12))));
        assert!(out.lines().all(|it| it.len() <= LINE_BYTES_MAX), "{out}");
        assert!(out.lines().skip(1).all(|it| it.starts_with(' ')));
        assert!(out.contains("Chủ tịch\\; xã\\, \\\\"));
        assert_eq!(escaped("a\r\nb"), "a\\nb");
    }
}
