import type { CoveredElsewhere } from './covered-elsewhere.ts';

const enforced = (title: string) => ({ file: 'grants/enforce.test.ts', title });
const searched = (title: string) => ({ file: 'search/grants.test.ts', title });

/** Hosts that namespaces hold. */
export const GRANTS: Readonly<Record<string, CoveredElsewhere>> = {
  'HG-01': {
    cases: [
      enforced('a grant that is added, moved and removed takes effect (HG-01)'),
      searched(
        '… tables: changed grants give the same result as grants from the start, seed … (HG-01, HG-05)',
      ),
    ],
    reason: 'a change of the table',
  },
  'HG-02': {
    cases: [
      enforced(
        'a host that is granted exactly does not belong to a wildcard, even when its holder has no pods (HG-02)',
      ),
      enforced('a wildcard below another wildcard is separate from it, too (HG-02)'),
      searched(
        '… tables: the names of a namespace do not change with the declarations of others, seed … (HG-02, HG-03)',
      ),
    ],
    reason: 'tables of several namespaces',
  },
  'HG-03': {
    cases: [
      enforced('a granted path does not belong to a shorter one (HG-03)'),
      enforced('with PATH_MATCH=prefix a grant covers what a route of its path would match (HG-03)'),
    ],
    reason: 'tables of several namespaces',
  },
  'HG-05': {
    cases: [enforced('a Namespace that is created again has its own grants only (HG-05)')],
    reason: 'a change of the table',
  },
  'HG-06': {
    cases: [
      enforced('malformed grants grant nothing, and the others count (HG-06)'),
      enforced('of more grants than a Namespace may have, only the first ones count (HG-06)'),
    ],
    reason: 'the fields of a Namespace that are read',
  },
  'HG-07': {
    cases: [
      enforced('the same grant in two namespaces is shared (HG-07)'),
      {
        file: 'grants/report.test.ts',
        title: 'with grants, hosts that are shared on purpose are listed and not reported (HG-07)',
      },
    ],
    reason: 'tables of several namespaces',
  },
};
