import { distance } from '../wiring/closest.ts';
import { SETTINGS } from './table.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface UnknownVariable {
  readonly name: string;
  /** The setting that was probably meant. */
  readonly meant: string;
}

const NAMES: readonly string[] = Object.values(SETTINGS).map(({ name }) => name);
const KNOWN: ReadonlySet<string> = new Set([...NAMES, 'PODWAY_OPERATOR_TOKEN_FILE']);
/** Names of settings by their letters and digits in lower case. */
const BY_LETTERS: ReadonlyMap<string, string> = new Map(NAMES.map((name) => [lettersOf(name), name]));
/** Variables that `podway local` sets for its command. */
const OF_COMMANDS: ReadonlySet<string> = new Set(['PODWAY_ADDRESS']);

/** Minimum length of a name: shorter ones, such as KEY, TRACE and ZONES, resemble variables of other programs. */
const MIN_NAME_LENGTH = 6;
/** From this length on, two edits more likely mean a misspelling than another name. */
const TWO_EDITS_LENGTH = 12;
/** Number of first letters that must be equal. */
const COMMON_PREFIX_LENGTH = 3;
const MAX_NAME_LENGTH = 64;
const MAX_REPORTED = 10;

const AUTH_PART = /^AUTH_[A-Z][A-Z0-9_]*_(URL|HEADERS|TIMEOUT)$/;

/**
 * Variables that are probably misspelled settings: they have a value and are not settings, the meant setting is unset, and its name
 * differs only by one or two edits, in `_` and case, or by the prefix PODWAY_.
 */
export function unknownVariables(env: Environment): readonly UnknownVariable[] {
  const auths = Object.keys(env)
    .flatMap((name) => /^(AUTH_[A-Z][A-Z0-9_]*)_URL$/.exec(name)?.[1] ?? [])
    .flatMap((service) => [`${service}_HEADERS`, `${service}_TIMEOUT`]);
  const found: UnknownVariable[] = [];
  for (const [name, value] of Object.entries(env)) {
    if (!value || name.length > MAX_NAME_LENGTH || KNOWN.has(name) || AUTH_PART.test(name)) continue;
    const meant = suggestedName(name, value, auths);
    if (meant === undefined || env[meant]) continue;
    found.push({ name, meant });
    if (found.length === MAX_REPORTED) break;
  }
  return found;
}

function suggestedName(name: string, value: string, auths: readonly string[]): string | undefined {
  const letters = lettersOf(name);
  // Kubernetes sets PODWAY_PORT=tcp://... for a Service of that name.
  const isLink = /^(?:tcp|udp|sctp):/.test(value) || OF_COMMANDS.has(name);
  const short = letters.startsWith('podway') && !isLink ? letters.slice('podway'.length) : letters;
  const same = BY_LETTERS.get(short);
  // Other programs may use names such as port and zone in other cases.
  if (same !== undefined && (short !== letters || same.length >= MIN_NAME_LENGTH)) return same;
  if (name.length < MIN_NAME_LENGTH) return undefined;
  const start = name.slice(0, COMMON_PREFIX_LENGTH);
  const candidates = [...NAMES, ...auths].filter(
    (it) => it.length >= MIN_NAME_LENGTH && it.startsWith(start) && Math.abs(it.length - name.length) <= 2,
  );
  const maxEdits = name.length >= TWO_EDITS_LENGTH ? 2 : 1;
  return candidates.find((it) => distance(name, it) <= maxEdits);
}

function lettersOf(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
}
