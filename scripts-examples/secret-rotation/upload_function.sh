#!/bin/sh
# Uploads this example as a Lambda function. FUNCTION_NAME, ROLE_ARN and LAYER_ARN say which:
# see deploy/upload_function.sh, which does it. Written by deploy/write_uploads.py.
#
# It needs environment variables, such as ENVIRONMENT='{"AWS_ENDPOINT_URL_SECRETS_MANAGER": "{server}", "AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "example"}'
[ $# -gt 0 ] || set -- rotation.handler
folder=$(dirname "$0")
exec "$folder/../../deploy/upload_function.sh" "$folder" "$1"
