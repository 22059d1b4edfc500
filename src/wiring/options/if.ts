import type { Conditions } from './conditions.ts';
import type { Meaning, Option } from './option.ts';

const METHOD = /^[A-Z][A-Z-]{0,31}$/;
const FORBIDDEN_METHODS = new Set(['CONNECT', 'TRACE']);
const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,64}$/;
/** RFC 9110 section 5.5, without 8-bit characters. */
const VALUE = /^[\x21-\x7e](?:[\x20-\x7e]{0,254}[\x21-\x7e])?$/;
/** RFC 6265 section 4.1.1. */
const COOKIE_VALUE = /^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]{1,256}$/;

/** Folded names: headers of framing and of the connection, headers that proxies write, credentials, and `Cookie` (see `if-cookie`). */
const FORBIDDEN_FIELDS =
  /^(?:host|content-length|transfer-encoding|connection|keep-alive|proxy-connection|upgrade|te|trailer|expect|forwarded|x-forwarded-.*|x-real-ip|x-request-id|x-podway-.*|cookie|authorization|proxy-authorization)$/;

export const CONDITION_OPTIONS = {
  'if-method': {
    kind: 'guard',
    value: 'methods in upper case, separated by commas',
    doc: 'The pod gets only requests with one of these methods; GET includes HEAD. Others go to the pods of the route without conditions, or to a shorter path',
    example: 'if-method=POST,PUT',
    read: (value, _, { guards }) => {
      const named = value.split(',');
      if (!named.every((it) => METHOD.test(it) && !FORBIDDEN_METHODS.has(it))) return undefined;
      const methods = new Set(named.flatMap((it) => (it === 'GET' ? ['GET', 'HEAD'] : [it])));
      return meaning({ ...guards?.conditions, methods: [...methods].sort() });
    },
  },
  'if-header': {
    kind: 'guard',
    value: 'NAME:VALUE; may be repeated with other names',
    doc: "The pod gets only requests that have this header once, with exactly this value. A header that podway removes (`DROP_HEADERS`, the client's `Connection`) does not count",
    example: 'if-header=X-Canary:always',
    repeatedBy: (value) => value.replace(/:.*$/s, '').toLowerCase(),
    read: (value, { reserved }, { guards }) => {
      const [, name = '', text = ''] = /^([^:]+): *(.*)$/s.exec(value) ?? [];
      const folded = name.toLowerCase().replaceAll(/[^a-z0-9]/g, '-');
      if (!NAME.test(name) || !VALUE.test(text) || FORBIDDEN_FIELDS.test(folded) || reserved.has(folded))
        return undefined;
      const header = { name: name.toLowerCase(), value: text };
      return meaning({ ...guards?.conditions, headers: [...(guards?.conditions?.headers ?? []), header] });
    },
  },
  'if-cookie': {
    kind: 'guard',
    value: 'NAME=VALUE; may be repeated with other names',
    doc: 'The pod gets only requests with this cookie and exactly this value. It does not count if podway removes `Cookie`',
    example: 'if-cookie=beta=yes',
    repeatedBy: (value) => value.replace(/=.*$/s, ''),
    read: (value, _, { guards }) => {
      const [, name = '', text = ''] = /^([^=]+)=(.*)$/s.exec(value) ?? [];
      if (!NAME.test(name) || !COOKIE_VALUE.test(text)) return undefined;
      const cookie = { name, value: text };
      return meaning({ ...guards?.conditions, cookies: [...(guards?.conditions?.cookies ?? []), cookie] });
    },
  },
} as const satisfies Readonly<Record<string, Option>>;

function meaning(conditions: Conditions): Meaning {
  return { guards: { conditions } };
}
