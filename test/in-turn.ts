import { AsyncResource } from 'node:async_hooks';
import { test } from 'node:test';

/** Milliseconds for a file and its tests; more than `--test-timeout` of run.ts, so that the runner names the test that waits. */
const LIMIT = 180_000;

interface TestFile {
  readonly name: string;
  readonly url: string;
}

/**
 * Loads the files one after the other, each after the tests of the file before it have ended, so that what a file sets up at its top does
 * not meet timers that a test of another file mocks. node:test takes a test for a subtest of the test in whose asynchronous context it is
 * declared, so each file is loaded in a context of its own. For the same reason a fixture that makes something once for many tests must give
 * each caller a new promise. The first test of a file can start before the rest of the file has run: what it uses must be declared above it.
 */
export async function inTurn(files: readonly TestFile[], limit = LIMIT): Promise<void> {
  for (const file of files) {
    const { name, url } = file;
    const context = new AsyncResource('test file');
    const alarm = setTimeout(() => giveUp(file, files, limit), limit);
    await context.runInAsyncScope(() => import(url));
    // Tests of one level run in the order of their declarations, so this one runs last.
    await context.runInAsyncScope(() => test(`the end of ${name}`, () => undefined));
    clearTimeout(alarm);
  }
}

/** The runner limits the time of a test and not of a file: without this limit, a file that waits while no test runs would wait for ever. */
function giveUp({ name }: TestFile, files: readonly TestFile[], limit: number): void {
  const place = files.findIndex((it) => it.name === name);
  const missed = files.slice(place + 1).map((it) => it.name);
  process.stderr.write(
    `${name} has not ended after ${limit / 1000} s; not run: ${missed.join(', ')}; ` +
      `open: ${process.getActiveResourcesInfo().join(' ')}\n`,
  );
  process.exit(1);
}
