# podway's image. Build it in the root of the repository:
#   docker build --build-arg VERSION=0.1.0 --build-arg REVISION=$(git rev-parse HEAD) -t podway:0.1.0 .
# The base is a tag here, which follows Node's security releases. For a build that can be repeated, name it with its digest:
#   --build-arg NODE_IMAGE=node:26-slim@sha256:...    # docker buildx imagetools inspect node:26-slim
# or let Renovate write it into the next line and keep it current (its preset docker:pinDigests).
ARG NODE_IMAGE=node:26-slim

# What is built is the same for every platform.
FROM --platform=${BUILDPLATFORM} ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY build ./build
COPY src ./src
RUN node build/main.ts

# Nothing here needs a shell, a home or a place to write: it runs with a read-only root file system.
FROM ${NODE_IMAGE}
ARG NODE_IMAGE
ARG VERSION=unknown
ARG REVISION=unknown
LABEL org.opencontainers.image.title="podway" \
      org.opencontainers.image.description="A Kubernetes edge router in pure Node.js: pod annotations in, routed requests out" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.base.name="${NODE_IMAGE}"
WORKDIR /app
COPY LICENSE ./LICENSE
COPY --from=build /app/package.json ./package.json
COPY --from=build /app/dist ./dist
# Ports above 1024: the user may not bind others.
ENV NODE_ENV=production PORT=8080 ADMIN_PORT=9090
EXPOSE 8080 9090
USER 65532:65532
STOPSIGNAL SIGTERM
# SIGUSR1 would open the inspector on a port.
ENTRYPOINT ["node", "--disable-sigusr1", "/app/dist/podway.cjs"]
CMD ["serve"]
