import type { CoveredElsewhere } from './covered-elsewhere.ts';

const words = {
  file: 'wiring/options.test.ts',
  title: '… (OP-01, OP-05, OP-06, OP-09, OP-10, OP-11, OP-16)',
};
const hosts = { file: 'wiring/path-hosts.test.ts', title: '…: … (OP-13, OP-14, OP-15)' };
const guards = { file: 'routing/guards.test.ts', title: '… (OP-18, OP-19, AD-01, AD-02)' };
const READING = { cases: [words], reason: 'the meaning of options is a pure function of annotations' };
const HOSTS = { cases: [hosts], reason: 'the same for hosts before a path' };
const GUARDS = { cases: [guards], reason: 'the pods for a request follow from the head and the table alone' };

const ADDRESSES = { file: 'routing/guards.test.ts', title: '… (OP-18, OP-19, AD-01, AD-02)' };
const CLIENT = { file: 'routing/client-address.test.ts', title: 'the client of …: … (RA-05)' };
const TABLE = (title: string) => ({ file: 'routing/rate-table.test.ts', title });
const CAPACITY = (title: string) => ({ file: 'proxy/capacity-options.test.ts', title });
const RATES = (title: string) => ({ file: 'proxy/rate-options.test.ts', title });
const ADDRESS = (title: string) => ({ file: 'proxy/address-options.test.ts', title });
const FIELDS = {
  cases: [{ file: 'wiring/options.test.ts', title: 'a pod may not set or drop the field: … (HE-02, HE-04)' }],
  reason: READING.reason,
};
const proxy = (title: string) => ({ file: 'proxy/header-options.test.ts', title });
const ONCE = proxy(
  'a field that an option sets occurs once, regardless of what the client and the pod send (HE-03)',
);
const FINAL = proxy('options set fields on final responses only: … (HE-05)');
const NAMED = proxy('Connection of a client cannot remove a field that is set (HE-07)');

/** Options of a path. */
export const WORDS: Readonly<Record<string, CoveredElsewhere>> = {
  'OP-01': READING,
  'OP-05': READING,
  'OP-06': READING,
  'OP-09': READING,
  'OP-10': READING,
  'OP-11': READING,
  'OP-13': HOSTS,
  'OP-14': HOSTS,
  'OP-15': HOSTS,
  'OP-16': READING,
  'OP-18': GUARDS,
  'OP-19': GUARDS,
  'AD-01': { cases: [ADDRESSES], reason: GUARDS.reason },
  'AD-02': { cases: [ADDRESSES], reason: GUARDS.reason },
  'AD-03': {
    cases: [
      ADDRESS(
        'an open tunnel continues when its client is no longer allowed; new tunnels are refused (AD-03)',
      ),
    ],
    reason: 'a table that changes while a tunnel is open',
  },
  'AD-11': {
    cases: [
      ADDRESS('no client is allowed by an address that only the request claims (AD-11)'),
      ADDRESS('the address that a trusted proxy names is checked (AD-11)'),
    ],
    reason: 'the address of the client depends on the peer',
  },
  'RA-01': {
    cases: [TABLE('a burst passes immediately, then one request in each interval (RA-01)')],
    reason: 'the counted requests',
  },
  'RA-03': { cases: [TABLE('four threads count together (RA-03)')], reason: 'threads that share memory' },
  'RA-04': {
    cases: [TABLE('a million clients use the memory of a thousand, and each evicted one is counted (RA-04)')],
    reason: 'the amount of memory',
  },
  'RA-06': {
    cases: [RATES('podway does not request the body of an upload above the rate (RA-06)')],
    reason: 'an answer before a body',
  },
  'RA-08': {
    cases: [
      CAPACITY(
        'a pod gets at most its maximum of requests at once, other pods of the route get the other requests (RA-08)',
      ),
      CAPACITY(
        'requests of clients that disconnect no longer count, and WebSockets count until they end (RA-08)',
      ),
    ],
    reason: 'several requests at a time',
  },
  'RA-12': {
    cases: [
      RATES('…: … (RA-12)'),
      RATES('of two templates the lower rate applies (RA-12)'),
      ADDRESS('a thousand addresses of one IPv6 network count as one client (RA-12)'),
    ],
    reason: 'several clients and pods',
  },
  'RA-05': { cases: [CLIENT], reason: 'the address of the client, from the head and the peer alone' },
  'HE-02': FIELDS,
  'HE-03': { cases: [ONCE], reason: 'the fields at the pod and at the client' },
  'HE-04': FIELDS,
  'HE-05': { cases: [FINAL], reason: 'the one of several heads that is changed' },
  'HE-07': { cases: [NAMED], reason: 'the fields at the pod' },
};
