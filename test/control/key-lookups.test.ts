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

interface PendingLookup {
  readonly namespace: string;
  readonly answer: (secret?: NamespaceSecret) => Promise<void>;
  readonly fail: (failure?: ApiFailure) => Promise<void>;
}

/** Lookups that the test answers. */
class Harness {
  readonly clock = new TestClock();
  /** The lookups in progress, in the order in which they began. */
  readonly asked: PendingLookup[] = [];
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
    const asked: PendingLookup = {
      namespace,
      answer: (secret) => done(() => resolve(secret)),
      fail: (failure = new ApiFailure('server-error', 'get secrets failed: the API server answered 503')) =>
        done(() => reject(failure)),
    };
    this.asked.push(asked);
    return promise;
  }
}

test('a lookup starts in the same turn', async () => {
  const harness = new Harness();
  harness.ask('a', 'b');
  assert.deepEqual(harness.names(), ['a', 'b']);
  await harness.asked[0]?.answer();
  await harness.asked[0]?.answer(aSecret('b', 'x'));
  assert.deepEqual(harness.answers, ['a 1 none', 'b 1 found']);
  assert.deepEqual(harness.lookups.counts, { none: 1, found: 1, failed: 0 });
});

test('at most eight lookups run at a time, and one for each namespace, however often it is requested', async () => {
  const harness = new Harness();
  const many = Array.from({ length: 1_000 }, (_, at) => `n${at}`);
  harness.ask(...many);
  harness.ask(...many);
  let most = 0;
  let all = 0;
  while (harness.asked.length > 0) {
    most = Math.max(most, harness.asked.length);
    all += 1;
    await harness.asked[0]?.answer();
  }
  assert.deepEqual([most, all], [8, 1_000]);
});

test('lookups do not exceed the allowed rate, with a burst after a pause', async () => {
  const harness = new Harness(5);
  const answerAll = async (): Promise<number> => {
    let answered = 0;
    for (; harness.asked.length > 0; answered += 1) await harness.asked[0]?.answer();
    return answered;
  };
  harness.ask(...Array.from({ length: 100 }, (_, at) => `n${at}`));
  const counts = [await answerAll()];
  for (let step = 0; step < 10; step += 1) {
    harness.clock.advance(100);
    counts.push(await answerAll());
  }
  assert.deepEqual(counts, [5, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1]);
  harness.clock.advance(60_000);
  assert.equal(await answerAll(), 5);
});

test('a failed lookup is reported once, repeated with back-off, and the failure ends when an answer arrives', async () => {
  const harness = new Harness();
  harness.ask('a');
  for (const wait of [100, 200, 400, 800]) {
    await harness.asked[0]?.fail();
    harness.clock.advance(wait - 1);
    assert.deepEqual(harness.names(), []);
    harness.clock.advance(1);
    assert.deepEqual(harness.names(), ['a']);
  }
  assert.deepEqual(harness.unanswered, Array(4).fill('a 1'));
  assert.deepEqual(harness.problems, [
    {
      where: 'secrets',
      reason: 'server-error',
      detail:
        'cannot find out whether namespace a has a key: get secrets failed: the API server answered 503',
    },
  ]);
  assert.equal(harness.lookups.failure, 'get secrets failed: the API server answered 503');
  await harness.asked[0]?.answer();
  assert.equal(harness.lookups.failure, undefined);
  harness.ask('b');
  await harness.asked[0]?.fail();
  assert.equal(harness.problems.length, 2);
});

test('a failed lookup is repeated immediately when the API server is known to work', async () => {
  const harness = new Harness();
  harness.ask('a', 'b');
  await harness.asked[0]?.fail();
  harness.lookups.retry();
  assert.deepEqual(harness.names(), ['b', 'a']);
  harness.clock.advance(60_000);
  assert.deepEqual(harness.names(), ['b', 'a'], 'the end of its back-off starts no lookup');
});

test('lookups of new namespaces come before those that failed', async () => {
  const harness = new Harness(4);
  harness.ask('a', 'b', 'c', 'd');
  for (let left = 4; left > 0; left -= 1) await harness.asked[0]?.fail();
  harness.ask('new');
  harness.clock.advance(100);
  assert.deepEqual(harness.names(), []);
  harness.clock.advance(150);
  assert.deepEqual(harness.names(), ['new']);
});

test('a lookup that another source has answered is not made', async () => {
  const harness = new Harness(1);
  harness.ask('a', 'b', 'c');
  harness.overtaken.add('b');
  await harness.asked[0]?.answer();
  harness.clock.advance(1_000);
  assert.deepEqual(harness.names(), ['c']);
});

test('a lookup that is requested again while it runs is repeated after it', async () => {
  const harness = new Harness();
  harness.ask('a');
  harness.lookups.ask([harness.question('a', 2)]);
  assert.deepEqual(harness.names(), ['a']);
  await harness.asked[0]?.answer();
  assert.deepEqual([harness.answers, harness.names()], [['a 1 none'], ['a']]);
  await harness.asked[0]?.answer();
  assert.deepEqual([harness.answers, harness.names()], [['a 1 none', 'a 2 none'], []]);
});

test('the signal ends the lookups, and those that wait are forgotten', async () => {
  const harness = new Harness();
  harness.ask('a', 'b');
  await harness.asked[0]?.fail();
  harness.stop.abort();
  await harness.ended;
  await harness.asked[0]?.answer();
  harness.clock.advance(60_000);
  assert.deepEqual([harness.names(), harness.answers], [[], []]);
});

test('an exception in podway ends the lookups', async () => {
  const harness = new Harness();
  const rejected = assert.rejects(harness.ended, /ours/);
  harness.ask('a');
  await harness.asked[0]?.fail(new TypeError('ours') as unknown as ApiFailure);
  await rejected;
});
