import fc from 'fast-check';
import type { RequestHead } from '../../src/http1/request-head.ts';
import type { RouteTable } from '../../src/routing/table.ts';
import { readRequest } from '../http1/read-request.ts';
import { base64 } from '../fixtures/manifest.ts';
import { WITH_HTTPS } from '../fixtures/router.ts';
import { workerSettings } from '../fixtures/settings.ts';
import { delta } from '../fixtures/table-delta.ts';
import { Cluster } from '../inventory/cluster.ts';
import { aPod, aSecret } from '../wiring/objects.ts';

export const KEY = 'supersecret';
export const SETTINGS = workerSettings({ clientMaxBodySize: 1000, unknownHost: '404' });

/**
 * The property of a request that each step of a decision checks: every step passes a request that has the first value
 * of each.
 */
export interface Question {
  readonly isSynced: boolean;
  readonly method: 'GET' | 'POST' | 'TRACE';
  readonly form: 'origin' | 'absolute' | 'mismatch' | 'asterisk';
  readonly host: 't.local' | 'deep.wild.local' | 'unknown.local' | 'bad..host';
  readonly path: keyof typeof PATHS;
  readonly key: 'right' | 'none' | 'wrong' | 'twice';
  readonly hops: 'none' | 'many';
  readonly expect: 'none' | '100-continue' | 'other';
  readonly length: 0 | 10 | 5000;
  readonly upgrade: 'none' | 'websocket' | 'two-keys' | 'unknown';
}

const PATHS = {
  /** Pods `a`, `b`, and the unready `c`. */
  app: '/app/x?q',
  /** Pod `t`; the pods of `/app` get no requests. */
  deep: '/app/deep/x',
  bad: '/app/../x',
  ambiguous: '/app%2Fdeep',
  nowhere: '/nowhere',
  keyed: '/keyed',
  /** Pods of an open and of a keyed namespace. */
  mixed: '/mixed',
  lost: '/lost',
  moved: '/moved?q',
  idle: '/idle',
  /** The pod accepts only GET and HEAD. */
  readonly: '/read-only',
  /** The pod accepts only clients of another network. */
  foreign: '/foreign',
  /** Prefixes may end within segments here, and the rest is not a path. */
  cut: '/cutting',
  secure: '/secure',
  /** The rate of the pod is used up. */
  busy: '/busy',
  /** The rate of the whole route is used up. */
  full: '/full',
  /** The pod has its maximum of requests. */
  crowded: '/crowded',
  /** A preflight: a browser checks whether a page of another origin may send the request. */
  shared: '/shared',
  elsewhere: '/elsewhere/x',
};

export const PLAIN: Question = {
  isSynced: true,
  method: 'GET',
  form: 'origin',
  host: 't.local',
  path: 'app',
  key: 'right',
  hops: 'none',
  expect: 'none',
  length: 0,
  upgrade: 'none',
};

/** Random requests, to which any number of steps may object. */
export const QUESTIONS: fc.Arbitrary<Question> = fc
  .record<Question>({
    isSynced: fc.constantFrom(true, true, true, true, false),
    method: mostly('GET', 'POST', 'TRACE'),
    form: mostly('origin', 'absolute', 'mismatch', 'asterisk'),
    host: mostly('t.local', 'deep.wild.local', 'unknown.local', 'bad..host'),
    path: mostly<Question['path']>('app', ...(Object.keys(PATHS) as Question['path'][]).slice(1)),
    key: mostly('right', 'none', 'wrong', 'twice'),
    hops: mostly('none', 'many'),
    expect: mostly('none', '100-continue', 'other'),
    length: mostly<Question['length']>(0, 10, 5000),
    upgrade: mostly('none', 'websocket', 'two-keys', 'unknown'),
  })
  .filter(({ method, form }) => method !== 'TRACE' || form !== 'asterisk');

function mostly<T>(usual: T, ...others: readonly T[]): fc.Arbitrary<T> {
  return fc.oneof({ weight: 3, arbitrary: fc.constant(usual) }, fc.constantFrom(...others));
}

