import assert from 'node:assert/strict';
import { BINARY, frame, on, PING, PONG, TEXT } from '../fixtures/stream-server.ts';
import {
  exitCode,
  type RefusalRow,
  type StreamRow,
  type StreamScene,
  SUCCESS,
  successAfter,
} from './pod-stream.ts';

function answer(status: string, body = '', ...lines: readonly string[]): () => string {
  const head = [`HTTP/1.1 ${status}`, `Content-Length: ${body.length}`, ...lines, '', ''].join('\r\n');
  return () => head + body;
}

function status(code: number, message: string): string {
  return JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', message, code });
}

const FORBIDDEN = 'pods "web-0" is forbidden: User "ann" cannot create resource "pods/exec" in API group ""';

export const HANDSHAKES: readonly RefusalRow[] = [
  {
    name: 'a 101 without a subprotocol (PS-01)',
    protocol: null,
    refused: ['malformed', /open pods\/exec failed: the server chose no subprotocol/],
  },
  { name: 'a 101 with an empty one (PS-01)', protocol: '', refused: ['malformed', /chose no subprotocol/] },
  {
    name: 'a 101 with a subprotocol that was not offered (PS-02)',
    protocol: 'base64.channel.k8s.io',
    refused: ['malformed', /a subprotocol that was not offered/],
  },
  {
    name: '401 (PS-04)',
    answer: answer('401 Unauthorized', status(401, 'Unauthorized')),
    refused: ['unauthorized', /^open pods\/exec failed: the API server answered 401: Unauthorized$/],
  },
  {
    name: 'the report about a 403 names the permission that RBAC must grant, and the namespace (PS-04)',
    answer: answer('403 Forbidden', status(403, FORBIDDEN)),
    refused: [
      'forbidden',
      /^grant apiGroups \[""\], resources \["pods\/exec"\], verbs \["get", "create"\] in a Role in namespace shop\. .*ann/,
    ],
  },
  {
    name: '404 (PS-04)',
    answer: answer('404 Not Found', status(404, 'pods "web-0" not found')),
    refused: ['refused', /answered 404: pods "web-0" not found$/],
  },
  {
    name: '429 with Retry-After (PS-04)',
    answer: answer('429 Too Many Requests', '', 'Retry-After: 2'),
    refused: ['throttled', /answered 429$/],
    retryAfter: 2_000,
  },
  {
    name: '500 of an unreachable kubelet (PS-04)',
    answer: answer('500 Internal Server Error', status(500, 'error dialing backend: dial tcp: i/o timeout')),
    refused: ['server-error', /error dialing backend/],
  },
  {
    name: 'HTML and control characters instead of a Status (PS-04)',
    answer: answer('502 Bad Gateway', '<html>\u001b[2J</html>'),
    refused: ['server-error', /^open pods\/exec failed: the API server answered 502$/],
  },
  {
    name: 'an endless body that is longer than a Status (PS-04)',
    answer: () => `HTTP/1.1 503 Unavailable\r\nContent-Length: 10000000\r\n\r\n${'x'.repeat(100_000)}`,
    refused: ['server-error', /answered 503$/],
  },
  {
    name: '200 with a body (PS-05)',
    answer: answer('200 OK', '{}'),
    refused: ['malformed', /the API server answered 200 and opened no stream/],
  },
  ...[301, 302, 307].map(
    (code): RefusalRow => ({
      name: `${code} to another host (PS-05)`,
      answer: answer(`${code} Elsewhere`, '', 'Location: http://127.0.0.2:1/'),
      refused: [
        'refused',
        new RegExp(`answered ${code}, a redirect to another place, which podway does not follow`),
      ],
    }),
  ),
  { name: 'no answer (PS-06)', answer: () => undefined, late: true, refused: ['silent', /within 30 s/] },
  {
    name: 'a head that does not end (PS-06)',
    answer: () => 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n',
    late: true,
    refused: ['silent', /within 30 s/],
  },
  {
    name: 'a body of a refusal that does not arrive (PS-06)',
    answer: () => 'HTTP/1.1 500 Oops\r\nContent-Length: 100\r\n\r\n{',
    late: true,
    refused: ['silent', /within 30 s/],
  },
  {
    name: 'no HTTP at all (PS-06)',
    answer: () => 'SSH-2.0-OpenSSH_9.2\r\n',
    refused: ['malformed', /open pods\/exec failed: Parse Error/],
  },
];

