import type { Guard } from './guard.ts';
import { addressGuard } from './addresses.ts';
import { bodyGuard, methodGuard } from './limits.ts';
import { httpsGuard, redirectGuard } from './redirects.ts';
import { rewriteGuard } from './rewrite.ts';

/** What is judged before the key, in this order. */
export const BEFORE_KEY: readonly Guard[] = [httpsGuard, addressGuard];

/** What is judged once a key has been accepted, in this order. */
export const AFTER_KEY: readonly Guard[] = [methodGuard, rewriteGuard, bodyGuard];

/** What is judged when all else has let the request pass. */
export const LAST: readonly Guard[] = [redirectGuard];
