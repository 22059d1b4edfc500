import { randomBytes } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { WebSocket } from 'ws';
import { ApiFailure, safeMessage } from '../cluster/api/api-failure.ts';
import type { Clock } from '../cluster/clock.ts';
import type { CommandSession } from '../cluster/streams/command-session.ts';
import { whenPodEnds } from '../cluster/streams/pod-end.ts';
import { codeOfFailure } from '../podstream/exit-status.ts';
import { terminalSize } from '../podstream/terminal-size.ts';
import { printable } from '../wiring/rejection.ts';
import type { Grant } from './admission.ts';
import type { Audit, AuditEnd, AuditSubject } from './audit.ts';
import { whenPermissionEnds } from './watch-permission.ts';
import { type OpenedPod, openPod } from './open-pod.ts';
import { PageSocket } from './page-socket.ts';
import { Recording, type RecordingOptions } from './recording.ts';
import { Refusal } from './refusal.ts';
import { Deadlines, type TimeLimits } from './rules/deadlines.ts';
import { closeCode, type EndReason } from './rules/reasons.ts';

/** The parts that every terminal uses. */
export interface SessionNeeds {
  readonly clock: Clock;
  readonly limits: TimeLimits;
  readonly audit: Audit;
  /** Undefined: podway records no terminals. */
  readonly recording: RecordingOptions | undefined;
  /** The audit log has the arguments of commands. */
  readonly auditArgv: boolean;
}

type Ending = Pick<AuditEnd, 'reason' | 'detail' | 'exitCode'>;

/** One terminal, between a page and a program in a pod. It ends when either ends, a limit passes, or the user loses the permission. */
export class TerminalSession {
  readonly user: string | undefined;
  /** Resolves when both sides have ended and the page has the reason. */
  readonly ended: Promise<AuditEnd>;
  readonly #grant: Grant;
  readonly #needs: SessionNeeds;
  readonly #page: PageSocket;
  readonly #subject: AuditSubject;
  readonly #deadlines: Deadlines;
  readonly #began: number;
  readonly #recording: Recording | undefined;
  readonly #over = new AbortController();
  readonly #ending = Promise.withResolvers<Ending>();
  #session: CommandSession | undefined;
  #podIsGone = false;
  #cancelAlarm: () => void = () => undefined;
  #output = 0;
  #input = 0;
  #refusedMessages = 0;

