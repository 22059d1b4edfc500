import type { PodMap } from '../../cluster/targets/follow-pods.ts';
import { type RemotePort, remotePortText } from '../../podstream/targets/forwarded-port.ts';
import type { Endpoint } from '../../podstream/targets/next-endpoint.ts';
import { counted } from '../../wiring/counted.ts';

/** Maximum number of changes that a line names; it has the number of further ones. */
const MAX_NAMED = 6;

type State = 'ready' | 'unready' | 'ending';

/** Describes what has changed among pods. */
export class PodChanges {
  #known: ReadonlyMap<string, State> = new Map();

  /** A phrase about changes since the last call; undefined if there are none to report. */
  since(pods: PodMap): string | undefined {
    const now = new Map(
      Array.from(pods, ([key, { isReady, isRunning }]): [string, State] => [
        key,
        isReady ? 'ready' : isRunning ? 'unready' : 'ending',
      ]),
    );
    const before = this.#known;
    this.#known = now;
    const changes = [...new Set([...before.keys(), ...now.keys()])].flatMap((key) =>
      changeOf(key, before.get(key), now.get(key)),
    );
    if (changes.length === 0) return undefined;
    const more = changes.length - MAX_NAMED;
    const named = changes.slice(0, MAX_NAMED).join(', ');
    return `${named}${more > 0 ? ` and ${counted(more, 'more change')}` : ''}; ${countPods(pods)}`;
  }
}

function changeOf(pod: string, before: State | undefined, now: State | undefined): string[] {
  if (before === now) return [];
  if (now === 'ready') return [`${pod} is ready`];
  if (before === 'ready') return [`${pod} ${now === 'unready' ? 'is not ready any more' : 'has left'}`];
  return [];
}

/** `3 pods`, `3 pods, 1 of them ready`, `no pod`. */
export function countPods(pods: PodMap): string {
  const running = [...pods.values()].filter(({ isRunning }) => isRunning);
  const ready = running.filter(({ isReady }) => isReady).length;
  if (running.length === 0) return 'no pod yet';
  const count = counted(running.length, 'pod');
  if (ready === running.length) return count;
  return ready === 0 ? `${count}, none ready` : `${count}, ${ready} of them ready`;
}

/** `port 3000`, `port http: 3000, 3001`, and for a Service `port 80: 3000`. */
export function portsText(remote: RemotePort, endpoints: readonly Endpoint[]): string {
  const numbers = [...new Set(endpoints.map(({ port }) => port))].sort((a, b) => a - b).join(', ');
  if (remote.kind === 'route' && numbers !== '') return `port ${numbers}`;
  const asked = remotePortText(remote);
  return `port ${asked}${numbers === '' || numbers === asked ? '' : `: ${numbers}`}`;
}
