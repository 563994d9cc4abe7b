//! What stands in the middle of the window: a group of experiments, its settings, and what is drawn of its result.

use std::sync::Arc;

use super::settings::{Group, GroupSettings, ThreadBounds};
use crate::engine::Support;
use crate::model::explanation::Explanation;
use crate::model::plot::PlotSpec;
use crate::model::record::{ExperimentRecord, RunRecord};
use crate::model::series::SeriesKey;
use crate::model::table::ResultsTable;
use crate::model::units::ThreadCount;

/// The group of experiments that stands in the middle of the window.
#[derive(Debug, Clone)]
pub struct Bench {
    /// Its place among the lesson's groups.
    pub index: usize,
    /// Every group of the lesson.
    pub groups: Vec<Group>,
    /// The title of every experiment of the lesson, with the values that its sliders have now.
    pub titles: Vec<String>,
    /// The learner's settings.
    pub settings: GroupSettings,
    /// The ends of the thread slider.
    pub bounds: ThreadBounds,
    /// Each series that can be asked for: engines, and Python engines in each Python chosen.
    pub offers: Vec<SeriesOffer>,
    /// The thread counts that a run would measure, for each experiment of the group.
    pub counts: Vec<Vec<ThreadCount>>,
    /// The settings of the run that is shown where the controls say something else now: in words, see
    /// [`differences`](super::difference::differences).
    pub differences: Vec<String>,
    /// Plot and tables.
    pub drawing: Drawing,
}

/// What is drawn of a record; made anew when the record or the settings change, never while drawing.
#[derive(Debug, Clone)]
pub struct Drawing {
    /// The plot.
    pub figure: Arc<PlotSpec>,
    /// The plot's text form: one table for each experiment of the record.
    pub tables: Vec<ResultsTable>,
    /// Why the curves look as they do, for each experiment of the record.
    pub explanations: Vec<Explanation>,
}

impl Drawing {
    /// A figure, with the tables and explanations of the record behind it.
    pub fn of(figure: Arc<PlotSpec>, record: &RunRecord) -> Self {
        let cores = record.machine.usable_cores();
        let explain =
            |experiment: &ExperimentRecord| Explanation::of(&experiment.results, cores, experiment.prediction.as_ref());
        Self {
            figure,
            tables: record.experiments.iter().map(|experiment| ResultsTable::of(&experiment.results)).collect(),
            explanations: record.experiments.iter().map(explain).collect(),
        }
    }
}

impl Bench {
    /// The group shown.
    pub fn group(&self) -> Option<&Group> {
        self.groups.get(self.index)
    }

    /// What stands above the plot.
    pub fn title(&self) -> String {
        self.group().map(|group| group.title(&self.titles)).unwrap_or_default()
    }

    /// Whether the run that is shown was measured with other settings than the controls have now.
    pub fn is_stale(&self) -> bool {
        !self.differences.is_empty()
    }

    /// Whether the learner has drawn a curve.
    pub fn has_prediction(&self) -> bool {
        self.settings.predictions.iter().any(|prediction| !prediction.points.is_empty())
    }
}

/// A series' check box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeriesOffer {
    /// The series.
    pub key: SeriesKey,
    /// What stands beside the box.
    pub label: String,
    /// For each experiment of the group, whether it can be run here, or why it cannot.
    pub supports: Vec<Support>,
}

impl SeriesOffer {
    /// Whether it can run some experiment of the group, or why it cannot run the first.
    pub fn support(&self) -> &Support {
        let can_run = |support: &&Support| **support == Support::Available;
        self.supports.iter().find(can_run).or(self.supports.first()).unwrap_or(&Support::Available)
    }

    /// Whether it can run some experiment of the group.
    pub fn is_there(&self) -> bool {
        *self.support() == Support::Available
    }
}
