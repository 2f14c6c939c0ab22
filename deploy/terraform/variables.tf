variable "name" {
  description = "The function's name."
  type        = string
}

variable "handler" {
  description = "The handler setting, such as hello.handler."
  type        = string
}

variable "package" {
  description = "The function's zip, as `rhambda package` makes it."
  type        = string
}

variable "layer_zip" {
  description = "The runtime's zip, as `make layer` makes it, to be published as a layer."
  type        = string
  default     = null
}

variable "layers" {
  description = "ARNs of layers that are published already; one of them brings the runtime unless layer_zip does."
  type        = list(string)
  default     = []
}

variable "architecture" {
  description = "x86_64 or arm64."
  type        = string
  default     = "x86_64"

  validation {
    condition     = contains(["x86_64", "arm64"], var.architecture)
    error_message = "The architecture is x86_64 or arm64."
  }
}

variable "role" {
  description = "The ARN of the execution role; without it the function gets one of its own."
  type        = string
  default     = null
}

variable "policies" {
  description = "ARNs of policies for that role of its own, beside the one for writing logs."
  type        = list(string)
  default     = []
}

variable "memory" {
  description = "In MB."
  type        = number
  default     = 128
}

variable "timeout" {
  description = "In seconds."
  type        = number
  default     = 3
}

variable "description" {
  description = "A text about the function."
  type        = string
  default     = ""
}

variable "environment" {
  description = "Environment variables."
  type        = map(string)
  default     = {}
}

variable "log_format" {
  description = "Text or JSON."
  type        = string
  default     = "Text"

  validation {
    condition     = contains(["Text", "JSON"], var.log_format)
    error_message = "The log format is Text or JSON."
  }
}

variable "url" {
  description = "Who may call the function by a URL: none, iam or public."
  type        = string
  default     = "none"

  validation {
    condition     = contains(["none", "iam", "public"], var.url)
    error_message = "The URL is none, iam or public."
  }
}

variable "url_mode" {
  description = "How the URL answers: buffered or stream."
  type        = string
  default     = "buffered"

  validation {
    condition     = contains(["buffered", "stream"], var.url_mode)
    error_message = "The URL's mode is buffered or stream."
  }
}

variable "tags" {
  description = "Tags of the function and its role."
  type        = map(string)
  default     = {}
}
