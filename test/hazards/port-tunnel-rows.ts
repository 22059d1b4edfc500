import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { BINARY, on, PING, PONG, TEXT, frame } from '../fixtures/stream-server.ts';
import { BEGIN, LINGER, OPEN, TIMEOUT, type TunnelRow, type TunnelScene } from './port-tunnel.ts';

const REFUSED =
  'error forwarding port 8080 to pod ab, uid : failed to execute portforward in network namespace "/run/n": ' +
  'failed to connect to localhost:8080, IPv4: dial tcp4 127.0.0.1:8080: connect: connection refused';

function answer(status: string, body = '', ...lines: readonly string[]): () => string {
  return () => [`HTTP/1.1 ${status}`, `Content-Length: ${body.length}`, ...lines, '', body].join('\r\n');
}

function bytes(...parts: readonly Uint8Array[]): Uint8Array[] {
  return Array.from(Buffer.concat(parts), (byte) => Buffer.of(byte));
}

async function connected({ tunnel }: TunnelScene): Promise<void> {
  await new Promise((done) => tunnel.once('connect', done));
}

function advance({ clock }: TunnelScene, seconds: number): void {
  for (let at = 0; at < seconds; at += 5) clock.advance(5_000);
}

export const PIECES: readonly TunnelRow[] = [
  {
    name: 'the ports and data in one segment (PT-02)',
    writes: [Buffer.concat([...OPEN, on(0, 'hello')])],
    outcome: 'end',
    received: 'hello',
  },
  {
    name: 'the same split at every byte (PT-02)',
    writes: bytes(...OPEN, on(0, 'hello')),
    outcome: 'end',
    received: 'hello',
  },
  {
    name: 'the port and data in one message (PT-02)',
    writes: [on(1, BEGIN), on(0, Buffer.concat([BEGIN, Buffer.from('hello')]))],
    outcome: 'end',
    received: 'hello',
  },
  {
    name: 'a port in two messages, and data before the error channel has begun (PT-02)',
    writes: [on(0, BEGIN.subarray(0, 1)), on(0, BEGIN.subarray(1)), on(0, 'hel'), on(1, BEGIN), on(0, 'lo')],
    outcome: 'end',
    received: 'hello',
  },
  {
    name: 'another port than requested (PT-02)',
    writes: [on(0, Buffer.of(9, 0))],
    ends: 'not',
    outcome: ['ECONNRESET', /announced a port other than 8080/],
  },
  {
    name: 'a text message (PT-02)',
    writes: [...OPEN, frame(TEXT, 'hello')],
    ends: 'not',
    outcome: ['ECONNRESET', /text message/],
    closed: 1003,
  },
];

export const REFUSALS: readonly TunnelRow[] = [
  {
    name: 'no program listens on the port (PT-03)',
    writes: [...OPEN, on(1, REFUSED)],
    ends: 'not',
    outcome: ['EPODREFUSED', /connection refused$/],
  },
  {
    name: 'the sandbox is gone (PT-03)',
    writes: [...OPEN, on(1, 'failed to find sandbox "ab" in store: not found')],
    ends: 'not',
    outcome: ['EPODREFUSED', /not found$/],
  },
  {
    name: 'the runtime cannot connect in time (PT-03)',
    writes: [...OPEN, on(1, 'dial tcp4 127.0.0.1:8080: i/o timeout')],
    ends: 'not',
    outcome: ['EPODTIMEOUT', /i\/o timeout$/],
  },
  {
    name: 'the pod resets a connection that it had accepted: some bytes were delivered (PT-03)',
    writes: [...OPEN, on(1, 'read tcp4 127.0.0.1:4->127.0.0.1:8080: read: connection reset by peer')],
    ends: 'not',
    outcome: ['ECONNRESET', /reset by peer$/],
  },
  {
    name: 'a refusal after data (PT-04)',
    writes: [...OPEN, on(0, 'hel'), on(1, REFUSED)],
    ends: 'not',
    meanwhile: async ({ tunnel }) => {
      // The error discards unread bytes, as in a socket.
      while (tunnel.readableLength === 0 && !tunnel.destroyed) await turn();
    },
    outcome: ['ECONNRESET', /connection refused$/],
  },
  {
    name: 'a text of 1 MB with control characters and malformed UTF-8 (PT-05)',
    writes: [
      ...OPEN,
      on(1, Buffer.concat([Buffer.from('\x1b[31mno\r\nX: y\xff', 'latin1'), Buffer.alloc(1_000_000, 'x')])),
    ],
    ends: 'not',
    outcome: ['ECONNRESET', /^[^\x1b\r\n]{1,1100}$/],
  },
  {
    name: '404: the pod was deleted (PT-03)',
    answer: answer('404 Not Found', '{"kind":"Status","message":"pods \\"web-0\\" not found"}'),
    outcome: ['EPODREFUSED', /answered 404: pods "web-0" not found$/],
  },
  {
    name: '500: the kubelet cannot be reached (PT-03)',
    answer: answer('500 Internal Server Error', '{"kind":"Status","message":"error dialing backend: EOF"}'),
    outcome: ['EPODREFUSED', /error dialing backend/],
  },
  {
    name: '503: the API server is overloaded',
    answer: answer('503 Service Unavailable'),
    outcome: ['ETUNNELUNAVAILABLE', /answered 503$/],
  },
  {
    name: 'the report about a 403 names the permission that RBAC must grant',
    answer: answer('403 Forbidden', '{"kind":"Status","message":"no"}'),
    outcome: ['ETUNNELFORBIDDEN', /^grant apiGroups \[""\], resources \["pods\/portforward"\], .* shop/],
  },
  {
    name: '429 without Retry-After',
    answer: answer('429 Too Many Requests'),
    outcome: ['ETUNNELTHROTTLED', /answered 429$/],
  },
  {
    name: 'no answer to the handshake',
    answer: () => undefined,
    meanwhile: ({ clock }) => clock.advance(TIMEOUT),
    outcome: ['ETIMEDOUT', /not open within 10000 ms/],
  },
  {
    name: 'a 101, and no message about the port',
    ends: 'not',
    meanwhile: ({ clock }) => clock.advance(TIMEOUT),
    outcome: ['ETIMEDOUT', /not open within 10000 ms/],
  },
];

