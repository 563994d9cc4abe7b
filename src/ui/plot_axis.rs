//! From an axis of the model to places: logarithms, visible range, ticks that do not overlap.

use eframe::egui::{FontId, Ui};
use egui_plot::GridMark;

use crate::model::plot::{Axis, AxisScale, AxisValues};

/// A value as the plot places it: the logarithm to base 10 on a logarithmic axis; `None` where it has no place.
pub fn to_place(scale: AxisScale, value: f64) -> Option<f64> {
    let place = match scale {
        AxisScale::Linear => value,
        AxisScale::Logarithmic => value.log10(),
    };
    place.is_finite().then_some(place)
}

/// The value at a place: the inverse of [`to_place`].
pub fn to_value(scale: AxisScale, place: f64) -> f64 {
    match scale {
        AxisScale::Linear => place,
        AxisScale::Logarithmic => 10.0_f64.powf(place),
    }
}

/// The range of an axis as places, ascending and of some width whatever the axis says.
pub fn range(axis: &Axis) -> (f64, f64) {
    let low = to_place(axis.scale, axis.min).unwrap_or(0.0);
    let high = to_place(axis.scale, axis.max).unwrap_or(low + 1.0);
    if high > low { (low, high) } else { (low - 0.5, low + 0.5) }
}

/// A range with room for markers: `points` at both ends of `length`.
pub fn with_margin((low, high): (f64, f64), points: f32, length: f32) -> (f64, f64) {
    let inner = f64::from(length - 2.0 * points).max(f64::from(length) / 2.0).max(1.0);
    let margin = (high - low) / inner * f64::from(points);
    (low - margin, high + margin)
}

/// The room that a tick wants from its neighbour, in points: thread counts are short.
const ROOM_ACROSS: f32 = 56.0;
const ROOM_ACROSS_COUNTS: f32 = 26.0;
const ROOM_UP: f32 = 40.0;

/// A tick: its place and the text beside it.
#[derive(Debug, Clone, PartialEq)]
pub struct PlacedTick {
    /// Where, in plot coordinates.
    pub place: f64,
    /// What it says; empty for a line without text.
    pub label: String,
}

/// Which way an axis runs, which decides how much room a label needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Labels stand side by side.
    Across,
    /// Labels stand above each other.
    Up,
}

/// The ticks of an axis between two visible places, over `length` points, without labels that touch.
pub fn ticks(
    ui: &Ui,
    axis: &Axis,
    visible: (f64, f64),
    length: f32,
    direction: Direction,
    font: &FontId,
) -> Vec<PlacedTick> {
    let shown = Axis { min: to_value(axis.scale, visible.0), max: to_value(axis.scale, visible.1), ..axis.clone() };
    let room = match (direction, axis.values) {
        (Direction::Across, AxisValues::ThreadCounts) => ROOM_ACROSS_COUNTS,
        (Direction::Across, AxisValues::Numbers) => ROOM_ACROSS,
        (Direction::Up, _) => ROOM_UP,
    };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a length in points, 0 or more")]
    let most = (length / room).max(2.0) as usize;
    let mut ticks: Vec<PlacedTick> = shown
        .ticks(most)
        .into_iter()
        .filter_map(|tick| Some(PlacedTick { place: to_place(axis.scale, tick.value)?, label: tick.label }))
        .filter(|tick| (visible.0..=visible.1).contains(&tick.place))
        .collect();
    ticks.sort_by(|a, b| a.place.total_cmp(&b.place));

    let points_per_place = f64::from(length) / (visible.1 - visible.0);
    let mut taken_to = f64::NEG_INFINITY;
    for tick in &mut ticks {
        if tick.label.is_empty() {
            continue;
        }
        let half = match direction {
            Direction::Across => f64::from(text_width(ui, &tick.label, font)) / 2.0 + 4.0,
            Direction::Up => f64::from(font.size) * 0.75,
        };
        let center = tick.place * points_per_place;
        if center - half < taken_to {
            tick.label.clear();
        } else {
            taken_to = center + half;
        }
    }
    ticks
}

/// The widest label, in points.
pub fn widest_label(ui: &Ui, ticks: &[PlacedTick], font: &FontId) -> f32 {
    ticks.iter().map(|tick| text_width(ui, &tick.label, font)).fold(0.0, f32::max)
}

/// The ticks as the plot's grid lines.
pub fn grid_marks(ticks: &[PlacedTick]) -> Vec<GridMark> {
    // The step only decides what egui_plot leaves out and fades; that was decided here.
    const SHOW_ALWAYS: f64 = 1e12;
    ticks.iter().map(|tick| GridMark { value: tick.place, step_size: SHOW_ALWAYS }).collect()
}

