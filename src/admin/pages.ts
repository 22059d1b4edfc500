import type { Overview } from '../control/overview.ts';
import { json, plain } from './answers.ts';
import { notReadyReasons, type ReadinessInput } from './readiness.ts';
import { proxyPac } from './proxy-pac.ts';
import { routesPage } from './routes-page.ts';
import type { AdminPages } from './server.ts';

/** What the pages show. */
export interface AdminSubject {
  readonly version: string;
  readiness(): ReadinessInput;
  metrics(): Promise<{ readonly contentType: string; readonly text: AsyncIterable<string> }>;
  overview(): Promise<Overview>;
  /**
   * `host:port` of the routed listener, for browsers on this machine; undefined if the listener is for other clients.
   */
  readonly proxy: string | undefined;
  /** Whether this listener answers `/routes`. */
  readonly routes: boolean;
}

/** Every page of the admin listener. */
export function adminPages(subject: AdminSubject): AdminPages {
  const { proxy, routes } = subject;
  return {
    '/': () => plain(200, index(subject)),
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
      const reasons = notReadyReasons(readiness);
      // Notes name namespaces and the API server.
      const notes = known && readiness.notes.length > 0 ? { notes: readiness.notes } : {};
      return reasons.length === 0
        ? json(200, { ready: true, ...notes })
        : json(503, { ready: false, reasons, ...notes });
    },
    '/metrics': async () => {
      const { contentType, text } = await subject.metrics();
      return { status: 200, contentType, body: text };
    },
    ...(routes && { '/routes': async () => routesPage(await subject.overview()) }),
  };
}

function index({ version, proxy, routes }: AdminSubject): string {
  const table = routes
    ? 'the table: routes, endpoints, keyed and unknown namespaces, certificates, rejections'
    : 'at the operator listener (ADMIN_ROUTES=false)';
  const pac = proxy === undefined ? '' : '/proxy.pac  the routed hosts as proxy settings of a browser\n';
  return `podway ${version}

/healthz   200 while the process lives
/readyz    200 once requests are routed, else 503 and why
/metrics   for Prometheus
/routes    ${table}
${pac}`;
}
