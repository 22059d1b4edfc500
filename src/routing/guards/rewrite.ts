import { pathViews } from '../../wiring/path.ts';
import { rewrittenPath } from '../rewrite-path.ts';
import type { Guard } from './guard.ts';

/** `strip` and `replace=`: the path that the pod would get must be as safe as that of the client. */
export const rewriteGuard: Guard = ({ prefix }, { head, route }) => {
  if (prefix === undefined) return undefined;
  const path = rewrittenPath(head.path, route.path, prefix);
  return path === undefined || pathViews(path) === undefined ? { reason: 'unsafe-rewrite' } : undefined;
};
