import base64
import hashlib
import hmac
import json
import logging
import os

logger = logging.getLogger()


def handler(event, context):
    body = (event.get("body") or "").encode()
    if event.get("isBase64Encoded"):
        body = base64.b64decode(body)
    signature = event["headers"].get("x-hub-signature-256", "")
    if not is_signed(body, signature):
        source = event.get("requestContext", {}).get("http", {}).get("sourceIp")
        logger.warning("a request with a wrong signature from %s", source)
        return response(401, {"error": "the signature is wrong"})
    push = json.loads(body)
    for commit in push["commits"]:
        logger.info("pushed %s to %s", commit["id"], push["repository"]["full_name"])
    return response(200, {"commits": len(push["commits"]), "repository": push["repository"]["full_name"]})


def is_signed(body, signature):
    secret = os.environ["WEBHOOK_SECRET"].encode()
    expected = "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(signature, expected)


def response(status, body):
    return {
        "statusCode": status,
        "headers": {"content-type": "application/json"},
        "body": json.dumps(body, separators=(",", ":")),
        "isBase64Encoded": False,
    }
