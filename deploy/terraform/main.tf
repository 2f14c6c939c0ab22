# A function of Rhai scripts, with the runtime as a layer and a role of its own.

terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100"
    }
  }
}

locals {
  layers = concat(aws_lambda_layer_version.rhambda[*].arn, var.layers)
}

resource "aws_lambda_layer_version" "rhambda" {
  count = var.layer_zip == null ? 0 : 1

  layer_name               = "rhambda-${var.architecture}"
  filename                 = var.layer_zip
  source_code_hash         = filebase64sha256(var.layer_zip)
  compatible_runtimes      = ["provided.al2023"]
  compatible_architectures = [var.architecture]
}

resource "aws_lambda_function" "this" {
  function_name    = var.name
  description      = var.description
  runtime          = "provided.al2023"
  architectures    = [var.architecture]
  handler          = var.handler
  filename         = var.package
  source_code_hash = filebase64sha256(var.package)
  layers           = local.layers
  role             = var.role == null ? aws_iam_role.this[0].arn : var.role
  memory_size      = var.memory
  timeout          = var.timeout
  tags             = var.tags

  logging_config {
    log_format = var.log_format
  }

  dynamic "environment" {
    for_each = length(var.environment) == 0 ? [] : [var.environment]
    content {
      variables = environment.value
    }
  }
}

# With "public", the provider lets everyone call the URL, from its version 6.29 on with both of the
# permissions that this takes since October 2025.
resource "aws_lambda_function_url" "this" {
  count = var.url == "none" ? 0 : 1

  function_name      = aws_lambda_function.this.function_name
  authorization_type = var.url == "public" ? "NONE" : "AWS_IAM"
  invoke_mode        = var.url_mode == "stream" ? "RESPONSE_STREAM" : "BUFFERED"
}
