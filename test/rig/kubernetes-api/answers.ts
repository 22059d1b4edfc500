import type { ServerResponse } from 'node:http';
import type { ApiRequest } from './api-request.ts';
import type { BodyWriter } from './body-writer.ts';
import { type Kind, kindOf } from './kinds.ts';
import { readSelection, type Selection, toldOf } from './selection.ts';
import { Refusal, statusObject } from './status.ts';
import type { KeptList, ObjectStore } from './store.ts';

/** The selectors of a request. @throws Refusal 400 */
export function selectionOf(request: ApiRequest): Selection {
  const selection = readSelection(request.query, request.namespace);
  if (typeof selection === 'string') throw new Refusal(400, selection);
  return selection;
}

/** One page of a list. Every page is of the version of the first, whatever happened meanwhile. @throws Refusal */
export function listPage(store: ObjectStore, request: ApiRequest, selection: Selection): object {
  const limit = Number(request.query.get('limit') ?? 0);
  const token = request.query.get('continue');
  const begin = token === null ? firstPage(store, request, selection) : readToken(store, token);
  const { id, from, list } = begin;
  const end = limit > 0 ? Math.min(from + limit, list.objects.length) : list.objects.length;
  const more = end < list.objects.length;
  const next = more ? Buffer.from(JSON.stringify([id, end])).toString('base64url') : undefined;
  return {
    kind: `${kindOf(request.resource).kind}List`,
    apiVersion: kindOf(request.resource).apiVersion,
    metadata: { resourceVersion: list.version, continue: next },
    // The items of a real list have neither kind nor apiVersion.
    items: list.objects.slice(from, end).map((it) => ({ ...it, kind: undefined, apiVersion: undefined })),
  };
}

interface PageStart {
  readonly id: string;
  readonly from: number;
  readonly list: KeptList;
}

function firstPage(store: ObjectStore, request: ApiRequest, selection: Selection): PageStart {
  const objects = store.list(request.resource).filter((object) => selection.matches(object));
  const list = { version: String(store.version), objects };
  return { id: store.keep(list), from: 0, list };
}

function readToken(store: ObjectStore, token: string): PageStart {
  const [id, from] = JSON.parse(Buffer.from(token, 'base64url').toString()) as [string, number];
  const list = store.kept(id);
  if (list !== undefined) return { id, from, list };
  throw new Refusal(410, 'The provided continue parameter is too old to display a consistent list result.');
}

/** What the server makes of `sendInitialEvents`. */
export type StreamingLists =
  | 'supported'
  /** 422: it knows the parameter and has the feature gate off, or knows only `resourceVersionMatch` (1.19 to 1.26). */
  | 'refused'
  /** It knows neither: an ordinary watch. */
  | 'ignored';

/** Whether a watch begins with the initial events and their end mark. @throws Refusal 422 */
export function streamsInitialEvents({ query }: ApiRequest, support: StreamingLists): boolean {
  const initial = query.get('sendInitialEvents');
  const match = query.get('resourceVersionMatch');
  if (support === 'ignored' || (initial === null && match === null)) return false;
  const invalid = (field: string, why: string) =>
    new Refusal(422, `ListOptions.meta.k8s.io "" is invalid: ${field}: Forbidden: ${why}`);
  if (initial === null) {
    const why = 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided';
    throw invalid('resourceVersionMatch', why);
  }
  if (match !== 'NotOlderThan') {
    const why = 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan';
    throw invalid('resourceVersionMatch', why);
  }
  if (support === 'refused') {
    const why = 'sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled';
    throw invalid('sendInitialEvents', why);
  }
  return initial === 'true';
}

interface WatchAnswer {
  readonly request: ApiRequest;
  readonly selection: Selection;
  readonly body: BodyWriter;
  /** When to send the mark after the initial events: by itself, on command, or (an ordinary watch) never. */
  readonly endMark: 'sent' | 'withheld' | 'none';
}

