import type { ClusterEvent, ObjectId } from '../../inventory/event.ts';
import { samePod } from '../../wiring/pod.ts';
import { sameSecret } from '../../wiring/secret.ts';
import type { ResourceStatus } from '../watch/status.ts';
import type { SourceHandlers, SourceProblem } from '../source.ts';
import type { FolderState } from './folder-state.ts';

interface Statuses {
  readonly pods: ResourceStatus;
  readonly secrets: ResourceStatus;
}

/** Turns states of a folder, one after the other, into events: the first one into a list, the others into changes. */
export class Follower {
  readonly #handlers: SourceHandlers;
  readonly #status: Statuses;
  #before: Partial<Pick<FolderState, 'pods' | 'secrets'>> = {};
  #told: ReadonlySet<string> = new Set();

  constructor(handlers: SourceHandlers, status: Statuses) {
    this.#handlers = handlers;
    this.#status = status;
  }

  /** Secrets go first, so that a namespace and its key appear in this order even to someone who publishes between. */
  advance(next: FolderState): void {
    this.#tell(next.problems);
    const { pods, secrets } = this.#before;
    if (secrets === undefined && next.mayHideSecret) {
      // Without its key a namespace would be open, so nothing is routed until the file can be read.
      const message = 'a file that may hold a Secret cannot be read; nothing is routed until it can';
      this.#status.secrets.failed({ reason: 'file-unreadable', message });
    } else {
      const handle = (event: Parameters<SourceHandlers['secrets']>[0]) => this.#handlers.secrets(event);
      deliver(secrets, next.secrets, sameSecret, handle);
      settled(this.#status.secrets, secrets === undefined);
      this.#before = { ...this.#before, secrets: next.secrets };
    }
    const handle = (event: Parameters<SourceHandlers['pods']>[0]) => this.#handlers.pods(event);
    deliver(pods, next.pods, samePod, handle);
    settled(this.#status.pods, pods === undefined);
    this.#before = { ...this.#before, pods: next.pods };
  }

  /** A problem that stays is told once, one that comes back again. */
  #tell(problems: readonly SourceProblem[]): void {
    const told = new Set<string>();
    for (const problem of problems) {
      const text = `${problem.where}: ${problem.detail}`;
      if (!this.#told.has(text) && !told.has(text)) this.#handlers.problem(problem);
      told.add(text);
    }
    this.#told = told;
  }
}

function settled(status: ResourceStatus, first: boolean): void {
  status.healthy();
  if (first) status.listed();
  if (status.snapshot().phase === 'watching') status.activity();
  else status.watching();
}

/** An object of the same name with another uid is another object: the old one is deleted first. */
function deliver<T extends ObjectId>(
  before: ReadonlyMap<string, T> | undefined,
  next: ReadonlyMap<string, T>,
  same: (a: T, b: T) => boolean,
  handle: (event: ClusterEvent<T>) => void,
): void {
  if (before === undefined) {
    handle({ type: 'init' });
    for (const object of next.values()) handle({ type: 'init-apply', object });
    handle({ type: 'init-done' });
    return;
  }
  for (const [key, { uid, namespace, name }] of before) {
    if (next.get(key)?.uid !== uid) handle({ type: 'delete', object: { uid, namespace, name } });
  }
  for (const [key, object] of next) {
    const old = before.get(key);
    if (old === undefined || !same(old, object)) handle({ type: 'apply', object });
  }
}
