import { podManifest } from '../../test/fixtures/manifest.ts';

export interface FlipPods {
  readonly pods: number;
  /** Routes of each pod. */
  readonly routes: number;
  /** Whether all pods declare the same routes; otherwise each pod declares routes of its own. */
  readonly shared: boolean;
}

const MOST_PATHS = 100;

export function manifestOf(pod: number, condition: 'ready' | 'unready', { routes, shared }: FlipPods) {
  const owner = shared ? 'all' : `team-${pod}`;
  const paths = Math.min(MOST_PATHS, routes);
  const list = (count: number, item: (at: number) => string): string =>
    Array.from({ length: count }, (_, at) => item(at)).join(' ');
  return podManifest({
    name: `web-${pod}`,
    namespace: `team-${pod}`,
    hosts: list(Math.ceil(routes / paths), (at) => `h${at}.${owner}.local`),
    paths: list(paths, (at) => `80:/p${at}`),
    port: 80,
    address: `127.98.${pod >> 8}.${pod & 255}`,
    condition,
  });
}
