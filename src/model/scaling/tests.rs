use super::*;

/// Measurements of a Cisco appliance by 1 to 32 loaders, from Schwartz, *Practical Scalability Analysis with the Universal
/// Scalability Law* (2015), which prints σ 0.02671591, κ 7.690945e-4, λ 995.6486 and a peak at 35 for them.
const CISCO: [f64; 32] = [
    955.16, 1878.91, 2688.01, 3548.68, 4315.54, 5130.43, 5931.37, 6531.08, 7219.8, 7867.61, 8278.71, 8646.7, 9047.84,
    9426.55, 9645.37, 9897.24, 10097.6, 10240.5, 10532.39, 10798.52, 11151.43, 11518.63, 11806.0, 12089.37, 12075.41,
    12177.29, 12211.41, 12158.93, 12155.27, 12118.04, 12140.4, 12074.39,
];

fn cisco() -> Vec<Observation> {
    (1_u32..)
        .zip(CISCO)
        .map(|(threads, per_sec)| Observation { threads: f64::from(threads), per_sec, relative_error: None })
        .collect()
}

const COUNTS: [f64; 8] = [1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0];
const CORES: f64 = 4.0;

fn of_law(law: &Law, relative_error: Option<f64>) -> Vec<Observation> {
    COUNTS.map(|threads| Observation { threads, per_sec: law.throughput(threads), relative_error }).to_vec()
}

const LAWS: [Law; 5] = [
    Law::Linear { per_thread: 100.0 },
    Law::Capped { per_thread: 100.0, cores: CORES },
    Law::Flat { total: 100.0 },
    Law::Amdahl { lambda: 100.0, sigma: 0.1 },
    Law::Usl { lambda: 100.0, sigma: 0.05, kappa: 0.01 },
];

#[track_caller]
fn check_close(value: f64, expected: f64, digits: f64) {
    assert!((value / expected - 1.0).abs() < digits, "{value} is not {expected}");
}

#[test]
fn published_coefficients_are_met() {
    let fit = fit_observations(&cisco(), 1000.0).expect("a fit");
    let Law::Usl { lambda, sigma, kappa } = fit.law else { panic!("{:?}", fit.law) };
    check_close(sigma, 0.026_715_91, 2e-6);
    check_close(kappa, 7.690_945e-4, 2e-6);
    check_close(lambda, 995.6486, 2e-6);
    // Where the least squares really lie, by Gauss-Newton steps in 40 decimal digits: the book's solver stopped early.
    check_close(sigma, 0.026_715_945_035_725, 1e-9);
    check_close(kappa, 7.690_939_206_104_6e-4, 1e-9);
    check_close(lambda, 995.648_785_929_053, 1e-9);
    assert_eq!(fit.law.peak().map(f64::floor), Some(35.0));
    assert_eq!(
        fit.in_words(),
        "Fits the Universal Scalability Law: contention σ = 0.0267, crosstalk κ = 0.000769, peak near 35 threads, beyond the \
         32 measured."
    );
}

#[test]
fn intervals_enclose_the_coefficients() {
    let sure = uncertainty(&cisco(), 7).expect("intervals");
    let within = |(low, high): (f64, f64), value: f64| low < value && value < high && high < 3.0 * value;
    assert!(within(sure.sigma, 0.026_715_91), "{sure:?}");
    assert!(within(sure.kappa, 7.690_945e-4), "{sure:?}");
    assert!(
        matches!(sure.peak, (Some(low), Some(high)) if low < 35.57 && 35.57 < high && high - low < 10.0),
        "{sure:?}"
    );
    // No peak in any resample of a line.
    let line = uncertainty(&of_law(&LAWS[0], Some(0.001)), 7).expect("intervals");
    assert_eq!(line.peak.1, None, "{line:?}");
    assert_eq!(uncertainty(&of_law(&LAWS[0], Some(0.001)), 7), Some(line));
}

#[test]
fn exact_points_give_their_law_back() {
    for law in LAWS {
        for error in [Some(0.02), None] {
            let fit = fit_observations(&of_law(&law, error), CORES).expect("a fit");
            assert_eq!(fit.law.label(), law.label());
            for threads in COUNTS {
                check_close(fit.law.throughput(threads), law.throughput(threads), 1e-9);
            }
            assert!(fit.is_good());
        }
    }
}