const LOST = /^lost: the stream ended without an exit status: /;

export const MESSAGES: readonly StreamRow[] = [
  { name: 'empty messages (PS-07)', writes: successAfter(frame(BINARY, '')), outcome: 'exited 0' },
  {
    name: 'unknown channels, 64 times (PS-09)',
    writes: successAfter(
      ...Array.from({ length: 64 }, (_, at) => on([5, 9, 200, 0][at % 4] ?? 5, 'x')),
      on(1, 'a'),
    ),
    outcome: 'exited 0',
    stdout: 'a',
  },
  {
    name: 'unknown channels, 65 times: a later Status does not count (PS-09)',
    writes: successAfter(on(1, 'a'), ...Array.from({ length: 65 }, () => on(5, 'x')), on(1, 'b')),
    ends: 'not',
    outcome: /^lost: the stream ended without an exit status: the server sent more than 64 messages/,
    stdout: 'a',
    closed: 1002,
  },
  {
    name: 'a text message is not read as a channel (PS-10)',
    writes: [on(1, 'a'), frame(TEXT, '1x')],
    ends: 'not',
    outcome: /a text message on a stream of bytes/,
    stdout: 'a',
    closed: 1003,
  },
  {
    name: 'fragments with a ping between them are one message (PS-11)',
    writes: successAfter(frame(BINARY, '\x01a', { fin: false }), frame(PING, 'p'), frame(0, 'b')),
    outcome: 'exited 0',
    stdout: 'ab',
  },
  ...(
    [
      ['a continuation without a start', frame(0, 'x')],
      ['a reserved bit', frame(BINARY, '\x01x', { rsv: 4 })],
      ['a masked frame of a server', frame(BINARY, '\x01x', { masked: true })],
      ['an unknown opcode', frame(5, '')],
      ['a close frame of one byte', frame(8, 'x')],
      ['a close frame with an invalid code', frame(8, Buffer.of(0, 7))],
    ] as const
  ).map(
    ([what, bytes]): StreamRow => ({
      name: `${what} (PS-11)`,
      writes: [on(1, 'a'), bytes],
      ends: 'not',
      outcome: LOST,
      stdout: 'a',
      closed: 1002,
    }),
  ),
  ...(
    [
      ['a message of 1 MiB and a byte', 2n ** 20n + 1n, 1009],
      ['a message of 2^63 bytes', 2n ** 63n, 1009],
    ] as const
  ).map(
    ([what, length, closed]): StreamRow => ({
      name: `${what}: podway keeps no byte of it (PS-12)`,
      writes: [on(1, 'a'), frame(BINARY, '\x01', { length })],
      ends: 'not',
      outcome: LOST,
      stdout: 'a',
      closed,
    }),
  ),
  {
    name: 'an output that is closed twice, and data after it (PS-14)',
    writes: successAfter(on(1, 'a'), on(255, '\x01'), on(255, '\x01'), on(1, 'late'), on(2, 'e')),
    outcome: 'exited 0',
    stdout: 'a',
    stderr: 'e',
  },
  {
    name: 'close messages without a channel, with an odd one, with two (PS-14)',
    writes: successAfter(on(255), on(255, '\x07'), on(255, '\x01\x02'), on(1, 'a')),
    outcome: 'exited 0',
    stdout: 'a',
  },
  {
    name: 'v4 has no close message (PS-15)',
    protocol: 'v4.channel.k8s.io',
    writes: successAfter(on(255, '\x01'), on(1, 'a')),
    outcome: 'exited 0',
    stdout: 'a',
  },
  {
    name: 'v5 gets the end of stdin once, and no further message on that channel (PS-16, PS-17)',
    ends: 'not',
    meanwhile: async ({ session, peer }) => {
      session.stdin.end('in');
      await peer.received(({ payload }) => payload[0] === 255);
      session.resize({ columns: 80, rows: 24 });
      peer.send(...successAfter(), frame(8, ''));
    },
    outcome: 'exited 0',
    sent: ['0 in', '255 \0'],
  },
  {
    name: 'v4 gets no end of stdin (PS-16)',
    protocol: 'v4.channel.k8s.io',
    ends: 'not',
    meanwhile: async ({ session, peer }) => {
      session.stdin.end('in');
      await peer.received(({ payload }) => payload[0] === 0);
      peer.send(...successAfter(on(1, 'out')), frame(8, ''));
    },
    outcome: 'exited 0',
    stdout: 'out',
    sent: ['0 in'],
  },
];

