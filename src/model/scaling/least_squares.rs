//! Weighted least squares with coefficients that are not negative.
//!
//! N/X = a + b(N−1) + cN(N−1) is linear in a, b and c, with λ = 1/a, σ = b/a and κ = c/a. A least-squares problem with
//! three coefficients that must not be negative is solved exactly by trying the subsets of columns: the best of those
//! solutions that keep the bounds is the solution.

use super::{Law, Observation};

/// The column subsets: always a, with or without b and c.
const AMDAHL_SUBSETS: [[bool; 3]; 2] = [[true, false, false], [true, true, false]];
const USL_SUBSETS: [[bool; 3]; 4] =
    [[true, false, false], [true, true, false], [true, false, true], [true, true, true]];

/// How far each observation may lie from a law.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Weighing {
    /// Each has its own relative error.
    Errors,
    /// All have one absolute error.
    EqualErrors {
        /// The error, in units per second.
        absolute: f64,
    },
}

impl Weighing {
    /// By the errors given; where one is missing, by one error for all, from the distances to the Universal Scalability
    /// Law. `None` where there is no degree of freedom to tell it by.
    pub(super) fn of(observations: &[Observation]) -> Option<Self> {
        if observations.iter().all(|it| it.relative_error.is_some()) {
            return Some(Self::Errors);
        }
        let unit = Self::EqualErrors { absolute: 1.0 };
        let law = unit.usl(observations)?;
        let freedom = observations.len().checked_sub(3).filter(|&freedom| freedom > 0)?;
        #[expect(clippy::cast_precision_loss, reason = "numbers of points are small")]
        let error = (unit.chi_squared(observations, &law) / freedom as f64).sqrt();
        // Points exactly on a law would have no error at all.
        let mean = observations.iter().map(|it| it.per_sec).sum::<f64>() / to_f64(observations.len());
        Some(Self::EqualErrors { absolute: error.max(mean * 1e-9) })
    }

    /// The standard error of an observation in units per second.
    pub(super) fn error(self, observation: &Observation) -> f64 {
        match self {
            Self::Errors => observation.relative_error.unwrap_or(1.0) * observation.per_sec,
            Self::EqualErrors { absolute } => absolute,
        }
    }

    /// The sum of squared distances to a law, in standard errors.
    pub(super) fn chi_squared(self, observations: &[Observation], law: &Law) -> f64 {
        let distance = |it: &Observation| (it.per_sec - law.throughput(it.threads)) / self.error(it);
        observations.iter().map(|it| distance(it).powi(2)).sum()
    }

    /// The factor of a shape that fits best.
    pub(super) fn scale(self, observations: &[Observation], shape: &dyn Fn(f64) -> f64) -> f64 {
        let (mut above, mut below) = (0.0, 0.0);
        for it in observations {
            let weight = self.error(it).powi(-2);
            above += weight * shape(it.threads) * it.per_sec;
            below += weight * shape(it.threads).powi(2);
        }
        above / below
    }

    pub(super) fn amdahl(self, observations: &[Observation]) -> Option<Law> {
        self.best(observations, &AMDAHL_SUBSETS).map(|[a, b, _]| Law::Amdahl { lambda: 1.0 / a, sigma: b / a })
    }

    pub(super) fn usl(self, observations: &[Observation]) -> Option<Law> {
        self.best(observations, &USL_SUBSETS).map(|[a, b, c]| Law::Usl { lambda: 1.0 / a, sigma: b / a, kappa: c / a })
    }

    /// The coefficients of the best subset that keeps the bounds.
    fn best(self, observations: &[Observation], subsets: &[[bool; 3]]) -> Option<[f64; 3]> {
        let distance = |c: &[f64; 3]| {
            let residual = |it: &Observation| (it.per_sec - it.threads / denominator(c, it.threads)) / self.error(it);
            observations.iter().map(|it| residual(it).powi(2)).sum::<f64>()
        };
        subsets
            .iter()
            .filter_map(|subset| {
                let start = self.linear(observations, *subset).filter(keeps_bounds)?;
                Some(match self {
                    Self::Errors => start,
                    Self::EqualErrors { .. } => refine(observations, *subset, start, &distance),
                })
            })
            .map(|coefficients| (distance(&coefficients), coefficients))
            .filter(|(distance, _)| distance.is_finite())
            .min_by(|(a, _), (b, _)| a.total_cmp(b))
            .map(|(_, coefficients)| coefficients)
    }

    /// The weighted linear solution over some columns.
    ///
    /// N/X errs by (N/X) × the relative error of X, so that its weight is (X/N)² / error²; with one absolute error for all,
    /// the relative error is that over X, and the weight (X²/N)².
    fn linear(self, observations: &[Observation], subset: [bool; 3]) -> Option<[f64; 3]> {
        let rows = observations.iter().map(|it| {
            let root_weight = it.per_sec.powi(2) / it.threads / self.error(it);
            (columns(it.threads).map(|column| column * root_weight), it.threads / it.per_sec * root_weight)
        });
        solve(rows, subset)
    }
}

