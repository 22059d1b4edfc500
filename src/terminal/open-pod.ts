import type { Clock } from '../cluster/clock.ts';
import type { CommandSession } from '../cluster/streams/command-session.ts';
import { openCommand } from '../cluster/streams/open-command.ts';
import { getPod } from '../cluster/streams/pod-object.ts';
import type { PodTarget } from '../podstream/pod-target.ts';
import { chooseContainer, type PodView } from '../podstream/pod-view.ts';
import { redrawingSizes } from '../podstream/terminal-size.ts';
import type { Grant } from './admission.ts';
import { commandOf } from './rules/session-request.ts';
import { Refusal } from './refusal.ts';

/** A session that has begun, with its container. */
export interface OpenedPod {
  readonly session: CommandSession;
  readonly target: PodTarget;
  readonly container: string;
  /** The pod before the session began. */
  readonly pod: PodView;
  readonly tty: boolean;
}

/**
 * Finds the pod and its container, and enters it with the credentials of the grant.
 *
 * @throws ApiFailure, Refusal
 */
export async function openPod(
  { api, request }: Grant,
  clock: Clock,
  signal: AbortSignal,
): Promise<OpenedPod> {
  const { target: requested, program, readOnly, size } = request;
  const pod = await getPod(api, requested, signal);
  if (pod === undefined)
    throw new Refusal('bad-request', `there is no pod ${requested.pod} in namespace ${requested.namespace}`);
  const chosen = chooseContainer(pod, requested.container);
  if ('problem' in chosen) throw new Refusal('bad-request', chosen.problem);
  const { name, tty: hasTerminal } = chosen.container;
  const tty = program === 'attach' ? hasTerminal : true;
  const target = { ...requested, container: name };
  const streams = { stdin: !readOnly, stdout: true, stderr: !tty, tty };
  const command = commandOf(program);
  const session = await openCommand(api, { target, streams, command }, { clock, signal });
  // A read-only session must not change the size of a terminal that others use.
  const sizes = program === 'attach' ? (readOnly ? [] : redrawingSizes(size)) : [size];
  for (const next of sizes) session.resize(next);
  return { session, target, container: name, pod, tty };
}
