import type { Elsewhere } from './elsewhere.ts';

const cors = (title: string, shows: string): Elsewhere => ({
  cases: [{ file: 'proxy/cors-words.test.ts', title }],
  shows,
});
const PREFLIGHTS = cors('…: … (CO-01, CO-02, CO-08)', 'what browsers are told before they ask');

/** Pages of other origins. */
export const CORS: Readonly<Record<string, Elsewhere>> = {
  'CO-01': PREFLIGHTS,
  'CO-02': PREFLIGHTS,
  'CO-03': cors('… is refused (CO-03)', 'what words mean'),
  'CO-04': cors(
    'a preflight for a path of nobody is 404, and tells no page anything (CO-04)',
    'what nobody serves',
  ),
  'CO-05': cors('a preflight needs no key, and what follows it does (CO-05)', 'the order of checks'),
  'CO-06': cors('preflights count for the rate of their address (CO-06)', 'the order of checks'),
  'CO-07': cors("the router's own answers let a page see their status (CO-07)", 'answers without a pod'),
  'CO-08': PREFLIGHTS,
  'CO-09': {
    cases: [
      { file: 'routing/preflights.test.ts', title: 'a preflight goes where its request will go: … (CO-09)' },
    ],
    shows: 'which pods answer, from the head and the table alone',
  },
};
