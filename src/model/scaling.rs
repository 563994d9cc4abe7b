//! Scaling laws fitted to a curve.
