//! Who held the GIL, when: one lane for each worker, zoomed with wheel or buttons.
//!
//! Where holds are narrower than a few pixels, a pixel is as strong as the share of its time that was held: painting it
//! full would show every worker holding the GIL all the time.

use std::ops::Range;
use std::sync::Arc;

use eframe::egui::{
    self, Align2, Color32, FontFamily, FontId, Id, Key, Label, Mesh, PopupAnchor, Pos2, Rangef, Rect, Response, Role,
    ScrollArea, Sense, Shape, Stroke, Ui, WidgetInfo, pos2, vec2,
};

use crate::model::format;
use crate::model::plot::{Axis, AxisScale, AxisValues, CurveRole};
use crate::model::series::EngineKind;
use crate::model::timeline::{Slice, Timeline};

use super::plot_axis::{self, Direction};
use super::theme::{self, Palette, size, space};

/// Room for the workers' names, in points.
const NAMES: f32 = 72.0;
/// Room for the time axis, in points.
const AXIS: f32 = 36.0;
/// The heights a lane may have, in points.
const LANE: Rangef = Rangef { min: 10.0, max: 32.0 };
/// The least time that fills the view, in nanoseconds.
const CLOSEST_NS: f64 = 1_000.0;

/// Draws the timeline `height` points high, with the sentences that say the same below it.
///
/// Hand over the same [`Arc`] while nothing changed: the sentences are made once for each.
pub fn show(ui: &mut Ui, timeline: &Arc<Timeline>, height: f32) {
    let id = ui.make_persistent_id("timeline");
    let whole = whole_ns(timeline);
    let known = Known::cached(ui, id, timeline);
    let mut view = known.1.unwrap_or(whole);

    buttons(ui, &mut view, whole);
    let lanes_height = (height - AXIS - ui.spacing().interact_size.y).max(LANE.min);
    let lane = (lanes_height / as_f32(timeline.threads.get())).clamp(LANE.min, LANE.max);
    let lanes_height = lanes_height.min(lane * as_f32(timeline.threads.get()));
    let area = ScrollArea::vertical()
        .id_salt("lanes")
        .max_height(lanes_height)
        .min_scrolled_height(lanes_height)
        .auto_shrink([false, true])
        .show(ui, |ui| {
            let size = vec2(ui.available_width(), lane * as_f32(timeline.threads.get()));
            let (rect, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
            // The last tick's label reaches beyond its tick.
            let lanes = Rect::from_min_max(rect.min + vec2(NAMES, 0.0), rect.max - vec2(space::M, 0.0));
            navigate(ui, &response, lanes, &mut view, whole);
            response.widget_info(|| {
                WidgetInfo::labeled(Role::Figure, ui.is_enabled(), format!("Timeline of the GIL. {}", known.0.words))
            });
            let drawing = Drawing { timeline, lanes, lane, view };
            drawing.paint(ui);
            if let Some(pointer) = response.hover_pos() {
                drawing.read_out(ui, &response, pointer);
            }
            lanes
        });
    time_axis(ui, area.inner.x_range(), view);
    ui.add(Label::new(known.0.words.as_str()).wrap());
    ui.data_mut(|data| data.insert_temp(id.with("view"), (Arc::as_ptr(timeline) as usize, view)));
}

/// A range of time in nanoseconds after the first snapshot.
type View = (f64, f64);

/// The sentences for a timeline, made once.
struct Known {
    timeline: Arc<Timeline>,
    words: String,
}

impl Known {
    /// The sentences, and the view the reader has chosen for this very timeline.
    fn cached(ui: &Ui, id: Id, timeline: &Arc<Timeline>) -> (Arc<Self>, Option<View>) {
        let kept = ui.data(|data| data.get_temp::<Arc<Self>>(id));
        let known = kept.filter(|kept| Arc::ptr_eq(&kept.timeline, timeline)).unwrap_or_else(|| {
            let known = Arc::new(Self { timeline: Arc::clone(timeline), words: timeline.summary().in_words() });
            ui.data_mut(|data| data.insert_temp(id, Arc::clone(&known)));
            known
        });
        let view = ui.data(|data| data.get_temp::<(usize, View)>(id.with("view")));
        let view = view.filter(|(of, _)| *of == Arc::as_ptr(timeline) as usize).map(|(_, view)| view);
        (known, view)
    }
}

fn whole_ns(timeline: &Timeline) -> View {
    let (from, to) = timeline.span_ns();
    let (from, to) = (as_f64(from), as_f64(to));
    (from, to.max(from + CLOSEST_NS))
}

fn buttons(ui: &mut Ui, view: &mut View, whole: View) {
    ui.horizontal(|ui| {
        ui.label(theme::caption("who held the GIL, when"));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            if ui.button("Whole window").clicked() {
                *view = whole;
            }
            let middle = f64::midpoint(view.0, view.1);
            for (label, factor) in [("Zoom out", 0.5), ("Zoom in", 2.0)] {
                if ui.button(label).clicked() {
                    *view = zoomed(*view, factor, middle, whole);
                }
            }
        });
    });
}

