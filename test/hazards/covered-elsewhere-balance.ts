import type { CoveredElsewhere } from './covered-elsewhere.ts';

const shares = { file: 'routing/shares.test.ts', title: 'shares: … (LB-05)' };
const conditions = {
  file: 'routing/conditions.test.ts',
  title: 'conditions: … (LB-04, MA-02, MA-04, MA-05)',
};
const names = {
  file: 'wiring/balance-options.test.ts',
  title: 'a condition cannot use the field: … (MA-03)',
};
const CONDITIONS = {
  cases: [conditions],
  reason: 'the pod is chosen from the head and the table alone',
};
const gone = {
  file: 'proxy/sticky.test.ts',
  title: 'a client of a deleted or unready pod gets another one, and a new cookie (LB-02)',
};
const refusing = {
  file: 'proxy/sticky.test.ts',
  title:
    'a client of a pod that refuses connections gets another one in the same request, and a new cookie (LB-02)',
};
const ejected = {
  file: 'routing/sticky.test.ts',
  title: 'a cookie does not select an ejected pod, but selects a pod whose ejection has ended (LB-02)',
};
const address = {
  file: 'proxy/sticky.test.ts',
  title: 'a new pod with the address of a deleted one does not get its clients (LB-02)',
};
const cached = {
  file: 'proxy/sticky.test.ts',
  title: 'a response that shared caches may keep has no cookie: … (LB-03)',
};
const copies = {
  file: 'proxy/sticky.test.ts',
  title: 'among repeated, quoted and late cookies the first well-formed one within a limit counts (LB-04)',
};
const weights = { file: 'routing/weights.test.ts', title: 'slow start: … (LB-07)' };
const edited = {
  file: 'routing/shares.test.ts',
  title: 'a changed share of live pods takes effect immediately, and their observed state is kept (OP-21)',
};
const editedLive = {
  file: 'proxy/canary.test.ts',
  title: 'a changed share of a live pod applies to the next request, and no connection is closed (OP-21)',
};

/** Options that select one of several pods. */
export const BALANCE: Readonly<Record<string, CoveredElsewhere>> = {
  'LB-02': {
    cases: [gone, refusing, ejected, address],
    reason: 'a client is followed through several requests',
  },
  'LB-03': { cases: [cached], reason: 'the response of the pod differs' },
  'LB-04': {
    cases: [copies, conditions],
    reason: 'the pod is chosen from the head and the table alone',
  },
  'LB-05': {
    cases: [shares],
    reason: 'pods are picked without sockets, for 100,000 and for 200 requests',
  },
  'LB-07': { cases: [weights], reason: 'the test sets the times at which pods become ready' },
  'MA-02': CONDITIONS,
  'MA-03': { cases: [names], reason: 'the meaning of options is a pure function of annotations' },
  'MA-04': CONDITIONS,
  'MA-05': CONDITIONS,
  'OP-21': {
    cases: [edited, editedLive],
    reason: 'connections of clients and pods stay open during the change',
  },
};
