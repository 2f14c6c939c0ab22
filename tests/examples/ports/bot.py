import base64
import hashlib
import hmac
import json
import os
import re
import time
import urllib.request

import boto3

SYSTEM = "You are a friendly assistant in a chat. Answer in one or two sentences."
bedrock = boto3.client("bedrock-runtime")


def slack(event, context):
    body = text(event)
    if not is_from_slack(event["headers"], body):
        return response(401, {"error": "the signature is wrong"})
    message = json.loads(body)
    if message["type"] == "url_verification":
        return response(200, {"challenge": message["challenge"]})
    mention = message.get("event", {})
    if mention.get("type") == "app_mention" and "x-slack-retry-num" not in event["headers"]:
        question = re.sub(r"<@\w+>", "", mention["text"]).strip()
        reply = {"channel": mention["channel"], "thread_ts": mention["ts"], "text": answer(question)}
        headers = {"authorization": f"Bearer {os.environ['SLACK_TOKEN']}"}
        post("SLACK_URL", "https://slack.com", "/api/chat.postMessage", reply, headers)
    return response(200, {})


def telegram(event, context):
    secret = event["headers"].get("x-telegram-bot-api-secret-token", "")
    if not hmac.compare_digest(secret, os.environ["TELEGRAM_SECRET"]):
        return response(401, {"error": "the secret is wrong"})
    message = json.loads(text(event)).get("message", {})
    if "text" in message:
        reply = {"chat_id": message["chat"]["id"], "text": answer(message["text"])}
        path = f"/bot{os.environ['TELEGRAM_TOKEN']}/sendMessage"
        post("TELEGRAM_URL", "https://api.telegram.org", path, reply, {})
    return response(200, {})


def text(event):
    body = event.get("body") or ""
    return base64.b64decode(body).decode() if event.get("isBase64Encoded") else body


def answer(question):
    result = bedrock.converse(
        modelId=os.environ["MODEL_ID"],
        system=[{"text": SYSTEM}],
        messages=[{"role": "user", "content": [{"text": question}]}],
        inferenceConfig={"maxTokens": 200},
    )
    return "".join(part.get("text", "") for part in result["output"]["message"]["content"])


def is_from_slack(headers, body):
    sent = headers.get("x-slack-request-timestamp", "0")
    if abs(time.time() - int(sent)) > 300:
        return False
    secret = os.environ["SLACK_SIGNING_SECRET"].encode()
    expected = "v0=" + hmac.new(secret, f"v0:{sent}:{body}".encode(), hashlib.sha256).hexdigest()
    return hmac.compare_digest(headers.get("x-slack-signature", ""), expected)


def post(variable, server, path, body, headers):
    request = urllib.request.Request(
        os.environ.get(variable, server) + path,
        method="POST",
        data=json.dumps(body).encode(),
        headers={"content-type": "application/json"} | headers,
    )
    with urllib.request.urlopen(request, timeout=10) as reply:
        result = json.load(reply)
    if result.get("ok") is False:
        raise Exception(f"the message was not sent: {result}")


def response(status, body):
    return {
        "statusCode": status,
        "headers": {"content-type": "application/json"},
        "body": json.dumps(body),
        "isBase64Encoded": False,
    }
