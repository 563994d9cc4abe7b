//! A plot as data: the window draws it with `egui_plot`, the exporters write it as SVG, PNG, PDF and CSV.

use serde::{Deserialize, Serialize};

use super::series::EngineKind;
use super::window::LostUpdates;

mod axis;
mod by_setting;
mod decision;
#[cfg(test)]
mod fixture;
mod of_record;
mod specify;
mod style;

pub use axis::{Axis, AxisChoice, AxisScale, AxisValues, Tick};
pub use decision::{DECISION_NOTE, DecisionCell, DecisionRow, DecisionTable};
pub(super) use specify::role_of;
pub use specify::{PlotInput, PlotOptions, Recorded, specify};
pub use style::{CurveStyle, Dash, Marker};

/// What is on the y axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Metric {
    /// Units per second.
    Throughput,
    /// Over one thread.
    Speedup,
    /// Speedup over threads.
    Efficiency,
    /// CPU seconds per second.
    CoresUsed,
    /// The median time of a unit, with bars from 5 % to 95 % of the units.
    Latency,
    /// The share of updates that got lost, as columns.
    LostUpdates,
    /// Throughput over that of Python threads, against the one number in which experiments of one workload differ.
    BySetting,
    /// The speedup of every tool with every kind of work, as a table.
    Decision,
}

impl Metric {
    /// Every metric, in tab order.
    pub const ALL: [Self; 8] = [
        Self::Throughput,
        Self::Speedup,
        Self::Efficiency,
        Self::CoresUsed,
        Self::Latency,
        Self::LostUpdates,
        Self::BySetting,
        Self::Decision,
    ];

    /// The word in lesson files and on the command line.
    pub fn id(self) -> &'static str {
        match self {
            Self::Throughput => "throughput",
            Self::Speedup => "speedup",
            Self::Efficiency => "efficiency",
            Self::CoresUsed => "cores-used",
            Self::Latency => "latency",
            Self::LostUpdates => "lost-updates",
            Self::BySetting => "by-setting",
            Self::Decision => "decision",
        }
    }

    /// The metric named by `id`, if there is one.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|metric| metric.id() == id)
    }

    /// The tab's label.
    pub fn label(self) -> &'static str {
        match self {
            Self::Throughput => "Throughput",
            Self::Speedup => "Speedup",
            Self::Efficiency => "Efficiency",
            Self::CoresUsed => "Cores used",
            Self::Latency => "Latency",
            Self::LostUpdates => "Lost updates",
            Self::BySetting => "By setting",
            Self::Decision => "Decision",
        }
    }

    /// The y axis, with its unit.
    pub fn axis_label(self) -> &'static str {
        match self {
            Self::Throughput => "units per second",
            Self::Speedup => "speedup over 1 thread",
            Self::Efficiency => "speedup per thread",
            Self::CoresUsed => "cores used",
            Self::Latency => "time of one unit, ms",
            Self::LostUpdates => "share of updates lost",
            Self::BySetting => "times the throughput",
            Self::Decision => "speedup over 1 worker",
        }
    }
}

/// What a curve stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CurveRole {
    /// Measured by an engine; `variant` counts the series of that engine, from 0.
    Measured {
        /// The engine.
        engine: EngineKind,
        /// 0 for the first series of the engine in this plot.
        variant: usize,
    },
    /// What the machine can do.
    Ceiling,
    /// What the learner expected.
    Prediction,
    /// Of a result recorded earlier or elsewhere; `variant` counts its series of that engine, from 0.
    Reference {
        /// The engine.
        engine: EngineKind,
        /// 0 for its first series of the engine.
        variant: usize,
    },
}

/// One curve of a panel.
#[derive(Debug, Clone, PartialEq)]
pub struct PlotCurve {
    /// The name in the legend; curves of one name share one legend entry.
    pub name: String,
    /// What it stands for, which decides its style.
    pub role: CurveRole,
    /// How its points are drawn.
    pub shape: CurveShape,
    /// By ascending x.
    pub points: Vec<PlotPoint>,
}

/// How the points of a curve are drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum CurveShape {
    /// A line through them.
    Line,
    /// A column from 0 to each of them.
    Columns {
        /// How far aside they stand, in widths of a column, so that those of several curves stand side by side.
        aside: f64,
    },
}

/// One point with its interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PlotPoint {
    /// Thread count, or the setting.
    pub x: f64,
    /// The median.
    pub y: f64,
    /// The ends of the interval, where there is one; for latency what 5 % and 95 % of the units took.
    pub interval: Option<(f64, f64)>,
    /// Rounds behind it; `None` for a point that was not measured.
    pub rounds: Option<u32>,
    /// The exact numbers behind a share of lost updates, over all rounds.
    pub lost: Option<LostUpdates>,
}

/// One pair of axes with its curves.
#[derive(Debug, Clone, PartialEq)]
pub struct Panel {
    /// The experiment's id.
    pub experiment: String,
    /// The title above it.
    pub title: String,
    /// Threads, or a setting.
    pub x: Axis,
    /// The metric.
    pub y: Axis,
    /// In legend order.
    pub curves: Vec<PlotCurve>,
}

/// A whole figure: one panel, or several side by side on the same x axis.
#[derive(Debug, Clone, PartialEq)]
pub struct PlotSpec {
    /// The figure's title.
    pub title: String,
    /// What is on the y axes.
    pub metric: Metric,
    /// What could be on the y axes instead, in tab order: what some curve has, and what is shown.
    pub metrics: Vec<Metric>,
    /// Left to right; none where a table is shown.
    pub panels: Vec<Panel>,
    /// The table, where the metric is one.
    pub table: Option<DecisionTable>,
    /// Machine, interpreter, date and precision, in one small line.
    pub provenance: String,
}
