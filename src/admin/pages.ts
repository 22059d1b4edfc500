import type { Overview } from '../control/control-plane.ts';
import { jsonSlices } from './json-slices.ts';
import { notReadyBecause, type ReadinessInput } from './readiness.ts';
import { proxyPac } from './proxy-pac.ts';
import { listRoutes } from './route-listing.ts';
import { type AdminAnswer, type AdminPages, json, plain } from './server.ts';

/** Where the pages get what they show. */
export interface AdminSubject {
  readonly version: string;
  readiness(): ReadinessInput;
  metrics(): Promise<{ readonly contentType: string; readonly text: AsyncIterable<string> }>;
  overview(): Promise<Overview>;
  /** Of the routed listener for browsers on this machine, `host:port`; undefined where it is for others. */
  readonly proxy: string | undefined;
}

/** Every page of the admin listener. */
export function adminPages(subject: AdminSubject): AdminPages {
  const { version, proxy } = subject;
  return {
    '/': () => plain(200, index(version, proxy)),
    ...(proxy !== undefined && {
      '/proxy.pac': async () => {
        const { listing } = await subject.overview();
        const hosts = listing.routes.map(({ host }) => host);
        return proxyPac(hosts, proxy);
      },
    }),
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

function index(version: string, proxy: string | undefined): string {
  const pac = proxy === undefined ? '' : '/proxy.pac  the routed hosts as proxy settings of a browser\n';
  return `podway ${version}

/healthz   200 while the process lives
/readyz    200 once requests are routed, else 503 and why
/metrics   for Prometheus
/routes    the table: routes, endpoints, keyed and unknown namespaces, certificates, rejections
${pac}`;
}
