import type { Option } from './option.ts';

const NAME = /^[a-z][a-z0-9-]{0,30}$/;

export const AUTH_OPTIONS = {
  auth: {
    kind: 'guard',
    value: 'a name that the operator defines with AUTH_NAME_URL',
    doc: 'After the check of the key, podway asks a service of the operator about every request. 2xx: the request continues, with the response headers that the operator has listed; podway forwards 401, 403 and redirects to the client; without a response the client gets 503. Pods cannot define services themselves',
    example: 'auth=sso',
    read: (value, { auths }) => {
      if (!NAME.test(value)) return undefined;
      return auths.has(value) ? { guards: { auth: value } } : { rejected: 'auth-unknown' };
    },
  },
} as const satisfies Readonly<Record<string, Option>>;
