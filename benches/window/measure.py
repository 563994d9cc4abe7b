"""Measures the window from outside; run.sh calls it. Prints one line a figure, medians over repetitions."""

import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent / "tests" / "real_window"))
from accessible import Window, key, switch_accessibility_on, write  # noqa: E402

STARTS = 9
IDLE_S = 10
TICKS_PER_S = os.sysconf("SC_CLK_TCK")


def spread(values, unit, digits=2):
    middle = statistics.median(values)
    return f"{middle:.{digits}f}{unit} (of {len(values)}: {min(values):.{digits}f} to {max(values):.{digits}f})"


def visible_after_ms(program, config):
    """From starting the program to its window on the screen: it is shown when its first frame has been painted."""
    began = time.monotonic()
    child = subprocess.Popen([program, "--config", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while subprocess.run(
        ["xdotool", "search", "--onlyvisible", "--name", "Threadlab"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ).returncode:
        assert time.monotonic() - began < 60, "no window within 60 s"
    return (time.monotonic() - began) * 1000, child


def end(child):
    child.terminate()
    child.wait()


def cpu_ticks(child):
    fields = pathlib.Path(f"/proc/{child.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])


def resident_mb(child):
    for line in pathlib.Path(f"/proc/{child.pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise AssertionError("no VmRSS")


def throughputs(record):
    return {
        (series["engine"], point["threads"]): point["throughput_per_sec"]["median"]
        for experiment in record["experiments"]
        for series in experiment["series"]
        for point in series["points"]
    }


def on_the_command_line(program):
    words = [program, "run", "gil", "--precision", "quick", "--json"]
    output = subprocess.run(words, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
    return throughputs(json.loads(output))


def wait_for_the_end(window):
    while any(name == "Stop" for _role, name, _node in window.nodes("push button")):
        time.sleep(1)


def in_the_window(program, home, pair):
    """Runs the same experiment in the window. Nothing asks the window anything while it measures."""
    config = home / f"pair-{pair}"
    child = subprocess.Popen([program, "--config", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        window = Window("threadlab")
        window.find("Run", "push button", within_s=60)
        subprocess.run(["xdotool", "search", "--onlyvisible", "--name", "Threadlab", "windowfocus"], check=True)
        window.click(lambda name: "CPU-bound work and the GIL" in name, "toggle button")
        window.find(lambda name: name.startswith("Counting primes"), within_s=10)
        # Away from everything that shows a tooltip.
        subprocess.run(["xdotool", "mousemove", "640", "795"], check=True)
        key("ctrl+r")
        # Reading the accessible tree costs the window CPU, so it is left alone for as long as a run takes.
        time.sleep(12)
        wait_for_the_end(window)
        memory = resident_mb(child)
        target = home / f"pair-{pair}-out"
        target.mkdir()
        key("ctrl+e")
        window.click("JSON")
        window.click("Folder", "entry")
        key("ctrl+a")
        write(str(target))
        window.click("Save", "push button")
        give_up = time.monotonic() + 20
        while not list(target.glob("*.json")):
            assert time.monotonic() < give_up, "nothing was saved"
            time.sleep(0.2)
        return throughputs(json.loads(next(target.glob("*.json")).read_text())), memory
    finally:
        end(child)


def main():
    program, home, pairs = sys.argv[1], pathlib.Path(sys.argv[2]), int(sys.argv[3])

    starts = []
    for index in range(STARTS):
        took_ms, child = visible_after_ms(program, home / f"start-{index}")
        starts.append(took_ms)
        end(child)
    print(f"start to first frame: {spread(starts, ' ms', 0)}; goal 400 ms", flush=True)

    _took, child = visible_after_ms(program, home / "idle")
    time.sleep(5)
    before = cpu_ticks(child)
    time.sleep(IDLE_S)
    used = (cpu_ticks(child) - before) / TICKS_PER_S / IDLE_S
    print(f"idle CPU over {IDLE_S} s: {used * 100:.2f} % of a core; goal 0 %", flush=True)
    print(f"resident memory at start: {resident_mb(child):.0f} MB; goal 150 MB", flush=True)
    end(child)

    switch_accessibility_on()
    ratios = {}
    memory = []
    for pair in range(pairs):
        halves = [lambda: on_the_command_line(program), lambda: in_the_window(program, home, pair)]
        if pair % 2:
            window, memory_mb = halves[1]()
            command_line = halves[0]()
        else:
            command_line = halves[0]()
            window, memory_mb = halves[1]()
        memory.append(memory_mb)
        for point in command_line.keys() & window.keys():
            ratios.setdefault(point, []).append(window[point] / command_line[point])
    print(f"resident memory after a run: {spread(memory, ' MB', 0)}; goal 150 MB")
    for (engine, threads), values in sorted(ratios.items()):
        print(f"window over command line, {engine}, {threads} threads: {spread(values, '', 3)}")
    per_pair = [statistics.median(values[pair] for values in ratios.values()) for pair in range(pairs)]
    print(f"window over command line, median over points, per pair: {spread(per_pair, '', 3)}; goal 0.99")


if __name__ == "__main__":
    main()
