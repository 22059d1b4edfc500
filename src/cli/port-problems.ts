import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Config } from '../config/load.ts';
import type { Machine } from '../config/machine.ts';
import { workerSettings } from '../config/worker-settings.ts';
import { listenFailure, type ListenPlace } from '../control/listen-failure.ts';

/** How the user chooses a port: `PORT=8081`. */
type Assignment = (setting: string, port: number) => string;

interface Place extends ListenPlace {
  /** podway runs without this listener, too. */
  readonly optional: boolean;
}

interface Refused extends Place {
  readonly error: NodeJS.ErrnoException;
}

/** Failures that another port ends. */
const OF_PORT: ReadonlySet<string | undefined> = new Set(['EADDRINUSE', 'EACCES']);
const FIRST_UNPRIVILEGED = 1024;
/** From a port that needs rights to one that is easily remembered: 80 to 8080, 443 to 8443. */
const ABOVE = 8_000;
const MOST_TRIES = 100;
const LAST_PORT = 65_535;

/**
 * A line for every port that podway would not get, and one with free ports for all of them; empty when it gets all that it
 * needs. Each is opened and closed again, so nothing may listen yet.
 */
export async function portProblems(
  config: Config,
  machine: Machine,
  {
    assign = (setting, port) => `${setting}=${port}`,
    all = false,
  }: { assign?: Assignment; all?: boolean } = {},
): Promise<readonly string[]> {
  const places = placesOf(config, machine);
  const refused: Refused[] = [];
  for (const place of places) {
    const error = await refusal(place);
    if (error !== undefined) refused.push({ ...place, error });
  }
  if (refused.every(({ optional }) => optional && !all)) return [];
  const free = await freePorts(
    refused.filter(({ error }) => OF_PORT.has(error.code)),
    places,
  );
  const failures = refused.map((place) => listenFailure(place, place.error));
  const assigned = free.map(({ setting, port }) => assign(setting, port)).join(' ');
  return assigned === '' ? failures : [...failures, `free at the moment: ${assigned}`];
}

function placesOf(config: Config, machine: Machine): Place[] {
  const { address, adminAddress, operatorAddress, terminalAddress } = config;
  // A port that several workers share may be shared with another podway, which a separate socket could not distinguish
  // from another program.
  const shared = workerSettings(config, machine, '').reusePort && machine.sharesPorts;
  const all = [
    { setting: 'PORT', address, port: shared ? 'none' : config.port },
    { setting: 'TLS_PORT', address, port: shared ? 'none' : config.tlsPort },
    { setting: 'ADMIN_PORT', address: adminAddress, port: config.adminPort },
    { setting: 'TERMINAL_PORT', address: terminalAddress, port: config.terminalPort },
    { setting: 'OPERATOR_PORT', address: operatorAddress, port: config.operatorPort },
  ] as const;
  return all.flatMap(({ setting, address, port }) =>
    port === 'none' ? [] : [{ setting, address, port, optional: setting === 'OPERATOR_PORT' }],
  );
}

/** A free port for each place, none of them twice, and none that another setting names. */
async function freePorts(refused: readonly Place[], places: readonly Place[]): Promise<ListenPlace[]> {
  const known = new Set(places.map(({ port }) => port));
  const free: ListenPlace[] = [];
  for (const place of refused) {
    const first = place.port < FIRST_UNPRIVILEGED ? place.port + ABOVE : place.port + 1;
    for (let port = first; port <= Math.min(first + MOST_TRIES, LAST_PORT); port += 1) {
      if (known.has(port) || (await refusal({ ...place, port })) !== undefined) continue;
      known.add(port);
      free.push({ ...place, port });
      break;
    }
  }
  return free;
}

async function refusal({ address, port }: Pick<ListenPlace, 'address' | 'port'>) {
  const server = createServer((socket) => socket.destroy());
  try {
    server.listen({ port, ...(address !== '' && { host: address }) });
    await once(server, 'listening');
  } catch (error) {
    return error as NodeJS.ErrnoException;
  }
  server.close();
  await once(server, 'close');
  return undefined;
}
