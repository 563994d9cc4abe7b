//! Numbers as readers see them: three significant digits, ends of intervals rounded outwards, "–" for what is unknown.

use super::statistics::Estimate;

/// What stands where a value is unknown.
pub const UNKNOWN: &str = "–";

/// The most decimals ever shown.
const MOST_DECIMALS: usize = 9;

/// A text without its middle where it has more than `most` characters (at least 16): what it begins with and how it ends say
/// most. Line breaks become spaces.
pub fn shortened(text: &str, most: usize) -> String {
    let plain = |character: char| if character.is_control() { ' ' } else { character };
    let length = text.chars().count();
    if length <= most {
        return text.chars().map(plain).collect();
    }
    let most = most.max(16);
    let end = text.chars().skip(length - most / 4);
    let begin = text.chars().take(most - most / 4 - 3);
    begin.chain(" … ".chars()).chain(end).map(plain).collect()
}

/// A number with three significant digits, such as `0.0123`, `1.93`, `48.2` or `12,300`; "–" for what is no number.
pub fn number(value: f64) -> String {
    significant(value, 3)
}

/// A number with three significant digits, or "–" where it is unknown.
pub fn number_or_unknown(value: Option<f64>) -> String {
    value.map_or_else(|| UNKNOWN.to_owned(), number)
}

/// A median with its interval, such as `1.93 (1.90 to 1.96)`; the median alone where it rests on one round.
///
/// The ends are rounded outwards, so that what is shown never claims more than was measured, and all three numbers have
/// as many decimals as it takes to tell them apart, at most two more than three significant digits ask for.
pub fn estimate(estimate: &Estimate) -> String {
    if estimate.rounds < 2 {
        return number(estimate.median);
    }
    let decimals = decimals_of(estimate);
    format!("{} ({})", fixed(estimate.median, decimals), ends(estimate, decimals))
}

/// A median with its interval beside some bounds, with as many decimals as it takes to see on which side of every bound the
/// ends lie. A bound that is a short number, such as 1.1, stays short.
pub fn estimate_beside(estimate: &Estimate, bounds: &[f64]) -> (String, Vec<String>) {
    let least = decimals_of(estimate);
    let shows_sides = |decimals: usize| {
        let (low, high) = outward(estimate, decimals);
        bounds.iter().all(|&bound| {
            let shown = rounded(bound, decimals);
            let side = |value: f64, limit: f64| value.partial_cmp(&limit);
            side(low, shown) == side(estimate.low, bound) && side(high, shown) == side(estimate.high, bound)
        })
    };
    let decimals = (least..least + 3).find(|&decimals| shows_sides(decimals)).unwrap_or(least + 3).min(MOST_DECIMALS);
    let text = if estimate.rounds < 2 {
        fixed(estimate.median, decimals)
    } else {
        format!("{} ({})", fixed(estimate.median, decimals), ends(estimate, decimals))
    };
    let short = |bound: f64| (0..decimals).find(|&fewer| (rounded(bound, fewer) - bound).abs() <= 1e-9 * bound.abs());
    (text, bounds.iter().map(|&bound| fixed(bound, short(bound).unwrap_or(decimals))).collect())
}

/// A median with its interval, or "–" where it is unknown.
pub fn estimate_or_unknown(value: Option<&Estimate>) -> String {
    value.map_or_else(|| UNKNOWN.to_owned(), estimate)
}

/// The ends of an interval, such as `1.90 to 1.96`; "–" where it rests on one round.
pub fn interval(estimate: &Estimate) -> String {
    if estimate.rounds < 2 { UNKNOWN.to_owned() } else { ends(estimate, decimals_of(estimate)) }
}

/// A share as a percentage, such as `4.2 %`: two significant digits below 10 %, whole numbers above.
pub fn percent(share: f64) -> String {
    if !share.is_finite() {
        return UNKNOWN.to_owned();
    }
    let percent = share * 100.0;
    format!("{} %", fixed(percent, usize::from(percent.abs() < 9.95 && percent != 0.0)))
}