/// The view magnified by `factor` around a time, kept within the whole.
fn zoomed((from, to): View, factor: f64, around: f64, whole: View) -> View {
    let length = ((to - from) / factor).clamp(CLOSEST_NS.min(whole.1 - whole.0), whole.1 - whole.0);
    let share = if to > from { ((around - from) / (to - from)).clamp(0.0, 1.0) } else { 0.5 };
    moved((around - share * length, around + (1.0 - share) * length), 0.0, whole)
}

/// The view moved by some time, kept within the whole.
fn moved((from, to): View, by: f64, whole: View) -> View {
    let length = to - from;
    let from = (from + by).clamp(whole.0, (whole.1 - length).max(whole.0));
    (from, from + length)
}

/// Wheel with Ctrl zooms, a drag moves, a double click shows all; with the keyboard: plus, minus, left and right.
fn navigate(ui: &Ui, response: &Response, lanes: Rect, view: &mut View, whole: View) {
    let per_point = (view.1 - view.0) / f64::from(lanes.width().max(1.0));
    if response.dragged() {
        *view = moved(*view, -f64::from(response.drag_delta().x) * per_point, whole);
    }
    if response.double_clicked() {
        *view = whole;
    }
    if let Some(pointer) = response.hover_pos() {
        let factor = f64::from(ui.input(egui::InputState::zoom_delta));
        if (factor - 1.0).abs() > 1e-6 {
            let around = view.0 + f64::from(pointer.x - lanes.left()) * per_point;
            *view = zoomed(*view, factor, around, whole);
        }
    }
    if response.has_focus() {
        let filter = egui::EventFilter { horizontal_arrows: true, ..Default::default() };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
        let (middle, tenth) = (f64::midpoint(view.0, view.1), (view.1 - view.0) / 10.0);
        for (key, factor, by) in [
            (Key::Plus, 2.0, 0.0),
            (Key::Equals, 2.0, 0.0),
            (Key::Minus, 0.5, 0.0),
            (Key::ArrowRight, 1.0, tenth),
            (Key::ArrowLeft, 1.0, -tenth),
        ] {
            if ui.input(|input| input.key_pressed(key)) {
                *view = moved(zoomed(*view, factor, middle, whole), by, whole);
            }
        }
        ui.painter().rect_stroke(lanes, 2.0, Stroke::new(2.0, Palette::in_use(ui).accent), egui::StrokeKind::Inside);
    }
}

struct Drawing<'a> {
    timeline: &'a Timeline,
    lanes: Rect,
    lane: f32,
    view: View,
}

