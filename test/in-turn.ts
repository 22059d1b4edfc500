import { AsyncResource } from 'node:async_hooks';
import { test } from 'node:test';

/**
 * Loads the files one after the other, each when the tests of the one before have ended: what a file sets up at its top does not
 * meet timers that a test of another file mocks. The runner takes a test for a part of the test in whose asynchronous context it is
 * declared, so each file has a context of its own; and what a test has made once, and others wait for, gives each caller a promise of
 * its own, or tests that are declared after the wait would be parts of that test. The first test of a file can begin where it is
 * declared: what it uses stands above.
 */
export async function inTurn(
  files: readonly { readonly name: string; readonly url: string }[],
): Promise<void> {
  for (const { name, url } of files) {
    const context = new AsyncResource('test file');
    await context.runInAsyncScope(() => import(url));
    // Tests that are declared side by side run in their order.
    await context.runInAsyncScope(() => test(`the end of ${name}`, () => undefined));
  }
}
