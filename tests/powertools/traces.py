"""Traces a handler with Powertools for AWS Lambda and the AWS X-Ray SDK, and checks traces.

usage: traces.py < {"trace": {"url": "http://127.0.0.1:1"}}     sends the trace of a handler to the daemon
       traces.py < {"subsegments": […], "schema": …}            validates documents for X-Ray
       traces.py < {"otlp": "…"}                                reads a request for a collector with OpenTelemetry's messages

Prints a result as JSON.
"""

import base64
import json
import sys
from types import SimpleNamespace


def trace(url):
    import boto3
    import requests
    from aws_lambda_powertools import Tracer

    tracer = Tracer(service="shop")

    @tracer.capture_lambda_handler(capture_response=False)
    def handler(event, context):
        tracer.put_annotation("order", 7)
        tracer.put_metadata("items", ["tea", 2], namespace="shop")
        with tracer.provider.in_subsegment("price") as subsegment:
            subsegment.put_annotation("paid", True)
            requests.get(f"{url}/ok?token=secret")
        requests.get(f"{url}/missing")
        dynamodb = boto3.client("dynamodb", endpoint_url=url)
        dynamodb.get_item(TableName="orders", Key={"id": {"S": "1"}})
        try:
            dynamodb.put_item(TableName="orders", Item={"id": {"S": "1"}})
        except dynamodb.exceptions.ConditionalCheckFailedException:
            pass
        try:
            with tracer.provider.in_subsegment("broken"):
                raise ValueError("no tea")
        except ValueError:
            pass

    handler({}, SimpleNamespace(function_name="shop"))
    return None


def problems(subsegments, schema):
    from jsonschema import Draft202012Validator

    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    return [
        f"{subsegment.get('name')}: {error.json_path}: {error.message}"
        for subsegment in subsegments
        for error in validator.iter_errors(subsegment)
    ]


def otlp(body):
    from google.protobuf import json_format
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    request = json.loads(body)
    # In OTLP, IDs are hexadecimal; Protocol Buffers alone have base64.
    for resource in request["resourceSpans"]:
        for scope in resource["scopeSpans"]:
            for span in scope["spans"]:
                for name in ["traceId", "spanId", "parentSpanId"]:
                    if name in span:
                        span[name] = base64.b64encode(bytes.fromhex(span[name])).decode()
    # Fails for members that the messages do not have.
    message = json_format.ParseDict(request, ExportTraceServiceRequest())
    (resource,) = message.resource_spans
    (scope,) = resource.scope_spans

    def value(any_value):
        kind = any_value.WhichOneof("value")
        if kind == "array_value":
            return [value(item) for item in any_value.array_value.values]
        if kind == "kvlist_value":
            return attributes(any_value.kvlist_value.values)
        return getattr(any_value, kind) if kind else None

    def attributes(pairs):
        return {pair.key: value(pair.value) for pair in pairs}

    spans = [
        {
            "name": span.name,
            "trace": span.trace_id.hex(),
            "id": span.span_id.hex(),
            "parent": span.parent_span_id.hex(),
            "kind": span.kind,
            "seconds": (span.end_time_unix_nano - span.start_time_unix_nano) / 1e9,
            "attributes": attributes(span.attributes),
            "status": span.status.code,
            "events": [event.name for event in span.events],
        }
        for span in scope.spans
    ]
    return {"resource": attributes(resource.resource.attributes), "spans": spans}


given = json.load(sys.stdin)
if "trace" in given:
    result = trace(**given["trace"])
elif "subsegments" in given:
    result = problems(given["subsegments"], given["schema"])
else:
    result = otlp(given["otlp"])
json.dump(result, sys.stdout)
