//! A run as JSON, to be opened again.

use crate::model::record::RunRecord;

use super::error::ExportError;

/// The record as indented JSON that ends in a line break.
pub(super) fn write(record: &RunRecord) -> Result<Vec<u8>, ExportError> {
    let mut bytes = serde_json::to_vec_pretty(record)
        .map_err(|error| ExportError::Render { format: "JSON result", reason: error.to_string() })?;
    bytes.push(b'\n');
    Ok(bytes)
}
