//! pool: jobs handed to an executor of N workers.

use crossbeam_channel::{Receiver, Sender, bounded};

use super::mixed::Mixed;
use super::{Context, StopSignal, Unit, UnitEnd};

/// Jobs that wait or run, for each worker: so there is always one that waits when a worker has finished one.
const OUTSTANDING_PER_WORKER: usize = 2;

/// The queue from which the workers of one window take their jobs. Each finished job hands in the next one, as a future's
/// `add_done_callback` does, so that there are always twice as many jobs as workers.
#[derive(Debug, Clone)]
pub struct JobQueue {
    hand_in: Sender<Mixed>,
    waiting: Receiver<Mixed>,
}

impl JobQueue {
    /// A queue for so many workers, full of one kind of job.
    pub fn new(workers: usize, job: Mixed) -> Self {
        let (hand_in, waiting) = bounded(OUTSTANDING_PER_WORKER * workers);
        for _ in 0..OUTSTANDING_PER_WORKER * workers {
            // It has room for as many.
            let _ = hand_in.try_send(job);
        }
        Self { hand_in, waiting }
    }
}

/// A worker of an executor. One unit takes a job, does it, and hands in the next.
#[derive(Debug, Clone)]
pub struct PoolWorker {
    queue: JobQueue,
}

impl PoolWorker {
    /// One of the workers that a queue was made for.
    pub fn new(queue: JobQueue) -> Self {
        Self { queue }
    }
}

impl Unit for PoolWorker {
    fn run(&mut self, context: &mut impl Context, stop: &StopSignal) -> UnitEnd {
        // There is one: there are more jobs than workers, and each worker has one at most.
        let Ok(mut job) = self.queue.waiting.try_recv() else { return UnitEnd::Interrupted };
        let end = job.run(context, stop);
        // And room for it, since it has just been taken.
        let _ = self.queue.hand_in.try_send(job);
        end
    }
}

#[cfg(test)]
mod tests {
    use std::thread;
    use std::time::Duration;

    use super::super::NoGil;
    use super::super::mixed::Speed;
    use super::*;

    #[test]
    fn there_are_always_jobs_for_all_workers() {
        let speed = Speed { numbers_per_sec: 1e7 };
        let queue = JobQueue::new(4, Mixed::new(Duration::from_micros(200), 0.5, speed));
        let stop = StopSignal::new();
        thread::scope(|scope| {
            for _ in 0..4 {
                let mut worker = PoolWorker::new(queue.clone());
                let stop = &stop;
                scope.spawn(move || {
                    stop.enlist();
                    for _ in 0..50 {
                        assert_eq!(worker.run(&mut NoGil, stop), UnitEnd::Done);
                        assert!(worker.queue.waiting.len() >= 4);
                    }
                });
            }
        });
        assert_eq!(queue.waiting.len(), 8, "no job is lost");
        stop.raise();
        stop.enlist();
        assert_eq!(PoolWorker::new(queue.clone()).run(&mut NoGil, &stop), UnitEnd::Interrupted);
        assert_eq!(queue.waiting.len(), 8, "nor is an interrupted one");
    }
}
