import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KubeConfig } from '../../src/cluster/api/kubeconfig/client-node.ts';
import type { EventWriter } from '../../src/cluster/events/event-writer.ts';
import { openEvents } from '../../src/cluster/events/open-events.ts';
import type { SourceProblem } from '../../src/cluster/source.ts';
import type { Rejection } from '../../src/wiring/rejection.ts';
import { KubernetesApi } from '../fixtures/kubernetes-api.ts';
import type { LoggedRequest } from '../fixtures/kubernetes-api/request-log.ts';
import { TestClock } from './test-clock.ts';

const REJECTION: Rejection = {
  object: { kind: 'Pod', uid: 'uid-1', namespace: 'shop', name: 'web-0' },
  reason: 'port-not-declared',
  detail: '8080:/',
};

/** A writer that writes to the stand-in; pauses take no time and are recorded. */
class Writing {
  readonly writer: EventWriter;
  readonly problems: SourceProblem[] = [];
  readonly clock = new TestClock();
  readonly #stop = new AbortController();
  readonly #ended: Promise<void>;

  constructor(
    api: KubernetesApi,
    options: { namespace?: string; longestQueue?: number; timeout?: number } = {},
  ) {
    const load = () => {
      const config = new KubeConfig();
      config.loadFromString(api.kubeconfig());
      return config;
    };
    const { namespace, longestQueue = 100, timeout = 10_000 } = options;
    const { clock } = this;
    this.writer = openEvents({ namespace, perSecond: 4, longestQueue, timeout, load, clock });
    this.#ended = this.writer.run((problem) => this.problems.push(problem), this.#stop.signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#ended;
  }
}

const posted = ({ method, path }: LoggedRequest): boolean => method === 'POST' && path.endsWith('/events');

function rejected(name: string, namespace = 'shop'): Rejection {
  return { ...REJECTION, object: { ...REJECTION.object, uid: `uid-${name}`, namespace, name } };
}

interface KeptEvent {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly firstTimestamp: string;
  readonly involvedObject: { readonly name: string };
}

async function kept(api: KubernetesApi): Promise<KeptEvent[]> {
  const answer = await fetch(`${api.url}/api/v1/events`);
  return ((await answer.json()) as { items: KeptEvent[] }).items;
}

/** Resolves when the server has this many Events. */
async function untilKept(api: KubernetesApi, count: number): Promise<KeptEvent[]> {
  for (let tries = 1; ; tries += 1) {
    const events = await kept(api);
    if (events.length >= count) return events;
    await api.untilRequested(posted, tries);
  }
}

test('a rejection becomes an Event of its pod with the reason and the fix', async () => {
  await using api = await KubernetesApi.start();
  await using writing = new Writing(api);
  writing.writer.report([REJECTION]);
  const [event] = await untilKept(api, 1);
  assert.ok(event);
  const { metadata, firstTimestamp, ...rest } = event;
  assert.match(metadata.name, /^web-0\.[0-9a-f]{16}$/);
  assert.equal(metadata.namespace, 'shop');
  assert.match(firstTimestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  assert.deepEqual(rest, {
    involvedObject: { apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name: 'web-0', uid: 'uid-1' },
    type: 'Warning',
    reason: 'PortNotDeclared',
    message: '8080:/: refused (port-not-declared); expected a TCP containerPort that the pod declares',
    source: { component: 'podway' },
    reportingComponent: 'podway',
    reportingInstance: 'podway',
    lastTimestamp: firstTimestamp,
    count: 1,
  });
});

test('replicas write one Event for the same rejection, and report no problem', async () => {
  await using api = await KubernetesApi.start();
  await using first = new Writing(api);
  await using second = new Writing(api);
  for (const { writer } of [first, second]) writer.report([REJECTION, rejected('web-1')]);
  await api.untilRequested(posted, 4);
  assert.equal((await untilKept(api, 2)).length, 2);
  assert.deepEqual([...first.problems, ...second.problems], []);
});

for (const [namespace, role] of [
  [undefined, 'a ClusterRole bound cluster-wide'],
  ['shop', 'a Role in namespace shop'],
] as const) {
  test(`a 403 is reported once with the permission to grant, and only these Events are lost: ${role}`, async () => {
    await using api = await KubernetesApi.start({ rules: [{ verbs: ['list'], resources: ['events'] }] });
    await using writing = new Writing(api, { ...(namespace !== undefined && { namespace }) });
    writing.writer.report([REJECTION, rejected('web-1'), rejected('web-2')]);
    await api.untilRequested(posted, 3);
    api.rules = undefined;
    writing.writer.report([rejected('web-3')]);
    assert.deepEqual(
      (await untilKept(api, 1)).map(({ involvedObject }) => involvedObject.name),
      ['web-3'],
    );
    const [problem, ...more] = writing.problems;
    assert.deepEqual(more, []);
    assert.deepEqual([problem?.where, problem?.reason], ['events', 'forbidden']);
    const advice = `grant apiGroups [""], resources ["events"], verbs ["create"] in ${role}, or set EVENTS=false. `;
    const detail = problem?.detail ?? '';
    assert.ok(detail.startsWith(`${advice}create events failed: the API server answered 403: `), detail);
    assert.equal(writing.writer.counts.failed, 3);
  });
}

test('after an outage or from a busy server Events are retried with back-off, and each is reported once', async () => {
  await using api = await KubernetesApi.start();
  api.injectFault({ resource: 'events', verb: 'create', times: 3 }, { kind: 'refuse' });
  api.injectFault({ resource: 'events', verb: 'create', times: 2 }, { kind: 'status', code: 503 });
  await using writing = new Writing(api);
  writing.writer.report([REJECTION]);
  await untilKept(api, 1);
  assert.deepEqual(
    writing.problems.map(({ reason }) => reason),
    ['unreachable', 'server-error'],
  );
  assert.deepEqual(writing.clock.backoffs.slice(0, 5), [100, 200, 400, 800, 1600]);
});

test('Events are written at the allowed rate; Events that exceed the queue are dropped and counted', async () => {
  await using api = await KubernetesApi.start();
  await using writing = new Writing(api, { longestQueue: 10 });
  writing.writer.report(Array.from({ length: 25 }, (_, index) => rejected(`web-${index}`)));
  assert.equal((await untilKept(api, 10)).length, 10);
  assert.equal(writing.writer.counts.dropped, 15);
  assert.ok(writing.clock.backoffs.length >= 9);
  assert.deepEqual(new Set(writing.clock.backoffs), new Set([250]));
});

test('an Event with the longest names and any texts is accepted by the server', async () => {
  await using api = await KubernetesApi.start();
  await using writing = new Writing(api);
  const detail = '\u0000\u202e"\\\n💥'.repeat(100);
  writing.writer.report([{ ...rejected('n'.repeat(253)), detail }]);
  const [event] = (await untilKept(api, 1)) as (KeptEvent & { message: string })[];
  assert.equal(event?.metadata.name.length, 253);
  assert.match(event?.message ?? '', /^[\x20-\x7e]{1,1024}$/);
});

test('an Event that the server reads and never answers is written again', async () => {
  await using api = await KubernetesApi.start();
  api.injectFault({ resource: 'events', verb: 'create' }, { kind: 'stall' });
  await using writing = new Writing(api, { timeout: 200 });
  writing.writer.report([REJECTION]);
  await untilKept(api, 1);
  assert.deepEqual(
    writing.problems.map(({ reason }) => reason),
    ['silent'],
  );
});
