import type { Elsewhere } from './elsewhere.ts';

const cors = (title: string, shows: string): Elsewhere => ({
  cases: [{ file: 'proxy/cors-words.test.ts', title }],
  shows,
});
const PREFLIGHTS = cors('…: … (CO-01, CO-02, CO-08)', 'what browsers are told before they ask');

const service = (shows: string, ...titles: readonly string[]): Elsewhere => ({
  cases: titles.map((title) => ({ file: 'proxy/auth-services.test.ts', title })),
  shows,
});

const auth = (title: string) => ({ file: 'proxy/auth-words.test.ts', title });

/** Pages of other origins, and services that let requests in. */
export const CORS: Readonly<Record<string, Elsewhere>> = {
  'FA-01': {
    cases: [
      auth('a service that … admits no request (FA-01)'),
      auth('a service that is not there admits no request (FA-01)'),
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
  'FA-04': service(
    'what a pod gets of a body',
    'a body that came unasked, and is collected up to … bytes, reaches the pod (FA-04)',
    'no client is asked for a body that the service has not let in (FA-04)',
  ),
  'FA-05': service(
    'a router that asks itself',
    'a service that is a pod behind itself is not asked again and again (FA-05)',
  ),
  'FA-06': service(
    'a real service',
    'a service that ends kept connections is asked once more, and not for ever (FA-06)',
  ),
  'FA-07': service(
    'what pods get',
    'fields that a service says reach no pod from clients, on no route and in no spelling (FA-07)',
    'a field that the service says in two lines is one line of the request (FA-07)',
  ),
  'FA-08': service(
    'what a client gets',
    'cookies of the service come with every answer to the client, and never into a cache that is shared (FA-08)',
    'a redirect of the service is kept by no cache, unless the service wants it (FA-08)',
  ),
  'FA-09': service(
    'a real service with TLS',
    'a service of https is told nothing before its certificate is verified (FA-09)',
  ),
  'FA-10': service('a real service', 'a client that leaves ends the question (FA-10)'),
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
