"""Repeats an experiment of Threadlab with nothing but a CPython (3.8 or later) and its standard library.

    python3 THIS_FILE [ROUNDS]

Each round holds one window for every curve and thread count, in an order shuffled anew. In a window N workers count
their units while the main thread reads all counters and the clock, sleeps, and reads them again. The table shows the
median over the rounds, and in brackets the 95 % interval, or the least and greatest below 6 rounds.
"""

import json
import random
import sys
import threading
import time

RUN = json.loads("@RUN@")

WARM_UP_S = 0.02
WINDOW_S = 0.2
DEFAULT_ROUNDS = 6


# ---- Units of work: the very functions of Threadlab's harness --------------------------------------------------------

# @UNITS@


def make_unit(experiment):
    """The function that does one unit; None where this script has no such workload."""
    kind, value = experiment["workload"], experiment["parameters"]
    if kind == "count-primes":
        limit = round(value["limit"])
        return lambda: count_primes(limit)
    if kind == "wait":
        seconds = value["wait_ms"] / 1000
        return lambda: time.sleep(seconds)
    if kind == "mixed":
        # How much there is to compute was found out once, with nothing else running.
        numbers = experiment["numbers"]
        wait_s = value["unit_ms"] / 1000 * (1 - value["cpu_share"])

        def unit():
            try_numbers(numbers)
            if wait_s > 0:
                time.sleep(wait_s)

        return unit
    if kind == "sha256":
        import hashlib

        buffer = filled(round(value["buffer_kib"] * 1024))
        return lambda: hashlib.sha256(buffer)
    if kind == "zlib":
        import zlib

        buffer = text(round(value["buffer_kib"] * 1024))
        return lambda: zlib.compress(buffer)
    if kind == "code":
        names = {"__name__": "work"}
        exec(compile(experiment["code"], "<work>", "exec"), names)
        return names["work"]
    return None


# Whoever shares something looks whether the window is over; here nobody tells, as each ends by itself.
STOP = 0
GOES_ON = (0,)

INCREMENT = {
    "plain": increment_plain,
    "call": increment_with_call,
    "sleep": increment_with_sleep,
    "lock": increment_with_lock,
}


class Shared:
    """What the threads of one window share."""

    def __init__(self, experiment, workers):
        global c
        c = 0
        value = experiment["parameters"]
        self.lock = threading.Lock()
        self.shards = [[0] for _ in range(workers)]
        self.slots = threading.Semaphore(round(value["slots"])) if "slots" in value else None

    def counted(self):
        return c + sum(shard[0] for shard in self.shards)


def make_sharing_unit(experiment, index, shared):
    """The function that does one unit of the thread of that number; None where this script has no such workload."""
    kind, value = experiment["workload"], experiment["parameters"]
    if kind == "lost-updates":
        increment = INCREMENT[value["code"]]
        return lambda: increment(shared.lock, GOES_ON)
    if kind == "counter":
        ways = {"one-lock": increment_with_lock, "local": count_locally, "sharded": counting_in(shared.shards[index])}
        way = ways.get(value["how"])
        return way and (lambda: way(shared.lock, GOES_ON))
    if kind == "critical":
        return computing_with(shared.lock, experiment["outside"], experiment["inside"], GOES_ON)
    if kind == "semaphore":
        return waiting_with(shared.slots, lambda: time.sleep(value["wait_ms"] / 1000), GOES_ON)
    if kind == "sleeper":
        # One sleeps, and its sleeps are counted; the others compute.
        return (lambda: time.sleep(value["sleep_ms"] / 1000)) if index == 0 else (lambda: try_numbers(500))
    return None


def prepare(experiment):
    """What is found out once, before anything is measured."""
    if experiment["workload"] == "critical":
        value = experiment["parameters"]
        numbers = value["unit_ms"] / 1000 * numbers_per_second()
        experiment["inside"] = round(numbers * value["lock_share"])
        experiment["outside"] = round(numbers) - experiment["inside"]
    if experiment["workload"] == "mixed":
        value = experiment["parameters"]
        seconds = value["unit_ms"] / 1000 * value["cpu_share"]
        experiment["numbers"] = round(seconds * numbers_per_second())


