/**
 * Exchanges between ends without HTTP (see exchange-ends.test.ts), under random schedules of clients and pods: an exchange never throws,
 * ends once, makes no call at an end that is over (the fakes refuse that), passes bytes on unchanged, leaves no gauge above 0, and
 * ends by its own deadlines when both ends fall silent.
 *
 * PROPERTY_RUNS=1000000 makes a long run with a new seed; PROPERTY_SEED repeats a run.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { AccessRecord } from '../../src/boundary/access-record.ts';
import type { Reason } from '../../src/boundary/reasons.ts';
import type { RequestHead } from '../../src/http1/request-head.ts';
import { checkAtRest } from '../fixtures/fakes/check-exchange.ts';
import type { FakeClient } from '../fixtures/fakes/fake-client.ts';
import type { FakeTry } from '../fixtures/fakes/fake-pods.ts';
import { type PodSpec, FakeWorker } from '../fixtures/fakes/fake-worker.ts';
import { choices, pick, type Random } from '../http1/random.ts';

const SHORT = 250;
const numRuns = Number(process.env['PROPERTY_RUNS'] ?? SHORT);
const seed = Number(process.env['PROPERTY_SEED'] ?? (numRuns > SHORT ? Date.now() % 1_000_000_000 : 1));

/** One action or event of an end. */
type Event = readonly [name: string, happens: () => void];

const REQUESTS: readonly Partial<RequestHead>[] = [
  {},
  { method: 'POST' },
  { method: 'PUT', framing: 'chunked' },
  { method: 'PUT', framing: 'length', contentLength: 1_000_000 },
  { method: 'POST', framing: 'chunked', expect: 'continue' },
  { upgrade: 'websocket', websocketKeys: 1 },
  { upgrade: 'websocket', websocketKeys: 1 },
];
const PODS: readonly (readonly PodSpec[])[] = [
  [{ pod: 'a' }],
  [{ pod: 'a', secondAddress: 'fd00::1' }, { pod: 'b' }],
  [{ pod: 'a' }, { pod: 'b' }, { pod: 'c', secondAddress: 'fd00::2' }],
  [],
];
const TIMES = [1, 60, 500, 2_000, 5_000];
const SIZES = [0, 1, 10, 10, 300, 9_000, 17_000];
/** A text in which no part occurs twice, up to the lengths that the test uses. */
const TEXT = Array.from({ length: 60_000 }, (_, at) => at.toString(36).padStart(4, '.')).join('');

/** What one side has sent: always the next part of the same text. */
class Source {
  sent = 0;

  next(random: Random): string {
    const from = this.sent;
    this.sent = Math.min(from + pick(SIZES, random), TEXT.length);
    return TEXT.slice(from, this.sent);
  }
}

/** One run: some clients of one worker, and the actions of the clients and of the pods. */
class Schedule {
  readonly worker: FakeWorker;
  readonly #random: Random;
  readonly #waiting: FakeClient[];
  readonly #sources = new Map<FakeClient | FakeTry, Source>();
  readonly #lastSent = new Set<FakeClient>();
  readonly #podsEnded = new Set<FakeTry>();
  readonly events: string[] = [];

