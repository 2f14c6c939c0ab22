"""A server that speaks as much of PostgreSQL's protocol as asks for a password over TLS, and compares it with the AWS SDK's token.

Arguments: the files of certificate and key. Prints its port. The outcome is the message of its error response.
"""

import datetime
import socket
import ssl
import struct
import sys
import urllib.parse

import boto3
import botocore.auth
import botocore.crt.auth

REGION = "eu-west-1"


def receive(stream, length):
    data = b""
    while len(data) < length:
        piece = stream.recv(length - len(data))
        if not piece:
            raise EOFError
        data += piece
    return data


def message(stream):
    kind = receive(stream, 1)
    (length,) = struct.unpack("!i", receive(stream, 4))
    return kind, receive(stream, length - 4)


def expected(token):
    host = token.split("/")[0]
    query = urllib.parse.parse_qs(urllib.parse.urlsplit("https://" + token).query)
    now = datetime.datetime.strptime(query["X-Amz-Date"][0], "%Y%m%dT%H%M%SZ")
    # Where awscrt is installed, the SDK signs with that.
    for signer in botocore.auth, botocore.crt.auth:
        signer.get_current_datetime = lambda remove_tzinfo=True: now if remove_tzinfo else now.replace(tzinfo=datetime.UTC)
    session = boto3.Session("AKIDEXAMPLE", "hush/key", "of the role=", region_name=REGION)
    name, port = host.rsplit(":", 1)
    return session.client("rds").generate_db_auth_token(name, int(port), query["DBUser"][0], REGION)


def parts(token):
    url = urllib.parse.urlsplit("https://" + token)
    return url.netloc, url.path, sorted(urllib.parse.parse_qsl(url.query))


def serve(stream, context):
    assert receive(stream, 8) == struct.pack("!ii", 8, 80877103)
    stream.sendall(b"S")
    with context.wrap_socket(stream, server_side=True) as secured:
        (length,) = struct.unpack("!i", receive(secured, 4))
        receive(secured, length - 4)
        secured.sendall(struct.pack("!cii", b"R", 8, 3))
        _, password = message(secured)
        token = password.rstrip(b"\0").decode()
        # The same parameters; their order is the signer's own.
        outcome = "the token is the SDK's"
        if parts(token) != parts(expected(token)):
            outcome = f"{token} is not {expected(token)}"
        body = b"SFATAL\0VFATAL\0C28000\0M" + outcome.encode() + b"\0\0"
        secured.sendall(struct.pack("!ci", b"E", len(body) + 4) + body)


def main():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*sys.argv[1:3])
    with socket.create_server(("127.0.0.1", 0)) as listener:
        print(listener.getsockname()[1], flush=True)
        stream, _ = listener.accept()
        serve(stream, context)


main()
