import { openSource, type SourceOptions } from '../../src/cluster/open-source.ts';
import { deliver, type KindName } from '../../src/cluster/kinds.ts';
import type { ClusterSource, SourceProblem, SourceState } from '../../src/cluster/source.ts';
import type { ClusterEvent } from '../../src/inventory/event.ts';
import type { Pod } from '../../src/wiring/pod.ts';
import type { ObjectId } from '../../src/wiring/object-id.ts';
import type { KubernetesApi } from '../fixtures/kubernetes-api.ts';
import { withTimeout } from '../fixtures/with-timeout.ts';
import { TestClock } from './test-clock.ts';

export const SCOPE = {
  namespace: undefined,
  labelSelector: 'routable=true',
  secretName: 'routing',
  secretField: 'api-key',
  tlsSecrets: [] as readonly string[],
  annotations: { hosts: 'routingHosts', paths: 'routingPaths', options: 'routingOptions' },
};

/** The default of WATCH_IDLE_TIMEOUT. */
export const IDLE_TIMEOUT = 150_000;
/** The default of API_TIMEOUT. */
export const API_TIMEOUT = 30_000;

/** A running source and all its events, as texts that a test can compare. */
export class RecordedSource {
  /** `init`, `init-apply namespace/name`, `init-done`, `apply …`, `delete …`. */
  readonly pods: string[] = [];
  readonly secrets: string[] = [];
  readonly namespaces: string[] = [];
  /** The same texts, each after the name of the Secrets and a colon. */
  readonly tlsSecrets: string[] = [];
  readonly problems: SourceProblem[] = [];
  readonly states: Record<KindName, SourceState[]> = { pods: [], secrets: [], namespaces: [] };
  readonly livePods = new Map<string, Pod>();
  readonly source: ClusterSource;
  readonly ended: Promise<void>;
  readonly #stop = new AbortController();
  #waiting: (() => void)[] = [];

  constructor(source: ClusterSource) {
    this.source = source;
    this.ended = source.run(
      {
        changed: (event) =>
          deliver(
            {
              pods: (it) => this.#pod(it),
              secrets: (it) => this.#record(() => this.secrets.push(eventText(it))),
              namespaces: (it) => this.#record(() => this.namespaces.push(eventText(it))),
              tlsSecretsOf: (name, it) =>
                this.#record(() => this.tlsSecrets.push(`${name}: ${eventText(it)}`)),
            },
            event,
          ),
        state: (resource, state) => this.#record(() => (this.states[resource] ??= []).push(state)),
        problem: (problem) => this.#record(() => this.problems.push(problem)),
      },
      this.#stop.signal,
    );
  }

  /**
   * Resolves when `condition` is true after an event of the source. Rejects when the source ends before, and after a time
   * limit with the recorded events, since a test that waits forever shows no reason.
   */
  until(condition: () => boolean): Promise<void> {
    const events = () => JSON.stringify([this.pods, this.secrets, this.problems, this.source.states()]);
    return withTimeout(this.#until(condition), events);
  }

  async #until(condition: () => boolean): Promise<void> {
    const ended = this.ended.then(() => Promise.reject(new Error('the source ended')));
    ended.catch(() => undefined);
    while (!condition()) {
      await Promise.race([new Promise<void>((resolve) => this.#waiting.push(resolve)), ended]);
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
    await withTimeout(this.ended, 'the source does not end');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #pod(event: ClusterEvent<Pod>): void {
    if ('object' in event) {
      const key = `${event.object.namespace}/${event.object.name}`;
      if (event.type === 'delete') this.livePods.delete(key);
      else this.livePods.set(key, event.object);
    }
    this.#record(() => this.pods.push(eventText(event)));
  }

  #record(note: () => void): void {
    note();
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}

export type ApiOptions = Partial<SourceOptions> & {
  readonly kubeconfig?: () => string;
  readonly testClock?: TestClock;
  readonly idleTimeout?: number;
  readonly timeout?: number;
};

/** A source that follows the API stand-in; delays between attempts take no time. */
export async function apiSource(api: KubernetesApi, options: ApiOptions = {}): Promise<ClusterSource> {
  return openSource(await apiOptions(api, options));
}

/** The arguments that open such a source. */
export async function apiOptions(api: KubernetesApi, options: ApiOptions = {}): Promise<SourceOptions> {
  const { KubeConfig } = await import('../../src/cluster/api/kubeconfig/client-node.ts');
  const { kubeconfig = () => api.kubeconfig(), testClock = new TestClock(), ...others } = options;
  const { idleTimeout = IDLE_TIMEOUT, timeout = API_TIMEOUT, ...rest } = others;
  const load = () => {
    const config = new KubeConfig();
    config.loadFromString(kubeconfig());
    return config;
  };
  const from = { kubernetes: { load, idleTimeout, timeout } };
  return { ...SCOPE, from, clock: testClock, ...rest };
}

/** Follows such a source. */
export async function followApi(api: KubernetesApi, options: ApiOptions = {}): Promise<RecordedSource> {
  return new RecordedSource(await apiSource(api, options));
}

/** Follows a folder of manifests, with real time. */
export async function followFolder(
  manifests: string,
  options: Partial<SourceOptions> = {},
): Promise<RecordedSource> {
  return new RecordedSource(await openSource({ ...SCOPE, from: { manifests }, ...options }));
}

function eventText(event: ClusterEvent<ObjectId>): string {
  return 'object' in event ? `${event.type} ${event.object.namespace}/${event.object.name}` : event.type;
}
