import type { Peer } from '../../../http1/forwarded-lines.ts';
import type { RequestHead } from '../../../http1/request-head.ts';
import { networkOfRequest } from '../../load/client-network.ts';
import type { ClientWriter } from '../client-writer.ts';
import type { ClientNeeds } from '../needs.ts';

interface BusyConnection {
  readonly needs: Pick<ClientNeeds, 'trusted'>;
  readonly peer: Peer;
  readonly writer: ClientWriter;
  turn: { readonly exchange: { readonly head: RequestHead }; readonly isStarted: boolean } | undefined;
}

/**
 * The request of the connection, or its tunnel, is over. What the client of a trusted peer has not taken still counts for it, and
 * later requests on the connection may come from other clients.
 */
export function leaveTurn(connection: BusyConnection): void {
  const { needs, peer, writer, turn } = connection;
  connection.turn = undefined;
  if (turn?.isStarted === true) writer.sentForPod();
  if (turn === undefined || !peer.trusted || writer.queued === 0) return;
  writer.client = networkOfRequest(turn.exchange.head, peer, needs.trusted);
}
