import type { Overview } from '../control/control-plane.ts';
import { jsonSlices } from './json-slices.ts';
import { notReadyBecause, type ReadinessInput } from './readiness.ts';
import { listRoutes } from './route-listing.ts';
import { type AdminAnswer, type AdminPages, json, plain } from './server.ts';

/** Where the pages get what they show. */
export interface AdminSubject {
  readonly version: string;
  readiness(): ReadinessInput;
  metrics(): Promise<{ readonly contentType: string; readonly text: AsyncIterable<string> }>;
  overview(): Promise<Overview>;
}

/** Every page of the admin listener. */
export function adminPages(subject: AdminSubject): AdminPages {
  return {
    '/': () => plain(200, index(subject.version)),
    '/healthz': () => plain(200, 'ok\n'),
    '/readyz': ({ known }) => {
      const readiness = subject.readiness();
      const reasons = notReadyBecause(readiness);
      // They name namespaces and the API server.
      const notes = known && readiness.notes.length > 0 ? { notes: readiness.notes } : {};
      return reasons.length === 0
        ? json(200, { ready: true, ...notes })
        : json(503, { ready: false, reasons, ...notes });
    },
    '/metrics': async () => {
      const { contentType, text } = await subject.metrics();
      return { status: 200, contentType, body: text };
    },
    '/routes': async () => routesPage(await subject.overview()),
  };
}

function routesPage({ listing, opensIn, endpointReports, source, workers }: Overview): AdminAnswer {
  const { revision, synced } = listing;
  const fields = { revision, synced, source, workers };
  const body = jsonSlices(fields, listRoutes(listing, endpointReports, opensIn));
  return { status: 200, contentType: 'application/json', body };
}

function index(version: string): string {
  return `podway ${version}

/healthz   200 while the process lives
/readyz    200 once requests are routed, else 503 and why
/metrics   for Prometheus
/routes    the table: routes, endpoints, keyed and unknown namespaces, rejections
`;
}
