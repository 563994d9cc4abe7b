//! The fields that each table of the front matter may have.

/// A field that a table may have: its name, whether it must be there, and an example for the error message.
pub(super) struct Known {
    pub(super) name: &'static str,
    pub(super) need: Need,
    pub(super) example: &'static str,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    Required,
    Optional,
}

const fn required(name: &'static str, example: &'static str) -> Known {
    Known { name, need: Need::Required, example }
}

const fn optional(name: &'static str) -> Known {
    Known { name, need: Need::Optional, example: "" }
}

pub(super) const LESSON: &[Known] = &[
    required("format", "format = 1"),
    required("id", "id = \"waiting\""),
    required("title", "title = \"Threads overlap waiting\""),
    required("minutes", "minutes = 10"),
    required("goals", "goals = [\"Say what a thread does while it waits.\"]"),
    required("experiment", "[[experiment]]"),
    optional("question"),
];

pub(super) const EXPERIMENT: &[Known] = &[
    required("id", "id = \"wait\""),
    required("title", "title = \"Waiting 5 ms\""),
    required("workload", "workload = \"wait\""),
    optional("parameters"),
    required("engines", "engines = [\"gil-model\", \"native\"]"),
    required("threads", "threads = { min = 1, max = \"4*cores\" }"),
    optional("metric"),
    optional("group"),
    optional("claim"),
];

pub(super) const RANGE: &[Known] = &[required("min", "min = 1"), required("max", "max = \"4*cores\"")];

pub(super) const CLAIM: &[Known] = &[
    required("id", "id = \"overlaps\""),
    required("text", "text = \"Eight threads wait at the same time.\""),
    required("check", "check = { quantity = \"speedup\", engine = \"native\", threads = 8, at_least = 6 }"),
];

pub(super) const CHECK: &[Known] = &[
    required("quantity", "quantity = \"speedup\""),
    required("engine", "engine = \"gil-model\""),
    optional("over"),
    optional("threads"),
    optional("from"),
    optional("to"),
    optional("at_least"),
    optional("at_most"),
    optional("gil"),
];

pub(super) const QUESTION: &[Known] = &[
    required("id", "id = \"knee\""),
    required("text", "text = \"How many waiting threads are worth having?\""),
    optional("experiment"),
    required("why", "why = \"Each of them waits without the GIL.\""),
    required("choice", "[[question.choice]]"),
];

pub(super) const CHOICE: &[Known] =
    &[required("text", "text = \"About eight times as much\""), optional("right"), optional("check")];

/// Every field of every table.
#[cfg(test)]
pub(in crate::lesson) fn names() -> impl Iterator<Item = &'static str> {
    [LESSON, EXPERIMENT, RANGE, CLAIM, CHECK, QUESTION, CHOICE].into_iter().flatten().map(|field| field.name)
}
