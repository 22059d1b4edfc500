import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { parse } from 'yaml';
import { AppliedFields } from '../fixtures/kubernetes-api/applied-fields.ts';
import { mergePatch, strategicMergePatch } from '../fixtures/kubernetes-api/patch.ts';
import { readProtobufSecret } from './protobuf-secret.ts';
import { checkTypes } from './typed.ts';
import type { Manifest } from './release.ts';
import { documentOf, GROUPS, refusal, rootOf } from './strict-api.ts';

interface Answer {
  readonly code: number;
  readonly body: object;
}

type Tree = Record<string, unknown>;

/**
 * An API server that stores what Helm installs: it creates objects, lists them by label, merges and applies, sets the
 * defaults of a Deployment as the real server does (types.go and defaults.go of apps/v1), and rejects the same changes
 * of a Deployment.
 */
export class KeepingApi {
  /** Every state of every object, in order: `Kind name` and the object. */
  readonly history: (readonly [string, Manifest])[] = [];
  readonly #objects = new Map<string, Tree>();
  readonly #applied = new Map<string, AppliedFields>();
  readonly #server = createServer((request, response) => {
    this.#serve(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  #version = 0;

  static async start(): Promise<KeepingApi> {
    const api = new KeepingApi();
    await once(api.#server.listen(0, '127.0.0.1'), 'listening');
    return api;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The objects of a kind as they are now. */
  objects(kind: string): Manifest[] {
    return [...this.#objects.values()].filter((it) => it['kind'] === kind) as unknown as Manifest[];
  }

  /** The numbers of pods that a Deployment had, without consecutive repetitions. */
  replicas(name: string): unknown[] {
    const all = this.history
      .filter(([object]) => object === `Deployment ${name}`)
      .map(([, { spec }]) => spec?.['replicas']);
    return all.filter((it, index) => it !== all[index - 1]);
  }

  /** Scales as the autoscaler does, by the subresource `scale`: afterwards the autoscaler owns the field. */
  scale(name: string, replicas: number): void {
    for (const [path, object] of this.#objects) {
      if (object['kind'] !== 'Deployment' || !path.endsWith(`/${name}`)) continue;
      this.#fieldsOf(path).takeOwnership('kube-controller-manager', '/spec/replicas');
      this.#keep(path, { ...object, spec: { ...(object['spec'] as Tree), replicas } });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { code, body } = this.#answer(request, await buffer(request));
    response.writeHead(code, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  }

  #answer({ url = '', method, headers }: IncomingMessage, content: Buffer): Answer {
    const { pathname: path, searchParams: query } = new URL(url, 'http://api');
    const document = documentOf(path);
    if (document !== undefined) return { code: 200, body: document };
    const kind = kindAt(path);
    if (kind === undefined) return refusal(404, 'NotFound', `${path} not found`);
    const type = headers['content-type'] ?? '';
    const previous = this.#objects.get(path);
    if (kind.collection && method === 'GET') return this.#list(path, kind, query.get('labelSelector') ?? '');
    if (kind.collection && method === 'POST') return this.#create(path, kind, read(type, content));
    if (method === 'PATCH' && type.includes('apply-patch'))
      return this.#apply(path, kind, query, read(type, content));
    if (previous === undefined) return refusal(404, 'NotFound', `${path} not found`);
    if (method === 'GET') return { code: 200, body: previous };
    if (method === 'DELETE') {
      this.#objects.delete(path);
      return { code: 200, body: previous };
    }
    const merge = type.includes('strategic') ? strategicMergePatch : mergePatch;
    const next = method === 'PUT' ? read(type, content) : merge(previous, read(type, content));
    return this.#store(path, kind, next as Tree);
  }

  #list(path: string, { kind, groupVersion }: KindAt, selector: string): Answer {
    const requirements = selector.split(',').filter((it) => it !== '');
    const items = [...this.#objects]
      .filter(([at]) => at.startsWith(`${path}/`))
      .map(([, object]) => object)
      .filter((object) => {
        const labels = (object['metadata'] as { labels?: Record<string, string> }).labels ?? {};
        return requirements.every((it) => labels[it.split('=')[0] ?? ''] === it.split('=').at(-1));
      });
    const metadata = { resourceVersion: String(this.#version) };
    return { code: 200, body: { kind: `${kind}List`, apiVersion: groupVersion, metadata, items } };
  }

  #create(path: string, kind: KindAt, object: Tree): Answer {
    const { name = '' } = object['metadata'] as { name?: string };
    if (this.#objects.has(`${path}/${name}`)) return refusal(409, 'AlreadyExists', `${name} already exists`);
    return this.#store(`${path}/${name}`, kind, object);
  }

  #apply(path: string, kind: KindAt, query: URLSearchParams, object: Tree): Answer {
    const manager = query.get('fieldManager') ?? '';
    const fields = this.#fieldsOf(path);
    const next = fields.apply(manager, this.#objects.get(path) ?? {}, {
      object,
      force: query.get('force') === 'true',
    });
    if (typeof next === 'string') return refusal(409, 'Conflict', next);
    return this.#store(path, kind, next);
  }

  #store(path: string, { kind, groupVersion }: KindAt, object: Tree): Answer {
    const whole: Tree = { ...object, kind, apiVersion: groupVersion };
    const refused = kind === 'Deployment' ? settleDeployment(whole, this.#objects.get(path)) : undefined;
    if (refused !== undefined) return refusal(422, 'Invalid', `Deployment is invalid: ${refused}`);
    try {
      checkTypes(whole as unknown as Manifest);
    } catch (error) {
      return refusal(400, 'BadRequest', `strict decoding error: ${(error as Error).message}`);
    }
    return { code: 200, body: this.#keep(path, whole) };
  }

  #keep(path: string, object: Tree): Tree {
    this.#version += 1;
    const metadata = { ...(object['metadata'] as Tree), resourceVersion: String(this.#version), uid: path };
    const kept = structuredClone({ ...object, metadata });
    this.#objects.set(path, kept);
    const { name } = kept.metadata as { name?: string };
    this.history.push([`${String(object['kind'])} ${name}`, kept as unknown as Manifest]);
    return kept;
  }

  #fieldsOf(path: string): AppliedFields {
    const found = this.#applied.get(path) ?? new AppliedFields();
    this.#applied.set(path, found);
    return found;
  }
}

/** Typed clients write protobuf, the others JSON or YAML. */
function read(type: string, content: Buffer): Tree {
  return type.includes('protobuf') ? readProtobufSecret(content) : (parse(content.toString('utf8')) as Tree);
}

interface KindAt {
  readonly kind: string;
  readonly groupVersion: string;
  readonly collection: boolean;
}

function kindAt(path: string): KindAt | undefined {
  for (const [groupVersion, kinds] of Object.entries(GROUPS)) {
    for (const [kind, [plural]] of Object.entries(kinds)) {
      const match = new RegExp(`^/${rootOf(groupVersion)}(?:/namespaces/[^/]+)?/${plural}(/[^/]+)?$`).exec(
        path,
      );
      if (match !== null) return { kind, groupVersion, collection: match[1] === undefined };
    }
  }
  return undefined;
}

interface DeploymentSpec extends Tree {
  replicas?: number;
  strategy?: { type?: string; rollingUpdate?: object | null };
  selector?: unknown;
}

/** Sets the defaults in place; returns the error, or undefined. */
function settleDeployment(object: Tree, previous: Tree | undefined): string | undefined {
  const spec = { ...(object['spec'] as DeploymentSpec) };
  object['spec'] = spec;
  spec.replicas ??= 1;
  const { type = 'RollingUpdate', rollingUpdate } = spec.strategy ?? {};
  if (type === 'Recreate') {
    if (rollingUpdate !== undefined && rollingUpdate !== null) {
      return "spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'";
    }
    spec.strategy = { type };
  } else {
    spec.strategy = { type, rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%', ...rollingUpdate } };
  }
  const before = (previous?.['spec'] as DeploymentSpec | undefined)?.selector;
  if (before !== undefined && JSON.stringify(before) !== JSON.stringify(spec.selector)) {
    return 'spec.selector: field is immutable';
  }
  return undefined;
}
