"""A mail server: aiosmtpd. Prints its port, and then each message that it has accepted as a line of JSON.

Arguments: "starttls", "smtps" or "plain", and the files of certificate and key. The user is `ada` with the password `hush`; without
TLS, nobody need log in. The recipient `nobody@b.example` is refused.
"""

import asyncio
import base64
import json
import socket
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address == "nobody@b.example":
            return "550 5.1.1 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        content = base64.b64encode(envelope.content).decode()
        message = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "content": content,
            "tls": server.transport.get_extra_info("ssl_object") is not None,
            "authenticated": session.authenticated,
        }
        print(json.dumps(message), flush=True)
        return "250 2.0.0 accepted as 42"


def authenticate(server, session, envelope, mechanism, data):
    is_ada = isinstance(data, LoginPassword) and (data.login, data.password) == (b"ada", b"hush@1")
    return AuthResult(success=is_ada, handled=is_ada)


async def main():
    kind, certificate, key = sys.argv[1:4]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    options = {"hostname": "mail.example", "data_size_limit": 100_000}
    if kind != "plain":
        options.update(authenticator=authenticate, auth_required=True, auth_require_tls=kind == "starttls")
    if kind == "starttls":
        options.update(tls_context=context, require_starttls=True)
    if "login" in sys.argv:
        options.update(auth_exclude_mechanism=["PLAIN"])
    loop = asyncio.get_running_loop()
    listener = socket.create_server(("127.0.0.1", 0))
    server = await loop.create_server(
        lambda: SMTP(Handler(), **options), sock=listener, ssl=context if kind == "smtps" else None
    )
    print(listener.getsockname()[1], flush=True)
    # It ends with the test, whatever becomes of that.
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


asyncio.run(main())