/** One watch in progress. */
export class WatchStream {
  readonly resource: string;
  readonly #store: ObjectStore;
  readonly #selection: Selection;
  readonly #body: BodyWriter;
  readonly #bookmarks: boolean;
  readonly #kind: Kind;
  #ended = false;
  /** Nothing up to this version is told, bookmarks neither: what was asked for may be a version yet to come. */
  #sent: number;
  #marked: boolean;
  readonly #unsubscribe: () => void;
  readonly #timers: NodeJS.Timeout[];

  constructor(store: ObjectStore, { request, selection, body, endMark }: WatchAnswer) {
    this.#store = store;
    this.resource = request.resource;
    this.#selection = selection;
    this.#body = body;
    this.#bookmarks = request.query.get('allowWatchBookmarks') === 'true';
    this.#kind = kindOf(request.resource);
    this.#unsubscribe = store.subscribe((resource, change) => {
      if (resource === this.resource) this.#tell(change);
    });
    const seconds = Number(request.query.get('timeoutSeconds') ?? 1800);
    this.#timers = [
      // As the real server: a bookmark shortly before the end, so that the next watch starts fresh.
      setTimeout(() => this.bookmark(), Math.max(0, seconds - 2) * 1000),
      setTimeout(() => this.end(), seconds * 1000),
    ];
    this.#marked = endMark === 'none';
    const from = this.#marked ? (request.query.get('resourceVersion') ?? '') : '';
    this.#sent = Number(from);
    this.#replay(from);
    if (endMark === 'sent') this.bookmark();
  }

  /** The first one of a streamed list is the end mark of its initial events, as in the real server. */
  bookmark(): void {
    const annotations = this.#marked ? undefined : { 'k8s.io/initial-events-end': 'true' };
    const resourceVersion = String(this.#store.version);
    const metadata = { resourceVersion, creationTimestamp: null, annotations };
    this.#marked = true;
    if (this.#store.version < this.#sent) return;
    const { kind, apiVersion } = this.#kind;
    if (this.#bookmarks) this.send('BOOKMARK', { kind, apiVersion, metadata });
  }

  send(type: string, object: object): void {
    this.raw(`${JSON.stringify({ type, object })}\n`);
  }

  raw(data: string | Buffer): void {
    if (!this.#ended) this.#body.write(data);
  }

  end(): void {
    this.stop();
    this.#body.end();
  }

  /** Nobody listens any more; or, while somebody does, half open: the connection stands and nothing is told. */
  stop(): void {
    this.#ended = true;
    this.#unsubscribe();
    for (const timer of this.#timers) clearTimeout(timer);
  }

  /** Without a version, or from 0, a watch begins with what there is. */
  #replay(version: string): void {
    if (version === '' || version === '0') {
      for (const object of this.#store.list(this.resource)) {
        if (this.#selection.matches(object)) this.send('ADDED', object);
      }
      return;
    }
    const missed = this.#store.since(this.resource, Number(version));
    if (missed !== undefined) {
      for (const change of missed) this.#tell(change);
      return;
    }
    // Real servers say this on a stream of status 200.
    this.send('ERROR', statusObject(410, `too old resource version: ${version} (${this.#store.version})`));
    this.end();
  }

  #tell(change: Parameters<typeof toldOf>[0]): void {
    if (change.version <= this.#sent) return;
    this.#sent = change.version;
    const told = toldOf(change, this.#selection);
    if (told !== undefined) this.send(told.type, told.object);
  }
}

export function sendJson(response: ServerResponse, code: number, value: object): void {
  response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

/** As `/readyz` of a real server: an answer of 500 names each check. */
export function sendReadiness(response: ServerResponse, failing: readonly string[]): void {
  const checks = [...new Set(['ping', 'log', 'etcd', ...failing])].map((it) =>
    failing.includes(it) ? `[-]${it} failed: reason withheld` : `[+]${it} ok`,
  );
  if (failing.length === 0) response.writeHead(200).end('ok');
  else response.writeHead(500).end(`${checks.join('\n')}\nreadyz check failed\n`);
}
