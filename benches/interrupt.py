"""How long 1,024 computing threads go on after Ctrl+C: benches/interrupt.py PROGRAM

Each run is in a session of its own, so that this program does not wait for a core beside the threads that it watches.
"""

import pathlib
import signal
import statistics
import subprocess
import sys
import time

RUNS = 20
THREADS = 1024
# What is left when all workers have ended: the program's own threads.
OWN_THREADS = 30
GOAL_MS = 200


def threads(child):
    """How many threads a process has; 0 once it is gone."""
    try:
        lines = pathlib.Path(f"/proc/{child.pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Threads:")), 0)


def await_threads(child, is_reached):
    give_up = time.monotonic() + 60
    while not is_reached(threads(child)):
        assert time.monotonic() < give_up, "the threads did not come, or did not end, within 60 s"
        time.sleep(0.001)


def workers_ended_after_ms(program, engine):
    words = [program, "run", "gil/count-primes", "--engine", engine, "--threads", str(THREADS), "--precision", "thorough"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(words, start_new_session=True, **quiet) as child:
        try:
            await_threads(child, lambda count: count >= THREADS)
            # Into the middle of a window.
            time.sleep(0.15)
            began = time.monotonic()
            child.send_signal(signal.SIGINT)
            await_threads(child, lambda count: count <= OWN_THREADS)
            return (time.monotonic() - began) * 1000
        finally:
            child.kill()


for engine in ("native", "gil-model"):
    took = [workers_ended_after_ms(sys.argv[1], engine) for _ in range(RUNS)]
    print(
        f"Ctrl+C to {THREADS} workers ended, {engine}: {statistics.median(took):.0f} ms median, "
        f"{max(took):.0f} ms at most (of {RUNS}); goal {GOAL_MS} ms"
    )
