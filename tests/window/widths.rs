//! How wide the panels beside the plot are: as the reader has made them, whatever became of the window meanwhile.

use super::bench::{Bench, Opening};
use eframe::egui::accesskit::Role;
use eframe::egui::{self, Event, Modifiers, PointerButton, Pos2, pos2, vec2};
use egui_kittest::kittest::Queryable as _;
use threadlab::ui::session::{Session, WindowLayout};

const WIDE: egui::Vec2 = vec2(1280.0, 800.0);

/// A window whose reader has chosen these widths of list and text earlier.
fn with_widths(lessons: Option<f32>, text: Option<f32>) -> Bench {
    let layout = WindowLayout { lessons_width: lessons, text_width: text, ..WindowLayout::default() };
    let session = Session { layout, ..Session::default() };
    let session = session.to_json().ok().and_then(|json| String::from_utf8(json).ok());
    Opening { size: WIDE, session, ..Opening::default() }.open()
}

/// How wide the lesson list is, in a window that shows it.
fn list_width(bench: &Bench) -> f32 {
    edges(bench).first().copied().expect("an edge")
}

/// How wide the lesson's text is.
fn text_width(bench: &Bench) -> f32 {
    bench.harness.ctx.content_rect().right() - edges(bench).last().copied().expect("an edge")
}

/// Gives the window another size, as zooming does in points, and lets it settle.
fn resize(bench: &mut Bench, size: egui::Vec2) {
    bench.harness.set_size(size);
    bench.harness.run_steps(6);
}

/// Drags the edge of a panel sideways.
fn drag(bench: &mut Bench, edge_x: f32, by: f32) {
    let button = |pos: Pos2, pressed| Event::PointerButton {
        pos,
        button: PointerButton::Primary,
        pressed,
        modifiers: Modifiers::NONE,
    };
    let from = pos2(edge_x, 400.0);
    let to = from + vec2(by, 0.0);
    for event in [
        Event::PointerMoved(from),
        button(from, true),
        Event::PointerMoved(from + vec2(by * 0.5, 0.0)),
        Event::PointerMoved(to),
        button(to, false),
    ] {
        bench.harness.event(event);
        bench.harness.step();
    }
    bench.harness.run_steps(3);
}

/// Where the edges are at which the panels can be dragged, from left to right.
fn edges(bench: &Bench) -> Vec<f32> {
    let handles = bench.harness.query_all_by_role_and_label(Role::Splitter, "Resize panel");
    let mut edges: Vec<f32> = handles.map(|handle| handle.rect().center().x).collect();
    edges.sort_by(f32::total_cmp);
    edges
}

#[test]
fn widths_that_the_reader_chose_come_back_with_the_room_for_them() {
    let mut bench = with_widths(Some(280.0), Some(330.0));
    assert!((list_width(&bench) - 280.0).abs() < 1.0, "{}", list_width(&bench));
    assert!((text_width(&bench) - 330.0).abs() < 1.0, "{}", text_width(&bench));
    // A zoom of 2.5 leaves 512 points, and little more than 860 are still room for the text.
    for narrow in [vec2(900.0, 640.0), vec2(512.0, 320.0)] {
        resize(&mut bench, narrow);
        resize(&mut bench, WIDE);
        let (lessons, text) = (list_width(&bench), text_width(&bench));
        assert!((lessons - 280.0).abs() < 1.0 && (text - 330.0).abs() < 1.0, "{narrow}: {lessons} and {text}");
        let layout = &bench.harness.state().state().session.layout;
        assert_eq!((layout.lessons_width, layout.text_width), (Some(280.0), Some(330.0)), "{narrow}");
    }
}

#[test]
fn a_text_that_was_squeezed_is_as_wide_as_usual_again() {
    let mut bench = with_widths(None, None);
    let usual = text_width(&bench);
    resize(&mut bench, vec2(880.0, 640.0));
    let squeezed = text_width(&bench);
    assert!(squeezed < usual - 40.0, "{squeezed} is not squeezed, usual are {usual}");
    resize(&mut bench, WIDE);
    assert!((text_width(&bench) - usual).abs() < 1.0, "{} in place of {usual}", text_width(&bench));
    assert_eq!(bench.harness.state().state().session.layout.text_width, None, "nobody has chosen a width");
}

#[test]
fn a_width_is_chosen_by_dragging_and_kept() {
    let mut bench = with_widths(None, None);
    let before = text_width(&bench);
    let edge = edges(&bench).last().copied().expect("an edge");
    drag(&mut bench, edge, 60.0);
    let chosen = text_width(&bench);
    assert!((chosen - (before - 60.0)).abs() < 6.0, "{before} before, {chosen} after");
    let kept = bench.harness.state().state().session.layout.text_width.expect("a width");
    assert!((kept - chosen).abs() < 1.0, "{kept} is kept, {chosen} is shown");
    // What can be seen in a squeezed window is no choice; what is dragged there is.
    resize(&mut bench, vec2(512.0, 320.0));
    resize(&mut bench, WIDE);
    assert!((text_width(&bench) - chosen).abs() < 1.0);
}
