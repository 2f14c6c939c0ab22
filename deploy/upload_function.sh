#!/bin/sh
# Uploads a folder of scripts as a Lambda function, with nothing but the aws CLI, and zip or Python 3. For
# what it does not do, such as checking the scripts before and changing only what differs, see
# `rhambda deploy`.
#
# usage: deploy/upload_function.sh FOLDER HANDLER
#
#   FUNCTION_NAME  the function's name; without it, the folder's
#   ROLE_ARN       the execution role; needed for a new function
#   LAYER_ARN      the layer version with the runtime, or several with spaces between them; needed for a
#                  new function, unless there is a program `bootstrap` in the folder
#   ARCHITECTURE   x86_64 (the default) or arm64; of a new function
#   ENVIRONMENT    the environment variables as JSON: {"STAGE":"test"}
#   TIMEOUT        in seconds, 10 without it; of a new function
#
# Prints the function's ARN. Credentials and region are the aws CLI's own.
set -eu

fail() {
    echo "upload_function: $*" >&2
    exit 1
}

[ $# = 2 ] || fail "usage: $0 FOLDER HANDLER"
folder=$(cd "$1" && pwd)
handler=$2
name=${FUNCTION_NAME:-$(basename "$folder")}
command -v aws >/dev/null || fail "the aws CLI is needed: https://aws.amazon.com/cli"

temporary=$(mktemp -d)
trap 'rm -rf "$temporary"' EXIT
zip=$temporary/function.zip
cd "$folder"
if command -v zip >/dev/null; then
    # Without what is only for people.
    zip --quiet --recurse-paths -X "$zip" . --exclude '.*' '*/.*' upload_function.sh README.md rhambda.toml
elif command -v python3 >/dev/null; then
    python3 -m zipfile --create "$zip" ./*
else
    fail "zip or python3 is needed"
fi

# What both commands below are told.
set -- --handler "$handler"
[ -z "${ROLE_ARN:-}" ] || set -- "$@" --role "$ROLE_ARN"
# Without quotes: several layers are several arguments.
# shellcheck disable=SC2086
[ -z "${LAYER_ARN:-}" ] || set -- "$@" --layers $LAYER_ARN
[ -z "${ENVIRONMENT:-}" ] || set -- "$@" --environment "{\"Variables\":$ENVIRONMENT}"

if complaint=$(aws lambda get-function-configuration --function-name "$name" --output json 2>&1); then
    # Lambda wants to be waited for between two changes.
    aws lambda wait function-updated-v2 --function-name "$name"
    aws lambda update-function-code --function-name "$name" --zip-file "fileb://$zip" >/dev/null
    aws lambda wait function-updated-v2 --function-name "$name"
    aws lambda update-function-configuration --function-name "$name" "$@" >/dev/null
    aws lambda wait function-updated-v2 --function-name "$name"
else
    case $complaint in
        *ResourceNotFoundException*) ;;
        *) fail "$complaint" ;;
    esac
    [ -n "${ROLE_ARN:-}" ] || fail "there is no function $name yet: ROLE_ARN must say its execution role"
    [ -n "${LAYER_ARN:-}" ] || [ -e "$folder/bootstrap" ] ||
        fail "there is no function $name yet: LAYER_ARN must say the layer with the runtime"
    aws lambda create-function --function-name "$name" --runtime provided.al2023 "$@" \
        --architectures "${ARCHITECTURE:-x86_64}" --timeout "${TIMEOUT:-10}" --zip-file "fileb://$zip" >/dev/null
    aws lambda wait function-active-v2 --function-name "$name"
fi
aws lambda get-function-configuration --function-name "$name" --output text --query FunctionArn
