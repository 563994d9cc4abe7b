//! Rounds of windows until the intervals are narrow enough or the time is spent.

use std::time::Duration;

use fastrand::Rng;

use super::cancel::CancelFlag;
use super::message::{EventKind, Outcome, Progress};
use super::outbox::Outbox;
use super::quiet::Gate;
use super::schedule::{self, Cell, Lengths, WARM_UP};
use super::{Engine, MeasureError, Support, WindowOrder, disturbance, window};
use crate::model::plan::RunRequest;
use crate::model::results::{Curve, Point, Results};
use crate::model::series::SeriesKey;
use crate::model::stopping::{Decision, LOOKS, StopReason, StoppingRule};
use crate::model::units::ThreadCount;
use crate::model::warning::Warning;
use crate::model::window::Window;
use crate::model::workload::{Bound, Workload};

mod clock;
mod gil;
mod summary;

pub use clock::{Clock, Surroundings, WallClock};
use summary::Faults;

/// How often a window that counted more CPU time than there is, or too few units, is measured again.
const RETRIES: u32 = 2;

/// How often its budget a run may take if that completes the rounds of the first look: without them there is no interval
/// at all, and every verdict would be "cannot tell".
const GRACE: u32 = 2;

/// The rounds after which the intervals are looked at first.
const FIRST_LOOK: u32 = LOOKS[0];

/// Runs a whole request. Used by one thread, from beginning to end.
pub(super) struct Sweep {
    request: RunRequest,
    engines: Vec<Box<dyn Engine>>,
    surroundings: Surroundings,
    gate: Gate,
    outbox: Outbox,
    cancel: CancelFlag,
    cells: Vec<CellState>,
    /// The time of one unit on one thread, by [`Cell::group`].
    units: Vec<Option<Duration>>,
    results: Vec<Results>,
    faults: Vec<Faults>,
    lengths: Lengths,
    /// The time the run may take: that of its experiments together.
    budget: Duration,
    phases: Rng,
    timelines: Vec<(usize, Curve, ThreadCount)>,
}

/// A cell and what the sweep has learnt about it.
struct CellState {
    cell: Cell,
    engine: usize,
    /// How long it took the last time, repeats and showing it included.
    cost: Option<Duration>,
    /// Decides when its intervals are narrow enough.
    rule: StoppingRule,
    /// Whether they are: it is then measured only for the sake of others.
    rests: bool,
    /// Whether the run goes on until it meets the target.
    decides: bool,
    /// Whether it turned out to be the same as a cell of another series.
    is_left_out: bool,
}

/// Why the rounds ended before their time.
enum Halt {
    Cancelled,
    Failed(String),
    /// The time is over in the middle of a round.
    TimeOver,
}

impl Sweep {
    pub(super) fn new(
        request: RunRequest,
        engines: Vec<Box<dyn Engine>>,
        surroundings: Surroundings,
        gate: Gate,
        outbox: Outbox,
        cancel: CancelFlag,
    ) -> Self {
        let results = request.experiments.iter().map(|plan| Results::new(&plan.series)).collect();
        let faults = request.experiments.iter().map(|_| Faults::default()).collect();
        let budget = StoppingRule::new(request.precision, request.experiments.len()).budget();
        let lengths = Lengths::plan(request.precision, budget, 1);
        // Apart from the stream that orders the rounds.
        let phases = Rng::with_seed(!request.seed);
        Self {
            request,
            engines,
            surroundings,
            gate,
            outbox,
            cancel,
            cells: Vec::new(),
            units: Vec::new(),
            results,
            faults,
            lengths,
            budget,
            phases,
            timelines: Vec::new(),
        }
    }

    /// Runs to the end and sends every event but `Finished`; that is for [`Sweep::finish`], once the engines are gone.
    pub(super) fn run(&mut self) -> Outcome {
        self.send(EventKind::Started);
        let unavailable = self.plan();
        for warning in self.surroundings.monitor.begin() {
            self.warn(None, warning);
        }
        if self.cells.is_empty() {
            return Outcome::Failed(unavailable.unwrap_or_else(|| "there is nothing to measure".to_owned()));
        }
        let outcome = match self.rounds() {
            Ok(()) | Err(Halt::TimeOver) => Outcome::Completed,
            Err(Halt::Cancelled) => Outcome::Cancelled,
            Err(Halt::Failed(reason)) => Outcome::Failed(reason),
        };
        self.sum_up(&outcome);
        outcome
    }

