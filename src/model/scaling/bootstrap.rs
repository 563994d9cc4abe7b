//! How sure the coefficients of a fit are.

use super::least_squares::Weighing;
use super::{Law, Observation};

/// The 95 % intervals of the Universal Scalability Law's coefficients.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Uncertainty {
    /// Contention.
    pub sigma: (f64, f64),
    /// Crosstalk.
    pub kappa: (f64, f64),
    /// Thread count of the peak. An end is `None` where that many resamples had no peak: then it may lie anywhere beyond.
    pub peak: (Option<f64>, Option<f64>),
}

/// How many resamples are drawn.
const RESAMPLES: usize = 1000;

/// The uncertainty of the Universal Scalability Law fitted to observations, by a parametric bootstrap: each of 1000
/// resamples draws every point anew from a normal distribution around the fitted law, with the point's own error. `None`
/// where the law cannot be fitted. The same seed gives the same intervals.
pub fn uncertainty(observations: &[Observation], seed: u64) -> Option<Uncertainty> {
    let weighing = Weighing::of(observations)?;
    let law = weighing.usl(observations)?;
    let mut random = fastrand::Rng::with_seed(seed);
    let (mut sigmas, mut kappas, mut peaks) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..RESAMPLES {
        let resample: Vec<Observation> = observations
            .iter()
            .map(|it| {
                let (centre, error) = (law.throughput(it.threads), weighing.error(it));
                // A throughput is above 0; only errors near 100 % ever get here.
                let per_sec = (centre + error * normal(&mut random)).max(centre * 1e-3);
                // With its error known each resample is solved in closed form.
                Observation { per_sec, relative_error: Some(error / centre), ..*it }
            })
            .collect();
        if let Some(refit @ Law::Usl { sigma, kappa, .. }) = Weighing::Errors.usl(&resample) {
            sigmas.push(sigma);
            kappas.push(kappa);
            peaks.push(refit.peak().unwrap_or(f64::INFINITY));
        }
    }
    let (low, high) = middle(&mut peaks)?;
    let finite = |peak: f64| peak.is_finite().then_some(peak);
    Some(Uncertainty { sigma: middle(&mut sigmas)?, kappa: middle(&mut kappas)?, peak: (finite(low), finite(high)) })
}

/// The values at 2.5 and 97.5 %.
fn middle(values: &mut [f64]) -> Option<(f64, f64)> {
    values.sort_unstable_by(f64::total_cmp);
    let last = values.len().checked_sub(1)?;
    Some((*values.get(last / 40)?, *values.get(last - last / 40)?))
}

/// A standard normal deviate, by Box and Muller (1958).
fn normal(random: &mut fastrand::Rng) -> f64 {
    let radius = (-2.0 * (1.0 - random.f64()).ln()).sqrt();
    radius * (std::f64::consts::TAU * random.f64()).cos()
}
