//! start-join and job: work whose threads are started for it, and joined when it is done.
//!
//! A coordinator, which stands for a program's main thread, does one batch after the other: it starts N threads, each of which
//! does its part, and joins them. How a batch is timed is for the engine.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, Scope, ScopedJoinHandle};
use std::time::Duration;

use super::mixed::{Compute, Speed};
use super::{Context, StopSignal, Unit, UnitEnd, WorkloadError};

/// A thread of a batch needs little.
const STACK_BYTES: usize = 512 * 1024;

/// What the threads of a batch do.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Batch {
    /// Each sleeps for a time; every thread that was started and joined is a unit.
    StartJoin {
        /// How long; zero for not at all.
        body: Duration,
        /// Where the coordinator joins.
        join: Join,
    },
    /// They divide one job among them; the whole job is a unit.
    Job {
        /// What one thread would compute alone.
        whole: Compute,
        /// How fast one thread computes.
        speed: Speed,
    },
}

/// Where `join` stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Join {
    /// After the loop that starts the threads: all are started before the first is waited for.
    AfterTheLoop,
    /// Inside it: each is waited for before the next is started.
    InsideTheLoop,
}

impl Batch {
    /// How many units a batch of so many threads is.
    pub fn units(&self, threads: usize) -> u64 {
        match self {
            Self::StartJoin { .. } => u64::try_from(threads).unwrap_or(u64::MAX),
            Self::Job { .. } => 1,
        }
    }

    /// The batch to warm up with: a job of no more than `longest` on one thread, so that a long one is not done for nothing.
    #[must_use]
    pub fn for_warm_up(self, longest: Duration) -> Self {
        match self {
            Self::StartJoin { .. } => self,
            Self::Job { whole, speed } => Self::Job { whole: whole.at_most(Compute::lasting(longest, speed)), speed },
        }
    }

    /// Does one batch with as many threads as there are `workers`, on the coordinator's thread. None is left when it returns.
    ///
    /// When `stop` is raised it ends with the part at hand: computing within 50 µs, a sleep after its time.
    pub fn run<C: Context + Send>(
        &self,
        coordinator: &mut C,
        workers: &mut [C],
        stop: &StopSignal,
        name: &str,
    ) -> UnitEnd {
        let threads = workers.len();
        thread::scope(|scope| {
            let mut running = Vec::with_capacity(threads);
            let mut end = UnitEnd::Done;
            for (number, context) in workers.iter_mut().enumerate() {
                if stop.is_raised() {
                    end = worse(end, UnitEnd::Interrupted);
                    break;
                }
                let part = self.part(number, threads);
                match start(scope, coordinator, context, part, stop, format!("{name}-{}", number + 1)) {
                    Ok(thread) if self.joins_inside() => end = worse(end, join(coordinator, thread)),
                    Ok(thread) => running.push(thread),
                    Err(error) => {
                        end = call_off(coordinator, stop, format!("thread {} of {threads}: {error}", number + 1));
                        break;
                    }
                }
            }
            running.into_iter().fold(end, |end, thread| worse(end, join(coordinator, thread)))
        })
    }

    fn joins_inside(&self) -> bool {
        matches!(self, Self::StartJoin { join: Join::InsideTheLoop, .. })
    }

    fn part(&self, number: usize, threads: usize) -> Part {
        match self {
            Self::StartJoin { body, .. } => Part::Sleep(*body),
            Self::Job { whole, .. } => Part::Compute(whole.part(number, threads)),
        }
    }
}

/// What one thread of a batch does.
#[derive(Debug, Clone, Copy)]
enum Part {
    Sleep(Duration),
    Compute(Compute),
}

impl Part {
    fn run<C: Context>(mut self, context: &mut C, stop: &StopSignal) -> UnitEnd {
        match &mut self {
            Self::Sleep(body) => {
                if !body.is_zero() {
                    context.blocking(|| thread::sleep(*body));
                }
                UnitEnd::Done
            }
            Self::Compute(compute) => compute.run(context, stop),
        }
    }
}

