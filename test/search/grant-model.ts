/** A model of host grants. It has no books, fences and tables: it reads all grants for every request. */
import { pathViews } from '../../src/wiring/path.ts';
import { pick, type Random } from '../http1/random.ts';

export const NAMESPACES = ['a', 'b', 'c'];
const HOSTS = [
  'example.com',
  'a.example.com',
  'b.example.com',
  'x.sub.example.com',
  '*.example.com',
  '*.sub.example.com',
  'other.org',
];
const ASKED = [
  ...HOSTS.filter((it) => !it.startsWith('*')),
  'n.example.com',
  'y.sub.example.com',
  'n.y.sub.example.com',
  'n.other.org',
];
const GRANTED_PATHS = ['', '', '', '/app', '/app/admin', '/ap', '/app/'];
const CLAIMED_PATHS = [
  '/',
  '/',
  '/app',
  '/app/',
  '/app/admin',
  '/app/admin/x',
  '/apple',
  '/ap',
  '/app;v',
  '/app%2Fadmin',
];
const ASKED_PATHS = [
  '/',
  '/app',
  '/app/',
  '/app/x',
  '/app/admin',
  '/app/admin/x',
  '/apple',
  '/ap',
  '/app;v/x',
  '/app%2Fadmin',
  '/app/%61dmin',
  '//app',
  '/./app',
];
const WORDS = ['', '', '', ' if-method=POST', ' if-header=X-A:1'];

export type PathMatch = 'segment' | 'prefix';

export interface ModelGrant {
  readonly namespace: string;
  readonly host: string;
  readonly path: string;
  readonly isDefault: boolean;
}

export interface ModelPod {
  readonly name: string;
  readonly namespace: string;
  readonly paths: string;
  readonly ready: boolean;
}

export interface ModelRequest {
  readonly host: string;
  readonly path: string;
  readonly method: 'GET' | 'POST';
  readonly fields: string;
}

export function someAnnotation(random: Random): string {
  const count = random(4);
  return Array.from({ length: count }, () => `${pick(HOSTS, random)}${pick(GRANTED_PATHS, random)}`).join(
    ' ',
  );
}

export function somePod(name: string, random: Random): ModelPod {
  const items = Array.from({ length: 1 + random(3) }, () => {
    const host = pick(HOSTS, random);
    return `80:${host}${pick(CLAIMED_PATHS, random)}${pick(WORDS, random)}`;
  });
  return { name, namespace: pick(NAMESPACES, random), paths: items.join(' '), ready: random(4) > 0 };
}

export function everyRequest(): ModelRequest[] {
  return ASKED.flatMap((host) =>
    ASKED_PATHS.flatMap((path) =>
      (['GET', 'POST'] as const).flatMap((method) =>
        ['', 'X-A: 1\r\n'].map((fields) => ({ host, path, method, fields })),
      ),
    ),
  );
}

export function grantsOf(annotations: ReadonlyMap<string, string>, template: string): ModelGrant[] {
  return [...annotations].flatMap(([namespace, text]) => {
    const items = (some: string, isDefault: boolean) =>
      some
        .split(' ')
        .filter((it) => it !== '')
        .map((item) => {
          const [host = '', ...rest] = item.split('/');
          const path = `/${rest.join('/')}`;
          const trimmed = path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
          return { namespace, host, path: trimmed, isDefault };
        });
    return [...items(text, false), ...items(template.replaceAll('{namespace}', namespace), true)];
  });
}

/** The namespaces that hold the target of a request, sorted; 'unclear' if programs may read its path differently. */
export function ownersOf(
  { host, path }: Pick<ModelRequest, 'host' | 'path'>,
  grants: readonly ModelGrant[],
  match: PathMatch,
): readonly string[] | 'unclear' {
  const views = pathViews(path);
  if (views === undefined) return 'unclear';
  const { a, b, more } = views;
  const readings = [a, b, ...(more?.a ?? []), ...(more?.b ?? [])];
  const owners = readings.map((it) => owners1(host, it, grants, match));
  return owners.every((it) => it.join() === owners[0]?.join()) ? (owners[0] ?? []) : 'unclear';
}

function owners1(host: string, path: string, grants: readonly ModelGrant[], match: PathMatch): string[] {
  const covering = grants.filter((it) => coversHost(it.host, host) && coversPath(it.path, path, match));
  const rank = (it: ModelGrant) =>
    (it.host === host ? 1e6 : it.host.length * 1e3) + it.path.length + (it.isDefault ? 0 : 0.5);
  const best = Math.max(...covering.map(rank));
  return [...new Set(covering.filter((it) => rank(it) === best).map((it) => it.namespace))].sort();
}

function coversHost(granted: string, host: string): boolean {
  return granted === host || (granted.startsWith('*.') && host.endsWith(granted.slice(1)));
}

function coversPath(granted: string, path: string, match: PathMatch): boolean {
  if (granted === '/' || granted === path) return true;
  return path.startsWith(match === 'prefix' ? granted : `${granted}/`);
}
