import type { Rival } from '../harness/rival.ts';
import { MAIN } from './rivals.ts';

/** podway as a router that connects to pods directly, and podway that connects through the API server. */
export function routers(kubeconfig: string): readonly [direct: Rival, tunnelled: Rival] {
  return [router('direct', kubeconfig), router('tunnel', kubeconfig)];
}

function router(access: 'direct' | 'tunnel', kubeconfig: string): Rival {
  return {
    name: `POD_ACCESS=${access}`,
    description: 'podway serve of this checkout',
    requiredPrograms: [],
    capabilities: ['hosts'],
    launch: ({ listen, sparePort }) => ({
      command: [process.execPath, MAIN, 'serve'],
      env: {
        KUBECONFIG: kubeconfig,
        POD_ACCESS: access,
        ADDRESS: listen.address,
        ADMIN_ADDRESS: listen.address,
        PORT: String(listen.port),
        ADMIN_PORT: String(sparePort),
        OPERATOR_PORT: 'none',
        WORKERS: '1',
        LOG_LEVEL: 'error',
        DRAIN_DELAY: '0',
        DRAIN_TIMEOUT: '1s',
      },
    }),
  };
}
