import { closest } from './closest.ts';
import { enumeration } from './enumeration.ts';
import { parseHost } from './host.ts';
import { NO_WORDS, POD_PROTOCOLS, type PodOptions, type PodProtocol } from './pod-options.ts';
import type { RejectionReason } from './rejection.ts';

/** A word that may stand behind a path. */
interface Word {
  /** How its value is written. */
  readonly value: string;
  /** One line for the documentation. */
  readonly doc: string;
  /** Undefined: the value is none. */
  readonly read: (value: string) => Partial<PodOptions> | undefined;
}

/** What pods of gRPC are usually called by. */
const ALIASES: Readonly<Record<string, PodProtocol>> = Object.assign(Object.create(null), {
  grpc: 'h2c',
  grpcs: 'h2',
});

export const WORDS: Readonly<Record<string, Word>> = {
  proto: {
    value: enumeration([...POD_PROTOCOLS, ...Object.keys(ALIASES)], 'or'),
    doc: 'How the port is spoken to: by HTTP/1.1, also over TLS (`https`, `https-unverified`), or by HTTP/2, without TLS (`h2c`, `grpc`) or over it (`h2`, `grpcs`). `https` and `h2` verify the certificate of the pod, for which they need `server-name=`; `https-unverified` encrypts and does not ask who answers',
    read: (value) => {
      const protocol = POD_PROTOCOLS.find((it) => it === (ALIASES[value] ?? value));
      return protocol && { protocol };
    },
  },
  'server-name': {
    value: 'a DNS name',
    doc: 'With `proto=https` and `proto=h2`: the name that the certificate has to have. It is sent as SNI',
    read: (value) => {
      const serverName = dnsName(value);
      return serverName === undefined ? undefined : { serverName };
    },
  },
};

export type ReadWords =
  | { readonly options: PodOptions }
  | { readonly problem: RejectionReason; readonly detail: string };

/** An item with a word that is not understood means nothing: what the word would have refused must not pass. */
export function readWords(words: readonly string[]): ReadWords {
  if (words.length === 0) return { options: NO_WORDS };
  if (words.length > MOST_WORDS) return { problem: 'option-malformed', detail: `${words.length} words` };
  const seen = new Set<string>();
  let options = NO_WORDS;
  for (const word of words) {
    const { name, value } = partsOf(word);
    const known = Object.hasOwn(WORDS, name) ? WORDS[name] : undefined;
    if (known === undefined) return { problem: 'option-unknown', detail: `${word}${suggestion(name)}` };
    if (seen.has(name)) return { problem: 'option-repeated', detail: word };
    seen.add(name);
    const read = value === undefined ? undefined : known.read(value);
    if (read === undefined)
      return { problem: 'option-malformed', detail: `${word} (${name}=VALUE: ${known.value})` };
    options = { ...options, ...read };
  }
  const conflict = conflictIn(options);
  return conflict === undefined ? { options } : { problem: 'option-conflict', detail: conflict };
}

const MOST_WORDS = 32;

/** `name`, `name=value` or `name="value"`; without a value that can be read, none. */
function partsOf(word: string): { readonly name: string; readonly value: string | undefined } {
  const [, name = '', rest = ''] = /^([A-Za-z-]*)(.*)$/s.exec(word) ?? [];
  const [, quoted, plain] = /^=(?:"([\x20-\x7e]*)"|([^"]+))$/s.exec(rest) ?? [];
  return { name, value: quoted ?? plain };
}

function suggestion(name: string): string {
  const meant = closest(name, Object.keys(WORDS));
  return meant === undefined ? '' : ` (did you mean ${meant}?)`;
}

function conflictIn({ protocol, serverName }: PodOptions): string | undefined {
  const isVerified = protocol === 'https' || protocol === 'h2';
  if (isVerified && serverName === '') return `proto=${protocol} without server-name=`;
  if (serverName !== '' && !isVerified && protocol !== 'https-unverified')
    return 'server-name= without proto=https or proto=h2';
  return undefined;
}

/** In lower case; undefined for an address and a wildcard. */
function dnsName(text: string): string | undefined {
  const parsed = parseHost(text);
  if (!('host' in parsed) || parsed.host.startsWith('*')) return undefined;
  return /[a-z][^.]*$/.test(parsed.host) && !parsed.host.startsWith('[') ? parsed.host : undefined;
}
