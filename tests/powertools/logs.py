"""Logs and measures with Powertools for AWS Lambda what the script in `logs.rs` does.

usage: logs.py < {"fails": true}

Prints the lines of the log, and the metrics, as JSON.
"""

import io
import json
import os
import sys
from contextlib import redirect_stdout
from types import SimpleNamespace

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.logging.buffer import LoggerBufferConfig

given = json.load(sys.stdin)
os.environ["_X_AMZN_TRACE_ID"] = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0"
lines, metrics = io.StringIO(), io.StringIO()
logger = Logger(service="shop", stream=lines, buffer_config=LoggerBufferConfig(max_bytes=20480))
measures = Metrics(namespace="shop", service="orders")


@measures.log_metrics(capture_cold_start_metric=True)
@logger.inject_lambda_context(flush_buffer_on_uncaught_error=True, clear_state=True)
def handler(event, context):
    logger.append_keys(order=7, tenant="blue")
    logger.set_correlation_id("id-1")
    logger.remove_keys(["tenant"])
    logger.debug("kept")
    logger.info("paid", extra={"amount": 12})
    if event["fails"]:
        logger.error("failed")
    logger.debug("after")


context = SimpleNamespace(
    function_name="shop", memory_limit_in_mb=128, invoked_function_arn="arn", aws_request_id="req-1"
)
with redirect_stdout(metrics):
    for _ in range(2):
        handler(given, context)
json.dump(
    {
        "lines": [json.loads(line) for line in lines.getvalue().splitlines()],
        "metrics": [json.loads(line) for line in metrics.getvalue().splitlines()],
    },
    sys.stdout,
)
