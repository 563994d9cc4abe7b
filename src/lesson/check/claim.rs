//! Claims: what is compared, at which thread counts, and with which bounds.

use std::ops::Range;

use super::amount::{MACHINES, count_at, is_empty};
use super::{Checker, NO_LATENCY, NO_UPDATES};
use crate::lesson::ThreadRange;
use crate::lesson::diagnostic::one_of;
use crate::lesson::raw::{Field, Placed, RawAmount, RawCheck, RawClaim};
use crate::model::claim::{At, Check, Claim, GilState, Quantity};
use crate::model::series::EngineKind;
use crate::model::workload::{Workload, WorkloadKind};

/// The words a check may use for its quantity.
pub(in crate::lesson) const QUANTITIES: [&str; 8] = [
    "speedup",
    "throughput-ratio",
    "speedup-ratio",
    "cores-used",
    "latency-ratio",
    "latency",
    "lost-share",
    "deadlocks",
];

impl Checker<'_> {
    pub(super) fn claim(
        &mut self,
        raw: RawClaim,
        workload: Option<&Workload>,
        engines: Option<&[EngineKind]>,
        threads: Option<&ThreadRange>,
    ) -> Option<Claim> {
        let id = self.id(raw.id);
        let text = self.text(raw.text, "text");
        let span = match &raw.check {
            Field::Given(check) => Some(check.span.clone()),
            Field::Absent | Field::Wrong => None,
        };
        let check = raw.check.given().and_then(|check| self.check(check, engines, threads));
        if let (Some(check), Some(workload), Some(span)) = (&check, workload, &span) {
            if !self.is_measured(check, workload.kind(), span) {
                return None;
            }
            self.says_which_gil(check, workload, span);
        }
        Some(Claim { id: id?.value, text: text?, workload: workload.cloned(), check: check? })
    }

    pub(super) fn check(
        &mut self,
        check: Placed<RawCheck>,
        engines: Option<&[EngineKind]>,
        threads: Option<&ThreadRange>,
    ) -> Option<Check> {
        let Placed { value: raw, span } = check;
        let quantity = self.quantity(raw.quantity, raw.engine, raw.over, &span, engines);
        let at = self.at(raw.threads, raw.from, raw.to, &span, threads);
        let unbounded = raw.at_least.is_absent() && raw.at_most.is_absent();
        let (least_given, most_given) = (!raw.at_least.is_absent(), !raw.at_most.is_absent());
        let at_least = self.bound(raw.at_least, "at_least");
        let at_most = self.bound(raw.at_most, "at_most");
        if unbounded {
            let error = self.error(&span, "the check has no bound");
            self.report.push(error.expected("expected `at_least`, `at_most` or both"));
            return None;
        }
        if (least_given && at_least.is_none()) || (most_given && at_most.is_none()) {
            return None;
        }
        let at = at?;
        if let (Some(least), Some(most)) = (&at_least, &at_most) {
            let contradict = |cores: f64, threads: f64| {
                let values = (least.value.evaluate(cores, threads), most.value.evaluate(cores, threads));
                matches!(values, (Some(least), Some(most)) if least > most)
            };
            let everywhere = MACHINES.iter().all(|cores| {
                let (from, to) = at_ends(&at, *cores);
                contradict(*cores, from) && contradict(*cores, to)
            });
            if everywhere {
                let error = self.error(&most.span, "`at_most` is below `at_least`, so that nothing could hold");
                self.report.push(error.expected("expected a greater bound"));
                return None;
            }
        }
        let quantity = quantity?;
        let gil = self.gil(raw.gil, &quantity)?;
        if quantity.is_over_one_thread() && MACHINES.iter().all(|cores| at_ends(&at, *cores).1 <= 1.0) {
            let error =
                self.error(&span, "one thread is what this quantity is compared with, so that the claim says nothing");
            self.report.push(error.expected("expected 2 or more threads"));
            return None;
        }
        self.reachable(&quantity, &at, at_least.as_ref(), at_most.as_ref())?;
        if let Some(threads) = threads {
            self.within_slider(&at, threads, &span);
        }
        Some(Check {
            quantity,
            at,
            at_least: at_least.map(|bound| bound.value),
            at_most: at_most.map(|bound| bound.value),
            gil,
        })
    }

    /// Reports a claim about what windows of the workload never say, so that it could not be decided anywhere.
    fn is_measured(&mut self, check: &Check, workload: WorkloadKind, span: &Range<usize>) -> bool {
        let missing = match check.quantity {
            Quantity::Latency { .. } | Quantity::LatencyRatio { .. } if !workload.times_units() => NO_LATENCY,
            Quantity::LostShare { .. } if !workload.counts_updates() => NO_UPDATES,
            Quantity::Deadlocks { .. } if workload != WorkloadKind::TwoLocks => {
                "takes no two locks, so that nothing can deadlock"
            }
            _ => return true,
        };
        let error = self.error(span, format!("workload `{}` {missing}", workload.id()));
        self.report.push(error.help("claim something about another quantity"));
        false
    }

    /// Warns of a claim about computing threads of Python that says nothing of the GIL: with one and without one they differ.
    fn says_which_gil(&mut self, check: &Check, workload: &Workload, span: &Range<usize>) {
        let differs = matches!(
            workload.kind(),
            WorkloadKind::CountPrimes | WorkloadKind::Critical | WorkloadKind::Job | WorkloadKind::Sleeper
        );
        let is_of_threads = matches!(
            check.quantity,
            Quantity::Speedup { engine: EngineKind::PythonThreads }
                | Quantity::CoresUsed { engine: EngineKind::PythonThreads }
                | Quantity::Latency { engine: EngineKind::PythonThreads }
                | Quantity::LatencyRatio { engine: EngineKind::PythonThreads }
        );
        if differs && is_of_threads && check.gil.is_none() {
            let warning =
                self.error(span, "threads of Python that compute do this with a GIL and another thing without");
            self.report.push(warning.help("add `gil = true` or `gil = false`").into_warning());
        }
    }

    /// Of which interpreters a check speaks; the outer `None` is an error.
    #[expect(clippy::option_option, reason = "a mistake, or no word about the GIL")]
    fn gil(&mut self, gil: Field<bool>, quantity: &Quantity) -> Option<Option<GilState>> {
        let gil = match gil {
            Field::Absent => return Some(None),
            Field::Wrong => return None,
            Field::Given(gil) => gil,
        };
        if !quantity.engines().iter().any(|engine| engine.needs_interpreter()) {
            let error = self.error(&gil.span, "`gil` says in which Pythons a claim holds, and this one speaks of none");
            self.report.push(error.help("remove `gil`, or claim something about an engine such as `python-threads`"));
            return None;
        }
        Some(Some(if gil.value { GilState::On } else { GilState::Off }))
    }

    fn quantity(
        &mut self,
        quantity: Field<String>,
        engine: Field<String>,
        over: Field<String>,
        span: &Range<usize>,
        engines: Option<&[EngineKind]>,
    ) -> Option<Quantity> {
        let engine = self.listed_engine(engine, engines);
        let over_span = match &over {
            Field::Given(over) => Some(over.span.clone()),
            Field::Absent | Field::Wrong => None,
        };
        let over_absent = over.is_absent();
        let over = self.listed_engine(over, engines);
        let known = |word: &str| QUANTITIES.into_iter().find(|known| *known == word);
        let quantity = self.word(quantity, "quantity", known, QUANTITIES)?;
        let is_ratio = matches!(quantity, "throughput-ratio" | "speedup-ratio");
        if is_ratio && over_absent {
            let error =
                self.error(span, format!("quantity `{quantity}` compares two engines, and the check lacks `over`"));
            self.report.push(error.help("add `over = \"native\"`"));
            return None;
        }
        if let Some(over_span) = over_span.filter(|_| !is_ratio) {
            let error = self.error(&over_span, format!("quantity `{quantity}` speaks of one engine only"));
            self.report.push(error.help("remove `over`, or use `throughput-ratio` or `speedup-ratio`"));
            return None;
        }
        let engine = engine?;
        Some(match quantity {
            "speedup" => Quantity::Speedup { engine: engine.value },
            "cores-used" => Quantity::CoresUsed { engine: engine.value },
            "latency-ratio" => Quantity::LatencyRatio { engine: engine.value },
            "latency" => Quantity::Latency { engine: engine.value },
            "lost-share" => Quantity::LostShare { engine: engine.value },
            "deadlocks" => Quantity::Deadlocks { engine: engine.value },
            ratio => {
                let over = over?;
                if over.value == engine.value {
                    let error = self.error(&over.span, format!("`{}` is compared with itself", over.value));
                    self.report.push(error.expected("expected another engine"));
                    return None;
                }
                let (engine, over) = (engine.value, over.value);
                match ratio {
                    "throughput-ratio" => Quantity::ThroughputRatio { engine, over },
                    _ => Quantity::SpeedupRatio { engine, over },
                }
            }
        })
    }

    /// An engine that the experiment lists.
    fn listed_engine(&mut self, engine: Field<String>, engines: Option<&[EngineKind]>) -> Option<Placed<EngineKind>> {
        let engine = engine.given()?;
        let kind = self.engine(&engine)?;
        if let Some(engines) = engines.filter(|engines| !engines.contains(&kind)) {
            let error = self
                .error(&engine.span, format!("the experiment does not list engine `{kind}`"))
                .expected(format!("expected {}", one_of(engines.iter().map(|engine| engine.id()))))
                .help("add it to `engines`, or claim something about a listed one");
            self.report.push(error);
            return None;
        }
        Some(Placed { value: kind, span: engine.span })
    }

    fn at(
        &mut self,
        threads: Field<RawAmount>,
        from: Field<RawAmount>,
        to: Field<RawAmount>,
        span: &Range<usize>,
        slider: Option<&ThreadRange>,
    ) -> Option<At> {
        let (at, place) = match (threads.is_absent(), from.is_absent(), to.is_absent()) {
            (false, true, true) => {
                let count = self.count(threads, "threads")?;
                (At::Threads(count.value), count.span)
            }
            (true, false, false) => {
                let from = self.count(from, "from");
                let to = self.count(to, "to");
                let (from, to) = (from?, to?);
                if is_empty(&from.value, &to.value) {
                    let error = self.error(&to.span, "the range of thread counts is empty");
                    self.report.push(error.expected("expected `to` to be at least `from`"));
                    return None;
                }
                (At::Range(from.value, to.value), from.span)
            }
            (threads_absent, from_absent, to_absent) => {
                let message = match (threads_absent, from_absent, to_absent) {
                    (false, ..) => "the check says twice at which thread counts",
                    (true, true, true) => "the check does not say at which thread counts",
                    (true, true, false) => "the check says up to which thread count, and not from which",
                    (true, false, _) => "the check says from which thread count, and not up to which",
                };
                let error = self.error(span, message);
                self.report.push(error.expected("expected either `threads`, or `from` and `to`"));
                return None;
            }
        };
        if let Some(slider) = slider {
            let outside = MACHINES.iter().all(|cores| {
                let (from, to) = at_ends(&at, *cores);
                to < count_at(&slider.min, *cores) || from > count_at(&slider.max, *cores)
            });
            if outside {
                let error = self.error(&place, "the experiment's slider never reaches this thread count");
                self.report.push(error.help("widen the experiment's `threads`, or claim something within it"));
                return None;
            }
        }
        Some(at)
    }
}

/// The least and the greatest count that a claim speaks of on a machine.
pub(super) fn at_ends(at: &At, cores: f64) -> (f64, f64) {
    match at {
        At::Threads(count) => (count_at(count, cores), count_at(count, cores)),
        At::Range(from, to) => (count_at(from, cores), count_at(to, cores)),
    }
}
