"""Threadlab's harness: runs units of work on N workers in this interpreter and counts them.

CPython 3.8 to 3.15, standard library only. Threadlab writes this file to a private folder and starts it as

    python -I -S harness.py TOKEN MEMORY_LIMIT

(without -S where a workload needs NumPy)

as the leader of a process group (on Windows in a job object), with a pipe for each of stdin, stdout and stderr.

Protocol 2. Requests come as JSON objects, one a line, on stdin. Answers go to stdout, one a line, each with TOKEN
before it; whatever else the program prints goes to stderr, where it cannot be taken for an answer. First comes
`hello`. Each request is answered by one `point` or one `error`, and then by `done`, when its workers have ended:

    -> {"id": 1, "op": "point", "engine": "threads", "start_method": null, "workers": 2, "warm_up_s": 0.02,
        "length_s": 0.1, "timed": false, "stamped": false, "switch_interval_s": 0.005,
        "workload": {"kind": "count-primes", "limit": 1000}}
    <- {"kind": "point", "id": 1, "units": 310, "wall_s": 0.1001, ...}
    <- {"kind": "done", "id": 1, "leftover": false}

`leftover` says that the learner's code left threads or processes running, which would disturb later windows in this process.

A second request is `{"op": "alone"}`, with the same fields: the same function called in a bare loop by the
main thread, the reference that the engines are held against.

A third one is `{"id": 3, "op": "first", "source": "..."}`: a whole program that starts threads. It is run as it stands; what
it prints comes back line by line with the thread and the time of each:

    <- {"kind": "lines", "id": 3, "lines": [{"thread": "first", "at_ms": 0.1, "text": "0"}, ...], "took_ms": 1.2,
        "gil_enabled": true}

With `stamped`, threads note when each of their units ends, and the point says how often progress went from one to another:
`gil_switches`. That is how often the GIL changed hands as long as units are much shorter than the switch interval.

With `look_after_s`, a number of seconds, where the learner's own code is measured: when they are over and there is no answer yet,
the stacks of all threads are written to files `stuck-ID-…` beside this one, as `faulthandler` writes them. That needs no GIL,
so it works where one call keeps it for ever; only in a sub-interpreter it does not. Nothing runs for it meanwhile: a thread of
the system sleeps.

Counting (one window): the workers are ready, and start at one absolute time. After the warm-up the counters of all
workers and the clock are read, and read again after the length. Units are the difference of the counters. What cannot
be known is null.

Ending: Threadlab kills the whole process group and what has left it, and a guard does so when Threadlab itself is killed.
Nothing here has to help with it, so that this interpreter may hang.
"""

import os
import sys
import time
from array import array

PROTOCOL = 2

# The counters: words of 8 bytes in one block of memory. First a control area, then an area for each worker; areas are
# multiples of 128 bytes, so that no two workers write to the same cache lines.
WORD = 8
CONTROL_WORDS = 16
STOP, START = 0, 1
WORKER_WORDS = 272
COUNT, STATE, CPU_NS, AT_NS, GIL, DELAY_NS, LIFE_NS, SOCKET, TEXT_LEN, MADE, LATENCIES = 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 16
LATENCIES_KEPT = WORKER_WORDS - LATENCIES
# How many ends of units a thread notes where that is asked for.
STAMPS_KEPT = 1 << 16
READY, ENDED, FAILED = 1, 2, 3
GIL_ON, GIL_OFF = 1, 2

# A wait of this many seconds or more can be cut short when a window ends; a shorter one is slept to its end.
INTERRUPTIBLE_S = 0.02

# Addresses that a worker reserves, beyond what the learner's code allocates: stack, heap of malloc, heap of a
# free-threaded build's thread (measured: 8 + 64 and 8 + 43 MiB).
WORKER_ADDRESSES = 128 << 20

# Workloads whose workers share nothing. Only for them may the GIL have shorter turns outside the window: where workers get into
# each other's way, what they did before the window counts too.
INDEPENDENT = ("count-primes", "wait", "mixed", "socket", "sha256", "zlib", "numpy")

# Those turns, in seconds. With the usual 5 ms the coordinator waits 40 ms behind eight workers each time it wakes.
SHORT_TURNS_S = 0.0005

# Requests to the local server that no other window's end cuts short carry this number.
NEVER_CUT_SHORT = 0xFFFFFFFF


class Refused(Exception):
    """A request that cannot be fulfilled. The text is a sentence without full stop."""

    def __init__(self, message, line=None):
        super().__init__(message)
        # The line of the learner's own code where there is one.
        self.line = line


# ---- Units of work -------------------------------------------------------------------------------------------------


def is_prime(number):
    divisor = 2
    while divisor * divisor <= number:
        if number % divisor == 0:
            return False
        divisor += 1
    return True


def count_primes(limit):
    primes = 0
    number = 2
    while number < limit:
        if is_prime(number):
            primes += 1
        number += 1
    return primes


def try_numbers(count):
    """Tries `count` numbers for primality, those from 2 to 999 over and over."""
    primes = 0
    number = 2
    while count > 0:
        if is_prime(number):
            primes += 1
        count -= 1
        number += 1
        if number == 1000:
            number = 2
    return primes


def numbers_per_second():
    """How many numbers one thread tries in a second: the fastest of eight batches of about 5 ms.

    Whatever else the machine does can only slow a batch down."""

    def seconds(count):
        began = time.perf_counter()
        try_numbers(count)
        return max(time.perf_counter() - began, 1e-9)

    count = 500
    while seconds(count) < 0.004:
        count *= 2
    return count / min(seconds(count) for _ in range(8))


def sleeper(seconds, stop_fd):
    """A function that sleeps. A long sleep ends early when `stop_fd` can be read."""
    if seconds < INTERRUPTIBLE_S or stop_fd is None:
        sleep = time.sleep
        return lambda: sleep(seconds)
    import select

    wait = select.select
    return lambda: wait((stop_fd,), (), (), seconds)


def call_both(compute, wait):
    def unit():
        compute()
        wait()

    return unit


def calling(function, argument):
    return lambda: function(argument)


class Buffers:
    """What units read, made once in an interpreter: all its threads read the same one."""

    made = {}

    @classmethod
    def get(cls, make, size):
        if (make, size) not in cls.made:
            cls.made = {(make, size): make(size)}
        return cls.made[make, size]


def filled(size):
    """Not zeros: memory that was never written to is one page for the whole buffer."""
    return b"\x5a" * size


WORDS = b"thread lock core wait queue value switch interval the of a and to is in it".split()


