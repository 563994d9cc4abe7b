#!/usr/bin/env bash
# Every figure of PERFORMANCE.md, in one command. Takes about half an hour on two cores; leave the machine alone meanwhile.
set -euo pipefail
cd "$(dirname "$0")/.."
uname -srm
grep -m1 "model name" /proc/cpuinfo || true
nproc
date -u +%F
for bench in native stop gil_model python frame; do
    echo "== $bench"
    cargo bench --locked --bench "$bench"
done
echo "== gil_model: the row that only many rounds can tell"
cargo run --locked --release --no-default-features -- compare --row convoy-2 --rounds 180 --seed 2
echo "== interrupt"
python3 benches/interrupt.py target/release/threadlab
echo "== window"
bash benches/window/run.sh 7
echo "== verify: every claim, and its opposite, which must be refuted where the claim holds"
cargo run --locked --release --no-default-features -- verify --precision quick --invert
