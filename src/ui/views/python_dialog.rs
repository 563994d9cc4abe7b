//! The Pythons of this machine: which of them to measure in, and what.

use eframe::egui::{self, Label, RichText, TextEdit, Ui};

use super::controls::{labelled_button, name, remark, segments};
use super::overlay::dialog;
use crate::engine::Support;
use crate::engine::catalogue::{self, InterpreterOffer};
use crate::model::series::{EngineKind, StartMethod};
use crate::ui::command::{Command, Inbox};
use crate::ui::python_command::PythonCommand;
use crate::ui::state::pythons::{ChosenPython, GilChoice, Search, quoted};
use crate::ui::state::{Bench, State};
use crate::ui::theme::{self, Palette, space};

/// Draws the dialog.
pub(super) fn show(ui: &mut Ui, state: &State, inbox: &mut Inbox) {
    dialog(ui, "Python", 720.0, f32::INFINITY, inbox, |ui, inbox| {
        ui.add_enabled_ui(state.run.is_none(), |ui| {
            if let Some(bench) = &state.bench {
                engines(ui, bench, inbox);
            }
            starts(ui, state, inbox);
            ui.add_space(space::M);
            ui.label(theme::title("Measure in"));
            another(ui, state, inbox);
            ui.add_space(space::XS);
            pythons(ui, state, inbox);
        });
    });
}

/// A reason and a remedy as sentences.
pub(super) fn why_not(reason: &str, remedy: Option<&str>) -> String {
    let remedy = remedy.map(|remedy| format!(" {}.", capitalised(remedy))).unwrap_or_default();
    quoted(&format!("{}.{remedy}", capitalised(reason)))
}

fn capitalised(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// What to measure: a box for each Python engine, which stands for all Pythons chosen.
fn engines(ui: &mut Ui, bench: &Bench, inbox: &mut Inbox) {
    ui.label(theme::title("Measure in this experiment"));
    let mut reasons: Vec<(String, Vec<&str>)> = Vec::new();
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = space::M;
        for engine in EngineKind::ALL.into_iter().filter(|engine| catalogue::needs_interpreter(*engine)) {
            let offers: Vec<_> = bench.offers.iter().filter(|offer| offer.key.engine == engine).collect();
            let is_there = offers.iter().any(|offer| offer.is_there());
            let mut checked = is_there && bench.settings.engines.contains(&engine);
            let response = ui.add_enabled(is_there, egui::Checkbox::new(&mut checked, engine.label()));
            if response.on_hover_text(engine.summary()).changed() {
                inbox.send(Command::ToggleEngine(engine));
            }
            let refused = offers.iter().find_map(|offer| match offer.support() {
                Support::Unavailable { reason, remedy } => Some(why_not(reason, remedy.as_deref())),
                Support::Available => None,
            });
            if let Some(reason) = refused.filter(|_| !is_there) {
                // One reason is said once, whomever it concerns.
                match reasons.iter_mut().find(|(other, _)| *other == reason) {
                    Some((_, engines)) => engines.push(engine.label()),
                    None => reasons.push((reason, vec![engine.label()])),
                }
            }
        }
    });
    for (reason, engines) in reasons {
        ui.add(Label::new(theme::caption(format!("{}: {reason}", engines.join(", ")))).wrap());
    }
    ui.add_space(space::S);
}

fn starts(ui: &mut Ui, state: &State, inbox: &mut Inbox) {
    let choice = &state.session.python;
    let pythons = state.pythons.interpreters(choice);
    let mut defaults: Vec<StartMethod> = pythons.iter().map(catalogue::default_start_method).collect();
    defaults.dedup();
    let default = match defaults.as_slice() {
        [method] => format!("Default ({})", method.id()),
        _ => "Default".to_owned(),
    };
    ui.horizontal_wrapped(|ui| {
        ui.label("Processes are started by");
        let methods = std::iter::once(None).chain(catalogue::start_methods().into_iter().map(Some));
        let choices = methods.map(|method| (method, Command::Python(PythonCommand::SetStartMethod(method))));
        let label = |method: Option<StartMethod>| method.map_or(default.clone(), |method| method.id().to_owned());
        segments(ui, "Start of processes", choices, choice.start_method, label, inbox);
    });
    let words = match choice.start_method {
        Some(method) => method.summary(),
        None => "Each interpreter uses the method that multiprocessing uses there unless it is told otherwise.",
    };
    ui.label(theme::caption(words));
}

fn pythons(ui: &mut Ui, state: &State, inbox: &mut Inbox) {
    let known = &state.pythons;
    if known.offers.is_empty() {
        let words = match known.search {
            Search::Looking => "Looking for Pythons …",
            Search::Done => {
                "No Python was found on this machine. Install CPython 3.8 or later, from python.org, with the system's packages \
                 (such as apt install python3) or with uv python install; then look again. Or give the path of one above."
            }
        };
        ui.add(Label::new(words).wrap());
    }
    for gone in known.missing(&state.session.python) {
        missing(ui, &gone, inbox);
    }
    for offer in &known.offers {
        ui.push_id(&offer.path, |ui| python(ui, state, offer, inbox));
    }
}

