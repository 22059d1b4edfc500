import type { Elsewhere } from './elsewhere.ts';

const shares = { file: 'routing/shares.test.ts', title: 'shares: … (LB-05)' };
const weights = { file: 'routing/weights.test.ts', title: 'slow start: … (LB-07)' };
const edited = {
  file: 'routing/shares.test.ts',
  title: 'another share on live pods counts at once, and nothing of what is known of them is lost (OP-21)',
};
const editedLive = {
  file: 'proxy/canary.test.ts',
  title: 'a share edited on a live pod counts for the next request, and no connection is closed (OP-21)',
};

/** Words by which one of several pods is chosen. */
export const BALANCE: Readonly<Record<string, Elsewhere>> = {
  'LB-05': { cases: [shares], shows: 'whom requests go to is decided without sockets, by 100,000 of them' },
  'LB-07': { cases: [weights], shows: "the times at which pods become ready are the test's" },
  'OP-21': { cases: [edited, editedLive], shows: 'connections of clients and pods outlive the edit' },
};
