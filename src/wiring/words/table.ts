import { ADDRESS_WORDS } from './addresses.ts';
import { AUTH_WORDS } from './auth.ts';
import { BALANCE_WORDS } from './balance.ts';
import { BODY_WORDS } from './bodies.ts';
import { CANARY_WORDS, canaryConflict } from './canary.ts';
import { CONDITION_WORDS } from './if.ts';
import { CORS_WORDS, corsConflict } from './cors.ts';
import { HEADER_WORDS } from './headers.ts';
import { LIMIT_WORDS } from './limits.ts';
import { PROTOCOL_WORDS, protocolConflict } from './protocol.ts';
import { WAIT_WORDS } from './waits.ts';
import { RATE_WORDS, rateConflict } from './rates.ts';
import { REDIRECT_WORDS, redirectConflict } from './redirects.ts';
import { REWRITE_WORDS, rewriteConflict } from './rewrite.ts';
import type { Conflict, Word } from './word.ts';

/** Every word, once. docs/options.md and the schema of words are generated from it. */
export const WORDS: Readonly<Record<string, Word>> = {
  ...PROTOCOL_WORDS,
  ...ADDRESS_WORDS,
  ...RATE_WORDS,
  ...LIMIT_WORDS,
  ...CORS_WORDS,
  ...AUTH_WORDS,
  ...REDIRECT_WORDS,
  ...REWRITE_WORDS,
  ...WAIT_WORDS,
  ...BODY_WORDS,
  ...HEADER_WORDS,
  ...BALANCE_WORDS,
  ...CANARY_WORDS,
  ...CONDITION_WORDS,
};

/** Why words cannot stand together. */
export const CONFLICTS: readonly Conflict[] = [
  protocolConflict,
  canaryConflict,
  rewriteConflict,
  redirectConflict,
  rateConflict,
  corsConflict,
];
