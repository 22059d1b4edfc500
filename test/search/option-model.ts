import { type Random, pick } from '../http1/random.ts';

/** A pod of a generated cluster, as its annotations declare it. */
export interface ModelPod {
  readonly name: string;
  readonly namespace: 'open' | 'keyed';
  readonly ready: boolean;
  readonly options: string;
  /** Each item has its own port: `80:PATH OPTIONS`, `81:PATH OPTIONS`. */
  readonly items: readonly { readonly port: number; readonly path: string; readonly words: string }[];
}

export interface ModelRequest {
  readonly method: string;
  readonly path: string;
  readonly length: number;
  readonly hasKey: boolean;
  readonly client: string;
  /** Field lines after Host. */
  readonly fields: readonly string[];
}

/**
 * The endpoints that may get the request, each with the request that it would get, sorted: `pod:port target host prefix`. Or the reason
 * of a refusal.
 */
export type Expected = readonly string[] | string;

interface Member {
  readonly pod: ModelPod;
  readonly port: number;
  readonly path: string;
  /** The options. Undefined: a guard cannot be parsed. */
  readonly words: Words | undefined;
}

type Words = ReadonlyMap<string, string>;

const METHODS = ['GET', 'HEAD', 'POST', 'PUT'];
const FIELDS = ['X-A: 1', 'X-B: 1', 'Cookie: c=1'];
const PATHS = ['/', '/a', '/a/b', '/c'];

/** Options of paths. `good`: a valid guard; `bad`: a guard that cannot be parsed; `tuning`: a tuning. */
const WORDS: readonly { readonly text: string; readonly is: 'good' | 'bad' | 'tuning' }[] = [
  { text: 'methods=GET', is: 'good' },
  { text: 'methods=POST,PUT', is: 'good' },
  { text: 'methods="GET,POST"', is: 'good' },
  { text: 'methods=get', is: 'bad' },
  { text: 'methods', is: 'bad' },
  { text: 'max-body=10', is: 'good' },
  { text: 'max-body=1k', is: 'good' },
  { text: 'max-body=0', is: 'bad' },
  { text: 'max-body=x', is: 'bad' },
  { text: 'metods=GET', is: 'bad' },
  { text: '?metods=GET', is: 'tuning' },
  { text: 'collect=1k', is: 'tuning' },
  { text: 'collect=x', is: 'tuning' },
  { text: 'buffer=', is: 'tuning' },
  { text: 'drop-request=Cookie', is: 'good' },
  { text: 'drop-request=Host', is: 'bad' },
  { text: 'allow=192.0.2.0/24', is: 'good' },
  { text: 'allow=10.0.0.0/8,2001:db8::/32', is: 'good' },
  { text: 'allow=10.0.0.0/33', is: 'bad' },
  { text: 'deny=192.0.2.1', is: 'good' },
  { text: 'strip', is: 'good' },
  { text: 'strip=/a', is: 'bad' },
  { text: 'replace=/v', is: 'good' },
  { text: 'replace=//v', is: 'bad' },
  { text: 'host=h.test', is: 'good' },
  { text: 'redirect=http://r.test/', is: 'good' },
  { text: 'redirect=/c', is: 'good' },
  { text: 'redirect=//r', is: 'bad' },
  { text: 'if-method=POST', is: 'good' },
  { text: 'if-header=X-A:1', is: 'good' },
  { text: 'if-header=X-B:1', is: 'good' },
  { text: 'if-header=Host:1', is: 'bad' },
  { text: 'if-cookie=c=1', is: 'good' },
  { text: 'share=5%', is: 'good' },
  { text: 'share=5', is: 'bad' },
];

export function somePods(random: Random): ModelPod[] {
  return Array.from({ length: 1 + random(4) }, (_, at) => ({
    name: `p${at}`,
    namespace: random(4) === 0 ? ('keyed' as const) : ('open' as const),
    ready: random(5) > 0,
    options: random(4) === 0 ? someWords(random) : '',
    items: Array.from({ length: 1 + random(2) }, (_item, index) => ({
      port: 80 + index,
      path: pick(PATHS, random),
      words: random(3) === 0 ? '' : someWords(random),
    })),
  }));
}

function someWords(random: Random): string {
  const usual = WORDS.filter(({ is }) => is !== 'bad');
  const from = random(6) === 0 ? WORDS : usual;
  return Array.from({ length: 1 + random(2) }, () => pick(from, random).text).join(' ');
}

export function someRequest(random: Random): ModelRequest {
  return {
    method: pick(METHODS, random),
    path: `${pick(['', ...PATHS.slice(1)], random)}${pick(['', '/', '/x'], random)}` || '/',
    length: pick([0, 0, 5, 11, 2_000], random),
    client: pick(['192.0.2.1', '192.0.2.2', '10.1.2.3', '2001:db8::1'], random),
    hasKey: random(2) === 0,
    fields: FIELDS.filter(() => random(3) === 0),
  };
}