# ---- Windows --------------------------------------------------------------------------------------------------------


def read_between(counters, started, stop):
    """Units and seconds between two readings of the counters."""
    started()
    time.sleep(WARM_UP_S)
    first, began = sum(counters), time.perf_counter()
    time.sleep(WINDOW_S)
    second, ended = sum(counters), time.perf_counter()
    stop()
    return (second - first) / (ended - began)


def window_of_threads(experiment, workers, lost):
    counters = [0] * workers
    barrier = threading.Barrier(workers + 1)
    stopped, failures = [], []
    shared = Shared(experiment, workers)
    # One for all of them, so that own code shares its variables; and once before, so that it is not new to the interpreter.
    unit = make_unit(experiment)
    (unit or make_sharing_unit(experiment, 0, shared))()
    made_before = shared.counted()
    does_count = [index == 0 or experiment["workload"] != "sleeper" for index in range(workers)]

    def work(index):
        own = unit or make_sharing_unit(experiment, index, shared)
        barrier.wait()
        try:
            while not stopped:
                own()
                counters[index] += does_count[index]
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(index,), daemon=True) for index in range(workers)]
    for thread in threads:
        thread.start()
    rate = read_between(counters, barrier.wait, lambda: stopped.append(True))
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    if experiment["workload"] == "lost-updates":
        expected = sum(counters) * INCREMENTS
        lost.append(1 - (shared.counted() - made_before) / expected if expected else 0.0)
    return rate


def work_in_process(experiment, index, counters, ready, go, stop):
    unit = make_unit(experiment)
    ready.release()
    go.wait()
    while not stop.value:
        unit()
        counters[index] += 1


def window_of_processes(experiment, workers, start_method):
    import multiprocessing

    context = multiprocessing.get_context(start_method)
    counters = context.RawArray("q", workers)
    ready, go, stop = context.Semaphore(0), context.Event(), context.RawValue("b", 0)
    processes = [
        context.Process(target=work_in_process, args=(experiment, index, counters, ready, go, stop), daemon=True)
        for index in range(workers)
    ]
    for process in processes:
        process.start()

    def end():
        stop.value = 1

    try:
        for _ in processes:
            # A worker that ended will never be ready.
            while not ready.acquire(timeout=0.2):
                check_alive(processes)
        rate = read_between(counters, go.set, end)
        for process in processes:
            process.join(10)
        check_alive(processes)
        return rate
    finally:
        for process in processes:
            if process.exitcode is None:
                process.kill()
            process.join()


def check_alive(processes):
    """Ends this program if a worker ended by itself, or does not end."""
    for process in processes:
        if process.exitcode:
            sys.exit("a worker process ended with exit code %d" % process.exitcode)


def window_of_tasks(experiment, workers):
    import asyncio

    seconds = experiment["parameters"]["wait_ms"] / 1000
    counters = [0] * workers

    async def task(index):
        while True:
            await asyncio.sleep(seconds)
            counters[index] += 1

    async def measure():
        tasks = [asyncio.ensure_future(task(index)) for index in range(workers)]
        await asyncio.sleep(WARM_UP_S)
        first, began = sum(counters), time.perf_counter()
        await asyncio.sleep(WINDOW_S)
        rate = (sum(counters) - first) / (time.perf_counter() - began)
        for each in tasks:
            each.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return rate

    return asyncio.run(measure())


def window(experiment, curve, workers, lost):
    if curve["engine"] == "python-processes":
        return window_of_processes(experiment, workers, curve["start_method"])
    if curve["engine"] == "python-asyncio":
        return window_of_tasks(experiment, workers)
    return window_of_threads(experiment, workers, lost)


# ---- The table ------------------------------------------------------------------------------------------------------


def median(values):
    values, middle = sorted(values), len(values) // 2
    return values[middle] if len(values) % 2 else (values[middle - 1] + values[middle]) / 2


