//! The axes of a plot, the same for every one: ticks and labels from the model, hairlines across, room for markers.

use std::rc::Rc;

use eframe::egui::{Color32, FontFamily, FontId, Id, Sense, Stroke, TextStyle, Ui, Vec2, vec2};
use egui_plot::{AxisHints, Plot, PlotTransform};

use crate::model::plot::Axis;

use super::plot_axis::{self, Direction, PlacedTick};
use super::plot_curve::place;
use super::theme::{self, Palette, size, space};

/// A range of places on an axis.
pub type Places = (f64, f64);

/// A plot that only lacks its contents.
pub struct PlotFrame<'a> {
    /// To be shown with the bounds `x` and `y`. It neither zooms nor moves; the caller may change that.
    pub plot: Plot<'a>,
    /// The places to show, with room for markers at both ends.
    pub x: Places,
    /// The places to show, with room for markers at both ends.
    pub y: Places,
    x_ticks: Rc<Vec<PlacedTick>>,
    begin: f64,
}

impl PlotFrame<'_> {
    /// Prepares a plot of `size`. Ticks are chosen for `shown`, where the reader has moved, else for the whole axes.
    pub fn new(ui: &Ui, id: Id, x: &Axis, y: &Axis, shown: Option<(Places, Places)>, size: Vec2) -> Self {
        let palette = Palette::in_use(ui);
        let tick_font = FontId::new(size::SMALL, FontFamily::Proportional);
        let label_height = ui.text_style_height(&TextStyle::Small);
        // Of the size, tick labels and the axis' label take about this much.
        let inner = vec2((size.x - 48.0).max(1.0), (size.y - 2.5 * label_height - space::S).max(1.0));
        let x_range = plot_axis::with_margin(plot_axis::range(x), 12.0, inner.x);
        let y_range = plot_axis::with_margin(plot_axis::range(y), space::S, inner.y);
        let (x_shown, y_shown) = shown.unwrap_or((x_range, y_range));
        let x_ticks = Rc::new(plot_axis::ticks(ui, x, x_shown, inner.x, Direction::Across, &tick_font));
        let y_ticks = Rc::new(plot_axis::ticks(ui, y, y_shown, inner.y, Direction::Up, &tick_font));
        let y_width = plot_axis::widest_label(ui, &y_ticks, &tick_font) + space::S;

        let hint = |ticks: &Rc<Vec<PlacedTick>>, hint: AxisHints<'static>| {
            let ticks = Rc::clone(ticks);
            hint.formatter(move |mark, _| plot_axis::label_at(&ticks, mark.value))
                .label_spacing(0.0..=1.0)
                .tick_label_color(palette.weak_text)
                .tick_label_font(tick_font.clone())
        };
        let marks = |ticks: &Rc<Vec<PlacedTick>>| {
            let marks = plot_axis::grid_marks(ticks);
            move |_| marks.clone()
        };
        let plot = Plot::new("plot")
            .id(id)
            .width(size.x)
            .height(size.y)
            .show_background(false)
            .show_crosshair(false)
            .show_x(false)
            .show_y(false)
            .cursor_color(Color32::TRANSPARENT)
            .show_grid([false, true])
            .grid_color(palette.line)
            .grid_fade(0.0)
            .grid_spacing(0.0..=1.0)
            .x_grid_spacer(marks(&x_ticks))
            .y_grid_spacer(marks(&y_ticks))
            .custom_x_axes(vec![
                hint(&x_ticks, AxisHints::new_x())
                    .label(theme::caption(x.label.as_str()).color(palette.weak_text))
                    .min_thickness(label_height * 2.25 + space::XS),
            ])
            .custom_y_axes(vec![hint(&y_ticks, AxisHints::new_y()).min_thickness(y_width)])
            .default_x_bounds(x_range.0, x_range.1)
            .default_y_bounds(y_range.0, y_range.1)
            .allow_zoom(false)
            .allow_drag(false)
            .allow_scroll(false)
            .allow_boxed_zoom(false)
            .allow_axis_zoom_drag(false)
            .allow_double_click_reset(false)
            .sense(Sense::hover());
        Self { plot, x: x_range, y: y_range, x_ticks, begin: plot_axis::range(y).0 }
    }

    /// The x axis' own lines, to be drawn after the plot.
    pub fn axis(&self) -> DrawnAxis {
        DrawnAxis { ticks: Rc::clone(&self.x_ticks), begin: self.begin }
    }
}

/// The x axis as it is drawn over the plot.
pub struct DrawnAxis {
    ticks: Rc<Vec<PlacedTick>>,
    begin: f64,
}

impl DrawnAxis {
    /// Draws a line where the y axis begins, or at the bottom where that is out of sight, with a short stroke at each tick.
    pub fn paint(&self, ui: &Ui, transform: &PlotTransform) {
        let frame = transform.frame();
        let y = place([0.0, self.begin], transform).y;
        let y = if frame.y_range().contains(y) { y } else { frame.bottom() };
        let stroke = Stroke::new(1.0, Palette::in_use(ui).weak_text);
        ui.painter().hline(frame.x_range(), y, stroke);
        for tick in self.ticks.iter() {
            let x = place([tick.place, 0.0], transform).x;
            if frame.x_range().contains(x) {
                ui.painter().vline(x, y..=y + 4.0, stroke);
            }
        }
    }
}