/// Starts a thread. Under a GIL the coordinator then waits until the thread runs, as `Thread.start` does in CPython.
fn start<'scope, C: Context + Send>(
    scope: &'scope Scope<'scope, '_>,
    coordinator: &mut C,
    context: &'scope mut C,
    part: Part,
    stop: &'scope StopSignal,
    name: String,
) -> std::io::Result<ScopedJoinHandle<'scope, UnitEnd>> {
    let (said, started): (Option<SyncSender<()>>, Option<Receiver<()>>) =
        if C::START_AWAITS_THREAD { Some(sync_channel(1)).unzip() } else { (None, None) };
    let thread = thread::Builder::new().name(name).stack_size(STACK_BYTES).spawn_scoped(scope, move || {
        context.enter();
        if let Some(said) = said {
            // Nobody listens any more only if the window is over.
            let _ = said.send(());
        }
        let end = part.run(context, stop);
        context.leave();
        end
    })?;
    if let Some(started) = started {
        // An error means that the thread panicked, which `join` will tell.
        let _ = coordinator.blocking(|| started.recv());
    }
    Ok(thread)
}

/// Ends the batch, since a thread could not be started: the others shall not compute on for nothing, and those that wait for the
/// GIL shall not wait for a turn that nobody takes any more.
fn call_off<C: Context>(coordinator: &mut C, stop: &StopSignal, message: String) -> UnitEnd {
    coordinator.blocking(|| stop.raise());
    UnitEnd::Failed(Box::new(WorkloadError::Thread(message)))
}

fn join<C: Context>(coordinator: &mut C, thread: ScopedJoinHandle<'_, UnitEnd>) -> UnitEnd {
    let panicked = |_| UnitEnd::Failed(Box::new(WorkloadError::Thread("it panicked".to_owned())));
    coordinator.blocking(|| thread.join()).unwrap_or_else(panicked)
}

