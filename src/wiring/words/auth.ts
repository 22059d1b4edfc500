import type { Word } from './word.ts';

const NAME = /^[a-z][a-z0-9-]{0,30}$/;

export const AUTH_WORDS = {
  auth: {
    kind: 'guard',
    value: 'a name that the operator defines by AUTH_NAME_URL',
    doc: 'A service of the operator is asked about every request, after its key. 2xx: the request goes on, with the fields of the answer that the operator names; 401, 403 and redirects are passed on; without an answer 503. Pods cannot name a service themselves',
    example: 'auth=sso',
    read: (value, { auths }) => {
      if (!NAME.test(value)) return undefined;
      return auths.has(value) ? { guards: { auth: value } } : { refused: 'auth-unknown' };
    },
  },
} as const satisfies Readonly<Record<string, Word>>;
