import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import type { RequestListener } from 'node:http';
import { test } from 'node:test';
import { AUTH_RESULTS, type AuthFigures } from '../../src/boundary/auth-figures.ts';
import { AuthCalls } from '../../src/proxy/auth/auth-calls.ts';
import { WorkerCounts } from '../../src/proxy/counts/worker-counts.ts';
import { AuthCounts } from '../../src/proxy/counts/auth-counts.ts';
import { Metrics } from '../../src/telemetry/metrics.ts';
import { AuthServer } from '../fixtures/auth-service.ts';
import { NOTHING_YET } from '../fixtures/control-plane-state.ts';
import { freePort } from '../fixtures/free-ports.ts';
import { samplesOf, textOf } from '../telemetry/exposition.ts';

const NEVER_ANSWERS: RequestListener = () => undefined;
const answers =
  (status: number): RequestListener =>
  (_, response) =>
    response.writeHead(status).end();

interface Asking {
  readonly most?: number;
  readonly timeout?: number;
}

/** A service `sso`, the counts of its worker, and a request whose end the test awaits. */
class Asker {
  readonly counts = new AuthCounts();
  readonly #calls: AuthCalls;

  constructor(url: string, { most = 9, timeout = 20_000 }: Asking = {}) {
    this.#calls = new AuthCalls([{ name: 'sso', url, headers: [], timeout }], most, this.counts);
    // The first counts only announce the service.
    this.counts.take();
  }

  request(service = 'sso'): { readonly leave: () => void; readonly answered: Promise<unknown> } {
    const { promise: answered, resolve } = Promise.withResolvers<unknown>();
    return { leave: this.#calls.ask(service, {}, resolve), answered };
  }

  /** The counts of responses by kind, and the number of durations. */
  take(): (readonly [AuthFigures['answers'], number])[] {
    return this.counts.take().map(({ answers, buckets }) => [answers, buckets.reduce((a, b) => a + b)]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#calls.close();
  }
}

for (const [status, result] of [
  [204, 'passed'],
  [403, 'refused'],
  [500, 'bad-answer'],
] as const)
  test(`a service that answers ${status} counts as ${result}, with its duration`, async () => {
    await using service = await AuthServer.start(answers(status));
    await using asker = new Asker(service.url);
    await asker.request().answered;
    await asker.request().answered;
    assert.deepEqual(asker.take(), [[{ [result]: 2 }, 2]]);
    assert.deepEqual(asker.take(), []);
  });

test('a service that does not answer in time, and a service without a listener, have their own counts', async () => {
  await using service = await AuthServer.start(NEVER_ANSWERS);
  await using slow = new Asker(service.url, { timeout: 20 });
  await slow.request().answered;
  assert.deepEqual(slow.take(), [[{ timeout: 1 }, 1]]);
  await using gone = new Asker(`http://127.0.0.1:${await freePort()}/`);
  await gone.request().answered;
  assert.deepEqual(gone.take(), [[{ unavailable: 1 }, 1]]);
});

test('the results busy and abandoned have no duration, and only configured services have counts', async () => {
  await using service = await AuthServer.start(NEVER_ANSWERS);
  await using asker = new Asker(service.url, { most: 1 });
  const { leave } = asker.request();
  await service.untilRequested(1);
  await asker.request().answered;
  await asker.request('nobody').answered;
  leave();
  leave();
  await turn();
  assert.deepEqual(asker.take(), [[{ busy: 1, abandoned: 1 }, 0]]);
});

test('the metrics have a series for each result from the start, only for services', async () => {
  const metrics = new Metrics('1');
  const read = async () => samplesOf(await textOf(metrics.render(NOTHING_YET)));
  const ofAuth = async () => [...(await read()).keys()].filter((it) => it.startsWith('podway_auth_'));
  const counts = new WorkerCounts();
  metrics.add(counts.takeFigures(0));
  assert.deepEqual(await ofAuth(), []);
  counts.auths.follow('sso');
  metrics.add(counts.takeFigures(0));
  const results = (await ofAuth()).flatMap((it) => /result="([^"]*)"/.exec(it)?.[1] ?? []);
  assert.deepEqual(results, Object.keys(AUTH_RESULTS));
  for (const seconds of [0.004, 0.5]) counts.auths.ended('sso', 'passed', seconds);
  counts.auths.ended('other', 'passed', 0.5);
  metrics.add(counts.takeFigures(0));
  metrics.add(counts.takeFigures(0));
  const samples = await read();
  assert.equal(samples.get('podway_auth_answers_total{result="passed",service="sso"}'), 2);
  assert.equal(samples.get('podway_auth_duration_seconds_bucket{le="0.005",service="sso"}'), 1);
  assert.equal(samples.get('podway_auth_duration_seconds_count{service="sso"}'), 2);
  assert.equal(samples.get('podway_auth_duration_seconds_sum{service="sso"}'), 0.504);
});
