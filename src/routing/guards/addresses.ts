import { BlockList, isIPv6 } from 'node:net';
import type { Guard } from './guard.ts';

/** Lists that were asked for before: making one costs more than asking it. */
const LISTS = new WeakMap<readonly string[], BlockList>();

/** `allow=` and `deny=`. Of a client that nobody knows neither says that it may. */
export const addressGuard: Guard = ({ allow, deny }, { client }) => {
  if (allow === undefined && deny === undefined) return undefined;
  const isLet =
    client !== undefined &&
    (deny === undefined || !contains(deny, client)) &&
    (allow === undefined || contains(allow, client));
  return isLet ? undefined : { reason: 'address-refused' };
};

function contains(blocks: readonly string[], address: string): boolean {
  let list = LISTS.get(blocks);
  if (list === undefined) LISTS.set(blocks, (list = listOf(blocks)));
  return list.check(address, familyOf(address));
}

function listOf(blocks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const block of blocks) {
    const [address = '', bits] = block.split('/');
    list.addSubnet(address, Number(bits), familyOf(address));
  }
  return list;
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIPv6(address) ? 'ipv6' : 'ipv4';
}