/** What docs/routing.md and docs/options.md require. */
export function expected(pods: readonly ModelPod[], request: ModelRequest): Expected {
  const members = pods.flatMap((pod) =>
    pod.items.map(({ port, path, words }) => memberOf(pod, port, path, words)),
  );
  const ofRoute = PATHS.filter((it) => serves(it, request.path))
    .sort((a, b) => b.length - a.length)
    .map((path) =>
      meantFor(
        members.filter((it) => it.path === path),
        request,
      ),
    )
    .find((it) => it.length > 0);
  if (ofRoute === undefined) return 'no-route';
  const allowed = ofRoute.filter(({ words }) => words === undefined || lets(words, request.client));
  const counted = ofRoute.some(isReady) ? allowed.filter(isReady) : allowed;
  if (counted.length === 0) return 'address-refused';
  const unlocked = allowed.filter(({ pod }) => pod.namespace === 'open' || request.hasKey);
  // A key that a namespace accepts leads only to that namespace.
  const isUsed = request.hasKey && allowed.some(({ pod }) => pod.namespace === 'keyed');
  const granted = isUsed ? unlocked.filter(({ pod }) => pod.namespace === 'keyed') : unlocked;
  if (granted.length === 0) return 'key-refused';
  let left = granted;
  const [anyReady] = [granted.some(isReady)];
  for (const guard of GUARDS) {
    const passed = left.filter(({ words }) => words === undefined || guard.lets(words, request));
    const asked = passed.filter((it) => !anyReady || isReady(it));
    if (asked.length === 0 && passed.length < left.length) {
      const refusing = left.filter((it) => !anyReady || isReady(it));
      if (refusing.length > 0) return guard.reason;
    }
    left = passed;
  }
  const asked = left.filter(isReady).map((it) => `${it.pod.name}:${it.port} ${received(it, request.path)}`);
  return asked.length === 0 ? 'no-ready-pod' : asked.sort();
}

function lets(words: Words, client: string): boolean {
  if (words.get('deny') === client) return false;
  const allow = words.get('allow');
  if (allow === undefined) return true;
  return allow.startsWith('192') ? client.startsWith('192.0.2.') : /^(?:10\.|2001:db8:)/.test(client);
}

/** Target, Host and X-Forwarded-Prefix that the pod gets. */
function received({ words, path }: Member, asked: string): string {
  const host = words?.get('host') ?? 't.local';
  const inner = words?.has('strip') === true ? '' : words?.get('replace');
  if (inner === undefined) return `${asked}?q=/a ${host} -`;
  const outer = path === '/' ? '' : path;
  const target = inner + asked.slice(outer.length);
  return `${target === '' ? '/' : target}?q=/a ${host} ${outer || '-'}`;
}

/** The pods of a route that are for the request. Empty: a shorter path applies. */
function meantFor(members: readonly Member[], request: ModelRequest): readonly Member[] {
  const ready = bestOf(members.filter(isReady), request);
  const best = ready === undefined ? bestOf(members, request) : ready;
  return best === undefined ? [] : members.filter((it) => standingOf(it, request) === best);
}

function bestOf(members: readonly Member[], request: ModelRequest): string | undefined {
  const all = members.map((it) => standingOf(it, request)).filter((it) => it !== undefined);
  return all.sort().at(0);
}

/** The rank of a pod by its conditions: more specific ones sort first. Undefined: the pod is for other requests. */
function standingOf({ words }: Member, { method, fields }: ModelRequest): string | undefined {
  const conditions = [...(words ?? [])].filter(([name]) => name.startsWith('if-'));
  const isMet = conditions.every(([name, value]) => {
    if (name === 'if-method') return value === method;
    return fields.includes(name.startsWith('if-header') ? value.replace(':', ': ') : `Cookie: ${value}`);
  });
  if (conditions.length === 0 || (!isMet && words?.has('share') === true)) return '9';
  if (!isMet) return undefined;
  const others = conditions.filter(([name]) => name !== 'if-method');
  const byMethod = others.length < conditions.length ? '1' : '2';
  // In the order in which podway ranks options: cookies, fields, the method.
  const names = others.map(([name, value]) => `${name === 'if-cookie' ? 'a' : 'b'}${value}`).sort();
  return [byMethod, 9 - others.length, ...names].join(' ');
}

interface ModelGuard {
  readonly reason: string;
  lets(words: Words, request: ModelRequest): boolean;
}

const GUARDS: readonly ModelGuard[] = [
  {
    reason: 'method-not-allowed',
    lets: (words, { method }) => {
      const methods = words.get('methods')?.split(',');
      return methods === undefined || methods.includes(method === 'HEAD' ? 'GET' : method);
    },
  },
  {
    reason: 'body-too-large',
    lets: (words, { length }) => {
      const limit = words.get('max-body');
      return limit === undefined || length <= (limit === '1k' ? 1024 : Number(limit));
    },
  },
  { reason: 'route-redirect', lets: (words) => !words.has('redirect') },
];

function isReady({ pod, words }: Member): boolean {
  return pod.ready && words !== undefined;
}

function serves(prefix: string, path: string): boolean {
  return prefix === '/' || path === prefix || path.startsWith(`${prefix}/`);
}

function memberOf(pod: ModelPod, port: number, path: string, words: string): Member {
  const [ofPod, own] = [read(pod.options), read(words)];
  // Two items with one path have two ports, so they never conflict.
  if (ofPod === undefined || own === undefined) return { pod, port, path, words: undefined };
  const all = new Map([...ofPod, ...own]);
  const rewrites = [...all.keys()].filter((it) => it === 'strip' || it === 'replace').length;
  const redirect = all.get('redirect');
  const loops = redirect === '/c' && (path === '/' || path === '/c');
  const conflicts = rewrites === 2 || (rewrites === 1 && redirect !== undefined) || loops;
  return { pod, port, path, words: conflicts ? undefined : all };
}

function read(text: string): Words | undefined {
  const words = new Map<string, string>();
  for (const word of text.split(' ').filter((it) => it !== '')) {
    const { is } = WORDS.find((it) => it.text === word)!;
    const [, name = '', value = ''] = /^([^=]*)=?(.*)$/.exec(word) ?? [];
    if (is === 'bad') return undefined;
    if (name.startsWith('?')) continue;
    const key = name === 'if-header' ? `${name} ${value.replace(/:.*/, '')}` : name;
    if (words.has(key)) return undefined;
    words.set(key, value.replaceAll('"', ''));
  }
  return words;
}
