# The runtime on AWS's own image without a language: to publish it as a customer-managed runtime, and
# a base for images of functions that need a system around the scripts.
#
#   make layer
#   docker build --file docker/runtime.Dockerfile \
#       --platform linux/amd64 --provenance=false --tag rhambda target/layer/x86_64
#
# (arm64: target/layer/arm64 and linux/arm64. Lambda takes no images with provenance attached.)
# A function on it is `FROM rhambda`, `COPY *.rhai /var/task/` and `CMD ["hello.handler"]`. The base image's
# entry point hands the command over as the handler, and has AWS's emulator to run it anywhere.

FROM public.ecr.aws/lambda/provided:al2023
COPY bootstrap /var/runtime/bootstrap
