//! The window: state, views that only read, and one place that performs commands.

pub mod curve_mark;
pub mod display;
pub mod edit;
pub mod fit_view;
pub mod parameter_slider;
pub mod plot_axis;
pub mod plot_curve;
pub mod plot_frame;
pub mod plot_legend;
pub mod plot_view;
pub mod prediction_view;
pub mod range_slider;
pub mod readout;
pub mod results_table;
pub mod sample;
pub mod theme;
pub mod timeline_view;
pub mod verdict_view;
