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

for target in allocator databases events format formats handler invocation json names program schemas script server tokens; do
    mkdir -p "target/fuzz/corpus/$target"
    set --
    if [ -e "fuzz/dictionaries/$target.txt" ]; then
        set -- "-dict=fuzz/dictionaries/$target.txt"
    fi
    # Without a sanitizer: but for the allocator, which checks each byte itself, there is no unsafe code of
    # ours, and scripts run ten times as fast.
    cargo fuzz run --sanitizer none --target-dir target/fuzz/build "$target" \
        "target/fuzz/corpus/$target" "fuzz/corpus/$target" -- \
        "$@" -max_total_time="$seconds" -timeout=60 -print_final_stats=1
done

# The allocator's own tests, with every read and write of memory looked at. RUSTFLAGS, which say nothing new
# here, replace those of .cargo/config.toml: valgrind does not understand a static glibc.
if command -v valgrind >/dev/null; then
    program=$(RUSTFLAGS=--cap-lints=warn cargo test --quiet --target-dir target/fuzz/build --package rhambda-allocator --lib --no-run --message-format=json |
        sed -n 's/.*"executable":"\([^"]*\)".*/\1/p')
    valgrind --quiet --error-exitcode=1 "$program"
else
    echo "SKIPPED: the allocator's tests under valgrind, which is not installed" >&2
fi