/// The label of the tick at a grid line.
#[expect(clippy::float_cmp, reason = "the grid lines are these very numbers")]
pub fn label_at(ticks: &[PlacedTick], place: f64) -> String {
    ticks.iter().find(|tick| tick.place == place).map(|tick| tick.label.clone()).unwrap_or_default()
}

fn text_width(ui: &Ui, text: &str, font: &FontId) -> f32 {
    ui.fonts_mut(|fonts| text.chars().map(|character| fonts.glyph_width(font, character)).sum())
}

#[cfg(test)]
mod tests {
    use eframe::egui::FontFamily;
    use egui_kittest::Harness;

    use super::*;

    fn axis(scale: AxisScale, min: f64, max: f64) -> Axis {
        Axis { label: String::new(), scale, min, max, values: AxisValues::Numbers }
    }

    #[test]
    fn places_and_values_are_inverse() {
        for scale in [AxisScale::Linear, AxisScale::Logarithmic] {
            for value in [0.001, 1.0, 8.0, 12_345.0] {
                let back = to_value(scale, to_place(scale, value).expect("it has a place"));
                assert!((back / value - 1.0).abs() < 1e-12, "{scale:?} {value}: {back}");
            }
        }
        assert_eq!(to_place(AxisScale::Logarithmic, 1000.0), Some(3.0));
        assert_eq!(to_place(AxisScale::Logarithmic, 0.0), None);
        assert_eq!(to_place(AxisScale::Linear, f64::NAN), None);
    }

    #[test]
    fn every_axis_has_a_range_of_some_width() {
        for (low, high) in [(0.0, 10.0), (5.0, 5.0), (10.0, 0.0), (f64::NAN, f64::NAN), (0.0, f64::INFINITY)] {
            for scale in [AxisScale::Linear, AxisScale::Logarithmic] {
                let (from, to) = range(&axis(scale, low, high));
                assert!(from < to && from.is_finite() && to.is_finite(), "{scale:?} {low} {high}: {from} {to}");
            }
        }
    }

    #[test]
    fn the_margin_is_as_wide_as_asked() {
        let (low, high) = with_margin((0.0, 10.0), 10.0, 120.0);
        let points_per_place = 120.0 / (high - low);
        assert!(((0.0 - low) * points_per_place - 10.0).abs() < 1e-9 && (high + low - 10.0).abs() < 1e-9);
        let (low, high) = with_margin((0.0, 10.0), 10.0, 1.0);
        assert!(low.is_finite() && high.is_finite() && low < high, "no room at all is no reason to fail");
    }

    #[test]
    fn labels_never_touch() {
        let font = FontId::new(12.0, FontFamily::Proportional);
        let harness = Harness::builder().with_context_setup(crate::ui::theme::install).build_ui(move |ui| {
            for (scale, max) in [(AxisScale::Linear, 1e6), (AxisScale::Logarithmic, 1e6), (AxisScale::Linear, 8.0)] {
                for length in [40.0_f32, 120.0, 300.0, 900.0] {
                    let axis = axis(scale, 1.0, max);
                    let visible = range(&axis);
                    let ticks = ticks(ui, &axis, visible, length, Direction::Across, &font);
                    let per_place = f64::from(length) / (visible.1 - visible.0);
                    let labelled: Vec<_> = ticks.iter().filter(|tick| !tick.label.is_empty()).collect();
                    assert!(!labelled.is_empty(), "{scale:?} {length}: no label");
                    for pair in labelled.windows(2) {
                        let room = (pair[1].place - pair[0].place) * per_place;
                        let [one, other] = [&pair[0], &pair[1]].map(|tick| text_width(ui, &tick.label, &font));
                        let needed = f32::midpoint(one, other);
                        assert!(room > f64::from(needed), "{scale:?} {length}: {pair:?}");
                    }
                }
            }
        });
        drop(harness);
    }

    #[test]
    fn a_grid_line_knows_its_label() {
        let tick = |place, label: &str| PlacedTick { place, label: label.to_owned() };
        let ticks = [tick(0.0, "1"), tick(1.0, "10")];
        let marks = grid_marks(&ticks);
        assert_eq!(marks.iter().map(|mark| label_at(&ticks, mark.value)).collect::<Vec<_>>(), ["1", "10"]);
        assert_eq!(label_at(&ticks, 0.5), "");
    }
}