impl Drawing<'_> {
    fn paint(&self, ui: &Ui) {
        let palette = Palette::in_use(ui);
        let style = CurveRole::Measured { engine: EngineKind::GilModel, variant: 0 }.style();
        let color = theme::curve_color(&style, ui.visuals().dark_mode);
        let workers = self.visible_workers(ui.clip_rect());
        let font = FontId::new(size::SMALL, FontFamily::Proportional);
        for worker in workers.clone() {
            let bar = self.bar(worker);
            ui.painter().rect_filled(bar, 0.0, palette.faint);
            let name = self.timeline.name_of(worker);
            let at = pos2(self.lanes.left() - space::S, bar.center().y);
            ui.painter().text(at, Align2::RIGHT_CENTER, name, font.clone(), palette.weak_text);
        }
        let slices = visible_slices(&self.timeline.slices, self.view);
        let mut mesh = Mesh::default();
        if as_f32(slices.len()) * 4.0 <= self.lanes.width() {
            self.add_slices(slices, &workers, color, &mut mesh);
        } else {
            self.add_shares(slices, &workers, color, &mut mesh);
        }
        ui.painter().with_clip_rect(self.lanes.intersect(ui.clip_rect())).add(Shape::mesh(mesh));
    }

    /// The workers whose lanes can be seen.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small numbers, 0 or more")]
    fn visible_workers(&self, clip: Rect) -> Range<usize> {
        let first = ((clip.top() - self.lanes.top()) / self.lane).floor().max(0.0) as usize;
        let last = ((clip.bottom() - self.lanes.top()) / self.lane).ceil().max(0.0) as usize;
        first..last.min(self.timeline.threads.get())
    }

    fn bar(&self, worker: usize) -> Rect {
        let top = self.lanes.top() + self.lane * as_f32(worker);
        Rect::from_x_y_ranges(self.lanes.x_range(), top + 1.0..=top + self.lane - 1.0)
    }

    /// Where a time is, in points from the lanes' left side.
    #[expect(clippy::cast_possible_truncation, reason = "a place on the screen")]
    fn x(&self, time_ns: u64) -> f32 {
        ((as_f64(time_ns) - self.view.0) / (self.view.1 - self.view.0) * f64::from(self.lanes.width())) as f32
    }

    /// Every hold as it is.
    fn add_slices(&self, slices: &[Slice], workers: &Range<usize>, color: Color32, mesh: &mut Mesh) {
        for slice in slices.iter().filter(|slice| workers.contains(&slice.worker)) {
            let (from, to) = (self.x(slice.from_ns), self.x(slice.to_ns));
            let bar = self.bar(slice.worker);
            let left = self.lanes.left();
            let rect = Rect::from_x_y_ranges(left + from..=left + to.max(from + 0.5), bar.y_range());
            mesh.add_colored_rect(rect, color);
        }
    }

    /// For each point of width the share of its time that each worker held the GIL.
    fn add_shares(&self, slices: &[Slice], workers: &Range<usize>, color: Color32, mesh: &mut Mesh) {
        let shares = self.shares(slices, workers);
        let columns = self.columns();
        for (lane, row) in shares.chunks(columns).enumerate() {
            let bar = self.bar(workers.start + lane);
            let mut begin = 0;
            for run in row.chunk_by(|a, b| strength(*a) == strength(*b)) {
                let strength = run.first().map_or(0, |share| strength(*share));
                if strength > 0 {
                    let left = self.lanes.left() + as_f32(begin);
                    let rect = Rect::from_x_y_ranges(left..=left + as_f32(run.len()), bar.y_range());
                    mesh.add_colored_rect(rect, color.gamma_multiply_u8(strength));
                }
                begin += run.len();
            }
        }
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a width in points, 0 or more")]
    fn columns(&self) -> usize {
        (self.lanes.width().ceil() as usize).max(1)
    }

    /// Lane after lane, column after column: 0 for not held, 1 for held all the time.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "columns, clamped to 0 or more")]
    fn shares(&self, slices: &[Slice], workers: &Range<usize>) -> Vec<f32> {
        let columns = self.columns();
        let mut shares = vec![0.0_f32; columns * workers.len()];
        for slice in slices.iter().filter(|slice| workers.contains(&slice.worker)) {
            let (from, to) = (self.x(slice.from_ns).max(0.0), self.x(slice.to_ns).min(as_f32(columns)));
            let row = (slice.worker - workers.start) * columns;
            for column in from as usize..(to.ceil().max(0.0) as usize).min(columns) {
                let covered = to.min(as_f32(column + 1)) - from.max(as_f32(column));
                if let Some(share) = shares.get_mut(row + column) {
                    *share += covered.max(0.0);
                }
            }
        }
        shares
    }

    /// Who held the GIL at the time under the pointer.
    fn read_out(&self, ui: &Ui, response: &Response, pointer: Pos2) {
        if !self.lanes.contains(pointer) {
            return;
        }
        let share = f64::from((pointer.x - self.lanes.left()) / self.lanes.width().max(1.0));
        let time_ns = self.view.0 + share * (self.view.1 - self.view.0);
        let text = holder_in_words(self.timeline, time_ns);
        egui::Tooltip::always_open(ui.ctx().clone(), response.layer_id, response.id, PopupAnchor::Pointer)
            .gap(12.0)
            .show(|ui| ui.label(text));
    }
}

