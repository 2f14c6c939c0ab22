import base64
import gzip
import json
import logging
import re

logger = logging.getLogger()
LINE = re.compile(r"^\S+\t(?P<request_id>\S+)\t(?P<level>[A-Z]+)\t(?P<message>.*)")


def handler(event, context):
    data = json.loads(gzip.decompress(base64.b64decode(event["awslogs"]["data"])))
    if data["messageType"] == "CONTROL_MESSAGE":
        return []
    lines = []
    for entry in data["logEvents"]:
        line = parse(entry["message"])
        line["group"] = data["logGroup"]
        line["timestamp"] = entry["timestamp"]
        lines.append(line)
    logger.info("%d lines received from %s", len(lines), data["logGroup"])
    return lines


def parse(message):
    if message.startswith("{"):
        line = json.loads(message)
        return {
            "request_id": line.get("requestId"),
            "level": line.get("level"),
            "message": line.get("message"),
        }
    parts = LINE.match(message)
    if parts is None:
        return {"message": message}
    return parts.groupdict()