/// The shortest text for a value that was set, such as `5`, `0.2` or `12.25`: three decimals below 10, fewer above, without
/// zeros at the end.
pub fn short(value: f64) -> String {
    let decimals = match value.abs() {
        magnitude if magnitude < 10.0 => 3,
        magnitude if magnitude < 100.0 => 2,
        magnitude if magnitude < 1000.0 => 1,
        _ => 0,
    };
    let text = format!("{value:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// A time such as `2026-11-22T18:20:33+01:00` as readers see it: `22 November 2026, 18:20`, in the zone it was written down in.
/// Anything else stays as it is.
pub fn date_time(text: &str) -> String {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let parts = || {
        let (date, time) = text.split_once('T')?;
        let mut numbers = date.splitn(3, '-').map(|part| part.parse::<usize>().ok());
        let (year, month, day) = (numbers.next()??, numbers.next()??, numbers.next()??);
        let month = MONTHS.get(month.checked_sub(1)?)?;
        let clock = time.get(..5).filter(|clock| clock.as_bytes().get(2) == Some(&b':'))?;
        Some(format!("{day} {month} {year}, {clock}"))
    };
    parts().unwrap_or_else(|| text.to_owned())
}

/// A thread count in words: `1 thread`, `8 threads`.
pub fn threads(count: usize) -> String {
    if count == 1 { "1 thread".to_owned() } else { format!("{count} threads") }
}

/// A number of rounds in words: `1 round`, `8 rounds`.
pub fn rounds(count: u32) -> String {
    if count == 1 { "1 round".to_owned() } else { format!("{count} rounds") }
}

/// A number of things in words: `1 claim`, `12 claims`.
pub fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// A whole number with commas between thousands.
pub fn whole(count: u64) -> String {
    grouped(&count.to_string())
}

/// A number with a fixed number of decimals, and commas between thousands.
pub fn fixed(value: f64, decimals: usize) -> String {
    if !value.is_finite() {
        return UNKNOWN.to_owned();
    }
    let text = format!("{:.*}", decimals.min(MOST_DECIMALS), value.abs());
    let (whole, fraction) = text.split_once('.').unwrap_or((text.as_str(), ""));
    let mut shown = String::with_capacity(text.len() + 4);
    // A rounded zero has no sign.
    if value < 0.0 && text.bytes().any(|digit| (b'1'..=b'9').contains(&digit)) {
        shown.push('-');
    }
    shown.push_str(&grouped(whole));
    if !fraction.is_empty() {
        shown.push('.');
        shown.push_str(fraction);
    }
    shown
}

/// Digits with commas between thousands.
fn grouped(digits: &str) -> String {
    let mut shown = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

fn significant(value: f64, digits: i32) -> String {
    if !value.is_finite() {
        return UNKNOWN.to_owned();
    }
    let rounded = round_to(value, digits);
    fixed(rounded, decimals_for(rounded, digits))
}

/// The value with only its leading digits.
fn round_to(value: f64, digits: i32) -> f64 {
    if value == 0.0 {
        return 0.0;
    }
    // The text form rounds the exact decimal value, which a multiplication would miss at halves.
    let places = usize::try_from(digits - 1).unwrap_or(0);
    format!("{value:.places$e}").parse().unwrap_or(value)
}

/// How many decimals show `digits` significant digits of a value.
fn decimals_for(value: f64, digits: i32) -> usize {
    if value == 0.0 {
        return 0;
    }
    #[expect(clippy::cast_possible_truncation, reason = "the logarithm of a finite number is small")]
    let magnitude = value.abs().log10().floor() as i32;
    usize::try_from(digits - 1 - magnitude).unwrap_or(0).min(MOST_DECIMALS)
}

/// Decimals for three significant digits of the median, and up to two more while an end differs from it but would not show.
fn decimals_of(estimate: &Estimate) -> usize {
    let scale = round_to(if estimate.median == 0.0 { estimate.high } else { estimate.median }, 3);
    let least = decimals_for(scale, 3);
    let half = ((estimate.high - estimate.low) / 2.0).abs();
    (least..least + 2)
        .find(|&decimals| half <= 1e-9 * scale.abs() || half * ten_to(decimals) >= 1.0)
        .unwrap_or(least + 2)
        .min(MOST_DECIMALS)
}

fn ends(estimate: &Estimate, decimals: usize) -> String {
    let (low, high) = outward(estimate, decimals);
    format!("{} to {}", fixed(low, decimals), fixed(high, decimals))
}

/// Both ends of an interval, rounded away from its middle.
fn outward(estimate: &Estimate, decimals: usize) -> (f64, f64) {
    // What is a whole number of last digits but for the binary form stays where it is.
    const SLACK: f64 = 1e-6;
    let scale = ten_to(decimals);
    ((estimate.low * scale + SLACK).floor() / scale, (estimate.high * scale - SLACK).ceil() / scale)
}

fn rounded(value: f64, decimals: usize) -> f64 {
    let scale = ten_to(decimals);
    (value * scale).round() / scale
}

fn ten_to(decimals: usize) -> f64 {
    10_f64.powi(i32::try_from(decimals).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::statistics::IntervalKind;

    #[track_caller]
    fn check(value: f64, expected: &str) {
        assert_eq!(number(value), expected);
    }

    #[test]
    fn numbers_have_three_significant_digits() {
        check(0.0, "0");
        check(-0.0, "0");
        check(1.0, "1.00");
        check(1.925, "1.93");
        check(9.996, "10.0");
        check(0.012_345, "0.0123");
        check(48.21, "48.2");
        check(99.96, "100");
        check(999.6, "1,000");
        check(1234.0, "1,230");
        check(12_345.0, "12,300");
        check(1_234_567.0, "1,230,000");
        check(-0.5, "-0.500");
        check(1e-12, "0.000000000");
        check(f64::NAN, "–");
        check(f64::INFINITY, "–");
        assert_eq!(number_or_unknown(None), "–");
    }

    fn of(median: f64, low: f64, high: f64) -> Estimate {
        Estimate { median, low, high, rounds: 9, interval: IntervalKind::OrderStatistic95 }
    }

    #[test]
    fn ends_are_rounded_outwards() {
        assert_eq!(estimate(&of(1.93, 1.905, 1.961)), "1.93 (1.90 to 1.97)");
        assert_eq!(estimate(&of(1.93, 1.9, 1.96)), "1.93 (1.90 to 1.96)");
        assert_eq!(estimate(&of(12_340.0, 12_301.5, 12_399.2)), "12,340 (12,301 to 12,400)");
    }

    #[test]
    fn narrow_intervals_get_more_decimals() {
        assert_eq!(estimate(&of(1.93, 1.9285, 1.9315)), "1.930 (1.928 to 1.932)");
        assert_eq!(estimate(&of(1.0, 1.0, 1.0)), "1.00 (1.00 to 1.00)");
        assert_eq!(estimate(&of(1.0, 0.999_999, 1.000_001)), "1.0000 (0.9999 to 1.0001)");
    }

    #[test]
    fn decimals_show_the_side_of_a_bound() {
        let (text, bounds) = estimate_beside(&of(1.05, 1.01, 1.0951), &[1.1]);
        assert_eq!((text.as_str(), bounds[0].as_str()), ("1.050 (1.010 to 1.096)", "1.1"));
        let (text, bounds) = estimate_beside(&of(0.93, 0.9, 0.97), &[1.1, 0.5]);
        assert_eq!((text.as_str(), bounds.join(" ").as_str()), ("0.930 (0.900 to 0.970)", "1.1 0.5"));
    }

    #[test]
    fn one_round_has_no_interval() {
        let one = Estimate { rounds: 1, interval: IntervalKind::Range, ..of(1.93, 1.93, 1.93) };
        assert_eq!(estimate(&one), "1.93");
        assert_eq!(interval(&one), "–");
        assert_eq!(estimate_or_unknown(None), "–");
    }

    #[test]
    fn percentages() {
        assert_eq!(percent(0.042), "4.2 %");
        assert_eq!(percent(0.42), "42 %");
        assert_eq!(percent(0.0), "0 %");
        assert_eq!(percent(f64::INFINITY), "–");
    }

    #[test]
    fn counts_in_words() {
        assert_eq!((threads(1), threads(8)), ("1 thread".to_owned(), "8 threads".to_owned()));
        assert_eq!((rounds(1), rounds(8)), ("1 round".to_owned(), "8 rounds".to_owned()));
    }

    #[test]
    fn values_that_were_set_are_short() {
        for (value, expected) in [
            (5.0, "5"),
            (0.2, "0.2"),
            (0.1 + 0.2, "0.3"),
            (12.25, "12.25"),
            (999.96, "1000"),
            (20_000.0, "20000"),
            (0.0, "0"),
        ] {
            assert_eq!(short(value), expected);
        }
    }

    #[test]
    fn times_are_readable() {
        assert_eq!(date_time("2026-11-22T18:20:33+01:00"), "22 November 2026, 18:20");
        assert_eq!(date_time("2026-01-02T03:04:05Z"), "2 January 2026, 03:04");
        for other in ["", "später", "2026-13-01T00:00:00Z", "2026-11-22", "2026-11-22Tnoon"] {
            assert_eq!(date_time(other), other);
        }
    }
}
