import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import {
  type AddressInfo,
  connect,
  createServer as createTcpServer,
  type Server,
  type Socket,
} from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ApiFailure } from '../../src/cluster/api/api-failure.ts';
import { ApiServer } from '../../src/cluster/api/api-server.ts';
import { defaultKubeConfig } from '../../src/cluster/api/kubeconfig.ts';
import { openCommand } from '../../src/cluster/streams/open-command.ts';
import { TestClock } from '../cluster/test-clock.ts';
import { Authority } from '../fixtures/authority.ts';
import { withTimeout } from '../fixtures/with-timeout.ts';
import { closing, on, type StreamServer } from '../fixtures/stream-server.ts';
import { SUCCESS } from './pod-stream.ts';

/** A kubeconfig in its own folder, with a CA and the certificate of a server on 127.0.0.1. */
export class Home {
  readonly authority: Authority;
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
    this.authority = new Authority(folder);
  }

  /** Returns undefined if openssl is missing. */
  static async make(): Promise<Home | undefined> {
    if ((await promisify(execFile)('openssl', ['version']).catch(() => undefined)) === undefined)
      return undefined;
    const home = new Home(await mkdtemp(join(tmpdir(), 'podway-streams-')));
    await home.authority.create();
    await home.authority.sign('server');
    return home;
  }

  /** Key and certificate for a server. */
  async tls(): Promise<{ readonly key: Buffer; readonly cert: Buffer }> {
    return { key: await this.authority.read('server.key'), cert: await this.authority.read('server') };
  }

  /** Writes a program, and returns its path. */
  program(name: string, ...lines: readonly string[]): string {
    const path = join(this.#folder, name);
    writeFileSync(path, ['#!/bin/sh', ...lines, ''].join('\n'));
    chmodSync(path, 0o755);
    return path;
  }

  kubeconfig(cluster: object, user: object = {}): void {
    const config = {
      clusters: [{ name: 'c', cluster: { 'certificate-authority': 'ca', ...cluster } }],
      users: [{ name: 'u', user }],
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
      'current-context': 'x',
    };
    writeFileSync(join(this.#folder, 'config'), JSON.stringify(config));
  }

  /** Runs a command over a new session that the server ends normally; returns the result. */
  async exec(server: StreamServer, clock = new TestClock()): Promise<string> {
    const env = { PATH: process.env['PATH'], KUBECONFIG: join(this.#folder, 'config') };
    const api = new ApiServer({ load: () => defaultKubeConfig(env), timeout: 10_000 });
    const { signal } = new AbortController();
    try {
      const session = await openCommand(api, REQUEST, { clock, signal });
      session.stdout.resume();
      session.stderr.resume();
      (await server.peer()).send(on(1), on(3, SUCCESS), closing(1000));
      return (await withTimeout(session.ended, 'the end of the session')).kind;
    } catch (error) {
      if (error instanceof ApiFailure) return `${error.reason}: ${error.message}`;
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#folder, { recursive: true });
  }
}

const REQUEST = {
  target: { namespace: 'shop', pod: 'web-0', container: 'app' },
  streams: { stdin: false, stdout: true, stderr: true, tty: false },
  command: ['true'],
} as const;

/** A proxy that connects every host to 127.0.0.1. */
export class Proxy {
  /** The targets that clients requested. */
  readonly asked: string[] = [];
  readonly #server: Server;
  readonly #scheme: string;

  private constructor(scheme: string, server: Server) {
    this.#scheme = scheme;
    this.#server = server;
  }

  /** A proxy for CONNECT. */
  static async http(): Promise<Proxy> {
    const server = createServer();
    const proxy = new Proxy('http', server);
    server.on('connect', (request, client: Socket) => {
      proxy.#pass(request.url ?? '', client, 'HTTP/1.1 200 OK\r\n\r\n');
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return proxy;
  }

  /** A SOCKS proxy (RFC 1928) without authentication. */
  static async socks(): Promise<Proxy> {
    const server = createTcpServer((client) => {
      client.once('data', () => {
        client.write(Buffer.of(5, 0));
        client.once('data', (request: Buffer) => {
          const port = request.readUInt16BE(request.length - 2);
          const named = request[3] === 3;
          const host = named ? request.subarray(5, -2).toString() : [...request.subarray(4, -2)].join('.');
          proxy.#pass(`${host}:${port}`, client, Buffer.of(5, 0, 0, 1, 0, 0, 0, 0, 0, 0));
        });
      });
    });
    const proxy = new Proxy('socks5', server);
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return proxy;
  }

  get url(): string {
    return `${this.#scheme}://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  #pass(to: string, client: Socket, agreement: string | Buffer): void {
    this.asked.push(to);
    const server = connect(Number(to.split(':').at(-1)), '127.0.0.1', () => {
      client.write(agreement);
      client.pipe(server).pipe(client);
    });
    server.on('error', () => client.destroy()).on('close', () => client.destroy());
    client.on('error', () => server.destroy()).on('close', () => server.destroy());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    await closed;
  }
}
