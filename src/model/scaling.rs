//! Scaling laws fitted to a curve: which simple law the throughput follows, with what coefficients.
//!
//! The laws: linear; capped at the cores; flat, as a GIL makes it; Amdahl's (1967); and Gunther's Universal Scalability
//! Law (*Guerrilla Capacity Planning*, 2007). The law is chosen by χ² + 4 · (number of parameters): AIC's factor of 2 takes
//! a flat curve for Amdahl's law in 17 % of cases, this one in a few per cent.

use super::format;
use super::results::Series;

mod bootstrap;
mod least_squares;

pub use bootstrap::{Uncertainty, uncertainty};

/// Throughput at one thread count, as a fit sees it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Observation {
    /// Thread count, at least 1.
    pub threads: f64,
    /// Units per second, above 0.
    pub per_sec: f64,
    /// The standard error of `per_sec` as a share of it; `None` where it is unknown.
    pub relative_error: Option<f64>,
}

/// A law with its coefficients. `per_thread` and `lambda` are the units per second of one thread.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Law {
    /// Every thread adds the same.
    Linear {
        /// What each adds.
        per_thread: f64,
    },
    /// Every thread adds the same until each core has one.
    Capped {
        /// What each adds.
        per_thread: f64,
        /// Usable cores; given, not fitted.
        cores: f64,
    },
    /// No further thread changes anything.
    Flat {
        /// What any number of threads does.
        total: f64,
    },
    /// X(N) = λN / (1 + σ(N−1))
    Amdahl {
        /// λ
        lambda: f64,
        /// σ, the share of the work that stays serial.
        sigma: f64,
    },
    /// X(N) = λN / (1 + σ(N−1) + κN(N−1))
    Usl {
        /// λ
        lambda: f64,
        /// σ, contention.
        sigma: f64,
        /// κ, crosstalk: what each pair of threads costs.
        kappa: f64,
    },
}

/// The law that describes a curve best, of those known here.
#[derive(Debug, Clone, PartialEq)]
pub struct Fit {
    /// The law.
    pub law: Law,
    /// The sum of squared distances in standard errors.
    pub chi_squared: f64,
    /// Points it rests on.
    pub points: usize,
    /// The greatest thread count among them.
    pub most_threads: f64,
}

/// No law holds more exactly than this, as a share: without a floor, very exact points would refute every law.
const LEAST_RELATIVE_ERROR: f64 = 0.01;

/// What one more parameter costs when laws are compared.
const PENALTY: f64 = 4.0;

/// A κ below this is 0 for every thread count there can be.
const LEAST_KAPPA: f64 = 1e-9;

impl Law {
    /// Units per second at a thread count.
    pub fn throughput(&self, threads: f64) -> f64 {
        match *self {
            Self::Linear { per_thread } => per_thread * threads,
            Self::Capped { per_thread, cores } => per_thread * threads.min(cores),
            Self::Flat { total } => total,
            Self::Amdahl { lambda, sigma } => lambda * threads / (1.0 + sigma * (threads - 1.0)),
            Self::Usl { lambda, sigma, kappa } => {
                lambda * threads / (1.0 + sigma * (threads - 1.0) + kappa * threads * (threads - 1.0))
            }
        }
    }

    /// The thread count of the greatest throughput, N* = √((1−σ)/κ), at least 1; `None` where there is no peak, as κ ≈ 0 or
    /// σ ≥ 1.
    pub fn peak(&self) -> Option<f64> {
        match *self {
            Self::Usl { sigma, kappa, .. } if kappa > LEAST_KAPPA && sigma < 1.0 => {
                Some(((1.0 - sigma) / kappa).sqrt().max(1.0))
            }
            _ => None,
        }
    }

    /// The name readers see.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Linear { .. } => "linear",
            Self::Capped { .. } => "capped at the cores",
            Self::Flat { .. } => "flat",
            Self::Amdahl { .. } => "Amdahl's law",
            Self::Usl { .. } => "Universal Scalability Law",
        }
    }

    /// How many coefficients were fitted.
    fn parameters(&self) -> u32 {
        match self {
            Self::Linear { .. } | Self::Capped { .. } | Self::Flat { .. } => 1,
            Self::Amdahl { .. } => 2,
            Self::Usl { .. } => 3,
        }
    }
}

impl Fit {
    /// Whether the law describes the points within their errors: χ² is at most three of its standard deviations above its
    /// mean.
    #[expect(clippy::cast_precision_loss, reason = "numbers of points are small")]
    pub fn is_good(&self) -> bool {
        let freedom = (self.points as f64 - f64::from(self.law.parameters())).max(1.0);
        self.chi_squared <= freedom + 3.0 * (2.0 * freedom).sqrt()
    }

