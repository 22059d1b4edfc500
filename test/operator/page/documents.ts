import { json } from '../../../src/admin/answers.ts';
import type { Explanation } from '../../../src/boundary/explanation.ts';
import type { HistoryEntry } from '../../../src/boundary/history.ts';
import type { ExplainedAnswer, OwnAnswer } from '../../../src/boundary/own-answer.ts';
import type { FoundRoutes, RouteDocument } from '../../../src/operator/dashboard/route-documents.ts';
import type { OperatorPage, Question } from '../../../src/operator/operator-answers.ts';
import { found, TIME } from './shown.ts';

/** A result of ten thousand matching routes, with the first hundred of them. */
export function foundRoutes(search: string): FoundRoutes {
  const all = Array.from({ length: 10_000 }, (_, at) => found(`app-${at}.example.com`, '/'));
  const rows = all.filter(({ host }) => host.includes(search));
  return { revision: 42, total: all.length, found: rows.length, rows: rows.slice(0, 100) };
}

/** A route that fills every part of its page. */
export function routeDocument(host: string, path: string, text = 'team-a'): RouteDocument {
  const one = <T>(row: T) => ({ total: 1, rows: [row] });
  const pod = { namespace: text, zone: 'eu-1a', created: TIME - 7_200_000, options: `timeout=${text}` };
  return {
    host,
    path,
    revision: 42,
    problems: ['failing', 'options'],
    namespaces: {
      total: 2,
      rows: [
        { namespace: text, state: 'keyed', keys: 2 },
        { namespace: 'team-b', state: 'denies-all', keys: 0 },
      ],
    },
    endpoints: {
      total: 3,
      rows: [
        {
          ...pod,
          pod: `${text}-1`,
          address: '10.1.2.3:8080',
          condition: 'ready',
          inFlight: 4,
          failures: 0,
          ejected: null,
        },
        {
          ...pod,
          pod: `${text}-2`,
          address: '[fd00::1]:8080',
          condition: 'ready',
          inFlight: 0,
          failures: 7,
          ejected: { workers: 2, until: TIME + 9_000 },
        },
        {
          ...pod,
          pod: `${text}-3`,
          address: ':8080',
          condition: 'pending',
          zone: '',
          created: null,
          options: '',
          inFlight: 0,
          failures: 0,
          ejected: null,
        },
      ],
    },
    options: one({ options: `timeout=${text}`, pods: 2 }),
    recent: {
      minutes: [
        ...Array.from(
          { length: 14 },
          (_, at) => [TIME / 1_000 - (14 - at) * 60, 60_000, 600 + at, 6, at] as const,
        ),
        [TIME / 1_000 - 56, 4_000, 0, 0, 0],
      ],
      p50: 0.004,
      p95: 0.03,
      p99: null,
    },
    rejections: one({
      kind: 'Pod',
      namespace: text,
      name: text,
      reason: 'option-unknown',
      detail: text,
      expected: 'only options that podway knows',
    }),
  };
}

/** An explanation as /explain returns it, for a request that a pod gets. */
export function explained(host: string, path: string, text = 'team-a') {
  const explanation: Explanation = {
    steps: [
      { step: 'host', verdict: 'passed' },
      { step: 'path', verdict: 'passed' },
    ],
    outcome: {
      kind: 'forward',
      route: { host, path },
      namespaces: [text],
      upgrade: '',
      showKey: false,
      hop: 'h',
    },
    auth: `http://${text}/auth`,
    hosts: [host, '*.example.com'],
    readings: [{ view: 'a', path, finds: path }],
    prefixes: [
      { path, kind: 'route', namespaces: [text], lost: '' },
      { path: '/', kind: 'route', namespaces: ['team-b'], lost: 'shorter' },
    ],
    namespaces: [{ namespace: text, verdict: 'accept', isReached: true }],
    guards: [{ options: `header=${text}`, pods: 2, refusal: 'option-header' }],
    endpoints: [
      {
        namespace: text,
        pod: `${text}-1`,
        port: 8080,
        condition: 'ready',
        excluded: '',
        ejectedFor: 0,
        inFlight: 2,
        isNext: true,
        part: { weight: 10, share: 20, group: text, slowStartLeft: 3_000 },
        zone: 'eu-1a',
      },
    ],
  };
  return {
    question: { method: 'GET', path, host, peer: '192.0.2.1', tls: false, fields: [] },
    ...explanation,
    endpoints: explanation.endpoints.map((it) => ({
      ...it,
      workers: [{ worker: 0, excluded: '', inFlight: 2, ejectedFor: 4_000, isNext: true }],
    })),
    sent: [`GET ${path} HTTP/1.1`, `host: ${host}`, `x-of: ${text}`],
    workers: [{ worker: 0, revision: 42, outcome: 'forward', reason: '' }],
    missing: [1],
  };
}

/** An answer of the router itself. */
export function ownAnswer(seq: number, text = 'shop.example.com'): OwnAnswer & { readonly worker: number } {
  return {
    worker: 0,
    seq,
    time: TIME + seq,
    requestId: `id-${seq}`,
    clientAddress: '203.0.113.7',
    method: 'GET',
    host: text,
    path: `/${text}/${seq}`,
    status: 503,
    reason: 'no-ready-pod',
    route: `${text}/`,
    namespace: text,
    pod: `${text}-1`,
    attempts: 2,
    revision: 42,
    duration: 0.1,
  };
}

/** A change of the table that fills every part of an entry. */
export function historyEntry(revision: number, text: string): HistoryEntry {
  const route = { host: text, path: '/' };
  const pod = { namespace: text, pod: `${text}-1`, port: 8080, condition: 'ready' } as const;
  const rejection = { kind: 'Pod', namespace: text, name: text, reason: 'host-malformed', detail: text };
  return {
    revision,
    number: revision,
    time: TIME,
    synced: revision > 8,
    causes: [
      { kind: 'Pod', namespace: text, name: `${text}-1`, event: 'changed' },
      { kind: 'podway', namespace: '', name: '', event: 'timer' },
    ],
    moreCauses: 3,
    routes: { added: [route], removed: [route], more: 2 },
    endpoints: {
      added: [pod],
      removed: [pod],
      changed: [{ ...pod, was: 'unready', options: { was: '', now: text } }],
      more: 4,
    },
    keys: { [text]: 'keyed' },
    moreKeys: 1,
    certificates: [text],
    moreCertificates: 1,
    rejections: { appeared: [rejection], gone: [rejection], more: 1 },
  };
}

/** All data pages, with data about objects of this name. */
export function documents(text = 'team-a'): Record<string, OperatorPage> {
  const answered: ExplainedAnswer & { readonly history: readonly HistoryEntry[] } = {
    history: [historyEntry(9, text)],
    answer: ownAnswer(1, text),
    steps: [
      { step: 'host', verdict: 'passed' },
      { step: 'pool', verdict: 'no-ready-pod' },
    ],
  };
  const of = ({ query }: Question, name: string) => query.get(name) ?? '';
  return {
    '/dashboard/routes': (question) => json(200, foundRoutes(of(question, 'search'))),
    '/dashboard/route': (question) =>
      json(200, routeDocument(of(question, 'host'), of(question, 'path'), text)),
    '/explain': (question) =>
      question.query.has('id')
        ? json(200, answered)
        : json(200, explained(of(question, 'host'), of(question, 'path'), text)),
    '/history': () =>
      json(200, { oldest: 7, newest: 9, entries: [historyEntry(9, text), historyEntry(8, text)] }),
    '/answers': () => json(200, { answers: [ownAnswer(2, text), ownAnswer(1, text)], missing: [] }),
  };
}
