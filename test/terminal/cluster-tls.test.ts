import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { connect as connectPlain } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { WebSocket } from 'ws';
import { REFUSALS } from '../../src/terminal/rules/reasons.ts';
import { Authority } from '../fixtures/authority.ts';
import { withTimeout } from '../fixtures/with-timeout.ts';
import { terminals } from '../fixtures/kubernetes-api/streams/terminals.ts';
import { ClusterScene, USER_TOKEN } from './cluster-scene.ts';
import { PageClient } from './page-client.ts';

const skip = typeof terminals === 'string' ? terminals : false;
const HOST = 'terminals.example';
const ORIGIN = `https://${HOST}`;
const HSTS = 'max-age=31536000';

/** The listener of terminals over TLS, and the folder of its certificate. */
class TlsTerminals {
  readonly scene: ClusterScene;
  readonly #authority: Authority;
  readonly #folder: string;

  private constructor(scene: ClusterScene, authority: Authority, folder: string) {
    this.scene = scene;
    this.#authority = authority;
    this.#folder = folder;
  }

  /** Listens at all addresses; there is no certificate yet. */
  static async set(): Promise<TlsTerminals> {
    const authority = new Authority(await mkdtemp(join(tmpdir(), 'podway-')));
    await authority.create();
    const folder = await mkdtemp(join(tmpdir(), 'podway-'));
    const scene = await ClusterScene.start({
      TERMINAL_ADDRESS: '0.0.0.0',
      TERMINAL_CERTIFICATE: 'terminals',
      TERMINAL_ORIGINS: `${ORIGIN}, https://other.example:9443`,
      TLS_CERTIFICATES: folder,
      TLS_MIN_VERSION: '1.3',
      HSTS,
      LOG_LEVEL: 'info',
    });
    return new TlsTerminals(scene, authority, folder);
  }