/// Gauss–Newton steps from a near solution, halved until each lessens the distance, within the bounds.
fn refine(
    observations: &[Observation],
    subset: [bool; 3],
    start: [f64; 3],
    distance: &dyn Fn(&[f64; 3]) -> f64,
) -> [f64; 3] {
    const STEPS: usize = 50;
    const HALVINGS: usize = 12;
    let mut best = (distance(&start), start);
    for _ in 0..STEPS {
        // X = N/D, so that dX = −(N/D²) dD.
        let rows = observations.iter().map(|it| {
            let d = denominator(&best.1, it.threads);
            let slope = -it.threads / (d * d);
            (columns(it.threads).map(|column| column * slope), it.per_sec - it.threads / d)
        });
        let Some(step) = solve(rows, subset) else { break };
        let mut share = 1.0;
        let next = (0..HALVINGS).find_map(|_| {
            let mut moved = best.1;
            for (coefficient, step) in moved.iter_mut().zip(step) {
                *coefficient = (*coefficient + share * step).max(0.0);
            }
            share /= 2.0;
            let next = (distance(&moved), moved);
            (next.0 < best.0 && keeps_bounds(&next.1)).then_some(next)
        });
        let Some(next) = next else { break };
        let gain = best.0 - next.0;
        best = next;
        if gain <= 1e-14 * best.0 {
            break;
        }
    }
    best.1
}

fn columns(threads: f64) -> [f64; 3] {
    [1.0, threads - 1.0, threads * (threads - 1.0)]
}

fn denominator(coefficients: &[f64; 3], threads: f64) -> f64 {
    columns(threads).into_iter().zip(coefficients).map(|(column, coefficient)| column * coefficient).sum()
}

fn keeps_bounds(coefficients: &[f64; 3]) -> bool {
    let [a, b, c] = *coefficients;
    a > 0.0 && b >= 0.0 && c >= 0.0 && (a + b + c).is_finite()
}

/// The least-squares solution of rows of three columns and a right side, over the columns of a subset; the others are 0.
/// `None` where the columns depend on one another.
///
/// Normal equations over columns of length 1, which keeps thread counts in the hundreds exact enough.
fn solve(rows: impl Iterator<Item = ([f64; 3], f64)> + Clone, subset: [bool; 3]) -> Option<[f64; 3]> {
    let mut lengths = [0.0_f64; 3];
    for (columns, _) in rows.clone() {
        for (length, column) in lengths.iter_mut().zip(columns) {
            *length += column * column;
        }
    }
    let lengths = lengths.map(f64::sqrt);
    let mut matrix = [[0.0_f64; 4]; 3];
    for (columns, right) in rows {
        let mut scaled = [0.0; 3];
        for index in 0..3 {
            if subset[index] && lengths[index] > 0.0 {
                scaled[index] = columns[index] / lengths[index];
            }
        }
        for (line, left) in matrix.iter_mut().zip(scaled) {
            for (cell, column) in line.iter_mut().zip(scaled) {
                *cell += left * column;
            }
            line[3] += left * right;
        }
    }
    for index in 0..3 {
        if !subset[index] {
            matrix[index] = [0.0; 4];
            matrix[index][index] = 1.0;
        }
    }
    let solution = eliminate(matrix)?;
    let mut coefficients = [0.0; 3];
    for index in 0..3 {
        if subset[index] {
            coefficients[index] = solution[index] / lengths[index];
        }
    }
    Some(coefficients)
}

/// Gauss–Jordan elimination with pivoting of three equations.
fn eliminate(mut matrix: [[f64; 4]; 3]) -> Option<[f64; 3]> {
    for column in 0..3 {
        let pivot = (column..3).max_by(|&a, &b| matrix[a][column].abs().total_cmp(&matrix[b][column].abs()))?;
        if matrix[pivot][column].abs() < 1e-13 {
            return None;
        }
        matrix.swap(column, pivot);
        let pivot_line = matrix[column];
        for (index, line) in matrix.iter_mut().enumerate() {
            if index != column {
                let factor = line[column] / pivot_line[column];
                for (cell, above) in line.iter_mut().zip(pivot_line) {
                    *cell -= factor * above;
                }
            }
        }
    }
    let mut solution = [0.0; 3];
    for (index, (value, line)) in solution.iter_mut().zip(matrix).enumerate() {
        *value = line[3] / line[index];
    }
    Some(solution)
}

#[expect(clippy::cast_precision_loss, reason = "numbers of points are small")]
fn to_f64(count: usize) -> f64 {
    count as f64
}
