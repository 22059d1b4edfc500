import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { adminPages } from '../../src/admin/pages.ts';
import { createAdminServer } from '../../src/admin/server.ts';
import type { EventWriter } from '../../src/cluster/events/event-writer.ts';
import type { KindName } from '../../src/cluster/kinds.ts';
import type { ClusterSource, SourceState } from '../../src/cluster/source.ts';
import { loadConfig } from '../../src/config/load.ts';
import { ControlPlane } from '../../src/control/control-plane.ts';
import type { StartWorker } from '../../src/control/worker-thread.ts';
import { DataPlane } from '../../src/proxy/data-plane.ts';
import type { FromWorker } from '../../src/boundary/messages.ts';
import { withTimeout } from '../fixtures/with-timeout.ts';
import { type WholeReport, wholeReport } from '../fixtures/whole-report.ts';

/**
 * A row may take longer, in real time, than idle pod connections are kept; this timeout keeps its counts of connections
 * true.
 */
const HERE = { address: '127.0.0.1', port: 0, upstreamKeepaliveTimeout: 60_000 } as const;

/**
 * The real source, control plane, data plane and admin pages in the thread of the test. Only the worker thread is left
 * out; messages to it are cloned nevertheless.
 */
export class ClusterRouter {
  /** The routes of every table that was live since pods and Secrets were listed, in the form of `routes`. */
  readonly tables: (readonly string[])[] = [];
  port = 0;
  #plane: DataPlane | undefined;
  readonly #control: ControlPlane;
  readonly #source: ClusterSource;
  readonly #stop = new AbortController();
  readonly #following: Promise<void>;
  readonly #listening = Promise.withResolvers<void>();
  readonly #admin: Server;

  private constructor(source: ClusterSource, events: EventWriter | undefined) {
    const loaded = loadConfig({});
    assert.ok('config' in loaded);
    this.#source = source;
    this.#control = new ControlPlane({
      config: loaded.config,
      machine: { cores: 1, memory: 2 ** 30, openFiles: 1024, sharesPorts: false },
      version: '0',
      source,
      events,
      log: { logger: pino({ level: 'silent' }), dropped: () => 0, line: () => true, flush: () => undefined },
      startWorker: this.#startWorker,
      fatal: ({ message }) => assert.fail(message),
    });
    const subject = {
      version: '0',
      readiness: () => ({ draining: false, ...this.#control.readiness() }),
      metrics: () => this.#control.metrics(),
      overview: () => this.#control.overview(),
      routes: true,
      proxy: undefined,
    };
    this.#admin = createAdminServer(adminPages(subject), (error) => assert.fail(String(error)));
    this.#control.workers.start();
    this.#following = this.#control.follow(this.#stop.signal);
  }

  static async start(source: ClusterSource, events?: EventWriter): Promise<ClusterRouter> {
    const router = new ClusterRouter(source, events);
    await once(router.#admin.listen(0, '127.0.0.1'), 'listening');
    await router.#listening.promise;
    return router;
  }

  /** `host/path pod ...` of every live route, with its ready pods in rotation order. */
  get routes(): readonly string[] {
    const routes = [...(this.#plane?.table.routes() ?? [])];
    return routes.map((it) => [it.host + it.path, ...it.candidates.map(({ pod }) => pod)].join(' ')).sort();
  }

  get synced(): boolean {
    return this.#plane?.table.synced ?? false;
  }

  states(): Readonly<Record<KindName, SourceState>> {
    return this.#source.states();
  }

  /** A page of the admin listener. */
  async page(path: string): Promise<{ status: number; body: string }> {
    const { port } = this.#admin.address() as AddressInfo;
    const response = await fetch(`http://127.0.0.1:${port}${path}`);
    return { status: response.status, body: await response.text() };
  }

  /** The counters since the last call. */
  snapshot(): WholeReport {
    assert.ok(this.#plane);
    return wholeReport(this.#plane);
  }

  async drain(): Promise<number> {
    this.#stop.abort();
    await withTimeout(this.#following, 'the source does not end');
    return (await this.#plane?.drain()) ?? 0;
  }

  close(): void {
    this.#stop.abort();
    this.#plane?.close();
    this.#admin.close();
    this.#admin.closeAllConnections();
  }

  readonly #startWorker: StartWorker = ({ settings }, listener) => {
    const send = (message: FromWorker): void => {
      setImmediate(() => listener.message(structuredClone(message)));
    };
    const plane = new DataPlane({ ...settings, ...HERE });
    this.#plane = plane;
    const listen = async (): Promise<void> => {
      const { address, port } = await plane.listen();
      this.port = port;
      send({ type: 'listening', address, port });
    };
    listen().then(this.#listening.resolve, this.#listening.reject);
    return {
      send: (message) => {
        if (message.type === 'delta') {
          const { delta, more } = structuredClone(message);
          plane.apply(delta, more);
          if (this.synced && !more) this.tables.push(this.routes);
          send(more ? { type: 'staged' } : { type: 'applied', revision: delta.revision });
        } else if (message.type === 'figures') send({ type: 'report', part: plane.figures(0) });
        else if (message.type === 'report') send({ type: 'report', part: plane.nextPart() });
      },
      terminate: () => Promise.resolve(),
    };
  };
}