  /** Puts a new certificate of this kind into the folder. */
  async certify(key: 'ec' | 'rsa'): Promise<void> {
    await this.#authority.sign(key, { names: `DNS:${HOST}`, key });
    await writeFile(join(this.#folder, 'terminals.key'), await this.#authority.read(`${key}.key`));
    await writeFile(join(this.#folder, 'terminals.crt'), await this.#authority.read(key));
  }

  async trust(): Promise<ConnectionOptions & { host: string; port: number }> {
    const ca = await this.#authority.read('ca');
    return { host: '127.0.0.1', port: this.scene.port, servername: HOST, ca };
  }

  /** The result of a handshake: the kind of the certificate's key, or the code of the error. */
  async handshake(options: ConnectionOptions = {}): Promise<string> {
    const socket: TLSSocket = connect({ ...(await this.trust()), ...options });
    try {
      await withTimeout(once(socket, 'secureConnect'), 'a handshake');
      return socket.getPeerX509Certificate()?.publicKey.asymmetricKeyType ?? 'none';
    } catch (error) {
      return (error as NodeJS.ErrnoException).code ?? 'no code';
    } finally {
      socket.destroy();
    }
  }

  async ask(method: string, path: string, headers: Record<string, string>, body = '') {
    const sent = request({ ...(await this.trust()), method, path, agent: false, setHost: false, headers });
    sent.end(body);
    const [response] = await withTimeout(once(sent, 'response'), path);
    return { status: response.statusCode, headers: response.headers, body: await text(response) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.scene[Symbol.asyncDispose]();
    await this.#authority[Symbol.asyncDispose]();
  }
}

interface Visit {
  readonly name: string;
  readonly host: string;
  readonly origin: string;
  readonly refused?: 'host' | 'origin';
}

const VISITS: readonly Visit[] = [
  { name: 'its own page', host: HOST, origin: ORIGIN },
  { name: 'its own page in capitals, with the port of https', host: 'Terminals.Example:443', origin: ORIGIN },
  {
    name: 'a page at another of its origins',
    host: 'other.example:9443',
    origin: 'https://other.example:9443',
  },
  { name: 'the page through a port-forward', host: 'localhost:7777', origin: 'https://localhost:7777' },
  { name: 'the same page without TLS', host: HOST, origin: `http://${HOST}`, refused: 'origin' },
  {
    name: 'a page at another of its origins, for this host',
    host: HOST,
    origin: 'https://other.example:9443',
    refused: 'origin',
  },
  { name: 'another port', host: HOST, origin: `${ORIGIN}:444`, refused: 'origin' },
  { name: 'a page of another site', host: HOST, origin: 'https://evil.example', refused: 'origin' },
  { name: 'a page with the origin null', host: HOST, origin: 'null', refused: 'origin' },
  { name: 'another host', host: 'evil.example', origin: 'https://evil.example', refused: 'host' },
  { name: 'a host below its own host', host: `a.${HOST}`, origin: `https://a.${HOST}`, refused: 'host' },
  {
    name: 'its own host as a prefix of another host',
    host: `${HOST}.evil.example`,
    origin: `https://${HOST}.evil.example`,
    refused: 'host',
  },
  { name: 'the port of http', host: `${HOST}:80`, origin: `${ORIGIN}:80`, refused: 'host' },
  { name: 'the address', host: '0.0.0.0', origin: 'https://0.0.0.0', refused: 'host' },
];

test('TERMINAL_PORT with TLS, at an address that other machines reach', { skip }, async (t) => {
  await using secure = await TlsTerminals.set();
  const { scene } = secure;
  await t.test(
    'no certificate: no handshake succeeds, the log has the reason, and podway routes regardless',
    async () => {
      assert.match(await secure.handshake(), /^ERR_SSL_|ECONNRESET/);
      await scene.podway.eventually(async () =>
        assert.match(
          scene.podway.stdout,
          /TERMINAL_CERTIFICATE=.*expected a certificate and its key in .*there is none/,
        ),
      );
      await scene.podway.until(200);
    },
  );
  await t.test('a certificate that is added later', async () => {
    await secure.certify('ec');
    await scene.podway.eventually(async () => assert.equal(await secure.handshake(), 'ec'));
  });
  await t.test('an older TLS than TLS_MIN_VERSION', async () => {
    assert.match(await secure.handshake({ maxVersion: 'TLSv1.2' }), /PROTOCOL_VERSION/);
  });
  await t.test('a request without TLS gets no answer', async () => {
    const socket = connectPlain(scene.port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(`GET / HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`);
    let received = '';
    socket.on('data', (data) => {
      received += data.toString('latin1');
    });
    await withTimeout(once(socket, 'close'), 'the end');
    assert.doesNotMatch(received, /HTTP\//);
  });
  await t.test('the page, its policy and HSTS', async () => {
    const { status, headers } = await secure.ask('GET', '/', { host: HOST });
    assert.equal(status, 200);
    assert.match(
      String(headers['content-security-policy']),
      /connect-src 'self' wss:\/\/terminals\.example;/,
    );
    assert.equal(headers['strict-transport-security'], HSTS);
  });
  const open = (host: string, origin: string) =>
    secure.ask(
      'POST',
      '/terminal/sessions',
      { host, origin, authorization: `Bearer ${USER_TOKEN}`, 'content-type': 'application/json' },
      JSON.stringify({ namespace: 'default', pod: 'a', command: ['cat'] }),
    );
  const check = async ({ host, origin, refused }: Visit) => {
    const { status, body } = await open(host, origin);
    const { reason } = JSON.parse(body) as { reason?: string };
    assert.deepEqual(
      [status, reason],
      refused === undefined ? [201, undefined] : [REFUSALS[refused], refused],
      body,
    );
  };
  for (const visit of VISITS) await t.test(`a session for ${visit.name} (TT-15)`, () => check(visit));
  await t.test('a terminal over wss, which stays open while its certificate is replaced', async () => {
    const { ticket } = JSON.parse((await open(HOST, ORIGIN)).body) as { ticket: string };
    const options = { ...(await secure.trust()), origin: ORIGIN, headers: { host: HOST } };
    const socket = new WebSocket(
      `wss://127.0.0.1:${scene.port}/terminal/socket`,
      ['podway.terminal.v1', `podway.ticket.${ticket}`],
      options,
    );
    using page = await PageClient.on(socket);
    await page.opened();
    await secure.certify('rsa');
    await scene.podway.eventually(async () => assert.equal(await secure.handshake(), 'rsa'));
    page.type('still here\r');
    await page.waitFor('still here');
  });
});
