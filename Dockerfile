# The image of dnsalias: Node.js with the libraries that it is linked with, the modules that run, the built program, and nothing
# else: no shell, no package manager, no npm. docs/releasing.md says how it is built, signed and described.

# The runtime, and its one place: what is in the image comes from here or from this repository.
ARG NODE_IMAGE=docker.io/library/node:26.10.0-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json ./
# The compiler is in an optional package, one for each platform (@typescript/typescript-linux-x64). "include" wins over a configuration that omits it.
RUN npm ci --include=optional --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
RUN npm run build

FROM ${NODE_IMAGE} AS modules
WORKDIR /app
COPY package.json package-lock.json ./
COPY deploy/image/prune-modules /usr/local/bin/
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund && prune-modules node_modules

FROM ${NODE_IMAGE} AS root
COPY deploy/image/make-root /usr/local/bin/
RUN make-root /usr/local/bin/node /root-of-image

FROM scratch
# What changes least comes first, so that a new version of the program is one small layer.
COPY --from=root /root-of-image/ /
COPY --from=modules /app/node_modules /app/node_modules
COPY --from=modules /app/package.json /app/package.json
COPY --from=build /app/dist /app/dist
COPY LICENSE /app/LICENSE

# Numeric, so that a kubelet can see that it is not root.
USER 65532:65532
WORKDIR /
ENV NODE_ENV=production
# Node.js takes half of the container's memory limit as its heap by itself (measured: 256 MiB of 512 MiB), so the limit is the one
# setting. The young generation is held at 3 x 8 MiB, since without a limit it would be twice that for each thread.
ENV NODE_OPTIONS=--max-semi-space-size=8
# An orderly end: writes are finished and the Lease is given back (docs/cli.md, "Stopping").
STOPSIGNAL SIGTERM
# Metrics and health where --listen-ops says; DNS where --responder-listen says. Neither is opened by default in a cluster.
ENTRYPOINT ["/usr/local/bin/node", "/app/dist/main.js"]
CMD ["run"]

ARG VERSION=0.1.0
ARG REVISION=unknown
ARG CREATED=1970-01-01T00:00:00Z
LABEL org.opencontainers.image.title="dnsalias" \
      org.opencontainers.image.description="Keeps ANAME-style names equal to their targets" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}"
