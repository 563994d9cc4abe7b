//! The GIL model beside CPython: the same windows with the same engines that experiments use, side by side in every round.

use std::time::{Duration, Instant};

use fastrand::Rng;

use super::cancel::CancelFlag;
use super::catalogue::{Equipment, Switches};
use super::message::Outcome;
use super::noise::{Monitor, SystemMonitor};
use super::{Engine, MeasureError, WindowOrder, disturbance, machine, schedule};
use crate::model::comparison::{Row, Side, Tally, Task, tasks};
use crate::model::series::{EngineKind, Interpreter, SeriesKey};
use crate::model::warning::Warning;
use crate::model::window::Window;

/// How long the workers of each window run before the first snapshot: until the turns of eight threads have come to be as they
/// will stay.
const WARM_UP: Duration = Duration::from_millis(50);

/// What a window costs beside warm-up and length, roughly: for planning only.
const OVERHEAD: Duration = Duration::from_millis(40);

/// How often a window that counted more CPU time than there is, or was disturbed, is measured again.
const RETRIES: u32 = disturbance::REPEATS;

/// What is to be compared.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// The interpreters that are held against the model, each with its GIL on.
    pub interpreters: Vec<Interpreter>,
    /// The rows.
    pub rows: Vec<Row>,
    /// How many rounds.
    pub rounds: u32,
    /// How long each window is.
    pub length: Duration,
    /// For the order of windows.
    pub seed: u64,
}

/// What came of it.
#[derive(Debug)]
pub struct Measured {
    /// Every window.
    pub tally: Tally,
    /// Rounds that were measured to their end.
    pub rounds: u32,
    /// Windows that were kept although something disturbed them.
    pub disturbed: u32,
    /// What disturbed the machine meanwhile.
    pub warnings: Vec<Warning>,
    /// How it ended.
    pub outcome: Outcome,
}

impl Plan {
    /// How many windows it takes.
    pub fn windows(&self) -> usize {
        tasks(&self.rows).len() * self.sides().len() * usize::try_from(self.rounds).unwrap_or(usize::MAX)
    }

    /// How long it takes, roughly, unless windows have to be measured again.
    pub fn time(&self) -> Duration {
        let windows = u32::try_from(self.windows()).unwrap_or(u32::MAX);
        (WARM_UP + self.length + OVERHEAD).saturating_mul(windows)
    }

    fn sides(&self) -> Vec<Side> {
        std::iter::once(Side::Model).chain((0..self.interpreters.len()).map(Side::CPython)).collect()
    }
}

/// Measures on this machine. `after_window` hears after each window how many are done, and has the time until it returns.
pub fn measure(plan: &Plan, cancel: &CancelFlag, after_window: &mut dyn FnMut(usize)) -> Measured {
    let equipment = Equipment::of_this_machine(Switches::Counted);
    let make = |side: Side, task: &Task| {
        let key = match side {
            Side::Model => SeriesKey::of(EngineKind::GilModel),
            Side::CPython(number) => {
                SeriesKey::in_interpreter(EngineKind::PythonThreads, plan.interpreters.get(number)?.clone())
            }
        };
        equipment.engine(&key, task.switch_interval_us)
    };
    let mut monitor = SystemMonitor::new(machine::read());
    measure_with(plan, make, &mut monitor, cancel, after_window)
}

/// As [`measure`], with engines of the caller's choice: one is made for each side and switch interval.
fn measure_with(
    plan: &Plan,
    make: impl FnMut(Side, &Task) -> Option<Box<dyn Engine>>,
    monitor: &mut dyn Monitor,
    cancel: &CancelFlag,
    after_window: &mut dyn FnMut(usize),
) -> Measured {
    let mut bench = Bench {
        length: plan.length,
        began: Instant::now(),
        phases: Rng::with_seed(!plan.seed),
        engines: Vec::new(),
        make,
        monitor,
        disturbed: 0,
    };
    let warnings = bench.monitor.begin();
    let mut measured =
        Measured { tally: Tally::default(), rounds: 0, disturbed: 0, warnings, outcome: Outcome::Completed };
    let mut order = tasks(&plan.rows);
    let mut sides = plan.sides();
    let mut random = Rng::with_seed(plan.seed);
    let mut done = 0;
    'rounds: for round in 0..plan.rounds {
        random.shuffle(&mut order);
        for task in &order {
            // Next to each other, so that drift hits them alike; each takes its turn in being first.
            random.shuffle(&mut sides);
            for &side in &sides {
                match bench.window(task, side, round, cancel) {
                    Ok(Some(window)) => measured.tally.add(task, side, window),
                    Ok(None) => {}
                    Err(outcome) => {
                        measured.outcome = outcome;
                        break 'rounds;
                    }
                }
                done += 1;
                after_window(done);
            }
        }
        measured.rounds += 1;
        bench.monitor.look();
    }
    measured.warnings.extend(bench.monitor.finish());
    measured.disturbed = bench.disturbed;
    measured
}