    /// The fit in one or two full sentences.
    pub fn in_words(&self) -> String {
        let law = match self.law {
            Law::Linear { per_thread } => {
                format!("a straight line: every thread adds {} units per second", format::number(per_thread))
            }
            Law::Capped { per_thread, cores } => format!(
                "a line up to {} cores, {} units per second for each, and flat beyond",
                format::number(cores),
                format::number(per_thread)
            ),
            Law::Flat { total } => {
                format!("a flat line: {} units per second, whatever the number of threads", format::number(total))
            }
            // Amdahl's law knows no serial share above the whole: then further threads only lose.
            Law::Amdahl { sigma, .. } if sigma > 1.0 => format!(
                "a fall towards {} of one thread's throughput: contention σ = {}, more than Amdahl's law knows",
                format::percent(1.0 / sigma),
                format::number(sigma)
            ),
            Law::Amdahl { sigma, .. } => {
                let limit = if sigma > 0.0 {
                    format!(", so that it never exceeds {} times one thread", format::number(1.0 / sigma))
                } else {
                    String::new()
                };
                format!(
                    "Amdahl's law: {} of the work stays serial (σ = {}){limit}",
                    format::percent(sigma),
                    format::number(sigma)
                )
            }
            Law::Usl { sigma, kappa, .. } => format!(
                "the Universal Scalability Law: contention σ = {}, crosstalk κ = {}, {}",
                format::number(sigma),
                format::number(kappa),
                self.peak_in_words(),
            ),
        };
        if self.is_good() {
            format!("Fits {law}.")
        } else {
            format!("No known law fits within the errors. The nearest is {law}.")
        }
    }

    fn peak_in_words(&self) -> String {
        match self.law.peak() {
            None if self.law.throughput(1.0) > self.law.throughput(2.0) => "highest at 1 thread".to_owned(),
            None => "no peak".to_owned(),
            Some(peak) if peak > self.most_threads => {
                format!("peak near {} threads, beyond the {} measured", peak.floor(), self.most_threads)
            }
            Some(peak) if peak < 2.0 => "highest at 1 thread".to_owned(),
            Some(peak) => format!("peak near {} threads", peak.floor()),
        }
    }
}

/// The law that a series' throughput follows best, for a number of usable cores; `None` with fewer than four thread
/// counts, or without any progress.
pub fn fit(series: &Series, cores: f64) -> Option<Fit> {
    fit_observations(&observations(series), cores)
}

/// A series' throughput as observations. The 95 % interval is taken as 1.96 standard errors to either side; where one
/// point rests on fewer than 6 rounds, no error is known at any.
pub fn observations(series: &Series) -> Vec<Observation> {
    let known = series.points.iter().all(|point| point.throughput_per_sec.is_interval());
    let observation = |point: &super::results::Point| {
        let estimate = &point.throughput_per_sec;
        let error = (estimate.relative_half_width() / 1.96).max(LEAST_RELATIVE_ERROR);
        Observation {
            threads: point.threads.as_f64(),
            per_sec: estimate.median,
            relative_error: known.then_some(error),
        }
    };
    series.points.iter().map(observation).collect()
}

/// The law that observations follow best; `None` with fewer than four thread counts, or where a throughput is no number
/// above 0.
///
/// Where one has no error, all are taken to have the same absolute error, estimated from how far they lie from the
/// Universal Scalability Law.
pub fn fit_observations(observations: &[Observation], cores: f64) -> Option<Fit> {
    const FEWEST_POINTS: usize = 4;
    let usable = |it: &Observation| {
        it.threads >= 1.0
            && it.threads.is_finite()
            && it.per_sec > 0.0
            && it.per_sec.is_finite()
            && it.relative_error.is_none_or(|error| error > 0.0 && error.is_finite())
    };
    if observations.len() < FEWEST_POINTS || !observations.iter().all(usable) {
        return None;
    }
    let most_threads = observations.iter().map(|it| it.threads).fold(1.0, f64::max);
    let weighing = least_squares::Weighing::of(observations)?;
    let distance = |law: &Law| weighing.chi_squared(observations, law);
    let best = candidates(observations, &weighing, cores)
        .into_iter()
        .map(|law| (distance(&law), law))
        .filter(|(chi_squared, _)| chi_squared.is_finite())
        .min_by(|(a, law_a), (b, law_b)| {
            let cost = |chi_squared: f64, law: &Law| chi_squared + PENALTY * f64::from(law.parameters());
            cost(*a, law_a).total_cmp(&cost(*b, law_b))
        })?;
    Some(Fit { law: best.1, chi_squared: best.0, points: observations.len(), most_threads })
}

/// Every law with its best coefficients, simplest first.
fn candidates(observations: &[Observation], weighing: &least_squares::Weighing, cores: f64) -> Vec<Law> {
    let scaled = |shape: &dyn Fn(f64) -> f64| weighing.scale(observations, shape);
    let mut laws = vec![Law::Linear { per_thread: scaled(&|threads| threads) }, Law::Flat { total: scaled(&|_| 1.0) }];
    // With a core for every thread the cap is no other law than the line; with one core it is the flat one.
    if cores > 1.0 && observations.iter().any(|it| it.threads > cores) {
        laws.push(Law::Capped { per_thread: scaled(&|threads| threads.min(cores)), cores });
    }
    laws.extend(weighing.amdahl(observations));
    laws.extend(weighing.usl(observations));
    laws
}

#[cfg(test)]
mod tests;
