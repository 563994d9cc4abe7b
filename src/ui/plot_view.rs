//! A figure: panels side by side on the same x axis, one legend above them, and a readout of the point under the pointer.
//!
//! Draws what the specification says and nothing else: no statistics and no fits here. `egui_plot` gives axes, grid and
//! navigation; curves are items of our own (`plot_curve`), since it knows neither intervals nor dash-dot lines.

use std::collections::BTreeSet;
use std::sync::Arc;

use eframe::egui::{
    self, Align2, Id, PopupAnchor, Pos2, Role, Shape, Stroke, TextStyle, Ui, UiBuilder, WidgetInfo, vec2,
};
use egui_plot::{PlotTransform, PlotUi};

use crate::model::plot::{CurveRole, Panel, PlotSpec};

use super::curve_mark;
use super::decision_table;
use super::plot_curve::{self, CurveItem, Emphasis, PreparedCurve};
use super::plot_frame::{Places, PlotFrame};
use super::plot_legend::{self, LegendEntry};
use super::readout;
use super::theme::{self, Palette, space};

/// The least width of a panel in points; where there is less, panels stand below each other.
const LEAST_PANEL_WIDTH: f32 = 280.0;
/// The least height of a panel in points, title and axis included.
const LEAST_PANEL_HEIGHT: f32 = 160.0;
/// The height of a panel in points below which title and y label share a line.
const LOW_PANEL_HEIGHT: f32 = 224.0;
/// The width of the button that goes back to the whole plot, in points.
const RESET_WIDTH: f32 = 96.0;
/// By how many points a measured point may be farther away than another one and still be read out.
const MEASURED_FIRST: f32 = 3.0;
/// The width in points at which a readout wraps.
const READOUT_WIDTH: f32 = 480.0;
/// How near the pointer must be to a point to read it out, in points.
const HOVER_RADIUS: f32 = 32.0;

/// How a figure is to be shown.
#[derive(Debug, Clone, Copy)]
pub struct FigureOptions<'a> {
    /// The names of the curves that the reader has hidden.
    pub hidden: &'a BTreeSet<String>,
    /// Whether the reader may zoom and pan.
    pub navigation: Navigation,
    /// What to say where nothing was measured, such as "Press Run or Space to measure".
    pub empty_text: &'a str,
    /// The height in points; `None` for all that is left.
    pub height: Option<f32>,
    /// The title that stands above the figure already, and need not be said again by a panel of that title.
    pub heading: &'a str,
    /// The experiment that a link pointed to.
    pub pointed_out: Option<&'a str>,
}

/// Whether the reader may zoom and pan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Navigation {
    /// The axes show what the specification says.
    #[default]
    Fixed,
    /// Drag moves, Ctrl and wheel zoom, a double click or the button goes back.
    Free,
}

/// What the reader asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlotAction {
    /// Hide the curves of this name, or show them again.
    ToggleCurve(String),
}

