//! Whether Python code defines the function `work`, as far as its lines tell: no Python may be at hand.

/// Whether a module of that text may have a name `work` that can be called. It is a simple look, which doubts in favour of the code:
/// what it refuses defines no such function, or only makes coroutines of that name.
pub(in crate::lesson) fn may_define_work(code: &str) -> bool {
    let mut is_inside = false;
    let mut is_import = false;
    for line in code.lines() {
        // Behind a quotation mark it may be no comment.
        let comment = line.split_once('#').filter(|(before, _)| !before.contains(['"', '\'']));
        let line = comment.map_or(line, |(before, _)| before).trim_end();
        if line.is_empty() {
            continue;
        }
        let statement = line.trim_start();
        let words: Vec<&str> = words(statement).collect();
        // What makes names in ways that a look at lines cannot follow.
        if ["globals", "exec", "setattr", "vars", "locals"].iter().any(|made| words.contains(made))
            || words.starts_with(&["global"]) && words.contains(&"work")
        {
            return true;
        }
        if !line.starts_with([' ', '\t']) && !statement.starts_with(')') {
            is_inside = matches!(words.as_slice(), ["def" | "class", ..] | ["async", "def", ..]);
            is_import = matches!(words.first(), Some(&("from" | "import")));
        }
        let binds = match words.as_slice() {
            ["def" | "class", name, ..] => *name == "work",
            ["async", "def", ..] => false,
            _ if is_import => words.contains(&"work") || statement.contains('*'),
            all => all.contains(&"work") && (statement.contains('=') || all.contains(&"as") || all.contains(&"for")),
        };
        let is_the_definition = !line.starts_with([' ', '\t']);
        if binds && (!is_inside || is_the_definition) {
            return true;
        }
    }
    false
}

fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_work_of_the_module_is_found() {
        for code in [
            "def work():\n    pass\n",
            "import time\n\n\ndef work ( ):\n    time.sleep(0.1)\n",
            "work = lambda: None\n",
            "work: object = print\n",
            "from library import work\n",
            "from library import (\n    other,\n    work,\n)\n",
            "from library import *\n",
            "import library as work\n",
            "try:\n    import numpy\n    def work():\n        pass\nexcept ImportError:\n    work = print\n",
            "if True:\n    def work():\n        pass\n",
            "class work:\n    pass\n",
            "@decorated\ndef work():\n    pass\n",
            "def make():\n    global work\n    def work():\n        pass\nmake()\n",
            "globals()['work'] = print\n",
            "for work in (print,):\n    pass\n",
            "mark = '#'; work = print\n",
        ] {
            assert!(may_define_work(code), "{code}");
        }
    }

    #[test]
    fn what_defines_none_is_refused() {
        for code in [
            "",
            "x = 1\n",
            "def wrok():\n    pass\n",
            "def other():\n    work = 1\n",
            "def other():\n    def work():\n        pass\n",
            "class Own:\n    def work(self):\n        pass\n",
            "async def work():\n    pass\n",
            "# def work():\nprint('work')\n",
            "def worker():\n    pass\n",
        ] {
            assert!(!may_define_work(code), "{code}");
        }
    }
}
