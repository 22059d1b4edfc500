import type { CoveredElsewhere } from './covered-elsewhere.ts';

const proxy = (title: string, reason: string): CoveredElsewhere => ({
  cases: [{ file: 'proxy/rewrite-options.test.ts', title }],
  reason,
});
const TARGETS = (ids: string) => proxy(`strip (${ids})`, 'the target at the pod');
const ANSWERS = proxy(
  'answers: …: … (ST-12, ST-13, ST-14, ST-15)',
  'the rewritten responses of a pod with other paths',
);
const PREFIX = proxy('X-Forwarded-Prefix: …, … … (ST-17, ST-18)', 'the prefix field at the pod');

const redirect = (title: string, reason: string): CoveredElsewhere => ({
  cases: [{ file: 'proxy/redirect-options.test.ts', title }],
  reason,
});

/** Redirects, and other prefixes. */
export const REWRITES: Readonly<Record<string, CoveredElsewhere>> = {
  'RD-01': redirect(
    'https is rejected where podway cannot know the scheme of clients (RD-01)',
    'the meaning of options depends on settings',
  ),
  'RD-03': redirect('https: … of … … … (RD-03)', 'which peers are trusted'),
  'RD-04': redirect('no client is redirected to … (RD-04)', 'the meaning of options'),
  'RD-05': redirect('… … (RD-05)', 'the meaning of options on their hosts and paths'),
  'RD-06': redirect('the key is checked before a redirect (RD-06)', 'the order of checks'),
  'ST-02': TARGETS('ST-02, ST-03, ST-04, ST-07'),
  'ST-03': TARGETS('ST-02, ST-03, ST-04, ST-07'),
  'ST-04': TARGETS('ST-02, ST-03, ST-04, ST-07'),
  'ST-05': {
    cases: [
      { file: 'proxy/rewrite-options.test.ts', title: 'refused targets are still refused (ST-05)' },
      { file: 'proxy/rewrite-options.test.ts', title: 'whole segments, regardless of PATH_MATCH (ST-05)' },
    ],
    reason: 'targets that no pod gets',
  },
  'ST-07': TARGETS('ST-02, ST-03, ST-04, ST-07'),
  'ST-08': proxy('a WebSocket with an unusual query is rewritten in the same way (ST-08)', 'a tunnel'),
  'ST-09': proxy('replace (ST-09)', 'the target at the pod'),
  'ST-10': {
    cases: [{ file: 'wiring/options.test.ts', title: 'no path may begin with: … (ST-10)' }],
    reason: 'the meaning of options is a pure function of annotations',
  },
  'ST-12': ANSWERS,
  'ST-13': ANSWERS,
  'ST-14': ANSWERS,
  'ST-15': ANSWERS,
  'ST-17': PREFIX,
  'ST-18': PREFIX,
  'ST-19': proxy('a retry is rewritten for the pod that gets it (ST-19)', 'two pods with different options'),
};