/// Draws the figure. Hand over the same [`Arc`] while nothing changed: its points are prepared once for each.
pub fn show(ui: &mut Ui, spec: &Arc<PlotSpec>, options: &FigureOptions<'_>) -> Option<PlotAction> {
    let id = ui.make_persistent_id("plot view");
    let prepared = Prepared::cached(ui, id, spec);
    let height = options.height.unwrap_or_else(|| ui.available_height());

    let mut action = None;
    let mut reset = ui.data_mut(|data| data.remove_temp::<bool>(id.with("reset"))).is_some();
    let top = ui.cursor().top();
    let mut hovered_name = None;
    let entries = prepared.legend();
    let free = options.navigation == Navigation::Free;
    if free || !entries.is_empty() {
        ui.horizontal_top(|ui| {
            let button = if free { RESET_WIDTH + space::S } else { 0.0 };
            let width = (ui.available_width() - button).max(0.0);
            ui.allocate_ui_with_layout(vec2(width, 0.0), egui::Layout::top_down(egui::Align::Min), |ui| {
                ui.set_min_width(width);
                let legend = plot_legend::show(ui, &entries, options.hidden);
                action = legend.toggled.map(PlotAction::ToggleCurve);
                hovered_name = legend.hovered;
            });
            if free {
                let button = egui::Button::new("Reset view").min_size(vec2(RESET_WIDTH, 0.0));
                let help = "Drag to move, hold Ctrl and turn the wheel to zoom. This shows the whole plot again.";
                reset |= ui.add(button).on_hover_text(help).clicked();
            }
        });
        ui.add_space(space::S);
    }
    if let Some(table) = &spec.table {
        decision_table::show(ui, table);
        return action;
    }
    if spec.panels.is_empty() {
        empty_state(ui, options.empty_text);
        return action;
    }

    let height = (height - (ui.cursor().top() - top)).max(LEAST_PANEL_HEIGHT);
    let draw = PanelDrawing { id, spec, options, hovered_name: hovered_name.as_deref(), reset };
    let columns = columns(ui.available_width(), spec.panels.len());
    let rows = spec.panels.len().div_ceil(columns);
    let (gap_x, gap_y) = (space::L, space::M);
    let cell = vec2(
        (ui.available_width() - gap_x * as_f32(columns - 1)) / as_f32(columns),
        ((height - gap_y * as_f32(rows - 1)) / as_f32(rows)).max(LEAST_PANEL_HEIGHT),
    );
    let origin = ui.cursor().min;
    for (index, (panel, curves)) in spec.panels.iter().zip(&prepared.panels).enumerate() {
        let offset = vec2(as_f32(index % columns) * (cell.x + gap_x), as_f32(index / columns) * (cell.y + gap_y));
        let rect = egui::Rect::from_min_size(origin + offset, cell);
        ui.scope_builder(UiBuilder::new().id_salt(("panel", index)).max_rect(rect), |ui| {
            draw.panel(ui, index, panel, curves);
        });
    }
    action
}

/// How many panels stand side by side.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small number, 0 or more")]
fn columns(width: f32, panels: usize) -> usize {
    let most = ((width + space::L) / (LEAST_PANEL_WIDTH + space::L)).max(1.0) as usize;
    // Rows of equal length where not all fit.
    panels.div_ceil(panels.div_ceil(most.min(panels).max(1)).max(1)).max(1)
}

#[expect(clippy::cast_precision_loss, reason = "panels are few")]
fn as_f32(count: usize) -> f32 {
    count as f32
}

/// Says what to press where there is nothing to see.
fn empty_state(ui: &mut Ui, text: &str) {
    ui.vertical_centered(|ui| {
        ui.add_space(space::XL);
        ui.label(egui::RichText::new(text).weak());
        ui.add_space(space::XL);
    });
}

/// A specification with its points in plot coordinates.
struct Prepared {
    spec: Arc<PlotSpec>,
    panels: Vec<Vec<PreparedCurve>>,
}

impl Prepared {
    /// The prepared form of `spec`, kept by egui until another specification is shown here.
    fn cached(ui: &Ui, id: Id, spec: &Arc<PlotSpec>) -> Arc<Self> {
        let kept = ui.data(|data| data.get_temp::<Arc<Self>>(id));
        if let Some(kept) = kept.filter(|kept| Arc::ptr_eq(&kept.spec, spec)) {
            return kept;
        }
        let panels = spec
            .panels
            .iter()
            .map(|panel| panel.curves.iter().map(|curve| PreparedCurve::new(panel, curve)).collect())
            .collect();
        let prepared = Arc::new(Self { spec: Arc::clone(spec), panels });
        ui.data_mut(|data| data.insert_temp(id, Arc::clone(&prepared)));
        prepared
    }

