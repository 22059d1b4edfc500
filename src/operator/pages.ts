import { plain } from '../admin/answers.ts';
import { routesPage } from '../admin/routes-page.ts';
import type { Overview } from '../control/overview.ts';
import { dashboardPages } from './dashboard/pages.ts';
import type { DashboardSubject } from './dashboard/router-state.ts';
import { type ExplainSubject, explainPages } from './explain/pages.ts';
import { historyPages } from './history/pages.ts';
import type { OperatorFile, OperatorPages } from './operator-answers.ts';

/** The data of the pages. */
export interface OperatorSubject extends ExplainSubject {
  readonly version: string;
  overview(): Promise<Overview>;
  readonly dashboard: DashboardSubject;
  onError(error: unknown): void;
}

/** All pages of the operator listener. @param files files of the dashboard, by path */
export function operatorPages(
  subject: OperatorSubject,
  files: Readonly<Record<string, OperatorFile>>,
): OperatorPages {
  const named = () => plain(200, index(subject.version));
  return {
    pages: {
      '/pages': named,
      ...explainPages(subject),
      ...dashboardPages(subject.dashboard, (error) => subject.onError(error)),
      ...historyPages(subject),
      '/routes': async () => routesPage(await subject.overview()),
    },
    files,
  };
}

function index(version: string): string {
  return `podway ${version}: pages for operators

/          the dashboard, for a browser
/routes    the route table: routes, endpoints, keyed and unknown namespaces, certificates, rejections
/explain   what podway would do with a request, and why: ?host=&path=&method=&header=&peer=&tls=
           with the route table of an earlier revision: ?at=
           or why the router answered a past request itself: ?id=
/history   changes of the route table with time and cause, the newest first: ?host=&since=&limit=
/answers   requests that the router answered itself, the newest first: ?host=&status=&reason=&limit=
/tail      the same as they happen (server-sent events)
/events    the state of the router and its problems, then each change (server-sent events)
/dashboard/routes  routes and their recent responses: ?search=&limit=
/dashboard/route   one route, with its endpoints and options: ?host=&path=
`;
}
