import type { Elsewhere } from './elsewhere.ts';

const cors = (title: string, shows: string): Elsewhere => ({
  cases: [{ file: 'proxy/cors-words.test.ts', title }],
  shows,
});
const PREFLIGHTS = cors('…: … (CO-01, CO-02, CO-08)', 'what browsers are told before they ask');

const auth = (title: string) => ({ file: 'proxy/auth-words.test.ts', title });

/** Pages of other origins, and services that let requests in. */
export const CORS: Readonly<Record<string, Elsewhere>> = {
  'FA-01': {
    cases: [
      auth('a service that … lets nobody in (FA-01)'),
      auth('a service that is not there lets nobody in (FA-01)'),
    ],
    shows: 'a real service in trouble',
  },
  'FA-02': {
    cases: [auth('who has one reaches the pod by the name that the service says, and no other (FA-02)')],
    shows: 'what a pod gets',
  },
  'FA-03': {
    cases: [auth('who has no session is sent to log in, and no pod is asked (FA-03)')],
    shows: 'what a client gets',
  },
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
