#!/usr/bin/env bash
# What the window costs: benches/window/run.sh [PAIRS]
#
# Builds the release binary, opens it under a virtual display with a software renderer, and prints: start to first frame,
# idle CPU over 10 s, resident memory, and throughput with the window open over throughput on the command line, in
# interleaved pairs. Needs what tests/all.sh installs.
set -euo pipefail
cd "$(dirname "$0")/../.."
pairs=${1:-7}
cargo build --locked --release --quiet
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
program=$(realpath target/release/threadlab)
export HOME=$home XDG_CONFIG_HOME=$home/config XDG_DATA_HOME=$home/data XDG_RUNTIME_DIR=$home/runtime
export LIBGL_ALWAYS_SOFTWARE=1
unset WAYLAND_DISPLAY DBUS_SESSION_BUS_ADDRESS AT_SPI_BUS_ADDRESS
mkdir -p -m 700 "$XDG_CONFIG_HOME" "$XDG_DATA_HOME" "$XDG_RUNTIME_DIR"
xvfb-run --auto-servernum --server-args="-screen 0 1280x800x24 -nolisten tcp -noreset" \
    dbus-run-session -- /usr/bin/python3 benches/window/measure.py "$program" "$home" "$pairs" 2> >(grep -v dbus-daemon >&2)
