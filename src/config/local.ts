import type { WorkerSettings } from '../boundary/settings.ts';
import { type Grammar, grammar, text } from './grammar.ts';
import { readOrigin } from '../wiring/origin.ts';
import { setting } from './setting.ts';

const SUFFIX = /^(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?){1,8}$/;

const MAX_ORIGINS = 100;

/** Settings for a router on a developer's machine, which pages of all sites in the browser can reach. */
export const LOCAL = {
  kubeContext: setting(
    'KUBE_CONTEXT',
    '',
    text('the name of a context of the kubeconfig', /^[^\0]{0,253}$/),
    'Context of the kubeconfig; empty = the current one',
  ),
  hostSuffix: setting(
    'HOST_SUFFIX',
    'auto',
    hostSuffix(),
    'Suffix under which podway serves hosts in addition to their own names: with `.localhost`, `shop.example.com.localhost:8080` reaches `shop.example.com`, and the pod gets that name; `localhost` alone lists the hosts; `auto`: `.localhost` with `POD_ACCESS=tunnel`, else `none`',
  ),
  allowedOrigins: setting(
    'ALLOWED_ORIGINS',
    'auto',
    allowedOrigins(),
    '`served`: podway accepts requests of browsers only from pages of routed hosts and of the origins that follow (`served,https://app.example.com`); a request with another `Origin`, or with `Sec-Fetch-Site` `cross-site` or `same-site`, gets 403; `any`: not checked; `auto`: `served` with `POD_ACCESS=tunnel`, else `any`',
  ),
} as const;

/** The suffix in lower case, with its first dot; '' for none; or `auto`. */
function hostSuffix(): Grammar<string> {
  return grammar('auto, none, or a dot and a domain such as .localhost', (text) => {
    const suffix = text.toLowerCase();
    if (suffix === 'none') return '';
    if (suffix === 'auto') return suffix;
    return SUFFIX.test(suffix) && suffix.length <= 100 ? suffix : undefined;
  });
}

/** Origins as browsers serialize them, in addition to the origins of routed hosts. */
function allowedOrigins(): Grammar<readonly string[] | 'any' | 'auto'> {
  return grammar(
    `auto, any, or served and up to ${MAX_ORIGINS} origins such as https://app.example.com, separated by commas`,
    (text) => {
      if (text === 'any' || text === 'auto') return text;
      const [first, ...more] = text.split(/[\s,]+/).filter((item) => item !== '');
      const origins = more.flatMap((item) => readOrigin(item) ?? []);
      return first === 'served' && origins.length === more.length && more.length <= MAX_ORIGINS
        ? origins
        : undefined;
    },
  );
}

/** The settings of this file, and POD_ACCESS on which their `auto` depends. */
interface LocalConfig {
  readonly podAccess: 'direct' | 'tunnel';
  readonly hostSuffix: string;
  readonly allowedOrigins: readonly string[] | 'any' | 'auto';
}

/** Resolves `auto`: a router that reaches pods by tunnels runs on a developer's machine, together with a browser. */
export function localRules({
  podAccess,
  hostSuffix,
  allowedOrigins,
}: LocalConfig): Pick<WorkerSettings, 'hostSuffix' | 'allowedOrigins'> {
  const isLocal = podAccess === 'tunnel';
  const origins = isLocal ? [] : 'any';
  return {
    hostSuffix: hostSuffix === 'auto' ? (isLocal ? '.localhost' : '') : hostSuffix,
    allowedOrigins: allowedOrigins === 'auto' ? origins : allowedOrigins,
  };
}
