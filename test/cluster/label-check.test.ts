import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '../../src/cluster/clock.ts';
import { ApiServer } from '../../src/cluster/api/api-server.ts';
import { checkLabels } from '../../src/cluster/label-check.ts';
import { openSource } from '../../src/cluster/open-source.ts';
import type { SourceScope } from '../../src/cluster/scope.ts';
import type { SourceProblem } from '../../src/cluster/source.ts';
import type { UnselectedPod } from '../../src/wiring/pod.ts';
import { withTimeout } from '../fixtures/with-timeout.ts';
import { KubernetesApi } from '../fixtures/kubernetes-api.ts';
import { podManifest } from '../fixtures/manifest.ts';
import { API_TIMEOUT, apiOptions, SCOPE } from './recorded-source.ts';

const INTERVAL = 600_000;

/** A clock whose long pauses end when a test calls `resume`, and whose pauses between pages end immediately. */
class PausingClock implements Clock {
  /** Milliseconds of every pause, in order. */
  readonly pauses: number[] = [];
  #paused = Promise.withResolvers<() => void>();

  async sleep(ms: number, signal: AbortSignal): Promise<void> {
    this.pauses.push(ms);
    if (ms < 1_000) return turn();
    const { promise, resolve } = Promise.withResolvers<void>();
    signal.addEventListener('abort', () => resolve());
    this.#paused.resolve(resolve);
    return promise;
  }

  now(): number {
    return 0;
  }

  wallTime(): number {
    return 0;
  }

  random(): number {
    return 0;
  }

  alarm(): () => void {
    return () => undefined;
  }

  /** Waits for a long pause and ends it. */
  async resume(): Promise<void> {
    const end = await this.pause();
    this.#paused = Promise.withResolvers();
    end();
  }

  pause(): Promise<() => void> {
    return withTimeout(this.#paused.promise, 'there is no pause');
  }
}

/** A check that runs, with the pods and problems that it has reported. */
class Check {
  readonly found: (readonly UnselectedPod[])[] = [];
  readonly problems: SourceProblem[] = [];
  readonly clock = new PausingClock();
  readonly ended: Promise<void>;
  readonly #stop = new AbortController();

