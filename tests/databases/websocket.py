"""A WebSocket server of the library websockets, which echoes messages. Prints its port.

Arguments: the files of certificate and key for TLS, or none. `close` closes the connection, `silence` has no reply, `large` a reply of
3 MB, `ping` a ping before the reply. Without the header `authorization: let me in`, the path `/private` is refused.
"""

import asyncio
import http
import ssl
import sys

from websockets.asyncio.server import serve


async def echo(connection):
    async for message in connection:
        if message == "close":
            await connection.close()
        elif message == "large":
            await connection.send(b"x" * 3_000_000)
        elif message == "ping":
            await connection.ping()
            await connection.send("after the ping")
        elif message != "silence":
            await connection.send(message)


def admit(connection, request):
    if request.path == "/private" and request.headers.get("authorization") != "let me in":
        return connection.respond(http.HTTPStatus.FORBIDDEN, "no\n")


async def main():
    context = None
    if len(sys.argv) > 1:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*sys.argv[1:3])
    async with serve(echo, "127.0.0.1", 0, ssl=context, process_request=admit) as server:
        print(next(iter(server.sockets)).getsockname()[1], flush=True)
        # It ends with the test, whatever becomes of that.
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


asyncio.run(main())
