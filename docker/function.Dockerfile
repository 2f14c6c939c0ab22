# A function as a container image: the runtime, the scripts, and nothing else. The folder with the
# scripts is the context:
#
#   make layer
#   docker build --file docker/function.Dockerfile --build-context rhambda=target/layer/x86_64 \
#       --platform linux/amd64 --provenance=false --tag hello scripts-examples/hello
#
# (arm64: target/layer/arm64 and linux/arm64. Lambda takes no images with provenance attached.)
# The handler is the image's command. Change it below, or for each function:
# aws lambda create-function --package-type Image --image-config Command=hello.handler …

FROM scratch
# hadolint ignore=DL3022
COPY --from=rhambda bootstrap /bootstrap
COPY . /var/task/
ENV LAMBDA_TASK_ROOT=/var/task
WORKDIR /var/task
ENTRYPOINT ["/bootstrap"]
CMD ["main.handler"]