export const TUNNEL_ENDS: readonly TunnelRow[] = [
  {
    name: 'closed with 1000: the pod has ended (PT-07)',
    writes: [...OPEN, on(0, 'all')],
    outcome: 'end',
    received: 'all',
  },
  {
    name: 'closed with 1011 (PT-07)',
    writes: [...OPEN, on(0, 'not all'), Buffer.of(0x88, 2, 0x03, 0xf3)],
    ends: 'not',
    meanwhile: connectedAndBroken,
    outcome: ['ECONNRESET', /closed with 1011/],
  },
  {
    name: 'closed without a code (PT-07)',
    writes: [...OPEN, Buffer.of(0x88, 0)],
    ends: 'not',
    outcome: ['ECONNRESET', /closed with 1005/],
  },
  {
    name: 'a FIN without a close frame (PT-07)',
    writes: OPEN,
    ends: 'fin',
    outcome: ['ECONNRESET', /ended without a close frame/],
  },
  {
    name: 'a reset (PT-07)',
    writes: OPEN,
    ends: 'not',
    meanwhile: async (scene) => {
      await connected(scene);
      scene.peer.socket.resetAndDestroy();
    },
    outcome: ['ECONNRESET', /ECONNRESET|ended without a close frame/],
  },
  {
    name: 'closed before it was open, and no byte was sent',
    writes: [on(0, BEGIN)],
    outcome: ['ETUNNELUNAVAILABLE', /ended before it was open/],
  },
  {
    name: 'podway does not send the end of its side, and the response still arrives (PT-08)',
    writes: OPEN,
    ends: 'not',
    meanwhile: async (scene) => {
      const { tunnel, peer } = scene;
      tunnel.end('question');
      await peer.received(({ opcode }) => opcode === BINARY);
      assert.equal(String(peer.sent(0)), 'question');
      await turn();
      assert.ok(!peer.frames.some(({ opcode }) => opcode === 8), 'no close frame was sent');
      peer.send(on(0, 'answer'), Buffer.of(0x88, 2, 0x03, 0xe8));
    },
    outcome: 'end',
    received: 'answer',
    closed: 1000,
  },
  {
    name: 'podway ends its side, and the pod stays silent (PT-08)',
    writes: OPEN,
    ends: 'not',
    meanwhile: async (scene) => {
      const { tunnel, peer } = scene;
      tunnel.end('question');
      await peer.received(({ opcode }) => opcode === BINARY);
      await turn();
      scene.clock.advance(LINGER);
    },
    outcome: 'end',
    closed: 1000,
  },
  {
    name: 'a destroyed tunnel: the API server gets a close frame, even if no program reads the tunnel (PT-22)',
    writes: [...OPEN, ...Array.from({ length: 16 }, () => on(0, Buffer.alloc(32_768)))],
    ends: 'not',
    meanwhile: async (scene) => {
      await connected(scene);
      scene.tunnel.destroy();
    },
    outcome: 'end',
    closed: 1000,
  },
  {
    name: 'no answer to pings',
    writes: OPEN,
    ends: 'not',
    meanwhile: async (scene) => {
      await connected(scene);
      advance(scene, 60);
    },
    outcome: ['ECONNRESET', /did not respond to pings/],
  },
  {
    name: 'a silent tunnel that answers pings stays open',
    writes: OPEN,
    ends: 'not',
    meanwhile: async (scene) => {
      const { peer } = scene;
      await connected(scene);
      for (let asked = 0; asked < 5; asked += 1) {
        advance(scene, 20);
        const { payload } = await peer.received(({ opcode }) => opcode === PING);
        peer.frames.length = 0;
        // The client answers this ping after it has read the pong before it.
        peer.send(frame(PONG, payload), frame(PING, 'seen'));
        await peer.received(({ opcode }) => opcode === PONG);
        peer.frames.length = 0;
      }
      peer.send(Buffer.of(0x88, 2, 0x03, 0xe8));
    },
    outcome: 'end',
  },
];