/// One that was chosen and is not there any more.
fn missing(ui: &mut Ui, gone: &ChosenPython, inbox: &mut Inbox) {
    let mut checked = true;
    ui.push_id(("gone", &gone.path), |ui| {
        let label = format!("CPython {}", gone.version);
        if ui.checkbox(&mut checked, RichText::new(label).strikethrough()).changed() {
            inbox.send(Command::Python(PythonCommand::Toggle(gone.path.clone())));
        }
        let words = format!("{} It cannot be used any more: {}", theme::WARNING_SYMBOL, gone.path);
        below(ui, RichText::new(words).color(Palette::in_use(ui).warning));
    });
}

fn python(ui: &mut Ui, state: &State, offer: &InterpreterOffer, inbox: &mut Inbox) {
    let gil = state.pythons.choice_of(&state.session.python, &offer.path);
    let is_fit = offer.interpreter.is_ok();
    let mut checked = is_fit && gil.is_some();
    let is_usual = state.pythons.usual.as_ref().is_some_and(|usual| usual.path == offer.path);
    ui.horizontal(|ui| {
        let label = title(offer);
        let response = ui.add_enabled(is_fit, egui::Checkbox::new(&mut checked, label.as_str()));
        // Two of one version are told apart by ear too.
        name(&response, &format!("{label}, {}", offer.path));
        if response.on_hover_text(offer.path.as_str()).changed() {
            inbox.send(Command::Python(PythonCommand::Toggle(offer.path.clone())));
        }
        ui.label(theme::caption(kind(offer, is_usual)));
        if let (Some(gil), Some(true)) = (gil, offer.free_threaded) {
            let set = |gil| Command::Python(PythonCommand::SetGil(offer.path.clone(), gil));
            let choices = GilChoice::ALL.map(|gil| (gil, set(gil)));
            segments(ui, "GIL", choices, gil, |gil| gil.label().to_owned(), inbox);
        }
        let is_own = state.session.python.own_paths.iter().any(|own| own.display().to_string() == offer.path);
        if is_own {
            let forget = Command::Python(PythonCommand::Forget(offer.path.clone()));
            labelled_button(ui, "Forget", forget, inbox);
        }
        ui.add(Label::new(theme::caption(offer.path.as_str())).truncate());
    });
    if let Err(reason) = &offer.interpreter {
        below(ui, theme::caption(why_not(reason, None)));
    }
}

/// A line under a check box, where its label begins.
fn below(ui: &mut Ui, words: RichText) {
    ui.horizontal_top(|ui| {
        ui.spacing_mut().interact_size.y = 0.0;
        ui.add_space(ui.spacing().icon_width + ui.spacing().icon_spacing);
        ui.add(Label::new(words).wrap());
    });
}

fn title(offer: &InterpreterOffer) -> String {
    match (&offer.version, offer.free_threaded) {
        (Some(version), Some(true)) => format!("CPython {version}t"),
        (Some(version), _) if offer.interpreter.is_ok() => format!("CPython {version}"),
        (Some(version), _) => format!("Python {version}"),
        (None, _) => "Not a Python".to_owned(),
    }
}

/// Build and origin in words.
fn kind(offer: &InterpreterOffer, is_usual: bool) -> String {
    let build = offer.free_threaded.map(|free| if free { "free-threaded" } else { "with the GIL" });
    let origin = Some(offer.origin.as_str()).filter(|origin| !origin.is_empty());
    let usual = is_usual.then_some("the usual one");
    build.into_iter().chain(origin).chain(usual).collect::<Vec<_>>().join(" · ")
}

/// A Python that is not in the list, and looking for all of them again.
fn another(ui: &mut Ui, state: &State, inbox: &mut Inbox) {
    let known = &state.pythons;
    ui.horizontal(|ui| {
        let mut typed = known.typed.clone();
        let width = (ui.available_width() - 264.0).max(160.0);
        let field = TextEdit::singleline(&mut typed)
            .hint_text("Path of another Python")
            .desired_width(width)
            .margin(egui::Margin::symmetric(8, 6));
        let response = ui.add(field);
        name(&response, "Path of a Python");
        if response.changed() {
            inbox.send(Command::Python(PythonCommand::Type(typed)));
        }
        let enter = response.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
        let is_idle = known.search == Search::Done;
        let has_path = !known.typed.trim().is_empty();
        ui.add_enabled_ui(is_idle && has_path, |ui| {
            labelled_button(ui, "Add", Command::Python(PythonCommand::Add), inbox)
        });
        if enter && is_idle && has_path {
            inbox.send(Command::Python(PythonCommand::Add));
        }
        labelled_button(ui, "Choose…", Command::Python(PythonCommand::Choose), inbox);
        let words = if is_idle { "Look again" } else { "Looking …" };
        ui.add_enabled_ui(is_idle, |ui| {
            labelled_button(ui, words, Command::Python(PythonCommand::LookAgain), inbox);
        });
    });
    remark(ui, known.remark.as_ref());
}
