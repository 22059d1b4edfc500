import { BlockList, isIP, isIPv4 } from 'node:net';
import * as z from 'zod';
import { parseHost } from '../wiring/host.ts';
import { readDuration, readSize, readWhole, within } from '../wiring/values.ts';

/** Converts the text of an environment variable to a value. `expects` describes the accepted texts. */
export interface Grammar<T> {
  readonly expects: string;
  readonly schema: z.ZodType<T, string>;
}

/** @param read returns undefined for malformed text */
export function grammar<T>(expects: string, read: (text: string) => T | undefined): Grammar<T> {
  const schema = z.string().transform((text, context): T => {
    const value = read(text);
    if (value !== undefined) return value;
    context.addIssue({ code: 'custom', message: expects });
    return z.NEVER;
  });
  return { expects, schema };
}

export function whole(min: number, max: number): Grammar<number> {
  return grammar(`a whole number from ${min} to ${max}`, (text) => readWhole(text, min, max));
}

/** A port; the empty default means none. */
export function portOrNone(): Grammar<number | 'none'> {
  const port = whole(1, 65_535);
  return grammar(port.expects, (text) => {
    if (text === '') return 'none';
    const read = port.schema.safeParse(text);
    return read.success ? read.data : undefined;
  });
}

/** A fraction from 0 to 1, such as 0.01. */
export function share(): Grammar<number> {
  return grammar('a number from 0 to 1', (text) =>
    /^(0(\.\d{1,6})?|1(\.0{1,6})?)$/.test(text) ? Number(text) : undefined,
  );
}

export function choice<const T extends string>(...words: readonly T[]): Grammar<T> {
  return { expects: words.join(', ').replace(/, ([^,]*)$/, ' or $1'), schema: z.enum(words) };
}

export function flag(): Grammar<boolean> {
  return grammar('true or false', (text) => ({ true: true, false: false })[text]);
}

/** `auto`, for a value that depends on the machine, or a value of `inner`. */
export function orAuto<T>(inner: Grammar<T>): Grammar<T | 'auto'> {
  return { expects: `auto or ${inner.expects}`, schema: z.union([z.literal('auto'), inner.schema]) };
}

/** A size in bytes, with nginx's syntax (ngx_parse_size): bytes, or a number with k, m or g in either case. */
export function size(min: string, max: string): Grammar<number> {
  const [low, high] = [readSize(min) ?? 0, readSize(max) ?? 0];
  return grammar(`a size from ${min} to ${max}: bytes, or a number with k, m or g`, (text) =>
    within(readSize(text), low, high),
  );
}

/** A duration in milliseconds. The maximum of all settings, a week, is below setTimeout's limit of 24.8 days. */
export function duration(min: string, max: string): Grammar<number> {
  const [low, high] = [readDuration(min) ?? 0, readDuration(max) ?? 0];
  return grammar(`a duration from ${min} to ${max}: a number with ms, s, m or h (none: seconds)`, (text) =>
    within(readDuration(text), low, high),
  );
}

/** An address to listen on; the empty default means all addresses. */
export function bindAddress(): Grammar<string> {
  return grammar('an IPv4 or IPv6 address of this machine', (text) =>
    text === '' || isIP(text) ? text : undefined,
  );
}

/** Addresses and CIDR blocks, separated by commas or white space. */
export function cidrList(): Grammar<readonly string[]> {
  return grammar('IP addresses or CIDR blocks, separated by commas', (text) => {
    const items = text.split(/[\s,]+/).filter((item) => item !== '');
    return items.every(isCidr) ? items : undefined;
  });
}

function isCidr(item: string): boolean {
  const [address = '', bits, ...rest] = item.split('/');
  if (!isIP(address) || rest.length > 0) return false;
  if (bits === undefined) return true;
  return (
    /^\d{1,3}$/.test(bits) &&
    Number(bits) <= (isIPv4(address) ? 32 : 128) &&
    blockListTakes(address, Number(bits))
  );
}

/** `isIP` accepts scoped literals (`fe80::1%eth0`), but `BlockList` does not. */
function blockListTakes(address: string, bits: number): boolean {
  try {
    new BlockList().addSubnet(address, bits, isIPv4(address) ? 'ipv4' : 'ipv6');
    return true;
  } catch {
    return false;
  }
}

/** Canonical hosts with the syntax of annotations, including wildcards. */
export function hostList(): Grammar<readonly string[]> {
  return grammar('hosts such as podway.example.com or *.example.com, separated by commas', (text) => {
    const parsed = text
      .split(/[\s,]+/)
      .filter((item) => item !== '')
      .map(parseHost);
    const hosts = parsed.flatMap((it) => ('host' in it ? [it.host] : []));
    return hosts.length === parsed.length ? hosts : undefined;
  });
}

export function text(expects: string, pattern: RegExp): Grammar<string> {
  return { expects, schema: z.string().regex(pattern, expects) };
}