def text(size):
    """Text that compresses as text does; the same as that of Threadlab's other engines."""
    repeated = 65536
    words, state, length = [], 1, 0
    while length < repeated:
        state = (state * 1103515245 + 12345) % 2147483648
        word = WORDS[(state >> 16) % len(WORDS)] + b" "
        words.append(word)
        length += len(word)
    block = b"".join(words)[:repeated]
    return (block * (size // repeated + 1))[:size]


def hasher(size):
    from hashlib import sha256

    return calling(sha256, Buffers.get(filled, size))


def compressor(size):
    from zlib import compress

    return calling(compress, Buffers.get(text, size))


class NumPy:
    """NumPy, with its own threads switched off: each worker shall compute on one core."""

    @staticmethod
    def load():
        # Read by the libraries when they are loaded, here and in child processes.
        for name in ("OPENBLAS", "MKL", "OMP", "BLIS", "VECLIB_MAXIMUM"):
            os.environ[name + "_NUM_THREADS"] = "1"
        import numpy

        return numpy

    @classmethod
    def matrix(cls, size):
        return cls.load().linspace(0.0, 1.0, size * size).reshape(size, size)


def multiplier(size):
    matmul = NumPy.load().matmul
    left = right = Buffers.get(NumPy.matrix, size)
    # Room of its own for each worker, so that a unit allocates nothing.
    product = left.copy()
    return lambda: matmul(left, right, product)


def connect(workload):
    import socket

    connection = socket.create_connection((workload["host"], workload["port"]))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def request_bytes(workload):
    delay_us = round(workload["delay_ms"] * 1000)
    return delay_us.to_bytes(4, "little") + NEVER_CUT_SHORT.to_bytes(4, "little")


def requester(workload, cells):
    """A function that sends a request over its own connection and waits for the answer."""
    connection = connect(workload)
    if cells is not None:
        cells[SOCKET] = connection.fileno() + 1
    request = request_bytes(workload)
    send, receive = connection.sendall, connection.recv

    def unit():
        send(request)
        answer = receive(4)
        while 0 < len(answer) < 4:
            answer += receive(4 - len(answer))
        if answer != request[:4]:
            raise ConnectionError("the local server closed the connection")

    unit.connection = connection
    return unit


# ---- Units of threads that share something ---------------------------------------------------------------------------

# The number that `lost-updates` and `counter` count in: a global name of this module, as a learner writes it. All threads
# of an interpreter share it.
c = 0

INCREMENTS = 1000

# How often a worker that waits for a lock looks whether the window is over, in seconds.
LOOK_S = 0.05

# Where there is no window whose end could be looked for.
NO_CONTROL = (0,) * CONTROL_WORDS


def increment_plain(lock, control):
    global c
    for _ in range(INCREMENTS):
        c += 1
    return INCREMENTS


def same(value):
    return value


def increment_with_call(lock, control):
    global c
    for _ in range(INCREMENTS):
        t = c
        t = same(t)
        c = t + 1
    return INCREMENTS


def increment_with_sleep(lock, control):
    global c
    sleep = time.sleep
    for made in range(INCREMENTS):
        if control[STOP]:
            return made
        t = c
        sleep(0)
        c = t + 1
    return INCREMENTS


def increment_with_lock(lock, control):
    global c
    for made in range(0, INCREMENTS, 100):
        if control[STOP]:
            return made
        for _ in range(100):
            with lock:
                c += 1
    return INCREMENTS


INCREMENT = {
    "plain": increment_plain,
    "call": increment_with_call,
    "sleep": increment_with_sleep,
    "lock": increment_with_lock,
}


def count_locally(lock, control):
    global c
    local = 0
    for _ in range(INCREMENTS):
        local += 1
    with lock:
        c += local
    return INCREMENTS


def counting_in(shard):
    """A function that counts in a number of its own, behind a lock of its own."""
    import threading

    own = threading.Lock()

    def count(lock, control):
        for _ in range(INCREMENTS):
            with own:
                shard[0] += 1
        return INCREMENTS

    return count


def noting(increment, lock, cells, control):
    """A function that increments, and notes how many increments this worker has made in all."""
    made = 0

    def unit():
        nonlocal made
        made += increment(lock, control)
        if cells is not None:
            cells[MADE] = made

    return unit


def computing_with(lock, outside, inside, control):
    """A function that computes, then goes on with the lock."""

    def unit():
        try_numbers(outside)
        with lock:
            # Whoever waited for the lock must not compute beyond the end of the window, one after the other.
            if not control[STOP]:
                try_numbers(inside)

    return unit


def waiting_with(slots, wait, control):
    """A function that waits with one of the slots."""

    def unit():
        with slots:
            if not control[STOP]:
                wait()

    return unit


def computing_until(control):
    """A function that computes until the end of the window; it is no unit that counts."""

    def unit():
        while not control[STOP]:
            try_numbers(500)

    return unit


class Board:
    """Two locks, with a record of who holds and who waits."""

    def __init__(self, workers):
        import threading

        self.locks = {"A": threading.Lock(), "B": threading.Lock()}
        self.holders = {"A": None, "B": None}
        self.waits = [None] * workers
        self.notes = threading.Lock()
        self.count, self.last = 0, []

    def acquire(self, worker, name, patience_s, control):
        """Whether the lock was got before patience ran out and the window was over. None is patience without end."""
        lock = self.locks[name]
        if not lock.acquire(False):
            self.waits[worker] = name
            got = self.wait(worker, lock, name, patience_s, control)
            self.waits[worker] = None
            if not got:
                return False
        self.holders[name] = worker
        return True

    def wait(self, worker, lock, name, patience_s, control):
        until = None if patience_s is None else time.perf_counter() + patience_s
        while not control[STOP]:
            left = LOOK_S if until is None else min(LOOK_S, until - time.perf_counter())
            if left <= 0:
                self.note(worker, name)
                return False
            if lock.acquire(True, left):
                return True
        return False

    def release(self, name):
        self.holders[name] = None
        self.locks[name].release()

    def note(self, worker, wanted):
        """Notes a deadlock if there is one: patience may also run out since the machine is busy."""
        held = "A" if wanted == "B" else "B"
        with self.notes:
            holder = self.holders[wanted]
            if holder is None or self.holders[held] != worker or self.waits[holder] != held:
                return
            self.count += 1
            self.last = [
                {"thread": worker + 1, "holds": held, "waits_for": wanted},
                {"thread": holder + 1, "holds": wanted, "waits_for": held},
            ]


def taking_both(board, worker, order, patience_s, numbers, control):
    """A function that works with one lock, then with both; if it loses patience it begins again."""
    first, second = ("B", "A") if order == "opposite" and worker % 2 == 1 else ("A", "B")

    def unit():
        # Both may be free at each try for ever: at the end of a window, workers give up at once what they hold.
        while not control[STOP] and board.acquire(worker, first, None, control):
            try:
                try_numbers(numbers)
                if board.acquire(worker, second, patience_s, control):
                    try:
                        try_numbers(numbers)
                    finally:
                        board.release(second)
                    return
            finally:
                board.release(first)

    return unit


class Shared:
    """What the workers of one window share."""

    def __init__(self, workload, workers, lock=None):
        global c
        import threading

        c = 0
        kind = workload["kind"]
        self.lock = threading.Lock() if lock is None else lock
        self.counts = kind in ("lost-updates", "counter")
        self.shards = [[0] for _ in range(workers)] if kind == "counter" else []
        self.slots = threading.Semaphore(workload["slots"]) if kind == "semaphore" else None
        self.board = Board(workers) if kind == "two-locks" else None

    def lost(self, areas):
        """What was made and what was counted, after the last worker has ended."""
        if not self.counts:
            return None
        return {"expected": sum(cells[MADE] for cells in areas), "counted": c + sum(shard[0] for shard in self.shards)}

    def deadlocks(self):
        return None if self.board is None else {"count": self.board.count, "last": self.board.last}


def make_sharing_unit(workload, cells, stop_fd, control, index, shared):
    """The unit of a workload whose workers share something; None for another workload."""
    kind = workload["kind"]
    if kind == "lost-updates":
        return noting(INCREMENT[workload["code"]], shared.lock, cells, control)
    if kind == "counter":
        ways = {"one-lock": increment_with_lock, "local": count_locally}
        way = ways.get(workload["how"])
        return noting(way or counting_in(shared.shards[index]), shared.lock, cells, control)
    if kind == "critical":
        return computing_with(shared.lock, workload["outside"], workload["inside"], control)
    if kind == "semaphore":
        return waiting_with(shared.slots, sleeper(workload["wait_ms"] / 1000, stop_fd), control)
    if kind == "two-locks":
        return taking_both(
            shared.board, index, workload["order"], workload["patience_ms"] / 1000, workload["numbers"], control
        )
    if kind == "sleeper":
        return sleeper(workload["sleep_ms"] / 1000, stop_fd) if index == 0 else computing_until(control)
    return None


# ---- The learner's own code ------------------------------------------------------------------------------------------

OWN_CODE = "<work>"


class OwnCode:
    """The learner's code: run once for a request, so that all threads of an interpreter share its variables."""

    source = work = None

    @classmethod
    def load(cls, source):
        if cls.source != source:
            names = {"__name__": "work"}
            exec(compile(source, OWN_CODE, "exec"), names)
            cls.work = names.get("work")
            if not callable(cls.work):
                raise Refused("the code defines no function `work`")
            cls.source = source
        return cls.work

    @classmethod
    def forget(cls):
        cls.source = cls.work = None

    @classmethod
    def leaves_something(cls):
        """Whether threads or child processes still run that it started; those of `multiprocessing` itself are not meant."""
        if cls.source is None:
            return False
        import threading

        if threading.active_count() > 1:
            return True
        multiprocessing = sys.modules.get("multiprocessing")
        return bool(multiprocessing is not None and multiprocessing.active_children())


class Lookout:
    """Writes to a file where all threads of this interpreter are, when it is late and the learner's code is still at work.

    There is one in a process."""

    fd = path = owner = None

    @classmethod
    def begin(cls, name, look):
        """`look` is how the file's path begins, and when to look, as `time.perf_counter_ns` counts; None for no lookout."""
        if look is None:
            return
        import faulthandler

        cls.end()
        beginning, at_ns = look
        cls.path, cls.owner = beginning + name, os.getpid()
        try:
            # Added to at the end: what the code itself writes to every descriptor shall not be in the way.
            cls.fd = os.open(cls.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            left_s = max((at_ns - time.perf_counter_ns()) / 1e9, 0.001)
            faulthandler.dump_traceback_later(left_s, file=cls.fd)
        except (OSError, RuntimeError):
            # No descriptor or no thread is left: then nobody looks, and the code is measured all the same.
            cls.end()

    @classmethod
    def end(cls):
        if cls.fd is None:
            return
        import faulthandler

        fd, cls.fd = cls.fd, None
        # A child that the learner's code forked would wait for ever: the thread that looks is not there.
        if cls.owner != os.getpid():
            return
        faulthandler.cancel_dump_traceback_later()
        for undo, what in ((os.close, fd), (os.unlink, cls.path)):
            try:
                undo(what)
            except OSError:
                # The learner's code may have done it.
                pass


class LookoutInside:
    """A lookout in a sub-interpreter, where there is no `faulthandler`: a thread that sleeps. It can write where the others are
    unless one of them keeps the interpreter's GIL. Only the first interpreter has one; like all of them it does the same work."""

    def __init__(self, look):
        import _thread

        self.path, self.at_ns = look[0] + "interpreter", look[1]
        self.over, self.ended = _thread.allocate_lock(), _thread.allocate_lock()
        self.over.acquire()
        self.ended.acquire()
        try:
            _thread.start_new_thread(self.wait, ())
        except RuntimeError:
            # No thread is left: then nobody looks.
            self.ended.release()

    def wait(self):
        try:
            left_s = max((self.at_ns - time.perf_counter_ns()) / 1e9, 0.001)
            if not self.over.acquire(True, left_s):
                self.write()
        finally:
            self.ended.release()

    def write(self):
        import _thread

        lines = ["Timeout (of a sub-interpreter)!"]
        for ident, frame in sys._current_frames().items():
            if ident == _thread.get_ident():
                continue
            lines.append("Thread 0x%x (most recent call first):" % ident)
            while frame is not None:
                code = frame.f_code
                lines.append('  File "%s", line %d in %s' % (code.co_filename, frame.f_lineno or 0, code.co_name))
                frame = frame.f_back
        # The other interpreters are not looked into.
        lines.append("...")
        fd = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            os.write(fd, ("\n".join(lines) + "\n").encode("utf-8", "replace"))
        finally:
            os.close(fd)

    def end(self):
        self.over.release()
        self.ended.acquire()


def make_unit(workload, cells, stop_fd, control=NO_CONTROL, index=0, shared=None):
    """The function that does one unit of `workload`, for one worker."""
    kind = workload["kind"]
    if shared is not None:
        unit = make_sharing_unit(workload, cells, stop_fd, control, index, shared)
        if unit is not None:
            return unit
    if kind == "count-primes":
        return calling(count_primes, workload["limit"])
    if kind == "wait":
        return sleeper(workload["wait_ms"] / 1000, stop_fd)
    if kind == "mixed":
        numbers, wait_s = workload["numbers"], workload["wait_s"]
        if wait_s <= 0:
            return calling(try_numbers, numbers)
        if numbers <= 0:
            return sleeper(wait_s, stop_fd)
        return call_both(calling(try_numbers, numbers), sleeper(wait_s, stop_fd))
    if kind == "socket":
        return requester(workload, cells)
    if kind == "sha256":
        return hasher(workload["bytes"])
    if kind == "zlib":
        return compressor(workload["bytes"])
    if kind == "numpy":
        return multiplier(workload["size"])
    if kind == "code":
        return OwnCode.load(workload["source"])
    raise Refused("workload `%s` is not known to the harness" % kind)


# ---- A worker ------------------------------------------------------------------------------------------------------


def area(memory, index):
    """The words of one worker."""
    first = CONTROL_WORDS + index * WORKER_WORDS
    return memory[first : first + WORKER_WORDS]


def work(control, cells, unit, timed, own_clock, stamps):
    """Does units until the stop flag is set; the counter is stored after each.

    The same in threads, processes and sub-interpreters. Units beyond those at the second snapshot do no harm."""
    count = 0
    if own_clock:
        clock, cpu_clock = time.perf_counter_ns, time.thread_time_ns
        ended = clock()
        cells[CPU_NS] = cpu_clock()
        cells[AT_NS] = ended
        while not control[STOP]:
            began = ended
            unit()
            ended = clock()
            cells[LATENCIES + count % LATENCIES_KEPT] = ended - began
            count += 1
            cells[CPU_NS] = cpu_clock()
            cells[AT_NS] = ended
            cells[COUNT] = count
    elif timed:
        clock = time.perf_counter_ns
        ended = clock()
        while not control[STOP]:
            began = ended
            unit()
            ended = clock()
            cells[LATENCIES + count % LATENCIES_KEPT] = ended - began
            count += 1
            cells[COUNT] = count
    elif stamps:
        clock = time.perf_counter_ns
        while not control[STOP]:
            unit()
            stamps[count % STAMPS_KEPT] = clock()
            count += 1
            cells[COUNT] = count
    else:
        while not control[STOP]:
            unit()
            count += 1
            cells[COUNT] = count


def gil_now():
    """Whether the GIL is on, as this interpreter itself says."""
    ask = getattr(sys, "_is_gil_enabled", None)
    return True if ask is None or ask() else False


def run_delay_ns(path):
    """How long a thread was ready but waited for a core, so far; None where the system does not tell."""
    try:
        fd = os.open(path, os.O_RDONLY)
    except OSError:
        return None
    try:
        return int(os.read(fd, 128).split()[1])
    except (OSError, ValueError, IndexError):
        return None
    finally:
        os.close(fd)


# Windows counts CPU time in ticks of 15.6 ms, too coarse for a window: there it is unknown.
KNOWS_CPU_TIME = sys.platform != "win32"


def process_cpu_time_ns():
    """CPU time of this process; None where it is unknown."""
    return time.process_time_ns() if KNOWS_CPU_TIME else None


def thread_cpu_time_ns():
    """CPU time of this thread; None where it is unknown."""
    return time.thread_time_ns() if KNOWS_CPU_TIME else None


def other_threads_cpu_ns():
    """CPU time of the other threads of this process; None where it is unknown."""
    return time.process_time_ns() - time.thread_time_ns() if KNOWS_CPU_TIME else None


def sleep_until(start_ns):
    left = (start_ns - time.perf_counter_ns()) / 1e9
    if left > 0:
        time.sleep(left)


# The most that is told of an exception, in characters.
DESCRIBED = 300


def describe(error):
    """What an exception says, in one line of bounded length."""
    try:
        text = error.msg if isinstance(error, SyntaxError) and error.msg else str(error)
    except BaseException:  # the learner's code may define `__str__`
        text = "it cannot be put into words"
    if not isinstance(error, Refused):
        name = type(error).__name__
        text = "%s: %s" % (name, text) if text else name
    # Long texts are cut first: whatever they hold, this is quick.
    text = " ".join(text[: 4 * DESCRIBED].split())
    return text if len(text) <= DESCRIBED else text[:DESCRIBED] + " …"


def own_line(error):
    """The line of the learner's own code where an exception came from; None where it came from elsewhere."""
    if isinstance(error, Refused):
        return error.line
    if isinstance(error, SyntaxError) and error.filename == OWN_CODE:
        return error.lineno
    line = None
    frame = error.__traceback__
    while frame is not None:
        if frame.tb_frame.f_code.co_filename == OWN_CODE:
            line = frame.tb_lineno
        frame = frame.tb_next
    return line


def report_failure(cells, error):
    data = ("%d\n%s" % (own_line(error) or 0, describe(error))).encode("utf-8", "replace")[: LATENCIES_KEPT * WORD]
    room = cells[LATENCIES:].cast("B")
    room[: len(data)] = data
    cells[TEXT_LEN] = len(data)
    cells[STATE] = FAILED


def worker(memory, index, workload, options, wait_for_start, stop_fd, shared=None):
    """A worker's whole life, in whatever it runs."""
    control, cells = memory[:CONTROL_WORDS], area(memory, index)
    unit = None
    stamps = options["stamps"][index] if options.get("stamps") else None
    try:
        cells[GIL] = GIL_ON if gil_now() else GIL_OFF
        unit = make_unit(workload, cells, stop_fd, control, index, shared)
        if options.get("look"):
            # That of a worker process. From here on it does not keep the window from its end, since it is killed then.
            Lookout.end()
        cells[STATE] = READY
        wait_for_start(control)
        began = time.perf_counter_ns()
        delay = run_delay_ns("/proc/thread-self/schedstat") if options.get("run_delay") else None
        work(control, cells, unit, options.get("timed"), options.get("own_clock"), stamps)
        if delay is not None:
            after = run_delay_ns("/proc/thread-self/schedstat")
            if after is not None:
                cells[DELAY_NS] = after - delay
                cells[LIFE_NS] = time.perf_counter_ns() - began
        cells[GIL] = GIL_ON if gil_now() else GIL_OFF
        cells[STATE] = ENDED
    except BaseException as error:
        if control[STOP]:
            cells[STATE] = ENDED
        else:
            report_failure(cells, error)
    finally:
        connection = getattr(unit, "connection", None)
        if connection is not None:
            cells[SOCKET] = 0
            connection.close()


def wait_by_polling(control, pause):
    """Waits for the start time without anything but the shared memory."""
    while not control[START]:
        if control[STOP]:
            return
        time.sleep(pause)
    sleep_until(control[START])


# ---- Engines: how workers are started, waited for and ended -----------------------------------------------------


class Signal:
    """Something that a `select` of many threads can wait for, and that is then raised for good."""

    def __init__(self):
        import socket

        self.reader, self.writer = socket.socketpair()

    def fileno(self):
        return self.reader.fileno()

    def raise_(self):
        self.writer.send(b"!")

    def close(self):
        self.reader.close()
        self.writer.close()


class Crew:
    """N workers and the memory they count in."""

    # What they share beside it, where this process can read it.
    shared = None

    def __init__(self, workers):
        self.workers = workers

    def use(self, buffer):
        self.memory = memoryview(buffer).cast("q")
        self.control = self.memory[:CONTROL_WORDS]
        self.areas = [area(self.memory, index) for index in range(self.workers)]

    def await_ready(self):
        """Returns when every worker waits for the start."""
        for index, cells in enumerate(self.areas):
            while cells[STATE] != READY:
                self.check(index)
                time.sleep(0.0005)

    def check(self, index):
        cells = self.areas[index]
        if cells[STATE] == FAILED:
            data = bytes(cells[LATENCIES:].cast("B")[: cells[TEXT_LEN]])
            line, _, text = data.decode("utf-8", "replace").partition("\n")
            raise Refused(text, int(line) or None)
        self.check_alive(index)

    def check_alive(self, index):
        """Raises if the worker is gone without a word."""

    def begin(self, pause):
        """Sets the one time at which all start."""
        self.control[START] = time.perf_counter_ns() + int(pause * 1e9)

    def cpu_s(self, first, second):
        """CPU seconds of the workers between two snapshots; None where they are unknown."""
        return difference_s(first["cpu"], second["cpu"])

    def delay_ns(self):
        """Run delay read from outside; None where the workers report it themselves or nobody knows it."""
        return None

    def close_memory(self):
        for cells in self.areas:
            cells.release()
        self.control.release()
        self.memory.release()


class ThreadCrew(Crew):
    """Threads of this interpreter."""

    def __init__(self, workers, workload, options):
        super().__init__(workers)
        import threading

        self.options = dict(options)
        self.buffer = bytearray((CONTROL_WORDS + workers * WORKER_WORDS) * WORD)
        self.use(self.buffer)
        self.gate, self.stopped = Signal(), Signal()
        self.threads = []
        self.clocks = None
        self.workload = workload
        self.shared = Shared(workload, workers)
        try:
            for index in range(workers):
                thread = threading.Thread(target=self.target(index), daemon=True)
                thread.start()
                self.threads.append(thread)
            self.await_ready()
            self.clocks = thread_clocks(self.threads)
        except BaseException:
            self.end()
            raise

    def target(self, index):
        import select

        gate = self.gate.fileno()

        def wait_for_start(control):
            select.select((gate,), (), ())
            sleep_until(control[START])

        stop_fd = self.stopped.fileno()
        return lambda: self.guarded(index, wait_for_start, stop_fd)

    def guarded(self, index, wait_for_start, stop_fd):
        worker(self.memory, index, self.workload, self.options, wait_for_start, stop_fd, self.shared)
        # Its CPU clock must stay readable until the window is over.
        while not self.control[STOP]:
            import select

            select.select((stop_fd,), (), ())

    def begin(self, pause):
        super().begin(pause)
        self.gate.raise_()

    def check_alive(self, index):
        if index < len(self.threads) and not self.threads[index].is_alive():
            raise Refused("a worker thread ended without a word")

    def cpu(self):
        if self.clocks is not None:
            read = time.clock_gettime_ns
            return sum(read(clock) for clock in self.clocks)
        return other_threads_cpu_ns()

    def coordinator_cpu(self):
        return thread_cpu_time_ns()

    def end(self):
        import socket

        self.control[STOP] = 1
        self.begin(0)
        self.stopped.raise_()
        for cells in self.areas:
            if cells[SOCKET]:
                try:
                    connection = socket.socket(fileno=cells[SOCKET] - 1)
                    try:
                        connection.shutdown(socket.SHUT_RDWR)
                    finally:
                        connection.detach()
                except OSError:
                    pass
        for thread in self.threads:
            thread.join()

    def close(self):
        self.gate.close()
        self.stopped.close()


def thread_clocks(threads):
    """A CPU clock for each thread; None where the system has none."""
    clock_of = getattr(time, "pthread_getcpuclockid", None)
    if clock_of is None:
        return None
    try:
        clocks = [clock_of(thread.ident) for thread in threads]
        for clock in clocks:
            time.clock_gettime_ns(clock)
        return clocks
    except OSError:
        return None


class InterpreterCrew(ThreadCrew):
    """Threads that each run a sub-interpreter with a GIL of its own (PEP 734)."""

    # Kept from point to point: making one takes some 20 ms.
    pool = []
    code = None

    def __init__(self, workers, workload, options):
        from concurrent import interpreters

        InterpreterCrew.prepare_code()
        pool = InterpreterCrew.pool
        while len(pool) < workers:
            interpreter = interpreters.create()
            interpreter.prepare_main(code=InterpreterCrew.code)
            interpreter.exec("__name__ = 'harness'; import marshal; exec(marshal.loads(code))")
            pool.append(interpreter)
        super().__init__(workers, workload, options)

    @classmethod
    def prepare_code(cls):
        """This file, as a sub-interpreter can take it."""
        if cls.code is None:
            import marshal

            with open(__file__, encoding="utf-8") as file:
                cls.code = marshal.dumps(compile(file.read(), __file__, "exec"))

    def target(self, index):
        import json

        interpreter = InterpreterCrew.pool[index]
        settings = json.dumps([self.workload, self.options])
        stop_fd = self.stopped.fileno()
        interpreter.prepare_main(block=memoryview(self.buffer), index=index, settings=settings, stop_fd=stop_fd)
        pause = 0.0005 * max(1, self.workers // 16)
        source = "run_in_interpreter(block, index, settings, stop_fd, %r); del block" % pause

        def run():
            try:
                interpreter.exec(source)
            except BaseException as error:
                report_failure(self.areas[index], error)
            while not self.control[STOP]:
                time.sleep(0.01)

        return run

    def begin(self, pause):
        super().begin(max(pause, 0.001 * max(1, self.workers // 16)) if pause else 0)


def run_in_interpreter(block, index, settings, stop_fd, pause):
    import json

    # This interpreter may have measured the same source before.
    OwnCode.forget()
    workload, options = json.loads(settings)
    inside = None
    if index == 0 and options.get("look"):
        inside = LookoutInside(options["look"])
    try:
        with memoryview(block).cast("q") as memory:
            worker(memory, index, workload, options, lambda control: wait_by_polling(control, pause), stop_fd)
    finally:
        if inside is not None:
            inside.end()


class ProcessCrew(Crew):
    """Processes of `multiprocessing`, which count in a file of the private folder that all of them map."""

    def __init__(self, workers, workload, options, start_method):
        super().__init__(workers)
        import mmap
        import multiprocessing

        context = multiprocessing.get_context(start_method)
        size = (CONTROL_WORDS + workers * WORKER_WORDS) * WORD
        self.path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "counters-%d" % time.perf_counter_ns())
        with open(self.path, "w+b") as file:
            file.truncate(size)
            self.map = mmap.mmap(file.fileno(), size)
        self.use(self.map)
        self.pause = 0.0005 * max(1, workers // 16)
        options = dict(options, run_delay=False, own_clock=True)
        self.delays = options.get("run_delay_wanted")
        self.processes = []
        lock = context.Lock() if workload["kind"] == "critical" else None
        try:
            for index in range(workers):
                arguments = (self.path, size, index, workload, options, self.pause, lock)
                process = context.Process(target=run_in_process, args=arguments, daemon=True)
                process.start()
                self.processes.append(process)
            self.await_ready()
        except BaseException:
            self.end()
            raise

    def begin(self, pause):
        super().begin(max(pause, 2 * self.pause + 0.001))

    def check_alive(self, index):
        if index < len(self.processes):
            code = self.processes[index].exitcode
            if code is not None:
                raise Refused("a worker process ended without a word, %s" % how_ended(code))

    def cpu(self):
        return [
            (cells[CPU_NS], cells[AT_NS], process_cpu_ns(process.pid))
            for cells, process in zip(self.areas, self.processes)
        ]

    def cpu_s(self, first, second):
        """From unit to unit, as each worker reads its own clock: what the system says of another process can be old by a
        clock tick, some 4 % of a window of 100 ms. It must do for a worker that ended no unit."""
        if not KNOWS_CPU_TIME:
            return None
        wall = second["at"] - first["at"]
        total = 0.0
        for (cpu, at, outside), (later_cpu, later_at, later_outside) in zip(first["cpu"], second["cpu"]):
            if at and later_at > at:
                total += (later_cpu - cpu) / (later_at - at) * wall
            elif outside is not None and later_outside is not None:
                total += later_outside - outside
            else:
                return None
        return total / 1e9

    def coordinator_cpu(self):
        return process_cpu_time_ns()

    def delay_ns(self):
        if not self.delays:
            return None
        delays = [run_delay_ns("/proc/%d/schedstat" % process.pid) for process in self.processes]
        return None if None in delays else sum(delays)

    def end(self):
        # All that they know lies in the shared memory.
        self.control[STOP] = 1
        for process in self.processes:
            process.kill()
        for process in self.processes:
            process.join()
            try:
                process.close()
            except ValueError:
                # Where the learner's code ignores SIGCHLD nobody is told that it has ended.
                pass

    def close(self):
        self.close_memory()
        self.map.close()
        try:
            os.unlink(self.path)
        except OSError:
            # Windows may still count a process that was killed among its users; it goes with the folder.
            pass


def run_in_process(path, size, index, workload, options, pause, lock):
    import mmap

    with open(path, "r+b") as file:
        shared = mmap.mmap(file.fileno(), size)
    memory = memoryview(shared).cast("q")
    shared = None if lock is None else Shared(workload, index + 1, lock)
    Lookout.begin("process-%d" % index, options.get("look"))
    worker(memory, index, workload, options, lambda control: wait_by_polling(control, pause), None, shared)


def process_cpu_ns(pid):
    """CPU time of another process; None where the system does not tell."""
    if not sys.platform.startswith("linux"):
        return None
    try:
        # As `clock_getcpuclockid` makes it.
        return time.clock_gettime_ns((~pid << 3) | 2)
    except OSError:
        return None


def how_ended(code):
    if code >= 0:
        return "with exit status %d" % code
    import signal

    try:
        return "killed by " + signal.Signals(-code).name
    except ValueError:
        return "killed by signal %d" % -code


# ---- One window ---------------------------------------------------------------------------------------------------


def snapshot(crew):
    """Clock, CPU time and counters of one moment: read again if something came between."""
    clock = time.perf_counter_ns
    areas = crew.areas
    enough = 200000 + 2000 * len(areas)
    for _ in range(5):
        began = clock()
        cpu = crew.cpu()
        own = crew.coordinator_cpu()
        counts = [cells[COUNT] for cells in areas]
        ended = clock()
        if ended - began <= enough:
            break
    return {"at": ended, "cpu": cpu, "coordinator": own, "counts": counts, "delay": crew.delay_ns()}


def median(values):
    values = sorted(values)
    middle = len(values) // 2
    if not values:
        return None
    return values[middle] if len(values) % 2 else (values[middle - 1] + values[middle]) / 2


def quantiles(values):
    """Least, 5 %, 25 %, 50 %, 75 %, 95 %, greatest, with linear interpolation; None without values."""
    values = sorted(values)
    if not values:
        return None

    def at(share):
        place = share * (len(values) - 1)
        below = int(place)
        above = min(below + 1, len(values) - 1)
        return values[below] + (values[above] - values[below]) * (place - below)

    return [at(share) for share in (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)]


def latencies_ms(areas, before, after):
    """The times of the units between two snapshots, as far as they are still in the rings."""
    values = []
    for cells, first, last in zip(areas, before, after):
        for count in range(max(first, last - LATENCIES_KEPT // 2), last):
            values.append(cells[LATENCIES + count % LATENCIES_KEPT] / 1e6)
    return values


class Turns:
    """The switch interval: as asked for in the window, shorter before and after it where that is allowed.

    It is restored before the first snapshot, by the thread that holds the GIL then; a thread that waits for the GIL looks at the
    interval anew each time it begins to wait."""

    def __init__(self, allowed):
        self.usual = sys.getswitchinterval()
        self.short = min(SHORT_TURNS_S, self.usual) if allowed else self.usual

    def shorten(self):
        sys.setswitchinterval(self.short)

    def restore(self):
        sys.setswitchinterval(self.usual)


def measure_point(request, workload, look):
    workers, engine = request["workers"], request["engine"]
    few = workers <= (os.cpu_count() or 1)
    MemoryLimit.hold(workers)
    if workload["kind"] == "socket":
        allow_open_files(workers)
    if workload["kind"] in BATCHES:
        return measure_batches(request, workload)
    if workload["kind"] == "pool":
        return measure_pool(request, workload)
    options = {"timed": bool(request.get("timed")), "run_delay": few, "run_delay_wanted": few}
    if engine == "asyncio":
        return measure_tasks(request, workload)
    if engine == "threads":
        if request.get("stamped"):
            options["stamps"] = [array("q", bytes(WORD * STAMPS_KEPT)) for _ in range(workers)]
        crew = ThreadCrew(workers, workload, options)
    elif engine == "interpreters":
        options["look"] = look
        crew = InterpreterCrew(workers, workload, options)
    elif engine == "processes":
        # Here nothing of the learner's runs any more; each worker has a lookout of its own.
        Lookout.end()
        options["look"] = look
        crew = ProcessCrew(workers, workload, options, request.get("start_method"))
    else:
        raise Refused("engine `%s` is not known to the harness" % engine)
    turns = Turns(engine == "threads" and workload["kind"] in INDEPENDENT)
    try:
        ended = False
        try:
            turns.shorten()
            crew.begin(0.001 + 0.00005 * workers)
            # One sleep and not two: after each it waits for the GIL.
            sleep_until(crew.control[START] + int(request["warm_up_s"] * 1e9))
            turns.restore()
            first = snapshot(crew)
            time.sleep(request["length_s"])
            second = snapshot(crew)
            turns.shorten()
            for index in range(workers):
                crew.check(index)
        finally:
            crew.end()
            ended = True
            turns.restore()
        answer = point(request, crew.areas, first, second, crew.cpu_s(first, second), crew.shared)
        if options.get("stamps") and all(cells[GIL] == GIL_ON for cells in crew.areas):
            answer["gil_switches"] = changes_of_progress(options["stamps"], first, second)
        return answer
    finally:
        if ended:
            crew.close()


def changes_of_progress(stamps, first, second):
    """How often units of one thread were followed by one of another between two snapshots; None where some were not kept."""
    counts = zip(first["counts"], second["counts"])
    if any(after - before >= STAMPS_KEPT for before, after in counts):
        return None
    ends = sorted(
        (at, owner) for owner, own in enumerate(stamps) for at in own if first["at"] < at <= second["at"]
    )
    return sum(one[1] != other[1] for one, other in zip(ends, ends[1:]))


def point(request, areas, first, second, workers_cpu_s, shared=None):
    wall_ns = second["at"] - first["at"]
    delay = None
    if first["delay"] is not None and second["delay"] is not None:
        delay = second["delay"] - first["delay"]
    elif all(cells[LIFE_NS] > 0 for cells in areas):
        # The workers told it for their whole lives: take the window's part.
        delay = sum(cells[DELAY_NS] * min(1.0, wall_ns / cells[LIFE_NS]) for cells in areas)
    latencies = latencies_ms(areas, first["counts"], second["counts"]) if request.get("timed") else []
    return {
        "wall_s": wall_ns / 1e9,
        "age_s": (time.perf_counter_ns() - first["at"]) / 1e9,
        "units": sum(second["counts"]) - sum(first["counts"]),
        "workers_cpu_s": workers_cpu_s,
        "coordinator_cpu_s": difference_s(first["coordinator"], second["coordinator"]),
        "run_delay_s": None if delay is None else delay / 1e9,
        "latency_ms": median(latencies),
        "latency_quantiles_ms": quantiles(latencies),
        "lost": None if shared is None else shared.lost(areas),
        "deadlocks": None if shared is None else shared.deadlocks(),
        "gil_enabled": any(cells[GIL] == GIL_ON for cells in areas),
    }


def difference_s(before, after):
    return None if before is None or after is None else (after - before) / 1e9


# ---- Work that starts its own workers -------------------------------------------------------------------------------


def nothing():
    pass


class StartAndJoin:
    """Workers that are started, sleep and are joined. Each is a unit."""

    def __init__(self, request, workload):
        self.workers = request["workers"]
        self.inside = workload["inside"]
        sleep_s = workload["body_ms"] / 1000
        body = {"target": time.sleep, "args": (sleep_s,)} if sleep_s > 0 else {"target": nothing}
        make = worker_class(request)
        self.make = lambda: make(**body)

    def warm_up(self):
        self.run()

    def run(self):
        if self.inside:
            for _ in range(self.workers):
                one = self.make()
                one.start()
                one.join()
        else:
            started = []
            for _ in range(self.workers):
                one = self.make()
                one.start()
                started.append(one)
            for one in started:
                one.join()
        return self.workers


class Job:
    """One computation, divided among workers that are started for it. The whole job is a unit."""

    def __init__(self, request, workload):
        self.workers = request["workers"]
        self.numbers = workload["numbers"]
        self.numbers_to_warm_up = min(self.numbers, workload["numbers_to_warm_up"])
        self.payload = filled(workload["payload_bytes"])
        engine = request["engine"]
        if engine == "threads":
            self.divide = self.among_threads
        elif engine == "processes":
            import multiprocessing

            self.context = multiprocessing.get_context(request.get("start_method"))
            allow_open_files(4 * self.workers)
            self.divide = self.among_processes
        else:
            InterpreterCrew.prepare_code()
            self.divide = self.among_interpreters

    def warm_up(self):
        self.divide(self.parts(self.numbers_to_warm_up))

    def run(self):
        self.divide(self.parts(self.numbers))
        return 1

    def parts(self, numbers):
        """How much each worker computes."""
        ends = [numbers * done // self.workers for done in range(self.workers + 1)]
        return [end - begin for begin, end in zip(ends, ends[1:])]

    @staticmethod
    def among_threads(parts):
        """They share the payload: nothing is sent."""
        import threading

        threads = [threading.Thread(target=try_numbers, args=(part,)) for part in parts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def among_processes(self, parts):
        """Each gets its part and the payload through a pipe, pickled, and sends the payload back."""
        workers = []
        try:
            for _ in parts:
                here, there = self.context.Pipe()
                process = self.context.Process(target=work_on_part, args=(there,), daemon=True)
                workers.append((process, here))
                process.start()
                there.close()
            for (_, here), part in zip(workers, parts):
                here.send((part, self.payload))
            for process, here in workers:
                here.recv()
                process.join()
        except EOFError:
            raise Refused("a worker process ended without a word")
        finally:
            for process, here in workers:
                here.close()
                if process.pid is not None:
                    if process.exitcode is None:
                        process.kill()
                        process.join()
                    process.close()

    def among_interpreters(self, parts):
        """Each gets its part and the payload when it is made, and sends the payload back through a queue."""
        import threading
        from concurrent import interpreters

        failures = []

        def run(part):
            try:
                back = interpreters.create_queue()
                interpreter = interpreters.create()
                try:
                    code, payload = InterpreterCrew.code, self.payload
                    interpreter.prepare_main(code=code, part=part, payload=payload, back=back)
                    interpreter.exec("__name__ = 'harness'; import marshal; exec(marshal.loads(code))")
                    interpreter.exec("try_numbers(part); back.put(payload)")
                    # What it sent goes with it.
                    back.get()
                finally:
                    interpreter.close()
            except BaseException as error:
                failures.append(error)

        threads = [threading.Thread(target=run, args=(part,)) for part in parts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if failures:
            raise failures[0]


def work_on_part(connection):
    part, payload = connection.recv()
    try_numbers(part)
    connection.send(payload)
    connection.close()


BATCHES = {"start-join": StartAndJoin, "job": Job}


def worker_class(request):
    if request["engine"] == "threads":
        import threading

        return threading.Thread
    if request["engine"] == "processes":
        import multiprocessing

        return multiprocessing.get_context(request.get("start_method")).Process
    raise Refused("there is nothing to start and to join in engine `%s`" % request["engine"])


def cpu_ns_between_batches(request):
    """CPU time of this process and of all its workers, none of which is there between two batches; None where it is unknown."""
    own = process_cpu_time_ns()
    if request["engine"] != "processes":
        return own
    import multiprocessing

    if (request.get("start_method") or multiprocessing.get_start_method()) == "forkserver":
        # They are not children of this process.
        return None
    try:
        import resource
    except ImportError:
        return None
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return own + round((ended.ru_utime + ended.ru_stime) * 1e9)


def measure_batches(request, workload):
    """One window of whole batches, at least one: both snapshots are taken between two of them."""
    batch = BATCHES[workload["kind"]](request, workload)
    clock = time.perf_counter_ns
    until = clock() + int(request["warm_up_s"] * 1e9)
    while clock() < until:
        batch.warm_up()
    cpu_before = cpu_ns_between_batches(request)
    began, units = clock(), 0
    until = began + int(request["length_s"] * 1e9)
    while units == 0 or clock() < until:
        units += batch.run()
    ended = clock()
    cpu_after = cpu_ns_between_batches(request)
    return {
        "wall_s": (ended - began) / 1e9,
        "age_s": (clock() - began) / 1e9,
        "units": units,
        "workers_cpu_s": difference_s(cpu_before, cpu_after),
        "gil_enabled": gil_now(),
    }


# ---- Executors ------------------------------------------------------------------------------------------------------


def pool_job(numbers, wait_s, stop_fd):
    """Computes, then sleeps; how long that took, in nanoseconds."""
    began = time.perf_counter_ns()
    try_numbers(numbers)
    sleeper(wait_s, stop_fd)()
    return time.perf_counter_ns() - began


def say_started(fd):
    """What a worker of an executor does first, where it shares this process's descriptors."""
    os.write(fd, b"!")


def count_started(started):
    """What a worker process does first."""
    with started.get_lock():
        started.value += 1


class Pool:
    """An executor of `concurrent.futures` that always has twice as many jobs as workers: each that is done hands in the next."""

    def __init__(self, request, workload):
        from concurrent import futures
        import threading

        self.workers = request["workers"]
        self.in_processes = request["engine"] == "processes"
        self.ending = False
        self.failure = None
        self.done = threading.Lock()
        self.times_ns = []
        self.stopped = Signal()
        stop_fd = None if self.in_processes else self.stopped.fileno()
        self.job = (pool_job, workload["numbers"], workload["wait_s"], stop_fd)
        if self.in_processes:
            import multiprocessing

            context = multiprocessing.get_context(request.get("start_method"))
            self.started = context.Value("l", 0)
            self.executor = futures.ProcessPoolExecutor(self.workers, context, count_started, (self.started,))
        else:
            kinds = {"threads": "ThreadPoolExecutor", "interpreters": "InterpreterPoolExecutor"}
            kind = getattr(futures, kinds[request["engine"]])
            # A file, since every system can tell how long one is: each worker adds a byte.
            self.tally_path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "started")
            self.tally = os.open(self.tally_path, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND)
            self.executor = kind(self.workers, initializer=say_started, initargs=(self.tally,))

    def hand_in(self):
        if not self.ending:
            self.executor.submit(*self.job).add_done_callback(self.take_back)

    def take_back(self, future):
        if self.ending or future.cancelled():
            return
        error = future.exception()
        if error is not None:
            self.failure = error
            return
        took = future.result()
        with self.done:
            self.times_ns.append(took)
        try:
            self.hand_in()
        except RuntimeError as error:
            # The executor broke, or was told to end.
            self.failure = error

    def begin(self):
        """Returns when every worker runs."""
        for _ in range(2 * self.workers):
            self.hand_in()
        while self.count_started() < self.workers:
            self.check()
            time.sleep(0.0005)

    def count_started(self):
        if self.in_processes:
            return self.started.value
        return os.fstat(self.tally).st_size

    def check(self):
        if self.failure is not None and not self.ending:
            raise self.failure

    def cpu(self):
        """Of the workers and of what hands them their work; None where it is unknown."""
        if not self.in_processes:
            return other_threads_cpu_ns()
        own = process_cpu_time_ns()
        workers = [process_cpu_ns(process.pid) for process in list(self.executor._processes.values())]
        return None if own is None or None in workers else own + sum(workers)

    def snapshot(self):
        cpu = self.cpu()
        return {"cpu": cpu, "count": len(self.times_ns), "at": time.perf_counter_ns()}

    def end(self):
        self.ending = True
        self.stopped.raise_()
        if self.in_processes:
            for process in list((self.executor._processes or {}).values()):
                process.kill()
        self.executor.shutdown(wait=True)
        self.stopped.close()
        if not self.in_processes:
            os.close(self.tally)
            os.unlink(self.tally_path)


def measure_pool(request, workload):
    pool = Pool(request, workload)
    try:
        pool.begin()
        time.sleep(request["warm_up_s"])
        first = pool.snapshot()
        time.sleep(request["length_s"])
        second = pool.snapshot()
        pool.check()
    finally:
        pool.end()
    wall_ns = second["at"] - first["at"]
    times_ms = [took / 1e6 for took in pool.times_ns[first["count"] : second["count"]]]
    return {
        "wall_s": wall_ns / 1e9,
        "age_s": (time.perf_counter_ns() - first["at"]) / 1e9,
        "units": second["count"] - first["count"],
        "workers_cpu_s": difference_s(first["cpu"], second["cpu"]),
        "latency_ms": median(times_ms),
        "latency_quantiles_ms": quantiles(times_ms),
        "gil_enabled": gil_now(),
    }


# ---- asyncio --------------------------------------------------------------------------------------------------------


def measure_tasks(request, workload):
    import asyncio

    return asyncio.run(measure_in_loop(request, workload))


async def measure_in_loop(request, workload):
    import asyncio

    workers = request["workers"]
    areas = [memoryview(bytearray(WORKER_WORDS * WORD)).cast("q") for _ in range(workers)]
    connections = []
    failures = []
    begin = asyncio.Event()

    slots = asyncio.Semaphore(workload["slots"]) if workload["kind"] == "semaphore" else None

    async def task(cells):
        unit = await make_async_unit(workload, connections, slots)
        cells[STATE] = READY
        await begin.wait()
        clock = time.perf_counter_ns
        count = 0
        ended = clock()
        while True:
            began = ended
            await unit()
            ended = clock()
            cells[LATENCIES + count % LATENCIES_KEPT] = ended - began
            count += 1
            cells[COUNT] = count

    async def watched(cells):
        try:
            await task(cells)
        except Exception as error:
            failures.append(error)

    def moment():
        counts = [cells[COUNT] for cells in areas]
        return {
            "at": time.perf_counter_ns(),
            "cpu": process_cpu_time_ns(),
            "coordinator": None,
            "counts": counts,
            "delay": None,
        }

    tasks = [asyncio.ensure_future(watched(cells)) for cells in areas]
    try:
        while not failures and not all(cells[STATE] == READY for cells in areas):
            await asyncio.sleep(0.0005)
        begin.set()
        await asyncio.sleep(request["warm_up_s"])
        first = moment()
        await asyncio.sleep(request["length_s"])
        second = moment()
    finally:
        for each in tasks:
            each.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for connection in connections:
            connection.close()
    if failures:
        raise Refused(describe(failures[0]), own_line(failures[0]))
    for cells in areas:
        cells[GIL] = GIL_ON if gil_now() else GIL_OFF
    return point(request, areas, first, second, difference_s(first["cpu"], second["cpu"]))


async def make_async_unit(workload, connections, slots):
    import asyncio

    kind = workload["kind"]
    if kind == "wait":
        return calling(asyncio.sleep, workload["wait_ms"] / 1000)
    if kind == "semaphore":

        async def wait_with_slot():
            async with slots:
                await asyncio.sleep(workload["wait_ms"] / 1000)

        return wait_with_slot
    if kind == "mixed":

        async def compute_and_wait():
            try_numbers(workload["numbers"])
            await asyncio.sleep(workload["wait_s"])

        return compute_and_wait
    if kind == "socket":
        connection = connect(workload)
        connections.append(connection)
        connection.setblocking(False)
        loop = asyncio.get_running_loop()
        request = request_bytes(workload)

        async def exchange():
            await loop.sock_sendall(connection, request)
            answer = await loop.sock_recv(connection, 4)
            while 0 < len(answer) < 4:
                answer += await loop.sock_recv(connection, 4 - len(answer))
            if answer != request[:4]:
                raise ConnectionError("the local server closed the connection")

        return exchange
    raise Refused("asyncio runs waiting workloads only, not `%s`" % kind)


# ---- Requests -------------------------------------------------------------------------------------------------------


class Calibration:
    numbers_per_s = None

    @classmethod
    def numbers(cls, seconds):
        """How many numbers one thread tries in that time."""
        if cls.numbers_per_s is None:
            cls.numbers_per_s = numbers_per_second()
        return round(seconds * cls.numbers_per_s)


# What `two-locks` computes with one lock, and again with both, in seconds.
LOCKED_WORK_S = 0.0001


def prepared(workload):
    """The workload as workers take it: for `mixed`, how much there is to compute."""
    if workload["kind"] in ("mixed", "job", "pool") and Calibration.numbers_per_s is None:
        Calibration.numbers_per_s = numbers_per_second()
    if workload["kind"] == "pool":
        numbers = round(workload["cpu_ms"] / 1000 * Calibration.numbers_per_s)
        return dict(workload, numbers=numbers, wait_s=workload["wait_ms"] / 1000)
    if workload["kind"] == "job":
        per_ms = Calibration.numbers_per_s / 1000
        # A long job is not done whole to warm up.
        return dict(workload, numbers=round(workload["job_ms"] * per_ms), numbers_to_warm_up=round(20 * per_ms))
    if workload["kind"] == "mixed":
        unit_s = workload["unit_ms"] / 1000
        share = min(max(workload["cpu_share"], 0.0), 1.0)
        numbers = Calibration.numbers(unit_s * share)
        return {"kind": "mixed", "numbers": numbers, "wait_s": unit_s * (1 - share)}
    if workload["kind"] == "critical":
        unit_s = workload["unit_ms"] / 1000
        inside_s = unit_s * min(max(workload["lock_share"], 0.0), 1.0)
        inside, outside = Calibration.numbers(inside_s), Calibration.numbers(unit_s - inside_s)
        return {"kind": "critical", "outside": outside, "inside": inside}
    if workload["kind"] == "two-locks":
        return dict(workload, numbers=Calibration.numbers(LOCKED_WORK_S))
    if workload["kind"] == "sleeper":
        # Makes the interpreter specialise the code of the computing ones.
        try_numbers(1000)
    if workload["kind"] == "lost-updates":
        INCREMENT[workload["code"]](Shared(workload, 1).lock, NO_CONTROL)
    if workload["kind"] == "count-primes":
        # One unit makes the interpreter specialise the code; not one a worker.
        count_primes(workload["limit"])
    if workload["kind"] in ("sha256", "zlib", "numpy"):
        # Makes the buffer before there are threads that want it.
        make_unit(workload, None, None)()
    if workload["kind"] == "code":
        OwnCode.load(workload["source"])()
    return workload


def measure_alone(request, workload):
    """The unit in a bare loop of the main thread, for the length asked for."""
    unit = make_unit(workload, None, None, shared=Shared(workload, 1))
    clock = time.perf_counter_ns
    until = clock() + int(request["warm_up_s"] * 1e9)
    while clock() < until:
        unit()
    began, units = clock(), 0
    until = began + int(request["length_s"] * 1e9)
    while True:
        unit()
        units += 1
        now = clock()
        if now >= until:
            break
    return {"wall_s": (now - began) / 1e9, "age_s": (clock() - began) / 1e9, "units": units, "gil_enabled": gil_now()}


class Transcript:
    """What a program prints: each line with the thread that printed it and when."""

    # In the answer, which is one line, with what JSON makes of a character at most; a line may have 64 KiB.
    MOST_BYTES = 48 << 10

    def __init__(self):
        self.began = time.perf_counter_ns()
        self.lines = []
        self.bytes = 0
        # Of any of its threads.
        self.failure = None

    def print(self, *values, sep=" ", end="\n", file=None, flush=False):
        """In the place of the built-in function. Appending to a list is safe among threads, with and without the GIL."""
        at = time.perf_counter_ns()
        import json
        import threading

        text = (" " if sep is None else sep).join(map(str, values))
        thread = threading.current_thread().name
        # Two threads that add at one time may lose a number; what matters is that it stops somewhere.
        self.bytes += 60 + len(json.dumps([thread, text[: self.MOST_BYTES]]))
        if self.bytes > self.MOST_BYTES:
            raise Refused("the program printed more than Threadlab shows")
        self.lines.append({"thread": thread, "at_ms": (at - self.began) / 1e6, "text": text})


def run_first(request):
    code = compile(request["source"], OWN_CODE, "exec")
    import threading

    transcript = Transcript()
    usual = threading.excepthook

    def note(failed):
        # `sys.exit` ends a thread without a word.
        if not issubclass(failed.exc_type, SystemExit):
            transcript.failure = transcript.failure or failed.exc_value

    threading.excepthook = note
    try:
        exec(code, {"__name__": "__main__", "print": transcript.print})
    finally:
        threading.excepthook = usual
    took_ms = (time.perf_counter_ns() - transcript.began) / 1e6
    if transcript.failure is not None:
        raise transcript.failure
    return {"kind": "lines", "lines": list(transcript.lines), "took_ms": took_ms, "gil_enabled": gil_now()}


def answer(request):
    op = request.get("op")
    if op == "first":
        return run_first(request)
    if op not in ("point", "alone"):
        raise Refused("request `%s` is not known to the harness" % op)
    sys.setswitchinterval(request["switch_interval_s"])
    look_after_s = request.get("look_after_s")
    look = None
    if look_after_s is not None:
        folder = os.path.dirname(os.path.abspath(__file__))
        look = (os.path.join(folder, "stuck-%d-" % request["id"]), time.perf_counter_ns() + int(look_after_s * 1e9))
    try:
        Lookout.begin("main", look)
        workload = prepared(request["workload"])
        if op == "alone":
            return measure_alone(request, workload)
        return measure_point(request, workload, look)
    finally:
        Lookout.end()


def greeting():
    free_threaded = False
    if sys.version_info >= (3, 13):
        import sysconfig

        free_threaded = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
    return {
        "kind": "hello",
        "protocol": PROTOCOL,
        "version": "%d.%d.%d" % sys.version_info[:3],
        "implementation": sys.implementation.name,
        "free_threaded": free_threaded,
        "gil_enabled": gil_now(),
        "pid": os.getpid(),
    }


class MemoryLimit:
    """Addresses that this process and each of its children may map. Where the system has no such limit it is not held."""

    limit = 0

    @classmethod
    def hold(cls, workers):
        if cls.limit <= 0:
            return
        try:
            import resource
        except ImportError:
            return
        most = cls.limit + workers * WORKER_ADDRESSES
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        if hard != resource.RLIM_INFINITY:
            most = min(most, hard)
        try:
            resource.setrlimit(resource.RLIMIT_AS, (most, hard))
        except (OSError, ValueError):
            pass


def allow_open_files(workers):
    """Raises the limit on open files as far as a connection for each worker needs it."""
    try:
        import resource
    except ImportError:
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = workers + 64
    if soft == resource.RLIM_INFINITY or soft >= needed:
        return
    if hard != resource.RLIM_INFINITY and hard < needed:
        raise Refused("%d workers need %d open files, but this system allows %d" % (workers, needed, hard))
    resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))


def requests_of(fd):
    """The lines that come on `fd`, until its end."""
    rest = b""
    while True:
        data = os.read(fd, 65536)
        if not data:
            return
        rest += data
        *lines, rest = rest.split(b"\n")
        for line in lines:
            if line.strip():
                yield line


def main():
    token, memory_limit = sys.argv[1], int(sys.argv[2])
    del sys.argv[1:]
    # A descriptor of its own for answers, so that nothing the program prints can come between them.
    answers = os.dup(1)
    os.dup2(2, 1)
    # And one for requests, so that a program that reads finds the end and not the next request.
    requests = os.dup(0)
    nothing_to_read = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing_to_read, 0)
    os.close(nothing_to_read)
    MemoryLimit.limit = memory_limit
    MemoryLimit.hold(0)
    import json

    def send(message):
        data = (token + json.dumps(message) + "\n").encode("ascii")
        while data:
            data = data[os.write(answers, data) :]

    send(greeting())
    for line in requests_of(requests):
        number = None
        try:
            request = json.loads(line.decode("utf-8"))
            number = request["id"]
            send(dict({"kind": "point"}, id=number, **answer(request)))
        except BaseException as error:  # the learner's code may call `sys.exit`
            send({"kind": "error", "id": number, "message": describe(error), "line": own_line(error)})
        send({"kind": "done", "id": number, "leftover": OwnCode.leaves_something()})
        OwnCode.forget()


if __name__ == "__main__":
    main()