  constructor(api: ApiServer, scope: SourceScope, listed: Promise<void>) {
    const handlers = {
      unselected: (pods: readonly UnselectedPod[]) => this.found.push(pods),
      problem: (problem: SourceProblem) => this.problems.push(problem),
    };
    const options = { api, scope, interval: INTERVAL, clock: this.clock, listed, handlers };
    this.ended = checkLabels(options, this.#stop.signal);
  }

  static async start(
    api: KubernetesApi,
    scope: Partial<SourceScope> = {},
    listed: Promise<void> = Promise.resolve(),
  ): Promise<Check> {
    const { from } = await apiOptions(api);
    assert.ok('kubernetes' in from);
    const server = new ApiServer({ load: from.kubernetes.load, timeout: API_TIMEOUT });
    return new Check(server, { ...SCOPE, ...scope }, listed);
  }

  /** Lets the check run once more; the pods that it reported last. */
  async runCheck(): Promise<string[]> {
    await this.clock.resume();
    await this.clock.pause();
    return (this.found.at(-1) ?? []).map((it) => `${it.namespace}/${it.name} ${it.unselected}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await withTimeout(this.ended, 'the check does not end');
  }
}

interface PodText {
  readonly namespace?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly phase?: string;
  readonly deletionTimestamp?: string;
}

function pod(name: string, labels: Readonly<Record<string, string>>, made: PodText = {}) {
  const { namespace = 'default', phase = 'Running', ...others } = made;
  const whole = podManifest({ name, namespace, hosts: 't.local', paths: '/', port: 80 });
  const metadata = { ...whole.metadata, labels, ...others };
  return { ...whole, metadata, status: { ...whole.status, phase } };
}

test('pods with routing annotations and a label that is misspelt or absent are found, others are not', async () => {
  await using api = await KubernetesApi.start();
  api.apply(pod('value', { routable: 'True' }));
  api.apply(pod('key', { routeable: 'true' }, { namespace: 'shop' }));
  api.apply(pod('none', { app: 'web' }));
  api.apply(pod('routed', { routable: 'true' }));
  api.apply(pod('switched-off', { routable: 'false' }));
  api.apply(pod('foreign', {}, { annotations: { checksum: 'x' } }));
  api.apply(pod('blank', {}, { annotations: { routingHosts: '', routingPaths: '' } }));
  api.apply(pod('finished', {}, { phase: 'Succeeded' }));
  api.apply(pod('ending', {}, { deletionTimestamp: '2026-01-01T00:00:00Z' }));
  await using check = await Check.start(api);
  const expected = [
    'default/none no label routable: "true"',
    'default/value routable: True (did you mean routable: "true"?)',
    'shop/key routeable: true (did you mean routable: "true"?)',
  ];
  assert.deepEqual((await check.runCheck()).toSorted(), expected);
  const [request, ...others] = api.requests;
  assert.deepEqual(others, [], 'one request, and no watch');
  assert.equal(request?.path, '/api/v1/pods');
  assert.deepEqual(Object.fromEntries(request.query), {
    labelSelector: 'routable!=true',
    fieldSelector: 'status.phase!=Succeeded,status.phase!=Failed',
    limit: '500',
  });
  api.apply(pod('value', { routable: 'true' }));
  assert.deepEqual(
    (await check.runCheck()).toSorted(),
    [expected[0], expected[2]],
    'the label was corrected',
  );
  assert.deepEqual(check.problems, []);
  assert.deepEqual(check.clock.pauses, [30_000, INTERVAL, INTERVAL]);
});

test('no request is sent before the first list, or for a selector that cannot leave out pods by mistake', async () => {
  await using api = await KubernetesApi.start();
  api.apply(pod('none', {}));
  const { promise: listed, resolve } = Promise.withResolvers<void>();
  await using check = await Check.start(api, {}, listed);
  await turn();
  assert.deepEqual(check.clock.pauses, []);
  resolve();
  await check.runCheck();
  api.clearRequests();
  for (const labelSelector of ['', '!paused', 'tier!=db']) {
    await using none = await Check.start(api, { labelSelector });
    await none.ended;
  }
  assert.deepEqual(api.requests, []);
});

test('one namespace, and a selector without an opposite selector: podway compares the labels', async () => {
  await using api = await KubernetesApi.start();
  api.apply(pod('mine', { routable: 'true', tier: 'Web' }, { namespace: 'shop' }));
  api.apply(pod('routed', { routable: 'true', tier: 'web' }, { namespace: 'shop' }));
  api.apply(pod('elsewhere', {}, { namespace: 'other' }));
  await using check = await Check.start(api, {
    namespace: 'shop',
    labelSelector: 'routable=true,tier=web',
  });
  assert.deepEqual(await check.runCheck(), ['shop/mine tier: Web (did you mean tier: "web"?)']);
  assert.equal(api.requests[0]?.path, '/api/v1/namespaces/shop/pods');
  assert.equal(api.requests[0].query.has('labelSelector'), false);
});

test('there are pauses between pages, and after a thousand found pods the rest is left out', async () => {
  await using api = await KubernetesApi.start();
  for (let i = 0; i < 1201; i++) api.apply(pod(`pod-${i}`, {}, { annotations: {} }));
  await using check = await Check.start(api);
  assert.deepEqual(await check.runCheck(), []);
  assert.equal(api.requests.length, 3);
  assert.deepEqual(check.clock.pauses, [30_000, 100, 100, INTERVAL]);
  for (let i = 0; i < 1201; i++) api.apply(pod(`pod-${i}`, {}));
  assert.equal((await check.runCheck()).length, 1_000);
  assert.equal(api.requests.length, 5);
});

test('a 403 is reported once, with the permission to grant or the setting to change; found pods stay; the check works when the permission is granted', async () => {
  await using api = await KubernetesApi.start();
  api.apply(pod('none', {}));
  await using check = await Check.start(api);
  assert.deepEqual(await check.runCheck(), ['default/none no label routable: "true"']);
  api.rules = [];
  for (let round = 0; round < 3; round++) await check.runCheck();
  assert.equal(check.found.length, 1);
  assert.equal(check.problems.length, 1);
  const [problem] = check.problems;
  assert.equal(problem?.where, 'unselected pods');
  assert.equal(problem.reason, 'forbidden');
  assert.match(
    problem.detail,
    /^grant apiGroups \[""\], resources \["pods"\], verbs \["list"\] in a ClusterRole bound cluster-wide, or set LABEL_CHECK_INTERVAL=0\. /,
  );
  api.rules = undefined;
  await check.runCheck();
  assert.equal(check.found.length, 2);
  api.rules = [];
  await check.runCheck();
  assert.equal(check.problems.length, 2, 'forbidden again');
});

test('the check does not report a server that is away, since the watch reports it', async () => {
  await using api = await KubernetesApi.start();
  await using check = await Check.start(api);
  await api.down();
  await check.runCheck();
  assert.deepEqual(check.problems, []);
  await api.up();
  api.apply(pod('none', {}));
  assert.deepEqual(await check.runCheck(), ['default/none no label routable: "true"']);
});

for (const secrets of ['followed', 'ignored'] as const) {
  test(`a source whose Secrets are ${secrets} checks labels at the interval that it is opened with`, async () => {
    await using api = await KubernetesApi.start();
    api.apply(pod('none', {}));
    api.apply(pod('routed', { routable: 'true' }));
    const clock = new PausingClock();
    const options = await apiOptions(api);
    assert.ok('kubernetes' in options.from);
    const from = { kubernetes: { ...options.from.kubernetes, labelCheck: 5_000 } };
    const source = await openSource({ ...options, from, clock, secrets });
    const stop = new AbortController();
    const { promise: found, resolve } = Promise.withResolvers<readonly UnselectedPod[]>();
    const handlers = { changed: () => undefined, state: () => undefined, problem: () => undefined };
    const ended = source.run({ ...handlers, unselected: resolve }, stop.signal);
    await clock.resume();
    assert.deepEqual(
      (await withTimeout(found, 'no pod was found')).map(({ name }) => name),
      ['none'],
    );
    assert.deepEqual(clock.pauses.slice(0, 1), [5_000]);
    stop.abort();
    await withTimeout(ended, 'the source does not end');
  });
}
