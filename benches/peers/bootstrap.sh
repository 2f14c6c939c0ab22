#!/bin/bash
# The bootstrap of the AWS tutorial "Building a custom runtime".
set -euo pipefail

function handler() {
  echo "$1"
}

API="http://${AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation"
HEADERS="$(mktemp)"
trap 'rm -f "$HEADERS"' EXIT

while true; do
  EVENT_DATA=$(curl -sS -LD "$HEADERS" "$API/next")
  REQUEST_ID=$(grep -Fi Lambda-Runtime-Aws-Request-Id "$HEADERS" | tr -d '[:space:]' | cut -d: -f2)
  RESPONSE=$(handler "$EVENT_DATA")
  curl -sS -o /dev/null "$API/$REQUEST_ID/response" -d "$RESPONSE"
done