struct Bench<'a, F> {
    length: Duration,
    began: Instant,
    phases: Rng,
    engines: Vec<(Side, u32, Box<dyn Engine>)>,
    make: F,
    monitor: &'a mut dyn Monitor,
    disturbed: u32,
}

impl<F: FnMut(Side, &Task) -> Option<Box<dyn Engine>>> Bench<'_, F> {
    /// One window, again where it was disturbed or cannot be right; `None` where it never came out right.
    fn window(&mut self, task: &Task, side: Side, round: u32, cancel: &CancelFlag) -> Result<Option<Window>, Outcome> {
        let engine = self.engine(task, side)?;
        let mut retries = 0;
        loop {
            // Anything up to one unit, so that waits in step with each other do not meet every window at the same phase.
            let unit = schedule::nominal_unit(&task.workload).unwrap_or_default();
            let order = WindowOrder {
                workload: &task.workload,
                threads: task.threads,
                round,
                warm_up: WARM_UP + unit.mul_f64(self.phases.f64()),
                length: self.length,
                run_began: self.began,
            };
            let last = retries == RETRIES;
            self.monitor.open(task.threads);
            let window = self.engines[engine].2.measure(&order, cancel);
            self.monitor.close();
            match window {
                Ok(mut window) => {
                    window.disturbance = disturbance::of(&window, &task.workload, self.length);
                    if window.disturbance.is_none() || last {
                        self.disturbed += u32::from(window.disturbance.is_some());
                        return Ok(Some(window));
                    }
                }
                Err(MeasureError::Impossible { .. }) if last => return Ok(None),
                Err(MeasureError::Impossible { .. }) => {}
                Err(MeasureError::Cancelled) => return Err(Outcome::Cancelled),
                Err(error @ MeasureError::GilCameBack) => return Err(Outcome::Failed(error.to_string())),
                Err(MeasureError::Failed(reason)) => {
                    let label = self.engines[engine].2.key().label();
                    return Err(Outcome::Failed(format!(
                        "{label} at {}: {reason}",
                        super::window::in_words(task.threads)
                    )));
                }
            }
            retries += 1;
        }
    }

    fn engine(&mut self, task: &Task, side: Side) -> Result<usize, Outcome> {
        let is_it =
            |(of, interval, _): &(Side, u32, Box<dyn Engine>)| *of == side && *interval == task.switch_interval_us;
        if let Some(index) = self.engines.iter().position(is_it) {
            return Ok(index);
        }
        let Some(engine) = (self.make)(side, task) else {
            return Err(Outcome::Failed("this machine has no such engine".to_owned()));
        };
        self.engines.push((side, task.switch_interval_us, engine));
        Ok(self.engines.len() - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::mock::{AskedLog, Fault, MockClock, MockEngine};
    use crate::engine::noise::NoMonitor;
    use crate::model::comparison::rows;
    use crate::model::workload::WorkloadKind;

    fn plan(ids: &[&str], rounds: u32) -> Plan {
        let python = Interpreter {
            path: "/nowhere/python3".to_owned(),
            version: "3.11.7".to_owned(),
            free_threaded: false,
            gil_enabled: Some(true),
            gil_forced_off: false,
        };
        let rows = rows().into_iter().filter(|row| ids.contains(&row.id)).collect();
        Plan { interpreters: vec![python], rows, rounds, length: Duration::from_millis(50), seed: 3 }
    }

    fn key(side: Side) -> SeriesKey {
        SeriesKey::of(if side == Side::Model { EngineKind::GilModel } else { EngineKind::PythonThreads })
    }

    fn run(plan: &Plan, log: &AskedLog, fault: Option<&(Side, u64, Fault)>) -> (Measured, usize) {
        let clock = MockClock::new();
        let make = |side: Side, _: &Task| -> Option<Box<dyn Engine>> {
            let engine = MockEngine::new(key(side), clock.clone()).logging(log);
            Some(match fault {
                Some((of, window, fault)) if *of == side => Box::new(engine.fault_at(*window, fault.clone())),
                _ => Box::new(engine),
            })
        };
        let mut told = 0;
        let measured = measure_with(plan, make, &mut NoMonitor, &CancelFlag::new(), &mut |done| told = done);
        (measured, told)
    }

    #[test]
    fn every_round_holds_each_window_of_both_sides_next_to_each_other() {
        let (plan, log) = (plan(&["sleeps-4", "convoy-1", "switches-often"], 6), AskedLog::default());
        let (measured, told) = run(&plan, &log, None);
        assert_eq!((measured.outcome, measured.rounds, told, plan.windows()), (Outcome::Completed, 6, 48, 48));
        let asked = log.read();
        let mut model_first = 0;
        for pair in asked.chunks(2) {
            assert_eq!(pair[0].workload, pair[1].workload);
            assert_eq!((pair[0].threads, pair[0].round), (pair[1].threads, pair[1].round));
            assert_ne!(pair[0].key, pair[1].key);
            model_first += usize::from(pair[0].key.engine == EngineKind::GilModel);
        }
        assert!((4..=20).contains(&model_first), "the model was first {model_first} times of 24");
        let compared = measured.tally.compare(&plan.rows, 0);
        assert!(compared.iter().all(|row| row.ratio.is_none_or(|ratio| ratio.rounds == 6)), "{compared:?}");
    }

    #[test]
    fn waits_begin_anywhere_within_a_unit() {
        let (plan, log) = (plan(&["sleeps-4"], 6), AskedLog::default());
        run(&plan, &log, None);
        let mut phases: Vec<Duration> = log.read().iter().map(|asked| asked.warm_up).collect();
        assert!(phases.iter().all(|phase| (WARM_UP..WARM_UP + Duration::from_millis(10)).contains(phase)));
        phases.dedup();
        assert!(phases.len() > 20, "{phases:?}");
    }

    #[test]
    fn a_disturbed_window_is_measured_again() {
        let (plan, log) = (plan(&["computing-2"], 1), AskedLog::default());
        let (measured, told) = run(&plan, &log, Some(&(Side::Model, 0, Fault::Observer(0.5))));
        assert_eq!((measured.disturbed, told, log.read().len()), (0, 4, 5));
        let (measured, told) = run(&plan, &AskedLog::default(), Some(&(Side::Model, 1, Fault::Impossible)));
        assert_eq!((measured.outcome, told), (Outcome::Completed, 4));
    }

    #[test]
    fn what_keeps_being_disturbed_is_kept_and_told() {
        let plan = plan(&["computing-2"], 1);
        let make = |side, _: &Task| -> Option<Box<dyn Engine>> {
            Some(Box::new(MockEngine::new(key(side), MockClock::new()).always(Fault::Observer(0.5))))
        };
        let measured = measure_with(&plan, make, &mut NoMonitor, &CancelFlag::new(), &mut |_| {});
        assert_eq!((measured.outcome, measured.disturbed), (Outcome::Completed, 4));
    }

    #[test]
    fn a_stop_keeps_the_rounds_that_were_measured() {
        let (plan, log, cancel) = (plan(&["computing-2"], 9), AskedLog::default(), CancelFlag::new());
        let make = |side, _: &Task| -> Option<Box<dyn Engine>> {
            Some(Box::new(MockEngine::new(key(side), MockClock::new()).logging(&log)))
        };
        let measured = measure_with(&plan, make, &mut NoMonitor, &cancel, &mut |done| {
            if done == 27 {
                cancel.raise();
            }
        });
        assert_eq!((measured.outcome, measured.rounds, log.read().len()), (Outcome::Cancelled, 6, 27));
        assert!(measured.tally.compare(&plan.rows, 0)[0].ratio.is_some_and(|ratio| ratio.rounds >= 6));
    }

    #[test]
    fn an_interpreter_that_fails_says_which_and_why() {
        let plan = plan(&["computing-2"], 2);
        let fault = (Side::CPython(0), 2, Fault::Fail("it ended".to_owned()));
        let (measured, _) = run(&plan, &AskedLog::default(), Some(&fault));
        assert!(
            matches!(&measured.outcome, Outcome::Failed(reason) if reason.starts_with("Python threads at ") && reason.ends_with("it ended")),
            "{:?}",
            measured.outcome
        );
        assert_eq!(measured.rounds, 1);
    }

    #[test]
    fn the_real_engines_of_the_model_are_there_and_count_switches() {
        let equipment = Equipment::of_this_machine(Switches::Counted);
        let engine = equipment.engine(&key(Side::Model), 500).expect("the model is always there");
        assert_eq!(
            engine.support(&crate::model::workload::Workload::new(WorkloadKind::CountPrimes)),
            crate::engine::Support::Available
        );
        let python = SeriesKey::of(EngineKind::PythonThreads);
        assert!(equipment.engine(&python, 500).is_none(), "without an interpreter there is none");
    }
}
