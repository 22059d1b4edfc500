import type { Word } from './word.ts';

const NAME = /^[a-z][a-z0-9-]{0,30}$/;

export const AUTH_WORDS = {
  auth: {
    kind: 'guard',
    value: 'a name that the operator defines by AUTH_NAME_URL',
    doc: 'podway asks a service of the operator about every request, after the key. 2xx: the request continues, with those fields of the response that the operator names; podway passes on 401, 403 and redirects; without a response the client gets 503. Pods cannot define services themselves',
    example: 'auth=sso',
    read: (value, { auths }) => {
      if (!NAME.test(value)) return undefined;
      return auths.has(value) ? { guards: { auth: value } } : { refused: 'auth-unknown' };
    },
  },
} as const satisfies Readonly<Record<string, Word>>;
