import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LARGEST_PAYLOAD } from '../../src/podstream/channel-frames.ts';
import { PortForward } from '../../src/podstream/port-forward.ts';
import { RemoteCommand } from '../../src/podstream/remote-command.ts';
import { MOST_IGNORED } from '../../src/podstream/tolerance.ts';

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

const bytes = fc.uint8Array({ maxLength: 20 });
const output = fc.record({ channel: fc.constantFrom(1, 2, 3), payload: bytes });
/** Messages without meaning, fewer than the maximum. */
const noise = fc.array(
  fc.oneof(
    fc.constant(new Uint8Array(0)),
    fc
      .tuple(fc.constantFrom(0, 4, 5, 9, 200), bytes)
      .map(([channel, rest]) => Uint8Array.of(channel, ...rest)),
  ),
  { maxLength: MOST_IGNORED },
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
      for (const machine of [
        command('v5.channel.k8s.io'),
        command('v4.channel.k8s.io'),
        new PortForward(numbers),
      ]) {
        const news = messages.map(([data, binary]) => machine.receive(data, binary));
        const violated = news.findIndex((it) => it?.type === 'violation');
        if (violated >= 0) assert.ok(news.slice(violated + 1).every((it) => it === undefined));
        assert.ok(machine.ignored <= MOST_IGNORED + 1);
      }
    }),
  );
});

test('bytes of stdin are split into messages that no server has to join', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4 * LARGEST_PAYLOAD + 1 }), (size) => {
      const sent = Buffer.alloc(size, 'x');
      const messages = [...command().stdin(sent)];
      assert.ok(messages.every((it) => it[0] === 0 && it.length > 1 && it.length <= LARGEST_PAYLOAD + 1));
      assert.deepEqual(Buffer.concat(messages.map((it) => it.subarray(1))), sent);
    }),
    { numRuns: 30 },
  );
});

/** A channel's bytes, the port first, in pieces. */
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
        const whole = (channel: number, parts: readonly Uint8Array[]) =>
          [...begin.map((it) => Uint8Array.of(it)), ...parts].map((part) => Uint8Array.of(channel, ...part));
        const queues = [whole(0, data), whole(1, []), whole(2, data), whole(3, [])];
        const machine = new PortForward([number, number]);
        const got = [[], []] as Uint8Array[][];
        let opened = 0;
        const left = () => queues.filter((it) => it.length > 0);
        for (let at = 0; left().length > 0; at += 1) {
          const queue = left()[(order[at % Math.max(order.length, 1)] ?? 0) % left().length];
          const news = machine.receive(queue?.shift() ?? new Uint8Array(0), true);
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
    machine.receive(Uint8Array.of(channel, port & 0xff, port >> 8), true);
  }
  const text = Buffer.from(
    '\x03error forwarding port 9 to pod x: dial tcp4 127.0.0.1:9: connect: connection refused',
  );
  const news = machine.receive(text, true);
  assert.equal(news?.type === 'refused' ? `${news.index} ${news.refusal.kind}` : news, '1 refused');
  assert.equal(machine.receive(Uint8Array.of(2, 1), true), undefined);
  assert.deepEqual([...machine.data(1, Buffer.from('x'))], []);
  assert.equal(machine.receive(Uint8Array.of(0, 1), true)?.type, 'data');
  assert.deepEqual([...machine.data(0, Buffer.from('x'))], [Buffer.from('\0x')]);
});
