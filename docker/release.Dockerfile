# The released layers of both architectures, built the same way everywhere:
#
#   docker build --file docker/release.Dockerfile --output target/layer .

# Any image with Rust and Debian's packages will do, or with the packages alone.
ARG BASE=rust:1.96.0-slim-bookworm

FROM ${BASE} AS build
# What these are in has no part in the result: its compiler, linker and C library come from elsewhere.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates gcc libc6-dev make python3 python3-venv \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /rhambda
COPY layer layer
RUN sh layer/setup.sh
COPY . .
RUN sh layer/layer.sh

FROM scratch
COPY --from=build /rhambda/target/layer /
