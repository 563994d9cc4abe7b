//! What the learner can set for a group of experiments: threads, engines, parameters, prediction, view.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::SeriesOffer;
use crate::engine::Support;
use crate::lesson::plan::Settings;
use crate::lesson::{Experiment, Lesson};
use crate::model::machine::Machine;
use crate::model::plan::ExperimentPlan;
use crate::model::plot::{AxisChoice, Metric};
use crate::model::prediction::Prediction;
use crate::model::series::{EngineKind, SeriesKey};
use crate::model::units::ThreadCount;
use crate::model::workload::{ParameterValue, Workload};

/// Experiments of a lesson that stand side by side and run together; often just one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// `lesson/experiment`, after the first experiment.
    pub key: String,
    /// Indices into the lesson's experiments, at least one.
    pub experiments: Vec<usize>,
}

impl Group {
    /// The groups of a lesson, in order of their first experiments.
    pub fn all_of(lesson: &Lesson) -> Vec<Self> {
        let mut groups: Vec<(Option<&str>, Self)> = Vec::new();
        for (index, experiment) in lesson.experiments.iter().enumerate() {
            let name = experiment.group.as_deref();
            if let Some((_, group)) = groups.iter_mut().find(|(other, _)| name.is_some() && *other == name) {
                group.experiments.push(index);
            } else {
                let key = format!("{}/{}", lesson.id, experiment.id);
                groups.push((name, Self { key, experiments: vec![index] }));
            }
        }
        groups.into_iter().map(|(_, group)| group).collect()
    }

    /// What stands above the plot, given the title of every experiment of the lesson: that of its experiment, or for several
    /// "CPU-bound beside I/O-bound", or "A job of 1 or 10 ms" where they differ only in a part.
    pub fn title(&self, titles: &[String]) -> String {
        let own: Vec<&String> = self.experiments.iter().filter_map(|index| titles.get(*index)).collect();
        if let [only] = *own {
            return only.clone();
        }
        let short: Vec<&str> = own.into_iter().map(|title| short(title)).collect();
        let Some((first, others)) = short.split_first() else { return String::new() };
        if others.iter().all(|title| title == first) {
            return format!("{first} beside the same");
        }
        alternatives(&short).unwrap_or_else(|| {
            others.iter().fold((*first).to_owned(), |sofar, title| format!("{sofar} beside {}", beyond(first, title)))
        })
    }

    /// Its experiments.
    pub fn experiments<'a>(&'a self, lesson: &'a Lesson) -> impl Iterator<Item = &'a Experiment> + 'a {
        self.experiments.iter().filter_map(|index| lesson.experiments.get(*index))
    }
}

/// What stands before the colon of a title: `CPU-bound` of `CPU-bound: counting primes`.
fn short(title: &str) -> &str {
    title.split_once(": ").map_or(title, |(before, _)| before)
}

/// Titles that differ in the middle or at the end as one: `A job of 1 or 10 ms`. `None` where they do not begin with the same
/// words, or share too little for that to be read.
fn alternatives(titles: &[&str]) -> Option<String> {
    let all: Vec<Vec<&str>> = titles.iter().map(|title| title.split(' ').collect()).collect();
    let (first, shortest) = (all.first()?, all.iter().map(Vec::len).min()?);
    let is_shared = |place: &usize| all.iter().all(|words| words[*place] == first[*place]);
    let begin = (0..shortest).take_while(is_shared).count();
    let is_shared_end = |back: &usize| all.iter().all(|words| words[words.len() - back] == first[first.len() - back]);
    let end = (1..=shortest - begin).take_while(is_shared_end).count();
    // What follows a comma stands for itself.
    let ends_in_comma = begin > 0 && first[begin - 1].ends_with(',');
    let differ = all.iter().all(|words| words.len() > begin + end);
    if begin == 0 || begin + end < 2 || ends_in_comma || !differ {
        return None;
    }
    let own: Vec<String> = all.iter().map(|words| words[begin..words.len() - end].join(" ")).collect();
    let (last, before) = own.split_last()?;
    let parts =
        [first[..begin].join(" "), format!("{} or {last}", before.join(", ")), first[first.len() - end..].join(" ")];
    Some(parts.join(" ").trim_end().to_owned())
}

/// What a title says beyond the one before it: `a call` of `Counting, a call` after `Counting, c += 1`.
fn beyond<'a>(before: &str, title: &'a str) -> &'a str {
    match (before.rsplit_once(", "), title.rsplit_once(", ")) {
        (Some((same, _)), Some((begin, own))) if same == begin => own,
        _ => title,
    }
}

