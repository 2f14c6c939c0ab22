#!/bin/sh
# Uploads this example as a Lambda function. FUNCTION_NAME, ROLE_ARN and LAYER_ARN say which:
# see deploy/upload_function.sh, which does it. Written by deploy/write_uploads.py.
#
# It needs environment variables, such as ENVIRONMENT='{"AWS_ENDPOINT_URL_BEDROCK_RUNTIME": "{server}", "AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "example", "MODEL_ID": "amazon.nova-lite-v1:0", "TELEGRAM_URL": "{server}", "TELEGRAM_SECRET": "s3cret", "TELEGRAM_TOKEN": "1:abc"}'
[ $# -gt 0 ] || set -- bot.telegram
folder=$(dirname "$0")
exec "$folder/../../deploy/upload_function.sh" "$folder" "$1"
