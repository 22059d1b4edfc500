import type { WebSocket } from 'ws';
import { ApiFailure } from '../cluster/api/api-failure.ts';
import { counted } from '../wiring/counted.ts';
import type { Admission, Grant } from './admission.ts';
import { Refusal } from './refusal.ts';
import { FailedAttemptLimiter } from './rules/failed-attempt-limiter.ts';
import { ENDINGS, type EndReason, REFUSALS, type RefusalReason } from './rules/reasons.ts';
import { TICKET_LIFETIME, Tickets } from './rules/tickets.ts';
import { type SessionNeeds, TerminalSession } from './terminal-session.ts';

/** Maximum number of requests for sessions that podway checks at the same time. */
const MAX_CONCURRENT_ADMISSIONS = 16;
/** Milliseconds that pages have to receive the reason when podway ends. */
const END_REASON_TIMEOUT = 1_000;

/** The maximum numbers of terminals. */
export interface Caps {
  readonly sessions: number;
  readonly perUser: number;
}

export interface TerminalFigures {
  readonly sessions: number;
  readonly refused: ReadonlyMap<RefusalReason, number>;
  readonly ended: ReadonlyMap<EndReason, number>;
}

/** All terminals of this process: admits, opens and ends them. */
export class Terminals {
  readonly #admission: Admission;
  readonly #caps: Caps;
  readonly #needs: SessionNeeds;
  readonly #tickets = new Tickets<Grant>();
  readonly #wrongTokens = new FailedAttemptLimiter();
  readonly #wrongTickets = new FailedAttemptLimiter();
  readonly #open = new Set<TerminalSession>();
  readonly #refused = zeroes(Object.keys(REFUSALS) as RefusalReason[]);
  readonly #ended = zeroes(ENDINGS);
  #admitting = 0;
  #draining = false;
  #cancelForgetting: () => void = () => undefined;

  constructor(admission: Admission, caps: Caps, needs: SessionNeeds) {
    this.#admission = admission;
    this.#caps = caps;
    this.#needs = needs;
  }

  /**
   * Returns a ticket for the requested session, if the user of the token has the permission.
   *
   * @throws Refusal
   */
  async admit(token: string, body: unknown, { origin, signal }: AdmissionRequest): Promise<string> {
    const { clock } = this.#needs;
    this.#requireOpen(this.#wrongTokens);
    if (this.#admitting >= MAX_CONCURRENT_ADMISSIONS)
      throw new Refusal('attempts', 'too many requests at the same time');
    this.#admitting += 1;
    try {
      const grant = await this.#admission.admit(token, body, signal);
      this.#requireRoom(grant);
      const ticket = this.#tickets.issue(grant, origin, clock.now());
      this.#forgetInTime();
      return ticket;
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal.reason === 'unauthorized' || refusal.reason === 'link-used')
        this.#wrongTokens.failed(clock.now());
      throw refusal;
    } finally {
      this.#admitting -= 1;
    }
  }

  /**
   * Redeems a ticket, which is valid once.
   *
   * @throws Refusal
   */
  redeem(ticket: string, origin: string | undefined): Grant {
    const { clock } = this.#needs;
    this.#requireOpen(this.#wrongTickets);
    const grant = this.#tickets.redeem(ticket, origin, clock.now());
    this.#forgetInTime();
    if (grant !== undefined) return grant;
    this.#wrongTickets.failed(clock.now());
    throw new Refusal('ticket', 'the ticket is unknown or has expired');
  }

  /** Opens the terminal of a page that has redeemed its ticket. */
  enter(grant: Grant, socket: WebSocket): TerminalSession {
    const session = new TerminalSession(grant, socket, this.#needs);
    this.#open.add(session);
    if (this.#draining) session.end('shutdown', 'podway ends');
    void this.#forgetWhenEnded(session);
    return session;
  }

  /** Counts and reports a refusal. `client`: the address of the client. */
  refused(reason: RefusalReason, client: string): void {
    this.#needs.audit.refused?.(reason, client);
    this.#refused.set(reason, (this.#refused.get(reason) ?? 0) + 1);
  }

  figures(): TerminalFigures {
    return { sessions: this.#open.size, refused: this.#refused, ended: this.#ended };
  }

  /** Opens no more terminals, warns the users of open ones, and ends them within `timeout` milliseconds. */
  async drain(timeout: number): Promise<void> {
    const { clock } = this.#needs;
    this.#draining = true;
    this.#tickets.clear();
    this.#forgetInTime();
    const left = Math.max(0, timeout - END_REASON_TIMEOUT);
    for (const session of this.#open)
      session.warn(`podway stops: this terminal ends in ${Math.round(left / 1000)} s.`);
    const cancel = clock.alarm(left, () => {
      for (const session of this.#open) session.end('shutdown', 'podway ends');
    });
    await Promise.all([...this.#open].map(({ ended }) => ended));
    cancel();
  }

  async #forgetWhenEnded(session: TerminalSession): Promise<void> {
    const { reason } = await session.ended;
    this.#open.delete(session);
    this.#ended.set(reason, (this.#ended.get(reason) ?? 0) + 1);
  }

  /** Drops unused tickets when they expire, with the tokens in their grants. */
  #forgetInTime(): void {
    const { clock } = this.#needs;
    this.#cancelForgetting();
    if (this.#tickets.size(clock.now()) > 0)
      this.#cancelForgetting = clock.alarm(TICKET_LIFETIME, () => this.#forgetInTime());
  }

  #requireOpen(attempts: FailedAttemptLimiter): void {
    if (this.#draining) throw new Refusal('draining', 'podway ends');
    if (attempts.isOpen(this.#needs.clock.now())) return;
    throw new Refusal('attempts', 'too many wrong attempts: wait some seconds');
  }

  /** Checks the limits. Users with a ticket count, too. */
  #requireRoom({ user }: Grant): void {
    const { sessions, perUser } = this.#caps;
    const users = [
      ...[...this.#open].map((session) => session.user),
      ...this.#tickets.grants(this.#needs.clock.now()).map((grant) => grant.user),
    ];
    if (users.length >= sessions)
      throw new Refusal(
        'sessions',
        `podway has ${counted(users.length, 'terminal')}, and the maximum is ${sessions}`,
      );
    const theirs = users.filter((it) => it === user).length;
    if (theirs >= perUser)
      throw new Refusal(
        'per-user',
        `this user has ${counted(theirs, 'terminal')}, and the maximum is ${perUser}`,
      );
  }
}

/** The client of a request: its origin, and the signal that ends the request. */
export interface AdmissionRequest {
  readonly origin: string | undefined;
  readonly signal: AbortSignal;
}

/** A counter of 0 for each reason. */
function zeroes<T extends string>(reasons: readonly T[]): Map<T, number> {
  return new Map(reasons.map((reason) => [reason, 0]));
}

/** Converts an error to a refusal: without an answer of the API server podway grants nothing. */
function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (!(error instanceof ApiFailure)) throw error;
  if (error.readsCredentials) return new Refusal('unauthorized', 'the API server does not accept this token');
  if (error.reason === 'forbidden') return new Refusal('forbidden', error.answer);
  return new Refusal('api', error.message);
}
