"""E-mail messages that Python reads."""

import base64
import email
import email.policy

from comparison import run, same

PNG = base64.b64encode(b"\x89PNG" + bytes(range(256)) * 4).decode()
MESSAGES = [
    {"from": "shop@example.com", "to": "Ada <ada@example.com>", "subject": "Hello", "text": "Hi\nthere."},
    {
        "from": {"name": "Grüner Laden, \"GmbH\"", "address": "shop@example.com"},
        "to": ["Ada Lovelace <ada@example.com>", "bob@example.com", {"name": "Zoë", "address": "zoe@example.com"}],
        "cc": "cc@example.com",
        "reply_to": "reply@example.com",
        "subject": "Bestätigung Ihrer Bestellung – vielen Dank für Ihr Vertrauen und bis zum nächsten Mal 😀 " * 3,
        "text": "Grüße\n.\n\nFrom here\n" + "a very long line " * 100,
        "html": "<p>Grüße</p>\n",
        "headers": {"List-Unsubscribe": "<https://example.com/unsubscribe?id=1>", "X-Long": "word " * 100},
        "message_id": "id-1@example.com",
        "attachments": [
            {"filename": "bericht ü €.pdf", "data": PNG, "content_type": "application/pdf"},
            {"filename": "logo.png", "data": PNG, "content_type": "image/png", "content_id": "logo"},
            {"filename": "mail.txt", "data": base64.b64encode(b"a\nb\r\nc").decode(), "content_type": "text/plain"},
        ],
    },
    {"from": "a@example.com", "html": "<b>x</b>", "attachments": [{"filename": "a.bin", "data": PNG}]},
    {"from": "a@example.com", "to": [f"n{n} <n{n}@example.com>" for n in range(60)], "text": ""},
]


def make():
    return {"messages": MESSAGES}


def lines(text):
    return text.replace("\r\n", "\n").rstrip("\n")


def check(event, response):
    for given, ours in zip(MESSAGES, response, strict=True):
        data = base64.b64decode(ours)
        message = email.message_from_bytes(data, policy=email.policy.default)
        yield from same("defects", message.defects, [])
        longest = max(len(line) for line in data.split(b"\r\n"))
        yield from same("long lines", longest <= 998, True)
        yield from same("ASCII", all(byte < 128 for byte in data), True)
        yield from same("bare line feeds", data.replace(b"\r\n", b"").count(b"\n"), 0)
        yield from same("subject", message["subject"], given.get("subject"))
        for field in ("from", "to", "cc", "reply-to"):
            expected = given.get(field.replace("-", "_"), [])
            expected = [address(a) for a in (expected if isinstance(expected, list) else [expected])]
            found = message[field].addresses if message[field] else []
            yield from same(field, [(a.display_name, a.addr_spec) for a in found], expected)
        for name, value in given.get("headers", {}).items():
            yield from same(name, message[name].split(), value.split())
        if "message_id" in given:
            yield from same("message ID", message["message-id"], f"<{given['message_id']}>")
        for kind in ("text", "html"):
            body = message.get_body(preferencelist=("plain" if kind == "text" else "html",))
            yield from same(kind, lines(body.get_content()) if body else None, lines(given[kind]) if kind in given else None)
        attachments = given.get("attachments", [])
        found = [part for part in message.walk() if part.is_attachment()]
        expected = [a for a in attachments if "content_id" not in a]
        yield from same("attachments", [part.get_filename() for part in found], [a["filename"] for a in expected])
        for part, attachment in zip(found, expected):
            yield from same("data", part.get_payload(decode=True), base64.b64decode(attachment["data"]))
        shown = [part for part in message.walk() if part["content-id"]]
        yield from same("shown", [part["content-id"] for part in shown], [f"<{a['content_id']}>" for a in attachments if "content_id" in a])


def address(given):
    if isinstance(given, dict):
        return given["name"], given["address"]
    name, _, rest = given.rpartition("<")
    return name.strip(), rest.rstrip(">")


run(make, check)
