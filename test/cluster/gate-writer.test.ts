/** Conditions of pods that are set at an API server, and the result for conditions that cannot be set. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KubeConfig } from '../../src/cluster/api/kubeconfig/client-node.ts';
import type { GateChange } from '../../src/cluster/gates/gate-change.ts';
import type { GateWriter } from '../../src/cluster/gates/gate-writer.ts';
import { openGates } from '../../src/cluster/gates/open-gates.ts';
import type { SourceProblem } from '../../src/cluster/source.ts';
import { KubernetesApi } from '../fixtures/kubernetes-api.ts';
import type { LoggedRequest } from '../fixtures/kubernetes-api/request-log.ts';
import { podManifest } from '../fixtures/manifest.ts';
import { TestClock } from './test-clock.ts';

const GATE = 'podway.dev/routable';
const POD = podManifest({ name: 'web', namespace: 'shop', hosts: 't.local', paths: '/', port: 80 });
const patched = ({ verb }: LoggedRequest): boolean => verb === 'patch';

/** A writer that writes to the stand-in; pauses take no time. */
class Writing {
  readonly writer: GateWriter;
  readonly problems: SourceProblem[] = [];
  /** Changes that the cluster does not show yet. */
  isStillNeeded: (change: GateChange) => boolean = () => true;
  readonly #stop = new AbortController();
  readonly #ended: Promise<void>;

  constructor(api: KubernetesApi) {
    const load = () => {
      const config = new KubeConfig();
      config.loadFromString(api.kubeconfig());
      return config;
    };
    const clock = new TestClock();
    this.writer = openGates({ namespace: undefined, perSecond: 1_000, timeout: 10_000, load, clock });
    this.#ended = this.writer.run(
      (change) => this.isStillNeeded(change),
      (problem) => this.problems.push(problem),
      this.#stop.signal,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#ended;
  }
}

function change(uid: string = POD.metadata.uid, name = 'web'): GateChange {
  const pod = { namespace: 'shop', name, uid };
  return { pod, condition: { type: GATE, status: 'True', reason: 'Routed', message: 'm' } };
}

async function conditions(api: KubernetesApi): Promise<unknown[]> {
  const answer = await fetch(`${api.url}/api/v1/namespaces/shop/pods/web`);
  const { status } = (await answer.json()) as { status: { conditions: { type: string; status: string }[] } };
  return status.conditions.map((it) => [it.type, it.status]);
}

test('the condition is added to the others', async () => {
  await using api = await KubernetesApi.start();
  api.apply(POD);
  await using writing = new Writing(api);
  writing.writer.request(change());
  const [request] = await api.untilRequested(patched);
  assert.deepEqual(
    [request?.path, request?.headers['content-type']],
    ['/api/v1/namespaces/shop/pods/web/status', ['application/strategic-merge-patch+json']],
  );
  while (writing.writer.counts.written === 0) await new Promise(setImmediate);
  assert.deepEqual(await conditions(api), [
    ['Ready', 'True'],
    [GATE, 'True'],
  ]);
});

test('a new pod of the same name does not get the condition of the earlier one (RG-03)', async () => {
  await using api = await KubernetesApi.start();
  api.apply(POD);
  const writing = new Writing(api);
  let asked = 0;
  // The watch delivers the change after the second attempt.
  writing.isStillNeeded = () => (asked += 1) <= 2;
  writing.writer.request(change('of-another'));
  while (asked <= 2) await new Promise(setImmediate);
  await writing[Symbol.asyncDispose]();
  assert.deepEqual(await conditions(api), [['Ready', 'True']]);
  assert.deepEqual([writing.writer.counts, writing.problems], [{ written: 0, failed: 0 }, []]);
});

test('a deleted pod is not a failure', async () => {
  await using api = await KubernetesApi.start();
  const writing = new Writing(api);
  writing.writer.request(change());
  await api.untilRequested(patched);
  await writing[Symbol.asyncDispose]();
  assert.deepEqual([writing.writer.counts.failed, writing.problems], [0, []]);
});

test('the change of a pod that other writers change repeatedly meanwhile is requested once more', async () => {
  await using api = await KubernetesApi.start();
  api.apply(POD);
  api.injectFault({ verb: 'patch', times: 2 }, { kind: 'status', code: 409 });
  await using writing = new Writing(api);
  writing.writer.request(change());
  while (writing.writer.counts.written === 0) await new Promise(setImmediate);
  assert.deepEqual([writing.writer.counts, writing.problems], [{ written: 1, failed: 0 }, []]);
  assert.equal(api.requests.filter(patched).length, 3);
});

test('a request to an API server that fails is repeated, and reported once', async () => {
  await using api = await KubernetesApi.start();
  api.apply(POD);
  api.injectFault({ verb: 'patch', times: 3 }, { kind: 'status', code: 500 });
  await using writing = new Writing(api);
  writing.writer.request(change());
  while (writing.writer.counts.written === 0) await new Promise(setImmediate);
  assert.equal(writing.writer.counts.failed, 3);
  assert.deepEqual(
    writing.problems.map(({ where, reason }) => [where, reason]),
    [['readiness gates', 'server-error']],
  );
});

test('conditions of many pods share connections, and a new one is opened after a failure', async () => {
  await using api = await KubernetesApi.start();
  api.apply(POD);
  await using writing = new Writing(api);
  const write = async (count: number) => {
    for (let at = 0; at < count; at += 1)
      writing.writer.request(change(undefined, at === 0 ? 'web' : `web-${at}`));
    await api.untilRequested(patched, count);
  };
  await write(100);
  const { acceptedConnections } = api;
  assert.ok(acceptedConnections <= 4, `${acceptedConnections} connections`);
  api.injectFault({ verb: 'patch', times: 1 }, { kind: 'status', code: 401 });
  writing.writer.request(change());
  await api.untilRequested(patched, 102);
  assert.ok(api.acceptedConnections > acceptedConnections);
});

test('a change that another replica has made meanwhile is not repeated', async () => {
  await using api = await KubernetesApi.start();
  api.apply(POD);
  await using writing = new Writing(api);
  const asked = new Promise<void>((resolve) => {
    writing.isStillNeeded = () => {
      resolve();
      return false;
    };
  });
  writing.writer.request(change());
  await asked;
  assert.deepEqual(api.requests.filter(patched), []);
});
