import { AsyncResource } from 'node:async_hooks';
import { test } from 'node:test';

/** Milliseconds for a file and its tests; more than `--test-timeout` of run.ts, which names the test that waits. */
const LIMIT = 180_000;

interface TestFile {
  readonly name: string;
  readonly url: string;
}

/**
 * Loads the files one after the other, each when the tests of the one before have ended: what a file sets up at its top does not
 * meet timers that a test of another file mocks. The runner takes a test for a part of the test in whose asynchronous context it is
 * declared, so each file has a context of its own; and what a test has made once, and others wait for, gives each caller a promise of
 * its own, or tests that are declared after the wait would be parts of that test. The first test of a file can begin where it is
 * declared: what it uses stands above.
 */
export async function inTurn(files: readonly TestFile[], limit = LIMIT): Promise<void> {
  for (const file of files) {
    const { name, url } = file;
    const context = new AsyncResource('test file');
    const alarm = setTimeout(() => giveUp(file, files, limit), limit);
    await context.runInAsyncScope(() => import(url));
    // Tests that are declared side by side run in their order.
    await context.runInAsyncScope(() => test(`the end of ${name}`, () => undefined));
    clearTimeout(alarm);
  }
}

/** The runner limits the time of a test, not that of a file: a file that waits while no test runs would wait for ever. */
function giveUp({ name }: TestFile, files: readonly TestFile[], limit: number): void {
  const place = files.findIndex((it) => it.name === name);
  const missed = files.slice(place + 1).map((it) => it.name);
  process.stderr.write(
    `${name} has not ended after ${limit / 1000} s; not run: ${missed.join(', ')}; ` +
      `what is open: ${process.getActiveResourcesInfo().join(' ')}\n`,
  );
  process.exit(1);
}
