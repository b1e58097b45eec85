#!/usr/bin/env bash
# The seeded benchmark: 50 bodies, 500 planted defects, 50 clean twins. It writes its section of docs/quality.md and fails below the goal.
set -eu
cd "$(dirname "$0")/.."
TENKEN_BENCHMARK=50 TENKEN_REAL=1 cargo test --release --test real_benchmark -- --nocapture
