"""The CPython side of the comparison: one task a line in, one line of figures out. Standard library only."""
import sys
import threading
import time
from array import array

now = time.perf_counter_ns
ROOM = 200_000


def count_primes(limit):
    primes = 0
    for number in range(2, limit):
        divisor = 2
        while divisor * divisor <= number:
            if number % divisor == 0:
                break
            divisor += 1
        else:
            primes += 1
    return primes


def limit_lasting(nanoseconds):
    """The limit whose count takes about so long, alone."""
    limit = 20
    while True:
        fastest = min(timed(limit) for _ in range(20))
        if fastest >= nanoseconds:
            return limit
        limit += 1 + limit // 10


def timed(limit):
    began = now()
    count_primes(limit)
    return now() - began


class Worker(threading.Thread):
    """Stamps the beginning and the end of each of its units into arrays that were there before."""

    def __init__(self, window, unit):
        super().__init__(daemon=True)
        self.window = window
        self.unit = unit
        self.begins = array("q", bytes(8 * ROOM))
        self.ends = array("q", bytes(8 * ROOM))
        self.count = 0
        self.start()

    def run(self):
        window, unit, begins, ends = self.window, self.unit, self.begins, self.ends
        count = 0
        window.ready.wait()
        while not window.over and count < ROOM:
            begins[count] = now()
            unit()
            ends[count] = now()
            count += 1
        self.count = count


class Window:
    def __init__(self, units, seconds):
        self.over = False
        self.ready = threading.Barrier(len(units) + 1)
        self.workers = [Worker(self, unit) for unit in units]
        self.ready.wait()
        time.sleep(0.05)
        self.begin = now()
        time.sleep(seconds)
        self.end = now()
        self.over = True
        for worker in self.workers:
            worker.join()

    def units(self, worker):
        """(begin, end) of the units that ended within the window."""
        pairs = zip(worker.begins[: worker.count], worker.ends[: worker.count])
        return [pair for pair in pairs if self.begin <= pair[1] < self.end]

    def seconds(self):
        return (self.end - self.begin) / 1e9

    def switches(self):
        """How often progress went from one thread to another."""
        stamps = sorted((end, owner) for owner, worker in enumerate(self.workers) for _, end in self.units(worker))
        return sum(a[1] != b[1] for a, b in zip(stamps, stamps[1:]))


def median(values):
    values = sorted(values)
    return values[len(values) // 2] if values else float("nan")


def compute(threads, seconds, interval_us):
    sys.setswitchinterval(interval_us / 1e6)
    window = Window([lambda: count_primes(LIMIT)] * threads, seconds)
    units = sum(len(window.units(worker)) for worker in window.workers)
    return units / window.seconds(), window.switches() / window.seconds()


def sleepers(threads, seconds, sleep_s):
    sys.setswitchinterval(0.005)
    window = Window([lambda: time.sleep(sleep_s)] * threads, seconds)
    return (sum(len(window.units(worker)) for worker in window.workers) / window.seconds(), 0.0)


def convoy(threads, seconds, sleep_s):
    sys.setswitchinterval(0.005)
    window = Window([lambda: time.sleep(sleep_s)] + [lambda: count_primes(LIMIT)] * threads, seconds)
    units = window.units(window.workers[0])
    return len(units) / window.seconds(), median([end - begin for begin, end in units]) / 1e6


LIMIT = limit_lasting(100_000)
TASKS = {"compute": compute, "sleepers": sleepers, "convoy": convoy}
print("hello", sys.version.split()[0], flush=True)
for line in sys.stdin:
    task, threads, seconds, value = line.split()
    print(*TASKS[task](int(threads), float(seconds), float(value)), flush=True)
