# ---- The table: what `threadlab run` prints ---------------------------------------------------------------------------

UNKNOWN = "\u2013"
FEWEST_ROUNDS = 6

# A median over rounds with its interval: the 95 % one from 6 rounds on, least and greatest below.
Estimate = collections.namedtuple("Estimate", "median low high rounds")


def interval_ranks(count):
    """Which values enclose the median of so many with 95 %, from 1 in their order; None where they are too few."""
    if count < FEWEST_ROUNDS:
        return None
    lower, tail, term = 0, 0.0, 0.5**count
    while lower < count // 2 and tail + term <= 0.025:
        tail += term
        lower += 1
        term = term * (count - lower + 1) / lower
    return lower, count + 1 - lower


def estimate(values, longer=0):
    """Of the values of all rounds; `longer` more rounds have one that is unknown but greater than any other."""
    values = sorted(value for value in values if math.isfinite(value))
    count = len(values) + longer
    ranks = interval_ranks(count)
    if not values or longer and (ranks is None or ranks[1] > len(values)):
        return None
    median = (values[(count - 1) // 2] + values[count // 2]) / 2
    low, high = (values[0], values[-1]) if ranks is None else (values[ranks[0] - 1], values[ranks[1] - 1])
    return Estimate(median, low, high, count)


def fixed(value, decimals):
    """With so many decimals, and commas between thousands."""
    text = "{:,.{}f}".format(abs(value), decimals)
    return "-" + text if value < 0 and text.strip("0.,") else text


def three_digits(value):
    return float("%.2e" % value)


def decimals_for(value):
    """How many decimals show three digits of a value."""
    return 0 if value == 0 else min(max(2 - math.floor(math.log10(abs(value))), 0), 9)


def number(value):
    rounded = three_digits(value)
    return fixed(rounded, decimals_for(rounded))


def in_words(one):
    """A median with its interval, whose ends are rounded outwards: it never claims more than was measured."""
    if one is None:
        return UNKNOWN
    if one.rounds < 2:
        return number(one.median)
    scale = three_digits(one.high if one.median == 0 else one.median)
    decimals = decimals_for(scale)
    half = abs((one.high - one.low) / 2)
    # Up to two more decimals while an end differs from the median but would not show.
    for _ in range(2):
        if half > 1e-9 * abs(scale) and half * 10.0**decimals < 1:
            decimals += 1
    decimals = min(decimals, 9)
    power, slack = 10.0**decimals, 1e-6
    low, high = math.floor(one.low * power + slack) / power, math.ceil(one.high * power - slack) / power
    return "%s (%s to %s)" % tuple(fixed(value, decimals) for value in (one.median, low, high))


def throughput(window):
    return window["units"] / window["wall_s"]


def ratios(many, one):
    """Throughput over that of one thread, for each round that has both."""
    pairs = [(window, one[number]) for number, window in many.items() if number in one]
    return [throughput(window) / throughput(base) for window, base in pairs if base["units"]]


def share_lost(lost):
    return (lost["expected"] - lost["counted"]) / lost["expected"]


def cells(label, workers, windows, one):
    """A row, by column: the windows of one curve and thread count, by round, beside those of one thread."""
    every = list(windows.values())
    rate = estimate([throughput(window) for window in every])
    speedup = estimate(ratios(windows, one))
    efficiency = speedup and Estimate(*[value / workers for value in speedup[:3]], speedup.rounds)
    cpu = [window["workers_cpu_s"] / window["wall_s"] for window in every if window["workers_cpu_s"] is not None]
    latencies = [window["latency_ms"] for window in every if window.get("latency_ms") is not None]
    # A time that is unknown was too long for its window.
    latency = estimate(latencies, longer=len(every) - len(latencies))
    losses = [window["lost"] for window in every if window.get("lost")]
    lost = estimate([share_lost(loss) for loss in losses if loss["expected"]])
    reports = [window["deadlocks"] for window in every if window.get("deadlocks")]
    row = {
        "Series": label,
        "Threads": str(workers),
        "Units per second": in_words(rate),
        "Speedup": in_words(speedup),
        "Efficiency": in_words(efficiency),
        "Cores used": in_words(estimate(cpu)),
        "Rounds": str(rate.rounds),
    }
    if latency is not None:
        row["Latency, ms"] = in_words(latency)
    if lost is not None:
        row["Share lost"] = in_words(lost)
    if losses:
        counted, expected = (sum(loss[name] for loss in losses) for name in ("counted", "expected"))
        row["Updates counted"] = "%s of %s" % (fixed(counted, 0), fixed(expected, 0))
    if reports:
        hits = sum(report["count"] > 0 for report in reports)
        row["With a deadlock"] = "%s of %s" % (fixed(hits, 0), fixed(len(reports), 0))
    return row


COLUMNS = ("Series", "Threads", "Units per second", "Speedup", "Efficiency", "Cores used", "Latency, ms", "Share lost")
COLUMNS += ("Updates counted", "With a deadlock", "Rounds")


def table(series):
    """The lines of the table of some series: each a label with its windows by thread count and round."""
    rows, fewest, most = [], math.inf, 0
    for label, points in series:
        for workers, windows in sorted(points.items()):
            if windows:
                rows.append(cells(label, workers, windows, points.get(1, {})))
                fewest, most = min(fewest, len(windows)), max(most, len(windows))
    if not rows:
        return []
    columns = [column for column in COLUMNS if any(column in row for row in rows)]
    texts = [columns] + [[row.get(column, UNKNOWN) for column in columns] for row in rows]
    widths = [max(len(text[index]) for text in texts) for index in range(len(columns))]
    lines = []
    for text in texts:
        padded = [text[0].ljust(widths[0])] + [cell.rjust(width) for cell, width in zip(text[1:], widths[1:])]
        lines.append("  " + "  ".join(padded))
    if fewest >= FEWEST_ROUNDS:
        note = "Medians over rounds; in brackets the 95 % interval."
    elif most >= FEWEST_ROUNDS:
        note = (
            "Medians over rounds; in brackets the 95 % interval, or the least and greatest where there are fewer than "
            "6 rounds."
        )
    else:
        note = "Medians over rounds; in brackets the least and greatest, since there are fewer than 6 rounds."
    return lines + ["  " + note]
