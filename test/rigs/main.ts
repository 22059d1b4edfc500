// One long test by its name: npm run rig -- rolling runs test/long/rolling-update.long.ts. Without a name, says which
// there are. Parameters are environment variables that the test itself names.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';

const FOLDER = new URL('../long/', import.meta.url);
const SUFFIX = '.long.ts';

const names = readdirSync(FOLDER).filter((it) => it.endsWith(SUFFIX));
const asked = process.argv[2];
const chosen = asked === undefined ? [] : names.filter((it) => it.startsWith(asked));
if (chosen.length === 0) {
  console.error(`npm run rig -- NAME, one of: ${names.map((it) => it.slice(0, -SUFFIX.length)).join(', ')}`);
  process.exit(2);
}
const files = chosen.map((it) => new URL(it, FOLDER).pathname);
const [code] = (await once(spawn(process.execPath, ['--test', ...files], { stdio: 'inherit' }), 'exit')) as [
  number | null,
];
process.exitCode = code ?? 1;
