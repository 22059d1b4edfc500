import type { ReasonRow } from './reason-row.ts';

/** Why a service of `auth=` did not let a request in. */
export const AUTH_REASONS = {
  'auth-refused': {
    status: { '301': 301, '302': 302, '303': 303, '307': 307, '308': 308, '401': 401, '403': 403 },
    statusBy: 'the service',
    fault: 'client',
    close: false,
    reportedBy: ['auth'],
    meaning: 'The service of the option `auth=` refused the request; podway forwards its response.',
    action: '',
  },
  'auth-unavailable': {
    status: 503,
    fault: 'router',
    close: false,
    reportedBy: ['auth'],
    meaning:
      'podway could not reach the service of `auth=`, or the service did not answer within `AUTH_<NAME>_TIMEOUT`.',
    action: 'Check the service, and whether podway can reach it.',
  },
  'auth-bad-answer': {
    status: 503,
    fault: 'router',
    close: false,
    reportedBy: ['auth'],
    meaning:
      'The response of the service of `auth=` was not 2xx, 401, 403 or a redirect with its target, or contained a value that is not valid in a header field.',
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
