"""Runs an idempotent handler of Powertools for AWS Lambda.

usage: idempotency.py < case.json

A case has the names of the table and the prefix, the event, the expressions for the key and the payload, and what the
handler does: it returns `result`, raises an error if `fails`, or ends the process if `crashes`. With `keys` it only
prints the ids of the records for these events.
"""

import json
import os
import sys
import warnings

from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer, IdempotencyConfig, idempotent

warnings.simplefilter("ignore")
case = json.load(sys.stdin)


class Context:
    def get_remaining_time_in_millis(self):
        return case.get("left_ms", 60_000)


layer = DynamoDBPersistenceLayer(
    table_name=case["table"], sort_key_attr=case.get("sort_key_attr"), static_pk_value=case.get("static_pk_value")
)
config = IdempotencyConfig(
    event_key_jmespath=case.get("key", ""),
    payload_validation_jmespath=case.get("payload", ""),
    expires_after_seconds=case.get("expires", 3600),
)


@idempotent(config=config, persistence_store=layer, key_prefix=case.get("prefix"))
def handler(event, context):
    if case.get("crashes"):
        print('"crashed"', flush=True)
        os._exit(0)
    if case.get("fails"):
        raise ValueError("it fails")
    return {"by": "python", "result": case.get("result")}


if "keys" in case:
    layer.configure(config, key_prefix=case["prefix"])
    print(json.dumps([layer._get_hashed_idempotency_key(data=event) for event in case["keys"]]))
else:
    try:
        print(json.dumps(handler(case["event"], Context())))
    except Exception as error:
        print(json.dumps({"error": type(error).__name__}))
