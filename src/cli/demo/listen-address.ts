import { bracketed } from '../../wiring/authority.ts';

/** By default only this machine can reach the routes of a demo. */
export const LOOPBACK = { ADDRESS: '127.0.0.1', ADMIN_ADDRESS: '127.0.0.1' } as const;

const ALL: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

/** The host in URLs by which this machine reaches a listener on `address`; clients send it as `Host`. */
export function urlHost(address: string): string {
  return bracketed(ALL[address] ?? address);
}

/** Quotes a text as one word of a shell's command line. */
export function shellWord(text: string): string {
  return /[^\w.:/-]/.test(text) ? `'${text.replaceAll("'", "'\\''")}'` : text;
}
