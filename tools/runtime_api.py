"""A Runtime API that gives a `bootstrap` the events that a tool wants, one after the other."""

import re
import socket
import subprocess


def serve(command, environment, events, headers=(), **options):
    """Runs a command that starts `bootstrap`, and answers each of its requests for an event with the next one.

    events: pairs of a request id and the bytes of an event. When there are no more, the program has no one left to ask,
    and ends with an error. Further headers come with each event; the options are those of `subprocess.Popen`.
    """
    server = socket.create_server(("127.0.0.1", 0))
    address = "127.0.0.1:%d" % server.getsockname()[1]
    process = subprocess.Popen(command, env={**environment, "AWS_LAMBDA_RUNTIME_API": address}, **options)
    connection, _ = server.accept()
    for request_id, event in events:
        _read_request(connection)
        connection.sendall(_invocation(request_id, event, environment["AWS_LAMBDA_FUNCTION_NAME"], headers))
        _read_request(connection)
        connection.sendall(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n")
    _read_request(connection)
    server.close()
    connection.close()
    process.wait()


def _read_request(connection):
    """Reads one request, head and body."""
    request = b""
    while b"\r\n\r\n" not in request:
        request += connection.recv(1 << 16)
    head, _, body = request.partition(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head.lower())
    while length and len(body) < int(length[1]):
        body += connection.recv(1 << 16)


def _invocation(request_id, event, function, headers):
    head = [
        "HTTP/1.1 200 OK",
        "Content-Type: application/json",
        f"Content-Length: {len(event)}",
        f"Lambda-Runtime-Aws-Request-Id: {request_id}",
        "Lambda-Runtime-Deadline-Ms: 99999999999999",
        f"Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:us-east-1:123456789012:function:{function}",
        *headers,
    ]
    return "\r\n".join([*head, "", ""]).encode() + event
