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
      auth('an unreachable service admits no request (FA-01)'),
    ],
    shows: 'a real service in trouble',
  },
  'FA-02': {
    cases: [
      auth('a client with a session reaches the pod with the name from the service, and no other (FA-02)'),
    ],
    shows: 'what a pod gets',
  },
  'FA-03': {
    cases: [
      auth('a client without a session gets the redirect to the login, and no pod gets the request (FA-03)'),
    ],
    shows: 'what a client gets',
  },
  'FA-04': service(
    'what a pod gets of a body',
    'a body that arrives without 100 Continue, and is collected up to … bytes, reaches the pod (FA-04)',
    'no client is asked for its body before the service has accepted the request (FA-04)',
  ),
  'FA-05': service(
    'a router that asks itself',
    'a service that is a pod with auth= by itself causes no loop (FA-05)',
  ),
  'FA-06': service(
    'a real service',
    'a request to a service that ends kept connections is retried once (FA-06)',
  ),
  'FA-07': service(
    'what pods get',
    'fields of a service never reach a pod from clients, on any route and in any spelling (FA-07)',
    'a field of the service in two lines is one line of the request (FA-07)',
  ),
  'FA-08': service(
    'what a client gets',
    'cookies of the service are in every response to the client, and in no shared cache (FA-08)',
    'no cache keeps a redirect of the service, unless the service allows it (FA-08)',
  ),
  'FA-09': service(
    'a real service with TLS',
    'a service of https gets nothing before its certificate is verified (FA-09)',
  ),
  'FA-10': service('a real service', 'a client that leaves ends the request to the service (FA-10)'),
  'CO-01': PREFLIGHTS,
  'CO-02': PREFLIGHTS,
  'CO-03': cors('… is refused (CO-03)', 'what words mean'),
  'CO-04': cors(
    'a preflight for an unknown path is 404, without fields of CORS (CO-04)',
    'what nobody serves',
  ),
  'CO-05': cors('a preflight needs no key, and the request after it does (CO-05)', 'the order of checks'),
  'CO-06': cors('preflights count for the rate of their address (CO-06)', 'the order of checks'),
  'CO-07': cors("a page can read the status of the router's own answers (CO-07)", 'answers without a pod'),
  'CO-08': PREFLIGHTS,
  'CO-09': {
    cases: [
      {
        file: 'routing/preflights.test.ts',
        title: 'a preflight is answered for the pods of its request: … (CO-09)',
      },
    ],
    shows: 'which pods answer, from the head and the table alone',
  },
};
