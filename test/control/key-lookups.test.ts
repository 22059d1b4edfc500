import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { ApiFailure } from '../../src/cluster/api/api-failure.ts';
import type { SourceProblem } from '../../src/cluster/source.ts';
import { KeyLookups } from '../../src/control/key-lookups.ts';
import type { KeyQuestion } from '../../src/inventory/key-questions.ts';
import type { NamespaceSecret } from '../../src/wiring/secret.ts';
import { TestClock } from '../cluster/test-clock.ts';
import { aSecret } from '../wiring/objects.ts';

interface Asked {
  readonly namespace: string;
  readonly answer: (secret?: NamespaceSecret) => Promise<void>;
  readonly fail: (failure?: ApiFailure) => Promise<void>;
}

/** Lookups whose answers are the test's. */
class Rig {
  readonly clock = new TestClock();
  /** Under way, in the order in which they began. */
  readonly asked: Asked[] = [];
  readonly answers: string[] = [];
  readonly unanswered: string[] = [];
  readonly problems: SourceProblem[] = [];
  readonly overtaken = new Set<string>();
  readonly lookups: KeyLookups;
  readonly stop = new AbortController();
  readonly ended: Promise<void>;
  readonly #open = new Map<string, number>();

  constructor(perSecond = 1_000) {
    this.lookups = new KeyLookups({
      find: (namespace) => this.#find(namespace),
      clock: this.clock,
      perSecond,
      isOpen: ({ namespace, number }) =>
        this.#open.get(namespace) === number && !this.overtaken.has(namespace),
      answer: ({ namespace, number }, secret) => {
        if (this.#open.get(namespace) === number) this.#open.delete(namespace);
        this.answers.push(`${namespace} ${number} ${secret === undefined ? 'none' : 'found'}`);
      },
      unanswered: ({ namespace, number }) => this.unanswered.push(`${namespace} ${number}`),
      problem: (problem) => this.problems.push(problem),
    });
    this.ended = this.lookups.run(this.stop.signal);
  }

  ask(...namespaces: readonly string[]): void {
    this.lookups.ask(namespaces.map((it) => this.question(it)));
  }

  question(namespace: string, number = 1): KeyQuestion {
    this.#open.set(namespace, number);
    return { namespace, number };
  }

  names(): string[] {
    return this.asked.map(({ namespace }) => namespace);
  }

  #find(namespace: string): Promise<NamespaceSecret | undefined> {
    const { promise, resolve, reject } = Promise.withResolvers<NamespaceSecret | undefined>();
    const done = async (settle: () => void): Promise<void> => {
      this.asked.splice(this.asked.indexOf(asked), 1);
      settle();
      await turn();
    };
    const asked: Asked = {
      namespace,
      answer: (secret) => done(() => resolve(secret)),
      fail: (failure = new ApiFailure('server-error', 'get secrets was answered 503')) =>
        done(() => reject(failure)),
    };
    this.asked.push(asked);
    return promise;
  }
}

test('asked at once, in the same turn', async () => {
  const rig = new Rig();
  rig.ask('a', 'b');
  assert.deepEqual(rig.names(), ['a', 'b']);
  await rig.asked[0]?.answer();
  await rig.asked[0]?.answer(aSecret('b', 'x'));
  assert.deepEqual(rig.answers, ['a 1 none', 'b 1 found']);
  assert.deepEqual(rig.lookups.counts, { none: 1, found: 1, failed: 0 });
});

test('eight at a time, and one of a namespace, however often it is asked about', async () => {
  const rig = new Rig();
  const many = Array.from({ length: 1_000 }, (_, at) => `n${at}`);
  rig.ask(...many);
  rig.ask(...many);
  let most = 0;
  let all = 0;
  while (rig.asked.length > 0) {
    most = Math.max(most, rig.asked.length);
    all += 1;
    await rig.asked[0]?.answer();
  }
  assert.deepEqual([most, all], [8, 1_000]);
});

