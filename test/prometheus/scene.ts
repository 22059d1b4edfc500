import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocketServer } from 'ws';
import { type Podway, startPodway } from '../process/podway.ts';
import { makeCertificate } from '../fixtures/certificates.ts';
import { AuthServer, sso } from '../fixtures/auth-service.ts';
import { GATE, gatedManifest } from '../fixtures/gated-pod.ts';
import { KubernetesApi } from '../fixtures/kubernetes-api.ts';
import type { Rule } from '../fixtures/kubernetes-api/authorise.ts';
import { podManifest, secretManifest } from '../fixtures/manifest.ts';
import { startSilentPod } from './http2-load.ts';
import { rejectedPod, MAX_CONNECTIONS, startLoad } from './load.ts';
import { Prometheus } from './prometheus.ts';

/** One pod answers in time, slowly, with long bodies and with 500, and speaks WebSocket. */
async function startPod(): Promise<{ server: Server; port: number }> {
  const server = createServer((request, response) => {
    if (request.url === '/fail') response.writeHead(500).end('no');
    else if (request.url === '/body') response.end(Buffer.alloc(200_000));
    else if (request.url === '/large') response.end(Buffer.alloc(16_000_000));
    else if (request.url === '/slow') setTimeout(() => response.end('late'), 30);
    else if (request.url === '/later') setTimeout(() => response.end('too late'), TOO_LATE);
    else response.end('well');
  });
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket) => socket.on('error', () => undefined));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return { server, port: (server.address() as AddressInfo).port };
}

/** Milliseconds after which an alert fires. */
const TOO_LATE = 2_700;

/** The folder of a default certificate, which expires in a week. */
async function writeCertificate(folder: string): Promise<string> {
  const certificates = join(folder, 'certificates');
  const notAfter = new Date(Date.now() + 7 * 86_400_000).toISOString();
  const { chain, key } = await makeCertificate({ notAfter });
  await mkdir(certificates);
  await writeFile(join(certificates, 'default.crt'), chain);
  await writeFile(join(certificates, 'default.key'), key);
  return certificates;
}

/** The port of tcpmux, on which no program listens. */
const REFUSING = 1;

/** The rights of the second podway: it may not read Secrets, so it never gets its table. */
const FORBIDDEN: Rule[] = [{ resources: ['pods'], verbs: ['get', 'list', 'watch'] }];

/** The container's limit in MiB: that of the chart, or less than podway needs. */
const memoryOf = (limit: number) => `process.constrainedMemory = () => ${limit} * 2 ** 20;`;

/**
 * The faults of the process, if requested: worker 0 throws when the file exists that FAULT names; worker 1 blocks its
 * event loop, for less than SHED_AT_LAG.
 */
const FAULTS = `import { isMainThread, workerData } from 'node:worker_threads';
import { existsSync, rmSync } from 'node:fs';
if (!isMainThread && workerData?.worker === 0) {
  setInterval(() => {
    if (!existsSync(process.env.FAULT)) return;
    rmSync(process.env.FAULT);
    throw new Error('for the test');
  }, 100).unref();
}
if (!isMainThread && workerData?.worker === 1) {
  const busy = () => { const end = Date.now() + 150; while (Date.now() < end); };
  setInterval(busy, 600).unref();
}`;

/**
 * podway under load with data for all panels of the dashboard and for all alerts, and a Prometheus that scrapes it:
 * routes with and without ready pods, a pod that refuses connections, keys that change, rejected annotations, a
 * namespace that fails closed, WebSockets, HTTP/2, gRPC calls that are not answered in time, more clients than podway
 * accepts, changes of the table; and a second podway that may not read Secrets.
 */
export class Scene implements AsyncDisposable {
  readonly prometheus: Prometheus;
  /** The podway that gets no table. */
  readonly unsynced: Podway;
  readonly #cleanup: AsyncDisposableStack;

  private constructor(prometheus: Prometheus, unsynced: Podway, cleanup: AsyncDisposableStack) {
    this.prometheus = prometheus;
    this.unsynced = unsynced;
    this.#cleanup = cleanup;
  }

