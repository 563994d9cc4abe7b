//! The model's side: the same windows on the lock, the contexts and the kernel that the engine uses.

use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

use threadlab::engine::gil::context::GilContext;
use threadlab::engine::gil::lock::Gil;
use threadlab::model::plan::DEFAULT_SWITCH_INTERVAL_US;
use threadlab::model::units::ThreadCount;
use threadlab::workload::mixed::{Compute, Speed};
use threadlab::workload::wait::Wait;
use threadlab::workload::{Context, StopSignal, Unit, UnitEnd};

use crate::task::{Figures, Task};

const ROOM: usize = 200_000;
const UNIT: Duration = Duration::from_micros(100);
const WARM_UP: Duration = Duration::from_millis(50);

/// What one worker does.
#[derive(Clone, Copy)]
enum Work {
    Compute(Compute),
    Sleep(Wait),
}

type Stamps = Vec<(Instant, Instant)>;

struct Window {
    workers: Vec<Stamps>,
    seconds: f64,
}

/// Runs one task.
pub(crate) fn run(task: Task, seconds: f64, speed: Speed) -> Figures {
    let compute = Work::Compute(Compute::lasting(UNIT, speed));
    let sleep = |ms: f64| Work::Sleep(Wait { duration: Duration::from_secs(1).mul_f64(ms / 1000.0) });
    match task {
        Task::Compute { threads, interval_us } => {
            let window = measure(&vec![compute; threads], interval_us, seconds, speed);
            Figures { per_sec: window.per_sec(..), other: window.switches() / window.seconds }
        }
        Task::Sleepers { threads, sleep_ms } => {
            let window = measure(&vec![sleep(sleep_ms); threads], DEFAULT_SWITCH_INTERVAL_US, seconds, speed);
            Figures { per_sec: window.per_sec(..), other: 0.0 }
        }
        Task::Convoy { computing, sleep_ms } => {
            let mut work = vec![sleep(sleep_ms)];
            work.resize(1 + computing, compute);
            let window = measure(&work, DEFAULT_SWITCH_INTERVAL_US, seconds, speed);
            let mut times: Vec<f64> =
                window.workers[0].iter().map(|(begin, end)| (*end - *begin).as_secs_f64() * 1000.0).collect();
            times.sort_unstable_by(f64::total_cmp);
            Figures { per_sec: window.per_sec(..1), other: times.get(times.len() / 2).copied().unwrap_or(f64::NAN) }
        }
    }
}

fn measure(work: &[Work], interval_us: u32, seconds: f64, speed: Speed) -> Window {
    let threads = ThreadCount::clamped(work.len());
    let stop = StopSignal::new();
    let gil = Arc::new(Gil::new(interval_us, stop.flag()));
    let ready = Barrier::new(work.len() + 1);
    thread::scope(|scope| {
        let workers: Vec<_> = work
            .iter()
            .enumerate()
            .map(|(number, work)| {
                let context = GilContext::new(Arc::clone(&gil), number, threads, speed);
                let (stop, ready) = (&stop, &ready);
                scope.spawn(move || match *work {
                    Work::Compute(unit) => worker(unit, context, stop, ready),
                    Work::Sleep(unit) => worker(unit, context, stop, ready),
                })
            })
            .collect();
        ready.wait();
        thread::sleep(WARM_UP);
        let begin = Instant::now();
        thread::sleep(Duration::from_secs(1).mul_f64(seconds));
        let end = Instant::now();
        stop.raise();
        let within = |stamps: Stamps| stamps.into_iter().filter(|(_, ended)| (begin..end).contains(ended)).collect();
        Window {
            workers: workers.into_iter().map(|worker| within(worker.join().unwrap_or_default())).collect(),
            seconds: (end - begin).as_secs_f64(),
        }
    })
}

fn worker(mut unit: impl Unit, mut context: GilContext, stop: &StopSignal, ready: &Barrier) -> Stamps {
    let mut stamps = Vec::with_capacity(ROOM);
    stop.enlist();
    ready.wait();
    context.enter();
    while stamps.len() < ROOM {
        let begin = Instant::now();
        if unit.run(&mut context, stop) != UnitEnd::Done {
            break;
        }
        stamps.push((begin, Instant::now()));
        context.poll();
    }
    context.leave();
    stamps
}

impl Window {
    #[expect(clippy::cast_precision_loss, reason = "counts are small")]
    fn per_sec(&self, workers: impl std::slice::SliceIndex<[Stamps], Output = [Stamps]>) -> f64 {
        self.workers[workers].iter().map(Vec::len).sum::<usize>() as f64 / self.seconds
    }

    /// How often progress went from one thread to another: seen as on CPython's side, not read from the lock.
    #[expect(clippy::cast_precision_loss, reason = "counts are small")]
    fn switches(&self) -> f64 {
        let mut stamps: Vec<(Instant, usize)> = Vec::new();
        for (owner, worker) in self.workers.iter().enumerate() {
            stamps.extend(worker.iter().map(|(_, end)| (*end, owner)));
        }
        stamps.sort_unstable();
        stamps.windows(2).filter(|pair| pair[0].1 != pair[1].1).count() as f64
    }
}