/// A share as one of 16 strengths, so that neighbours can be painted as one; what is held at all is seen.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 255")]
fn strength(share: f32) -> u8 {
    if share <= 0.0 { 0 } else { ((share.min(1.0) * 15.0).ceil() * 17.0) as u8 }
}

/// The slices that touch a view.
fn visible_slices(slices: &[Slice], (from, to): View) -> &[Slice] {
    let first = slices.partition_point(|slice| as_f64(slice.to_ns) < from);
    let last = slices.partition_point(|slice| as_f64(slice.from_ns) <= to);
    slices.get(first..last.max(first)).unwrap_or_default()
}

fn holder_in_words(timeline: &Timeline, time_ns: f64) -> String {
    let slices = &timeline.slices;
    let at = format::number(time_ns / 1e6);
    let next = slices.partition_point(|slice| as_f64(slice.from_ns) <= time_ns);
    let holder = next.checked_sub(1).and_then(|last| slices.get(last)).filter(|slice| time_ns <= as_f64(slice.to_ns));
    match holder {
        Some(slice) => {
            let ms = |time_ns: u64| format::number(as_f64(time_ns) / 1e6);
            let hold = ms(slice.to_ns.saturating_sub(slice.from_ns));
            format!("At {at} ms: {}, for {hold} ms", timeline.name_of(slice.worker))
        }
        None => format!("At {at} ms: nobody"),
    }
}

/// Ticks below the lanes.
fn time_axis(ui: &mut Ui, x: Rangef, view: View) {
    let palette = Palette::in_use(ui);
    let font = FontId::new(size::SMALL, FontFamily::Proportional);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), AXIS), Sense::hover());
    let ms = (view.0 / 1e6, view.1 / 1e6);
    let axis =
        Axis { label: "ms".to_owned(), scale: AxisScale::Linear, min: ms.0, max: ms.1, values: AxisValues::Numbers };
    let painter = ui.painter();
    let stroke = Stroke::new(1.0, palette.weak_text);
    painter.hline(x, rect.top() + 1.0, stroke);
    for tick in plot_axis::ticks(ui, &axis, ms, x.span(), Direction::Across, &font) {
        #[expect(clippy::cast_possible_truncation, reason = "a place on the screen")]
        let at = x.min + ((tick.place - ms.0) / (ms.1 - ms.0)) as f32 * x.span();
        painter.vline(at, rect.top() + 1.0..=rect.top() + 5.0, stroke);
        painter.text(pos2(at, rect.top() + 6.0), Align2::CENTER_TOP, tick.label, font.clone(), palette.weak_text);
    }
    let at = pos2(x.center(), rect.bottom());
    painter.text(at, Align2::CENTER_BOTTOM, "ms after the window began", font, palette.weak_text);
}

#[expect(clippy::cast_precision_loss, reason = "numbers of lanes and columns are small")]
fn as_f32(count: usize) -> f32 {
    count as f32
}

#[expect(clippy::cast_precision_loss, reason = "nanoseconds of one window stay far below 2^52")]
fn as_f64(time_ns: u64) -> f64 {
    time_ns as f64
}

#[cfg(test)]
mod tests {
    use egui_kittest::Harness;
    use egui_kittest::kittest::Queryable as _;

    use super::*;
    use crate::model::units::ThreadCount;
    use crate::ui::sample;