  static async start({ rules, faults = false }: SceneOptions = {}): Promise<Scene> {
    await using cleanup = new AsyncDisposableStack();
    const { server, port } = await startPod();
    cleanup.defer(async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    });
    const folder = await mkdtemp(join(tmpdir(), 'podway-scene-'));
    cleanup.defer(() => rm(folder, { recursive: true }));
    const certificates = await writeCertificate(folder);
    const silent = cleanup.use(await startSilentPod());
    const login = cleanup.use(await AuthServer.start(sso));
    const api = cleanup.use(await KubernetesApi.start());
    for (const object of objects(port)) api.apply(object);
    api.apply(
      podManifest({
        name: 'silent',
        namespace: 'shop',
        hosts: 'grpc.local',
        paths: `${silent.port}:/ proto=grpc`,
        port: silent.port,
      }),
    );
    const podway = cleanup.use(
      await startPodway({
        tls: true,
        env: {
          WORKERS: '2',
          TLS_CERTIFICATES: certificates,
          MAX_CONNECTIONS: String(MAX_CONNECTIONS),
          CONNECT_TIMEOUT: '200ms',
          EJECTION_TIME: '100ms',
          EVENTS: 'true',
          AUDIT_LOG: 'json',
          READINESS_GATE: GATE,
          AUTH_SSO_URL: login.url,
          AUTH_LOST_URL: `http://127.0.0.1:${REFUSING}/`,
          NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(memoryOf(faults ? 100 : 512) + (faults ? FAULTS : ''))}`,
          FAULT: join(folder, 'fault'),
        },
        kubeconfig: JSON.parse(api.kubeconfig()) as unknown,
      }),
    );
    const guarded = cleanup.use(await KubernetesApi.start({ rules: FORBIDDEN }));
    const unsynced = cleanup.use(
      await startPodway({
        env: { REQUEST_HEAD_TIMEOUT: '5m' },
        kubeconfig: JSON.parse(guarded.kubeconfig()) as unknown,
      }),
    );
    // podway answers 503 without a route: this series has no host and no namespace, and does not increase any more.
    await unsynced.eventually(async () => assert.equal((await unsynced.get('/')).status, 503));
    await podway.until(200);
    const targets = [podway, unsynced].map(({ address, adminPort }, index) => {
      return { address: `${address}:${adminPort}`, pod: `podway-${index}` };
    });
    const prometheus = cleanup.use(await Prometheus.start(targets, podway.address, rules));
    if (faults) {
      // A counter that is 1 in its first sample has no increase for Prometheus.
      const before = 'podway_worker_restarts_total{pod="podway-0"} == 0';
      await prometheus.eventually(async () => assert.equal((await prometheus.query(before)).length, 1));
      await writeFile(join(folder, 'fault'), '');
      // The API server does not report whether this namespace has a key.
      api.injectFault(
        { resource: 'secrets', verb: 'get', times: Number.POSITIVE_INFINITY },
        { kind: 'status', code: 503 },
      );
      api.apply(podManifest({ name: 'new', namespace: 'new', hosts: 'new.local', paths: '/', port }));
    }
    cleanup.use(startLoad(podway, api, { port, faults }));
    return new Scene(prometheus, unsynced, cleanup.move());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#cleanup.disposeAsync();
  }
}

export interface SceneOptions {
  /** The text of a file of alerts. */
  readonly rules?: string;
  /** Whether workers crash and are slow. */
  readonly faults?: boolean;
}

function objects(port: number) {
  return [
    podManifest({ name: 'web', namespace: 'shop', hosts: 'shop.local api.local', paths: '/ /slow', port }),
    podManifest({ name: 'gone', namespace: 'shop', hosts: 'api.local', paths: '/', port: REFUSING }),
    podManifest({
      name: 'cold',
      namespace: 'shop',
      hosts: 'cold.local',
      paths: '/',
      port,
      condition: 'unready',
    }),
    rejectedPod(port, 0),
    podManifest({ name: 'shut', namespace: 'attic', hosts: 'shut.local', paths: '/', port }),
    gatedManifest({ name: 'mistyped', namespace: 'shop', hosts: 'bad_host', paths: '/', port }),
    podManifest({ name: 'late', namespace: 'shop', hosts: 'late.local', paths: '/', port }),
    podManifest({ name: 'rival', namespace: 'rival', hosts: 'late.local', paths: '/rival', port }),
    podManifest({ name: 'club', namespace: 'shop', hosts: 'club.local', paths: '/ auth=sso', port }),
    podManifest({
      name: 'club-new',
      namespace: 'shop',
      hosts: 'club.local',
      paths: '/ auth=sso retries=0',
      port,
    }),
    podManifest({ name: 'lost', namespace: 'shop', hosts: 'lost.local', paths: '/ auth=lost', port }),
    secretManifest('attic', { 'api-key': '' }),
    podManifest({ name: 'safe', namespace: 'vault', hosts: 'vault.local', paths: '/', port }),
    secretManifest('vault', { 'api-key': 'old', 'api-key.next': 'new' }),
  ];
}
