# A static binary in an empty image: no shell, no libraries, no user database.
FROM rust:1-alpine AS build
RUN apk add --no-cache musl-dev
WORKDIR /tenken
COPY . .
RUN cargo build --release --locked

FROM scratch
COPY --from=build /tenken/target/release/tenken /tenken
USER 65534:65534
WORKDIR /site
ENTRYPOINT ["/tenken"]
