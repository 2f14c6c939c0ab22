#!/bin/sh
# The GitHub Action (action.yml): installs the tool and runs its commands.
#
# usage: action/run.sh [source]
#
#   source  only says where the tool comes from: it sets the outputs `tool` and `sha256` if the action is used at
#           a release with the tool for this runner, or else `key`, under which action.yml caches the tool that this
#           script builds
#
# Inputs come from the environment, RHAMBDA_DIR and so on, and may contain anything. Everything that the
# scripts of a pull request can put into the log is printed while GitHub ignores commands in the log, or is
# escaped as a part of such a command.
set -euf
unset CDPATH

# The text of a message for GitHub.
message() {
    printf '%s' "$1" | tr -d '\r' | sed 's/%/%25/g' | awk 'NR > 1 { printf "%%0A" } { printf "%s", $0 }'
}

fail() {
    printf '::error title=Rhambda::%s\n' "$(message "$1")"
    exit 1
}

# A command of two words where macOS has no other.
sha256=sha256sum
command -v sha256sum >/dev/null || sha256='shasum -a 256'

digest_of() {
    $sha256 <"$1" | cut -d ' ' -f 1
}

output() {
    printf '%s=%s\n' "$1" "$2" >>"$GITHUB_OUTPUT"
}

# The tool of the release that the action is used at: sets its URL and SHA-256, or fails without it. A branch or a
# commit may have another source than the release of its version.
released() {
    asset=rhambda-linux-x86_64
    [ "${RUNNER_OS-}/${RUNNER_ARCH-}" = Linux/X64 ] && [ -n "${RHAMBDA_REPOSITORY-}" ] || return
    version=$(sed -n 's/^version = "\(.*\)"$/\1/p' "$root/Cargo.toml" | head -n 1)
    [ "${RHAMBDA_REF-}" = "v$version" ] || return
    url=${GITHUB_SERVER_URL:-https://github.com}/$RHAMBDA_REPOSITORY/releases/download/$RHAMBDA_REF
    sums=$(curl --fail --silent --location --proto '=https' --retry 3 --max-time 60 --url "$url/SHA256SUMS") || return
    sum=$(printf '%s\n' "$sums" | sed -n "s/^\([0-9a-f]\{64\}\) [ *]$asset\$/\1/p")
    [ -n "$sum" ] || return
    url=$url/$asset
}

# What the tool is built from, and for.
key() {
    # shellcheck disable=SC2086 # it may be two words
    source=$(cd "$root" && find . \( -name .git -o -name target \) -prune -o -type f -exec $sha256 {} + |
        LC_ALL=C sort | $sha256 | cut -d ' ' -f 1)
    echo "rhambda-${RUNNER_OS:-unknown}-${RUNNER_ARCH:-unknown}-$source"
}

build() {
    command -v cargo >/dev/null || fail "cargo was not found, and the action builds rhambda with it. Install Rust, or set the input \`tool\`."
    echo '::group::Build rhambda'
    rust=
    if command -v rustup >/dev/null; then
        rustup toolchain install stable --profile minimal --no-self-update
        rust=+stable
    fi
    CARGO_TARGET_DIR=$results/build cargo ${rust:+"$rust"} install --locked --path "$root/cli" --root "$1" ||
        fail 'rhambda could not be built. The log shows the compiler errors.'
    rm -rf "$results/build"
    echo '::endgroup::'
}

# Puts the tool into the folder bin, and this into PATH. A copy is what the checksum is of, and what runs.
install_tool() {
    mkdir "$results/bin"
    installed=$results/bin/rhambda
    case $RHAMBDA_TOOL in
        '')
            built=${RUNNER_TEMP:?}/$RHAMBDA_KEY
            [ -x "$built/bin/rhambda" ] || build "$built"
            cp "$built/bin/rhambda" "$installed"
            ;;
        https://*)
            [ -n "$RHAMBDA_SHA256" ] || fail "The input \`tool\` is a URL, but the input \`sha256\` is missing. Set it to the SHA-256 of the file."
            curl --fail --silent --show-error --location --proto '=https' --retry 3 --max-time 300 \
                --output "$installed" --url "$RHAMBDA_TOOL" || fail "The tool could not be downloaded. Check the input \`tool\`."
            ;;
        *://*) fail "The input \`tool\` is a URL that does not begin with https://. Use https, or a path." ;;
        *)
            [ -f "$RHAMBDA_TOOL" ] || fail "The input \`tool\` is \"$RHAMBDA_TOOL\", but this file does not exist."
            cat <"$RHAMBDA_TOOL" >"$installed"
            ;;
    esac
    if [ -n "$RHAMBDA_SHA256" ]; then
        actual=$(digest_of "$installed")
        [ "$actual" = "$(printf '%s' "$RHAMBDA_SHA256" | tr 'A-F' 'a-f')" ] ||
            fail "The SHA-256 of the tool is $actual, but the input \`sha256\` is \"$RHAMBDA_SHA256\"."
    fi
    chmod 755 "$installed"
    "$installed" --version || fail 'The tool does not run on this machine. Check that it was built for this system and architecture.'
    echo "$results/bin" >>"$GITHUB_PATH"
}

