import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { isShortage } from '../../src/control/descriptor-watch.ts';

/** The result of out-of-descriptors.ts, a process that reaches its limit of this many descriptors. */
function outOfDescriptors(limit: number): unknown {
  const program = fileURLToPath(new URL('./out-of-descriptors.ts', import.meta.url));
  const limited = ['-c', `ulimit -n ${limit} && exec "$@"`, 'sh', process.execPath, program];
  return JSON.parse(execFileSync('sh', limited, { encoding: 'utf8', timeout: 60_000 }));
}

test('a process out of descriptors counts every check, and logs it once a minute', () => {
  const { lines, ...noticed } = outOfDescriptors(64) as { lines: string[] };
  assert.deepEqual(noticed, { before: 0, meanwhile: 120, after: 0 });
  assert.equal(lines.length, 2);
  for (const line of lines) assert.match(line, /"code":"EMFILE".*MAX_CONNECTIONS/);
});

test('other errors when /dev/null is opened are not a shortage', () => {
  for (const code of ['EMFILE', 'ENFILE']) assert.equal(isShortage(code), true, code);
  for (const code of ['EACCES', 'ENOENT', undefined]) assert.equal(isShortage(code), false, `${code}`);
});
