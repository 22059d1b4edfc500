import { isIP } from 'node:net';
import { mappedIpv4 } from '../mapped-address.ts';
import { readWhole } from '../values.ts';
import type { GuardOptions } from './guard-options.ts';
import type { Option } from './option.ts';

const MAX_BLOCKS = 64;

export const ADDRESS_OPTIONS = {
  allow: addressOption(
    'allow',
    "Only clients with these addresses are admitted, others get 403. `TRUSTED_PROXIES` report the client's address; if their report is unusable, the request gets 403",
    'allow=10.0.0.0/8,fd00::/8',
  ),
  deny: addressOption(
    'deny',
    'Clients with these addresses get 403, even if `allow=` admits them',
    'deny=192.0.2.7',
  ),
} as const satisfies Readonly<Record<string, Option>>;

function addressOption(field: 'allow' | 'deny', doc: string, example: string): Option {
  return {
    kind: 'guard',
    value: `up to ${MAX_BLOCKS} addresses and CIDR blocks of both families, separated by commas`,
    doc,
    example,
    read: (value) => {
      const blocks = value.split(',').map(blockOf);
      const read = blocks.filter((it) => it !== undefined);
      if (read.length < blocks.length || read.length > MAX_BLOCKS) return undefined;
      const guards: GuardOptions = { [field]: read };
      return { guards };
    },
  };
}

/**
 * The block as `address/bits`; undefined: malformed. An IPv4-mapped IPv6 block becomes an IPv4 block, because podway reads
 * the addresses of clients in the same way (RFC 4291 section 2.5.5.2).
 */
function blockOf(text: string): string | undefined {
  const [address = '', bits, ...more] = text.split('/');
  const family = isIP(address);
  if (family === 0 || address.includes('%') || more.length > 0) return undefined;
  const maxBits = family === 4 ? 32 : 128;
  const length = bits === undefined ? maxBits : readWhole(bits, 0, maxBits);
  if (length === undefined) return undefined;
  const mapped = mappedIpv4(address);
  if (mapped === undefined) return `${address}/${length}`;
  return length < 96 ? undefined : `${mapped}/${length - 96}`;
}