/// The learner's settings for one group.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupSettings {
    /// The least thread count to measure.
    pub from: ThreadCount,
    /// The most.
    pub to: ThreadCount,
    /// The engines that are checked, Python engines in some Python.
    pub engines: BTreeSet<EngineKind>,
    /// Series of these engines that are not checked, such as one of two Pythons.
    pub left_out: BTreeSet<SeriesKey>,
    /// For each experiment of the group, in its order.
    pub workloads: Vec<Workload>,
    /// For each experiment of the group, in its order.
    pub predictions: Vec<Prediction>,
    /// Whether the plot takes the prediction.
    pub predicting: bool,
    /// The tab shown.
    pub metric: Metric,
    /// Curves that the reader has hidden, by their names in the legend.
    pub hidden: BTreeSet<String>,
    /// Linear, logarithmic, or as the values need.
    pub axes: AxisChoice,
}

/// The ends of the slider for thread counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ThreadBounds {
    /// The least the slider offers.
    pub min: ThreadCount,
    /// The most the slider offers.
    pub max: ThreadCount,
}

impl ThreadBounds {
    /// What a group's lesson allows on this machine.
    pub fn of(lesson: &Lesson, group: &Group, machine: &Machine) -> Self {
        let ends: Vec<_> = group.experiments(lesson).map(|experiment| experiment.threads.on(machine)).collect();
        Self {
            min: ends.iter().map(|(min, _)| *min).min().unwrap_or(ThreadCount::ONE),
            max: ends.iter().map(|(_, max)| *max).max().unwrap_or(ThreadCount::ONE),
        }
    }
}

impl GroupSettings {
    /// What the lesson sets.
    pub fn of(lesson: &Lesson, group: &Group, machine: &Machine) -> Self {
        let bounds = ThreadBounds::of(lesson, group, machine);
        let experiments: Vec<_> = group.experiments(lesson).collect();
        Self {
            from: bounds.min,
            to: bounds.max,
            engines: experiments.iter().flat_map(|experiment| experiment.engines.iter().copied()).collect(),
            left_out: BTreeSet::new(),
            workloads: experiments.iter().map(|experiment| experiment.workload.clone()).collect(),
            predictions: vec![Prediction::default(); experiments.len()],
            predicting: false,
            metric: experiments.first().map_or(Metric::Throughput, |experiment| experiment.metric),
            hidden: BTreeSet::new(),
            axes: AxisChoice::default(),
        }
    }

    /// Whether a series is checked.
    pub fn is_chosen(&self, key: &SeriesKey) -> bool {
        self.engines.contains(&key.engine) && !self.left_out.contains(key)
    }

    /// Checks a series among those on offer, or takes the check away.
    pub fn toggle_series(&mut self, key: &SeriesKey, offers: &[SeriesOffer]) {
        let of_engine = || offers.iter().map(|offer| &offer.key).filter(|other| other.engine == key.engine);
        let others_chosen = of_engine().any(|other| other != key && self.is_chosen(other));
        if self.is_chosen(key) {
            if others_chosen {
                self.left_out.insert(key.clone());
            } else {
                self.toggle_engine(key.engine);
            }
        } else if self.engines.contains(&key.engine) {
            self.left_out.remove(key);
        } else {
            self.toggle_engine(key.engine);
            self.left_out.extend(of_engine().filter(|other| *other != key).cloned());
        }
    }

    /// Checks an engine with each of its series, or takes the check away.
    pub fn toggle_engine(&mut self, engine: EngineKind) {
        self.left_out.retain(|key| key.engine != engine);
        if !self.engines.remove(&engine) {
            self.engines.insert(engine);
        }
    }

    /// The plans of the group's experiments with these settings; a series that cannot run an experiment's workload is left
    /// out of it, and an experiment without series is left out of the run.
    pub fn plans(
        &self,
        lesson: &Lesson,
        group: &Group,
        machine: &Machine,
        offers: &[SeriesOffer],
    ) -> Vec<(usize, ExperimentPlan)> {
        let experiments = group.experiments(lesson).zip(&self.workloads).enumerate();
        let plan = |(index, (experiment, workload)): (usize, (&Experiment, &Workload))| {
            let can_run = |offer: &&SeriesOffer| offer.supports.get(index) == Some(&Support::Available);
            let chosen = offers.iter().filter(can_run).map(|offer| &offer.key).filter(|key| self.is_chosen(key));
            let series: Vec<_> = chosen.cloned().collect();
            let settings = Settings { workload: workload.clone(), series, from: self.from, to: self.to };
            (!settings.series.is_empty()).then(|| (index, experiment.plan(&settings, machine)))
        };
        experiments.filter_map(plan).collect()
    }

