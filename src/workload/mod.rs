//! What one unit of work does, one file for each workload. No timing inside.
