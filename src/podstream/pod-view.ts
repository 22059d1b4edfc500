import { own, ownArray, ownString, readIdentity } from '../wiring/json.ts';
import type { ObjectId } from '../wiring/object-id.ts';
import { printable } from '../wiring/rejection.ts';

/** The fields of a pod that sessions need. */
export interface PodView extends ObjectId {
  /** Pending, Running, Succeeded, Failed or Unknown. */
  readonly phase: string;
  /** The reason of the phase, such as Evicted. */
  readonly reason: string | undefined;
  /** In the order of the spec: containers, then init containers, then ephemeral containers. */
  readonly containers: readonly ContainerView[];
  /** The number of ordinary containers, which come first. */
  readonly ordinary: number;
  /** The value of the annotation `kubectl.kubernetes.io/default-container`. */
  readonly defaultContainer: string | undefined;
}

export interface ContainerView {
  readonly name: string;
  readonly tty: boolean;
  /** Changes with each restart. Undefined until the kubelet reports it. */
  readonly id: string | undefined;
  /** A phrase about how the container ended; undefined while it runs. */
  readonly ended: string | undefined;
}

const KINDS = [
  ['containers', 'containerStatuses'],
  ['initContainers', 'initContainerStatuses'],
  ['ephemeralContainers', 'ephemeralContainerStatuses'],
] as const;

/** Reads a pod object of the API. Undefined if it has no valid name. */
export function readPodView(object: unknown): PodView | undefined {
  const identity = readIdentity(object);
  if (identity === undefined) return undefined;
  const [spec, status] = [own(object, 'spec'), own(object, 'status')];
  const annotations = own(own(object, 'metadata'), 'annotations');
  return {
    ...identity,
    phase: ownString(status, 'phase') ?? 'Unknown',
    reason: ownString(status, 'reason'),
    containers: KINDS.flatMap(([specs, statuses]) =>
      ownArray(spec, specs).map((it) => readContainer(it, ownArray(status, statuses))),
    ),
    ordinary: ownArray(spec, 'containers').length,
    defaultContainer: ownString(annotations, 'kubectl.kubernetes.io/default-container') || undefined,
  };
}

function readContainer(spec: unknown, statuses: readonly unknown[]): ContainerView {
  const name = ownString(spec, 'name') ?? '';
  const status = statuses.find((it) => own(it, 'name') === name);
  const ended = own(own(status, 'state'), 'terminated') ?? undefined;
  const [reason, code] = [ownString(ended, 'reason'), own(ended, 'exitCode')];
  return {
    name,
    tty: own(spec, 'tty') === true,
    id: ownString(status, 'containerID') || undefined,
    ended:
      ended === undefined ? undefined : `${printable(reason ?? 'ended')}, exit code ${Number(code ?? 0)}`,
  };
}

/** The chosen container, or why no container can be entered. */
export type ChosenContainer =
  | { readonly container: ContainerView; readonly isGuess: boolean }
  | { readonly problem: string };

/**
 * Chooses as kubectl does: the requested container, else the one of the annotation, else the first. The first one is a guess
 * if there are several.
 */
export function chooseContainer(pod: PodView, requested: string | undefined): ChosenContainer {
  const where = `pod ${pod.namespace}/${pod.name}`;
  if (pod.phase === 'Succeeded' || pod.phase === 'Failed')
    return { problem: `${where} has ended (${printable(pod.reason ?? pod.phase)})` };
  const named = requested ?? pod.containers.find(({ name }) => name === pod.defaultContainer)?.name;
  const container =
    named === undefined ? pod.containers[0] : pod.containers.find(({ name }) => name === named);
  if (container !== undefined) return { container, isGuess: named === undefined && pod.ordinary > 1 };
  const names = pod.containers.map(({ name }) => printable(name)).join(', ');
  return { problem: `${where} has no container ${printable(named ?? '')}, only ${names}` };
}

/** Why a session in this container has ended, from the pod at its beginning and now. Undefined: it has not ended. */
export function endOfSession(
  before: PodView,
  now: PodView | undefined,
  container: string,
): string | undefined {
  const where = `pod ${before.namespace}/${before.name}`;
  if (now === undefined) return `${where} was deleted`;
  if (now.uid !== before.uid) return `${where} was deleted, and there is another one of that name`;
  if (now.phase === 'Succeeded' || now.phase === 'Failed')
    return `${where} has ended (${printable(now.reason ?? now.phase)})`;
  const [first, last] = [before, now].map((pod) => pod.containers.find(({ name }) => name === container));
  if (last?.ended !== undefined) return `container ${container} of ${where} has ended (${last.ended})`;
  if (first?.id !== undefined && last?.id !== undefined && last.id !== first.id)
    return `container ${container} of ${where} was restarted`;
  return undefined;
}
