import { unicodeEscape } from '../wiring/unicode-escape.ts';
import * as z from 'zod';
import { copiedNames, readAuths } from './auth.ts';
import { folded } from './drop-headers.ts';
import { localRules } from './local.ts';
import { lacksGrants } from './host-grants.ts';
import { isLoopback } from './loopback.ts';
import { type Config, SETTINGS, type Setting } from './table.ts';
import { operatorListenerProblems } from './operator.ts';
import { terminalListenerProblems } from './terminal.ts';
import { withLoopback } from './tunnels.ts';

export type { Config } from './table.ts';

// podway reads its environment once or twice. Compiling a validator for its 150 settings would cost 15 ms of each start, more
// than it saves.
z.config({ jitless: true });

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads all settings from the environment; an empty value means unset. `problems` has one line for each malformed setting: the
 * variable, its value (no setting contains a secret) and what is expected.
 */
export function loadConfig(env: Environment): { config: Config } | { problems: readonly string[] } {
  const entries: [string, Setting<unknown>][] = Object.entries(SETTINGS);
  const given = Object.fromEntries(entries.map(([key, { name, fallback }]) => [key, env[name] || fallback]));
  const shape = Object.fromEntries(entries.map(([key, { grammar }]) => [key, grammar.schema]));
  const result = z.object(shape).safeParse(given);
  const { auths, problems: ofAuths } = readAuths(env);
  if (result.success) {
    const config = withLoopback({ ...result.data, auths } as Config);
    const problems = [...contradictions(config, given), ...ofAuths];
    return problems.length === 0 ? { config } : { problems };
  }
  const bad = new Set(result.error.issues.map(({ path }) => path[0]));
  const wrong = entries.filter(([key]) => bad.has(key));
  return {
    problems: [
      ...wrong.map(
        ([key, { name, grammar }]) => `${name}=${quoted(given[key])}: expected ${grammar.expects}`,
      ),
      ...ofAuths,
    ],
  };
}

type Key = keyof typeof SETTINGS;

/** Pairs of settings of which the first must not be larger than the second. */
const ORDERED: readonly (readonly [Key, Key])[] = [
  ['maxRequestLine', 'maxRequestHead'],
  ['proxyBufferSize', 'proxyBufferMemory'],
  ['collectRequest', 'requestMemory'],
  ['ejectionTime', 'ejectionMaxTime'],
  ['http2StreamWindow', 'http2ConnectionWindow'],
  ['terminalPerUser', 'terminalSessions'],
];