    /// Ends every engine, then says how the run ended and waits until the reader has taken it.
    pub(super) fn finish(mut self, outcome: Outcome) {
        self.engines.clear();
        self.send(EventKind::Finished(outcome));
        self.gate.now(|| self.surroundings.clock.elapsed());
        self.outbox.flush();
    }

    /// Decides what a round holds. Warns of each series that cannot be measured, and returns why the last one cannot.
    fn plan(&mut self) -> Option<String> {
        let mut why = None;
        for (experiment, plan) in self.request.experiments.clone().into_iter().enumerate() {
            for key in &plan.series {
                if let Err(reason) = self.supports(key, &plan.workload) {
                    why = Some(format!("{} cannot be measured: {reason}", key.label()));
                    self.warn(Some(experiment), Warning::SeriesFailed { series: key.label(), reason });
                }
            }
        }
        let cores = self.surroundings.machine.cores;
        let cells = schedule::cells(&self.request, cores, |key, workload| self.supports(key, workload).is_ok());
        // The ceiling alone answers nothing.
        if cells.iter().all(|cell| cell.feeds.iter().all(|(_, curve)| *curve == Curve::Ceiling)) {
            return why;
        }
        let groups = cells.iter().map(|cell| cell.group + 1).max().unwrap_or(0);
        self.units = vec![None; groups];
        for cell in cells {
            let Some(engine) = self.engine_of(&cell.key) else { continue };
            self.units[cell.group] = schedule::nominal_unit(&cell.workload);
            let decides = cell.feeds.iter().any(|(experiment, curve)| {
                let bound = self.request.experiments.get(*experiment).map(|plan| plan.workload.bound());
                matches!(curve, Curve::Series(_)) || bound != Some(Bound::Waiting)
            });
            let rule = StoppingRule::new(self.request.precision, self.request.experiments.len());
            self.cells.push(CellState { cell, engine, cost: None, rule, rests: false, decides, is_left_out: false });
        }
        self.lengths = Lengths::plan(self.request.precision, self.budget, self.cells.len());
        why
    }

    fn engine_of(&self, key: &SeriesKey) -> Option<usize> {
        self.engines.iter().position(|engine| engine.key() == key)
    }

    fn supports(&self, key: &SeriesKey, workload: &Workload) -> Result<(), String> {
        let engine = self.engine_of(key).and_then(|index| self.engines.get(index));
        match engine.map(|engine| engine.support(workload)) {
            Some(Support::Available) => Ok(()),
            Some(Support::Unavailable { reason, remedy: Some(remedy) }) => Err(format!("{reason}; {remedy}")),
            Some(Support::Unavailable { reason, remedy: None }) => Err(reason),
            None => Err("no such engine is here".to_owned()),
        }
    }

    fn rounds(&mut self) -> Result<(), Halt> {
        let last = LOOKS.last().copied().unwrap_or(0);
        for round in 0..last {
            let active = self.active();
            if active.is_empty() || (round > 0 && !self.affords(&active, round)) {
                break;
            }
            let cells: Vec<Cell> = self.cells.iter().map(|state| state.cell.clone()).collect();
            for index in schedule::order(&cells, &active, round, self.request.seed) {
                self.measure_cell(index, round)?;
            }
            self.surroundings.monitor.look();
            self.look(round + 1);
            let progress = self.progress(round + 1);
            self.send(EventKind::RoundFinished(progress));
            self.refresh();
        }
        Ok(())
    }

    /// The cells of the next round: those still wide, each with its one-thread point and the ceiling.
    fn active(&self) -> Vec<usize> {
        let wide: Vec<&CellState> = self.cells.iter().filter(|state| state.decides && !state.rests).collect();
        let with = |state: &CellState| {
            wide.iter().any(|other| {
                let together = state.cell.threads == ThreadCount::ONE || state.cell.threads == other.cell.threads;
                let same = state.cell.key == other.cell.key && state.cell.group == other.cell.group;
                let ceiling = state.cell.feeds.iter().any(|(experiment, curve)| {
                    *curve == Curve::Ceiling && other.cell.feeds.iter().any(|(of, _)| of == experiment)
                });
                together && (same || ceiling)
            })
        };
        (0..self.cells.len()).filter(|&index| self.cells.get(index).is_some_and(with)).collect()
    }

    /// Whether a round fits into what is left of the budget; before the first look, of as many times the budget as
    /// [`GRACE`] says.
    fn affords(&self, active: &[usize], rounds: u32) -> bool {
        let budget = if rounds < FIRST_LOOK { self.budget * GRACE } else { self.budget };
        self.surroundings.clock.elapsed() + self.cost(active) <= budget
    }

