#!/usr/bin/env bash
# Drives the program in a real window under a virtual display: tests/real_window/run.sh PATH/TO/threadlab
#
# The steps are in drive.py, which finds each control by its accessible name and clicks it with a real pointer. Pictures of
# what was seen are left in target/real_window.
set -euo pipefail
program=$(realpath "${1:?usage: tests/real_window/run.sh PATH/TO/threadlab}")
cd "$(dirname "$0")/../.."
pictures=target/real_window
rm -rf "$pictures"
mkdir -p "$pictures"
home=$(mktemp -d)
cleanup() { rm -rf "$home"; }
trap cleanup EXIT

# A session of its own: no settings, no accessibility bus and no display of the person who runs this.
export HOME=$home XDG_CONFIG_HOME=$home/config XDG_DATA_HOME=$home/data XDG_RUNTIME_DIR=$home/runtime
export LIBGL_ALWAYS_SOFTWARE=1 NO_AT_BRIDGE=0
unset WAYLAND_DISPLAY DBUS_SESSION_BUS_ADDRESS AT_SPI_BUS_ADDRESS
mkdir -p -m 700 "$XDG_CONFIG_HOME" "$XDG_DATA_HOME" "$XDG_RUNTIME_DIR"

# The accessibility bus of a fresh session sometimes shows nothing at all of a program that came up beside it (exit status
# 75). That says nothing of the program, so it is tried in another session.
for attempt in 1 2 3; do
    status=0
    timeout 420 xvfb-run --auto-servernum --server-args="-screen 0 1280x800x24 -nolisten tcp -noreset" \
        dbus-run-session -- /usr/bin/python3 tests/real_window/drive.py "$program" "$home/$attempt" "$pictures" || status=$?
    [ "$status" = 75 ] || exit "$status"
    echo "the accessibility bus showed nothing of the program in session $attempt"
done
exit 1
