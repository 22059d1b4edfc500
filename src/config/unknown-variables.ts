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
/** By the name without what people write differently. */
const BY_LETTERS: ReadonlyMap<string, string> = new Map(NAMES.map((name) => [lettersOf(name), name]));
/** What `podway local` sets for its command. */
const OF_COMMANDS: ReadonlySet<string> = new Set(['PODWAY_ADDRESS']);

/** Shorter names are too near to those of other programs: KEY, TRACE, ZONES. */
const SHORTEST = 6;
/** From this length two mistakes are more likely than another word. */
const LONG = 12;
/** Letters that both begin with. */
const START = 3;
const LONGEST = 64;
const MOST = 10;

const AUTH_PART = /^AUTH_[A-Z][A-Z0-9_]*_(URL|HEADERS|TIMEOUT)$/;

/**
 * Variables that are set and no setting, but nearly have the name of one that is not set: a letter or two differ, `_` or the case,
 * or PODWAY_ stands before it. Variables of other programs are not.
 */
export function unknownVariables(env: Environment): readonly UnknownVariable[] {
  const auths = Object.keys(env)
    .flatMap((name) => /^(AUTH_[A-Z][A-Z0-9_]*)_URL$/.exec(name)?.[1] ?? [])
    .flatMap((service) => [`${service}_HEADERS`, `${service}_TIMEOUT`]);
  const found: UnknownVariable[] = [];
  for (const [name, value] of Object.entries(env)) {
    if (!value || name.length > LONGEST || KNOWN.has(name) || AUTH_PART.test(name)) continue;
    const meant = meantBy(name, value, auths);
    if (meant === undefined || env[meant]) continue;
    found.push({ name, meant });
    if (found.length === MOST) break;
  }
  return found;
}

function meantBy(name: string, value: string, auths: readonly string[]): string | undefined {
  const letters = lettersOf(name);
  // Kubernetes sets PODWAY_PORT=tcp://... for a Service of that name.
  const isLink = /^(?:tcp|udp|sctp):/.test(value) || OF_COMMANDS.has(name);
  const short = letters.startsWith('podway') && !isLink ? letters.slice('podway'.length) : letters;
  const same = BY_LETTERS.get(short);
  // PORT and ZONE are words of other programs in any case but this.
  if (same !== undefined && (short !== letters || same.length >= SHORTEST)) return same;
  if (name.length < SHORTEST) return undefined;
  const start = name.slice(0, START);
  const candidates = [...NAMES, ...auths].filter(
    (it) => it.length >= SHORTEST && it.startsWith(start) && Math.abs(it.length - name.length) <= 2,
  );
  const most = name.length >= LONG ? 2 : 1;
  return candidates.find((it) => distance(name, it) <= most);
}

function lettersOf(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
}
