import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { rewrittenPath } from '../../src/routing/rewrite-path.ts';
import { pathViews } from '../../src/wiring/path.ts';
import { reducedCount } from '../fixtures/wide.ts';

const PARTS = [
  '/',
  '//',
  'api',
  '%61pi',
  'a',
  '%2f',
  '%2F',
  '%5c',
  ';',
  ';x',
  '.',
  '%2e',
  '%00',
  '%C0%AE',
  'b',
  '%20',
  '..',
];
/** A path as the parser returns it: several slashes at its start become one. */
const path = fc
  .array(fc.constantFrom(...PARTS), { maxLength: 8 })
  .map((parts) => `/${parts.join('')}`.replace(/^\/+/, '/'));

test('a rewritten safe path is safe, is never empty, and begins with one slash', () => {
  fc.assert(
    fc.property(
      path,
      fc.constantFrom('/', '/api', '/api/', '/a'),
      fc.constantFrom('', '/v2', '/v2/w'),
      (sent, of, to) => {
        const views = pathViews(sent);
        if (views === undefined) return;
        const result = rewrittenPath(sent, of, to);
        if (result === undefined) return;
        assert.match(result, /^\/(?!\/)/);
        // One of several readings may be a `..` only after another prefix, as in `//..%20`: guards/rewrite.ts refuses
        // it.
        if (views.more !== undefined && pathViews(result) === undefined) return;
        assert.notEqual(pathViews(result), undefined, `${sent} becomes ${result}`);
        // The prefix is removed by whole segments: with the prefix added again, view A of the path is the same.
        const rest = result.slice(to.length);
        const again = pathViews(
          `${of.replace(/\/$/, '')}${rest === '/' && !views.a.endsWith('/') ? '' : rest}`,
        );
        assert.equal(again?.a.replace(/\/$/, ''), views.a.replace(/\/$/, ''), `${sent} becomes ${result}`);
      },
    ),
    { numRuns: reducedCount(5_000) },
  );
});
