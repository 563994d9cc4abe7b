//! Arguments to window or command line; sole owner of the exit code.

fn main() {}
