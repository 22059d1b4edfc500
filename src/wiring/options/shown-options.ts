import { closest } from '../closest.ts';
import { OPTIONS } from './table.ts';
import { tokensOf } from './tokens.ts';

/**
 * The text of options for logs and pages. `set-request` and the other secret options keep only the name of the header:
 * its value may be a secret.
 */
export function shownOptions(text: string): string {
  return tokensOf(text).map(shownOption).join(' ');
}

export function shownOption(text: string): string {
  return isSecret(nameOf(text)) ? hidden(text) : text;
}

/**
 * The text of an option that podway does not know, or that stands where podway expects none. If its name could be a
 * misspelled option, that option decides whether the value is hidden. If the name resembles no option, the text after the
 * first colon of the value is hidden.
 */
export function shownUnknown(text: string): string {
  const name = nameOf(text);
  const meant = Object.hasOwn(OPTIONS, name) ? name : closest(name, Object.keys(OPTIONS));
  if (meant === undefined) return text.replace(/^([^=]*=[^:]*:).*?("?)$/s, '$1 ...$2');
  return isSecret(meant) ? hidden(text) : text;
}

function isSecret(name: string): boolean {
  return Object.hasOwn(OPTIONS, name) && OPTIONS[name]?.secret === true;
}

/** Keeps the name of the header, if the value begins with one. */
function hidden(text: string): string {
  return text.replace(/^([^=:]*(?:=[^:]*:|:|=)).*?("?)$/s, '$1 ...$2');
}

/** Options that distinguish versions of a route's pods, such as a canary, and are therefore expected to differ. */
const VERSION_OPTIONS = /^\??(?:share|group|weight|if-[a-z]+)(?:=|$)/;

/**
 * Names of the options that differ among pods that should have equal options. Only texts with the same share, group,
 * weight and conditions are compared with each other.
 */
export function differingOptions(texts: readonly string[]): readonly string[] {
  const distinct = [...new Set(texts)];
  if (distinct.length < 2) return [];
  const versions = Map.groupBy(distinct.map(tokensOf), (tokens) =>
    tokens
      .filter((token) => VERSION_OPTIONS.test(token))
      .sort()
      .join(' '),
  );
  const names = [...versions.values()].flatMap((version) => namesThatDiffer(version));
  return [...new Set(names)].sort();
}

function namesThatDiffer(version: readonly (readonly string[])[]): string[] {
  const all = version.map((tokens) => new Set(tokens));
  const tokens = new Set(version.flat());
  return [...tokens].filter((token) => all.some((it) => !it.has(token))).map(nameOf);
}

function nameOf(text: string): string {
  return /^\??([A-Za-z-]*)/.exec(text)?.[1] ?? '';
}
