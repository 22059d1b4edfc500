import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { test } from 'node:test';

const ROOT = resolve(import.meta.dirname, '../..');
const SRC = join(ROOT, 'src');

/** Who may import whom (ARCHITECTURE.md): a layer's own files, and those of the layers named. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  wiring: [],
  http1: ['wiring'],
  routing: ['wiring'],
  proxy: ['http1', 'routing', 'wiring'],
  cluster: ['routing', 'wiring'],
  config: ['proxy', 'wiring'],
  telemetry: ['config', 'proxy', 'routing', 'wiring'],
  control: ['cluster', 'telemetry', 'proxy', 'routing', 'wiring', 'config'],
  admin: ['control', 'cluster', 'telemetry', 'proxy', 'routing', 'wiring'],
  worker: ['proxy', 'telemetry'],
  cli: ['admin', 'control', 'cluster', 'config', 'telemetry', 'proxy', 'routing', 'wiring'],
  main: ['cli', 'config'],
};

/** Layers that decide and nothing else. */
const PURE = new Set(['wiring', 'routing', 'http1']);
/** Pure parts of Node that they may use. */
const PURE_MODULES = new Set(['node:crypto', 'node:net']);
const IMPURE = [
  /\bprocess\s*\./,
  /\bset(?:Timeout|Interval|Immediate)\s*\(/,
  /\bDate\.now\s*\(/,
  /\bnew Date\s*\(\s*\)/,
  /\bperformance\s*\./,
  /\bMath\.random\s*\(/,
  /\bconsole\s*\./,
  /\bthrow\s/,
  /\bawait\s/,
];

interface Source {
  readonly file: string;
  readonly layer: string;
  readonly code: string;
  readonly imports: readonly string[];
}

const sources = readSources();

test('every file of src belongs to a layer', () => {
  const unknown = sources.filter(({ layer }) => !Object.hasOwn(MAY_IMPORT, layer));
  assert.deepEqual(
    unknown.map(({ file }) => file),
    [],
  );
  assert.ok(sources.length > 50);
});

test('imports point one way', () => {
  const wrong: string[] = [];
  for (const { file, layer, imports } of sources) {
    for (const specifier of imports) {
      if (!specifier.startsWith('.')) continue;
      const target = layerOf(relative(SRC, resolve(dirname(join(SRC, file)), specifier)));
      if (target !== layer && !MAY_IMPORT[layer]?.includes(target))
        wrong.push(`${file} imports ${specifier}`);
    }
  }
  assert.deepEqual(wrong, []);
});

test('wiring, routing and http1 do no I/O, read no clock and never throw', () => {
  const wrong: string[] = [];
  for (const { file, layer, imports, code } of sources) {
    if (!PURE.has(layer)) continue;
    for (const it of imports) {
      if (!it.startsWith('.') && !PURE_MODULES.has(it)) wrong.push(`${file} imports ${it}`);
    }
    for (const pattern of IMPURE) if (pattern.test(code)) wrong.push(`${file} uses ${pattern.source}`);
  }
  assert.deepEqual(wrong, []);
});

test('only the composition root and the thread entry touch the process', () => {
  const wrong = sources.filter(
    ({ layer, code, file }) =>
      /\bprocess\s*\./.test(code) && layer !== 'main' && !file.startsWith('cli/demo/'),
  );
  assert.deepEqual(
    wrong.map(({ file }) => file),
    [],
  );
});

function readSources(): Source[] {
  const names = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((it) => it.endsWith('.ts'));
  return names.map((file) => {
    const text = readFileSync(join(SRC, file), 'utf8');
    const imports = [...text.matchAll(/\b(?:from|import)\s*\(?\s*'([^']+)'/g)].map((it) => it[1] ?? '');
    return { file, layer: layerOf(file), code: withoutComments(text), imports };
  });
}

function layerOf(file: string): string {
  return (file.split('/')[0] ?? '').replace(/\.[jt]s$/, '');
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$|\s\/\/ .*$/gm, '');
}