const UNREADABLE = /^lost: the exit status cannot be read: /;

export const ENDS: readonly StreamRow[] = [
  ...['0', '1', '126', '137', '255'].map(
    (code): StreamRow => ({
      name: `exit code ${code} (PS-19)`,
      writes: [on(3, exitCode(code))],
      outcome: `exited ${code}`,
    }),
  ),
  ...(
    [
      ['exit code 256', exitCode('256')],
      ['exit code -1', exitCode('-1')],
      ['exit code x', exitCode('x')],
      ['exit code 1.0', exitCode('1.0')],
      ['exit code 007', exitCode('007')],
      ['no details', '{"status":"Failure","reason":"NonZeroExitCode"}'],
      ['two exit codes', exitCode('1').replace('[{', '[{"reason":"ExitCode","message":"0"},{')],
      ['another kind', '{"kind":"Pod","status":"Success"}'],
      ['neither success nor failure', '{"status":"success"}'],
      ['no JSON', 'Success'],
      ['JSON that is not an object', '"Success"'],
      ['a Status twice', SUCCESS + SUCCESS],
      ['more than 64 KiB', `${SUCCESS}${' '.repeat(70_000)}`],
    ] as const
  ).map(
    ([what, text]): StreamRow => ({
      name: `a Status with ${what} is invalid (PS-19)`,
      writes: [on(3, text)],
      outcome: UNREADABLE,
    }),
  ),
  {
    name: 'a Status in two messages (PS-19)',
    writes: [on(3, exitCode('7').slice(0, 30)), on(3, exitCode('7').slice(30))],
    outcome: 'exited 7',
  },
  {
    name: 'a command that did not run (PS-19)',
    writes: [on(3, '{"status":"Failure","reason":"InternalError","message":"error executing\\u001b[2J"}')],
    outcome: 'failed: error executing\\u001b[2J',
  },
  {
    name: 'closed with 1000 (PS-20)',
    writes: [on(1, 'torn')],
    outcome: /without an exit status: it was closed with 1000$/,
    stdout: 'torn',
  },
  {
    name: 'ended without a close frame (PS-20)',
    writes: [on(1, 'torn')],
    ends: 'fin',
    outcome: LOST,
    stdout: 'torn',
  },
  { name: 'reset immediately (PS-20)', ends: 'reset', outcome: LOST },
  {
    name: 'output after the Status is delivered before the end (PS-21)',
    writes: [on(3, SUCCESS), on(1, 'a'), on(2, 'b'), on(1, 'c')],
    outcome: 'exited 0',
    stdout: 'ac',
    stderr: 'b',
  },
  {
    name: 'a server that does not close the stream after its Status (PS-21)',
    writes: [on(1, 'a'), on(3, SUCCESS)],
    ends: 'not',
    meanwhile: async ({ session, peer, clock }) => {
      session.stdout.resume();
      peer.send(frame(PING, ''));
      await peer.received(({ opcode }) => opcode === PONG);
      clock.advance(5_000);
      peer.send(frame(8, Buffer.of(3, 232)));
      await session.ended;
    },
    outcome: 'exited 0',
    closed: 1000,
  },
];

