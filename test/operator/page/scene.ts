import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from '../../../src/admin/answers.ts';
import type { DashboardState } from '../../../src/operator/dashboard/state.ts';
import { type OperatorPage, problem, type StreamEvent } from '../../../src/operator/operator-answers.ts';
import { readPageFiles } from '../../../src/operator/page-files.ts';
import { createOperatorServer } from '../../../src/operator/server.ts';
import { OperatorToken } from '../../../src/operator/token.ts';
import { quietPod, TIME } from './shown.ts';

export const TOKEN = 'a-token-of-32-characters-a-token';

/** The operator listener with the real page; a test sets the answers of its router. */
export class Scene implements AsyncDisposable {
  readonly port: number;
  /** The first event of the stream. */
  state: DashboardState = quietPod();
  /** The path and query of every request. */
  readonly asked: string[] = [];
  #isGone = false;
  readonly #server: Server;
  readonly #folder: string;
  readonly #senders = new Set<(event: StreamEvent) => void>();

  private constructor(server: Server, folder: string) {
    this.#server = server;
    this.#folder = folder;
    this.port = (server.address() as AddressInfo).port;
  }

  /** @param pages further answers, by path */
  static async start({
    pages = {},
    isGuarded = false,
  }: {
    pages?: Record<string, OperatorPage>;
    isGuarded?: boolean;
  } = {}): Promise<Scene> {
    const folder = await mkdtemp(join(tmpdir(), 'podway-page-'));
    const file = join(folder, 'token');
    await writeFile(file, TOKEN);
    const own: Record<string, OperatorPage> = {
      '/events': () => scene.#events(),
      '/answers': () => json(200, { answers: [], missing: [] }),
      '/dashboard/routes': () => json(200, { total: 0, found: 0, rows: [] }),
      ...pages,
    };
    const server = createOperatorServer(
      { pages: own, files: await readPageFiles() },
      {
        access: {
          hosts: new Set(),
          scope: 'machine',
          token: isGuarded ? new OperatorToken(file) : undefined,
        },
        streams: 16,
        connections: 64,
        onError: (error) => {
          throw error;
        },
      },
    );
    server.on('request', ({ url = '' }) => scene.asked.push(url));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const scene = new Scene(server, folder);
    return scene;
  }

  url(hash = ''): string {
    return `http://127.0.0.1:${this.port}/${hash}`;
  }

  /** Viewers of the stream. */
  get readers(): number {
    return this.#senders.size;
  }

  /** Sends an event to all viewers. */
  change(parts: Partial<DashboardState>, time = TIME + 1_000): void {
    for (const send of this.#senders) send({ event: 'change', data: { time, ...parts } });
  }

  /** The router closes every connection, and opens no stream until it is back. */
  leave(): void {
    this.#isGone = true;
    this.#server.closeAllConnections();
  }

  come(): void {
    this.#isGone = false;
  }

  #events(): ReturnType<OperatorPage> {
    if (this.#isGone) return problem(503, 'the router is gone');
    return {
      kind: 'stream',
      run: async (send, signal) => {
        send({ event: 'state', data: { time: TIME, ...this.state } });
        this.#senders.add(send);
        await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
        this.#senders.delete(send);
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
    await rm(this.#folder, { recursive: true, force: true });
  }
}
