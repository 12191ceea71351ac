//! The Vietnamese lunar calendar (âm lịch), for the meridian of UTC+7.
//!
//! Follows the published algorithm of Hồ Ngọc Đức after Meeus: new moons and the sun's
//! longitude to the day. It tells when Tết and Giỗ Tổ fall; which days are off is for a
//! document to say. The only floating point in this crate, and never in a rule.

use jiff::civil::Date;

#[cfg(test)]
mod tests;

const HOURS_EAST: f64 = 7.0;
/// Julian day number of 1970-01-01.
const EPOCH_JULIAN: i64 = 2_440_588;

fn julian(date: Date) -> i64 {
    let days = date.since(Date::constant(1970, 1, 1)).map_or(0, |it| i64::from(it.get_days()));
    days + EPOCH_JULIAN
}

fn civil(julian: i64) -> Option<Date> {
    let days = jiff::Span::new().try_days(julian - EPOCH_JULIAN).ok()?;
    Date::constant(1970, 1, 1).checked_add(days).ok()
}

#[expect(clippy::cast_possible_truncation, reason = "day numbers are far within i64")]
fn floor(it: f64) -> i64 {
    it.floor() as i64
}

#[expect(clippy::cast_precision_loss, reason = "day and moon numbers are far within f64")]
fn real(it: i64) -> f64 {
    it as f64
}

/// The day of the `k`-th new moon since 1900-01-01, in Viet Nam.
fn new_moon(k: i64) -> i64 {
    let k = real(k);
    let t = k / 1236.85;
    let (t2, t3) = (t * t, t * t * t);
    let dr = std::f64::consts::PI / 180.0;
    let mut jd = 2_415_020.759_33 + 29.530_588_68 * k + 0.000_117_8 * t2 - 0.000_000_155 * t3;
    jd += 0.000_33 * ((166.56 + 132.87 * t - 0.009_173 * t2) * dr).sin();
    let m = 359.224_2 + 29.105_356_08 * k - 0.000_033_3 * t2 - 0.000_003_47 * t3;
    let mp = 306.025_3 + 385.816_918_06 * k + 0.010_730_6 * t2 + 0.000_012_36 * t3;
    let f = 21.296_4 + 390.670_506_46 * k - 0.001_652_8 * t2 - 0.000_002_39 * t3;
    let sin = |angle: f64| (angle * dr).sin();
    let mut c = (0.173_4 - 0.000_393 * t) * sin(m) + 0.002_1 * sin(2.0 * m);
    c += -0.406_8 * sin(mp) + 0.016_1 * sin(2.0 * mp) - 0.000_4 * sin(3.0 * mp);
    c += 0.010_4 * sin(2.0 * f) - 0.005_1 * sin(m + mp) - 0.007_4 * sin(m - mp);
    c += 0.000_4 * sin(2.0 * f + m) - 0.000_4 * sin(2.0 * f - m) - 0.000_6 * sin(2.0 * f + mp);
    c += 0.001_0 * sin(2.0 * f - mp) + 0.000_5 * sin(2.0 * mp + m);
    let delta = if t < -11.0 {
        0.001 + 0.000_839 * t + 0.000_226_1 * t2 - 0.000_008_45 * t3 - 0.000_000_081 * t * t3
    } else {
        -0.000_278 + 0.000_265 * t + 0.000_262 * t2
    };
    floor(jd + c - delta + 0.5 + HOURS_EAST / 24.0)
}

/// In which twelfth of its year the sun stands at midnight of a day: 0 is the spring equinox.
fn sun_twelfth(day: i64) -> i64 {
    let t = (real(day) - 0.5 - HOURS_EAST / 24.0 - 2_451_545.0) / 36_525.0;
    let t2 = t * t;
    let dr = std::f64::consts::PI / 180.0;
    let m = 357.529_10 + 35_999.050_30 * t - 0.000_155_9 * t2 - 0.000_000_48 * t * t2;
    let l0 = 280.466_45 + 36_000.769_83 * t + 0.000_303_2 * t2;
    let mut dl = (1.914_600 - 0.004_817 * t - 0.000_014 * t2) * (dr * m).sin();
    dl += (0.019_993 - 0.000_101 * t) * (dr * 2.0 * m).sin() + 0.000_290 * (dr * 3.0 * m).sin();
    floor((l0 + dl).rem_euclid(360.0) / 30.0)
}

/// The first day of the eleventh lunar month, which holds the winter solstice of `year`.
fn month_eleven(year: i16) -> i64 {
    let off = julian(Date::constant(year, 12, 31)) - 2_415_021;
    let k = floor(real(off) / 29.530_588_853);
    let day = new_moon(k);
    if sun_twelfth(day) >= 9 { new_moon(k - 1) } else { day }
}

/// How many months after the eleventh the leap month comes, in a year of thirteen months.
fn leap_offset(eleven: i64) -> i64 {
    let k = floor((real(eleven) - 2_415_021.076_998_695) / 29.530_588_853 + 0.5);
    let mut last = sun_twelfth(new_moon(k + 1));
    for offset in 2..14 {
        let twelfth = sun_twelfth(new_moon(k + offset));
        if twelfth == last {
            return offset - 1;
        }
        last = twelfth;
    }
    14
}

/// The civil date of day `day` of month `month` (not a leap month) in the lunar year that
/// begins in the civil year `year`.
#[must_use]
pub fn to_civil(year: i16, month: i64, day: i64) -> Option<Date> {
    let (before, after) = if month < 11 {
        (month_eleven(year - 1), month_eleven(year))
    } else {
        (month_eleven(year), month_eleven(year + 1))
    };
    let k = floor(0.5 + (real(before) - 2_415_021.076_998_695) / 29.530_588_853);
    let mut offset = (month - 11).rem_euclid(12);
    if after - before > 365 && offset >= leap_offset(before) {
        offset += 1;
    }
    civil(new_moon(k + offset) + day - 1)
}

/// The first day of the lunar year (mùng một Tết).
#[must_use]
pub fn tet(year: i16) -> Option<Date> {
    to_civil(year, 1, 1)
}

/// Giỗ Tổ Hùng Vương: the tenth day of the third month.
#[must_use]
pub fn gio_to(year: i16) -> Option<Date> {
    to_civil(year, 3, 10)
}
