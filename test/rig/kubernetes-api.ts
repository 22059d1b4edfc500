import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Server, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import {
  listPage,
  selectionOf,
  sendJson,
  sendReadiness,
  type StreamingLists,
  streamsInitialEvents,
  WatchStream,
} from './kubernetes-api/answers.ts';
import { type ApiRequest, readApiRequest } from './kubernetes-api/api-request.ts';
import { authorise, type Rule } from './kubernetes-api/authorise.ts';
import { BodyWriter } from './kubernetes-api/body-writer.ts';
import { changeObject } from './kubernetes-api/change-object.ts';
import { discovery } from './kubernetes-api/discovery.ts';
import { type Fault, FaultScript, type FaultTarget } from './kubernetes-api/fault.ts';
import { resourceOf } from './kubernetes-api/kinds.ts';
import { type LoggedRequest, RequestLog } from './kubernetes-api/request-log.ts';
import { spoil } from './kubernetes-api/spoil.ts';
import { Refusal, statusObject } from './kubernetes-api/status.ts';
import { type ApiObject, type Backup, type ObjectInput, ObjectStore } from './kubernetes-api/store.ts';
import { commonName, createTlsServer, type ServerTls } from './kubernetes-api/tls.ts';

/**
 * A Kubernetes API server as far as list and watch go, over real HTTP, so that client code runs unchanged against it.
 *
 * What a lazier fake would hide:
 * - it sends every watch from "now": then a change between list and watch, or between two watches, is never missed here
 *   and always in a cluster. This one replays its history from the resourceVersion that was asked for.
 * - it forgets nothing: then 410 is never tested. `compact()` forgets, and 410 comes as an ERROR event with status 200
 *   (as a real server says it on a watch) and as a status (as it says it of a stale `continue` token).
 * - it filters watches by the new state of an object: then a pod that loses its label is never seen to go. A real server
 *   says DELETED, with the last matching state and the version of the change.
 * - it pages a live list: real pages are all of the version of the first one.
 * - it counts versions per resource: a real counter is shared, so a bookmark is the only news of a quiet resource.
 * - it speaks HTTP/1.1 only: real servers speak HTTP/2 over TLS to whoever can. With `tls` this one does.
 * - its counter only grows: etcd restored from a backup counts from lower on, and a watch from a version yet to come is
 *   silent, without even a bookmark, until that is reached.
 * - its list items have a kind, its authorisation ignores the field selector, its updates always make an event.
 */
export class KubernetesApi {
  /** Requests without this bearer token get 401; undefined lets everybody in. */
  token: string | undefined;
  /** Key and certificate; new ones count from the next `up()` on. */
  tls: ServerTls | undefined;
  /** What becomes of `sendInitialEvents`. */
  streamingLists: StreamingLists;
  /** RBAC of the one user; undefined allows everything. */
  rules: readonly Rule[] | undefined;
  /** Checks of `/readyz` that fail: the server is starting. */
  unready: readonly string[] = [];
  /** Requests without any token are those of system:anonymous, whom RBAC allows nothing, instead of 401. */
  readonly #anonymous: boolean;
  readonly #store: ObjectStore;
  readonly #log = new RequestLog();
  readonly #faults = new FaultScript();
  readonly #watches = new Set<WatchStream>();
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #port = 0;

  private constructor(options: KubernetesApiOptions) {
    this.#store = new ObjectStore(options.window ?? 10_000);
    this.tls = options.tls;
    this.token = options.token;
    this.rules = options.rules;
    this.#anonymous = options.anonymous ?? false;
    this.streamingLists = options.streamingLists ?? 'refused';
  }

  static async start(options: KubernetesApiOptions = {}): Promise<KubernetesApi> {
    const api = new KubernetesApi(options);
    await api.up();
    return api;
  }

  get url(): string {
    return `${this.tls === undefined ? 'http' : 'https'}://127.0.0.1:${this.#port}`;
  }