/// A failure outweighs an interruption, which outweighs success.
fn worse(a: UnitEnd, b: UnitEnd) -> UnitEnd {
    match (a, b) {
        (UnitEnd::Failed(error), _) | (_, UnitEnd::Failed(error)) => UnitEnd::Failed(error),
        (UnitEnd::Done, UnitEnd::Done) => UnitEnd::Done,
        _ => UnitEnd::Interrupted,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Instant;

    use super::super::NoGil;
    use super::super::stop::Interrupt;
    use super::*;

    const SPEED: Speed = Speed { numbers_per_sec: 1e7 };

    /// Counts what the threads of a batch do.
    #[derive(Clone, Copy)]
    struct Log<'a> {
        numbers: &'a AtomicUsize,
        running: &'a AtomicUsize,
        most: &'a AtomicUsize,
    }

    impl Context for Log<'_> {
        const START_AWAITS_THREAD: bool = true;
        fn enter(&mut self) {
            let running = self.running.fetch_add(1, Ordering::SeqCst) + 1;
            self.most.fetch_max(running, Ordering::SeqCst);
        }
        fn poll(&mut self) {
            self.numbers.fetch_add(1, Ordering::SeqCst);
        }
        fn blocking<R>(&mut self, wait: impl FnOnce() -> R) -> R {
            wait()
        }
        fn leave(&mut self) {
            self.running.fetch_sub(1, Ordering::SeqCst);
        }
    }

    /// How a batch of five threads ends, how many numbers they tried, and how many of them ran at once.
    fn run(batch: &Batch, stop: &StopSignal) -> (UnitEnd, usize, usize) {
        let (numbers, running, most) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
        let log = Log { numbers: &numbers, running: &running, most: &most };
        let end = batch.run(&mut log.clone(), &mut [log; 5], stop, "test");
        assert_eq!(running.load(Ordering::SeqCst), 0, "a thread is left");
        (end, numbers.load(Ordering::SeqCst), most.load(Ordering::SeqCst))
    }

    #[test]
    fn a_job_is_divided_without_rest() {
        let whole = Compute::lasting(Duration::from_nanos(100_300), SPEED);
        let (end, numbers, _) = run(&Batch::Job { whole, speed: SPEED }, &StopSignal::new());
        assert_eq!((end, numbers), (UnitEnd::Done, 1003));
    }

    #[test]
    fn a_long_job_is_not_done_whole_to_warm_up() {
        let job = |ms| Batch::Job { whole: Compute::lasting(Duration::from_millis(ms), SPEED), speed: SPEED };
        assert_eq!(job(5000).for_warm_up(Duration::from_millis(20)), job(20));
        assert_eq!(job(5).for_warm_up(Duration::from_millis(20)), job(5));
    }

    #[test]
    fn joining_inside_the_loop_lets_one_thread_run_at_a_time() {
        let start_join = |join| Batch::StartJoin { body: Duration::from_millis(20), join };
        let began = Instant::now();
        let (end, _, most) = run(&start_join(Join::InsideTheLoop), &StopSignal::new());
        assert_eq!((end, most), (UnitEnd::Done, 1));
        assert!(began.elapsed() >= Duration::from_millis(100));
        assert_eq!(start_join(Join::InsideTheLoop).units(5), 5);
        // All are started within the 20 ms of the first, unless the machine is very busy.
        let overlaps = (0..20).any(|_| run(&start_join(Join::AfterTheLoop), &StopSignal::new()).2 == 5);
        assert!(overlaps, "joined after the loop the threads never ran together");
    }

    #[test]
    fn a_raised_signal_ends_a_batch() {
        let stop = StopSignal::new();
        stop.raise();
        let whole = Compute::lasting(Duration::from_hours(1), SPEED);
        assert_eq!(run(&Batch::Job { whole, speed: SPEED }, &stop), (UnitEnd::Interrupted, 0, 0));

        let stop = StopSignal::new();
        thread::scope(|scope| {
            let job =
                scope.spawn(|| Batch::Job { whole, speed: SPEED }.run(&mut NoGil, &mut [NoGil; 3], &stop, "test"));
            stop.flag().raise();
            assert_eq!(job.join().ok(), Some(UnitEnd::Interrupted));
        });
    }

    #[test]
    fn a_batch_that_is_called_off_wakes_whoever_waits() {
        struct Told(AtomicUsize);
        impl Interrupt for Told {
            fn interrupt(&self) {
                self.0.fetch_add(1, Ordering::SeqCst);
            }
        }
        let told = Arc::new(Told(AtomicUsize::new(0)));
        let stop = StopSignal::with_interrupt(Arc::clone(&told) as Arc<dyn Interrupt>);
        let end = call_off(&mut NoGil, &stop, "thread 3 of 5: no room".to_owned());
        assert!(matches!(end, UnitEnd::Failed(_)), "{end:?}");
        assert!(stop.is_raised());
        assert_eq!(told.0.load(Ordering::SeqCst), 1, "whoever waits for the GIL was not woken");
    }

    #[test]
    fn a_thread_that_panics_is_the_batchs_failure() {
        struct Panics;
        impl Context for Panics {
            fn enter(&mut self) {
                panic!("a thread that panics, on purpose");
            }
            fn poll(&mut self) {}
            fn blocking<R>(&mut self, wait: impl FnOnce() -> R) -> R {
                wait()
            }
            fn leave(&mut self) {}
        }
        let batch = Batch::StartJoin { body: Duration::ZERO, join: Join::AfterTheLoop };
        let end = batch.run(&mut Panics, &mut [Panics, Panics], &StopSignal::new(), "test");
        assert!(matches!(end, UnitEnd::Failed(_)), "{end:?}");
    }
}
