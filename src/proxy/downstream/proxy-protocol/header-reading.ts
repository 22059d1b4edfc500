import type { WorkerSettings } from '../../../boundary/settings.ts';
import type { WorkerCounts } from '../../counts/worker-counts.ts';
import type { CoarseClock } from '../../load/coarse-clock.ts';
import type { BeginClient, Clients, Connection, ReadProxyHeader } from '../clients.ts';
import { TrustedPeers, unmapped } from '../trusted-peers.ts';
import type { WaitingConnections } from '../waiting-connections.ts';
import { ProxyHeaderReader } from './header-reader.ts';

export interface ProxyHeaderReadingNeeds {
  readonly settings: Pick<WorkerSettings, 'trustedProxies' | 'requestHeadTimeout'>;
  readonly clock: CoarseClock;
  readonly counts: WorkerCounts;
  readonly waiting: Pick<WaitingConnections, 'silent'>;
  readonly clients: () => Pick<Clients, 'replaced' | 'closed' | 'unnamed'>;
}

/**
 * Reads the PROXY header of a connection before any other code reads from it; undefined for a peer that may not send
 * one.
 */
export function proxyHeaderReading({
  settings,
  clock,
  counts,
  waiting,
  clients,
}: ProxyHeaderReadingNeeds): ReadProxyHeader {
  const trusted = new TrustedPeers(settings.trustedProxies);
  const refused = (): void => {
    counts.scalars.proxy_headers_refused += 1;
  };
  return (socket, peer, begin: BeginClient) => {
    if (!trusted.has(unmapped(peer))) {
      refused();
      return undefined;
    }
    const needs = {
      clock,
      silent: waiting.silent,
      timeout: settings.requestHeadTimeout,
      done: (reader: Connection, source: string | undefined) => {
        // podway does not trust its fields: a load balancer that names no client may pass on any client.
        if (source === undefined) clients().unnamed(socket);
        clients().replaced(reader, begin(source ?? peer, true));
      },
      refused: (reader: Connection) => {
        refused();
        clients().closed(reader);
      },
    };
    return new ProxyHeaderReader(needs, socket);
  };
}
