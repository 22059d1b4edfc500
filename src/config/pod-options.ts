import { OPTIONS } from '../wiring/options/table.ts';
import type { OptionRules } from '../wiring/options/option.ts';
import type { AuthService } from '../boundary/auth-service.ts';
import { copiedNames } from './auth.ts';
import { folded } from './drop-headers.ts';
import { duration, grammar, size } from './grammar.ts';
import { annotationKey } from './kubernetes.ts';
import { setting } from './setting.ts';
import { ZONES } from './zone.ts';

/** Settings for the options that pods may use, and their limits. */
export const POD_OPTION_SETTINGS = {
  optionsAnnotation: setting(
    'OPTIONS_ANNOTATION',
    'routingOptions',
    annotationKey(),
    'Pod annotation with options for all paths of the pod (docs/options.md)',
  ),
  options: setting(
    'OPTIONS',
    'all',
    optionNames(),
    'Options that pods may use: `all`, `none`, or their names, separated by commas. A path with a guard that is not allowed is not routed; other options that are not allowed are ignored',
  ),
  maxRouteTimeout: setting(
    'MAX_ROUTE_TIMEOUT',
    '1h',
    duration('1s', '168h'),
    'Maximum time that an option of a pod can set; podway reduces longer ones to it',
  ),
  maxRouteBuffer: setting(
    'MAX_ROUTE_BUFFER',
    '1m',
    size('0', '1g'),
    'Maximum size of one request or response that an option of a pod can make podway hold in memory; podway reduces larger values to it',
  ),
  ...ZONES,
} as const;

interface Bounds {
  readonly options: OptionRules['allowed'];
  readonly maxRouteTimeout: number;
  readonly maxRouteBuffer: number;
  readonly clientMaxBodySize: number;
  readonly tlsPort: number | 'none';
  readonly trustedProxies: readonly string[];
  readonly auths: readonly AuthService[];
  readonly apiKeyHeader: string;
  readonly dropHeaders: readonly string[];
}

export function optionRules(config: Bounds): OptionRules {
  const { options, maxRouteTimeout, maxRouteBuffer, clientMaxBodySize, apiKeyHeader, dropHeaders } = config;
  const reserved = new Set([apiKeyHeader, ...dropHeaders, ...copiedNames(config.auths)].map(folded));
  const knowsHttps = config.tlsPort !== 'none' || config.trustedProxies.length > 0;
  const auths = new Set(config.auths.map(({ name }) => name));
  const ceilings = {
    timeout: maxRouteTimeout,
    buffer: maxRouteBuffer,
    body: clientMaxBodySize,
    knowsHttps,
    auths,
    reserved,
  };
  return { allowed: options, ceilings };
}

function optionNames() {
  return grammar<OptionRules['allowed']>('all, none, or names of options, separated by commas', (text) => {
    if (text === 'all') return 'all';
    if (text === 'none') return new Set();
    const names = text.split(/[\s,]+/).filter((it) => it !== '');
    return names.every((it) => Object.hasOwn(OPTIONS, it)) ? new Set(names) : undefined;
  });
}
