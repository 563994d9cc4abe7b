# ---- The run ----------------------------------------------------------------------------------------------------------


class Stopped(BaseException):
    """Ctrl+C, or another wish that this shall end."""

    def __init__(self, number):
        super().__init__(number)
        self.number = number


def watch_for_stop():
    numbers = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name)]
    # What whoever started this wants ignored stays so.
    numbers = [number for number in numbers if signal.getsignal(number) != signal.SIG_IGN]

    def stop(number, frame):
        # Nothing shall interrupt the ending.
        for each in numbers:
            signal.signal(each, signal.SIG_IGN)
        raise Stopped(number)

    for number in numbers:
        signal.signal(number, stop)


def counted(count, noun):
    return "%d %s%s" % (count, noun, "" if count == 1 else "s")


class Experiment:
    def __init__(self, described):
        self.title = described["title"]
        self.sends_requests = described["work"]["kind"] == "socket"
        self.threads = described["threads"]
        self.curves, self.left_out, self.notes = curves_here(described)

    def cells(self):
        return [(curve, workers) for curve in self.curves for workers in self.threads]

    def round_s(self):
        """How long a round takes, roughly."""
        return sum(0.1 + curve.lengths_s[workers] for curve, workers in self.cells())

    def measure(self, rounds, server):
        """Measures and shows it, as far as it came."""
        print("\n" + self.title, flush=True)
        try:
            for number in range(rounds):
                order = self.cells()
                random.shuffle(order)
                if number == 0:
                    # They tell how long a unit is.
                    order.sort(key=lambda cell: cell[1] != 1)
                for place, (curve, workers) in enumerate(order):
                    show_progress("round %d of %d, window %d of %d" % (number + 1, rounds, place + 1, len(order)))
                    if curve.goes_on():
                        curve.measure(workers, number, server)
        finally:
            for curve in self.curves:
                curve.end()
            show_progress("")
            self.show()

    def show(self):
        labels = [(curve.name, curve.left_out) for curve in self.curves if curve.left_out]
        for name, reason in self.left_out + labels:
            print("  left out: %s (%s)" % (name, reason))
        for line in table([(curve.label(), curve.points) for curve in self.curves]):
            print(line)
        for curve in self.curves:
            if curve.failure is not None:
                print("  failed: %s %s" % (curve.label(), curve.failure))
        for warning in self.warnings():
            print("  warning: " + warning)
        for note in self.notes:
            print("  " + note)
        sys.stdout.flush()

    def warnings(self):
        points = [(workers, curve.points[workers]) for curve in self.curves for workers in self.threads]
        warnings = [busy_machine(points, usable_cores())]
        if self.sends_requests:
            warnings.append(busy_server(points))
        return [warning for warning in warnings if warning is not None]

    def is_measured(self):
        return any(windows for curve in self.curves for windows in curve.points.values())

    def has_failed(self):
        return any(curve.failure is not None for curve in self.curves)


def busy_machine(points, cores):
    """What is to be said if workers waited for a free core although there were no more of them than cores."""
    delay_s = workers_s = 0.0
    for workers, windows in points:
        for window in windows.values():
            if workers <= cores and window.get("run_delay_s") is not None:
                delay_s += window["run_delay_s"]
                workers_s += workers * window["wall_s"]
    share = min(delay_s / workers_s, 1.0) if workers_s else 0.0
    if share <= 0.05:
        return None
    busy = "very busy" if share > 0.2 else "busy"
    return "The workers waited %.0f %% of their time for a free core, so the machine was %s with other work." % (
        100 * share,
        busy,
    )


def busy_server(points):
    """What is to be said if the local server needed nearly a core; at the fewest threads that show it."""
    for workers in sorted({workers for workers, _ in points}):
        every = [windows for count, windows in points if count == workers]
        shares = estimate([window["server_share"] for windows in every for window in windows.values()])
        if shares is not None and shares.median >= 0.8:
            return "At %s the local server used %.0f %% of a core, so the curve may show the server's limit." % (
                counted(workers, "thread"),
                100 * shares.median,
            )
    return None


def show_progress(words):
    if sys.stderr.isatty():
        sys.stderr.write("\r\x1b[K" + words)
        sys.stderr.flush()


def measure_all(rounds):
    """Measures everything, and gives the exit status."""
    began = time.monotonic()
    experiments = [Experiment(described) for described in RUN["experiments"]]
    print("%s: what %s measured, once more" % (RUN["title"], RUN["program"]))
    gil = "with the GIL" if gil_now() else "without the GIL"
    version = "%d.%d.%d%s" % (sys.version_info[:3] + ("t" * FREE_THREADED,))
    interval = "switch interval %g ms" % (RUN["switch_interval_us"] / 1000)
    print("CPython %s %s, %s, %s" % (version, gil, counted(usable_cores(), "core"), interval))
    about_s = rounds * sum(experiment.round_s() for experiment in experiments)
    print("%s, about %.0f s" % (counted(rounds, "round"), max(about_s, 1.0)), flush=True)
    server = Server() if any(experiment.sends_requests and experiment.curves for experiment in experiments) else None
    try:
        for experiment in experiments:
            experiment.measure(rounds, server)
    except Stopped as stopped:
        print("\nstopped before its end, after %.1f s" % (time.monotonic() - began))
        return 128 + stopped.number
    if not any(experiment.is_measured() for experiment in experiments):
        print("\nnothing could be measured")
        return 1
    print("\n%s in %.1f s" % (counted(rounds, "round"), time.monotonic() - began))
    return 1 if any(experiment.has_failed() for experiment in experiments) else 0


def main():
    words = sys.argv[1:] or [str(DEFAULT_ROUNDS)]
    if len(words) != 1 or not words[0].isdigit() or int(words[0]) < 1:
        sys.stderr.write("usage: python3 %s [ROUNDS], with ROUNDS 1 or more\n" % sys.argv[0])
        return 2
    # Titles may have letters that a pipe cannot take.
    sys.stdout.reconfigure(errors="replace")
    try:
        watch_for_stop()
        return measure_all(int(words[0]))
    except Stopped as stopped:
        return 128 + stopped.number


# ---- What measures: Threadlab's own program, as each process of its own runs it ----------------------------------------

HARNESS = r'''@HARNESS@'''

if __name__ == "__main__":
    sys.exit(main())
