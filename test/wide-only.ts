import { join, resolve } from 'node:path';

/**
 * Files that a whole `npm test` leaves out, and what they do. They take a fifth of the CPU of all tests, most of it in kubectl,
 * helm, npm and Chromium. `npm run test:wide`, which CI runs, runs them, and so does `npm test` if one names them or their folders.
 */
export const WIDE_ONLY: Readonly<Record<string, readonly string[]>> = {
  'apply every example and every page with kubectl': [
    'demo/stand-in-examples.test.ts',
    'demo/stand-in-pages.test.ts',
    'demo/stand-in-workloads.test.ts',
  ],
  'pack, install and start the package': ['package/packed.test.ts'],
  'install and change releases with helm and kubectl': [
    'chart/changed-release.test.ts',
    'chart/kubectl.test.ts',
    'chart/live-release.test.ts',
    'chart/public-private.test.ts',
    'local/developer-role.test.ts',
  ],
  'use more of the pages in Chromium': ['operator/page/overview.test.ts', 'operator/page/token.test.ts'],
  'read the metrics of a loaded podway with Prometheus': ['prometheus/dashboard.test.ts'],
  'send megabytes to clients that read slowly': ['proxy/held-back-tls.test.ts'],
};

const PATHS = Object.values(WIDE_ONLY)
  .flat()
  .map((it) => join(import.meta.dirname, it));

export function isWideOnly(file: string): boolean {
  return PATHS.includes(resolve(file));
}
