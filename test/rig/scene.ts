import assert from 'node:assert/strict';
import { GAUGES } from '../../src/proxy/counters.ts';
import { podManifest, secretManifest, type PodSpec } from './manifest.ts';
import { Origin, type Answer, type OriginConnection } from './origin.ts';
import { RawClient, type RawResponse } from './raw-client.ts';
import { startRouter, type TestRouter } from './router.ts';
import type { SettingsOverrides } from './settings.ts';

/** Nobody listens on tcpmux: a pod there refuses every connection. */
const REFUSING_PORT = 1;

export interface Site extends Omit<PodSpec, 'hosts' | 'paths' | 'port'> {
  /** Default `t.local`. */
  readonly hosts?: string;
  /** Default `/`. */
  readonly paths?: string;
  readonly answer?: Answer;
  /** The pod is in the table, but nothing listens at its address. */
  readonly refuses?: boolean;
}

export interface SceneSpec {
  readonly pods: readonly Site[];
  /** Namespace to the plain value of its key. */
  readonly keys?: Readonly<Record<string, string | Buffer>>;
  readonly settings?: SettingsOverrides;
}

/** What a scene asks of its router, however that hears of the cluster. */
export type SceneRouter = Pick<TestRouter, 'port' | 'snapshot' | 'drain' | 'close'>;

/** One router with its pods and clients. Its end is a test too: after the drain every gauge is 0. */
export class Scene<Router extends SceneRouter = TestRouter> {
  readonly router: Router;
  readonly #origins: ReadonlyMap<string, Origin>;
  readonly #clients: RawClient[] = [];

  constructor(router: Router, origins: ReadonlyMap<string, Origin>) {
    this.router = router;
    this.#origins = origins;
  }

  origin(name: string): Origin {
    const origin = this.#origins.get(name);
    assert.ok(origin, `no origin ${name}`);
    return origin;
  }

  async client(): Promise<RawClient> {
    const client = await RawClient.connect(this.router.port);
    this.#clients.push(client);
    return client;
  }

  /** One request on a connection of its own. */
  async exchange(bytes: string | Buffer): Promise<RawResponse> {
    using client = await this.client();
    return await client.exchange(bytes);
  }

  /** Connections and bytes that have reached the origins so far. */
  traffic(): string {
    const seen = [...this.#origins.values()].map(
      ({ name, connections, received }) =>
        `${name}: ${connections.length} connections, ${received.length} bytes`,
    );
    return seen.join('; ');
  }

  /** Starts to note what reaches the origins; the function returned tells it, by origin, of those that got anything. */
  record(): () => Readonly<Record<string, string>> {
    const lengths = new Map<OriginConnection, number>();
    const all = () => [...this.#origins.values()].flatMap(({ connections }) => connections);
    for (const connection of all()) lengths.set(connection, connection.inbox.received.length);
    return () => {
      const received: Record<string, string> = {};
      for (const [name, { connections }] of this.#origins) {
        const parts = connections.map((it) =>
          it.inbox.received.subarray(lengths.get(it) ?? 0).toString('latin1'),
        );
        if (parts.some((part) => part !== '')) received[name] = parts.join('');
      }
      return received;
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) client.close();
    try {
      await this.router.drain();
      const { gauges } = this.router.snapshot();
      for (const gauge of GAUGES) assert.equal(gauges[gauge], 0, `${gauge} after the drain`);
    } finally {
      this.router.close();
      for (const origin of this.#origins.values()) await origin.close();
    }
  }
}

export async function startScene(spec: SceneSpec): Promise<Scene> {
  const origins = new Map<string, Origin>();
  const pods = [];
  for (const { answer, refuses = false, hosts = 't.local', paths = '/', ...site } of spec.pods) {
    const origin = refuses ? undefined : await Origin.start(site.name, answer);
    if (origin !== undefined) origins.set(site.name, origin);
    pods.push(podManifest({ ...site, hosts, paths, port: origin?.port ?? REFUSING_PORT }));
  }
  const secrets = Object.entries(spec.keys ?? {}).map(([namespace, key]) =>
    secretManifest(namespace, { 'api-key': key }),
  );
  const router = await startRouter({ pods, secrets, ...(spec.settings && { settings: spec.settings }) });
  return new Scene(router, origins);
}
