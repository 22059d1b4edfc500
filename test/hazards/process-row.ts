import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { type Podway, type PodwayOptions, type Reply, startPodway } from '../process/podway.ts';
import { forwarded, get, withPlaceholders } from '../fixtures/check.ts';
import { podManifest } from '../fixtures/manifest.ts';
import { ok, Origin } from '../fixtures/origin.ts';
import { RawClient } from '../fixtures/raw-client.ts';
import { samplesOf } from '../telemetry/exposition.ts';

/** An event of the process, or a check. */
export type Step = (scene: ProcessScene) => unknown;

/** A real process with one pod, `o1` of `t.local/`, its events, and its end. */
export interface ProcessRow extends Pick<PodwayOptions, 'env' | 'launcher'> {
  /** The id of the row, and a description. */
  readonly name: string;
  /** The steps after podway is ready; undefined: podway ends without a step. */
  readonly steps?: readonly Step[];
  /** The kind of its unread stdout. */
  readonly unread?: 'socket' | 'pipe';
  /** A setting whose port another program uses. */
  readonly occupiedPortSetting?: 'PORT' | 'ADMIN_PORT';
  readonly code: number;
  /** Every line of stderr, in order. */
  readonly stderr?: readonly RegExp[];
  /** Lines of the log, in any order. */
  readonly logged?: readonly RegExp[];
  /** The targets of the requests that the pod gets, in order; the bytes of each request are compared. */
  readonly received?: readonly string[];
}

/** A running podway, its pod and its clients. */
class ProcessScene {
  readonly podway: Podway;
  readonly origin: Origin;
  readonly clients: RawClient[] = [];
  /** Requests for `/held` that the pod has not answered yet. */
  readonly pendingRequests: RawClient[] = [];
  readonly #release = Promise.withResolvers<void>();

  constructor(podway: Podway, origin: Origin) {
    this.podway = podway;
    this.origin = origin;
    const defaultAnswer = origin.answer;
    assert.ok(typeof defaultAnswer === 'function');
    origin.answer = async (request) => {
      if (request.target === '/held') {
        await this.#release.promise;
        request.connection.socket.write(ok('held'));
      } else await defaultAnswer(request);
    };
  }

  async client(): Promise<RawClient> {
    const client = await RawClient.connect(this.podway.port, this.podway.address);
    this.clients.push(client);
    return client;
  }

  /** Lets the pod answer the requests that it holds. */
  release(): void {
    this.#release.resolve();
  }

  [Symbol.dispose](): void {
    for (const client of this.clients) client.close();
  }
}

export async function checkProcesses(title: string, rows: readonly ProcessRow[]): Promise<void> {
  await describe(title, { concurrency: 2 }, () => {
    for (const row of rows) void test(row.name, () => check(row));
  });
}

async function check({
  name: _,
  steps,
  occupiedPortSetting,
  unread,
  code,
  stderr = [],
  logged = [],
  received,
  ...options
}: ProcessRow) {
  const origin = await Origin.start('o1');
  using occupiedPort = await occupyPort();
  using pipe = unread === 'pipe' ? namedPipe() : undefined;
  const stdout = pipe?.fd ?? (unread === undefined ? undefined : 'unread');
  try {
    const pod = podManifest({ name: 'o1', hosts: 't.local', paths: '/', port: origin.port });
    const occupiedSetting =
      occupiedPortSetting === undefined
        ? {}
        : {
            [occupiedPortSetting]: String(occupiedPort.port),
            [ADDRESS_OF[occupiedPortSetting]]: '127.0.0.1',
          };
    await using podway = await startPodway({
      ...options,
      ...(stdout !== undefined && { stdout }),
      manifests: { 'pod.json': pod },
      env: { ...options.env, ...occupiedSetting },
    });
    using scene = new ProcessScene(podway, origin);
    if (steps !== undefined) await podway.until(200);
    for (const step of steps ?? []) await step(scene);
    const ended = await podway.ended;
    assert.equal(ended.code, code, ended.stderr);
    const lines = ended.stderr.split('\n').filter((line) => line !== '');
    assert.equal(lines.length, stderr.length, ended.stderr);
    for (const [index, line] of stderr.entries()) assert.match(lines[index] ?? '', line);
    for (const line of logged) assert.match(ended.stdout, line);
    if (received !== undefined) checkReceived(scene, received);
  } finally {
    await origin.close();
  }
}

/** A port of 127.0.0.1 that is in use. */
async function occupyPort(): Promise<{ port: number } & Disposable> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, [Symbol.dispose]: () => void server.close() };
}

