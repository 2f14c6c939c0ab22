"""Serves a handler in Python (_HANDLER, in this folder) as Lambda's runtime for Python does: the errors' shapes are left out."""

import importlib
import json
import os
import urllib.request

API = f"http://{os.environ['AWS_LAMBDA_RUNTIME_API']}/2018-06-01/runtime/invocation"


def main():
    # Lambda sets both.
    if "AWS_REGION" in os.environ:
        os.environ["AWS_DEFAULT_REGION"] = os.environ["AWS_REGION"]
    module, function = os.environ["_HANDLER"].rsplit(".", 1)
    handler = getattr(importlib.import_module(module), function)
    while True:
        with urllib.request.urlopen(f"{API}/next") as invocation:
            request_id = invocation.headers["Lambda-Runtime-Aws-Request-Id"]
            event = json.load(invocation)
        try:
            end, result = "response", handler(event, None)
        except Exception as error:
            end, result = "error", {"errorType": type(error).__name__, "errorMessage": str(error)}
        body = json.dumps(result).encode()
        urllib.request.urlopen(urllib.request.Request(f"{API}/{request_id}/{end}", body)).close()


main()