    /// How long a round of these cells will take, as they took the last time.
    fn cost(&self, active: &[usize]) -> Duration {
        active.iter().filter_map(|&index| self.cells.get(index)?.cost).sum()
    }

    /// The time that no round goes beyond: that of the budget, with its grace for the first rounds. The first round may take as long
    /// as was planned, since without it there is nothing at all; but only as was planned, however long its windows really last.
    fn limit(&self, round: u32) -> Duration {
        let budget = if round < FIRST_LOOK { self.budget * GRACE } else { self.budget };
        if round > 0 {
            return budget;
        }
        let planned =
            |state: &CellState| schedule::cost(&state.cell, self.planned(state), self.units[state.cell.group]);
        budget.max(self.cells.iter().map(planned).sum())
    }

    /// How long a window of a cell is to be.
    fn planned(&self, state: &CellState) -> Duration {
        let whole = schedule::holds_whole_units(&state.cell.workload);
        self.lengths.of(self.units[state.cell.group].filter(|_| !whole))
    }

    /// Measures one window of a round, again where it was disturbed or cannot be right.
    fn measure_cell(&mut self, index: usize, round: u32) -> Result<(), Halt> {
        if self.cells[index].is_left_out {
            return Ok(());
        }
        let began = self.surroundings.clock.elapsed();
        if began >= self.limit(round) {
            return Err(Halt::TimeOver);
        }
        let (mut repeats, mut retries) = (0, 0);
        let mut length = None;
        let window = loop {
            if self.cancel.is_raised() {
                return Err(Halt::Cancelled);
            }
            let attempt = self.surroundings.clock.elapsed();
            let state = &self.cells[index];
            let unit = self.units[state.cell.group];
            let planned = length.unwrap_or_else(|| self.planned(state));
            let order = WindowOrder {
                workload: &state.cell.workload,
                threads: state.cell.threads,
                round,
                warm_up: WARM_UP + schedule::phase(&state.cell, unit, &mut self.phases),
                length: planned,
                run_began: self.surroundings.clock.began(),
            };
            self.surroundings.monitor.open(order.threads);
            let measured = self.engines[state.engine].measure(&order, &self.cancel);
            self.surroundings.monitor.close();
            let now = self.surroundings.clock.elapsed();
            // Another attempt is to take as long as this one took.
            let again = now + now.saturating_sub(attempt) <= self.limit(round);
            let mut window = match measured {
                Ok(window) => window,
                Err(MeasureError::Impossible { .. }) => {
                    for experiment in experiments(&state.cell) {
                        self.faults[experiment].impossible += 1;
                    }
                    if retries == RETRIES || !again {
                        break None;
                    }
                    retries += 1;
                    continue;
                }
                Err(MeasureError::Cancelled) => return Err(Halt::Cancelled),
                Err(error @ MeasureError::GilCameBack) => {
                    if !self.take_as_with_gil(index) {
                        return Err(Halt::Failed(self.failure(index, &error.to_string())));
                    }
                    if self.cells[index].is_left_out {
                        return Ok(());
                    }
                    continue;
                }
                Err(MeasureError::Failed(reason)) => return Err(Halt::Failed(self.failure(index, &reason))),
            };
            window.disturbance = disturbance::of(&window, &self.cells[index].cell.workload, planned);
            if let Some(longer) = self.too_short(index, round, planned, &window) {
                if retries == RETRIES || !again {
                    break (window.units > 0).then_some(window);
                }
                retries += 1;
                length = Some(longer);
                continue;
            }
            if window.disturbance.is_none() || repeats == disturbance::REPEATS || !again {
                break Some(window);
            }
            repeats += 1;
        };
        if let Some(window) = window {
            self.keep(index, &window);
        }
        self.refresh();
        // With the time for showing it: the next round will need that too.
        self.cells[index].cost = Some(self.surroundings.clock.elapsed().saturating_sub(began));
        Ok(())
    }

    /// The length a window should have had, if its units turn out to be much longer than was known: the one-thread windows
    /// of round 0 tell, and a window in which no unit ended.
    fn too_short(&mut self, index: usize, round: u32, length: Duration, window: &Window) -> Option<Duration> {
        // A deadlock is a result, and often no unit ends beside it.
        if window.units == 0 && window.deadlocks.as_ref().is_none_or(|report| report.count == 0) {
            return Some(length * 4);
        }
        let workload = &self.cells[index].cell.workload;
        let is_told = window.units > 0 && round == 0 && window.threads == ThreadCount::ONE;
        if !is_told || schedule::holds_whole_units(workload) {
            return None;
        }
        #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
        let unit = Duration::try_from_secs_f64(window.wall_s / window.units as f64).ok()?;
        // One thread never waits for another, whatever the workload has its threads wait for.
        let unit = unit.max(schedule::nominal_unit(workload).unwrap_or_default());
        self.units[self.cells[index].cell.group] = Some(unit);
        let wanted = self.lengths.of(Some(unit));
        (wanted > length.mul_f64(1.5)).then_some(wanted)
    }

