import { once } from 'node:events';
import { Agent, createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { KubernetesApi } from '../../fixtures/kubernetes-api.ts';
import { podManifest, secretManifest } from '../../fixtures/manifest.ts';
import { type Podway, startPodway } from '../../process/podway.ts';

/** Hosts and paths of the requests; an entry that is listed n times gets n times as many requests. */
const ASKED = [
  ...Array.from({ length: 12 }, () => ['shop.example.com', '/'] as const),
  ...Array.from({ length: 6 }, () => ['shop.example.com', '/checkout/pay'] as const),
  ...Array.from({ length: 8 }, () => ['api.example.com', '/v2/orders'] as const),
  ...Array.from({ length: 3 }, () => ['docs.example.com', '/guide'] as const),
  ['search.example.com', '/q'],
  ['old.example.com', '/'],
  ['partner.example.com', '/feed'],
] as const;

/** The behaviour of a pod: the mean duration of its answers, in milliseconds, and the share of them that is 500. */
interface PodBehaviour {
  readonly duration: number;
  readonly failures: number;
}

const WELL: PodBehaviour = { duration: 8, failures: 0 };

/** A shop under load on a real podway, whose cluster a script changes. */
export class Shop implements AsyncDisposable {
  readonly podway: Podway;
  readonly #api: KubernetesApi;
  readonly #servers: Server[] = [];
  readonly #stopped = new AbortController();
  readonly #agent = new Agent({ keepAlive: true });
  readonly #loops: Promise<void>[] = [];

  private constructor(podway: Podway, api: KubernetesApi) {
    this.podway = podway;
    this.#api = api;
  }

  static async open(): Promise<Shop> {
    const api = await KubernetesApi.start();
    const podway = await startPodway({
      env: { WORKERS: '2' },
      kubeconfig: JSON.parse(api.kubeconfig()) as unknown,
    });
    const shop = new Shop(podway, api);
    for (const number of [1, 2, 3]) {
      await shop.pod(`web-${number}`, 'shop', 'shop.example.com', '/');
      await shop.pod(`checkout-${number}`, 'shop', 'shop.example.com', '/checkout');
    }
    for (const number of [1, 2]) await shop.pod(`api-${number}`, 'orders', 'api.example.com', '/v2');
    await shop.pod('docs-1', 'docs', 'docs.example.com', '/ timeout=5s');
    await shop.pod('search-1', 'search', 'search.example.com', '/');
    await shop.pod('feed-1', 'partners', 'partner.example.com', '/feed');
    api.apply(secretManifest('partners', { 'api-key': 'of-the-partner' }));
    await podway.until(200);
    return shop;
  }

  /** Creates a pod, or replaces the pod with its name. @param paths with their options */
  async pod(name: string, namespace: string, hosts: string, paths: string, conduct = WELL): Promise<void> {
    const server = createServer((_asked, answer) => {
      const duration = conduct.duration * (0.5 + Math.random() + 8 * Math.random() ** 12);
      setTimeout(() => {
        answer.statusCode = Math.random() < conduct.failures ? 500 : 200;
        answer.end('said');
      }, duration);
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    this.#servers.push(server);
    const { port } = server.address() as AddressInfo;
    this.#api.apply({
      ...podManifest({ name, namespace, hosts, paths: '/', port }),
      metadata: {
        ...podManifest({ name, namespace, hosts, paths: '/', port }).metadata,
        creationTimestamp: new Date().toISOString(),
        annotations: { routingHosts: hosts, routingPaths: `${port}:${paths}` },
      },
    });
  }

  /** Creates a pod that is not ready, or one whose port refuses connections. */
  setBehaviour(name: string, namespace: string, hosts: string, condition: 'ready' | 'unready'): void {
    this.#api.apply(podManifest({ name, namespace, hosts, paths: '/', port: 1, condition }));
  }

  /** Starts clients. @param clients each sends about ten requests a second */
  serve(clients: number): void {
    for (let client = 0; client < clients; client += 1) this.#loops.push(this.#client());
  }

  async #client(): Promise<void> {
    while (!this.#stopped.signal.aborted) {
      const [host, path] = ASKED[Math.floor(Math.random() * ASKED.length)] ?? ASKED[0];
      await this.#ask(host ?? '', path ?? '').catch(() => undefined);
      await sleep(150 * Math.random(), undefined, { signal: this.#stopped.signal }).catch(() => undefined);
    }
  }

  #ask(host: string, path: string): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const { address, port } = this.podway;
    const asked = request({ host: address, port, path, headers: { host }, agent: this.#agent }, (answer) => {
      answer.on('end', resolve).on('error', reject).resume();
    });
    asked.on('error', reject).end();
    return promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped.abort();
    await Promise.all(this.#loops);
    this.#agent.destroy();
    await this.podway[Symbol.asyncDispose]();
    await this.#api[Symbol.asyncDispose]();
    for (const server of this.#servers) {
      server.closeAllConnections();
      server.close();
    }
  }
}
