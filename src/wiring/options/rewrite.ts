import { parseHost } from '../host.ts';
import { parsePathPrefix } from '../path.ts';
import type { Conflict, Option } from './option.ts';

export const REWRITE_OPTIONS = {
  strip: {
    kind: 'guard',
    value: '',
    doc: 'The pod gets the path without the prefix of its item: after `/api`, `/api/x` becomes `/x`. podway sends the prefix in `X-Forwarded-Prefix` and restores it in redirects and cookies',
    example: 'strip',
    read: () => rewriting(''),
  },
  replace: {
    kind: 'guard',
    value: 'a path such as /v2',
    doc: 'The pod gets this prefix instead of that of its item: after `/api`, `/api/x` becomes `/v2/x`',
    example: 'replace=/v2',
    read: (value) => {
      const parsed = parsePathPrefix(value);
      return 'path' in parsed ? rewriting(parsed.path.replace(/\/$/, '')) : undefined;
    },
  },
  answers: {
    kind: 'tuning',
    value: 'as-is',
    doc: 'With `strip` or `replace=`: podway forwards redirects and cookies of the pod unchanged',
    example: 'answers=as-is',
    read: (value) => (value === 'as-is' ? { endpoint: { answersAsIs: true } } : undefined),
  },
  host: {
    kind: 'guard',
    value: 'a host',
    doc: "The pod gets this host in `Host`; the host of the client's request is in `X-Forwarded-Host`",
    example: 'host=internal.example.com',
    read: (value) => {
      const [, name = '', port = ''] = /^(.*?)(:\d{1,5})?$/.exec(value) ?? [];
      const parsed = parseHost(name);
      if (!('host' in parsed) || parsed.host.startsWith('*') || Number(port.slice(1)) > 65_535)
        return undefined;
      return { endpoint: { hostOfPod: `${parsed.host}${port}` } };
    },
  },
} as const satisfies Readonly<Record<string, Option>>;

function rewriting(prefix: string) {
  return { endpoint: { prefix }, guards: { prefix } };
}

export const rewriteConflict: Conflict = ({ text }) =>
  /(?:^| )strip(?: |$)/.test(text) && / ?replace=/.test(text) ? 'strip with replace=' : undefined;