/** A named pipe, open for reading, so that writers find a reader that never reads. */
function namedPipe(): { fd: number } & Disposable {
  const path = join(tmpdir(), `podway-test-${process.pid}.fifo`);
  execFileSync('mkfifo', [path]);
  const fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  rmSync(path);
  return { fd, [Symbol.dispose]: () => closeSync(fd) };
}

const ADDRESS_OF = { PORT: 'ADDRESS', ADMIN_PORT: 'ADMIN_ADDRESS' } as const;

function checkReceived({ origin }: ProcessScene, targets: readonly string[]): void {
  assert.deepEqual(
    origin.requests.map(({ target }) => target),
    targets,
  );
  const expected = targets.map((target) => forwarded(`GET ${target}`)).sort();
  const bytes = origin.connections.map(({ reader }) => reader.received.toString('latin1')).join('');
  const requests = withPlaceholders(bytes).split(/(?<=\r\n\r\n)/);
  assert.deepEqual(requests.filter((it) => it !== '').sort(), expected, 'the requests that the pod received');
}

export const signal =
  (name: NodeJS.Signals): Step =>
  ({ podway }) =>
    podway.kill(name);

/** `/readyz` becomes 503, with these reasons. */
export const unready =
  (...reasons: readonly string[]): Step =>
  async ({ podway }) => {
    const { body } = await podway.until(503);
    assert.deepEqual(JSON.parse(body), { ready: false, reasons });
  };

/** A request on its own connection: the pod answers it. */
export const served =
  (target: string, by = `o1 GET ${target}`): Step =>
  async (scene) => {
    const { status, text } = await (await scene.client()).exchange(get(target));
    assert.deepEqual([status, text], [200, by]);
  };

/** Opens this many connections; each has had a response and stays open. */
export const keeps =
  (count: number): Step =>
  async (scene) => {
    for (let index = 0; index < count; index += 1) await served('/kept')(scene);
  };

/** A request that has reached the pod and waits there. */
export const begins: Step = async (scene) => {
  const client = await scene.client();
  void client.send(get('/held'));
  await scene.podway.eventually(async () => {
    const held = scene.origin.requests.filter(({ target }) => target === '/held');
    assert.equal(held.length, scene.pendingRequests.length + 1);
  });
  scene.pendingRequests.push(client);
};

/** The pod answers the request now; podway announces the end of the connection, and ends it. */
export const finishes: Step = async (scene) => {
  scene.release();
  for (const client of scene.pendingRequests) {
    const response = await client.response();
    assert.deepEqual([response.status, response.text, response.value('connection')], [200, 'held', 'close']);
    await client.closed();
  }
};

/** The running request is aborted: podway answers instead of the pod. */
export const isCut: Step = async (scene) => {
  for (const client of scene.pendingRequests) {
    const response = await client.response();
    assert.deepEqual([response.status, response.value('x-podway-reason')], [503, 'drain-timeout']);
    await client.closed();
  }
};

/** No process accepts connections. */
export const refusesConnections: Step = ({ podway }) =>
  podway.eventually(() => assert.rejects(podway.connect(), { code: 'ECONNREFUSED' }));

/** Waits for a line of the log. */
export const logs =
  (line: RegExp): Step =>
  ({ podway }) =>
    podway.eventually(async () => assert.match(podway.stdout, line));

/** Waits for a sample of `/metrics` of at least this value. */
export const metric =
  (name: string, least: number): Step =>
  ({ podway }) =>
    podway.eventually(async () => {
      const value = samplesOf((await podway.admin('/metrics')).body).get(name) ?? 0;
      assert.ok(value >= least, `${name} is ${value}`);
    });

export const readyAgain: Step = ({ podway }) => podway.until(200);

/** The same request repeatedly, each on its own connection. */
export const asks =
  (count: number, target: string, headers: Readonly<Record<string, string>>, status: number): Step =>
  async ({ podway }) => {
    for (let sent = 0; sent < count; sent += 1) {
      const reply: Reply = await podway.get(target, headers);
      assert.equal(reply.status, status);
    }
  };

/**
 * More connections than podway accepts: at most this many stay open, podway closes the others without a byte, and the
 * first ones are still served.
 */
export const exceedsConnectionLimit =
  (count: number, max: number): Step =>
  async (scene) => {
    const first = scene.clients[0];
    assert.ok(first);
    const connecting = Array.from({ length: count }, () => scene.client().catch(() => undefined));
    const accepted = (await Promise.all(connecting)).filter((it) => it !== undefined);
    await scene.podway.eventually(async () => {
      const open = accepted.filter(({ reader }) => reader.ending === undefined).length;
      assert.ok(open <= max, `${open} connections`);
    });
    assert.equal((await first.exchange(get('/kept'))).status, 200);
    for (const client of accepted) {
      assert.equal(client.reader.received.length, 0);
      client.close();
    }
  };
