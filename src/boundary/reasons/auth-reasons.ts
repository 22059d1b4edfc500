import type { ReasonRow } from './reason-row.ts';

/** Why a service of `auth=` has not let a request in. */
export const AUTH_REASONS = {
  'auth-refused': {
    status: { '301': 301, '302': 302, '303': 303, '307': 307, '308': 308, '401': 401, '403': 403 },
    statusBy: 'the service',
    fault: 'client',
    close: false,
    reportedBy: ['auth'],
    meaning: 'The service of `auth=` after the path refused the request; podway passes its response on.',
    action: '',
  },
  'auth-unavailable': {
    status: 503,
    fault: 'router',
    close: false,
    reportedBy: ['auth'],
    meaning:
      'podway could not reach the service of `auth=`, or it did not answer within `AUTH_<NAME>_TIMEOUT`.',
    action: 'Check the service, and whether podway can reach it.',
  },
  'auth-bad-answer': {
    status: 503,
    fault: 'router',
    close: false,
    reportedBy: ['auth'],
    meaning:
      'The service of `auth=` answered neither 2xx, a redirect with its target, 401 nor 403, or with a value that a header field cannot have.',
    action: 'Check the service, and whether `AUTH_<NAME>_URL` has the right path.',
  },
  'auth-busy': {
    status: 503,
    fault: 'router',
    close: false,
    reportedBy: ['auth'],
    meaning: 'More than `AUTH_IN_FLIGHT` requests wait for services of `auth=`.',
    action: 'Check how long the service takes, or raise `AUTH_IN_FLIGHT`.',
  },
} as const satisfies Readonly<Record<string, ReasonRow>>;
