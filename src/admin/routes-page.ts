import type { Overview } from '../control/overview.ts';
import type { AdminAnswer } from './answers.ts';
import { jsonSlices } from './json-slices.ts';
import { listRoutes } from './route-listing.ts';

/** The route table, and what podway knows about its endpoints, source and workers. */
export function routesPage({ listing, opensIn, endpointReports, source, workers }: Overview): AdminAnswer {
  const { revision, synced } = listing;
  const fields = { revision, synced, source, workers };
  const body = jsonSlices(fields, listRoutes(listing, endpointReports, opensIn));
  return { status: 200, contentType: 'application/json', body };
}
