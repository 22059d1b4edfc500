import type { CoveredElsewhere } from './covered-elsewhere.ts';

const cors = (title: string, reason: string): CoveredElsewhere => ({
  cases: [{ file: 'proxy/cors-options.test.ts', title }],
  reason,
});
const PREFLIGHTS = cors('…: … (CO-01, CO-02, CO-08)', 'the responses to preflights');

const service = (reason: string, ...titles: readonly string[]): CoveredElsewhere => ({
  cases: titles.map((title) => ({ file: 'proxy/auth-services.test.ts', title })),
  reason,
});

const auth = (title: string) => ({ file: 'proxy/auth-options.test.ts', title });

/** Pages of other origins, and services that authorise requests. */
export const CORS: Readonly<Record<string, CoveredElsewhere>> = {
  'FA-01': {
    cases: [
      auth('a service that … admits no request (FA-01)'),
      auth('an unreachable service admits no request (FA-01)'),
    ],
    reason: 'a real service with faults',
  },
  'FA-02': {
    cases: [
      auth(
        'a client with a session reaches the pod with the name from the service, and with no other name (FA-02)',
      ),
    ],
    reason: 'the request at the pod',
  },
  'FA-03': {
    cases: [
      auth('a client without a session gets the redirect to the login, and no pod gets the request (FA-03)'),
    ],
    reason: 'the response at the client',
  },
  'FA-04': service(
    'the body at the pod',
    'a body that arrives without 100 Continue, and is collected up to … bytes, reaches the pod (FA-04)',
    'no client is asked for its body before the service has accepted the request (FA-04)',
  ),
  'FA-05': service('a router that calls itself', 'a service that is a pod with auth= causes no loop (FA-05)'),
  'FA-06': service(
    'a real service',
    'a request to a service that closes kept connections is retried once (FA-06)',
  ),
  'FA-07': service(
    'the requests at pods',
    'fields of a service never reach a pod from clients, on any route and in any spelling (FA-07)',
    'a field of the service in two lines becomes one line of the request (FA-07)',
  ),
  'FA-08': service(
    'the response at the client',
    'cookies of the service are in every response to the client, and shared caches do not keep them (FA-08)',
    'no cache keeps a redirect of the service, unless the service allows it (FA-08)',
  ),
  'FA-09': service(
    'a real service with TLS',
    'a service with https gets no byte before its certificate is verified (FA-09)',
  ),
  'FA-10': service('a real service', 'a client that leaves ends the request to the service (FA-10)'),
  'FA-11': {
    cases: [
      {
        file: 'proxy/key-headers.test.ts',
        title: 'a process with API_KEY_HEADER=… shows the key neither to a service nor to a pod (FA-11)',
      },
      {
        file: 'proxy/key-headers.test.ts',
        title: 'with the key in …, only a pod may see it: FORWARD_API_KEY=… (FA-11)',
      },
    ],
    reason: 'real services, and a real process for the two headers that are most likely',
  },
  'FA-12': {
    cases: [
      {
        file: 'proxy/auth-dropped-fields.test.ts',
        title: 'fields for the service and for the pod: … (FA-12)',
      },
      {
        file: 'proxy/auth-dropped-fields.test.ts',
        title: 'fields for the service and for the pod, HTTP/2: … (FA-12)',
      },
    ],
    reason: 'a real service',
  },
  'CO-01': PREFLIGHTS,
  'CO-02': PREFLIGHTS,
  'CO-03': cors('… is refused (CO-03)', 'the meaning of options'),
  'CO-04': cors('a preflight for an unknown path is 404, without CORS fields (CO-04)', 'unknown paths'),
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
    reason: 'the pods that answer, from the head and the table alone',
  },
};