/** The table with the routes of all these requests. */
export function questionedTable(isSynced: boolean): RouteTable {
  const hosts = 't.local *.wild.local';
  const pod = (name: string, paths: string, more: { namespace?: string; ready?: boolean } = {}) =>
    aPod({
      name,
      paths: paths
        .split(' ')
        .map((path) => `80:${path}`)
        .join(' '),
      hosts,
      ip: `10.0.0.${name.charCodeAt(0)}`,
      ...more,
    });
  const { table } = new Cluster('prefix', { optionRules: WITH_HTTPS }).list(
    [
      pod('a', '/app /mixed'),
      pod('b', '/app'),
      pod('c', '/app', { ready: false }),
      pod('i', '/idle', { ready: false }),
      pod('k', '/keyed /mixed', { namespace: 'keyed' }),
      pod('l', '/lost', { namespace: 'lost' }),
      pod('m', '/moved/'),
      pod('t', '/app/deep'),
      aPod({ name: 'f', hosts, paths: '80:/foreign allow=10.0.0.0/8', ip: '10.0.0.102' }),
      aPod({ name: 's', hosts, paths: '80:/cut strip', ip: '10.0.0.115' }),
      aPod({ name: 'h', hosts, paths: '80:/secure https 80:/elsewhere redirect=/app', ip: '10.0.0.104' }),
      aPod({ name: 'r', hosts, paths: '80:/busy rate=1/h 80:/full rate=1/h by=route', ip: '10.0.0.114' }),
      aPod({ name: 'w', hosts, paths: '80:/crowded max-in-flight=1', ip: '10.0.0.119' }),
      aPod({ name: 'o', hosts, paths: '80:/shared cors=https://app.test', ip: '10.0.0.111' }),
      aPod({ name: 'g', hosts, paths: '80:/read-only methods=GET', ip: '10.0.0.103' }),
    ],
    [aSecret('keyed', KEY)],
  );
  for (const endpoint of table.endpoints()) if (endpoint.pod === 'w') endpoint.health.inFlight = 1;
  table.apply(delta({ synced: isSynced, keysUnknown: ['lost'] }));
  return table;
}

export function headOf(question: Question): RequestHead {
  const { form, host, length, expect } = question;
  const asksFirst = question.path === 'shared' && question.method !== 'TRACE';
  const method = form === 'asterisk' || asksFirst ? 'OPTIONS' : question.method;
  const target = {
    origin: PATHS[question.path],
    absolute: `http://${host}${PATHS[question.path]}`,
    mismatch: `http://other.local${PATHS[question.path]}`,
    asterisk: '*',
  }[form];
  const lines = [
    `Host: ${host}`,
    ...keyLines(question),
    ...(asksFirst ? ['Origin: https://app.test', 'Access-Control-Request-Method: PUT'] : []),
    ...(question.hops === 'many' ? ['X-Podway-Hops: a/1, a/2, a/3, a/4, a/5, a/6, a/7, a/8'] : []),
    ...(expect === 'none' ? [] : [`Expect: ${expect}`]),
    ...(length === 0 ? [] : [`Content-Length: ${length}`]),
    ...upgradeLines(question),
  ];
  const read = readRequest(`${method} ${target} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
  if (read.kind !== 'head') throw new Error(JSON.stringify({ question, read }));
  return read.head;
}

function keyLines({ key }: Question): readonly string[] {
  const line = (value: string) => `X-Routing-Api-Key: ${base64(value)}`;
  return { right: [line(KEY)], none: [], wrong: [line('other')], twice: [line(KEY), line(KEY)] }[key];
}

function upgradeLines({ upgrade }: Question): readonly string[] {
  if (upgrade === 'none') return [];
  if (upgrade === 'unknown') return ['Connection: upgrade', 'Upgrade: other'];
  const keys = ['Sec-WebSocket-Key: x', 'Sec-WebSocket-Key: y'].slice(0, upgrade === 'websocket' ? 1 : 2);
  return ['Connection: upgrade', 'Upgrade: websocket', ...keys];
}
