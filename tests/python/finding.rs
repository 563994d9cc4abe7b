//! What an interpreter of this machine says of itself.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::*;
use threadlab::engine::python::discovery::Discovery;

/// As on Windows, where what is no console gets text in the machine's code page: a folder may have letters beyond it.
#[test]
fn an_interpreter_says_where_it_is_in_any_letters() {
    for python in some_pythons() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let narrow = folder.path().join("python");
        let script = format!(
            "#!/bin/sh\nfor last; do :; done\nexec '{}' -c '\
             import io, sys\n\
             sys.stdout = io.TextIOWrapper(sys.stdout.buffer, encoding=\"cp1252\")\n\
             sys.executable = \"/Pr\\u00fcf \\u4e2d/python\"\n\
             exec(sys.argv[1])' \"$last\"\n",
            python.path
        );
        fs::write(&narrow, script).expect("a script can be written");
        fs::set_permissions(&narrow, fs::Permissions::from_mode(0o755)).expect("it can be made executable");
        let found = Discovery::new().look_at(&narrow);
        let identity = found.identity.unwrap_or_else(|| panic!("{}: {:?}", python.path, found.unfit));
        assert_eq!(identity.executable, Path::new("/Prüf 中/python"));
        assert_eq!(identity.version.to_string(), python.version);
    }
}
