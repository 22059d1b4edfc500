import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turnEnds } from 'node:timers/promises';
import type { Dial } from '../../src/proxy/upstream/dial.ts';
import { PodTunnels } from '../../src/cluster/tunnels/pod-tunnels.ts';
import { get, post } from '../fixtures/check.ts';
import { ok } from '../fixtures/origin.ts';
import { startScene } from '../fixtures/scene.ts';
import { on, type Peer, StreamServer } from '../fixtures/stream-server.ts';
import { BEGIN } from '../hazards/port-tunnel.ts';

// A tunnel carries several exchanges in succession (`Dialled.reusable`): all bytes that had arrived in this process
// when
// the event loop polled are delivered in the same turn, so podway finds bytes that a pod pushes into an idle tunnel.

const PORT = 8080;
const PUSHED = 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison';

/** Answers the next request that arrives in the tunnel. */
async function answer(peer: Peer, text: string): Promise<void> {
  const before = peer.sent(0).length;
  while (peer.sent(0).length === before) await turnEnds();
  peer.send(on(0, ok(text)));
}

for (const { name, request } of [
  { name: 'GET', request: get('/second') },
  { name: 'POST', request: post('/second', 'body') },
]) {
  test(`bytes that a pod pushed into a kept tunnel are never the answer to the next request: ${name} (UF-32)`, async () => {
    await using server = await StreamServer.start({ protocol: 'v4.channel.k8s.io' });
    const tunnels = new PodTunnels({
      settings: {
        maxTunnels: 9,
        tunnelOpensPerSecond: 1_000,
        tunnelConnectTimeout: 10_000,
        tunnelPing: 20_000,
      },
      full: () => undefined,
      unaccepted: () => undefined,
      forbidden: () => undefined,
    });
    tunnels.use({ server: server.url, headers: {}, tls: {}, proxy: undefined, timeout: 30_000 });
    const dial: Dial = (endpoint, _, read) => ({
      stream: tunnels.dial({ ...endpoint, port: PORT }, () => true, read),
      ready: 'connect',
      reads: 'itself',
      reusable: true,
    });
    await using scene = await startScene({
      pods: [{ name: 'a' }],
      dial,
      settings: { podAccess: 'tunnel', drainTimeout: 100 },
    });
    using client = await scene.client();
    const first = client.exchange(get('/first'));
    const kept = await server.peer();
    kept.send(on(0, BEGIN), on(1, BEGIN));
    await answer(kept, 'first');
    assert.equal((await first).text, 'first');
    // The router does not use the tunnel again during the next turns of the event loop.
    for (let turn = 0; turn < 5; turn += 1) await turnEnds();
    // Client and pod write in the same turn of the event loop, which the router shares; it reads both in the next turn.
    const second = client.exchange(request);
    kept.send(on(0, PUSHED));
    // A POST is not sent twice.
    if (name === 'GET') {
      const fresh = await server.peer();
      fresh.send(on(0, BEGIN), on(1, BEGIN));
      await answer(fresh, 'second');
    }
    const { status, text } = await second;
    assert.doesNotMatch(text, /poison/);
    assert.equal(
      kept.sent(0).includes('/second'),
      false,
      'the request was not sent into the tunnel with pushed bytes',
    );
    if (name === 'GET') assert.deepEqual([status, text], [200, 'second']);
  });
}
