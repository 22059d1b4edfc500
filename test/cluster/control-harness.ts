import { isDeepStrictEqual } from 'node:util';
import { pino } from 'pino';
import { notReadyReasons } from '../../src/admin/readiness.ts';
import type { ClusterSource } from '../../src/cluster/source.ts';
import { loadConfig } from '../../src/config/load.ts';
import { ControlPlane } from '../../src/control/control-plane.ts';
import type { StartWorker } from '../../src/control/worker-thread.ts';
import { UNKNOWN_KEYS } from '../../src/routing/keyring.ts';
import type { RouteTable } from '../../src/routing/table.ts';
import type { KubernetesApi } from '../fixtures/kubernetes-api.ts';
import { type ApiOptions, apiSource } from './recorded-source.ts';
import { routeTable } from '../fixtures/route-table.ts';
import { withTimeout } from '../fixtures/with-timeout.ts';

/**
 * The whole control plane over HTTP: source, inventory, publisher, and a worker that keeps a real table and a record of
 * every state of it, so that a test sees the intermediate states and not only the last one.
 */
export class ControlHarness {
  /** The routes after every published change; the first is the empty table. */
  readonly history: (readonly string[])[] = [];
  /** `pod@address:port` of endpoints that left the table finally, in order. */
  readonly gone: string[] = [];
  /** `reason detail` of every rejection in the log. */
  readonly rejected: string[] = [];
  /** `where reason` of every problem of the source in the log. */
  readonly problems: string[] = [];
  /** All lines of the log. */
  readonly lines: string[] = [];
  readonly source: ClusterSource;
  readonly #table: RouteTable;
  readonly #control: ControlPlane;
  readonly #stop = new AbortController();
  readonly #following: Promise<void>;
  #changed: () => void = () => undefined;

  constructor(source: ClusterSource, env: Readonly<Record<string, string>> = {}) {
    this.source = source;
    this.#table = routeTable({
      onEndpointGone: (it) => this.gone.push(`${it.pod}@${it.address}:${it.port}`),
    });
    this.#control = new ControlPlane({
      config: configOf(env),
      machine: { cores: 1, memory: 2 ** 30, openFiles: 1024, sharesPorts: true },
      version: '0',
      source,
      events: undefined,
      log: {
        logger: pino({ level: 'warn' }, { write: (line) => this.#logged(line) }),
        dropped: () => 0,
        line: () => true,
        flush: () => undefined,
      },
      startWorker: this.#worker,
      fatal: ({ message }) => {
        throw new Error(message);
      },
    });
    this.#control.workers.start();
    this.#following = this.#control.follow(this.#stop.signal);
  }

  static async follow(
    api: KubernetesApi,
    { env, ...options }: ApiOptions & { readonly env?: Readonly<Record<string, string>> } = {},
  ): Promise<ControlHarness> {
    return new ControlHarness(await apiSource(api, options), env);
  }

  /** `host path pod@address ...` of every live route: ready endpoints in rotation order. */
  get routes(): readonly string[] {
    return [...this.#table.routes()]
      .map((it) => [it.host + it.path, ...it.candidates.map((e) => `${e.pod}@${e.address}`)].join(' '))
      .sort();
  }

  /** Namespaces with keys, and how many are live. */
  get keys(): Readonly<Record<string, number>> {
    const known = [...this.#table.keys].filter(([, ring]) => ring !== UNKNOWN_KEYS);
    return Object.fromEntries(known.map(([namespace, ring]) => [namespace, ring.digests.length]));
  }

  /** Namespaces for which it is unknown whether they have a key. */
  get unknown(): readonly string[] {
    return [...this.#table.keys].filter(([, ring]) => ring === UNKNOWN_KEYS).map(([namespace]) => namespace);
  }

  /** The chains of the certificates that a worker serves for a host. */
  servedChains(host: string): readonly string[] {
    return this.#table.certificates.lookup(host)?.certificates.map(({ chain }) => chain) ?? [];
  }

  /** The contents of the pages and the metrics. */
  async renderedPages(): Promise<string> {
    const [overview, metrics] = await Promise.all([this.#control.overview(), this.#control.metrics()]);
    const parts = [JSON.stringify(overview.listing)];
    for await (const slice of metrics.text) parts.push(slice);
    return parts.join('');
  }

  get unready(): readonly string[] {
    return notReadyReasons({ draining: false, ...this.#control.readiness() });
  }

  /** Resolves when exactly these routes are live and both kinds are listed. */
  async live(...routes: readonly string[]): Promise<void> {
    await this.until(() => this.#table.synced && isDeepStrictEqual(this.routes, routes));
  }

  /** Resolves when `condition` is true after a change of the table; fails with the recorded states. */
  until(condition: () => boolean): Promise<void> {
    const history = () => JSON.stringify([this.history.slice(-5), this.source.states()]);
    return withTimeout(this.#until(condition), history);
  }

  async #until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      await new Promise<void>((resolve) => {
        this.#changed = resolve;
      });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await withTimeout(this.#following, 'the source does not end');
    await this.#control.workers.stop();
  }

  #logged(line: string): void {
    this.lines.push(line);
    const { msg, reason, detail, where } = JSON.parse(line);
    if (msg === 'rejected') this.rejected.push(`${reason} ${detail}`);
    if (msg === 'problem with the source') this.problems.push(`${where} ${reason}`);
    this.#changed();
  }

  readonly #worker: StartWorker = (_, listener) => {
    const send = (message: Parameters<typeof listener.message>[0]) => listener.message(message);
    setImmediate(() => send({ type: 'listening', address: '127.0.0.1', port: 1 }));
    return {
      send: (message) => {
        if (message.type !== 'delta') return;
        // A message to a thread is a clone.
        const { delta, more } = structuredClone(message);
        this.#table.apply(delta, more);
        if (!more) this.history.push(this.routes);
        setImmediate(() => {
          send(more ? { type: 'staged' } : { type: 'applied', revision: delta.revision });
          this.#changed();
        });
      },
      terminate: () => Promise.resolve(),
    };
  };
}

function configOf(env: Readonly<Record<string, string>>) {
  const loaded = loadConfig(env);
  if ('config' in loaded) return loaded.config;
  throw new Error(loaded.problems.join());
}