# Runs a command. GitHub ignores commands in what it prints.
quoted() {
    token=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
    echo "::stop-commands::$token"
    "$@" 2>&1 && status=0 || status=$?
    printf '\n::%s::\n' "$token"
    return "$status"
}

check_into() {
    "$installed" check --format github "$dir" >"$1"
}

run_check() {
    found=$results/check.txt
    quoted check_into "$found" && status=0 || status=$?
    cat "$found"
    details="errors: $(grep -c '^::error ' "$found" || true), warnings: $(grep -c '^::warning ' "$found" || true)"
    return "$status"
}

run_fmt() {
    quoted "$installed" fmt --check "$dir" && status=0 || status=$?
    if [ "$status" -ne 0 ]; then
        printf '::error title=Format::%s\n' "$(message "Some scripts are not formatted, see the log. Run \`rhambda fmt $dir\` and commit the changes.")"
    fi
    return "$status"
}

# The failures of a JUnit report as commands that annotate their lines. The tool writes a test on one line.
failures() {
    awk '
        function decode(text) {
            gsub(/&lt;/, "<", text); gsub(/&gt;/, ">", text); gsub(/&quot;/, "\"", text); gsub(/&apos;|&#39;/, "\047", text)
            gsub(/&#9;/, "\t", text); gsub(/&#13;/, "\r", text); gsub(/&#10;/, "\n", text); gsub(/&amp;/, "\\&", text)
            return text
        }
        function escape(text) {
            gsub(/%/, "%25", text); gsub(/\r/, "%0D", text); gsub(/\n/, "%0A", text)
            return text
        }
        function property(text) {
            text = escape(text)
            gsub(/:/, "%3A", text); gsub(/,/, "%2C", text)
            return text
        }
        function attribute(name) {
            if (!match($0, " " name "=\"[^\"]*\"")) return ""
            return decode(substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 4))
        }
        # The line, if the place is in the file.
        function line(text, file,    place) {
            if (!match(text, /\n --> [^\n]+:[0-9]+:[0-9]+/)) return ""
            place = substr(text, RSTART + 6, RLENGTH - 6)
            match(place, /:[0-9]+:[0-9]+$/)
            text = substr(place, RSTART + 1)
            place = "/" substr(place, 1, RSTART - 1)
            if (substr("/" file, length("/" file) - length(place) + 1) != place) return ""
            sub(/:.*/, "", text)
            return text
        }
        /<testcase / && match($0, /<(failure|error) [^>]*>/) {
            text = substr($0, RSTART + RLENGTH)
            sub(/<\/(failure|error)>.*/, "", text)
            text = decode(text)
            file = attribute("classname")
            at = line(text, file)
            printf "::error file=%s%s,title=%s::%s\n", property(file), at == "" ? "" : ",line=" at, property(attribute("name")), escape(text)
        }' "$1"
}

test_into() {
    set -- "$1" test --dir "$dir" --format junit
    case $RHAMBDA_COVERAGE in
        lcov) set -- "$@" --coverage=lcov --coverage-output "$results/lcov.info" ;;
        html) set -- "$@" --coverage=html --coverage-output "$results/coverage.html" ;;
    esac
    report=$1
    shift
    "$installed" "$@" >"$report"
}

run_test() {
    quoted test_into "$results/junit.xml" && status=0 || status=$?
    if [ -s "$results/junit.xml" ]; then
        output junit "$results/junit.xml"
        failures "$results/junit.xml"
        details=$(sed -n 's/^<testsuites tests="\([0-9]*\)" failures="\([0-9]*\)" errors="\([0-9]*\)".*/tests: \1, failures: \2, errors: \3/p' "$results/junit.xml")
    fi
    for file in "$results/lcov.info" "$results/coverage.html"; do
        if [ -e "$file" ]; then output coverage "$file"; fi
    done
    return "$status"
}

run_package() {
    # `.` has a name, too.
    name=$(cd "$dir" && basename "$PWD" | tr -c 'A-Za-z0-9._-' '_')
    zip=$results/${name%_}.zip
    quoted "$installed" package --dir "$dir" --output "$zip" || return
    sum=$(digest_of "$zip")
    output package "$zip"
    output package-sha256 "$sum"
    details="$(wc -c <"$zip" | tr -d ' ') bytes, SHA-256 \`$sum\`"
}

# On its standard output, deploy prints the ARN and, if the function has one, the URL.
deploy_into() {
    printed=$1
    shift
    "$installed" "$@" >"$printed" && status=0 || status=$?
    cat "$printed"
    return "$status"
}

run_deploy() {
    set -- deploy --dir "$dir"
    while IFS= read -r argument; do
        if [ -n "$argument" ]; then set -- "$@" "$argument"; fi
    done <<END
$RHAMBDA_DEPLOY_ARGUMENTS
END
    quoted deploy_into "$results/deployed.txt" "$@" && status=0 || status=$?
    while IFS= read -r line; do
        case $line in
            arn:*) output arn "$line" ;;
            https://*) output url "$line" ;;
        esac
    done <"$results/deployed.txt"
    return "$status"
}

root=$(cd "$(dirname "$0")/.." && pwd)
: "${GITHUB_OUTPUT:?is set by GitHub Actions}"
if [ "${1-}" = source ]; then
    if released; then
        output tool "$url"
        output sha256 "$sum"
    else
        output key "$(key)"
    fi
    exit
fi

: "${GITHUB_PATH:?is set by GitHub Actions}" "${GITHUB_STEP_SUMMARY:?is set by GitHub Actions}"
dir=${RHAMBDA_DIR:-.}
case $dir in
    *'
'*) fail "The input \`dir\` contains a line break. Set it to one folder." ;;
    -*) dir=./$dir ;;
esac
[ -d "$dir" ] || fail "The input \`dir\` is \"$dir\", but this folder does not exist. Run actions/checkout first, and give the path from there."
case $RHAMBDA_COVERAGE in
    '' | lcov | html) ;;
    *) fail "The input \`coverage\` is \"$RHAMBDA_COVERAGE\". Use lcov, html or nothing." ;;
esac
# shellcheck disable=SC2086 # it is a list
set -- $RHAMBDA_STEPS
for step; do
    case $step in
        check | fmt | test | package | deploy) ;;
        *) fail "The input \`steps\` contains \"$step\". Use check, fmt, test, package and deploy." ;;
    esac
done

results=$(mktemp -d "${RUNNER_TEMP:?is set by GitHub Actions}/rhambda.XXXXXX")
install_tool

# Everything that can be found is reported, but nothing with mistakes is packaged or deployed.
failed=false
if [ $# -gt 0 ]; then
    {
        shown=$(printf '%s' "$dir" | sed 's/&/\&amp;/g; s/</\&lt;/g; s/`/\&#96;/g')
        printf '### Rhambda: <code>%s</code>\n\n| step | result | |\n|---|---|---|\n' "$shown"
    } >>"$GITHUB_STEP_SUMMARY"
fi
for step; do
    details=
    case $failed:$step in
        true:package | true:deploy) result=skipped ;;
        *)
            echo "::group::rhambda $step"
            if "run_$step"; then
                result=passed
            else
                result=failed
                failed=true
            fi
            echo '::endgroup::'
            ;;
    esac
    echo "| $step | $result | $details |" >>"$GITHUB_STEP_SUMMARY"
done
if $failed; then fail 'A step failed. The log of each step has the details.'; fi
