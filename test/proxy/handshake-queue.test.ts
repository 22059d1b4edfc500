import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turnEnds } from 'node:timers/promises';
import type { HandshakeFailure } from '../../src/boundary/handshakes.ts';
import { Place } from '../../src/proxy/downstream/connection-queue.ts';
import { HandshakeQueue, type Queued } from '../../src/proxy/downstream/tls/handshake-queue.ts';

const clock = { now: 0 };

class Client implements Queued {
  readonly queuePlace: Place<Queued> = new Place<Queued>(this);
  readonly clientPlace: Place<Queued> = new Place<Queued>(this);
  readonly network: string | undefined;
  readonly #queue: HandshakeQueue;
  startedAt = 0;
  state: 'waiting' | 'begun' | HandshakeFailure = 'waiting';

  constructor(queue: HandshakeQueue, network: string | undefined) {
    this.#queue = queue;
    this.network = network;
  }

  start(): void {
    this.startedAt = clock.now;
    this.state = 'begun';
  }

  shed(reason: HandshakeFailure): void {
    this.state = reason;
    this.leave();
  }

  leave(): void {
    this.#queue.leave(this);
  }
}

/** One client may use three quarters of the handshakes. */
const queueOf = (limit: number): HandshakeQueue => new HandshakeQueue(clock, { limit, share: 75 });

/** Handshakes that begin at the same time, by default of many clients behind a trusted proxy. */
function arrive(queue: HandshakeQueue, count: number, network?: string): Client[] {
  const clients = Array.from({ length: count }, () => new Client(queue, network));
  for (const client of clients) queue.join(client);
  return clients;
}

const inState = (clients: readonly Client[], state: Client['state']): number =>
  clients.filter((client) => client.state === state).length;

test('only a few handshakes begin in a turn of the event loop, in their order', async () => {
  const clients = arrive(queueOf(100), 10);
  assert.equal(inState(clients, 'begun'), 0);
  for (const begun of [4, 8, 10]) {
    await turnEnds();
    assert.equal(inState(clients.slice(0, begun), 'begun'), begun);
    assert.equal(inState(clients, 'begun'), begun);
  }
});

test('a client that left the queue is not started', async () => {
  const queue = queueOf(100);
  const [first, second] = arrive(queue, 2);
  first?.leave();
  await turnEnds();
  assert.deepEqual([first?.state, second?.state], ['waiting', 'begun']);
  assert.equal(queue.size, 1);
});

test('above the limit new connections are refused if no earlier client is slow', async () => {
  const queue = queueOf(4);
  const clients = arrive(queue, 6);
  assert.equal(inState(clients.slice(4), 'overload'), 2);
  await turnEnds();
  clock.now += 999;
  assert.deepEqual(
    arrive(queue, 1).map(({ state }) => state),
    ['overload'],
  );
});

test('above the limit the connection whose client has been slow for longest is closed', async () => {
  const queue = queueOf(4);
  const clients = arrive(queue, 4);
  await turnEnds();
  clock.now += 1_000;
  const [last] = arrive(queue, 1);
  assert.deepEqual(
    clients.map(({ state }) => state),
    ['overload', 'begun', 'begun', 'begun'],
  );
  await turnEnds();
  assert.equal(last?.state, 'begun');
  assert.equal(queue.size, 4);
});

test('a client with its share of the handshakes loses one of its own for a new one, if that has been slow', async () => {
  const queue = queueOf(4);
  const others = arrive(queue, 1, '192.0.2.1');
  const own = arrive(queue, 3, '192.0.2.2');
  const states = (clients: readonly Client[]) => clients.map(({ state }) => state);
  assert.deepEqual(states(arrive(queue, 1, '192.0.2.2')), ['overload-client']);
  await turnEnds();
  clock.now += 999;
  assert.deepEqual(states(arrive(queue, 1, '192.0.2.2')), ['overload-client']);
  clock.now += 1;
  own.push(...arrive(queue, 1, '192.0.2.2'));
  await turnEnds();
  assert.deepEqual(states(own), ['overload-client', 'begun', 'begun', 'begun']);
  assert.deepEqual(states(others), ['begun']);
});

test('a handshake that waits for podway is not ended for a later one of its client', () => {
  const queue = queueOf(4);
  clock.now += 5_000;
  const own = arrive(queue, 3, '192.0.2.1');
  clock.now += 5_000;
  assert.equal(arrive(queue, 1, '192.0.2.1')[0]?.state, 'overload-client');
  assert.equal(inState(own, 'waiting'), 3);
});

test('a client that has left has its share again', () => {
  const queue = queueOf(4);
  for (let round = 0; round < 3; round += 1) {
    const own = arrive(queue, 4, '192.0.2.1');
    assert.equal(inState(own, 'waiting'), 3);
    for (const client of own) client.leave();
    assert.equal(queue.size, 0);
  }
});