const MEGABYTES = 32;
const PIECE = Buffer.alloc(32_768, 'x');

export const LIVES: readonly StreamRow[] = [
  {
    name: 'an output that is not read for an hour pauses the server, and all bytes arrive later (PS-22)',
    ends: 'not',
    meanwhile: async ({ session, peer, clock }) => {
      const { socket } = peer;
      let drained = true;
      let pieces = 0;
      const send = async () => {
        for (; pieces < MEGABYTES * 32; pieces += 1) {
          drained = socket.write(on(1, PIECE));
          if (!drained) await new Promise((done) => socket.once('drain', done));
        }
        peer.send(on(3, SUCCESS), frame(8, ''));
      };
      const sending = send();
      while (session.stdout.readableLength === 0) await turn();
      advance(clock, 3_600);
      await peer.received(({ opcode }) => opcode === PING);
      for (let turns = 0; turns < 50; turns += 1) await turn();
      assert.ok(
        session.stdout.readableLength <= 128 * 1024,
        `${session.stdout.readableLength} bytes are held`,
      );
      assert.ok(pieces < MEGABYTES * 32, 'the server is paused');
      let size = 0;
      for await (const chunk of session.stdout as AsyncIterable<Buffer>) size += chunk.length;
      assert.equal(size, MEGABYTES * 1024 * 1024);
      await sending;
    },
    outcome: 'exited 0',
  },
  {
    name: 'a server that answers no ping (PS-24)',
    ends: 'not',
    meanwhile: ({ clock }) => advance(clock, 60),
    outcome:
      'lost: the stream ended without an exit status: the API server sent nothing and did not respond to pings',
  },
  {
    name: 'the stream of a server that answers pings stays open (PS-24)',
    ends: 'not',
    meanwhile: async ({ peer, clock }) => {
      for (let asked = 0; asked < 5; asked += 1) {
        advance(clock, 20);
        await peer.received(({ opcode }) => opcode === PING);
        peer.frames.length = 0;
        peer.send(frame(PONG, ''), frame(PING, 'seen'));
        await peer.received(({ opcode }) => opcode === PONG);
        peer.frames.length = 0;
      }
      peer.send(...successAfter(), frame(8, ''));
    },
    outcome: 'exited 0',
  },
  {
    name: 'a server that has answered a ping must answer the next one, too (PS-24)',
    ends: 'not',
    meanwhile: async ({ session, peer, clock }) => {
      session.stdin.write(Buffer.alloc(8_192));
      await peer.received(({ payload }) => payload.length > 8_000);
      advance(clock, 20);
      const { payload } = await peer.received(({ opcode }) => opcode === PING);
      peer.send(frame(PONG, payload), on(1, 'seen'));
      while (session.stdout.readableLength === 0) await turn();
      advance(clock, 60);
    },
    outcome: /did not respond to pings$/,
    stdout: 'seen',
  },
  {
    name: 'a server to which data is being sent does not have to answer pings (PS-24)',
    ends: 'not',
    meanwhile: async ({ session, peer, clock }) => {
      session.stdin.write(Buffer.alloc(8_192));
      await peer.received(({ payload }) => payload.length > 8_000);
      advance(clock, 600);
      peer.send(...successAfter(), frame(8, ''));
    },
    outcome: 'exited 0',
  },
  {
    name: '100,000 pings of a server that does not read pongs (PS-25)',
    ends: 'not',
    meanwhile: async ({ session, peer }) => {
      peer.socket.pause();
      const ping = frame(PING, Buffer.alloc(125));
      peer.send(...Array.from({ length: 100_000 }, () => ping), on(1, 'alive'));
      while (session.stdout.readableLength === 0) await turn();
      peer.socket.resume();
      peer.send(on(3, SUCCESS), frame(8, ''));
      await session.ended;
      const pongs = peer.frames.filter(({ opcode }) => opcode === PONG).length;
      assert.ok(pongs < 100_000, `${pongs} pongs`);
    },
    outcome: 'exited 0',
    stdout: 'alive',
  },
  {
    name: 'a peer that no longer reads (PS-26)',
    ends: 'not',
    meanwhile: ({ session, peer, clock }) => {
      peer.socket.pause();
      session.stdin.write('keys');
      advance(clock, 65);
    },
    outcome: /did not respond to pings$/,
  },
  {
    name: 'a process that was stopped or suspended sends a ping first (PS-26)',
    ends: 'not',
    meanwhile: async ({ peer, clock }) => {
      clock.advance(3_600_000);
      await peer.received(({ opcode }) => opcode === PING);
      peer.send(...successAfter(), frame(8, ''));
    },
    outcome: 'exited 0',
  },
  {
    name: 'a stream that the idle limit of the cluster ends (PS-27)',
    ends: 'not',
    meanwhile: ({ peer, clock }) => {
      clock.advance(4 * 3_600_000);
      peer.socket.end();
    },
    outcome: /\(no data for 240 minutes: clusters end such streams after 4 hours, balancers sooner\)$/,
  },
];

