import { isHostAllowed, type ListenerScope } from '../admin/admin-hosts.ts';
import { isFromForeignPage } from '../admin/admin-origins.ts';
import type { AdminAnswer } from '../admin/answers.ts';
import { problem, type Question } from './operator-answers.ts';
import type { OperatorToken } from './token.ts';

export interface OperatorAccess {
  /** Additional names that requests may have in `Host`, see `isHostAllowed`. */
  readonly hosts: ReadonlySet<string>;
  /** `machine`: the listener has a loopback address. */
  readonly scope: ListenerScope;
  /** Undefined: every client that can reach the listener is admitted. */
  readonly token: OperatorToken | undefined;
}

/** Parameters in which a client might send a token. Logs and histories keep URLs, so podway refuses them. */
const TOKENS = ['token', 'access_token', 'authorization'];

const OTHER_HOST: Readonly<Record<ListenerScope, AdminAnswer>> = {
  machine: problem(403, 'expected in Host: an address, localhost, or one of OPERATOR_HOSTS'),
  cluster: problem(
    403,
    'expected in Host: an address, localhost, a name without a dot or of the cluster (.svc, .cluster.local), or one of OPERATOR_HOSTS',
  ),
};
const TOKEN_IN_URL = problem(
  400,
  'expected a token in Authorization only, and & in a path to be written %26',
);
const FOREIGN_PAGE = problem(403, 'a page of another origin sent this request, which podway refuses');

/** The answer with which podway refuses a request; undefined: the request is admitted. */
export async function refusalOf(
  { hosts, scope, token }: OperatorAccess,
  { headers, query }: Question,
): Promise<AdminAnswer | undefined> {
  if (!isHostAllowed(headers['host'] ?? [], hosts, scope)) return OTHER_HOST[scope];
  if (isFromForeignPage(headers)) return FOREIGN_PAGE;
  if (hasToken(query)) return TOKEN_IN_URL;
  switch (await token?.admit(headers['authorization'])) {
    case undefined:
    case 'admitted':
      return undefined;
    case 'unreadable':
      return problem(503, 'the file of OPERATOR_TOKEN_FILE cannot be read');
    case 'refused':
      return {
        ...problem(401, 'expected Authorization: Bearer TOKEN'),
        // Each guess of a token then needs a new connection.
        headers: { 'www-authenticate': 'Bearer', connection: 'close' },
      };
  }
}

/**
 * The answer with which podway refuses a request for a file; undefined: it is admitted. A file is not secret, so it requires no token,
 * and a link on another page may open it. The page must request its data itself.
 */
export function refusalOfFile(
  { hosts, scope }: OperatorAccess,
  { headers, query }: Question,
): AdminAnswer | undefined {
  if (!isHostAllowed(headers['host'] ?? [], hosts, scope)) return OTHER_HOST[scope];
  if (isFromForeignPage(headers) && !isOpened(headers)) return FOREIGN_PAGE;
  return hasToken(query) ? TOKEN_IN_URL : undefined;
}

function hasToken(query: URLSearchParams): boolean {
  return TOKENS.some((name) => query.has(name));
}

/** Whether a browser opens the file in a tab. Then no other page can read the answer or its size (see GUARDS). */
function isOpened(headers: Question['headers']): boolean {
  const [mode, destination] = [headers['sec-fetch-mode'], headers['sec-fetch-dest']];
  return mode?.join() === 'navigate' && destination?.join() === 'document' && headers['origin'] === undefined;
}
