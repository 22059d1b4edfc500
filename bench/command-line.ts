/**
 * For a bench that takes environment variables and no arguments: ends the process if there are any. `--help` and `-h`
 * print the usage; any other argument is a mistake, exit code 2.
 */
export function takeNoArguments(usage: string): void {
  const [first] = process.argv.slice(2);
  if (first === undefined) return;
  if (first === '--help' || first === '-h') {
    console.log(usage);
    process.exit(0);
  }
  console.error(`unexpected argument ${first}\n${usage}`);
  process.exit(2);
}

/** A whole number from an environment variable. Throws an error for any other text, and below `least`. */
export function numberOf(name: string, fallback: number, least = 1): number {
  const value = Number(process.env[name] ?? fallback);
  if (!Number.isInteger(value) || value < least)
    throw new Error(`${name}: expected a whole number of at least ${least}`);
  return value;
}