  /** A kubeconfig whose current context is this server. */
  kubeconfig(user: object = this.token === undefined ? {} : { token: this.token }): string {
    const ca = this.tls?.ca.toString('base64');
    return JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'stand-in', cluster: { server: this.url, 'certificate-authority-data': ca } }],
      users: [{ name: 'podway', user }],
      contexts: [{ name: 'stand-in', context: { cluster: 'stand-in', user: 'podway' } }],
      'current-context': 'stand-in',
    });
  }

  /** Creates or replaces an object. */
  apply(object: ObjectInput): ApiObject {
    return this.#store.put(object);
  }

  delete(object: ObjectInput): void {
    const { name, namespace = 'default' } = object.metadata;
    this.#store.remove(resourceOf(object.kind), namespace, name);
  }

  /** Forgets the history: versions before now can be neither watched nor paged on. */
  compact(): void {
    this.#store.compact();
  }

  /** What etcd holds now, for `restore`. */
  backup(): Backup {
    return this.#store.backup();
  }

  /** etcd is restored from a backup, which is done while no API server runs: the counter of versions goes back. */
  restore(backup: Backup): void {
    this.#store.restore(backup);
  }

  /** Something goes wrong with the next requests that match. */
  fault(target: FaultTarget, fault: Fault): void {
    this.#faults.plan(target, fault);
  }

  /** Nothing goes wrong any more. */
  heal(): void {
    this.#faults.clear();
  }

  /** The watches of a resource that are open now. */
  watches(resource: string): WatchStream[] {
    return [...this.#watches].filter((watch) => watch.resource === resource);
  }

  /** Every request so far. */
  get requests(): readonly LoggedRequest[] {
    return this.#log.entries;
  }

  /** From now on `requests` has later ones only. */
  forgetRequests(): void {
    this.#log.entries.length = 0;
  }

  /** Resolves when so many requests have come that match, those before the call included. */
  seen(matches: (request: LoggedRequest) => boolean, count = 1): Promise<LoggedRequest[]> {
    return this.#log.until(() => {
      const found = this.requests.filter(matches);
      return found.length >= count ? found : undefined;
    });
  }

  /** Resolves when a watch of this resource is open. */
  watching(resource: string): Promise<WatchStream> {
    return this.#log.until(() => this.watches(resource)[0]);
  }

  /** Listens, at the same port as before. */
  async up(): Promise<void> {
    const serve = (request: IncomingMessage, response: ServerResponse): void => {
      this.#serve(request, response).catch((error: unknown) => refuse(response, error));
    };
    const server = this.tls === undefined ? createServer(serve) : createTlsServer(this.tls, serve);
    server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
    await once(server.listen(this.#port, '127.0.0.1'), 'listening');
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  /** An outage: every connection breaks and new ones are refused. */
  async down(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    const closed = once(server, 'close');
    server.close();
    for (const socket of this.#sockets) {
      // A reset beneath a TLS socket leaves Node's handle open, and with it the process (Node 26).
      if (this.tls === undefined) socket.resetAndDestroy();
      else socket.destroy();
    }
    await closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.down();
    for (const watch of this.#watches) watch.stop();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams: query } = new URL(request.url ?? '/', this.url);
    const asked = readApiRequest(request);
    const authorization = request.headers.authorization;
    this.#log.add({
      method: request.method ?? '',
      path: pathname,
      query,
      verb: asked?.verb,
      authorization,
      headers: fieldLines(request.rawHeaders),
      httpVersion: request.httpVersion,
      certificate: commonName(request.socket),
    });
    const anonymous = this.#anonymous && authorization === undefined;
    if (this.token !== undefined && authorization !== `Bearer ${this.token}` && !anonymous) {
      throw new Refusal(401, 'Unauthorized');
    }
    if (pathname === '/readyz') return sendReadiness(response, this.unready);
    const document = discovery(pathname);
    if (document !== undefined) return sendJson(response, 200, document);
    if (asked === undefined) throw new Refusal(404, 'the server could not find the requested resource');
    if (anonymous) authorise([], asked, selectionOf(asked).name, 'system:anonymous');
    const fault = this.#faults.take(asked);
    if (fault !== undefined && spoil(response, fault)) return;
    await this.#answer(asked, request, response, fault);
  }

  async #answer(asked: ApiRequest, request: IncomingMessage, response: ServerResponse, fault?: Fault) {
    const selection = selectionOf(asked);
    authorise(this.rules, asked, selection.name);
    if (asked.verb === 'get') {
      const { resource, namespace = '', name = '' } = asked;
      const found = this.#store.get(resource, namespace, name);
      if (found === undefined)
        throw new Refusal(404, `${resource} "${name}" not found`, { name, kind: resource });
      response.writeHead(200, { 'content-type': 'application/json' });
      const body = new BodyWriter(response, fault);
      body.write(JSON.stringify(found));
      body.end();
      return;
    }
    if (asked.verb !== 'list' && asked.verb !== 'watch') {
      const type = request.headers['content-type'] ?? '';
      const changed = changeObject(this.#store, asked, type, await text(request));
      return sendJson(response, asked.verb === 'create' ? 201 : 200, changed);
    }
    const streamed = asked.verb === 'watch' && streamsInitialEvents(asked, this.streamingLists);
    const page = asked.verb === 'list' ? listPage(this.#store, asked, selection) : undefined;
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    const body = new BodyWriter(response, fault);
    if (page !== undefined) {
      body.write(JSON.stringify(page));
      body.end();
      return;
    }
    const endMark = fault?.kind === 'no-end-mark' ? 'withheld' : 'sent';
    const watch = new WatchStream(this.#store, {
      request: asked,
      selection,
      body,
      endMark: streamed ? endMark : 'none',
    });
    this.#watches.add(watch);
    response.on('close', () => {
      watch.stop();
      this.#watches.delete(watch);
    });
    this.#log.news();
  }
}

export interface KubernetesApiOptions {
  readonly token?: string;
  readonly rules?: readonly Rule[];
  readonly anonymous?: boolean;
  /** HTTPS with HTTP/2, as real servers have it; plain HTTP/1.1 otherwise. */
  readonly tls?: ServerTls;
  /** What becomes of `sendInitialEvents`; refused by default, as Kubernetes 1.33 does. */
  readonly streamingLists?: StreamingLists;
  /** Changes remembered per resource. */
  readonly window?: number;
}

/** Every field line by its name in lower case; HTTP/2 has no `headersDistinct`. */
function fieldLines(raw: readonly string[]): Record<string, string[]> {
  const lines: Record<string, string[]> = {};
  for (let at = 0; at + 1 < raw.length; at += 2)
    (lines[(raw[at] ?? '').toLowerCase()] ??= []).push(raw[at + 1] ?? '');
  return lines;
}

function refuse(response: ServerResponse, error: unknown): void {
  const { code, message, details } = error instanceof Refusal ? error : new Refusal(500, String(error));
  if (response.headersSent) response.destroy();
  else sendJson(response, code, statusObject(code, message, details));
}
