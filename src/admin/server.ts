import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type AdminAnswer, plain, sendAnswer } from './answers.ts';
import { AdminConnections } from './connections.ts';
import { isHostAllowed } from './admin-hosts.ts';
import { type AnsweredRequest, reportAnswered } from './report-answered.ts';
import { isFromForeignPage } from './admin-origins.ts';
import { withoutQuery } from '../wiring/without-query.ts';

/**
 * Who asks. `known`: the Host is a name that no outsider can own, so no foreign page sent a browser here; see
 * `isHostAllowed`.
 */
export interface AdminClient {
  readonly known: boolean;
}

type AdminPage = (client: AdminClient) => AdminAnswer | Promise<AdminAnswer>;

/** Pages by path. */
export type AdminPages = Readonly<Record<string, AdminPage>>;

/** Maximum milliseconds of an admin exchange, even if the client reads slowly. */
const EXCHANGE_TIMEOUT = 30_000;
const MISDIRECTED =
  'expected in Host: an address, localhost, a name without a dot or of the cluster (.svc, .cluster.local), or one of ADMIN_HOSTS\n';

/** Pages for probes and scrapers, which podway answers under any Host. Their details are for known askers only. */
const ANY_HOST_PATHS: ReadonlySet<string> = new Set(['/healthz', '/readyz', '/metrics']);

/** Path whose requests podway reports to `audited`. */
const AUDITED_PATH = '/routes';

const PROBE_PATHS: ReadonlySet<string> = new Set(['/healthz', '/readyz']);

export interface AdminAccess {
  /** Further names under which clients may request pages, see `isHostAllowed`. */
  readonly hosts: ReadonlySet<string>;
  /** The listener runs on a machine with a browser: podway answers no foreign page, and only probes under any Host. */
  readonly isLocal: boolean;
  /** Called for every request for `/routes`, refused requests included. */
  readonly audited?: ((path: string, answered: AnsweredRequest) => void) | undefined;
}

const CLUSTER_ACCESS: AdminAccess = { hosts: new Set(), isLocal: false };

/**
 * Creates the admin listener, for operators, probes and scrapers. Clients cannot reach it through the routed listener.
 * The caller makes it listen.
 */
export function createAdminServer(
  pages: AdminPages,
  onError: (error: unknown) => void,
  access = CLUSTER_ACCESS,
): Server {
  const byPath = new Map(Object.entries(pages));
  const { audited } = access;
  const server = createServer((request, response) => {
    if (audited !== undefined && pathOf(request) === AUDITED_PATH)
      reportAnswered(request, response, (answered) => audited(AUDITED_PATH, answered));
    if (connections.begin(request, response, PROBE_PATHS.has(pathOf(request))) === undefined) {
      response
        .writeHead(503, { 'retry-after': '1', connection: 'close' })
        .end('too many pages at the same time\n');
      return;
    }
    const deadline = setTimeout(() => request.socket.resetAndDestroy(), EXCHANGE_TIMEOUT).unref();
    response.once('close', () => clearTimeout(deadline));
    void answer(byPath, access, request)
      .catch((error: unknown) => {
        onError(error);
        return plain(500, 'internal error\n');
      })
      .then((result) => sendAnswer(request, response, result))
      .catch((error: unknown) => {
        // The head has been sent: only a reset shows every client, HTTP/1.0 included, that the body is incomplete.
        request.socket.resetAndDestroy();
        onError(error);
      });
  });
  const connections = new AdminConnections(server);
  server.headersTimeout = 10_000;
  server.requestTimeout = EXCHANGE_TIMEOUT;
  return server;
}

async function answer(
  pages: ReadonlyMap<string, AdminPage>,
  { hosts, isLocal }: AdminAccess,
  request: IncomingMessage,
): Promise<AdminAnswer> {
  const { method, headersDistinct } = request;
  if (isLocal && isFromForeignPage(headersDistinct))
    return plain(403, 'a page of another origin sent this request, which podway refuses\n');
  const path = pathOf(request);
  const known = isHostAllowed(headersDistinct['host'] ?? [], hosts);
  const open = isLocal ? PROBE_PATHS : ANY_HOST_PATHS;
  if (!known && !open.has(path)) return plain(421, MISDIRECTED);
  const page = pages.get(path);
  if (!page) return plain(404, 'not found\n');
  if (method !== 'GET' && method !== 'HEAD') return plain(405, 'GET and HEAD only\n');
  return page({ known });
}

function pathOf({ url = '' }: IncomingMessage): string {
  return withoutQuery(url);
}
