import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import type { ConnectionOptions, TLSSocket } from 'node:tls';
import { ANY_HOST } from '../../src/boundary/certificates.ts';
import type { HandshakeFailure } from '../../src/boundary/handshakes.ts';
import { get } from '../fixtures/check.ts';
import { RawClient } from '../fixtures/raw-client.ts';
import type { WholeReport } from '../fixtures/whole-report.ts';
import type { Scene, Site } from '../fixtures/scene.ts';
import type { SettingsOverrides } from '../fixtures/settings.ts';
import { secureClient, startTlsScene, TestCertificates } from '../fixtures/tls-scene.ts';

/** The certificates of the whole table, made once. */
export const CERTIFICATES = await TestCertificates.untilExit({
  t: { names: 'DNS:t.local' },
  a: { names: 'DNS:a.local' },
  'a-rsa': { names: 'DNS:a.local', key: 'rsa' },
  both: { names: 'DNS:t.local,DNS:b.local' },
  wildcard: { names: 'DNS:*.w.local' },
  renewed: { names: 'DNS:a.local' },
  client: { names: 'DNS:client' },
  expired: { names: 'DNS:client', days: -1 },
  untrusted: { names: 'DNS:client', signedBy: 'itself' },
});

export interface TlsRow {
  readonly name: string;
  readonly settings?: SettingsOverrides;
  /** The pods; by default `o1` for every host with a certificate. */
  readonly pods?: readonly Site[];
  /** The certificates of each host, see TestCertificates; by default `t` for any host. */
  readonly serve?: Readonly<Record<string, readonly string[]>>;
  /** A program that the row needs, and the Debian package of the same name. */
  readonly program?: string;
  readonly act: (harness: TlsHarness) => Promise<void>;
  /** The counts of failed handshakes; by default there are none. */
  readonly failures?: Partial<Record<HandshakeFailure, number>>;
  /** Whether no byte of the client reaches a pod. */
  readonly untouched?: boolean;
  /** The plain value of the key of each namespace. */
  readonly keys?: Readonly<Record<string, string>>;
  /** The handshake of the next client, whose response is checked. */
  readonly next?: ConnectionOptions;
  readonly nextStatus?: number;
}

const PODS = [{ name: 'o1', hosts: 't.local a.local b.local plain.local x.w.local' }];
export const DEFAULT = { [ANY_HOST]: ['t'] };
export const BY_NAME = { 'a.local': ['a', 'a-rsa'], '*.w.local': ['wildcard'] };

/** The actions of a row on its router. */
export class TlsHarness {
  readonly scene: Scene;
  readonly failures: Partial<Record<HandshakeFailure, number>> = {};
  /** The number of handshakes that resumed a session. */
  resumed = 0;
  readonly #clients: RawClient[] = [];

  constructor(scene: Scene) {
    this.scene = scene;
  }

  get router(): Scene['router'] {
    return this.scene.router;
  }

  /** A client of the TLS port without TLS. */
  async bare(): Promise<RawClient> {
    const client = await RawClient.connect(this.router.tlsPort as number);
    this.#clients.push(client);
    return client;
  }

  /** A client after its handshake. */
  async secure(
    options: ConnectionOptions = {},
  ): Promise<{ readonly client: RawClient; readonly stream: TLSSocket; readonly raw: Socket }> {
    const opened = await secureClient(this.scene, { ca: CERTIFICATES.ca, servername: 't.local', ...options });
    this.#clients.push(opened.client);
    return opened;
  }

  /** OpenSSL's reason for a failed handshake; '' for a FIN. */
  async refused(options: ConnectionOptions): Promise<string> {
    try {
      await this.secure(options);
    } catch (error) {
      return (error as NodeJS.ErrnoException).code ?? '';
    }
    return 'a handshake';
  }

  /** The common name of the certificate that the client gets. */
  async presented(options: ConnectionOptions): Promise<string> {
    const { client, stream } = await this.secure({ rejectUnauthorized: false, ...options });
    const { subject } = stream.getPeerCertificate();
    // If the client disconnects immediately, the router may count an incomplete handshake.
    await client.exchange(get('/'));
    client.close();
    return String(subject.CN);
  }

  /** The current figures; handshakes are added up. */
  figures(): WholeReport {
    const figures = this.router.snapshot();
    for (const { reason, count } of figures.handshakes.failed)
      this.failures[reason] = (this.failures[reason] ?? 0) + count;
    for (const { resumed, count } of figures.handshakes.done) if (resumed) this.resumed += count;
    return figures;
  }

  async until(reached: (figures: WholeReport) => boolean): Promise<void> {
    while (!reached(this.figures())) await new Promise((resolve) => setTimeout(resolve, 2));
  }

  /** Waits until the router has no state of refused connections. */
  alone(): Promise<void> {
    return this.until(({ gauges }) => gauges.downstream_connections === 0);
  }

  close(): void {
    for (const client of this.#clients) client.close();
  }
}

/** Every row has its own router; after every row the next client is served, and the router has no state left over. */
export function checkTls(promise: string, rows: readonly TlsRow[]): void {
  for (const row of rows) {
    test(`${promise}: ${row.name}`, async (t) => {
      const { program } = row;
      if (program === undefined || (await isInstalled(program))) await checkRow(row);
      else t.skip(`needs the Debian package ${program}`);
    });
  }
}

function isInstalled(program: string): Promise<boolean> {
  return promisify(execFile)(program, ['version']).then(
    () => true,
    () => false,
  );
}

async function checkRow({
  settings,
  pods = PODS,
  serve = DEFAULT,
  keys = {},
  ...row
}: TlsRow): Promise<void> {
  const spec = { pods, serve, keys, settings: { drainTimeout: 100, ...settings } };
  await using scene = await startTlsScene(CERTIFICATES, spec);
  const harness = new TlsHarness(scene);
  try {
    await row.act(harness);
    harness.figures();
    assert.deepEqual(harness.failures, row.failures ?? {});
    if (row.untouched === true) assert.equal(scene.origin('o1').received.length, 0);
    CERTIFICATES.serve(scene.router, DEFAULT);
    const { client } = await harness.secure(row.next);
    assert.equal((await client.exchange(get('/next'))).status, row.nextStatus ?? 200);
  } finally {
    harness.close();
  }
}

/** A session that can be resumed: with TLS 1.3 its ticket arrives before the first response. */
export async function ticketOf(harness: TlsHarness, options: ConnectionOptions): Promise<Buffer | undefined> {
  const { client, stream } = await harness.secure(options);
  await client.exchange(get('/'));
  const ticket = stream.getSession();
  client.close();
  return ticket;
}

/** Waits for the end, with or without an error: a TLSSocket with an error stays open. */
export async function ended(stream: TLSSocket): Promise<void> {
  if (stream.closed || stream.errored !== null || stream.readableEnded) return;
  await new Promise<void>((resolve) => {
    for (const event of ['close', 'error', 'end']) stream.once(event, () => resolve());
  });
}
