import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { test } from 'node:test';

const ROOT = resolve(import.meta.dirname, '../..');
const SRC = join(ROOT, 'src');

/** Which layer may import which (ARCHITECTURE.md): a layer's own files, and those of the layers named. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  wiring: [],
  boundary: ['wiring'],
  bytes: [],
  http1: ['boundary', 'wiring'],
  http2: ['http1', 'boundary', 'wiring'],
  routing: ['http1', 'boundary', 'wiring'],
  grants: ['wiring'],
  inventory: ['grants', 'boundary', 'wiring'],
  history: ['boundary', 'wiring'],
  whatif: ['inventory', 'boundary', 'wiring'],
  proxy: ['routing', 'http1', 'http2', 'bytes', 'boundary', 'wiring'],
  podstream: ['boundary', 'wiring'],
  cluster: ['inventory', 'podstream', 'bytes', 'boundary', 'wiring'],
  apiproxy: ['cluster', 'podstream', 'http1', 'boundary', 'wiring'],
  config: ['grants', 'boundary', 'wiring'],
  telemetry: ['config', 'boundary', 'wiring'],
  control: ['cluster', 'history', 'inventory', 'telemetry', 'config', 'boundary', 'wiring'],
  admin: ['control', 'cluster', 'inventory', 'telemetry', 'boundary', 'wiring'],
  operator: ['admin', 'control', 'history', 'inventory', 'whatif', 'telemetry', 'boundary', 'wiring'],
  terminal: ['cluster', 'podstream', 'config', 'boundary', 'wiring'],
  worker: ['proxy', 'cluster', 'telemetry', 'boundary'],
  cli: [
    'apiproxy',
    'admin',
    'operator',
    'control',
    'terminal',
    'cluster',
    'inventory',
    'grants',
    'whatif',
    'podstream',
    'bytes',
    'config',
    'telemetry',
    'boundary',
    'wiring',
  ],
  main: ['cli', 'config'],
};

/**
 * Folders whose own files are both below and above their sub-folders: contracts, and the code that composes the parts.
 */
const MIXED = new Set(['.', 'cluster', 'routing', 'boundary', 'proxy', 'cli', 'operator']);

/** Within the data plane: the code of an exchange imports neither the client side nor the pod side. */
const PROXY_MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  bytes: [],
  load: [],
  counts: ['load'],
  tracing: [],
  drain: ['load'],
  exchange: ['bytes', 'counts', 'drain', 'load', 'tracing'],
  downstream: ['exchange', 'bytes', 'counts', 'load'],
  upstream: ['exchange', 'bytes', 'counts', 'load'],
  auth: ['exchange', 'counts'],
};

/** Layers that only decide. */
const PURE = new Set([
  'wiring',
  'boundary',
  'grants',
  'inventory',
  'history',
  'whatif',
  'routing',
  'http1',
  'http2',
  'podstream',
]);
/** Folders of other layers that only decide, too. */
const PURE_FOLDERS = ['terminal/rules/'];
/** Modules of Node without side effects, which these layers may use. */
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

test('within the data plane imports point one way, too', () => {
  const wrong: string[] = [];
  for (const { file, imports } of sources) {
    const [layer, part = ''] = file.split('/');
    if (layer !== 'proxy' || !Object.hasOwn(PROXY_MAY_IMPORT, part)) continue;
    for (const specifier of imports) {
      if (!specifier.startsWith('.')) continue;
      const [other, target = ''] = relative(SRC, resolve(dirname(join(SRC, file)), specifier)).split('/');
      if (other === 'proxy' && target !== part && !PROXY_MAY_IMPORT[part]?.includes(target))
        wrong.push(`${file} imports ${specifier}`);
    }
  }
  assert.deepEqual(wrong, []);
});

test('no files import each other in a circle, types included', () => {
  const found = circles(
    new Map(
      sources.map(({ file, imports }) => [
        file,
        imports
          .filter((it) => it.startsWith('.'))
          .map((it) => relative(SRC, resolve(dirname(join(SRC, file)), it))),
      ]),
    ),
  );
  assert.deepEqual(found, []);
});

test('no folders import each other in a circle', () => {
  const folders = new Map<string, Set<string>>();
  for (const { file, imports } of sources) {
    const folder = dirname(file);
    const targets = folders.get(folder) ?? new Set();
    folders.set(folder, targets);
    for (const specifier of imports) {
      if (!specifier.startsWith('.')) continue;
      const target = dirname(relative(SRC, resolve(dirname(join(SRC, file)), specifier)));
      if (target !== folder && !MIXED.has(target) && !MIXED.has(folder)) targets.add(target);
    }
  }
  assert.deepEqual(circles(new Map([...folders].map(([folder, targets]) => [folder, [...targets]]))), []);
});

test('only types, constants and pure functions are shared between threads', () => {
  const wrong = sources.filter(
    ({ layer, code }) => layer === 'boundary' && /\b(?:class|let|new)\b/.test(code),
  );
  assert.deepEqual(
    wrong.map(({ file }) => file),
    [],
  );
});

test('wiring, boundary, inventory, routing, http1, http2, podstream and terminal/rules do no I/O, read no clock and never throw', () => {
  const wrong: string[] = [];
  for (const { file, layer, imports, code } of sources) {
    if (!PURE.has(layer) && !PURE_FOLDERS.some((folder) => file.startsWith(folder))) continue;
    for (const it of imports) {
      if (!it.startsWith('.') && !PURE_MODULES.has(it)) wrong.push(`${file} imports ${it}`);
    }
    for (const pattern of IMPURE) if (pattern.test(code)) wrong.push(`${file} uses ${pattern.source}`);
  }
  assert.deepEqual(wrong, []);
});

test('podway has its own HTTP/2: only the gRPC pod of the demo imports node:http2', () => {
  const importing = sources.filter(({ imports }) => imports.includes('node:http2'));
  assert.deepEqual(
    importing.map(({ file }) => file),
    ['cli/demo/grpc-pod.ts'],
  );
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

/** Groups of files that reach each other (Tarjan's strongly connected components), each in alphabetical order. */
function circles(imports: ReadonlyMap<string, readonly string[]>): string[][] {
  const order = new Map<string, number>();
  const open: string[] = [];
  const found: string[][] = [];
  const visit = (file: string): number => {
    const own = order.size;
    order.set(file, own);
    open.push(file);
    let low = own;
    for (const next of imports.get(file) ?? []) {
      if (!order.has(next)) low = Math.min(low, visit(next));
      else if (open.includes(next)) low = Math.min(low, order.get(next) as number);
    }
    if (low === own) {
      const group = open.splice(open.indexOf(file));
      if (group.length > 1) found.push(group.sort());
    }
    return low;
  };
  for (const file of imports.keys()) if (!order.has(file)) visit(file);
  return found;
}

function layerOf(file: string): string {
  return (file.split('/')[0] ?? '').replace(/\.[jt]s$/, '');
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$|\s\/\/ .*$/gm, '');
}
