import logging
import os

import jwt

logger = logging.getLogger()
ISSUER = os.environ["ISSUER"]
keys = jwt.PyJWKClient(os.environ.get("JWKS_URL", f"{ISSUER}/.well-known/jwks.json"))


def rest(event, context):
    claims = claims_of(event)
    if claims is None:
        raise Exception("Unauthorized")
    return {
        "principalId": claims["sub"],
        "policyDocument": {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Action": "execute-api:Invoke",
                    "Effect": "Allow",
                    "Resource": stage_of(event["methodArn"]) + "/*",
                }
            ],
        },
        "context": {"sub": claims["sub"], "scope": claims.get("scope", "")},
    }


def http(event, context):
    claims = claims_of(event)
    if claims is None:
        return {"isAuthorized": False}
    return {"isAuthorized": True, "context": {"sub": claims["sub"], "scope": claims.get("scope", "")}}


def claims_of(event):
    headers = event.get("headers") or {}
    token = event.get("authorizationToken") or headers.get("authorization") or headers.get("Authorization") or ""
    if not token.lower().startswith("bearer "):
        return None
    token = token[7:]
    try:
        claims = jwt.decode(
            token,
            keys.get_signing_key_from_jwt(token).key,
            algorithms=["RS256"],
            issuer=ISSUER,
            leeway=5,
            options={"require": ["exp", "sub"], "verify_aud": False},
        )
    except jwt.PyJWKClientConnectionError:
        raise
    except jwt.PyJWTError as error:
        logger.warning("a token that is not valid: %s", error)
        return None
    if claims.get("token_use") == "access" and claims.get("client_id") == os.environ["CLIENT_ID"]:
        return claims
    logger.warning("a token for something else: %s %s", claims.get("token_use"), claims.get("client_id"))
    return None


def stage_of(arn):
    parts = arn.split("/")
    return f"{parts[0]}/{parts[1]}"
