import { mayAsk } from '../admin/admin-hosts.ts';
import { isAskedByForeignPage } from '../admin/admin-origins.ts';
import type { AdminAnswer } from '../admin/answers.ts';
import { problem, type Question } from './operator-answers.ts';
import type { OperatorToken } from './token.ts';

export interface OperatorAccess {
  /** Further names under which pages are asked, see `mayAsk`. */
  readonly hosts: ReadonlySet<string>;
  /** Undefined: whoever reaches the listener may ask. */
  readonly token: OperatorToken | undefined;
}

/** Names under which somebody might send a token where logs and histories keep it. */
const TOKENS = ['token', 'access_token', 'authorization'];

/** Why somebody is told nothing; undefined: the question may be answered. */
export async function refusalOf(
  { hosts, token }: OperatorAccess,
  { headers, query }: Question,
): Promise<AdminAnswer | undefined> {
  if (!mayAsk(headers['host'] ?? [], hosts))
    return problem(
      403,
      'expected in Host: an address, localhost, a name without a dot or of the cluster (.svc, .cluster.local), or one of OPERATOR_HOSTS',
    );
  if (isAskedByForeignPage(headers)) return problem(403, 'not for pages of other origins');
  if (TOKENS.some((name) => query.has(name)))
    return problem(400, 'expected a token in Authorization only, and & in a path to be written %26');
  switch (await token?.admit(headers['authorization'])) {
    case undefined:
    case 'admitted':
      return undefined;
    case 'unreadable':
      return problem(503, 'the file of OPERATOR_TOKEN_FILE cannot be read');
    case 'refused':
      return {
        ...problem(401, 'expected Authorization: Bearer TOKEN'),
        headers: { 'www-authenticate': 'Bearer' },
      };
  }
}
