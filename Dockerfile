# The server image of docker-compose.yml.
FROM rust:1-bookworm AS build
WORKDIR /src
COPY Cargo.toml Cargo.lock ./
COPY .cargo .cargo
COPY crates crates
COPY docs docs
COPY frontend frontend
COPY migrations migrations
COPY openapi openapi
COPY tests tests
RUN cargo build --release --locked --package jido
# Its files are read beside the server, not built into it.
RUN rustup target add wasm32-unknown-unknown && cargo xtask web --release

FROM debian:bookworm-slim
# git and ssh: repositories. curl: the health check. Agents and test commands run inside this image too; install
# what your projects' steps need in an image derived from it.
RUN apt-get update \
    && apt-get install -y --no-install-recommends bash ca-certificates curl git openssh-client \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --uid 10001 jido \
    && install -d -o jido -g jido -m 0700 /data
COPY --from=build /src/target/release/jido /usr/local/bin/jido
COPY --from=build /src/target/web /usr/local/share/jido/web
USER jido
VOLUME /data
EXPOSE 8700
ENTRYPOINT ["jido"]
CMD ["serve", "--listen", "0.0.0.0:8700", "--data", "/data", "--web-root", "/usr/local/share/jido/web"]
