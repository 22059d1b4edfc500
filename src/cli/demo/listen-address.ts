import { bracketed } from '../../wiring/authority.ts';

/** Routes of a demo are for its own machine, unless the environment names other addresses. */
export const LOOPBACK = { ADDRESS: '127.0.0.1', ADMIN_ADDRESS: '127.0.0.1' } as const;

const ALL: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

/** The host of a URL by which this machine reaches a listener on `address`, and so what `Host` says then. */
export function urlHost(address: string): string {
  return bracketed(ALL[address] ?? address);
}

/** One word of a command line; shells would take brackets, question marks and ampersands for more than text. */
export function shellWord(text: string): string {
  return /[^\w.:/-]/.test(text) ? `'${text.replaceAll("'", "'\\''")}'` : text;
}
