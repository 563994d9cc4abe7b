#!/usr/bin/env bash
# Measures the bundled lessons and keeps the results that the window shows beside the reader's own. Leave the machine alone
# meanwhile: some five minutes for all of them.
#
#   lessons/recorded/record.sh [LESSON…]
#
# The files are packed: no spaces, no unknown values, seven digits, and of an interpreter's path only its name.
set -euo pipefail
cd "$(dirname "$0")/../.."
cargo build --locked --release --no-default-features
threadlab=${CARGO_TARGET_DIR:-target}/release/threadlab
lessons=("$@")
if [ $# = 0 ]; then
    mapfile -t lessons < <("$threadlab" list --json | python3 -c 'import json, sys; print(*(it["id"] for it in json.load(sys.stdin)["lessons"]), sep="\n")')
fi
for lesson in "${lessons[@]}"; do
    "$threadlab" run "$lesson" --precision quick --json 2>/dev/null | python3 -c '
import json, os, sys

def packed(value):
    if isinstance(value, float):
        return float(f"{value:.7g}")
    if isinstance(value, list):
        return [packed(item) for item in value]
    if isinstance(value, dict):
        pairs = {name: packed(item) for name, item in value.items() if item is not None}
        if "interpreter" in pairs:
            pairs["interpreter"]["path"] = os.path.basename(pairs["interpreter"]["path"])
        return pairs
    return value

print(json.dumps(packed(json.load(sys.stdin)), separators=(",", ":")))
' >"lessons/recorded/$lesson.new"
    mv "lessons/recorded/$lesson.new" "lessons/recorded/$lesson.json"
    ls -l "lessons/recorded/$lesson.json"
done
