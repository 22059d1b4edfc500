import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turnEnds } from 'node:timers/promises';
import { Place } from '../../src/proxy/downstream/connection-queue.ts';
import { HandshakeQueue, type Queued } from '../../src/proxy/downstream/tls/handshake-queue.ts';

const clock = { now: 0 };

class Client implements Queued {
  readonly queuePlace: Place<Queued> = new Place<Queued>(this);
  startedAt = 0;
  state: 'waiting' | 'begun' | 'shed' = 'waiting';

  start(): void {
    this.startedAt = clock.now;
    this.state = 'begun';
  }

  shed(): void {
    this.state = 'shed';
    this.queuePlace.leave();
  }
}

/** Clients that connect at the same time. */
function arrive(queue: HandshakeQueue, count: number): Client[] {
  const clients = Array.from({ length: count }, () => new Client());
  for (const client of clients) queue.join(client);
  return clients;
}

const inState = (clients: readonly Client[], state: Client['state']): number =>
  clients.filter((client) => client.state === state).length;

test('only a few handshakes begin in a turn of the event loop, in their order', async () => {
  const clients = arrive(new HandshakeQueue(clock, 100), 10);
  assert.equal(inState(clients, 'begun'), 0);
  for (const begun of [4, 8, 10]) {
    await turnEnds();
    assert.equal(inState(clients.slice(0, begun), 'begun'), begun);
    assert.equal(inState(clients, 'begun'), begun);
  }
});

test('a client that left the queue is not started', async () => {
  const queue = new HandshakeQueue(clock, 100);
  const [first, second] = arrive(queue, 2);
  first?.queuePlace.leave();
  await turnEnds();
  assert.deepEqual([first?.state, second?.state], ['waiting', 'begun']);
  assert.equal(queue.size, 1);
});

test('above the limit new connections are refused if no earlier client is slow', async () => {
  const queue = new HandshakeQueue(clock, 4);
  const clients = arrive(queue, 6);
  assert.equal(inState(clients.slice(4), 'shed'), 2);
  await turnEnds();
  clock.now += 999;
  assert.deepEqual(
    arrive(queue, 1).map(({ state }) => state),
    ['shed'],
  );
});

test('above the limit the connection whose client has been slow for longest is closed', async () => {
  const queue = new HandshakeQueue(clock, 4);
  const clients = arrive(queue, 4);
  await turnEnds();
  clock.now += 1_000;
  const [last] = arrive(queue, 1);
  assert.deepEqual(
    clients.map(({ state }) => state),
    ['shed', 'begun', 'begun', 'begun'],
  );
  await turnEnds();
  assert.equal(last?.state, 'begun');
  assert.equal(queue.size, 4);
});
