import { basename, join, resolve } from 'node:path';
import { type Launch, type Rival, type Setup } from '../harness/rival.ts';

/** The beginning of the names of rivals that are other versions of podway. */
export const OTHER_VERSION = 'podway-of-';

export const podway: Rival = rivalOf('podway', join(import.meta.dirname, '../..'));

/** podway of another checkout, to compare two versions in the same rounds. */
export function podwayOf(checkout: string): Rival {
  return rivalOf(`${OTHER_VERSION}${basename(resolve(checkout))}`, resolve(checkout));
}

function rivalOf(name: string, root: string): Rival {
  return {
    name,
    description: 'as it starts from a checkout, metrics on, routes from a folder of manifests',
    requiredPrograms: [],
    capabilities: ['hosts', 'routes', 'keys', 'access-log', 'websocket', 'workers', 'http2', 'grpc', 'tls'],
    launch: (setup) => launch(setup, join(root, 'src/main.ts')),
  };
}

function launch(setup: Setup, main: string): Launch {
  const objects = setup.key === undefined ? [pod(setup)] : [pod(setup), secret(setup.key)];
  return {
    files: Object.fromEntries(objects.map((it, at) => [`manifests/${at}.json`, JSON.stringify(it)])),
    // Log lines go into a file, as with a container runtime. A program that reads them would use the core of the load.
    command: ['sh', '-c', 'exec "$0" "$1" serve >"$2/access.log"', process.execPath, main, setup.folder],
    env: {
      MANIFESTS: join(setup.folder, 'manifests'),
      ADDRESS: setup.listen.address,
      ...(setup.tls === undefined
        ? { PORT: String(setup.listen.port) }
        : {
            PORT: String(setup.sparePort + 1),
            TLS_PORT: String(setup.listen.port),
            TLS_CERTIFICATES: setup.tls,
          }),
      ADMIN_ADDRESS: setup.listen.address,
      ADMIN_PORT: String(setup.sparePort),
      OPERATOR_PORT: 'none',
      WORKERS: String(setup.workers),
      // A scenario has 10,000 routes of one pod.
      MAX_ROUTES_PER_POD: '10000',
      HTTP2_PLAIN: String(setup.http2),
      ACCESS_LOG: setup.accessLog ? 'json' : 'off',
      LOG_LEVEL: 'warn',
      DRAIN_DELAY: '0',
      DRAIN_TIMEOUT: '1s',
    },
  };
}

function pod({ hosts, paths, origin, grpc }: Setup): object {
  // An option follows its path.
  const words = grpc ? ' proto=grpc' : '';
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'bench',
      namespace: 'bench',
      labels: { routable: 'true' },
      annotations: {
        routingHosts: hosts.join(' '),
        routingPaths: paths.map((path) => `${origin.port}:${path}${words}`).join(' '),
      },
    },
    spec: { containers: [{ name: 'app', ports: [{ containerPort: origin.port }] }] },
    status: { phase: 'Running', podIP: origin.address, conditions: [{ type: 'Ready', status: 'True' }] },
  };
}

/** A Secret with the key. The header has the base64 of the key, which is the value in `data`. */
function secret(key: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'routing', namespace: 'bench' },
    data: { 'api-key': key },
  };
}
