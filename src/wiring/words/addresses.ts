import { isIP } from 'node:net';
import { mappedIpv4 } from '../mapped-address.ts';
import { readWhole } from '../values.ts';
import type { GuardWords } from './guard-words.ts';
import type { Word } from './word.ts';

const MOST = 64;

export const ADDRESS_WORDS = {
  allow: addressWord(
    'allow',
    "Only clients with these addresses are admitted, others get 403. `TRUSTED_PROXIES` report the client's address; if their report is unusable, the request gets 403",
    'allow=10.0.0.0/8,fd00::/8',
  ),
  deny: addressWord(
    'deny',
    'Clients with these addresses get 403, even if `allow=` admits them',
    'deny=192.0.2.7',
  ),
} as const satisfies Readonly<Record<string, Word>>;

function addressWord(field: 'allow' | 'deny', doc: string, example: string): Word {
  return {
    kind: 'guard',
    value: `up to ${MOST} addresses and CIDR blocks of both families, separated by commas`,
    doc,
    example,
    read: (value) => {
      const blocks = value.split(',').map(blockOf);
      const read = blocks.filter((it) => it !== undefined);
      if (read.length < blocks.length || read.length > MOST) return undefined;
      const guards: GuardWords = { [field]: read };
      return { guards };
    },
  };
}

/** `address/bits`. An IPv4 block in the form of IPv6 is one of IPv4, as clients of it are (RFC 4291 section 2.5.5.2). */
function blockOf(text: string): string | undefined {
  const [address = '', bits, ...more] = text.split('/');
  const family = isIP(address);
  if (family === 0 || address.includes('%') || more.length > 0) return undefined;
  const most = family === 4 ? 32 : 128;
  const length = bits === undefined ? most : readWhole(bits, 0, most);
  if (length === undefined) return undefined;
  const mapped = mappedIpv4(address);
  if (mapped === undefined) return `${address}/${length}`;
  return length < 96 ? undefined : `${mapped}/${length - 96}`;
}
