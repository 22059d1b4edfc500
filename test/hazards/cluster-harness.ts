import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mock } from 'node:test';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { KubeConfig } from '../../src/cluster/api/kubeconfig/client-node.ts';
import { openEvents } from '../../src/cluster/events/open-events.ts';
import { API_TIMEOUT, apiSource } from '../cluster/recorded-source.ts';
import { TestClock } from '../cluster/test-clock.ts';
import { KubernetesApi, type KubernetesApiOptions } from '../fixtures/kubernetes-api.ts';
import type { ApiObject } from '../fixtures/kubernetes-api/store.ts';
import { ok, Origin, type OriginRequest } from '../fixtures/origin.ts';
import type { RawClient } from '../fixtures/raw-client.ts';
import { Scene } from '../fixtures/scene.ts';
import { echo, switching } from '../fixtures/websocket.ts';
import { EVENT_TIMEOUT } from '../fixtures/with-timeout.ts';
import { addressOf, objectOf, playerOf, PORT, type ObjectSpec } from './cluster-objects.ts';
import { ClusterRouter } from './cluster-router.ts';

export interface ClusterHarnessOptions extends KubernetesApiOptions {
  /** Milliseconds of real time after which podway ends a request to a silent API server. */
  readonly timeout?: number;
  /** Whether podway reports rejections as Events. */
  readonly events?: true;
}

/** An API server, the pods of its objects as recording origins, a router that follows it, and a client. */
export class ClusterHarness {
  readonly api: KubernetesApi;
  /** Back-off takes no time and is recorded; alarms fire when a row lets time pass. */
  readonly clock = new TestClock();
  readonly origins = new Map<string, Origin>();
  /** Requests and tunnels that a pod has begun to answer, and that are not complete. */
  readonly pendingAnswers: { readonly client: RawClient; readonly tunnel: boolean }[] = [];
  readonly #options: ClusterHarnessOptions;
  readonly #addresses = new Map<string, string>();
  readonly #tokenFile = join(tmpdir(), `podway-harness-${randomUUID()}`);
  readonly #release = Promise.withResolvers<void>();
  #scene: Scene<ClusterRouter> | undefined;
  #client: RawClient | undefined;

  private constructor(api: KubernetesApi, options: ClusterHarnessOptions) {
    this.api = api;
    this.#options = options;
  }

  static async start(options: ClusterHarnessOptions): Promise<ClusterHarness> {
    return new ClusterHarness(await KubernetesApi.start(options), options);
  }

  /** Podway starts. */
  async startRouter(): Promise<void> {
    const { api, clock } = this;
    const { token, timeout = API_TIMEOUT, events } = this.#options;
    if (token !== undefined) await this.rotate(token);
    const tokenFile = { 'auth-provider': { name: 'tokenFile', config: { tokenFile: this.#tokenFile } } };
    const kubeconfig = () => api.kubeconfig(token === undefined ? {} : tokenFile);
    const load = () => {
      const config = new KubeConfig();
      config.loadFromString(kubeconfig());
      return config;
    };
    const source = await apiSource(api, { testClock: clock, kubeconfig, timeout });
    const pace = { namespace: undefined, perSecond: 1000, longestQueue: 1000, timeout };
    const writer = events && openEvents({ ...pace, load, clock: new TestClock() });
    this.#scene = new Scene(await ClusterRouter.start(source, writer), this.origins);
  }

  get scene(): Scene<ClusterRouter> {
    assert.ok(this.#scene, 'podway has started');
    return this.#scene;
  }

  get router(): ClusterRouter {
    return this.scene.router;
  }

  /** The client of all requests, with one connection while podway keeps it. */
  async client(): Promise<RawClient> {
    if (this.#client === undefined || this.#client.reader.ending !== undefined) {
      this.#client = await this.scene.client();
    }
    return this.#client;
  }

  async apply(spec: ObjectSpec): Promise<ApiObject> {
    await this.startPod(spec);
    return this.api.apply(this.object(spec));
  }

  async rotate(token: string): Promise<void> {
    await writeFile(this.#tokenFile, token);
    this.api.token = token;
  }

  object(spec: ObjectSpec) {
    return objectOf(spec, this.#addresses);
  }

  /** Lets responses to `/held` and echoes of tunnels continue. */
  release(): void {
    this.#release.resolve();
  }

  /** Resolves when `condition` is true, checked in the first turns of the event loop and then every millisecond; fails with the result of `state`. */
  async until(condition: () => boolean, state: () => string): Promise<void> {
    const deadline = performance.now() + EVENT_TIMEOUT;
    for (let turns = 0; !condition(); turns += 1) {
      if (performance.now() > deadline) assert.fail(`timed out: ${state()}`);
      await (turns < 20 ? turn() : sleep(1));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.release();
    mock.restoreAll();
    await rm(this.#tokenFile, { force: true });
    await this.api.down();
    try {
      if (this.#scene !== undefined) await this.#scene[Symbol.asyncDispose]();
      else for (const origin of this.origins.values()) await origin.close();
    } finally {
      await this.api[Symbol.asyncDispose]();
    }
  }

  /** Creates the origin of a pod when the pod is first mentioned. */
  async startPod(spec: ObjectSpec): Promise<void> {
    const name = playerOf(spec);
    if (name === undefined || this.origins.has(name)) return;
    const host = addressOf(name, this.origins.size);
    this.#addresses.set(name, host);
    const origin = await Origin.start(name, undefined, { host, port: PORT });
    const introduce = origin.answer;
    assert.ok(typeof introduce === 'function');
    origin.answer = (request) => this.#answer(request, introduce);
    this.origins.set(name, origin);
  }

  async #answer(request: OriginRequest, introduce: (request: OriginRequest) => unknown): Promise<void> {
    const { socket } = request.connection;
    if (request.value('upgrade') !== undefined) {
      socket.write(switching());
      await echo(request);
    } else if (request.target === '/held') {
      const [before, after] = HALVES;
      socket.write(before);
      await this.#release.promise;
      socket.write(after);
    } else await introduce(request);
  }
}

const HELD = ok('abcdef');
/** The response to `/held`, in two parts that are split within its body. */
export const HALVES = [HELD.slice(0, -3), HELD.slice(-3)] as const;
