# syntax=docker/dockerfile:1
# The base image brings Node.js; any Debian-based image with Node.js >= 24 and npm will do.
ARG BASE=docker.io/library/node:24.21.0-bookworm-slim

FROM ${BASE} AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
COPY tools/runtime/package.json tools/runtime/
RUN npm ci --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
RUN npm run build
# What runs: no development tools, and no second Node.js (the base image has one).
RUN npm ci --omit=dev --omit=optional --no-audit --no-fund && rm -rf node_modules/.bin node_modules/.package-lock.json node_modules/@cloudtower-exporter

FROM ${BASE}
ARG VERSION=0.0.0-dev
ARG REVISION=unknown
LABEL org.opencontainers.image.title="cloudtower-exporter" \
      org.opencontainers.image.description="Prometheus exporter and alert bridge for SmartX CloudTower" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
# One arena for all threads: glibc's own choice takes some 20 MiB more for good.
ENV NODE_ENV=production \
    MALLOC_ARENA_MAX=1 \
    CLOUDTOWER_EXPORTER_REVISION=${REVISION} \
    HEALTHCHECK_URL=http://127.0.0.1:9861/-/healthy
WORKDIR /app
COPY --from=build /build/node_modules ./node_modules
COPY --from=build /build/dist ./dist
COPY package.json LICENSE ./
# The bridge's state; mount a volume here to keep it.
RUN install -d -o 65532 -g 65532 -m 0700 /var/lib/cloudtower-exporter
VOLUME /var/lib/cloudtower-exporter
USER 65532:65532
EXPOSE 9861
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s \
  CMD ["node", "-e", "fetch(process.env.HEALTHCHECK_URL).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "/app/dist/main.js"]
