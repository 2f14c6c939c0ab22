#!/bin/sh
# Puts AWS's Lambda Runtime Interface Emulator (Apache-2.0) at
# target/emulator/aws-lambda-rie. It is taken out of the wheel of AWS's SAM
# CLI, which ships it. Does nothing when it is there already.
set -eu
cd "$(dirname "$0")/../.."

version=1.170.0
folder=target/emulator
emulator=$folder/aws-lambda-rie

fail() {
    echo "emulator: $*" >&2
    exit 1
}

# The version is part of the cache, so that a newer one replaces it.
if [ -x "$emulator" ] && [ "$(cat "$folder/version" 2>/dev/null)" = "$version" ]; then
    exit 0
fi

[ "$(uname -s)" = Linux ] || fail "AWS's emulator runs on Linux only"
case $(uname -m) in
    x86_64 | amd64) member=samcli/local/rapid/aws-lambda-rie-x86_64 ;;
    aarch64 | arm64) member=samcli/local/rapid/aws-lambda-rie-arm64 ;;
    *) fail "AWS has no emulator for $(uname -m)" ;;
esac

# In a folder of its own: of two runs at once, each ends with a whole file.
mkdir -p "$folder"
download=$(mktemp -d "$folder/download.XXXXXX")
trap 'rm -rf "$download"' EXIT

python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: \
    --dest "$download" "aws-sam-cli==$version" ||
    fail "pip could not download aws-sam-cli $version (see above). Python 3 with pip is needed," \
        "and an index that has this version; or put the emulator at $emulator and '$version' into $folder/version"

python3 - "$download"/*.whl "$member" "$download/aws-lambda-rie" <<'PYTHON' || fail "the wheel holds no $member"
import shutil, sys, zipfile
wheel, member, target = sys.argv[1:]
with zipfile.ZipFile(wheel).open(member) as source, open(target, "wb") as file:
    shutil.copyfileobj(source, file)
PYTHON
chmod 755 "$download/aws-lambda-rie"

# That it can be executed here. `--help` would start it serving; of an address
# that is none it complains, and ends.
complaint=$("$download/aws-lambda-rie" --runtime-api-address none 2>&1) || true
case $complaint in
    *"not a valid network address"*) ;;
    *) fail "the emulator cannot be executed on this machine: $complaint" ;;
esac

mv "$download/aws-lambda-rie" "$emulator"
echo "$version" >"$folder/version"
