//! Everything that can make a result less trustworthy, each worded once, here.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::format;

/// A typed warning. [`fmt::Display`] gives the sentence that the window, the command line and exports show.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
#[non_exhaustive]
pub enum Warning {
    /// Workers waited for a core although there were no more of them than cores.
    RunDelay {
        /// Share of the workers' time, 0 to 1.
        share: f64,
        /// Above 20 % rather than 5 %.
        severe: bool,
    },
    /// Other programs used the CPU.
    OtherPrograms {
        /// In cores.
        cores: f64,
    },
    /// The hypervisor gave the CPU to others.
    Steal {
        /// Share of the machine's CPU time, 0 to 1.
        share: f64,
    },
    /// Tasks on the machine waited for a CPU (`/proc/pressure/cpu`).
    Pressure {
        /// Share of time, 0 to 1.
        share: f64,
    },
    /// A control group's quota stopped this process.
    Throttled {
        /// Periods in which that happened.
        periods: u64,
    },
    /// A quota grants fewer cores than there are.
    Quota {
        /// In cores.
        quota_cores: f64,
        /// Cores seen.
        cores: usize,
    },
    /// The frequency governor saves power.
    Governor {
        /// Its name.
        governor: String,
    },
    /// The machine runs on battery.
    Battery,
    /// A core was near its temperature limit.
    Hot {
        /// In degrees Celsius.
        celsius: f64,
    },
    /// Windows were kept although this program itself used the CPU meanwhile.
    Observer {
        /// How many windows.
        windows: u32,
        /// The largest share of a core.
        share_of_core: f64,
    },
    /// Windows were kept although they lasted far longer than they were to.
    Overlong {
        /// How many windows.
        windows: u32,
        /// How many times as long the longest lasted.
        times: f64,
    },
    /// Windows claimed more CPU time than the cores can give and were discarded.
    Impossible {
        /// How many windows.
        windows: u32,
    },
    /// The local server was near one core, so the curve shows the server and not the engine.
    ServerBusy {
        /// Threads at which it happened.
        threads: usize,
        /// Share of one core, 0 to 1.
        share_of_core: f64,
    },
    /// The intervals stayed wider than asked for.
    TargetNotReached {
        /// The target half width as a share.
        target: f64,
        /// The widest half width reached, as a share; `None` where some point's median is 0, so that no width is a share of it.
        reached: Option<f64>,
    },
    /// There was no time for enough rounds to give an interval.
    TooFewRounds {
        /// Rounds of the point that has the fewest.
        rounds: u32,
    },
    /// A series could not be measured.
    SeriesFailed {
        /// Its label.
        series: String,
        /// Why.
        reason: String,
    },
    /// An imported module switched the GIL of a free-threaded Python on again.
    GilCameBack {
        /// The label of the series that was asked for.
        series: String,
        /// The label of the series that was measured instead.
        instead: String,
        /// Whether that was asked for too, so that nothing took the place of the first.
        is_twin: bool,
    },
    /// Waiting took longer than asked for.
    WaitLonger {
        /// Asked for, in milliseconds.
        asked_ms: f64,
        /// Measured at one thread, in milliseconds.
        measured_ms: f64,
    },
}