  /** @param socket open, of a page with a valid ticket */
  constructor(grant: Grant, socket: WebSocket, needs: SessionNeeds) {
    const { clock, limits, recording } = needs;
    this.user = grant.user;
    this.#grant = grant;
    this.#needs = needs;
    this.#began = clock.now();
    this.#deadlines = new Deadlines(limits, this.#began);
    this.#subject = subjectOf(grant, needs.auditArgv);
    this.#recording = recording && this.#record(recording);
    this.#page = new PageSocket(socket, clock, {
      input: (bytes, taken) => this.#typed(bytes, taken),
      resize: (columns, rows) => this.#resized(columns, rows),
    });
    void this.#page.gone.then(({ violated }) =>
      violated
        ? this.end('page-protocol', 'the page broke the protocol')
        : this.end('page-left', 'the page was closed'),
    );
    needs.audit.began(this.#subject);
    this.#watchTime();
    this.ended = this.#run();
  }

  /** Shows a sentence to the user. */
  warn(text: string): void {
    this.#page.warn(text);
  }

  /** Ends the terminal. If it has already ended, the first reason remains. */
  end(reason: EndReason, detail: string, exitCode?: number): void {
    this.#ending.resolve({ reason, detail, exitCode });
    this.#over.abort();
    this.#session?.abandon(detail);
  }

  async #run(): Promise<AuditEnd> {
    void this.#enter().catch((error: unknown) => {
      const isRefusal = error instanceof ApiFailure || error instanceof Refusal;
      this.end(isRefusal ? 'refused' : 'lost', safeMessage(error));
    });
    const ending = await this.#ending.promise;
    this.#cancelAlarm();
    const { reason, detail, exitCode } = ending;
    this.#page.status({ state: 'ended', reason, detail, ...(exitCode !== undefined && { exitCode }) });
    this.#page.close(closeCode(reason));
    await Promise.all([this.#page.gone, this.#recording?.end()]);
    const end: AuditEnd = {
      ...ending,
      duration: Math.round(this.#needs.clock.now() - this.#began),
      output: this.#output,
      input: this.#input,
      refusedMessages: this.#refusedMessages,
    };
    this.#needs.audit.ended(this.#subject, end);
    return end;
  }

  /** Enters the pod. Rejects if that fails. */
  async #enter(): Promise<void> {
    const { clock } = this.#needs;
    const { signal } = this.#over;
    void whenPermissionEnds(this.#grant, clock, signal).then(
      (lost) => lost && this.end(lost.reason, lost.detail),
    );
    const opened = await openPod(this.#grant, clock, signal);
    if (signal.aborted) return opened.session.abandon('the terminal has ended');
    await this.#converse(opened);
  }

  async #converse(opened: OpenedPod): Promise<void> {
    const { session, target, container, tty } = opened;
    const { namespace, pod } = target;
    const { readOnly } = this.#grant.request;
    this.#session = session;
    session.stdin.on('error', () => undefined);
    this.#page.status({ state: 'open', namespace, pod, container, readOnly, tty });
    void this.#endWithPod(opened);
    await Promise.all([this.#carry(session.stdout), this.#carry(session.stderr)]);
    const outcome = await session.ended;
    switch (outcome.kind) {
      case 'exited':
        return this.end('exited', `exit code ${outcome.code}`, outcome.code);
      case 'failed':
        return this.end('failed', explained(outcome.message, target.pod), codeOfFailure(outcome.message));
      case 'lost':
        return this.end(this.#podIsGone ? 'pod-gone' : 'lost', outcome.detail);
    }
  }

  async #endWithPod({ session, target, container, pod: before }: OpenedPod): Promise<void> {
    const { api } = this.#grant;
    const { clock } = this.#needs;
    const reason = await whenPodEnds({ api, clock, target, container, before, signal: this.#over.signal });
    if (reason === undefined) return;
    this.#podIsGone = true;
    session.endWhenSilent(reason);
  }

  async #carry(from: Readable): Promise<void> {
    for await (const bytes of from as AsyncIterable<Buffer>) {
      this.#output += bytes.length;
      await this.#recording?.output(bytes);
      await this.#page.output(bytes);
      if (this.#over.signal.aborted) return;
    }
  }

  /** Takes input. A read-only session drops it, but keys still show that the user is present. */
  #typed(bytes: Buffer, taken: () => void): void {
    const { clock } = this.#needs;
    this.#deadlines.touched(clock.now());
    const session = this.#session;
    if (this.#grant.request.readOnly) {
      this.#refusedMessages += 1;
      return taken();
    }
    // No program receives input before the session is open.
    if (session === undefined || !session.stdin.writable) return taken();
    this.#input += bytes.length;
    const recorded = this.#recording?.input(bytes);
    session.stdin.write(bytes, () => void Promise.resolve(recorded).then(taken));
  }

  #resized(columns: number, rows: number): void {
    const size = terminalSize({ columns, rows });
    if (this.#grant.request.readOnly) this.#refusedMessages += 1;
    else if (size !== undefined) {
      this.#session?.resize(size);
      this.#recording?.resized(size);
    }
  }

  #watchTime(): void {
    const { clock } = this.#needs;
    const due = this.#deadlines.due(clock.now());
    if (due.what === 'end') {
      const reason =
        due.limit === 'idle'
          ? 'no key was pressed for too long'
          : 'the maximum duration of a terminal is reached';
      return this.end(due.limit, reason);
    }
    if (due.what === 'warn') {
      const when = `in ${Math.round(due.left / 1000)} s`;
      this.#page.warn(
        due.limit === 'idle'
          ? `This terminal ends ${when} unless you press a key.`
          : `This terminal ends ${when}.`,
      );
    }
    this.#cancelAlarm = clock.alarm(due.what === 'nothing' ? due.wait : 0, () => this.#watchTime());
  }

  #record(options: RecordingOptions): Recording {
    const { terminal, namespace, pod } = this.#subject;
    const began = Date.now();
    const time = new Date(began).toISOString().replaceAll(/[:.]/g, '-');
    const recorded = {
      name: `${time}-${namespace}-${pod}-${terminal}.cast`,
      title: `${namespace}/${pod}`,
      size: this.#grant.request.size,
      began,
    };
    return new Recording(options, recorded, (reason) => {
      this.#page.warn(`The recording of this terminal has ended: ${reason}`);
      this.#needs.audit.recordingStopped(this.#subject, reason);
    });
  }
}

function subjectOf({ user, request }: Grant, auditArgv: boolean): AuditSubject {
  const { target, program, readOnly } = request;
  return {
    terminal: randomBytes(6).toString('hex'),
    user,
    namespace: target.namespace,
    pod: target.pod,
    container: target.container,
    program: typeof program === 'string' ? program : 'command',
    readOnly,
    command:
      auditArgv && typeof program === 'object' ? program.command.map((word) => printable(word)) : undefined,
  };
}

/** The message of the runtime. If the container has no shell, with the alternatives. */
function explained(message: string, pod: string): string {
  if (codeOfFailure(message) !== 127) return message;
  return `${message} (an image without a shell: kubectl debug -it ${pod} --image=busybox --target=CONTAINER)`;
}
