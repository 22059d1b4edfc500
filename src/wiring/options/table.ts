import { ADDRESS_OPTIONS } from './addresses.ts';
import { AUTH_OPTIONS } from './auth.ts';
import { BALANCE_OPTIONS } from './balance.ts';
import { BODY_OPTIONS } from './bodies.ts';
import { CANARY_OPTIONS, canaryConflict } from './canary.ts';
import { CONDITION_OPTIONS } from './if.ts';
import { CORS_OPTIONS, corsConflict } from './cors.ts';
import { HEADER_OPTIONS } from './headers.ts';
import { LIMIT_OPTIONS } from './limits.ts';
import { PROTOCOL_OPTIONS, protocolConflict } from './protocol.ts';
import { WAIT_OPTIONS } from './waits.ts';
import { RATE_OPTIONS, rateConflict } from './rates.ts';
import { REDIRECT_OPTIONS, redirectConflict } from './redirects.ts';
import { REWRITE_OPTIONS, rewriteConflict } from './rewrite.ts';
import type { Conflict, Option } from './option.ts';

/** All options. docs/options.md and docs/options.schema.json are generated from this table. */
export const OPTIONS: Readonly<Record<string, Option>> = {
  ...PROTOCOL_OPTIONS,
  ...ADDRESS_OPTIONS,
  ...RATE_OPTIONS,
  ...LIMIT_OPTIONS,
  ...CORS_OPTIONS,
  ...AUTH_OPTIONS,
  ...REDIRECT_OPTIONS,
  ...REWRITE_OPTIONS,
  ...WAIT_OPTIONS,
  ...BODY_OPTIONS,
  ...HEADER_OPTIONS,
  ...BALANCE_OPTIONS,
  ...CANARY_OPTIONS,
  ...CONDITION_OPTIONS,
};

/** Checks for options that contradict each other. */
export const CONFLICTS: readonly Conflict[] = [
  protocolConflict,
  canaryConflict,
  rewriteConflict,
  redirectConflict,
  rateConflict,
  corsConflict,
];
