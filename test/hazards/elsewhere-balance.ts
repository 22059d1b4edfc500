import type { Elsewhere } from './elsewhere.ts';

const weights = { file: 'routing/weights.test.ts', title: 'slow start: … (LB-07)' };

/** Words by which one of several pods is chosen. */
export const BALANCE: Readonly<Record<string, Elsewhere>> = {
  'LB-07': { cases: [weights], shows: "the times at which pods become ready are the test's" },
};
