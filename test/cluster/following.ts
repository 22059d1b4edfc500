import { openSource, type SourceOptions } from '../../src/cluster/open-source.ts';
import type { ClusterSource, SourceProblem, SourceResource, SourceState } from '../../src/cluster/source.ts';
import type { ClusterEvent } from '../../src/routing/event.ts';
import type { Pod } from '../../src/wiring/pod.ts';
import type { NamespaceSecret } from '../../src/wiring/secret.ts';
import type { KubernetesApi } from '../rig/kubernetes-api.ts';
import { TestClock } from './test-clock.ts';

const SCOPE = {
  namespace: undefined,
  labelSelector: 'routable=true',
  secretName: 'routing',
  secretField: 'api-key',
  annotations: { hosts: 'routingHosts', paths: 'routingPaths' },
};

/** The default of WATCH_IDLE_TIMEOUT. */
export const IDLE_TIMEOUT = 150_000;

/** Milliseconds; only ever waited for by a test that fails. */
const PATIENCE = 30_000;

/** A running source and all it said, in words that a test can compare. */
export class Following {
  /** `init`, `init-apply namespace/name`, `init-done`, `apply …`, `delete …`. */
  readonly pods: string[] = [];
  readonly secrets: string[] = [];
  readonly problems: SourceProblem[] = [];
  readonly states: Record<SourceResource, SourceState[]> = { pods: [], secrets: [] };
  readonly live = new Map<string, Pod>();
  readonly source: ClusterSource;
  readonly ended: Promise<void>;
  readonly #stop = new AbortController();
  #waiting: (() => void)[] = [];

  constructor(source: ClusterSource) {
    this.source = source;
    this.ended = source.run(
      {
        pods: (event) => this.#pod(event),
        secrets: (event) => this.#news(() => this.secrets.push(inWords(event))),
        state: (resource, state) => this.#news(() => this.states[resource].push(state)),
        problem: (problem) => this.#news(() => this.problems.push(problem)),
      },
      this.#stop.signal,
    );
  }

  /**
   * Resolves when `holds` does, looked at after everything the source says. Rejects when the source ends before, and
   * after a while with what it said: a test that waits for ever says nothing.
   */
  async until(holds: () => boolean): Promise<void> {
    const { promise: late, reject } = Promise.withResolvers<never>();
    const said = () => JSON.stringify([this.pods, this.secrets, this.problems, this.source.states()]);
    const timer = setTimeout(() => reject(new Error(`waited in vain: ${said()}`)), PATIENCE);
    const ended = this.ended.then(() => Promise.reject(new Error('the source ended')));
    try {
      while (!holds()) {
        const { promise, resolve } = Promise.withResolvers<void>();
        this.#waiting.push(resolve);
        await Promise.race([promise, ended, late]);
      }
    } finally {
      clearTimeout(timer);
      ended.catch(() => undefined);
    }
  }

  async synced(): Promise<void> {
    await this.until(() => this.pods.includes('init-done') && this.secrets.includes('init-done'));
  }

  async problem(reason: SourceProblem['reason'], where?: string): Promise<SourceProblem> {
    const find = () =>
      this.problems.find((it) => it.reason === reason && (where === undefined || it.where === where));
    await this.until(() => find() !== undefined);
    return find() as SourceProblem;
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #pod(event: ClusterEvent<Pod>): void {
    if ('object' in event) {
      const key = `${event.object.namespace}/${event.object.name}`;
      if (event.type === 'delete') this.live.delete(key);
      else this.live.set(key, event.object);
    }
    this.#news(() => this.pods.push(inWords(event)));
  }

  #news(note: () => void): void {
    note();
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}

/** Follows the API stand-in; delays between attempts take no time. */
export async function followApi(
  api: KubernetesApi,
  options: Partial<SourceOptions> & {
    readonly kubeconfig?: () => string;
    readonly testClock?: TestClock;
  } = {},
): Promise<Following> {
  const { KubeConfig } = await import('@kubernetes/client-node');
  const { kubeconfig = () => api.kubeconfig(), testClock = new TestClock(), ...rest } = options;
  const load = () => {
    const config = new KubeConfig();
    config.loadFromString(kubeconfig());
    return config;
  };
  const from = { kubernetes: { load, idleTimeout: IDLE_TIMEOUT } };
  return new Following(await openSource({ ...SCOPE, from, clock: testClock, ...rest }));
}

/** Follows a folder of manifests, with real time. */
export async function followFolder(
  manifests: string,
  options: Partial<SourceOptions> = {},
): Promise<Following> {
  return new Following(await openSource({ ...SCOPE, from: { manifests }, ...options }));
}

function inWords(event: ClusterEvent<Pod> | ClusterEvent<NamespaceSecret>): string {
  return 'object' in event ? `${event.type} ${event.object.namespace}/${event.object.name}` : event.type;
}
