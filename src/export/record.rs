//! A run as JSON, to be opened again.

use crate::model::record::RunRecord;

use super::error::ExportError;

/// The record as indented JSON that ends in a line break; refused where it could not be opened again.
pub(super) fn write(record: &RunRecord) -> Result<Vec<u8>, ExportError> {
    let text =
        record.to_json().map_err(|error| ExportError::Render { format: "JSON result", reason: error.to_string() })?;
    Ok(text.into_bytes())
}
