//! Reads the tables of TOML, and says of each value what is wrong with it.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::fields::{CHECK, CHOICE, CLAIM, EXPERIMENT, Known, LESSON, Need, QUESTION, RANGE};
use super::{Field, Placed, RawAmount, RawCheck, RawChoice, RawClaim, RawExperiment, RawLesson, RawQuestion, RawRange};
use crate::lesson::diagnostic::{Diagnostic, nearest, one_of};
use crate::model::workload::ParameterValue;

/// One reading of a file.
pub(super) struct Reader<'r> {
    pub(super) source: &'r str,
    pub(super) base: usize,
    pub(super) report: &'r mut Vec<Diagnostic>,
}

type Value<'i> = Spanned<DeValue<'i>>;

impl Reader<'_> {
    pub(super) fn syntax_errors(&mut self, toml: &str, errors: &[toml::de::Error]) {
        // What follows a broken line is often only its echo, so one error a line is told, and not without end.
        const MOST: usize = 20;
        let mut lines = Vec::new();
        for error in errors {
            let span = error.span().unwrap_or(toml.len()..toml.len());
            let span = self.base + span.start..self.base + span.end;
            let message = error.message();
            // A number, a list or a table may be what belongs there, and not only the text that the parser speaks of.
            let is_missing =
                self.source.get(..span.start).is_some_and(|before| before.trim_end_matches([' ', '\t']).ends_with('='))
                    && self.source.get(span.start..).is_some_and(|rest| {
                        let rest = rest.trim_start_matches([' ', '\t']);
                        rest.is_empty() || rest.starts_with(['\n', '\r', '#'])
                    });
            let message = if is_missing { "there is no value, expected a value after `=`" } else { message };
            let (message, expected) = match message.split_once(", expected ") {
                Some((message, expected)) => (message, Some(format!("expected {expected}"))),
                None => (message, None),
            };
            let mut diagnostic = Diagnostic::new(self.source, span, format!("this is no TOML: {message}"));
            diagnostic.expected = expected;
            if !lines.contains(&diagnostic.line) && lines.len() < MOST {
                lines.push(diagnostic.line);
                self.report.push(diagnostic);
            }
        }
    }

    fn place<T>(&self, value: &Spanned<T>) -> Range<usize> {
        let span = value.span();
        self.base + span.start..self.base + span.end
    }

    fn error(&self, span: Range<usize>, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(self.source, span, message)
    }

    pub(super) fn lesson(&mut self, table: &DeTable<'_>, place: Range<usize>) -> RawLesson {
        self.fields(table, place, "the lesson", LESSON);
        RawLesson {
            format: self.field(table, "format", Self::integer),
            id: self.field(table, "id", Self::string),
            title: self.field(table, "title", Self::string),
            minutes: self.field(table, "minutes", Self::integer),
            goals: self.field(table, "goals", Self::strings),
            experiments: self
                .field(table, "experiment", |reader, name, value| reader.tables(name, value, Self::experiment)),
            questions: self
                .field(table, "question", |reader, name, value| reader.tables(name, value, Self::question))
                .given()
                .map_or_else(Vec::new, |questions| questions.value),
        }
    }

    fn question(&mut self, table: &DeTable<'_>, place: Range<usize>) -> Placed<RawQuestion> {
        self.fields(table, place.clone(), "the question", QUESTION);
        let question = RawQuestion {
            id: self.field(table, "id", Self::string),
            text: self.field(table, "text", Self::string),
            experiment: self.field(table, "experiment", Self::string),
            why: self.field(table, "why", Self::string),
            choices: self.field(table, "choice", |reader, name, value| reader.tables(name, value, Self::choice)),
        };
        Placed { value: question, span: place }
    }

    fn choice(&mut self, table: &DeTable<'_>, place: Range<usize>) -> Placed<RawChoice> {
        self.fields(table, place.clone(), "the choice", CHOICE);
        let choice = RawChoice {
            text: self.field(table, "text", Self::string),
            right: self.field(table, "right", Self::boolean),
            check: self.field(table, "check", Self::check),
        };
        Placed { value: choice, span: place }
    }

    fn experiment(&mut self, table: &DeTable<'_>, place: Range<usize>) -> RawExperiment {
        self.fields(table, place, "the experiment", EXPERIMENT);
        RawExperiment {
            id: self.field(table, "id", Self::string),
            title: self.field(table, "title", Self::string),
            workload: self.field(table, "workload", Self::string),
            parameters: self.field(table, "parameters", Self::parameters).given().map_or_else(Vec::new, |p| p.value),
            engines: self.field(table, "engines", Self::strings),
            threads: self.field(table, "threads", Self::range),
            metric: self.field(table, "metric", Self::string),
            group: self.field(table, "group", Self::string),
            claims: self
                .field(table, "claim", |reader, name, value| reader.tables(name, value, Self::claim))
                .given()
                .map_or_else(Vec::new, |claims| claims.value),
        }
    }

    fn range(&mut self, name: &str, value: &Value<'_>) -> Option<RawRange> {
        let table = self.table(name, value, "a table such as `{ min = 1, max = \"4*cores\" }`")?;
        self.fields(table, self.place(value), "the range of thread counts", RANGE);
        Some(RawRange { min: self.field(table, "min", Self::amount), max: self.field(table, "max", Self::amount) })
    }

    fn claim(&mut self, table: &DeTable<'_>, place: Range<usize>) -> RawClaim {
        self.fields(table, place, "the claim", CLAIM);
        RawClaim {
            id: self.field(table, "id", Self::string),
            text: self.field(table, "text", Self::string),
            check: self.field(table, "check", Self::check),
        }
    }

    fn check(&mut self, name: &str, value: &Value<'_>) -> Option<RawCheck> {
        let table = self.table(name, value, "a table such as `{ quantity = \"speedup\", … }`")?;
        self.fields(table, self.place(value), "the check", CHECK);
        Some(RawCheck {
            quantity: self.field(table, "quantity", Self::string),
            engine: self.field(table, "engine", Self::string),
            over: self.field(table, "over", Self::string),
            threads: self.field(table, "threads", Self::amount),
            from: self.field(table, "from", Self::amount),
            to: self.field(table, "to", Self::amount),
            at_least: self.field(table, "at_least", Self::amount),
            at_most: self.field(table, "at_most", Self::amount),
            gil: self.field(table, "gil", Self::boolean),
        })
    }

    /// Reports unknown and missing fields of a table. A missing field that an unknown one was meant to be is one error.
    fn fields(&mut self, table: &DeTable<'_>, place: Range<usize>, what: &str, known: &[Known]) {
        let names = || known.iter().map(|known| known.name);
        let mut meant = Vec::new();
        for (key, _) in table {
            let name: &str = key.get_ref();
            if !names().any(|known| known == name) {
                meant.extend(nearest(name, names()));
                let error = self
                    .error(self.place(key), format!("{what} has no field `{name}`"))
                    .expected(format!("expected {}", one_of(names())))
                    .nearest(name, names());
                self.report.push(error);
            }
        }
        for field in known.iter().filter(|field| field.need == Need::Required) {
            if !table.contains_key(field.name) && !meant.contains(&field.name) {
                let error = self
                    .error(place.clone(), format!("{what} lacks `{}`", field.name))
                    .help(format!("add `{}`", field.example));
                self.report.push(error);
            }
        }
    }

    fn field<T>(
        &mut self,
        table: &DeTable<'_>,
        name: &str,
        read: impl FnOnce(&mut Self, &str, &Value<'_>) -> Option<T>,
    ) -> Field<T> {
        match table.get(name) {
            None => Field::Absent,
            Some(value) => match read(self, name, value) {
                Some(read) => Field::Given(Placed { value: read, span: self.place(value) }),
                None => Field::Wrong,
            },
        }
    }

    fn wrong_type(&mut self, name: &str, value: &Value<'_>, expected: &str) {
        let found = in_words(value.get_ref());
        let error =
            self.error(self.place(value), format!("`{name}` is {found}")).expected(format!("expected {expected}"));
        self.report.push(error);
    }

    fn string(&mut self, name: &str, value: &Value<'_>) -> Option<String> {
        let text = value.get_ref().as_str();
        if text.is_none() {
            self.wrong_type(name, value, "text in quotes");
        }
        text.map(str::to_owned)
    }

    fn integer(&mut self, name: &str, value: &Value<'_>) -> Option<i64> {
        let number =
            value.get_ref().as_integer().and_then(|number| i64::from_str_radix(number.as_str(), number.radix()).ok());
        if number.is_none() {
            self.wrong_type(name, value, "a whole number");
        }
        number
    }

    fn boolean(&mut self, name: &str, value: &Value<'_>) -> Option<bool> {
        let truth = value.get_ref().as_bool();
        if truth.is_none() {
            self.wrong_type(name, value, "`true` or `false`");
        }
        truth
    }

    fn amount(&mut self, name: &str, value: &Value<'_>) -> Option<RawAmount> {
        let amount = match value.get_ref() {
            DeValue::String(text) => Some(RawAmount::Text(text.clone().into_owned())),
            other => as_number(other).map(RawAmount::Number),
        };
        if amount.is_none() {
            self.wrong_type(name, value, "a number, or an expression in quotes such as `\"4*cores\"`");
        }
        amount
    }

    fn strings(&mut self, name: &str, value: &Value<'_>) -> Option<Vec<Placed<String>>> {
        let Some(array) = value.get_ref().as_array() else {
            self.wrong_type(name, value, "a list of texts, such as `[\"…\", \"…\"]`");
            return None;
        };
        let mut strings = Vec::new();
        let mut all = true;
        for (index, item) in array.iter().enumerate() {
            match self.string(&format!("{name}[{index}]"), item) {
                Some(text) => strings.push(Placed { value: text, span: self.place(item) }),
                None => all = false,
            }
        }
        all.then_some(strings)
    }

    fn parameters(&mut self, name: &str, value: &Value<'_>) -> Option<Vec<(Placed<String>, Placed<ParameterValue>)>> {
        let table = self.table(name, value, "a table such as `{ wait_ms = 5 }`")?;
        let mut parameters = Vec::new();
        for (key, item) in table {
            let value = match item.get_ref() {
                DeValue::String(word) => Some(ParameterValue::Word(word.clone().into_owned())),
                number => as_number(number).map(ParameterValue::Number),
            };
            let Some(value) = value else {
                self.wrong_type(key.get_ref(), item, "a number, or a word in quotes");
                continue;
            };
            let key = Placed { value: key.get_ref().clone().into_owned(), span: self.place(key) };
            parameters.push((key, Placed { value, span: self.place(item) }));
        }
        Some(parameters)
    }

    fn table<'t, 'i>(&mut self, name: &str, value: &'t Value<'i>, expected: &str) -> Option<&'t DeTable<'i>> {
        let table = value.get_ref().as_table();
        if table.is_none() {
            self.wrong_type(name, value, expected);
        }
        table
    }

    /// An array of tables; wrong items are reported and left out.
    fn tables<T>(
        &mut self,
        name: &str,
        value: &Value<'_>,
        read: fn(&mut Self, &DeTable<'_>, Range<usize>) -> T,
    ) -> Option<Vec<T>> {
        let Some(array) = value.get_ref().as_array() else {
            self.wrong_type(name, value, "double brackets, `[[…]]`, since there may be several");
            return None;
        };
        let mut tables = Vec::new();
        for item in array {
            if let Some(table) = self.table(name, item, "a table") {
                tables.push(read(self, table, self.place(item)));
            }
        }
        Some(tables)
    }
}

fn as_number(value: &DeValue<'_>) -> Option<f64> {
    match value {
        #[expect(clippy::cast_precision_loss, reason = "a bound or a slider's value is far below 2^53")]
        DeValue::Integer(number) => {
            i64::from_str_radix(number.as_str(), number.radix()).ok().map(|number| number as f64)
        }
        DeValue::Float(number) => number.as_str().parse::<f64>().ok().filter(|number| number.is_finite()),
        _ => None,
    }
}

fn in_words(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(_) => "text".to_owned(),
        DeValue::Integer(number) => format!("`{number}`"),
        DeValue::Float(number) => format!("`{number}`"),
        DeValue::Boolean(truth) => format!("`{truth}`"),
        DeValue::Datetime(date) => format!("the date `{date}`"),
        DeValue::Array(_) => "a list".to_owned(),
        DeValue::Table(_) => "a table".to_owned(),
    }
}