    fn harness(timeline: Timeline) -> Harness<'static, Arc<Timeline>> {
        Harness::builder()
            .with_size(vec2(800.0, 320.0))
            .with_context_setup(theme::install)
            .build_ui_state(|ui, timeline: &mut Arc<Timeline>| show(ui, timeline, 260.0), Arc::new(timeline))
    }

    fn drawing(timeline: &Timeline, view: View) -> Drawing<'_> {
        Drawing { timeline, lanes: Rect::from_min_size(pos2(0.0, 0.0), vec2(100.0, 40.0)), lane: 10.0, view }
    }

    #[test]
    fn a_timeline_is_told_in_words_too() {
        let harness = harness(sample::timeline(100));
        let words = sample::timeline(100).summary().in_words();
        assert!(words.contains("changed hands") && words.contains("worker 1 had"), "{words}");
        harness.get_by_label(&words);
        harness.get_by_label(&format!("Timeline of the GIL. {words}"));
    }

    #[test]
    fn narrow_holds_show_their_share() {
        // Two workers take turns of 1 µs for 100 ms: each column of 1 ms is half and half.
        let slices = (0..100_000).map(|index| Slice {
            worker: usize::from(index % 2 == 1),
            from_ns: index * 1000,
            to_ns: (index + 1) * 1000,
        });
        let timeline = Timeline { threads: ThreadCount::clamped(2), main: None, slices: slices.collect() };
        let drawing = drawing(&timeline, whole_ns(&timeline));
        let shares = drawing.shares(&timeline.slices, &(0..2));
        assert_eq!(shares.len(), 200);
        assert!(shares.iter().all(|share| (share - 0.5).abs() < 0.02), "{shares:?}");
        let mut mesh = Mesh::default();
        drawing.add_shares(&timeline.slices, &(0..2), Color32::RED, &mut mesh);
        assert!(mesh.vertices.len() <= 4 * 200, "{} corners", mesh.vertices.len());
    }

    #[test]
    fn wide_holds_keep_their_ends() {
        let timeline = sample::timeline(4);
        let drawing = drawing(&timeline, (0.0, 20_000_000.0));
        let mut mesh = Mesh::default();
        drawing.add_slices(&timeline.slices, &(0..4), Color32::RED, &mut mesh);
        assert_eq!(mesh.vertices.len(), 16);
        let expected = drawing.x(timeline.slices[1].from_ns);
        assert!((mesh.vertices[4].pos.x - expected).abs() < 1e-3);
    }

    #[test]
    fn only_what_is_seen_is_looked_at() {
        let timeline = sample::timeline(100_000);
        let seen = visible_slices(&timeline.slices, (1e9, 1.1e9));
        assert!((18..=23).contains(&seen.len()), "{} slices in 100 ms of 5 ms each", seen.len());
        assert!(visible_slices(&timeline.slices, (1e15, 2e15)).is_empty());
    }

    #[test]
    fn views_stay_within_the_whole() {
        let whole = (0.0, 1e9);
        assert_eq!(zoomed(whole, 2.0, 0.5e9, whole), (0.25e9, 0.75e9));
        assert_eq!(zoomed((0.25e9, 0.75e9), 0.1, 0.5e9, whole), whole);
        assert_eq!(moved((0.25e9, 0.75e9), 9e9, whole), (0.5e9, 1e9));
        let closest = zoomed(whole, 1e12, 0.5e9, whole);
        assert!((closest.1 - closest.0 - CLOSEST_NS).abs() < 1e-3);
        // Around the pointer: what is under it stays under it.
        let (from, to) = zoomed(whole, 4.0, 0.2e9, whole);
        assert!(((0.2e9 - from) / (to - from) - 0.2).abs() < 1e-9);
    }

    #[test]
    fn the_holder_is_read_out() {
        let slices = vec![Slice { worker: 2, from_ns: 1_000_000, to_ns: 6_000_000 }];
        let slices = Timeline { threads: ThreadCount::clamped(3), main: None, slices };
        assert_eq!(holder_in_words(&slices, 3e6), "At 3.00 ms: worker 3, for 5.00 ms");
        assert_eq!(holder_in_words(&slices, 0.5e6), "At 0.500 ms: nobody");
        assert_eq!(holder_in_words(&slices, 9e6), "At 9.00 ms: nobody");
    }

    #[test]
    fn buttons_zoom() {
        let mut harness = harness(sample::timeline(1000));
        harness.run();
        let view = |harness: &Harness<'_, Arc<Timeline>>| {
            let id = harness.ui_id().with("timeline").with("view");
            harness.ctx.data(|data| data.get_temp::<(usize, View)>(id)).expect("it was shown").1
        };
        let whole = view(&harness);
        harness.get_by_label("Zoom in").click();
        harness.run();
        let zoomed = view(&harness);
        assert!((zoomed.1 - zoomed.0 - (whole.1 - whole.0) / 2.0).abs() < 1.0);
        harness.get_by_label("Whole window").click();
        harness.run();
        assert_eq!(view(&harness), whole);
    }

    #[test]
    fn many_workers_scroll_and_none_is_fine() {
        let slices =
            (0..256).map(|index| Slice { worker: index, from_ns: index as u64 * 10, to_ns: index as u64 * 10 + 10 });
        harness(Timeline { threads: ThreadCount::clamped(256), main: None, slices: slices.collect() }).run();
        harness(Timeline { threads: ThreadCount::clamped(2), main: None, slices: Vec::new() })
            .get_by_label("Nobody held the GIL in this window.");
    }
}
