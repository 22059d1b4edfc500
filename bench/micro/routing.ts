import { authorise, COUNTED } from '../../src/routing/authorise.ts';
import { match } from '../../src/routing/match.ts';
import { pick } from '../../src/routing/pick.ts';
import type { Grant } from '../../src/routing/grant.ts';
import type { RouteTable } from '../../src/routing/table.ts';
import { requestHost } from '../../src/wiring/host.ts';
import { pathViews } from '../../src/wiring/path.ts';
import { routeTable } from '../../test/fixtures/route-table.ts';
import { delta, type RouteText, recordsOf } from '../../test/fixtures/table-delta.ts';
import type { Operation } from './cost.ts';

const PODS = 3;
const NO_KEY = { keyLines: 0, key: '' };

/** A worker's table of `hosts` times `paths` routes, with three pods each. */
function table(hosts: number, paths: number): RouteTable {
  const routes = Array.from({ length: hosts * paths }, (_, at) => ({
    host: `host-${at % hosts}.bench.local`,
    path: `/path-${Math.floor(at / hosts)}`,
    endpoints: Array.from({ length: PODS }, (_, pod) => endpoint(`${at}-${pod}`, pod)),
  }));
  const keys = [{ namespace: 'keyed', digests: [], fields: [] }];
  const made = routeTable();
  made.apply(delta({ reset: true, ...recordsOf(routes), keys }));
  return made;
}

function endpoint(uid: string, pod: number): RouteText['endpoints'][number] {
  const address = `10.0.0.${pod + 1}`;
  return { uid, namespace: 'bench', pod: uid, address, port: 3000, condition: 'ready' };
}

/** Does all work between a parsed head and a chosen pod, with another route in each call. */
function decide(hosts: number, paths: number, choose: boolean): () => number {
  const made = table(hosts, paths);
  // New strings, such as a parser makes: of a literal, V8 would already know the hash.
  const names = Array.from({ length: hosts }, (_, at) => Buffer.from(`host-${at}.bench.local:8080`));
  const targets = Array.from({ length: paths }, (_, at) => Buffer.from(`/path-${at}/index.html`));
  let turn = 0;
  return () => {
    turn += 1;
    const name = names[turn % hosts]?.toString('latin1') ?? '';
    const path = targets[(turn * 31) % paths]?.toString('latin1') ?? '';
    const grant = find(made, name, path);
    if (grant === undefined) return 0;
    return choose ? (pick(grant, turn, [])?.port ?? 0) : 1;
  };
}

function find(made: RouteTable, name: string, path: string): Grant | undefined {
  const host = made.host(requestHost(name) ?? '');
  const views = pathViews(path);
  if (host === undefined || views === undefined) return undefined;
  const route = match(host, views);
  if (route === undefined || route === 'ambiguous' || route.kind !== 'route') return undefined;
  const grant = authorise(route, made.keys, NO_KEY, COUNTED);
  return typeof grant === 'string' ? undefined : grant;
}

export const routingOperations: readonly Operation[] = [
  { name: '1 route: host, path, match, authorise', calls: 20_000, run: decide(1, 1, false) },
  { name: '1 route: the same and pick one of 3 pods', calls: 20_000, run: decide(1, 1, true) },
  { name: '10,000 routes: host, path, match, authorise', calls: 20_000, run: decide(100, 100, false) },
  { name: '10,000 routes: the same and pick one of 3 pods', calls: 20_000, run: decide(100, 100, true) },
];
