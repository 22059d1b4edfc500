/** The syntax of values in settings and in options. */

const SIZE_UNITS = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 } as const;
const DURATION_UNITS = { ms: 1, '': 1_000, s: 1_000, m: 60_000, h: 3_600_000 } as const;

/** Reads a size in bytes with nginx's syntax (ngx_parse_size): `1k` is 1,024 bytes. Undefined: malformed. */
export function readSize(text: string): number | undefined {
  const parts = /^(\d{1,15})([kmg]?)$/i.exec(text);
  if (!parts) return undefined;
  const bytes = Number(parts[1]) * SIZE_UNITS[(parts[2] ?? '').toLowerCase() as keyof typeof SIZE_UNITS];
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** Reads a number with ms, s, m or h (without a unit: seconds). Returns milliseconds; undefined: malformed. */
export function readDuration(text: string): number | undefined {
  const parts = /^(\d{1,9})(ms|s|m|h|)$/.exec(text);
  return parts
    ? Number(parts[1]) * DURATION_UNITS[(parts[2] ?? '') as keyof typeof DURATION_UNITS]
    : undefined;
}

/** Reads a number of decimal digits from `min` to `max`; undefined for any other text. */
export function readWhole(text: string, min: number, max: number): number | undefined {
  return /^\d{1,10}$/.test(text) ? within(Number(text), min, max) : undefined;
}

export function within(value: number | undefined, min: number, max: number): number | undefined {
  return value !== undefined && value >= min && value <= max ? value : undefined;
}
