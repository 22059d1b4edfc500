import { type AdminAnswer, json } from '../../admin/answers.ts';
import { type OperatorPage, problem, type Question } from '../operator-answers.ts';
import { DashboardFeed } from './feed.ts';
import { readSearch } from './find-routes.ts';
import { routeDocument } from './route-page.ts';
import type { DashboardSubject } from './router-state.ts';
import { RouteSearches } from './route-searches.ts';
import { DashboardView } from './view.ts';

/** The pages from which the dashboard gets its data. */
export function dashboardPages(
  subject: DashboardSubject,
  onError: (error: unknown) => void,
): Readonly<Record<string, OperatorPage>> {
  const view = new DashboardView(subject);
  const searches = new RouteSearches(subject.insight, () => view.verdicts, subject.now);
  const feed = new DashboardFeed(subject, view, onError);
  return {
    '/events': () => feed.stream(),
    '/dashboard/routes': ({ query }) => routesPage(searches, query),
    '/dashboard/route': (question) => routePage(subject, view, question),
  };
}

function routesPage(searches: RouteSearches, query: URLSearchParams): AdminAnswer {
  const search = readSearch(query);
  if ('problem' in search) return problem(400, search.problem);
  return json(200, searches.find(search));
}

async function routePage(
  { insight }: DashboardSubject,
  view: DashboardView,
  { query }: Question,
): Promise<AdminAnswer> {
  const [host, path] = [query.get('host'), query.get('path')];
  if (host === null || path === null) return problem(400, 'expected host= and path= of a route');
  const document = await routeDocument(insight, { host, path }, () => view.verdicts);
  return document === undefined ? problem(404, 'no such route') : json(200, document);
}
