import { WORDS } from '../wiring/words/table.ts';
import type { WordRules } from '../wiring/words/word.ts';
import type { AuthService } from '../boundary/auth-service.ts';
import { copiedNames } from './auth.ts';
import { folded } from './drop-headers.ts';
import { duration, grammar, size } from './grammar.ts';
import { annotationKey } from './kubernetes.ts';
import { setting } from './setting.ts';
import { ZONES } from './zone.ts';

/** What words pods may put behind their paths, and how much these may ask for. */
export const WORD_SETTINGS = {
  optionsAnnotation: setting(
    'OPTIONS_ANNOTATION',
    'routingOptions',
    annotationKey(),
    'Pod annotation with words for all paths of the pod (docs/options.md)',
  ),
  options: setting(
    'OPTIONS',
    'all',
    wordNames(),
    'Words that pods may put behind their paths: `all`, `none`, or their names, separated by commas. A path with a guard that is not allowed is not routed; other words that are not allowed are left out',
  ),
  maxRouteTimeout: setting(
    'MAX_ROUTE_TIMEOUT',
    '1h',
    duration('1s', '168h'),
    'Longest time that a word of a pod can ask for; longer ones count as this',
  ),
  maxRouteBuffer: setting(
    'MAX_ROUTE_BUFFER',
    '1m',
    size('0', '1g'),
    'Most bytes that a word of a pod can ask podway to hold of one request or response; more counts as this',
  ),
  ...ZONES,
} as const;

interface Bounds {
  readonly options: WordRules['allowed'];
  readonly maxRouteTimeout: number;
  readonly maxRouteBuffer: number;
  readonly clientMaxBodySize: number;
  readonly tlsPort: number | 'none';
  readonly trustedProxies: readonly string[];
  readonly auths: readonly AuthService[];
  readonly apiKeyHeader: string;
  readonly dropHeaders: readonly string[];
}

export function wordRules(config: Bounds): WordRules {
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

function wordNames() {
  return grammar<WordRules['allowed']>('all, none, or names of words, separated by commas', (text) => {
    if (text === 'all') return 'all';
    if (text === 'none') return new Set();
    const names = text.split(/[\s,]+/).filter((it) => it !== '');
    return names.every((it) => Object.hasOwn(WORDS, it)) ? new Set(names) : undefined;
  });
}
