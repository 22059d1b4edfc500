import { request as httpRequest } from 'node:http';
import type { ApiServer } from '../cluster/api/api-server.ts';
import type { Clock } from '../cluster/clock.ts';
import type { PodPort } from '../cluster/streams/open-forward.ts';
import { openTunnel } from '../cluster/streams/open-tunnel.ts';
import { type UpgradeAnswer, sendUpgrade, type UpgradeRequest } from './forward-upgrade.ts';
import { requestFields } from './passed-fields.ts';

/** Maximum milliseconds to open a tunnel. */
const CONNECT_TIMEOUT = 10_000;

/**
 * Sends the handshake to the pod itself, through a port-forward tunnel. The pod gets it as from the API server's proxy:
 * with the API server's host and without any credentials, but with its query.
 *
 * @throws TunnelError, Error
 */
export async function upgradeAtPod(
  upgrading: UpgradeRequest,
  requested: { readonly to: PodPort; readonly host: string; readonly target: string },
  { api, clock }: { readonly api: ApiServer; readonly clock: Clock },
): Promise<UpgradeAnswer> {
  const { request } = upgrading;
  const method = request.method ?? '';
  const upgrade = request.headers.upgrade ?? '';
  const headers = requestFields(request.rawHeaders, {
    method,
    host: requested.host,
    upgrade,
    credentials: {},
    passAuth: false,
  });
  const tunnel = openTunnel(api, requested.to, { clock, connectTimeout: CONNECT_TIMEOUT });
  const sent = httpRequest({ method, path: requested.target, headers, createConnection: () => tunnel });
  return sendUpgrade(sent, upgrading);
}
