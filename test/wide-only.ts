import { join, resolve } from 'node:path';

/**
 * Files that a whole `npm test` leaves out, and what they do. Most of their CPU time is that of kubectl, helm, npm, Chromium and
 * Prometheus. `npm run test:wide`, which CI runs, runs them, and so does `npm test` if one names them or their folders.
 */
export const WIDE_ONLY: Readonly<Record<string, readonly string[]>> = {
  'run the commands of the documents with kubectl, helm and npm': [
    'demo/example-apps.test.ts',
    'demo/npm-signals.test.ts',
    'demo/readme-commands.test.ts',
    'demo/stand-in.test.ts',
    'demo/stand-in-examples.test.ts',
    'demo/stand-in-pages.test.ts',
    'demo/stand-in-workloads.test.ts',
  ],
  'pack, install and start the package': ['package/packed.test.ts'],
  'run npm test, and the other scripts of package.json': ['runner/one-file.test.ts', 'runner/usage.test.ts'],
  'render the chart with helm for further values': [
    'chart/cluster-names.test.ts',
    'chart/erased-values.test.ts',
    'chart/kinds.test.ts',
    'chart/notes.test.ts',
    'chart/odd-values.test.ts',
  ],
  'install and change releases with helm and kubectl': [
    'chart/changed-release.test.ts',
    'chart/kubectl.test.ts',
    'chart/live-release.test.ts',
    'chart/public-private.test.ts',
    'local/developer-role.test.ts',
  ],
  'compare podway and the API server of the tests with kubectl': [
    'cluster/kubeconfig-kubectl.test.ts',
    'cluster/kubectl.test.ts',
    'cluster/manifest-kubectl.test.ts',
  ],
  'use more of the pages in Chromium': [
    'operator/page/hostile-texts.test.ts',
    'operator/page/overview.test.ts',
    'operator/page/token.test.ts',
    'operator/page/views.test.ts',
  ],
  'evaluate the alerts, and read the metrics of a loaded podway, with Prometheus': [
    'prometheus/dashboard.test.ts',
    'prometheus/promtool.test.ts',
  ],
  'open hundreds of connections, or send megabytes to clients that read slowly': [
    'forward/many-connections.test.ts',
    'process/many-waiting.test.ts',
    'proxy/held-back-tls.test.ts',
    'proxy/unread-refusals.test.ts',
  ],
};

const PATHS = Object.values(WIDE_ONLY)
  .flat()
  .map((it) => join(import.meta.dirname, it));

export function isWideOnly(file: string): boolean {
  return PATHS.includes(resolve(file));
}
