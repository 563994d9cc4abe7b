//! Results and plot specifications as bytes, and the one place that writes files.