    /// Takes a window in and tells of it.
    fn keep(&mut self, index: usize, window: &Window) {
        let state = &self.cells[index];
        let (threads, engine) = (state.cell.threads, state.engine);
        for experiment in experiments(&state.cell) {
            self.faults[experiment].note(window.disturbance);
        }
        for (experiment, curve) in state.cell.feeds.clone() {
            self.results[experiment].add(&curve, window.clone());
            let window = Box::new(window.clone());
            self.send(EventKind::SampleMeasured { experiment, curve: curve.clone(), window });
            let place = (experiment, curve, threads);
            if self.timelines.contains(&place) {
                continue;
            }
            if let Some(timeline) = self.engines[engine].timeline() {
                let (experiment, curve, _) = place.clone();
                self.timelines.push(place);
                self.send(EventKind::TimelineRecorded { experiment, curve, timeline: Box::new(timeline) });
            }
        }
    }

    /// Lets the cells rest whose intervals met the target at two looks in a row. The budget is the whole run's, so that
    /// here time counts for nothing.
    fn look(&mut self, rounds: u32) {
        let widths: Vec<Option<f64>> = self.cells.iter().map(|state| self.width(&state.cell)).collect();
        for (state, width) in self.cells.iter_mut().zip(widths) {
            let decision = state.rule.after_round(rounds, width, Duration::ZERO, Duration::ZERO);
            state.rests |= decision == Decision::Stop(StopReason::TargetReached);
        }
    }

    /// The half width of a cell's throughput and speedup, whichever is wider, as a share of the median; `None` where one of
    /// them has too few rounds for an interval.
    fn width(&self, cell: &Cell) -> Option<f64> {
        let widths = cell.feeds.iter().map(|(experiment, curve)| {
            let point = point(self.results.get(*experiment)?, curve, cell.threads)?;
            let estimates = [Some(&point.throughput_per_sec), point.speedup.as_ref()];
            let all = estimates.into_iter().flatten();
            all.map(|it| it.is_interval().then(|| it.relative_half_width()))
                .try_fold(0.0, |widest: f64, width| Some(widest.max(width?)))
        });
        widths.into_iter().try_fold(0.0, |widest: f64, width| Some(widest.max(width?)))
    }

    fn progress(&self, rounds: u32) -> Progress {
        let next_look = StoppingRule::next_look(rounds);
        let active = self.active();
        let elapsed = self.surroundings.clock.elapsed();
        let to_first_look = self.cost(&active) * FIRST_LOOK.saturating_sub(rounds);
        let time_left = if active.is_empty() {
            Duration::ZERO
        } else {
            let most = (self.budget * GRACE).saturating_sub(elapsed);
            self.budget.saturating_sub(elapsed).max(to_first_look.min(most))
        };
        let deciding = self.cells.iter().filter(|state| state.decides);
        let widest =
            deciding.map(|state| self.width(&state.cell)).try_fold(0.0, |widest: f64, width| Some(widest.max(width?)));
        Progress { rounds, next_look, time_left, widest }
    }

    fn failure(&self, index: usize, reason: &str) -> String {
        let cell = &self.cells[index].cell;
        let threads = window::in_words(cell.threads);
        format!("{} at {threads}: {reason}", cell.key.label())
    }

    fn refresh(&mut self) {
        self.gate.between_windows(|| self.surroundings.clock.elapsed());
    }

    fn warn(&mut self, experiment: Option<usize>, warning: Warning) {
        self.send(EventKind::Warned { experiment, warning });
    }

    fn send(&mut self, kind: EventKind) {
        self.outbox.send(self.surroundings.clock.elapsed(), kind);
    }
}

/// The experiments that a cell's windows count for, each once.
fn experiments(cell: &Cell) -> Vec<usize> {
    let mut experiments: Vec<usize> = cell.feeds.iter().map(|(experiment, _)| *experiment).collect();
    experiments.sort_unstable();
    experiments.dedup();
    experiments
}

fn point<'a>(results: &'a Results, curve: &Curve, threads: ThreadCount) -> Option<&'a Point> {
    match curve {
        Curve::Series(key) => results.series(key)?.at(threads),
        Curve::Ceiling => results.ceiling_at(threads),
    }
}

#[cfg(test)]
mod tests;
