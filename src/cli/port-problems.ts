import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Config } from '../config/load.ts';
import type { Machine } from '../config/machine.ts';
import { workerSettings } from '../config/worker-settings.ts';
import { listenFailure, type ListenPlace } from '../boundary/listen-failure.ts';

/** Formats the assignment by which the user chooses a port, such as `PORT=8081`. */
type Assignment = (setting: string, port: number) => string;

interface Place extends ListenPlace {
  /** podway can run without this listener. */
  readonly optional: boolean;
}

interface Refused extends Place {
  readonly error: NodeJS.ErrnoException;
}

/** Codes of failures that do not occur at another port. */
const PORT_ERRORS: ReadonlySet<string | undefined> = new Set(['EADDRINUSE', 'EACCES']);
const FIRST_UNPRIVILEGED = 1024;
/** Added to a privileged port, it gives an unprivileged one that is easy to remember: 8080 for 80, 8443 for 443. */
const UNPRIVILEGED_OFFSET = 8_000;
const MAX_TRIES = 100;
const LAST_PORT = 65_535;

/**
 * One line for each port that podway cannot listen at, and one line with free ports instead of them. Empty when podway can
 * listen at all ports that it needs. The function listens at each port and closes it again, so podway must not listen yet.
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
    refused.filter(({ error }) => PORT_ERRORS.has(error.code)),
    places,
  );
  const failures = refused.map((place) => listenFailure(place, place.error));
  const assigned = free.map(({ setting, port }) => assign(setting, port)).join(' ');
  return assigned === '' ? failures : [...failures, `free at the moment: ${assigned}`];
}

function placesOf(config: Config, machine: Machine): Place[] {
  const { address, adminAddress, operatorAddress, terminalAddress } = config;
  // With SO_REUSEPORT, workers share a port with each other and with another podway. A socket without it would fail in
  // that case, too, so it cannot show whether the port is usable.
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

/** A free port for each place. All ports differ from each other and from the ports of other settings. */
async function freePorts(refused: readonly Place[], places: readonly Place[]): Promise<ListenPlace[]> {
  const known = new Set(places.map(({ port }) => port));
  const free: ListenPlace[] = [];
  for (const place of refused) {
    const first = place.port < FIRST_UNPRIVILEGED ? place.port + UNPRIVILEGED_OFFSET : place.port + 1;
    for (let port = first; port <= Math.min(first + MAX_TRIES, LAST_PORT); port += 1) {
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