/** The last resize, with a usual size: when it arrives, all messages before it have arrived. */
const LAST = { columns: 80, rows: 24 };
const LAST_SENT = '4 {"Width":80,"Height":24}';

async function resizing(
  { session, peer, clock }: StreamScene,
  sizes: readonly { readonly columns: unknown; readonly rows: unknown }[],
): Promise<void> {
  for (const size of [...sizes, LAST]) {
    session.resize(size);
    clock.advance(100);
  }
  await peer.received(({ payload }) => payload.includes('"Width":80,'));
  peer.send(...successAfter(), frame(8, ''));
}

export const SIZES: readonly StreamRow[] = [
  {
    name: 'sizes that no terminal has are not sent (TT-01)',
    tty: true,
    ends: 'not',
    meanwhile: (scene) =>
      resizing(
        scene,
        [0, -1, Number.NaN, 1.5, Number.POSITIVE_INFINITY, undefined, '80'].flatMap((it) => [
          { columns: it, rows: 24 },
          { columns: 80, rows: it },
        ]),
      ),
    outcome: 'exited 0',
    sent: [LAST_SENT],
  },
  {
    name: 'sizes above 1,000 are reduced, and the smallest is sent unchanged (TT-01)',
    tty: true,
    ends: 'not',
    meanwhile: (scene) =>
      resizing(scene, [
        { columns: 65_536, rows: 1_000_000_000 },
        { columns: 1, rows: 1 },
      ]),
    outcome: 'exited 0',
    sent: ['4 {"Width":1000,"Height":1000}', '4 {"Width":1,"Height":1}', LAST_SENT],
  },
  {
    name: '10,000 sizes in a second: ten of them are sent, and the last one (TT-02)',
    tty: true,
    ends: 'not',
    meanwhile: async ({ session, peer, clock }) => {
      for (let at = 0; at < 10_000; at += 1) {
        if (at % 10 === 0) clock.advance(1);
        session.resize({ columns: 100 + (at % 7), rows: 1 });
      }
      session.resize(LAST);
      clock.advance(100);
      await peer.received(({ payload }) => payload.includes('"Width":80,'));
      const sent = peer.frames.filter(({ payload }) => payload[0] === 4);
      assert.ok(sent.length <= 11, `${sent.length} sizes`);
      assert.match(sent.at(-1)?.payload.toString() ?? '', /"Width":80,/);
      peer.send(...successAfter(), frame(8, ''));
    },
    outcome: 'exited 0',
  },
];

function turn(): Promise<void> {
  return new Promise((done) => setImmediate(done));
}

/** Lets seconds pass, in steps that the heartbeat notices. */
function advance(clock: { advance(ms: number): void }, seconds: number): void {
  for (let at = 0; at < seconds; at += 5) clock.advance(5_000);
}
