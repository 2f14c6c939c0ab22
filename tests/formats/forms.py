"""Forms that requests writes, and that Werkzeug reads."""

import base64
import io

import requests
from werkzeug.formparser import parse_form_data

from comparison import run, same

FORMS = [
    ({"title": "Tea"}, [("photo", "a.png", b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "image/png")]),
    ({"ü": "grün €", "empty": ""}, [("file", "bericht ü.txt", "Grüße\r\n--\r\n".encode(), "text/plain")]),
    ({"tag": ["a", "b", "c"]}, [("f", "1", b"", "application/octet-stream"), ("f", "2", b"\r\n\r\n", "a/b")]),
    ({"quote": 'a"b', "long": "x" * 100_000}, [("q", 'na"me.txt', b"--boundary--", "text/plain")]),
]


def body(fields, files):
    files = [(name, (filename, data, content_type)) for name, filename, data, content_type in files]
    request = requests.Request("POST", "http://localhost", data=fields, files=files).prepare()
    return request.body, request.headers["Content-Type"]


def make():
    events = []
    for fields, files in FORMS:
        data, content_type = body(fields, files)
        encoded = base64.b64encode(data).decode()
        events.append({"headers": {"content-type": content_type}, "body": encoded, "isBase64Encoded": True})
        events.append({"multiValueHeaders": {"Content-Type": [content_type]}, "body": encoded, "isBase64Encoded": True})
    parts = [
        [{"name": "a", "data": "Tea\r\n--x"}, {"name": "ü", "filename": "gr\"ün.txt", "data": "x", "content_type": "text/plain"}],
        [{"name": "evil\r\nX-Header: 1", "data": "v"}, {"name": "f", "filename": "a\r\nb", "data": ""}],
        [],
    ]
    return {"events": events, "parts": parts}


def check(event, response):
    for number, form in enumerate(response["forms"]):
        fields, files = FORMS[number // 2]
        yield from same(f"form {number}", form["fields"], fields)
        ours = [(f["name"], f["filename"], base64.b64decode(f["data"]), f["content_type"]) for f in form["files"]]
        yield from same(f"form {number}", ours, files)
    for parts, form in zip(event["parts"], response["encoded"], strict=True):
        data = base64.b64decode(form["body"])
        environment = {
            "wsgi.input": io.BytesIO(data),
            "CONTENT_LENGTH": str(len(data)),
            "CONTENT_TYPE": form["content_type"],
            "REQUEST_METHOD": "POST",
        }
        _, fields, files = parse_form_data(environment)
        escape = lambda name: name.replace("\r", "%0D").replace("\n", "%0A")
        ours = {escape(p["name"]): p["data"] for p in parts if "filename" not in p}
        yield from same("fields", fields.to_dict(), ours)
        ours = {p["name"]: (escape(p["filename"]), p["data"].encode()) for p in parts if "filename" in p}
        unescape = lambda name: name.replace("%22", '"')
        theirs = {name: (unescape(f.filename), f.read()) for name, f in files.items()}
        yield from same("files", theirs, ours)


run(make, check)
