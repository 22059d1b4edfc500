import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { platform } from 'node:os';
import { test } from 'node:test';
import { Listeners } from '../../src/proxy/downstream/listeners.ts';

/** Indices of fields in /proc/net/tcp (proc(5)). */
const [LOCAL, STATE, TIMER] = [1, 3, 5];
const ESTABLISHED = '01';
const KEEP_ALIVE = '02';
/** The unit of times in that file: ticks per second. */
const PER_SECOND = 100;

/** Seconds until the kernel probes the client of the router's connection; NaN: it has no keep-alive timer. */
function askedIn(port: number): number {
  const local = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const rows = readFileSync('/proc/net/tcp', 'utf8').split('\n');
  const fields = rows.map((row) => row.trim().split(/\s+/));
  const found = fields.find((it) => it[LOCAL]?.endsWith(local) === true && it[STATE] === ESTABLISHED);
  const [kind, time = ''] = found?.[TIMER]?.split(':') ?? [];
  return kind === KEEP_ALIVE ? Number.parseInt(time, 16) / PER_SECOND : Number.NaN;
}

for (const by of ['socket', 'handle'] as const) {
  const options = { skip: platform() === 'linux' ? false : 'only Linux shows timers of a connection' };
  test(`TCP keep-alive detects dead peers: connections accepted by ${by}`, options, async () => {
    const accepted = Promise.withResolvers<{ destroy(): unknown }>();
    const listeners =
      by === 'socket'
        ? new Listeners(accepted.resolve)
        : new Listeners((socket: Socket) => assert.fail(socket.remoteAddress), accepted.resolve);
    const where = { address: '127.0.0.1', port: 0, reusePort: false, listeners: 2 };
    const { port }: AddressInfo = await listeners.listen(where);
    const client = connect(port, '127.0.0.1');
    const closed = once(client, 'close');
    const connection = await accepted.promise;
    const seconds = askedIn(port);
    assert.ok(seconds > 20 && seconds <= 30, `${seconds} s`);
    connection.destroy();
    listeners.close();
    client.resume();
    await closed;
  });
}
