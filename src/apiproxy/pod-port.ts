import type { ApiServer } from '../cluster/api/api-server.ts';
import { getObject } from '../cluster/api/get-object.ts';
import type { Clock } from '../cluster/clock.ts';
import { SourceError } from '../cluster/source.ts';
import type { PodPort } from '../cluster/streams/open-forward.ts';
import { FollowedTarget } from '../cluster/targets/followed-target.ts';
import { getOwner } from '../cluster/targets/owner-object.ts';
import type { RemotePort } from '../podstream/targets/forwarded-port.ts';
import { endpointsOf } from '../podstream/targets/next-endpoint.ts';
import { ownerPodPort, type OwnerView } from '../podstream/targets/owner-view.ts';
import { ownerKind } from '../podstream/targets/owners.ts';
import type { Target } from '../podstream/targets/target.ts';
import { own, ownArray } from '../wiring/json.ts';
import type { ProxiedPath } from './proxied-path.ts';

export interface PodPortNeeds {
  readonly api: ApiServer;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Port that the API server's proxy uses if a pod declares none. */
const DEFAULT_PORT = 80;
const SERVICE = ownerKind('service');

/**
 * The port that the API server's proxy would connect to.
 *
 * @throws ApiFailure; SourceError if there is none
 */
export async function podPortOf(proxied: ProxiedPath, needs: PodPortNeeds): Promise<PodPort> {
  return proxied.resource === 'pods' ? portOfPod(proxied, needs) : readyPortBehind(proxied, needs);
}

async function portOfPod({ namespace, name, port }: ProxiedPath, needs: PodPortNeeds): Promise<PodPort> {
  if (port !== undefined) {
    const number = /^\d{1,5}$/.test(port) ? Number(port) : 0;
    if (number < 1 || number > 65_535) throw new SourceError(`the port of pod ${name} is not a number`);
    return { namespace, pod: name, port: number };
  }
  const resource = { name: 'pods', namespace, labelSelector: undefined, objectName: name };
  const pod = await getObject(needs.api, resource, needs.signal);
  if (pod === undefined) throw new SourceError(`there is no pod ${name} in namespace ${namespace}`);
  const declared = ownArray(own(pod, 'spec'), 'containers').flatMap((it) => ownArray(it, 'ports'));
  const first = own(declared[0], 'containerPort');
  return { namespace, pod: name, port: typeof first === 'number' ? first : DEFAULT_PORT };
}

/** A random ready pod of the service, as the API server's proxy chooses it. */
async function readyPortBehind(proxied: ProxiedPath, needs: PodPortNeeds): Promise<PodPort> {
  const { namespace, name } = proxied;
  const { clock } = needs;
  if (SERVICE === undefined) throw new SourceError('services are unknown');
  const service = await getOwner(needs.api, { owner: SERVICE, namespace, name }, needs.signal);
  const remote = remotePortOf(service, proxied);
  const target: Target = { kind: 'selector', labelSelector: service.labelSelector ?? '' };
  const followed = await FollowedTarget.open({ ...needs, target, namespace });
  followed.close();
  const ready = endpointsOf(followed.pods.values(), target, remote).filter(({ pod }) => pod.isReady);
  const chosen = ready[Math.floor(clock.random() * ready.length)];
  if (chosen === undefined) throw new SourceError(`no ready pod behind service ${namespace}/${name}`);
  return { namespace, pod: chosen.pod.name, port: chosen.port };
}

function remotePortOf(service: OwnerView, { name, port }: ProxiedPath): RemotePort {
  if (port === undefined) {
    const [only, ...more] = service.ports ?? [];
    if (only === undefined || more.length > 0)
      throw new SourceError(
        `service ${name} does not have exactly one port: name one as services/${name}:PORT`,
      );
    return only.target;
  }
  const requested: RemotePort = /^\d+$/.test(port)
    ? { kind: 'number', port: Number(port) }
    : { kind: 'name', name: port };
  const found = ownerPodPort(service, requested);
  if ('problem' in found) throw new SourceError(found.problem);
  return found.remote;
}
