import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';

/** Test files of test/hazards/ whose tables have the bytes of HTTP/1 clients and the expected results for them and their pods. */
const TABLES = [
  'request-line',
  'host',
  'headers',
  'paths',
  'queryargs',
  'keys',
  'smuggling',
  'downstream',
  'upstream',
  'tunnels',
];
/** Rows about the connection itself. They hold only for clients without TLS. */
const ONLY_WITHOUT_TLS: Readonly<Record<string, string>> = {
  'RL-25': 'which peer may claim TLS for a client without it',
  'HD-34': 'without TLS the claim of a client is ignored',
  'DF-23': 'two thousand handshakes at once are shed (TL-32)',
};
/** Minimum number of tests in all tables. Fewer mean that some tables did not run. */
const LEAST = 800;

/** Runs a table with TLS clients and resolves with the number of tests that passed. */
async function passedByTls(table: string): Promise<number> {
  const skipped = Object.keys(ONLY_WITHOUT_TLS).map((name) => `--test-skip-pattern=${name}`);
  const file = new URL(`../hazards/${table}.test.ts`, import.meta.url).pathname;
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const child = spawn(process.execPath, ['--test', '--test-reporter=tap', ...skipped, file], {
    env: { ...env, CLIENTS_BY: 'tls', WIDE: '1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'close')]);
  assert.equal(
    code,
    0,
    output
      .split('\n')
      .filter((line) => /^ *not ok /.test(line))
      .join('\n'),
  );
  return Number(/^# pass (\d+)$/m.exec(output)?.[1]);
}

test('the tables of HTTP/1 give the same bytes for clients over TLS', async (t) => {
  let all = 0;
  for (const table of TABLES) {
    await t.test(table, async (one) => {
      const passed = await passedByTls(table);
      one.diagnostic(`${passed} cases`);
      all += passed;
    });
  }
  t.diagnostic(`${all} cases`);
  assert.ok(all > LEAST, `${all} cases`);
});
