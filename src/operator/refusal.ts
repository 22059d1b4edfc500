import { isHostAllowed, type Neighbourhood } from '../admin/admin-hosts.ts';
import { isFromForeignPage } from '../admin/admin-origins.ts';
import type { AdminAnswer } from '../admin/answers.ts';
import { problem, type Question } from './operator-answers.ts';
import type { OperatorToken } from './token.ts';

export interface OperatorAccess {
  /** Further names under which pages are asked, see `isHostAllowed`. */
  readonly hosts: ReadonlySet<string>;
  /** `machine`: of a listener on a loopback address. */
  readonly neighbourhood: Neighbourhood;
  /** Undefined: every client that reaches the listener may ask. */
  readonly token: OperatorToken | undefined;
}

/** Names under which a client might send a token where logs and histories keep it. */
const TOKENS = ['token', 'access_token', 'authorization'];

const OTHER_HOST: Readonly<Record<Neighbourhood, AdminAnswer>> = {
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

/** Why a request is refused; undefined: the question may be answered. */
export async function refusalOf(
  { hosts, neighbourhood, token }: OperatorAccess,
  { headers, query }: Question,
): Promise<AdminAnswer | undefined> {
  if (!isHostAllowed(headers['host'] ?? [], hosts, neighbourhood)) return OTHER_HOST[neighbourhood];
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
        // Guesses cost a connection each.
        headers: { 'www-authenticate': 'Bearer', connection: 'close' },
      };
  }
}

/**
 * The same of a file, which is no secret: it needs no token, and a link on another page may open it. What it shows it has to ask for
 * itself.
 */
export function refusalOfFile(
  { hosts, neighbourhood }: OperatorAccess,
  { headers, query }: Question,
): AdminAnswer | undefined {
  if (!isHostAllowed(headers['host'] ?? [], hosts, neighbourhood)) return OTHER_HOST[neighbourhood];
  if (isFromForeignPage(headers) && !isOpened(headers)) return FOREIGN_PAGE;
  return hasToken(query) ? TOKEN_IN_URL : undefined;
}

function hasToken(query: URLSearchParams): boolean {
  return TOKENS.some((name) => query.has(name));
}

/** Whether a person opens it in a tab: no page sees any of the answer (see GUARDS), nor how large it is. */
function isOpened(headers: Question['headers']): boolean {
  const [mode, destination] = [headers['sec-fetch-mode'], headers['sec-fetch-dest']];
  return mode?.join() === 'navigate' && destination?.join() === 'document' && headers['origin'] === undefined;
}