const HOUR = 3_600_000;

/** Opens the tunnel, suspends the machine, and returns the ping that the API server gets. */
async function afterSleep(scene: TunnelScene, sleep: () => void): Promise<Buffer> {
  await connected(scene);
  scene.clock.advance(1_000);
  assert.ok(!scene.peer.frames.some(({ opcode }) => opcode === PING), 'no ping was sent before');
  sleep();
  scene.clock.advance(1_000);
  return (await scene.peer.received(({ opcode }) => opcode === PING)).payload;
}

async function received({ tunnel, peer }: TunnelScene, bytes: Uint8Array): Promise<void> {
  const before = tunnel.readableLength;
  peer.send(bytes);
  while (tunnel.readableLength === before) await turn();
}

/** The state of a tunnel after the machine was suspended: no more bytes arrive, or it continues. */
export const SLEEPS: readonly TunnelRow[] = [
  {
    name: 'after the machine was suspended: the tunnel is lost without an answer within 5 s (PT-18)',
    writes: OPEN,
    ends: 'not',
    meanwhile: async (scene) => {
      await afterSleep(scene, () => scene.clock.suspendFor(HOUR));
      for (let seconds = 1; seconds < 5; seconds += 1) scene.clock.advance(1_000);
      assert.ok(!scene.tunnel.destroyed, 'not yet lost after 4 s');
      scene.clock.advance(1_000);
    },
    outcome: ['ECONNRESET', /did not respond to pings/],
  },
  {
    name: 'the same when the monotonic clock continues meanwhile, and wall-clock time is set back (PT-18)',
    writes: OPEN,
    ends: 'not',
    meanwhile: async (scene) => {
      await afterSleep(scene, () => {
        scene.clock.suspendFor(-HOUR);
        scene.clock.advance(HOUR);
      });
      advance(scene, 5);
    },
    outcome: ['ECONNRESET', /did not respond to pings/],
  },
  {
    name: 'bytes that were sent before the machine was suspended do not count as an answer (PT-18)',
    writes: OPEN,
    ends: 'not',
    meanwhile: async (scene) => {
      await afterSleep(scene, () => scene.clock.suspendFor(HOUR));
      await received(scene, on(0, 'old'));
      advance(scene, 5);
    },
    outcome: ['ECONNRESET', /did not respond to pings/],
    received: 'old',
  },
  {
    name: 'a slow tunnel whose answer follows other data stays open (PT-18)',
    writes: OPEN,
    ends: 'not',
    meanwhile: async (scene) => {
      const asked = await afterSleep(scene, () => scene.clock.suspendFor(HOUR));
      for (const part of ['s', 'l', 'o', 'w']) {
        for (let seconds = 0; seconds < 4; seconds += 1) scene.clock.advance(1_000);
        await received(scene, on(0, part));
      }
      await received(scene, Buffer.concat([frame(PONG, asked), on(0, '!')]));
      advance(scene, 15);
      scene.peer.send(Buffer.of(0x88, 2, 0x03, 0xe8));
    },
    outcome: 'end',
    received: 'slow!',
  },
  {
    name: 'a tunnel on which data is being sent does not have to answer (PT-18)',
    writes: OPEN,
    ends: 'not',
    meanwhile: async (scene) => {
      scene.tunnel.write(Buffer.alloc(8_192));
      await afterSleep(scene, () => scene.clock.suspendFor(HOUR));
      advance(scene, 120);
      scene.peer.send(Buffer.of(0x88, 2, 0x03, 0xe8));
    },
    outcome: 'end',
  },
  {
    name: 'a change of wall-clock time by half a minute, or a change back, does not count as a suspension (PT-18)',
    writes: OPEN,
    ends: 'not',
    meanwhile: async (scene) => {
      await connected(scene);
      scene.clock.suspendFor(-HOUR);
      scene.clock.advance(1_000);
      scene.clock.suspendFor(29_000);
      scene.clock.advance(1_000);
      const { peer } = scene;
      peer.send(frame(PING, 'seen'));
      await peer.received(({ opcode }) => opcode === PONG);
      assert.ok(!peer.frames.some(({ opcode }) => opcode === PING));
      peer.send(Buffer.of(0x88, 2, 0x03, 0xe8));
    },
    outcome: 'end',
  },
];

async function connectedAndBroken({ tunnel }: TunnelScene): Promise<void> {
  while (!tunnel.destroyed) await turn();
}
