import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { OperatorFile } from './operator-answers.ts';

const TYPES: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
};

const OWN_FILES = [
  'answer.js',
  'app.js',
  'ask.js',
  'polled-document.js',
  'chart.js',
  'event-reader.js',
  'explain.js',
  'explained.js',
  'form-text.js',
  'format.js',
  'error-boundary.js',
  'history.js',
  'html.js',
  'icon.svg',
  'live-stream.js',
  'overview.js',
  'parts.js',
  'place.js',
  'problems.js',
  'rates.js',
  'route-table.js',
  'route.js',
  'router-health.js',
  'routes.js',
  'status-line.js',
  'style.css',
  'tail.js',
  'token-form.js',
  'pause-while-hidden.js',
];

/** Files of packages, served unchanged without a build step. They do not import other packages by name. */
export const PACKAGE_FILES = {
  'htm.js': 'htm',
  'preact.js': 'preact',
  'uplot.js': 'uplot/dist/uPlot.esm.js',
  'uplot.css': 'uplot/dist/uPlot.min.css',
};

/** All files of the dashboard, by path. */
export async function readPageFiles(): Promise<Readonly<Record<string, OperatorFile>>> {
  const own = (name: string) => readFile(new URL(`page/${name}`, import.meta.url), 'utf8');
  const ofPackage = (path: string) => readFile(fileURLToPath(import.meta.resolve(path)), 'utf8');
  const files: Record<string, OperatorFile> = { '/': fileOf('index.html', await own('index.html')) };
  for (const name of OWN_FILES) files[`/page/${name}`] = fileOf(name, await own(name));
  for (const [name, path] of Object.entries(PACKAGE_FILES))
    files[`/page/vendor/${name}`] = fileOf(name, await ofPackage(path));
  return files;
}

function fileOf(name: string, body: string): OperatorFile {
  return { contentType: TYPES[name.slice(name.lastIndexOf('.') + 1)] ?? '', body };
}