function contradictions(config: Config, given: Readonly<Record<string, string>>): string[] {
  const shown = (key: Key) => `${SETTINGS[key].name}=${quoted(given[key])}`;
  const problems = ORDERED.filter(([less, more]) => Number(config[less]) > Number(config[more])).map(
    ([less, more]) => `${shown(less)}: expected no more than ${shown(more)}`,
  );
  const sameAddress =
    config.address === '' || config.adminAddress === '' || config.address === config.adminAddress;
  if (sameAddress && config.port === config.adminPort) {
    problems.push(`${shown('adminPort')}: expected another port than ${shown('port')}`);
  }
  if (config.tlsPort !== 'none') {
    if (config.tlsPort === config.port)
      problems.push(`${shown('tlsPort')}: expected another port than ${shown('port')}`);
    if (sameAddress && config.tlsPort === config.adminPort)
      problems.push(`${shown('tlsPort')}: expected another port than ${shown('adminPort')}`);
  }
  if (config.clientCertificates !== 'off') {
    if (config.tlsPort === 'none')
      problems.push(`${shown('clientCertificates')}: expected TLS_PORT to be set, too`);
    if (config.clientCaFile === '')
      problems.push(`${shown('clientCertificates')}: expected CLIENT_CA_FILE to be set, too`);
  }
  if (lacksGrants(config))
    problems.push(
      `${shown('hostGrants')}: expected HOST_GRANTS_DEFAULT or HOST_GRANTS_LIST with ${shown('watchNamespace')}, as a Role cannot read its Namespace`,
    );
  if (config.proxyProtocol === 'require' && config.trustedProxies.length === 0)
    problems.push(`${shown('proxyProtocol')}: expected TRUSTED_PROXIES to name the balancers`);
  if (config.podAccess === 'tunnel' && config.manifests !== '') {
    problems.push(
      `${shown('podAccess')}: expected direct with ${shown('manifests')}, which names no API server`,
    );
  }
  // Users who may open tunnels can also reach the pods without podway; no other user may.
  if (config.keys === 'off' && !(config.podAccess === 'tunnel' && isLoopback(config.address))) {
    problems.push(
      `${shown('keys')}: expected check, because off requires POD_ACCESS=tunnel and a loopback ADDRESS`,
    );
  }
  const annotations = ['hostsAnnotation', 'pathsAnnotation', 'optionsAnnotation'] as const;
  for (const [at, key] of annotations.entries()) {
    const same = annotations.slice(0, at).find((it) => config[it] === config[key]);
    if (same !== undefined) problems.push(`${shown(key)}: expected another annotation than ${shown(same)}`);
  }
  if (config.dropHeaders.some((name) => folded(name) === config.apiKeyHeader)) {
    problems.push(`${shown('dropHeaders')}: expected other headers than ${shown('apiKeyHeader')}`);
  }
  problems.push(...operatorContradictions(config, shown), ...terminalContradictions(config, shown));
  const { hostSuffix, allowedOrigins } = localRules(config);
  const tellsBrowsers = allowedOrigins !== 'any' || hostSuffix !== '';
  const copied = copiedNames(config.auths);
  if (tellsBrowsers && config.dropHeaders.some((name) => BROWSERS_SEND.has(folded(name))))
    problems.push(`${shown('dropHeaders')}: ${NOT_OF_BROWSERS}`);
  if (tellsBrowsers && copied.some((name) => BROWSERS_SEND.has(name)))
    problems.push(`AUTH_<NAME>_HEADERS: ${NOT_OF_BROWSERS}`);
  if (tellsBrowsers && BROWSERS_SEND.has(config.apiKeyHeader))
    problems.push(
      `${shown('apiKeyHeader')}: expected another header than those that distinguish browsers from other clients`,
    );
  if (copied.includes(config.apiKeyHeader))
    problems.push(`${shown('apiKeyHeader')}: expected another header than those of AUTH_<NAME>_HEADERS`);
  return problems;
}

function operatorContradictions(config: Config, shown: (key: Key) => string): string[] {
  const { operatorPort } = config;
  if (operatorPort === 'none') return [];
  const same = (['port', 'adminPort', 'tlsPort', 'terminalPort'] as const).filter(
    (key) => operatorPort === config[key],
  );
  return [
    ...same.map((key) => `${shown('operatorPort')}: expected another port than ${shown(key)}`),
    ...operatorListenerProblems(config).map(([key, expected]) => `${shown(key)}: expected ${expected}`),
  ];
}

function terminalContradictions(config: Config, shown: (key: Key) => string): string[] {
  if (config.terminalPort === 'none') return [];
  const same = (['port', 'adminPort', 'tlsPort'] as const).filter(
    (key) => config.terminalPort === config[key],
  );
  const problems = same.map((key) => `${shown('terminalPort')}: expected another port than ${shown(key)}`);
  if (config.manifests !== '')
    problems.push(`${shown('terminalPort')}: expected a cluster, not ${shown('manifests')}`);
  for (const [key, expected] of terminalListenerProblems(config))
    problems.push(`${shown(key)}: expected ${expected}`);
  return problems;
}

/**
 * Folded names of the headers that podway checks if HOST_SUFFIX or ALLOWED_ORIGINS is set. It then forwards what the client sent, so
 * DROP_HEADERS cannot remove them, and no service of `auth=` can replace them.
 */
const BROWSERS_SEND = new Set(['origin', 'referer', 'sec-fetch-site']);
const NOT_OF_BROWSERS = 'expected no header that distinguishes browsers from other clients';

/** Maximum number of characters of a value in a message. */
const MAX_SHOWN_LENGTH = 80;

/** The value as one printable line, cut, because the message goes to a terminal. */
function quoted(value = ''): string {
  const cut = value.length > MAX_SHOWN_LENGTH ? `${value.slice(0, MAX_SHOWN_LENGTH)}...` : value;
  return JSON.stringify(cut).replaceAll(/[^\x20-\x7e]/g, unicodeEscape);
}
