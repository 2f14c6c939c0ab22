import json
import os
import time
import urllib.request

import jwt

tokens = {}


def handler(event, context):
    token = installation_token(event["installation_id"])
    issue = post(f"/repos/{event['repository']}/issues", token, {"title": event["title"]})
    return {"number": issue["number"]}


def installation_token(installation_id):
    token, expires = tokens.get(installation_id, (None, 0))
    if expires < time.time():
        token = new_token(installation_id)
        tokens[installation_id] = (token, time.time() + 50 * 60)
    return token


def new_token(installation_id):
    now = int(time.time())
    claims = {"iss": os.environ["GITHUB_APP_ID"], "iat": now - 60, "exp": now + 540}
    key = os.environ["GITHUB_PRIVATE_KEY"].replace("\\n", "\n")
    token = jwt.encode(claims, key, algorithm="RS256")
    return post(f"/app/installations/{installation_id}/access_tokens", token)["token"]


def post(path, token, body=None):
    server = os.environ.get("GITHUB_URL", "https://api.github.com")
    request = urllib.request.Request(
        server + path,
        method="POST",
        data=json.dumps(body).encode() if body is not None else b"",
        headers={
            "accept": "application/vnd.github+json",
            "authorization": f"Bearer {token}",
            "content-type": "application/json",
        },
    )
    with urllib.request.urlopen(request, timeout=10) as response:
        return json.load(response)
