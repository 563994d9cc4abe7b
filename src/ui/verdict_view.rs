//! A claim with what the measurement says of it: a badge with shape, word and colour, and the reason.

use eframe::egui::{self, Color32, Label, Role, Sense, Ui, UiBuilder, WidgetInfo, vec2};

use crate::model::claim::{Judgement, Verdict};

use super::theme::{self, Palette, size, space};

/// What is known of a claim.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ClaimState<'a> {
    /// Its experiment has not been measured.
    Open,
    /// Measuring goes on; what is known so far.
    Running(Option<&'a Judgement>),
    /// The measurement is over.
    Judged(&'a Judgement),
}

/// Draws a claim: its sentence, its badge, and the reason below.
pub fn show(ui: &mut Ui, claim: &str, state: ClaimState<'_>) {
    let judgement = match state {
        ClaimState::Open => None,
        ClaimState::Running(judgement) => judgement,
        ClaimState::Judged(judgement) => Some(judgement),
    };
    let builder = UiBuilder::new().accessibility_role(Role::Group).accessibility_label(format!("Claim: {claim}"));
    ui.scope_builder(builder, |ui| {
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = space::XS;
            ui.add(Label::new(theme::strong(claim)).wrap());
            let so_far = matches!(state, ClaimState::Running(Some(_)));
            badge(ui, judgement.map(|judgement| judgement.verdict), so_far);
            if let Some(judgement) = judgement {
                ui.add(Label::new(judgement.reason.as_str()).wrap());
            }
        });
    });
}

/// Draws the badge alone, such as beside a line of the lesson's text. `so_far` says that measuring goes on.
pub fn badge(ui: &mut Ui, verdict: Option<Verdict>, so_far: bool) -> egui::Response {
    let palette = Palette::in_use(ui);
    let (symbol, word, color) = in_words(palette, verdict);
    let text = if so_far { format!("{symbol} {word} so far") } else { format!("{symbol} {word}") };
    let font = egui::FontId::new(size::BODY, theme::semibold());
    let galley = ui.fonts_mut(|fonts| fonts.layout_no_wrap(text, font, color));
    let (rect, response) = ui.allocate_exact_size(galley.size() + vec2(2.0 * space::S, space::XS), Sense::hover());
    if ui.is_rect_visible(rect) {
        ui.painter().rect_filled(rect, rect.height() / 2.0, badge_ground(palette, color));
        ui.painter().galley(rect.center() - galley.size() / 2.0, galley, color);
    }
    let spoken = if so_far { format!("Verdict so far: {word}") } else { format!("Verdict: {word}") };
    response.widget_info(|| WidgetInfo::labeled(Role::Status, ui.is_enabled(), spoken.as_str()));
    response
}

/// Draws the verdict's sign alone, beside a line that has no room for more; its words show on hover.
pub fn sign(ui: &mut Ui, verdict: Option<Verdict>) -> egui::Response {
    let palette = Palette::in_use(ui);
    let (symbol, word, color) = in_words(palette, verdict);
    let response = ui.add(Label::new(theme::strong(symbol).color(color)).selectable(false).sense(Sense::hover()));
    let spoken = format!("Verdict: {word}");
    response.widget_info(|| WidgetInfo::labeled(Role::Status, ui.is_enabled(), spoken.as_str()));
    response.on_hover_text(format!("What was measured says of it: {word}."))
}

/// Symbol, word and colour of a verdict, or of none.
pub(super) fn in_words(palette: &Palette, verdict: Option<Verdict>) -> (&'static str, &'static str, Color32) {
    match verdict {
        Some(verdict) => (theme::verdict_symbol(verdict), verdict.label(), palette.verdict(verdict)),
        None => ("○", "not measured yet", palette.weak_text),
    }
}

/// A tint of the text's colour over the panel, weak enough that the text keeps its contrast.
fn badge_ground(palette: &Palette, color: Color32) -> Color32 {
    palette.panel.lerp_to_gamma(color, 0.06)
}

#[cfg(test)]
mod tests {
    use eframe::egui::Theme;
    use egui_kittest::Harness;
    use egui_kittest::kittest::Queryable as _;

    use super::*;

    const CLAIM: &str = "With the GIL, threads do not speed up CPU-bound work.";

    fn judgement(verdict: Verdict) -> Judgement {
        Judgement {
            id: "flat".to_owned(),
            text: CLAIM.to_owned(),
            verdict,
            reason: "At 8 threads the speedup is 0.93 (0.90 to 0.97).".to_owned(),
        }
    }

    #[track_caller]
    fn check(state: ClaimState<'_>, spoken: &str) {
        let harness = Harness::builder().with_context_setup(theme::install).build_ui(|ui| show(ui, CLAIM, state));
        harness.get_by_role_and_label(Role::Group, &format!("Claim: {CLAIM}"));
        harness.get_by_label(CLAIM);
        harness.get_by_role_and_label(Role::Status, spoken);
        let reason = harness.query_by_label_contains("At 8 threads").is_some();
        assert_eq!(reason, !spoken.contains("not measured"));
    }

    #[test]
    fn every_state_has_its_words() {
        check(ClaimState::Open, "Verdict: not measured yet");
        check(ClaimState::Running(None), "Verdict: not measured yet");
        for (verdict, word) in
            [(Verdict::Holds, "holds"), (Verdict::Refuted, "refuted"), (Verdict::CannotTell, "cannot tell")]
        {
            let judgement = judgement(verdict);
            check(ClaimState::Judged(&judgement), &format!("Verdict: {word}"));
            check(ClaimState::Running(Some(&judgement)), &format!("Verdict so far: {word}"));
        }
    }

    #[test]
    fn badges_can_be_read() {
        for theme in [Theme::Light, Theme::Dark] {
            let palette = Palette::of(theme);
            for color in [palette.holds, palette.refuted, palette.cannot_tell, palette.weak_text] {
                let ratio = theme::contrast_ratio(color, badge_ground(palette, color));
                assert!(ratio >= 4.5, "{theme:?} {color:?}: {ratio:.2}");
            }
        }
    }
}
