import { whole } from './grammar.ts';
import { setting } from './setting.ts';

const MOST = 10_000_000;

/** What pods may ask for. */
export const ROUTES = {
  maxRoutesPerPod: setting(
    'MAX_ROUTES_PER_POD',
    '1000',
    whole(1, 100_000),
    'Routes (hosts times paths) that one pod may ask for; the first of them count',
  ),
  maxRoutesPerNamespace: setting(
    'MAX_ROUTES_PER_NAMESPACE',
    '10000',
    whole(1, MOST),
    'Different routes that the pods of one namespace may ask for; in the order of host and path, the first count',
  ),
  maxRoutes: setting(
    'MAX_ROUTES',
    '100000',
    whole(1, MOST),
    'Different routes in all; beyond, the namespaces that hold most lose their last ones, none below its equal share',
  ),
} as const;