#[test]
fn the_right_law_is_chosen_at_two_percent_error() {
    const TRIALS: u32 = 1000;
    let mut random = fastrand::Rng::with_seed(11);
    for law in LAWS {
        let mut right = 0;
        for _ in 0..TRIALS {
            let noisy: Vec<_> = of_law(&law, Some(0.02))
                .into_iter()
                .map(|it| {
                    let sum: f64 = (0..12).map(|_| random.f64()).sum();
                    Observation { per_sec: it.per_sec * (1.0 + 0.02 * (sum - 6.0)), ..it }
                })
                .collect();
            let fit = fit_observations(&noisy, CORES).expect("a fit");
            right += u32::from(fit.law.label() == law.label());
        }
        assert!(right * 100 >= TRIALS * 92, "{}: {right} of {TRIALS}", law.label());
    }
}

/// The Universal Scalability Law alone would see a peak at about twice the cores.
#[test]
fn a_hard_core_limit_has_no_peak() {
    let law = Law::Capped { per_thread: 100.0, cores: 2.0 };
    let fit = fit_observations(&of_law(&law, Some(0.02)), 2.0).expect("a fit");
    assert_eq!((fit.law.label(), fit.law.peak()), ("capped at the cores", None));
    assert_eq!(fit.in_words(), "Fits a line up to 2.00 cores, 100 units per second for each, and flat beyond.");
}

#[test]
fn peaks() {
    let usl = |sigma, kappa| Law::Usl { lambda: 1.0, sigma, kappa }.peak();
    assert_eq!(usl(0.0, 0.01), Some(10.0));
    assert_eq!(usl(0.1, 0.0), None);
    assert_eq!(usl(1.2, 0.01), None);
    assert_eq!(usl(0.5, 2.0), Some(1.0));
    assert_eq!(LAWS[3].peak(), None);
}

#[test]
fn nothing_is_fitted_to_too_little() {
    let line = of_law(&LAWS[0], Some(0.02));
    assert_eq!(fit_observations(&line[..3], CORES), None);
    let mut stuck = line.clone();
    stuck[2].per_sec = 0.0;
    assert_eq!(fit_observations(&stuck, CORES), None);
    let mut odd = line;
    odd[2].relative_error = Some(f64::NAN);
    assert_eq!(fit_observations(&odd, CORES), None);
}

#[test]
fn a_curve_of_no_known_law_is_said_to_be_one() {
    let mut zigzag = of_law(&LAWS[2], Some(0.02));
    for it in zigzag.iter_mut().step_by(2) {
        it.per_sec *= 1.5;
    }
    let fit = fit_observations(&zigzag, CORES).expect("a fit");
    assert!(fit.in_words().starts_with("No known law fits within the errors. The nearest is "), "{}", fit.in_words());
}

#[test]
fn sentences() {
    let words = |law: &Law| fit_observations(&of_law(law, Some(0.02)), CORES).expect("a fit").in_words();
    assert_eq!(words(&LAWS[0]), "Fits a straight line: every thread adds 100 units per second.");
    assert_eq!(words(&LAWS[2]), "Fits a flat line: 100 units per second, whatever the number of threads.");
    assert_eq!(
        words(&LAWS[3]),
        "Fits Amdahl's law: 10 % of the work stays serial (σ = 0.100), so that it never exceeds 10.0 times one thread."
    );
    assert_eq!(
        words(&LAWS[4]),
        "Fits the Universal Scalability Law: contention σ = 0.0500, crosstalk κ = 0.0100, peak near 9 threads."
    );
}

#[test]
fn more_than_the_whole_is_no_serial_share() {
    let words = |law: &Law| fit_observations(&of_law(law, Some(0.02)), CORES).expect("a fit").in_words();
    assert_eq!(
        words(&Law::Amdahl { lambda: 100.0, sigma: 1.6 }),
        "Fits a fall towards 63 % of one thread's throughput: contention σ = 1.60, more than Amdahl's law knows."
    );
    let falling = words(&Law::Usl { lambda: 100.0, sigma: 1.6, kappa: 0.05 });
    assert!(falling.ends_with("highest at 1 thread."), "{falling}");
}

#[test]
fn a_series_is_fitted_by_its_own_intervals() {
    use crate::model::fixture;
    use crate::model::series::EngineKind;

    let curve = fixture::curve(EngineKind::GilModel);
    let points = [(1, 100.0), (2, 99.0), (4, 101.0), (8, 100.0)];
    let results = fixture::results(&[(curve.clone(), &points)], 9, 0.03);
    let fit = fit(&results.series[0], 2.0).expect("a fit");
    assert_eq!(fit.law.label(), "flat");
    assert!(observations(&results.series[0]).iter().all(|it| it.relative_error.is_some_and(|error| error >= 0.01)));
    let few = fixture::results(&[(curve, &points)], 3, 0.03);
    assert!(observations(&few.series[0]).iter().all(|it| it.relative_error.is_none()));
}
