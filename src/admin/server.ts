import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type AdminAnswer, plain, sendAnswer } from './answers.ts';
import { AdminConnections } from './connections.ts';
import { isHostAllowed } from './admin-hosts.ts';
import { type Answered, reportAnswered } from './report-answered.ts';
import { isFromForeignPage } from './admin-origins.ts';
import { withoutQuery } from '../wiring/without-query.ts';

/** Who asks: `known` by a Host that no outsider can own, so that no web page led a browser here; see `isHostAllowed`. */
export interface Asker {
  readonly known: boolean;
}

type AdminPage = (asker: Asker) => AdminAnswer | Promise<AdminAnswer>;

/** Answers by path. */
export type AdminPages = Readonly<Record<string, AdminPage>>;

/** No admin answer takes longer than this, however slowly it is read. */
const LONGEST_EXCHANGE = 30_000;
const MISDIRECTED =
  'expected in Host: an address, localhost, a name without a dot or of the cluster (.svc, .cluster.local), or one of ADMIN_HOSTS\n';

/** Pages for probes and scrapers, under any Host. Details in them are for known askers only. */
const FOR_ANY_HOST: ReadonlySet<string> = new Set(['/healthz', '/readyz', '/metrics']);

/** Who asks for it may be of interest later. */
const AUDITED = '/routes';

const PROBES: ReadonlySet<string> = new Set(['/healthz', '/readyz']);

export interface AdminAccess {
  /** Further names under which pages are asked, see `isHostAllowed`. */
  readonly hosts: ReadonlySet<string>;
  /** The listener is on a machine with a browser: nothing is for foreign pages, and only probes are for any Host. */
  readonly besideBrowsers: boolean;
  /** Called for every request for the cluster's routes, also for refused ones. */
  readonly audited?: ((path: string, answered: Answered) => void) | undefined;
}

const IN_A_CLUSTER: AdminAccess = { hosts: new Set(), besideBrowsers: false };

/** The second listener: for operators, probes and scrapers, never reachable through the first. Not listening yet. */
export function createAdminServer(
  pages: AdminPages,
  onError: (error: unknown) => void,
  access = IN_A_CLUSTER,
): Server {
  const byPath = new Map(Object.entries(pages));
  const { audited } = access;
  const server = createServer((request, response) => {
    if (audited !== undefined && pathOf(request) === AUDITED)
      reportAnswered(request, response, (answered) => audited(AUDITED, answered));
    if (connections.begin(request, response, PROBES.has(pathOf(request))) === undefined) {
      response
        .writeHead(503, { 'retry-after': '1', connection: 'close' })
        .end('too many pages at the same time\n');
      return;
    }
    const deadline = setTimeout(() => request.socket.resetAndDestroy(), LONGEST_EXCHANGE).unref();
    response.once('close', () => clearTimeout(deadline));
    void answer(byPath, access, request)
      .catch((error: unknown) => {
        onError(error);
        return plain(500, 'internal error\n');
      })
      .then((result) => sendAnswer(request, response, result))
      .catch((error: unknown) => {
        // The head is out: a reset is the one way left to say, to HTTP/1.0 too, that the body is not whole.
        request.socket.resetAndDestroy();
        onError(error);
      });
  });
  const connections = new AdminConnections(server);
  server.headersTimeout = 10_000;
  server.requestTimeout = LONGEST_EXCHANGE;
  return server;
}

async function answer(
  pages: ReadonlyMap<string, AdminPage>,
  { hosts, besideBrowsers }: AdminAccess,
  request: IncomingMessage,
): Promise<AdminAnswer> {
  const { method, headersDistinct } = request;
  if (besideBrowsers && isFromForeignPage(headersDistinct))
    return plain(403, 'a page of another origin sent this request, which podway refuses\n');
  const path = pathOf(request);
  const known = isHostAllowed(headersDistinct['host'] ?? [], hosts);
  const open = besideBrowsers ? PROBES : FOR_ANY_HOST;
  if (!known && !open.has(path)) return plain(421, MISDIRECTED);
  const page = pages.get(path);
  if (!page) return plain(404, 'not found\n');
  if (method !== 'GET' && method !== 'HEAD') return plain(405, 'GET and HEAD only\n');
  return page({ known });
}

function pathOf({ url = '' }: IncomingMessage): string {
  return withoutQuery(url);
}