    /// What is worth remembering.
    pub fn saved(&self) -> SavedGroup {
        SavedGroup {
            from: Some(self.from),
            to: Some(self.to),
            engines: Some(self.engines.clone()),
            left_out: self.left_out.clone(),
            parameters: self.workloads.iter().map(Workload::written).collect(),
            predictions: self.predictions.clone(),
            metric: Some(self.metric),
            hidden: self.hidden.clone(),
        }
    }

    /// These settings with what was remembered, where that still fits the lesson.
    #[must_use]
    pub fn restored(mut self, saved: &SavedGroup, bounds: ThreadBounds) -> Self {
        if let (Some(from), Some(to)) = (saved.from, saved.to) {
            let fit = |count: ThreadCount| count.clamp(bounds.min, bounds.max);
            (self.from, self.to) = (fit(from.min(to)), fit(to.max(from)));
        }
        if let Some(engines) = saved.engines.clone().filter(|engines| !engines.is_empty()) {
            self.engines = engines;
            self.left_out.clone_from(&saved.left_out);
        }
        for (workload, values) in self.workloads.iter_mut().zip(&saved.parameters) {
            for (name, value) in values {
                if let Ok(changed) = workload.clone().with_written(name, value) {
                    *workload = changed;
                }
            }
        }
        for (prediction, saved) in self.predictions.iter_mut().zip(&saved.predictions) {
            prediction.clone_from(saved);
        }
        if let Some(metric) = saved.metric {
            self.metric = metric;
        }
        self.hidden.clone_from(&saved.hidden);
        self
    }
}

/// What is remembered of [`GroupSettings`] from one start to the next.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SavedGroup {
    /// The least thread count.
    pub from: Option<ThreadCount>,
    /// The most.
    pub to: Option<ThreadCount>,
    /// The engines that are checked.
    pub engines: Option<BTreeSet<EngineKind>>,
    /// Series of these engines that are not checked.
    pub left_out: BTreeSet<SeriesKey>,
    /// Parameter values by name, for each experiment.
    pub parameters: Vec<BTreeMap<String, ParameterValue>>,
    /// For each experiment.
    pub predictions: Vec<Prediction>,
    /// The tab shown.
    pub metric: Option<Metric>,
    /// Curves that are hidden, by their names in the legend.
    pub hidden: BTreeSet<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(titles: &[&str], expected: &str) {
        let titles: Vec<String> = titles.iter().map(|&title| title.to_owned()).collect();
        let group = Group { key: "key".to_owned(), experiments: (0..titles.len()).collect() };
        assert_eq!(group.title(&titles), expected);
    }

    #[test]
    fn a_group_is_called_after_what_its_experiments_differ_in() {
        check(&["Counting primes"], "Counting primes");
        check(&["CPU-bound: counting primes", "I/O-bound: waiting 5 ms"], "CPU-bound beside I/O-bound");
        check(&["Counting, c += 1", "Counting, a call"], "Counting, c += 1 beside a call");
        check(&["Waiting 5 ms", "A request answered after 5 ms"], "Waiting 5 ms beside A request answered after 5 ms");
        check(
            &["Start, and join after the loop that starts", "Start, and join inside the loop"],
            "Start, and join after the loop that starts or inside the loop",
        );
        check(&["Hashing 1 KiB at a time", "Hashing 64 KiB at a time"], "Hashing 1 or 64 KiB at a time");
        check(
            &["A job of 1 ms, divided", "A job of 10 ms, divided", "A job of 100 ms, divided"],
            "A job of 1, 10 or 100 ms, divided",
        );
        check(&["Counting, a call", "Counting, a call"], "Counting, a call beside the same");
        check(&["A thread: waiting", "A process: waiting"], "A thread beside A process");
        check(&["Two jobs of 1 ms", "Two jobs of 1 ms", "Two jobs of 9 ms"], "Two jobs of 1, 1 or 9 ms");
        check(
            &["Work that computes", "Work in a library", "Work that waits"],
            "Work that computes beside Work in a library beside Work that waits",
        );
        check(&[], "");
    }
}
