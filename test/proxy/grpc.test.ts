import assert from 'node:assert/strict';
import { once } from 'node:events';
import http2, { type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import * as grpc from '@grpc/grpc-js';
import { grpcMethod } from '../fixtures/grpc-method.ts';
import { podManifest, secretManifest } from '../fixtures/manifest.ts';
import { startRouter, type TestRouter } from '../fixtures/router.ts';
import type { SettingsOverrides } from '../fixtures/settings.ts';

const SERVICE = {
  unary: grpcMethod('Unary', false, false),
  collect: grpcMethod('Collect', true, false),
  count: grpcMethod('Count', false, true),
  talk: grpcMethod('Talk', true, true),
};

/** The calls that a pod has got. */
interface Seen {
  cancelled: number;
  readonly metadata: grpc.Metadata[];
}

const seenBy = (seen: Seen): grpc.UntypedServiceImplementation => ({
  unary(call: grpc.ServerUnaryCall<Buffer, Buffer>, done: grpc.sendUnaryData<Buffer>) {
    seen.metadata.push(call.metadata);
    call.on('cancelled', () => (seen.cancelled += 1));
    const text = call.request.toString();
    const trailers = new grpc.Metadata();
    trailers.set('x-trailer', 'at the end');
    trailers.set('x-bytes-bin', Buffer.from([0, 255, 10, 13]));
    if (text === 'never') return;
    if (text === 'fail')
      done({ code: grpc.status.NOT_FOUND, details: 'no such thing: ü', metadata: trailers });
    else {
      const initial = new grpc.Metadata();
      initial.set('x-initial', 'at the beginning');
      call.sendMetadata(initial);
      done(null, call.request, trailers);
    }
  },
  collect(call: grpc.ServerReadableStream<Buffer, Buffer>, done: grpc.sendUnaryData<Buffer>) {
    const chunks: Buffer[] = [];
    call.on('data', (chunk: Buffer) => chunks.push(chunk));
    call.on('end', () => done(null, Buffer.concat(chunks)));
  },
  count(call: grpc.ServerWritableStream<Buffer, Buffer>) {
    call.on('cancelled', () => (seen.cancelled += 1));
    const [times = 0, pause = 0] = call.request.toString().split(' ').map(Number);
    let at = 0;
    const next = (): void => {
      if (at === times || call.cancelled) {
        call.end();
        return;
      }
      at += 1;
      call.write(Buffer.from(String(at)));
      if (pause > 0) setTimeout(next, pause);
      else setImmediate(next);
    };
    next();
  },
  talk(call: grpc.ServerDuplexStream<Buffer, Buffer>) {
    call.on('data', (chunk: Buffer) => call.write(chunk));
    call.on('end', () => call.end());
  },
});

async function grpcPod(
  t: TestContext,
  options: grpc.ServerOptions = {},
): Promise<{ port: number; seen: Seen }> {
  const seen: Seen = { cancelled: 0, metadata: [] };
  const server = new grpc.Server(options);
  server.addService(SERVICE, seenBy(seen));
  const credentials = grpc.ServerCredentials.createInsecure();
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  server.bindAsync('127.0.0.1:0', credentials, (error, port) =>
    error === null ? resolve(port) : reject(error),
  );
  t.after(() => server.forceShutdown());
  return { port: await promise, seen };
}

async function routed(
  t: TestContext,
  ports: readonly number[],
  settings: SettingsOverrides = {},
): Promise<TestRouter> {
  const pods = ports.map((port, at) =>
    podManifest({ name: `web-${at}`, hosts: 'grpc.local', paths: `${port}:/ proto=grpc`, port }),
  );
  const keyed = podManifest({ name: 'k', namespace: 'keyed', hosts: 'keyed.local', paths: '/', port: 1 });
  const unready = podManifest({
    name: 'u',
    hosts: 'unready.local',
    paths: '/',
    port: 1,
    condition: 'unready',
  });
  const refusing = podManifest({ name: 'r', hosts: 'refusing.local', paths: '1:/ proto=h2c', port: 1 });
  const router = await startRouter({
    pods: [...pods, keyed, unready, refusing],
    secrets: [secretManifest('keyed', { 'api-key': 'secret' })],
    settings: { http2Plain: true, unknownHost: '404', ...settings },
  });
  t.after(() => router.close());
  return router;
}

type Client = grpc.Client & {
  unary(
    message: Buffer,
    metadata: grpc.Metadata,
    options: grpc.CallOptions,
    done: grpc.requestCallback<Buffer>,
  ): grpc.ClientUnaryCall;
  collect(done: grpc.requestCallback<Buffer>): grpc.ClientWritableStream<Buffer>;
  count(message: Buffer): grpc.ClientReadableStream<Buffer>;
  talk(): grpc.ClientDuplexStream<Buffer, Buffer>;
};

const TestClient = grpc.makeGenericClientConstructor(SERVICE, 'Test');

function client(t: TestContext, port: number, authority = 'grpc.local'): Client {
  const options = {
    'grpc.default_authority': authority,
    'grpc.max_receive_message_length': -1,
    'grpc.enable_retries': 0,
  };
  const made = new TestClient(
    `127.0.0.1:${port}`,
    grpc.credentials.createInsecure(),
    options,
  ) as unknown as Client;
  t.after(() => made.close());
  return made;
}

interface Outcome {
  readonly code: number;
  readonly details: string;
  readonly message: string;
  readonly initial: Record<string, unknown>;
  readonly trailers: Record<string, unknown>;
}

async function unary(
  it: Client,
  message: string | Buffer,
  options: grpc.CallOptions = {},
  fields: Record<string, string> = {},
): Promise<Outcome> {
  const metadata = new grpc.Metadata();
  for (const [name, value] of Object.entries(fields)) metadata.set(name, value);
  return new Promise((resolve) => {
    let answer = '';
    let initial: Record<string, unknown> = {};
    const call = it.unary(Buffer.from(message), metadata, options, (_, bytes) => {
      answer = bytes?.toString('latin1') ?? '';
    });
    call.on('metadata', (it: grpc.Metadata) => (initial = it.getMap()));
    call.on('status', ({ code, details, metadata: trailers }: grpc.StatusObject) =>
      setImmediate(() => resolve({ code, details, message: answer, initial, trailers: trailers.getMap() })),
    );
  });
}

async function all(
  stream: grpc.ClientReadableStream<Buffer> | grpc.ClientDuplexStream<Buffer, Buffer>,
): Promise<string[]> {
  const messages: string[] = [];
  stream.on('data', (message: Buffer) => messages.push(message.toString()));
  await once(stream, 'end');
  return messages;
}

test('every kind of call has the same result as without the router (GR-01)', async (t) => {
  const pod = await grpcPod(t);
  const router = await routed(t, [pod.port]);
  const both = [client(t, pod.port), client(t, router.port)] as const;
  const answers = await Promise.all(
    both.map(async (it) => {
      const whole = await unary(it, 'hello');
      const failed = await unary(it, 'fail');
      const empty = await unary(it, '');
      const large = await unary(it, Buffer.alloc(3_900_000, 'x'));
      const collected = new Promise((resolve) => {
        const call = it.collect((_, bytes) => resolve(bytes?.toString()));
        for (const part of ['a', 'b', 'c']) call.write(Buffer.from(part));
        call.end();
      });
      const counted = await all(it.count(Buffer.from('300')));
      const talk = it.talk();
      const spoken = all(talk);
      for (let at = 0; at < 10; at++) {
        talk.write(Buffer.from(`turn ${at}`));
        await once(talk, 'data');
      }
      talk.end();
      const names = ['x-initial', 'x-trailer', 'x-bytes-bin'];
      const known = ({ initial, trailers, ...rest }: Outcome) => ({
        ...rest,
        fields: names.map((name) => [initial[name], trailers[name]]),
      });
      return {
        calls: [whole, failed, empty, large].map(known),
        collected: await collected,
        counted,
        spoken: await spoken,
      };
    }),
  );
  assert.deepEqual(answers[1], answers[0]);
  assert.equal(answers[0]?.calls[1]?.details, 'no such thing: ü');
  for (const it of both) it.close();
  await router.drain();
  assert.equal(router.snapshot().gauges.upstream_connections, 0);
});

const OWN: Readonly<
  Record<
    string,
    {
      readonly authority: string;
      readonly settings?: SettingsOverrides;
      readonly code: grpc.status;
      readonly message?: string;
      readonly timeout?: string;
    }
  >
> = {
  'unknown-host': { authority: 'unknown.local', code: grpc.status.UNIMPLEMENTED },
  'key-refused': { authority: 'keyed.local', code: grpc.status.PERMISSION_DENIED },
  'no-ready-pod': { authority: 'unready.local', code: grpc.status.UNAVAILABLE },
  'connect-refused': { authority: 'refusing.local', code: grpc.status.UNAVAILABLE },
  'body-too-large': {
    authority: 'grpc.local',
    settings: { clientMaxBodySize: 10 },
    code: grpc.status.RESOURCE_EXHAUSTED,
  },
  'response-timeout': {
    authority: 'grpc.local',
    settings: { responseHeadTimeout: 50 },
    message: 'never',
    code: grpc.status.UNAVAILABLE,
  },
  'response-timeout, long before the deadline of the client': {
    authority: 'grpc.local',
    settings: { responseHeadTimeout: 50 },
    message: 'never',
    timeout: '1H',
    code: grpc.status.UNAVAILABLE,
  },
};

for (const [name, { authority, settings = {}, code, message = 'x'.repeat(100), timeout }] of Object.entries(
  OWN,
)) {
  test(`the router's own answer is a status of gRPC: ${name} (GR-03)`, async (t) => {
    const pod = await grpcPod(t);
    const router = await routed(t, [pod.port], settings);
    const fields = timeout === undefined ? {} : { 'grpc-timeout': timeout };
    const outcome = await unary(client(t, router.port, authority), message, {}, fields);
    assert.equal(
      `${outcome.code} ${String(outcome.initial['x-podway-reason'] ?? outcome.trailers['x-podway-reason'])}`,
      `${code} ${outcome.details}`,
    );
    assert.equal(outcome.details, name.split(',')[0]);
  });
}

test('after the deadline the pod is freed, and the client gets the status (GR-05)', async (t) => {
  const pod = await grpcPod(t);
  const router = await routed(t, [pod.port]);
  const it = client(t, router.port);
  // A call that was never sent is cancelled by the client alone.
  while (pod.seen.metadata.length === 0) {
    const { code } = await unary(it, 'never', { deadline: Date.now() + 150 });
    assert.equal(code, grpc.status.DEADLINE_EXCEEDED);
  }
  while (pod.seen.cancelled < 1) await new Promise((done) => setTimeout(done, 5));
});

test('the router answers a client that ignores its own deadline, regardless of the pod (GR-05)', async (t) => {
  const closeCode = Promise.withResolvers<number | undefined>();
  const silent = http2.createServer();
  silent.on('stream', (stream: ServerHttp2Stream) => {
    stream.on('error', () => undefined);
    stream.on('close', () => closeCode.resolve(stream.rstCode));
  });
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  t.after(() => silent.close());
  const router = await routed(t, [(silent.address() as AddressInfo).port]);
  const outcome = await unary(client(t, router.port), 'never', {}, { 'grpc-timeout': '150m' });
  assert.equal(`${outcome.code} ${outcome.details}`, `${grpc.status.DEADLINE_EXCEEDED} grpc-deadline`);
  assert.equal(await closeCode.promise, http2.constants.NGHTTP2_CANCEL);
});

for (const value of ['', '100', '123456789m', '-1S', '1 S', 'S', '1x', '99999999H']) {
  test(`a timeout of "${value}" is left to the pod (GR-05)`, async (t) => {
    const pod = await grpcPod(t);
    const router = await routed(t, [pod.port]);
    const [direct, routedTo] = await Promise.all(
      [pod.port, router.port].map((port) => unary(client(t, port), 'hello', {}, { 'grpc-timeout': value })),
    );
    assert.equal(routedTo?.code, direct?.code);
    assert.equal(routedTo?.details, direct?.details);
  });
}

test('a client that cancels a call frees the pod', async (t) => {
  const pod = await grpcPod(t);
  const router = await routed(t, [pod.port]);
  const call = client(t, router.port).count(Buffer.from('1000 20'));
  call.on('error', () => undefined);
  await once(call, 'data');
  call.cancel();
  while (pod.seen.cancelled === 0) await new Promise((done) => setTimeout(done, 5));
  while (router.snapshot().gauges.exchanges_in_flight > 0) await new Promise((done) => setTimeout(done, 5));
});

test('a stream survives a long silence', async (t) => {
  const pod = await grpcPod(t);
  const short = 150;
  const router = await routed(t, [pod.port], {
    upstreamIdleTimeout: short,
    clientIdleTimeout: short,
    responseHeadTimeout: short,
    tunnelIdleTimeout: 5_000,
  });
  assert.deepEqual(await all(client(t, router.port).count(Buffer.from('3 500'))), ['1', '2', '3']);
});

test('no call is lost when pods end their connections in turn (GR-08)', async (t) => {
  const age = { 'grpc.max_connection_age_ms': 150, 'grpc.max_connection_age_grace_ms': 2_000 };
  const [one, other] = await Promise.all([grpcPod(t, age), grpcPod(t, age)]);
  const router = await routed(t, [one.port, other.port]);
  const clients = Array.from({ length: 4 }, () => client(t, router.port));
  let taken = 0;
  // A snapshot resets the counter.
  const opened = () => (taken += router.snapshot().scalars.upstream_connections_opened);
  const until = Date.now() + 30_000;
  let calls = 0;
  const failed: Outcome[] = [];
  await Promise.all(
    clients.flatMap((it) =>
      Array.from({ length: 8 }, async () => {
        // By then each pod has ended several connections.
        while ((opened() <= 8 || calls <= 50) && Date.now() < until) {
          const outcome = await unary(it, `call ${calls++}`);
          if (outcome.code !== 0) failed.push(outcome);
        }
      }),
    ),
  );
  assert.deepEqual(failed, []);
  assert.ok(calls > 50, `${calls} calls`);
  assert.ok(opened() > 8, `${opened()} connections`);
});
