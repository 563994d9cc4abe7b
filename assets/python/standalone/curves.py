# ---- Curves -----------------------------------------------------------------------------------------------------------

FREE_THREADED = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
NO_NUMPY = "No module named 'numpy'"

# How long workers run before a window.
WARM_UP_S = 0.02
# Windows of short units are no longer than this for their sake.
PLAIN_WINDOW_S = 0.2
# How often a window is tried that says nothing.
ATTEMPTS = 3


def gil_now():
    ask = getattr(sys, "_is_gil_enabled", None)
    return ask is None or ask()


def usable_cores():
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def version_in_words(gil):
    """As legends show it: whether the GIL is on is said where a build has the choice."""
    version = "%d.%d.%d" % sys.version_info[:3]
    return version + ("t" + ", GIL on" * gil if FREE_THREADED else "")


class Curve:
    """An engine in this Python, with its windows of one experiment."""

    def __init__(self, experiment, measured, gil):
        self.experiment = experiment
        self.engine, self.start_method, self.name = (measured[name] for name in ("engine", "start_method", "name"))
        # Whether the GIL shall be on, and whether it was in some window: an extension module may switch it on.
        self.wanted_gil = self.gil = gil
        self.interpreter = None
        # By thread count: the windows by round, and how long they are to be.
        self.points = {workers: {} for workers in experiment["threads"]}
        self.lengths_s = dict(zip(experiment["threads"], measured["lengths_s"]))
        # The time of one unit on one thread, once a window has told it.
        self.unit_s = None
        # Why it could not be measured, or not to its end.
        self.left_out = self.failure = None

    def label(self):
        start = ", " + self.start_method if self.start_method else ""
        return "%s %s%s" % (self.name, version_in_words(self.gil), start)

    def goes_on(self):
        return self.left_out is None and self.failure is None

    def measure(self, workers, number, server):
        """The window of one thread count and round; notes where it cannot be measured."""
        try:
            window = self.window(workers, server)
        except Failed as failed:
            self.end()
            if NO_NUMPY in str(failed):
                self.left_out = "this Python has no NumPy; install it with `%s -m pip install numpy`" % sys.executable
            else:
                self.failure = "at %s: %s" % (counted(workers, "thread"), failed)
            return
        if window is not None:
            self.gil = self.gil or window["gil_enabled"]
            self.points[workers][number] = window

    def window(self, workers, server):
        whole_units = self.experiment["work"]["kind"] == "job"
        for _ in range(ATTEMPTS):
            length_s = self.lengths_s[workers]
            window = self.ask(workers, 0.0 if whole_units else self.phase_s(workers), length_s, server)
            if (window["workers_cpu_s"] or 0.0) > 1.02 * usable_cores() * window["wall_s"]:
                # More than the machine has: one of the clocks was read late.
                continue
            deadlocks = window.get("deadlocks")
            if not window["units"] and not (deadlocks and deadlocks["count"]):
                self.lengths_s[workers] = 4 * length_s
                continue
            if workers == 1 and self.unit_s is None and window["units"]:
                self.unit_s = window["wall_s"] / window["units"]
                wanted_s = 0.0 if whole_units else self.wanted_s()
                self.lengths_s = {count: max(length, wanted_s) for count, length in self.lengths_s.items()}
                if wanted_s > 1.5 * length_s:
                    continue
            return window
        return None

    def wanted_s(self):
        """How long a window is at least: 20 units of short ones, 4 of longer ones, 2 of very long ones."""
        return max(min(20 * self.unit_s, PLAIN_WINDOW_S), min(4 * self.unit_s, max(1.0, 2 * self.unit_s)))

    def phase_s(self, workers):
        """How much longer than the warm-up workers run before a window: anything up to a unit.

        They start together, so that otherwise each window would meet equal units at the same phase."""
        if self.unit_s is None:
            return 0.0
        stretched_s = self.unit_s * max(1.0, workers * self.experiment["cpu_share"])
        return random.random() * min(stretched_s, self.unit_s + 0.5)

    def ask(self, workers, phase_s, length_s, server):
        work = dict(self.experiment["work"])
        if work["kind"] == "socket":
            work.update(server.address())
        request = {
            "op": "point",
            "engine": self.engine[len("python-") :],
            "start_method": self.start_method,
            "workers": workers,
            "warm_up_s": WARM_UP_S + phase_s,
            "length_s": length_s,
            "timed": self.experiment["timed"],
            "stamped": False,
            "switch_interval_s": RUN["switch_interval_us"] / 1e6,
            "workload": work,
        }
        interpreter = self.ready_interpreter()
        before_s = time.process_time()
        # A process of a busy machine may take half a second to start.
        window = interpreter.ask(request, WARM_UP_S + phase_s + length_s + 0.5 * workers)
        run_for_s = WARM_UP_S + phase_s + window["wall_s"]
        # Hardly anything but the server works here.
        window["server_share"] = (time.process_time() - before_s) / run_for_s
        latency_ms = window.get("latency_ms")
        if latency_ms is not None and latency_ms / 1000 > run_for_s / 2:
            # Longer units could not have ended yet, so that only the short ones were seen.
            window["latency_ms"] = None
        return window

    def ready_interpreter(self):
        if self.interpreter is not None and not self.interpreter.is_ready():
            self.end()
        if self.interpreter is None:
            # Isolated from what is installed, except where NumPy is looked for.
            flags = [] if self.experiment["work"]["kind"] == "numpy" else ["-I", "-S"]
            if FREE_THREADED:
                flags += ["-X", "gil=%d" % self.wanted_gil]
            self.interpreter = Interpreter(flags)
        return self.interpreter

    def end(self):
        if self.interpreter is not None:
            interpreter, self.interpreter = self.interpreter, None
            interpreter.end()


def why_not(engine, start_method):
    """Why this Python cannot run an engine; None if it can."""
    if engine == "python-interpreters" and sys.version_info < (3, 14):
        return "CPython 3.14 or later has them"
    if start_method is not None and start_method not in multiprocessing.get_all_start_methods():
        return "this system cannot start processes that way"
    return None


def curves_here(experiment):
    """The curves that this Python can measure, each once whatever Pythons they were measured in; what is left out, as pairs
    of name and reason; and what else is to be said."""
    curves, left_out, notes = {}, [tuple(pair) for pair in experiment["left_out"]], []
    for measured in experiment["curves"]:
        engine, start_method, name = measured["engine"], measured["start_method"], measured["name"]
        reason = why_not(engine, start_method)
        if reason is not None:
            whole = name + (", " + start_method if start_method else "")
            if (whole, reason) not in left_out:
                left_out.append((whole, reason))
            continue
        gil = True
        if FREE_THREADED:
            gil = gil_now() if measured["gil_chosen"] is None else measured["gil_chosen"]
            if measured["gil_chosen"] is None and AS_STARTED not in notes:
                notes.append(AS_STARTED)
        elif measured["gil_chosen"] is False and NEEDS_FREE_THREADED not in notes:
            notes.append(NEEDS_FREE_THREADED)
        key = (engine, start_method, gil)
        if key not in curves:
            curves[key] = Curve(experiment, measured, gil)
    return list(curves.values()), left_out, notes


AS_STARTED = "Whether the GIL is on is as this file was started; `-X gil=1` switches it on, `-X gil=0` off."
NEEDS_FREE_THREADED = (
    "It was measured without the GIL too: for that, start this file with a free-threaded build, such as python3.14t."
)
