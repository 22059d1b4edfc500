import type { Guard } from './guard.ts';
import { addressGuard } from './addresses.ts';
import { bodyGuard, methodGuard } from './limits.ts';
import { httpsGuard, redirectGuard } from './redirects.ts';
import { rewriteGuard } from './rewrite.ts';

/** The guards that are checked before the key, in this order. */
export const BEFORE_KEY: readonly Guard[] = [httpsGuard, addressGuard];

/** The guards that are checked after a key has been accepted, in this order. */
export const AFTER_KEY: readonly Guard[] = [methodGuard, rewriteGuard, bodyGuard];

/** The guards that are checked after everything else has allowed the request. */
export const LAST: readonly Guard[] = [redirectGuard];