test('no more in a second than allowed, and so many at once after a pause', async () => {
  const rig = new Rig(5);
  const answerAll = async (): Promise<number> => {
    let answered = 0;
    for (; rig.asked.length > 0; answered += 1) await rig.asked[0]?.answer();
    return answered;
  };
  rig.ask(...Array.from({ length: 100 }, (_, at) => `n${at}`));
  const counts = [await answerAll()];
  for (let step = 0; step < 10; step += 1) {
    rig.clock.advance(100);
    counts.push(await answerAll());
  }
  assert.deepEqual(counts, [5, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1]);
  rig.clock.advance(60_000);
  assert.equal(await answerAll(), 5);
});

test('a failure is told once, asked again after a while that grows, and over when an answer comes', async () => {
  const rig = new Rig();
  rig.ask('a');
  for (const wait of [100, 200, 400, 800]) {
    await rig.asked[0]?.fail();
    rig.clock.advance(wait - 1);
    assert.deepEqual(rig.names(), []);
    rig.clock.advance(1);
    assert.deepEqual(rig.names(), ['a']);
  }
  assert.deepEqual(rig.unanswered, Array(4).fill('a 1'));
  assert.deepEqual(rig.problems, [
    {
      where: 'secrets',
      reason: 'server-error',
      detail: 'whether namespace a has a key cannot be found out: get secrets was answered 503',
    },
  ]);
  assert.equal(rig.lookups.failure, 'get secrets was answered 503');
  await rig.asked[0]?.answer();
  assert.equal(rig.lookups.failure, undefined);
  rig.ask('b');
  await rig.asked[0]?.fail();
  assert.equal(rig.problems.length, 2);
});

test('whoever failed is asked about at once when the API server is known to be well', async () => {
  const rig = new Rig();
  rig.ask('a', 'b');
  await rig.asked[0]?.fail();
  rig.lookups.retry();
  assert.deepEqual(rig.names(), ['b', 'a']);
  rig.clock.advance(60_000);
  assert.deepEqual(rig.names(), ['b', 'a'], 'its rest is over and begins nothing');
});

test('new namespaces come before those that failed', async () => {
  const rig = new Rig(4);
  rig.ask('a', 'b', 'c', 'd');
  for (let left = 4; left > 0; left -= 1) await rig.asked[0]?.fail();
  rig.ask('new');
  rig.clock.advance(100);
  assert.deepEqual(rig.names(), []);
  rig.clock.advance(150);
  assert.deepEqual(rig.names(), ['new']);
});

test('what something else has answered is not asked', async () => {
  const rig = new Rig(1);
  rig.ask('a', 'b', 'c');
  rig.overtaken.add('b');
  await rig.asked[0]?.answer();
  rig.clock.advance(1_000);
  assert.deepEqual(rig.names(), ['c']);
});

test('a question that is asked anew while an answer is under way is asked again behind it', async () => {
  const rig = new Rig();
  rig.ask('a');
  rig.lookups.ask([rig.question('a', 2)]);
  assert.deepEqual(rig.names(), ['a']);
  await rig.asked[0]?.answer();
  assert.deepEqual([rig.answers, rig.names()], [['a 1 none'], ['a']]);
  await rig.asked[0]?.answer();
  assert.deepEqual([rig.answers, rig.names()], [['a 1 none', 'a 2 none'], []]);
});

test('ends with its signal, and forgets what waits', async () => {
  const rig = new Rig();
  rig.ask('a', 'b');
  await rig.asked[0]?.fail();
  rig.stop.abort();
  await rig.ended;
  await rig.asked[0]?.answer();
  rig.clock.advance(60_000);
  assert.deepEqual([rig.names(), rig.answers], [[], []]);
});

test('a fault of ours ends it', async () => {
  const rig = new Rig();
  const rejected = assert.rejects(rig.ended, /ours/);
  rig.ask('a');
  await rig.asked[0]?.fail(new TypeError('ours') as unknown as ApiFailure);
  await rejected;
});