def interval(values):
    """The 95 % interval of the median from order statistics; least and greatest below 6 values."""
    values, count = sorted(values), len(values)
    cut, tail, term = 0, 0.0, 0.5**count
    while tail + term <= 0.025:
        tail += term
        cut += 1
        term = term * (count - cut + 1) / cut
    cut = max(cut - 1, 0)
    return values[cut], values[count - 1 - cut]


def number(value):
    return "%.0f" % value if value >= 100 else "%.3g" % value


def estimate(values):
    low, high = interval(values)
    return "%s [%s, %s]" % (number(median(values)), number(low), number(high))


def why_not(experiment, curve):
    if curve["engine"] not in ("python-threads", "python-processes", "python-asyncio"):
        return "it needs Threadlab"
    start_method = curve.get("start_method")
    if start_method is not None:
        import multiprocessing

        if start_method not in multiprocessing.get_all_start_methods():
            return "this system cannot %s processes" % start_method
    if curve["engine"] == "python-asyncio" and experiment["workload"] != "wait":
        return "this script has tasks that wait, and no others"
    prepare(experiment)
    if make_unit(experiment) is None and curve["engine"] == "python-processes":
        return "this script has processes that share nothing"
    if make_unit(experiment) is None and make_sharing_unit(experiment, 0, Shared(experiment, 1)) is None:
        return "the workload %s needs Threadlab" % experiment["workload"]
    return None


def run(experiment, rounds):
    print("\n%s" % experiment["title"])
    curves = []
    for curve in experiment["curves"]:
        reason = why_not(experiment, curve)
        if reason:
            print("  left out: %s (%s)" % (curve["label"], reason))
        else:
            curves.append(curve)
    experiment["measured"] = bool(curves)
    if not curves:
        return
    counts = sorted(set(experiment["threads"]) | {1})
    rates = {(place, workers): [] for place in range(len(curves)) for workers in counts}
    lost = {key: [] for key in rates}
    for _ in range(rounds):
        order = list(rates)
        random.shuffle(order)
        for place, workers in order:
            rates[place, workers].append(window(experiment, curves[place], workers, lost[place, workers]))
    loses = experiment["workload"] == "lost-updates"
    heads = ("Series", "Threads", "Units per second", "Speedup", "Efficiency", "Rounds")
    rows = [heads + ("Updates lost",) * loses]
    for place, curve in enumerate(curves):
        one = rates[place, 1]
        for workers in counts:
            many = rates[place, workers]
            ratios = [rate / base for rate, base in zip(many, one) if base > 0]
            speedup = estimate(ratios) if ratios else "–"
            efficiency = number(median(ratios) / workers) if ratios else "–"
            row = (curve["label"], str(workers), estimate(many), speedup, efficiency, str(len(many)))
            shares = [100 * share for share in lost[place, workers]]
            rows.append(row + ((estimate(shares) + " %",) if loses else ()))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = [row[0].ljust(widths[0])] + [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]
        print("  " + "  ".join(cells))


def main():
    words = sys.argv[1:] or [str(DEFAULT_ROUNDS)]
    if len(words) != 1 or not words[0].isdigit() or int(words[0]) < 1:
        sys.exit("usage: python3 %s [ROUNDS], with ROUNDS 1 or more" % sys.argv[0])
    rounds = int(words[0])
    sys.setswitchinterval(RUN["switch_interval_us"] / 1e6)
    is_gil_enabled = getattr(sys, "_is_gil_enabled", None)
    gil = "without the GIL" if is_gil_enabled is not None and not is_gil_enabled() else "with the GIL"
    print("%s: what %s measured, once more" % (RUN["title"], RUN["program"]))
    print("switch interval %g ms" % (RUN["switch_interval_us"] / 1000))
    print("CPython %d.%d.%d %s" % (sys.version_info[:3] + (gil,)))
    for experiment in RUN["experiments"]:
        run(experiment, rounds)
    if not any(experiment.get("measured") for experiment in RUN["experiments"]):
        sys.exit("nothing could be measured without Threadlab")


if __name__ == "__main__":
    main()
