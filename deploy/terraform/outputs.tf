output "arn" {
  description = "The function's ARN."
  value       = aws_lambda_function.this.arn
}

output "url" {
  description = "The function's URL; null if it has none."
  value       = one(aws_lambda_function_url.this[*].function_url)
}

output "layers" {
  description = "The ARNs of the function's layers."
  value       = local.layers
}

output "role" {
  description = "The ARN of the execution role."
  value       = aws_lambda_function.this.role
}
