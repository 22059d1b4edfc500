import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { composeQuery, decomposeQuery } from '../../src/http1/queryargs.ts';
import { pathViews } from '../../src/wiring/path.ts';
import { paramsToPath, pathToParams } from '../fixtures/go-queryargs.ts';
import { cleanGoPath, decodeGoPath, encodeGoPath } from '../fixtures/kubernetes-api/go-path.ts';
import { handshake } from '../fixtures/websocket.ts';
import { READING, readRequest } from './read-request.ts';
import { reducedCount } from '../fixtures/wide.ts';

/** The characters that podway accepts in a query: visible ASCII without `#`. */
const VISIBLE = Array.from({ length: 0x7e - 0x20 }, (_, at) => String.fromCharCode(0x21 + at)).filter(
  (it) => it !== '#',
);
const queries = fc.string({ unit: fc.constantFrom(...VISIBLE), minLength: 1, maxLength: 60 });
const segments = fc
  .string({
    unit: fc.constantFrom(...Array.from('abz09-_~!$()*+,=:@'), '%20', '%2F', '%C3%BC'),
    minLength: 1,
    maxLength: 8,
  })
  .filter((it) => !it.includes('queryargs'));
/** Paths in the form that Go's path.Clean gives them, with or without a slash at the end. */
const paths = fc
  .tuple(fc.array(segments, { maxLength: 4 }), fc.boolean())
  .map(([parts, slash]) => `/${parts.join('/')}${slash && parts.length > 0 ? '/' : ''}`);
const pieces = fc.array(
  fc.constantFrom(
    '/',
    'queryargs',
    'queryargs.slash',
    'YT0x',
    'YQ==',
    '=',
    '.',
    ';x',
    '%71',
    '%2F',
    '\\',
    '%5C',
    'a',
    '?',
  ),
  { maxLength: 12 },
);

test('a composed target is decomposed to its source, and is longer', () => {
  fc.assert(
    fc.property(paths, queries, (path, query) => {
      // URL parsers that decode first read the text after two slashes as a host, including the marker.
      fc.pre(!path.startsWith('/%2F'));
      const composed = composeQuery({ path, query });
      assert.deepEqual(decomposeQuery(composed), { path, query });
      assert.ok(composed.length > `${path}?${query}`.length);
    }),
  );
});

test('a composed target is decomposed to its source after a proxy normalises, decodes and encodes the path as Go does', () => {
  fc.assert(
    fc.property(paths, queries, (path, query) => {
      const composed = composeQuery({ path: encodeGoPath(decodeGoPath(path) ?? ''), query });
      const passed = encodeGoPath(cleanGoPath(decodeGoPath(composed) ?? ''));
      const expected = encodeGoPath(cleanGoPath(decodeGoPath(path) ?? ''));
      assert.deepEqual(decomposeQuery(passed), { path: expected, query });
    }),
  );
});

test('a target without a query is not composed', () => {
  for (const path of ['/', '/a', '/a/']) assert.equal(composeQuery({ path, query: '' }), path);
});

/** Paths that Go's encoder leaves unchanged. */
const plainPaths = paths.filter((it) => encodeGoPath(decodeGoPath(it) ?? '') === it);

test('paths of the published composer are decomposed', () => {
  fc.assert(
    fc.property(plainPaths, queries, (path, query) => {
      assert.deepEqual(decomposeQuery(mergedStart(paramsToPath(`${path}?${query}`))), { path, query });
    }),
  );
});

test('the published decomposer reads a composed path that does not end in a slash', () => {
  fc.assert(
    fc.property(plainPaths, queries, (path, query) => {
      fc.pre(!path.endsWith('/'));
      assert.equal(pathToParams(composeQuery({ path, query })), `${path}?${query}`);
    }),
  );
});

/** Merges slashes at the start as readTarget does. */
function mergedStart(path: string): string {
  return path.replace(/^\/+/, '/');
}

test('at most the last two segments of a path are removed, and no reading of it ends in another marker', () => {
  fc.assert(
    fc.property(pieces, (parts) => {
      const path = `/${parts.join('').replaceAll('?', '')}`;
      const found = decomposeQuery(path);
      if (found === undefined || found === 'refused') return;
      assert.ok(path.startsWith(found.path.replace(/\/$/, '')));
      assert.match(
        path.slice(found.path.replace(/\/$/, '').length),
        /^\/{1,2}queryargs(?:\.slash)?\/[\w-]+={0,2}\/?$/,
      );
      assert.notEqual(pathViews(found.path), undefined);
      assert.doesNotMatch(`${found.path}/`, /\/queryargs(?:\.slash)?\//);
    }),
    { numRuns: reducedCount(1_000) },
  );
});

test('a head is read in the same way with and without a marker, and its line never becomes longer', () => {
  const reading = { ...READING, decomposes: ['websocket'] };
  fc.assert(
    fc.property(pieces, (parts) => {
      const sent = handshake(`/${parts.join('')}`);
      const off = readRequest(sent);
      const on = readRequest(sent, [], true, reading);
      if (on.kind !== 'head' || off.kind !== 'head') {
        assert.ok(on.kind === off.kind || (on.kind === 'refused' && on.reason === 'bad-queryargs'));
        return;
      }
      assert.equal(on.end, off.end);
      if (!on.head.decomposed) assert.deepEqual(on.head, off.head);
      else assert.ok(on.head.target.length < off.head.target.length);
      assert.equal(on.head.target.replace(/^\/+/, '/'), on.head.path + on.head.query);
    }),
    { numRuns: reducedCount(1_000) },
  );
});
