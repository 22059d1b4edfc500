/** An HTTP/2 client (node:http2) whose connections podway ends again and again: no request of the client is lost. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type ClientHttp2Session, connect } from 'node:http2';
import net, { type AddressInfo } from 'node:net';
import { test } from 'node:test';
import { FRAME, FrameReader, PREFACE } from '../fixtures/http2/frames.ts';
import { ok } from '../fixtures/origin.ts';
import { type Scene, type SceneSpec, startScene } from '../fixtures/scene.ts';

/** Number of requests that are in flight at the same time. */
const LANES = 16;

async function withClient(
  settings: SceneSpec['settings'],
  does: (client: Client, scene: Scene) => Promise<void>,
): Promise<void> {
  await using scene = await startScene({
    pods: [{ name: 'a', answer: [ok('whole')] }],
    settings: { http2Plain: true, drainTimeout: 5_000, ...settings },
  });
  await using wire = await Wire.to(scene.router.port);
  using client = new Client(wire);
  await does(client, scene);
  assert.ok(wire.requests > 100);
  assert.equal(client.answered, wire.requests, 'every request that the client sent is answered');
}

/**
 * Passes bytes between a client and the router, and counts the requests. When GOAWAY arrives, node:http2 itself refuses requests that it
 * has not sent, and reports them as if the server had refused them.
 */
class Wire implements AsyncDisposable {
  requests = 0;
  readonly #server: net.Server;
  readonly #sockets = new Set<net.Socket>();

  private constructor(router: number) {
    this.#server = net.createServer({ noDelay: true }, (near) => {
      const far = net.connect({ port: router, host: '127.0.0.1', noDelay: true });
      const reader = new FrameReader(PREFACE.length);
      near.on('data', (bytes: Buffer) => {
        for (const { type } of reader.read(bytes)) if (type === FRAME.headers) this.requests += 1;
      });
      near.pipe(far).pipe(near);
      for (const socket of [near, far]) {
        this.#sockets.add(socket);
        socket.on('error', () => undefined).on('close', () => this.#sockets.delete(socket));
      }
    });
  }

  static async to(router: number): Promise<Wire> {
    const wire = new Wire(router);
    wire.#server.listen(0, '127.0.0.1');
    await once(wire.#server, 'listening');
    return wire;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

/** Sends requests on a connection until it reads a GOAWAY, then on a new connection. It repeats no request. */
class Client implements Disposable {
  readonly #wire: Wire;
  #session: ClientHttp2Session | undefined = undefined;
  connections = 0;
  answered = 0;

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  /** Sends requests while `more` returns true: on each lane one after the other. */
  async run(more: () => boolean): Promise<void> {
    const lane = async (): Promise<void> => {
      while (more()) if (await this.#ask().catch(() => false)) this.answered += 1;
    };
    await Promise.all(Array.from({ length: LANES }, lane));
  }

  /** Whether the connection has read a GOAWAY. */
  get hasGoaway(): boolean {
    return this.#session?.closed === true;
  }

  [Symbol.dispose](): void {
    this.#session?.destroy();
  }

  /** Resolves with true for a complete answer. */
  async #ask(): Promise<boolean> {
    const stream = this.#open().request({ ':authority': 't.local' });
    let content = '';
    stream.setEncoding('latin1').on('data', (text: string) => {
      content += text;
    });
    const [fields] = await once(stream, 'response');
    await once(stream, 'end');
    return fields[':status'] === 200 && content === 'whole';
  }

  #open(): ClientHttp2Session {
    if (this.#session === undefined || this.#session.closed || this.#session.destroyed) {
      this.connections += 1;
      this.#session = connect(`http://127.0.0.1:${this.#wire.port}`);
      this.#session.on('error', () => undefined);
    }
    return this.#session;
  }
}

test('connections at their maximum age lose no request of node:http2 (H2-76)', async () => {
  await withClient({ maxConnectionAge: 30 }, async (client, scene) => {
    await client.run(() => client.connections < 20);
    assert.ok(scene.router.snapshot().http2.goaways.age >= 19);
  });
});

test('drains lose no request of node:http2 (H2-76)', async () => {
  for (let left = 10; left > 0; left -= 1)
    await withClient({}, async (client, scene) => {
      let drained: Promise<number> | undefined;
      await client.run(() => {
        if (client.answered > 100) drained ??= scene.router.drain();
        return !client.hasGoaway;
      });
      assert.equal(await drained, 0);
    });
});
