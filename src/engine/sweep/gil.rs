//! A series without the GIL whose GIL came back: what it imports decides that, which is known only once it runs.

use super::{Sweep, experiments};
use crate::engine::message::EventKind;
use crate::model::results::Curve;
use crate::model::warning::Warning;

impl Sweep {
    /// Measures the cells of this cell's engine and workload as what they are: with the GIL on. Where an experiment asked for that
    /// series too, they are left out there. `false` where the engine has no choice of the GIL.
    pub(super) fn take_as_with_gil(&mut self, index: usize) -> bool {
        let state = &self.cells[index];
        let (group, off) = (state.cell.group, state.cell.key.clone());
        let Some(engine) = self.engines[state.engine].with_gil_on() else { return false };
        let on = engine.key().clone();
        let engine = self.engine_of(&on).unwrap_or_else(|| {
            self.engines.push(engine);
            self.engines.len() - 1
        });
        let mut told = Vec::new();
        for state in self.cells.iter_mut().filter(|state| state.cell.group == group) {
            let concerned = experiments(&state.cell);
            let is_twin = concerned.iter().any(|&it| self.request.experiments[it].series.contains(&on));
            if is_twin {
                (state.rests, state.decides, state.is_left_out) = (true, false, true);
            } else {
                state.cell.key = on.clone();
                state.engine = engine;
                for (_, curve) in state.cell.feeds.iter_mut().filter(|(_, curve)| *curve != Curve::Ceiling) {
                    *curve = Curve::Series(on.clone());
                }
            }
            told.extend(concerned.into_iter().map(|experiment| (experiment, is_twin)));
        }
        told.dedup();
        for (experiment, is_twin) in told {
            self.results[experiment].replace(&off, &on);
            self.send(EventKind::SeriesReplaced { experiment, from: off.clone(), to: on.clone() });
            let (series, instead) = (off.label(), on.label());
            self.warn(Some(experiment), Warning::GilCameBack { series, instead, is_twin });
        }
        true
    }
}