    /// One entry for each name, in the order of first appearance.
    fn legend(&self) -> Vec<LegendEntry<'_>> {
        let mut entries: Vec<LegendEntry<'_>> = Vec::new();
        for curve in self.panels.iter().flatten() {
            if !entries.iter().any(|entry| entry.name == curve.name) {
                entries.push(LegendEntry { name: &curve.name, style: curve.style });
            }
        }
        entries
    }
}

/// What all panels of a figure share while they are drawn.
struct PanelDrawing<'a> {
    id: Id,
    spec: &'a PlotSpec,
    options: &'a FigureOptions<'a>,
    hovered_name: Option<&'a str>,
    reset: bool,
}

impl PanelDrawing<'_> {
    fn panel(&self, ui: &mut Ui, index: usize, panel: &Panel, curves: &[PreparedCurve]) {
        ui.spacing_mut().item_spacing.y = 2.0;
        if ui.available_height() < LOW_PANEL_HEIGHT {
            ui.horizontal(|ui| self.titles(ui, panel));
        } else {
            self.titles(ui, panel);
        }
        ui.add_space(space::XS);

        let palette = Palette::in_use(ui);
        let plot_id = self.id.with(index);
        let free = self.options.navigation == Navigation::Free;
        let shown = if free { shown_places(ui, plot_id) } else { None };
        let frame = PlotFrame::new(ui, plot_id, &panel.x, &panel.y, shown, ui.available_size());
        let (axis, x, y) = (frame.axis(), frame.x, frame.y);
        let plot = frame
            .plot
            .allow_zoom(free)
            .allow_drag(free)
            .link_axis(self.id.with("x axis"), [free, false])
            .sense(if free { egui::Sense::click_and_drag() } else { egui::Sense::hover() });
        let visible: Vec<&PreparedCurve> =
            curves.iter().filter(|curve| !self.options.hidden.contains(&curve.name)).collect();
        let shown_plot = plot.show(ui, |plot_ui| {
            self.place_view(plot_ui, plot_id, x, y);
            for (curve, part) in plot_curve::drawing_order(&visible) {
                plot_ui.add(self.item(curve, palette).only(part));
            }
        });
        let (response, transform) = (shown_plot.response, shown_plot.transform);
        if free {
            if response.double_clicked() {
                ui.data_mut(|data| data.insert_temp(self.id.with("reset"), true));
                ui.request_repaint();
            }
            let bounds = *transform.bounds();
            ui.data_mut(|data| data.insert_temp(plot_id.with("shown"), (bounds.min(), bounds.max())));
        }
        axis.paint(ui, &transform);
        if !has_measurement(curves) {
            let font = TextStyle::Body.resolve(ui.style());
            let center = transform.frame().center();
            ui.painter().text(center, Align2::CENTER_CENTER, self.options.empty_text, font, palette.weak_text);
        }
        let summary = self.summary(panel, curves);
        response.widget_info(|| WidgetInfo::labeled(Role::Figure, ui.is_enabled(), summary.as_str()));
        if let Some(pointer) = response.hover_pos() {
            self.read_out(ui, &response, panel, &visible, &transform, pointer);
        }
    }

    /// What stands above a panel: its title, and what its y axis shows.
    fn titles(&self, ui: &mut Ui, panel: &Panel) {
        if self.spec.panels.len() > 1 || panel.title != self.options.heading {
            let title = theme::title(panel.title.as_str());
            let is_meant = self.options.pointed_out == Some(panel.experiment.as_str());
            let title = if is_meant { title.underline().color(Palette::in_use(ui).accent) } else { title };
            ui.add(egui::Label::new(title).truncate());
        }
        ui.add(egui::Label::new(theme::caption(panel.y.label.as_str())).truncate());
    }

    /// Shows the specification's range, unless the reader has moved away from it.
    fn place_view(&self, plot_ui: &mut PlotUi<'_>, plot_id: Id, x: Places, y: Places) {
        let key = plot_id.with("range");
        let ctx = plot_ui.ctx().clone();
        let same = ctx.data(|data| data.get_temp(key)) == Some((x, y));
        if self.options.navigation == Navigation::Fixed || self.reset || !same {
            plot_ui.set_plot_bounds_x(x.0..=x.1);
            plot_ui.set_plot_bounds_y(y.0..=y.1);
            ctx.data_mut(|data| data.insert_temp(key, (x, y)));
        }
    }

    fn item<'c>(&self, curve: &'c PreparedCurve, palette: &Palette) -> CurveItem<'c> {
        // By value: two statics of one value may share their place, or have several.
        let dark = palette == Palette::of(egui::Theme::Dark);
        let emphasis = match self.hovered_name {
            Some(name) if name == curve.name => Emphasis::Raised,
            Some(_) => Emphasis::Dimmed,
            None => Emphasis::Normal,
        };
        CurveItem::new(curve, theme::curve_color(&curve.style, dark), palette.panel, emphasis)
    }

    /// What a screen reader says of the panel; the results table holds the numbers.
    fn summary(&self, panel: &Panel, curves: &[PreparedCurve]) -> String {
        let names: Vec<&str> = curves
            .iter()
            .filter(|curve| !self.options.hidden.contains(&curve.name))
            .map(|curve| curve.name.as_str())
            .collect();
        let content = if has_measurement(curves) {
            format!("{}. The results table has the numbers.", names.join(", "))
        } else {
            self.options.empty_text.to_owned()
        };
        format!("Plot {}: {} against {}. {content}", panel.title, panel.y.label, panel.x.label)
    }

    /// Shows what the nearest point says.
    fn read_out(
        &self,
        ui: &Ui,
        response: &egui::Response,
        panel: &Panel,
        visible: &[&PreparedCurve],
        transform: &PlotTransform,
        pointer: Pos2,
    ) {
        let nearest = visible
            .iter()
            .filter_map(|curve| {
                let (point, distance) = curve.nearest(pointer, HOVER_RADIUS, transform)?;
                // Where a measured point lies on another one, it is the measured one that is meant.
                let handicap = if matches!(curve.role, CurveRole::Measured { .. }) { 0.0 } else { MEASURED_FIRST };
                Some((*curve, point, distance + handicap))
            })
            .min_by(|(_, _, a), (_, _, b)| a.total_cmp(b));
        let Some((curve, point, _)) = nearest else { return };
        let measured = panel
            .curves
            .iter()
            .find(|candidate| candidate.name == curve.name && candidate.role == curve.role)
            .and_then(|candidate| candidate.points.get(point.index));
        let Some(measured) = measured else { return };

        let center = curve.place_of(point, transform);
        let color = theme::curve_color(&curve.style, ui.visuals().dark_mode);
        ui.painter().add(Shape::circle_stroke(center, curve_mark::MARKER_RADIUS + 4.0, Stroke::new(2.0, color)));
        let text = readout::point_sentence(&curve.name, curve.role, self.spec.metric, &panel.x, measured);
        egui::Tooltip::always_open(ui.ctx().clone(), response.layer_id, response.id, PopupAnchor::Pointer)
            .gap(12.0)
            .show(|ui| {
                ui.set_max_width(READOUT_WIDTH);
                ui.label(text);
            });
    }
}

/// The places that were visible in the last frame, if there was one.
fn shown_places(ui: &Ui, plot_id: Id) -> Option<(Places, Places)> {
    let (min, max) = ui.data(|data| data.get_temp::<([f64; 2], [f64; 2])>(plot_id.with("shown")))?;
    Some(((min[0], max[0]), (min[1], max[1])))
}

fn has_measurement(curves: &[PreparedCurve]) -> bool {
    curves.iter().any(|curve| {
        matches!(curve.role, CurveRole::Measured { .. } | CurveRole::Ceiling | CurveRole::Reference { .. })
            && !curve.points.is_empty()
    })
}

#[cfg(test)]
mod tests;
