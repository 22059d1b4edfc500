import { fileURLToPath } from 'node:url';
import type { Launch, Rival, Setup } from '../harness/rival.ts';
import { WEB } from './cluster-options.ts';

/** The program of this checkout, or of the checkout that the variable MAIN names. */
export const MAIN = process.env['MAIN'] ?? fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const BARE = fileURLToPath(new URL('bare-ws.ts', import.meta.url));

/** Maximum number of connections: more than any load opens at the same time. */
const MAX_CONNECTIONS = '2000';

export interface ForwardRival extends Rival {
  /**
   * kubectl ends when clients reset their connections, as a load does at its end, so each measurement gets a new
   * process.
   */
  readonly newProcess?: true;
}

export interface ForwardRivals {
  readonly podway: ForwardRival;
  readonly kubectl: ForwardRival;
  readonly bare: ForwardRival;
}

/**
 * Forwarders of two ports of the pod: `listen` to the port of plain answers, `sparePort` to the next port of the origin, which
 * takes uploads.
 */
export function forwardRivals(kubectl: string, kubeconfig: string): ForwardRivals {
  const env = { KUBECONFIG: kubeconfig };
  const pairs = ({ listen, sparePort, origin }: Setup) =>
    [
      [listen.port, origin.port],
      [sparePort, origin.port + 1],
    ] as const;
  const ports = (setup: Setup) => pairs(setup).map(([local, remote]) => `${local}:${remote}`);
  const rival = (name: string, description: string, launch: (setup: Setup) => Launch): Rival => ({
    name,
    description,
    requiredPrograms: [],
    capabilities: [],
    launch,
  });
  return {
    podway: rival('podway port-forward', 'this checkout', (setup) => {
      const flags = ['--address', setup.listen.address, '--max-connections', MAX_CONNECTIONS];
      return { command: [process.execPath, MAIN, 'port-forward', ...flags, WEB, ...ports(setup)], env };
    }),
    kubectl: {
      ...rival('kubectl port-forward', 'kubectl 1.35', (setup) => {
        const flags = ['--address', setup.listen.address];
        return { command: [kubectl, 'port-forward', ...flags, WEB, ...ports(setup)], env };
      }),
      newProcess: true,
    },
    bare: rival('bare ws', 'what `ws` costs alone', (setup) => {
      const options = { kubeconfig, address: setup.listen.address, ports: pairs(setup) };
      return { command: [process.execPath, BARE, JSON.stringify(options)] };
    }),
  };
}
