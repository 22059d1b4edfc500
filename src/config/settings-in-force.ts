import { type Config, loadConfig } from './load.ts';
import { localRules } from './local.ts';
import type { Machine } from './machine.ts';
import { SETTINGS, type Setting } from './table.ts';
import { workerSettings } from './worker-settings.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** A setting with the value that podway would use now. */
export interface SettingInForce {
  readonly name: string;
  /** The value as text of an environment variable; '' = none. */
  readonly value: string;
  /** The value that `auto` means on this machine with the other settings. */
  readonly auto?: string;
  /** Source of the value: `environment`, `default`, or the name of another setting that changes the default. */
  readonly from: string;
  readonly default: string;
  /** Its value names a file or folder. */
  readonly isPath: boolean;
  readonly doc: string;
}

const PATHS = /_FILE$|^(?:MANIFESTS|TLS_CERTIFICATES|TERMINAL_RECORD)$/;
const AUTH = /^AUTH_[A-Z][A-Z0-9_]*_(?:URL|HEADERS|TIMEOUT)$/;

/** All settings, and their problems as of `loadConfig`. With problems, `auto` is not resolved. */
export function settingsInForce(
  env: Environment,
  machine: Machine,
): { readonly settings: readonly SettingInForce[]; readonly problems: readonly string[] } {
  const loaded = loadConfig(env);
  const config = 'config' in loaded ? loaded.config : undefined;
  const autos = config === undefined ? new Map<string, string>() : autosOf(config, machine);
  const settings = Object.values(SETTINGS).map(
    ({ name, fallback, doc }: Setting<unknown>): SettingInForce => {
      const given = env[name] || undefined;
      const value = given ?? fallback;
      const auto = value === 'auto' ? autos.get(name) : undefined;
      const implied = given === undefined && config !== undefined ? impliedBy(name, config) : undefined;
      return {
        name,
        value: implied?.value ?? value,
        ...(auto !== undefined && { auto }),
        from: implied?.by ?? (given === undefined ? 'default' : 'environment'),
        default: fallback,
        isPath: PATHS.test(name),
        doc,
      };
    },
  );
  return {
    settings: [...settings, ...servicesOf(env)],
    problems: 'problems' in loaded ? loaded.problems : [],
  };
}

/** The variables that define services of `auth=`. */
function servicesOf(env: Environment): SettingInForce[] {
  return Object.entries(env).flatMap(([name, value]) => {
    if (!value || !AUTH.test(name)) return [];
    const doc = 'A service of `auth=`, docs/options.md';
    const shown = name.endsWith('_URL') ? withoutSecrets(value) : value;
    return [{ name, value: shown, from: 'environment', default: '', isPath: false, doc }];
  });
}

/** Hides the query of a URL, which may contain a token, and user information, which a refused URL may have. */
function withoutSecrets(text: string): string {
  return text.replace(/\/\/[^/?#]*@/, '//...@').replace(/[?#].*$/, '?...');
}

function autosOf(config: Config, machine: Machine): ReadonlyMap<string, string> {
  const { workers, maxConnections, maxInFlight } = workerSettings(config, machine, '');
  const { hostSuffix, allowedOrigins } = localRules(config);
  return new Map([
    ['WORKERS', String(workers)],
    ['MAX_CONNECTIONS', String(maxConnections * workers)],
    ['MAX_IN_FLIGHT', String(maxInFlight * workers)],
    ['HOST_SUFFIX', hostSuffix || 'none'],
    ['ALLOWED_ORIGINS', allowedOrigins === 'any' ? 'any' : 'served'],
  ]);
}

/** With POD_ACCESS=tunnel, the addresses are loopback addresses unless they are set. */
function impliedBy(
  name: string,
  config: Config,
): { readonly value: string; readonly by: string } | undefined {
  if (config.podAccess !== 'tunnel') return undefined;
  if (name === 'ADDRESS') return { value: config.address, by: 'POD_ACCESS' };
  return name === 'ADMIN_ADDRESS' ? { value: config.adminAddress, by: 'POD_ACCESS' } : undefined;
}
