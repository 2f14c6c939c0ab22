#!/bin/sh
# Runs each fuzz target for so many seconds (default 60). What crashes is kept in
# fuzz/artifacts/TARGET, what reaches new code in target/fuzz/corpus/TARGET.
set -eu
cd "$(dirname "$0")/.."
seconds=${1:-60}

tools=$PWD/target/fuzz/tools
if ! [ -x "$tools/bin/cargo-fuzz" ]; then
    cargo install --quiet --locked --root "$tools" --target-dir target/fuzz/tools/build cargo-fuzz@0.13.2
fi
PATH=$tools/bin:$PATH
# The targets use what only nightly compilers allow otherwise.
export RUSTC_BOOTSTRAP=1

for target in handler invocation json script; do
    mkdir -p "target/fuzz/corpus/$target"
    # Without a sanitizer: there is no unsafe code of ours, and scripts run ten times as fast.
    cargo fuzz run --sanitizer none --target-dir target/fuzz/build "$target" \
        "target/fuzz/corpus/$target" "fuzz/corpus/$target" -- \
        -dict="fuzz/dictionaries/$target.txt" -max_total_time="$seconds" -timeout=60 -print_final_stats=1
done
