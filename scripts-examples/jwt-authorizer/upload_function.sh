#!/bin/sh
# Uploads this example as a Lambda function. FUNCTION_NAME, ROLE_ARN and LAYER_ARN say which:
# see deploy/upload_function.sh, which does it. Written by deploy/write_uploads.py.
#
# usage: upload_function.sh [authorizer.rest | authorizer.http]
#
# It needs environment variables, such as ENVIRONMENT='{"ISSUER": "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_example", "JWKS_URL": "{server}/pool/.well-known/jwks.json", "CLIENT_ID": "an-app-client"}'
[ $# -gt 0 ] || set -- authorizer.rest
folder=$(dirname "$0")
exec "$folder/../../deploy/upload_function.sh" "$folder" "$1"