impl Warning {
    /// Whether `newer` says the same thing anew, so that this one need not be shown any more.
    pub fn is_superseded_by(&self, newer: &Self) -> bool {
        match (self, newer) {
            (Self::ServerBusy { threads, .. }, Self::ServerBusy { threads: newer, .. }) => threads == newer,
            (Self::SeriesFailed { series, .. }, Self::SeriesFailed { series: newer, .. })
            | (Self::GilCameBack { series, .. }, Self::GilCameBack { series: newer, .. }) => series == newer,
            _ => std::mem::discriminant(self) == std::mem::discriminant(newer),
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = |share: f64| share * 100.0;
        match self {
            Self::RunDelay { share, severe } => write!(
                f,
                "The workers waited {:.0} % of their time for a free core, so the machine was {}busy with other work.",
                percent(*share),
                if *severe { "very " } else { "" },
            ),
            Self::OtherPrograms { cores } => write!(f, "Other programs used {cores:.2} cores meanwhile."),
            Self::Steal { share } => {
                write!(f, "The host took {:.0} % of this virtual machine's CPU time away.", percent(*share))
            }
            Self::Pressure { share } => {
                write!(f, "During {:.0} % of the run some task on this machine waited for a CPU.", percent(*share))
            }
            Self::Throttled { periods } => {
                let periods = format::counted(usize::try_from(*periods).unwrap_or(usize::MAX), "period");
                write!(f, "The CPU quota stopped this program in {periods} of the run.")
            }
            Self::Quota { quota_cores, cores } => {
                write!(f, "A quota of {quota_cores:.2} cores holds here, although {cores} cores are visible.")
            }
            Self::Governor { governor } => write!(
                f,
                "The frequency governor is `{governor}`: speeds may change during a run. `performance` keeps them steady."
            ),
            Self::Battery => f.write_str("The machine runs on battery, which may lower its speed."),
            Self::Hot { celsius } => {
                write!(f, "A core reached {celsius:.0} °C and may have lowered its speed.")
            }
            Self::Observer { windows, share_of_core } => write!(
                f,
                "Threadlab itself used up to {:.0} % of a core in {}, {} all the same.",
                percent(*share_of_core),
                windows_in_words(*windows),
                if *windows == 1 { "which was kept" } else { "which were kept" },
            ),
            Self::Overlong { windows, times } => {
                let kept = if *windows == 1 { "it was kept" } else { "they were kept" };
                write!(
                    f,
                    "{} lasted up to {times:.0} times as long as planned, as happens where a machine has no core free or \
                     sleeps; {kept} all the same.",
                    windows_in_words(*windows),
                )
            }
            Self::Impossible { windows } => write!(
                f,
                "{} showed more CPU time than the cores can give; {} discarded as wrong.",
                windows_in_words(*windows),
                if *windows == 1 { "it was" } else { "they were" },
            ),
            Self::ServerBusy { threads, share_of_core } => write!(
                f,
                "At {} the local server used {:.0} % of a core, so the curve may show the server's limit.",
                format::threads(*threads),
                percent(*share_of_core),
            ),
            Self::TargetNotReached { target, reached: Some(reached) } => write!(
                f,
                "The target of ±{:.0} % was not reached in the time given: the widest interval is ±{} %.",
                percent(*target),
                // Rounded up: what missed the target must not read as the target.
                format::fixed((percent(*reached) * 10.0 - 1e-6).ceil() / 10.0, usize::from(*reached < 0.2)),
            ),
            Self::TargetNotReached { target, reached: None } => write!(
                f,
                "The target of ±{:.0} % was not reached in the time given: at one point half of the windows counted nothing.",
                percent(*target),
            ),
            Self::TooFewRounds { rounds } => write!(
                f,
                "There was time for {} only; an interval needs 6, so the bars show least and greatest instead.",
                format::rounds(*rounds),
            ),
            Self::SeriesFailed { series, reason } => write!(f, "{series} could not be measured: {reason}."),
            Self::GilCameBack { series, instead, is_twin } => write!(
                f,
                "{series} could not be measured without the GIL: an imported module that is not marked as free of the GIL \
                 switches it on again, {}. With “Kept off” or `--gil kept-off` (Python's `-X gil=0`) it stays off, at the risk that the module fails.",
                if *is_twin {
                    format!("so that it would be the same as {instead} and is left out")
                } else {
                    format!("so that it was measured as {instead}")
                },
            ),
            Self::WaitLonger { asked_ms, measured_ms } => {
                write!(f, "A wait of {asked_ms:.2} ms really took {measured_ms:.2} ms.")
            }
        }
    }
}

fn windows_in_words(windows: u32) -> String {
    format::counted(usize::try_from(windows).unwrap_or(usize::MAX), "window")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(warning: &Warning, expected: &str) {
        assert_eq!(warning.to_string(), expected);
        let text = serde_json::to_string(warning).expect("JSON");
        assert_eq!(serde_json::from_str::<Warning>(&text).expect("it reads back"), *warning);
    }

    #[test]
    fn one_is_not_many() {
        let observer = |windows| Warning::Observer { windows, share_of_core: 0.034 };
        check(&observer(1), "Threadlab itself used up to 3 % of a core in 1 window, which was kept all the same.");
        check(&observer(2), "Threadlab itself used up to 3 % of a core in 2 windows, which were kept all the same.");
        check(
            &Warning::Impossible { windows: 1 },
            "1 window showed more CPU time than the cores can give; it was discarded as wrong.",
        );
        check(&Warning::Throttled { periods: 1 }, "The CPU quota stopped this program in 1 period of the run.");
        let busy = Warning::ServerBusy { threads: 1, share_of_core: 0.9 };
        check(&busy, "At 1 thread the local server used 90 % of a core, so the curve may show the server's limit.");
    }

    #[test]
    fn a_target_that_was_missed_does_not_read_as_reached() {
        let missed = |reached| Warning::TargetNotReached { target: 0.10, reached };
        let begin = "The target of ±10 % was not reached in the time given: ";
        check(&missed(Some(0.100_4)), &format!("{begin}the widest interval is ±10.1 %."));
        check(&missed(Some(0.42)), &format!("{begin}the widest interval is ±42 %."));
        check(&missed(None), &format!("{begin}at one point half of the windows counted nothing."));
    }
}