  constructor(random: Random) {
    this.#random = random;
    this.worker = new FakeWorker(PODS[random(3)] as readonly PodSpec[], {
      collectRequest: pick([0, 0, 50], random),
      clientMaxBodySize: pick([0, 0, 20_000], random),
      upstreamRetries: random(3),
      proxyBufferSize: pick([0, 30_000], random),
      halfCloseTimeout: pick([0, 60_000], random),
      unknownHost: 'close',
      requestBodyRate: pick([0, 500], random),
      bodyGrace: 3_000,
    });
    this.worker.upstreams.keepsConnections = random(3) === 0;
    this.#waiting = Array.from({ length: 1 + random(3) }, () => {
      const host = random(20) === 0 ? 'other.local' : 't.local';
      return this.worker.client({ ...pick(REQUESTS, random), host });
    });
  }

  run(): void {
    for (let left = 10 + this.#random(50); left > 0; left -= 1) {
      const [name, happens] = pick(this.#possible(), this.#random);
      this.events.push(name);
      happens();
    }
  }

  /** From here on both ends are silent. */
  fallSilent(): void {
    this.events.push('silence');
    for (let left = 40; left > 0; left -= 1) {
      this.worker.advance(5_001);
      for (const client of this.worker.clients) client.reportsClose();
    }
  }

  /** The calls at each end, for a failure's message. */
  notes(): string[] {
    const { clients, upstreams } = this.worker;
    return [...clients, ...upstreams.tries].map(({ calls }) => calls.join(', '));
  }

  begun(): FakeClient[] {
    return this.worker.clients.filter((it) => !this.#waiting.includes(it));
  }

  /** Checks that the forwarded bytes are the sent ones, and that they are complete if the exchange reports that. */
  checkBytes(): void {
    for (const client of this.begun()) {
      const record = this.worker.records.find((it) => it.requestId === client.exchange.requestId);
      const tries = this.worker.upstreams.tries.filter(({ events }) => events === client.exchange);
      for (const { received } of tries) assert.ok(TEXT.startsWith(received), 'the pod got the sent bytes');
      const last = tries.at(-1);
      const { taken } = client.sendQueue;
      if (record?.reason === '' && last?.response === 'whole') {
        assert.equal(taken.length, this.#sourceOf(last).sent, 'the whole response');
        assert.ok(TEXT.startsWith(taken));
      }
      const isOwn = client.calls.some((it) => it.startsWith('answer'));
      if (!isOwn) assert.ok(TEXT.startsWith(taken), 'the client got the sent bytes');
    }
  }

  #sourceOf(side: FakeClient | FakeTry): Source {
    let source = this.#sources.get(side);
    if (source === undefined) this.#sources.set(side, (source = new Source()));
    return source;
  }

  #possible(): Event[] {
    const { worker } = this;
    const random = this.#random;
    const [next] = this.#waiting;
    const events: Event[] = [
      ['time passes', () => worker.advance(pick(TIMES, random))],
      ...this.begun().flatMap((it) => this.#ofClient(it)),
      ...worker.upstreams.tries.flatMap((it) => this.#ofTry(it)),
    ];
    if (next !== undefined) {
      events.push(['begins', () => (this.#waiting.shift() as FakeClient).begins()]);
      // Events before the exchange begins.
      if (next.exchange.body !== undefined && !next.ended) events.push(...this.#sending(next));
    }
    if (random(40) === 0) events.push(['the table changes', () => worker.setPods(pick(PODS, random))]);
    return events;
  }

  #ofClient(client: FakeClient): Event[] {
    const { exchange, closed, ended, isOver, sendQueue } = client;
    if (closed) return [];
    const random = this.#random;
    const events: Event[] = [
      ['client: close', () => client.reportsClose()],
      ['client: takes', () => client.takes(sendQueue.queued >> random(2))],
      ['client: reads or not', () => (sendQueue.reading = !sendQueue.reading)],
    ];
    if (!ended) events.push(...this.#sending(client));
    if (random(6) === 0) events.push(['client: leaves', () => client.disconnects()]);
    if (random(20) === 0) events.push(['client: drain timeout', () => client.reachesDrainTimeout()]);
    if (isOver) return events;
    if (random(6) === 0) events.push(['client: gives way', () => exchange.shed()]);
    if (random(6) === 0 && exchange.body?.done === false && exchange.body.canTake())
      events.push(['client: nonsense', () => client.sendsMalformedChunk()]);
    return events;
  }

  #sending(client: FakeClient): Event[] {
    const random = this.#random;
    const isTunnel = client.exchange.tunnel !== undefined;
    const sends = (last: 'more' | 'last') => (): void => {
      if (last === 'last') this.#lastSent.add(client);
      client.sends(this.#sourceOf(client).next(random), last);
    };
    const events: Event[] = [];
    if (isTunnel || (client.exchange.body !== undefined && !this.#lastSent.has(client))) {
      events.push(['client: sends', sends('more')], ['client: sends', sends('more')]);
      if (!isTunnel) events.push(['client: sends the last', sends('last')]);
    }
    if (random(4) === 0) events.push(['client: ends its side', () => client.halfCloses()]);
    return events;
  }

  #ofTry(pod: FakeTry): Event[] {
    if (pod.tunnel !== undefined) return this.#ofTunnel(pod);
    if (!pod.isLive || pod.response === 'switched') return [];
    if (!pod.connected)
      return [
        ['pod: opens', () => pod.opens()],
        ['pod: opens', () => pod.opens()],
        ['pod: refuses', () => pod.refuses()],
        ['pod: has no port', () => pod.fails('router-exhausted')],
      ];
    const random = this.#random;
    const events: Event[] = [
      ['pod: takes', () => pod.takes(pod.queued >> random(2))],
      ['pod: reads or not', () => (pod.queue.reading = !pod.queue.reading)],
    ];
    if (random(4) === 0)
      events.push(
        ['pod: closes', () => pod.fails('upstream-closed')],
        ['pod: resets', () => pod.fails('upstream-reset')],
        ['pod: nonsense', () => pod.fails('bad-response', 'bad-chunk')],
      );
    return events.concat(pod.response === 'none' ? this.#ofSilent(pod) : this.#ofAnswering(pod));
  }

  #ofSilent(pod: FakeTry): Event[] {
    const random = this.#random;
    const isAsked = pod.outgoing?.upgrade === 'websocket';
    const fields = { upgrade: random(4) === 0 ? 'other' : 'websocket', hasAccept: true };
    const kind = pick(['none', 'length', 'chunked', 'close'] as const, random);
    const events: Event[] = [
      ['pod: interim', () => pod.interim(103)],
      ['pod: responds', () => pod.responds(200, kind)],
    ];
    if (isAsked || random(20) === 0) events.push(['pod: switches', () => pod.switches(fields)]);
    return events;
  }

  #ofAnswering(pod: FakeTry): Event[] {
    if (pod.isHeldBack) return [];
    const text = (): string => this.#sourceOf(pod).next(this.#random);
    return [
      ['pod: sends', () => pod.sends(text())],
      ['pod: sends', () => pod.sends(text())],
      ['pod: sends the last', () => pod.sends(text(), '')],
    ];
  }

  #ofTunnel(pod: FakeTry): Event[] {
    const random = this.#random;
    const events: Event[] = [
      ['pod: takes', () => pod.takes(pod.queued >> random(2))],
      ['pod: reads or not', () => (pod.queue.reading = !pod.queue.reading)],
    ];
    if (!this.#podsEnded.has(pod)) {
      if (!pod.isHeldBack) events.push(['pod: sends', () => pod.sends(this.#sourceOf(pod).next(random))]);
      if (!pod.isHeldBack && random(4) === 0)
        events.push([
          'pod: ends its side',
          () => {
            this.#podsEnded.add(pod);
            pod.halfCloses();
          },
        ]);
    }
    if (random(6) === 0)
      events.push(['pod: is gone', () => pod.closes(random(2) === 0 ? 'in order' : 'failed')]);
    return events;
  }
}

/** The reasons that must occur, so that the schedules reach every end of an exchange. */
const EXPECTED: readonly (Reason | '')[] = [
  '',
  'unknown-host',
  'no-ready-pod',
  'client-left',
  'client-stalled',
  'drain-timeout',
  'overload-memory',
  'body-cut',
  'bad-chunk',
  'body-too-large',
  'body-too-slow',
  'request-timeout',
  'connect-refused',
  'connect-timeout',
  'router-exhausted',
  'response-timeout',
  'upstream-closed',
  'upstream-reset',
  'upstream-stalled',
  'bad-response',
  'bad-upgrade-response',
  'tunnel-idle',
];

test('under any schedule of both ends an exchange ends once and leaves no gauge above 0', () => {
  const seen = new Set<string>();
  const note = ({ reason }: AccessRecord): void => void seen.add(reason);
  fc.assert(
    fc.property(choices, (random) => {
      const schedule = new Schedule(random);
      const { worker } = schedule;
      try {
        schedule.run();
        schedule.fallSilent();
        const clients = schedule.begun();
        for (const client of clients) assert.equal(client.exchange.stage, 'over', client.calls.join(', '));
        checkAtRest(worker);
        // A record may wait for the last bytes of a response until the connection ends.
        for (const client of clients) client.disconnects();
        assert.equal(worker.records.length, clients.length, 'one record for each');
        checkAtRest(worker);
        schedule.checkBytes();
        worker.records.forEach(note);
      } catch (error) {
        throw new Error([schedule.events.join('; '), ...schedule.notes()].join('\n'), { cause: error });
      }
    }),
    { numRuns, seed },
  );
  assert.deepEqual(
    EXPECTED.filter((it) => !seen.has(it)),
    [],
    'the generator is out of date',
  );
});
