//! The protocol step by step, on one thread: whenever the lock would make it wait, the next step of a script runs in place of the
//! other threads.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, AtomicUsize};
use std::time::Duration;

use super::super::super::monitor::{Monitor, Primitives, Stop, Woken};
use super::super::{GilLock, Taking};

type Step = Box<dyn FnOnce() -> Woken>;

thread_local! {
    static MEANWHILE: RefCell<VecDeque<Step>> = const { RefCell::new(VecDeque::new()) };
}

/// Primitives of a thread that is alone.
struct Alone;

struct AloneMonitor<T>(T);

struct NeverStops;

impl Primitives for Alone {
    type Monitor<T: Send + Sync> = AloneMonitor<T>;
    type Flag = AtomicBool;
    type Number = AtomicUsize;
    type Stop = NeverStops;
}

impl Stop for NeverStops {
    fn is_raised(&self) -> bool {
        false
    }
}

fn next_step() -> Woken {
    let step = MEANWHILE.with(|steps| steps.borrow_mut().pop_front());
    step.expect("it waits only where the script says so")()
}

impl<T: Send + Sync> Monitor<T> for AloneMonitor<T> {
    type Guard<'a>
        = ()
    where
        T: 'a;

    fn new(variables: T) -> Self {
        Self(variables)
    }

    fn variables(&self) -> &T {
        &self.0
    }

    fn lock(&self) -> Self::Guard<'_> {}

    fn wait<'a>(&'a self, _guard: Self::Guard<'a>) -> Self::Guard<'a> {
        next_step();
    }

    fn wait_timeout<'a>(&'a self, _guard: Self::Guard<'a>, _timeout: Duration) -> (Self::Guard<'a>, Woken) {
        ((), next_step())
    }

    fn signal(&self) {}

    fn signal_all(&self) {}
}

/// Plans what happens at the next waits.
fn meanwhile<const STEPS: usize>(lock: &Rc<GilLock<Alone>>, steps: [fn(&GilLock<Alone>) -> Woken; STEPS]) {
    let steps = steps.into_iter().map(|step| {
        let lock = Rc::clone(lock);
        Box::new(move || step(&lock)) as Step
    });
    MEANWHILE.with(|planned| planned.borrow_mut().extend(steps));
}

#[test]
fn the_holder_is_asked_only_after_a_whole_interval_without_a_switch() {
    let lock = Rc::new(GilLock::<Alone>::new(5000, NeverStops));
    assert_eq!(lock.take(0), Taking::Held);
    meanwhile(
        &lock,
        [
            |lock| {
                lock.drop_held(0);
                lock.take(1);
                Woken::TimedOut
            },
            |lock| {
                assert!(!lock.drop_requested(), "another thread had its turn within the interval");
                Woken::Signalled
            },
            |lock| {
                assert!(!lock.drop_requested(), "the interval is not over");
                Woken::TimedOut
            },
            |lock| {
                assert!(lock.drop_requested(), "a whole interval has passed");
                // Who was asked waits until another thread has it; the request is then no longer there (RESET_GIL_DROP_REQUEST).
                lock.drop_held(1);
                Woken::Signalled
            },
            |lock| {
                assert!(!lock.drop_requested() && !lock.is_held(), "it waits for another to take over");
                Woken::Signalled
            },
        ],
    );
    assert_eq!(lock.take(2), Taking::Held);
    assert!(!lock.drop_requested() && lock.is_held());
    assert_eq!(lock.switches(), 3);
    MEANWHILE.with(|steps| assert!(steps.borrow().is_empty(), "it waited less often than it should"));
}
