import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { TestClock } from '../cluster/test-clock.ts';
import { withTimeout } from '../fixtures/with-timeout.ts';
import { closing, on, StreamServer } from '../fixtures/stream-server.ts';
import { OPEN, tunnelTo } from '../hazards/port-tunnel.ts';

/** When the reader pauses the tunnel. */
for (const when of ['before it is open', 'when it connects', 'between two reads'] as const) {
  test(`a tunnel that its reader pauses ${when} connects, and delivers nothing until it is resumed`, async () => {
    await using server = await StreamServer.start({ protocol: 'v4.channel.k8s.io' });
    let got = '';
    const into = Buffer.alloc(4);
    const callback = (size: number): boolean => {
      assert.ok(!tunnel.isPaused(), 'no bytes are delivered before the tunnel is resumed');
      got += into.toString('latin1', 0, size);
      if (when === 'between two reads' && got.length === 4) tunnel.pause();
      return true;
    };
    const tunnel = tunnelTo(server.url, new TestClock(), 'web-0', {
      read: { buffer: () => into, callback },
    });
    if (when === 'before it is open') tunnel.pause();
    if (when === 'when it connects') tunnel.on('connect', () => tunnel.pause());
    const connected = once(tunnel, 'connect');
    const peer = await server.peer();
    peer.send(OPEN[0], on(0, 'earlyish'), OPEN[1], on(0, 'later'), closing(1000));
    await withTimeout(connected, 'connect');
    assert.equal(got, when === 'between two reads' ? 'earl' : '');
    const ended = once(tunnel, 'end');
    tunnel.resume();
    await withTimeout(ended, 'the end');
    assert.equal(got, 'earlyishlater');
    tunnel.destroy();
  });
}
