import { duration, type Grammar, whole } from '../../config/grammar.ts';

/** Defaults, in the form that users write. */
export const DEFAULT_FLAGS = { wait: '10s', maxConnections: '256' } as const;

const GRAMMARS: Readonly<Record<keyof typeof DEFAULT_FLAGS, Grammar<number>>> = {
  wait: duration('0', '10m'),
  maxConnections: whole(1, 10_000),
};

/** The value of a flag, or what is wrong with it. */
export function readFlag(
  name: keyof typeof DEFAULT_FLAGS,
  text: string | undefined,
): { readonly value: number } | { readonly problem: string } {
  const { schema, expects } = GRAMMARS[name];
  const { data } = schema.safeParse(text ?? DEFAULT_FLAGS[name]);
  const flag = name.replace(/[A-Z]/g, (it) => `-${it.toLowerCase()}`);
  return data === undefined ? { problem: `expected ${expects} for --${flag}` } : { value: data };
}
