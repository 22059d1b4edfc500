import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { MAX_PAYLOAD_BYTES } from '../../src/podstream/channel-frames.ts';
import { type ForwardNews, type MessagePiece, PortForward } from '../../src/podstream/port-forward.ts';
import { RemoteCommand } from '../../src/podstream/remote-command.ts';
import { MAX_IGNORED } from '../../src/podstream/tolerance.ts';

const ALL = { stdin: true, stdout: true, stderr: true, tty: false };
const PROTOCOLS = ['v5.channel.k8s.io', 'v4.channel.k8s.io'] as const;

function command(protocol: (typeof PROTOCOLS)[number] = 'v5.channel.k8s.io', streams = ALL): RemoteCommand {
  return new RemoteCommand(protocol, streams);
}

function collect(machine: RemoteCommand, messages: readonly Uint8Array[]) {
  const outputs: Record<'stdout' | 'stderr', Uint8Array[]> = { stdout: [], stderr: [] };
  for (const message of messages) {
    const news = machine.receive(message, true);
    if (news?.type === 'output') outputs[news.stream].push(Buffer.from(news.bytes));
  }
  return { stdout: Buffer.concat(outputs.stdout), stderr: Buffer.concat(outputs.stderr) };
}

/** A whole message. */
function whole([channel, ...bytes]: Uint8Array): MessagePiece {
  return { channel, bytes: Uint8Array.from(bytes), begins: true, ends: true };
}

const bytes = fc.uint8Array({ maxLength: 20 });
const output = fc.record({ channel: fc.constantFrom(1, 2, 3), payload: bytes });
/** Messages that podway ignores, fewer than the maximum. */
const noise = fc.array(
  fc.oneof(
    fc.constant(new Uint8Array(0)),
    fc
      .tuple(fc.constantFrom(0, 4, 5, 9, 200), bytes)
      .map(([channel, rest]) => Uint8Array.of(channel, ...rest)),
  ),
  { maxLength: MAX_IGNORED },
);

test('each output has its own messages in order, regardless of the messages between them', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...PROTOCOLS),
      fc.array(output),
      noise,
      fc.nat(),
      (protocol, sent, ignored, seed) => {
        const messages = sent.map(({ channel, payload }) => Uint8Array.of(channel, ...payload));
        ignored.forEach((it, index) => messages.splice((seed * (index + 7)) % (messages.length + 1), 0, it));
        const machine = command(protocol);
        const got = collect(machine, messages);
        const expected = (channel: number) =>
          Buffer.concat(sent.filter((it) => it.channel === channel).map(({ payload }) => payload));
        assert.deepEqual(got, { stdout: expected(1), stderr: expected(2) });
        assert.equal(machine.ignored, ignored.length);
        assert.equal(machine.exitStatus() !== undefined, expected(3).length > 0);
      },
    ),
  );
});

test('no message causes an exception, and messages after a violation are ignored', () => {
  const message = fc.tuple(fc.uint8Array({ maxLength: 8 }), fc.boolean());
  const ports = fc.array(fc.integer({ min: 1, max: 65_535 }), { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(fc.array(message, { maxLength: 200 }), ports, (messages, numbers) => {
      const forward = new PortForward(numbers);
      const cases: [RemoteCommand | PortForward, readonly ({ readonly type: string } | undefined)[]][] = [
        [forward, messages.map(([data]) => forward.receive(whole(data)))],
      ];
      for (const protocol of PROTOCOLS) {
        const machine = command(protocol);
        cases.push([machine, messages.map(([data, binary]) => machine.receive(data, binary))]);
      }
      for (const [machine, news] of cases) {
        const violated = news.findIndex((it) => it?.type === 'violation');
        if (violated >= 0) assert.ok(news.slice(violated + 1).every((it) => it === undefined));
        assert.ok(machine.ignored <= MAX_IGNORED + 1);
      }
    }),
  );
});

test('bytes of stdin are split into messages that no server has to join', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4 * MAX_PAYLOAD_BYTES + 1 }), (size) => {
      const sent = Buffer.alloc(size, 'x');
      const messages = [...command().stdin(sent)];
      assert.ok(messages.every((it) => it[0] === 0 && it.length > 1 && it.length <= MAX_PAYLOAD_BYTES + 1));
      assert.deepEqual(Buffer.concat(messages.map((it) => it.subarray(1))), sent);
    }),
    { numRuns: 30 },
  );
});

/** The bytes of a channel, the port first, in pieces. */
const pieces = fc.array(fc.uint8Array({ maxLength: 5 }), { maxLength: 10 });

test('a forwarded port is a stream of bytes, wherever its messages are cut and however channels interleave', () => {
  fc.assert(
    fc.property(
      pieces,
      fc.array(fc.nat(), { maxLength: 40 }),
      fc.nat({ max: 65_535 }),
      (data, order, port) => {
        const number = Math.max(port, 1);
        const begin = [number & 0xff, number >> 8];
        const all = (channel: number, parts: readonly Uint8Array[]): MessagePiece[] =>
          [...begin.map((it) => Uint8Array.of(it)), ...parts].map((part, at) => {
            // Only the first piece of a message begins it.
            return { channel, bytes: part, begins: at % 3 === 0, ends: channel % 2 === 1 };
          });
        const queues = [all(0, data), all(1, []), all(2, data), all(3, [])];
        const machine = new PortForward([number, number]);
        const got = [[], []] as Uint8Array[][];
        let opened = 0;
        const left = () => queues.filter((it) => it.length > 0);
        for (let at = 0; left().length > 0; at += 1) {
          const queue = left()[(order[at % Math.max(order.length, 1)] ?? 0) % left().length];
          const piece = queue?.shift();
          const news = piece && machine.receive(piece);
          if (news?.type === 'open') opened += 1;
          if (news?.type === 'open' || news?.type === 'data') got[news.index]?.push(Buffer.from(news.bytes));
        }
        assert.equal(opened, 2);
        for (const one of got) assert.deepEqual(Buffer.concat(one), Buffer.concat(data));
      },
    ),
  );
});

test('a refused port gets no more bytes, and the next port continues', () => {
  const machine = new PortForward([8080, 9]);
  for (const [channel, port] of [
    [0, 8080],
    [1, 8080],
    [2, 9],
    [3, 9],
  ] as const) {
    machine.receive(whole(Uint8Array.of(channel, port & 0xff, port >> 8)));
  }
  const refusal = Buffer.from(
    'error forwarding port 9 to pod x: dial tcp4 127.0.0.1:9: connect: connection refused',
  );
  // podway reads the text when its message has ended.
  const news: (ForwardNews | undefined)[] = [];
  for (let at = 0; at < refusal.length; at += 1) {
    const [begins, ends] = [at === 0, at === refusal.length - 1];
    news.push(machine.receive({ channel: 3, bytes: refusal.subarray(at, at + 1), begins, ends }));
  }
  const last = news.pop();
  assert.ok(news.every((it) => it === undefined));
  assert.equal(last?.type === 'refused' ? `${last.index} ${last.refusal.kind}` : last, '1 refused');
  assert.equal(last?.type === 'refused' && last.refusal.text, String(refusal));
  assert.equal(machine.receive(whole(Uint8Array.of(2, 1))), undefined);
  assert.equal(machine.receive(whole(Uint8Array.of(0, 1)))?.type, 'data');
});
