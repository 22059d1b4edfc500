import headless from '@xterm/headless';
import { terminals, type Terminal } from '../fixtures/kubernetes-api/streams/terminals.ts';

export const COLUMNS = 80;
export const ROWS = 24;
const PROMPT = '$ ';
const COMMAND_TIMEOUT = 60_000;

/** The screen of a terminal, row by row. */
export type Screen = readonly string[];

/** A shell in a terminal of 80 columns and 24 rows, with its screen. */
export class RecordedShell {
  readonly #terminal: Terminal;
  readonly #shown = new headless.Terminal({ cols: COLUMNS, rows: ROWS, allowProposedApi: true });
  readonly #ended: Promise<void>;
  #changed: () => void = () => undefined;

  constructor(cwd: string, env: NodeJS.ProcessEnv) {
    if (typeof terminals === 'string') throw new Error(terminals);
    this.#terminal = terminals.spawn('sh', [], {
      cols: COLUMNS,
      rows: ROWS,
      cwd,
      env: { ...env, PS1: PROMPT, TERM: 'xterm' },
      encoding: null,
    });
    this.#terminal.onData((data) => this.#shown.write(data, () => this.#changed()));
    this.#ended = new Promise((end) => this.#terminal.onExit(() => end()));
  }

  get screen(): Screen {
    const { buffer } = this.#shown;
    return Array.from({ length: ROWS }, (_, row) => {
      return buffer.active.getLine(buffer.active.viewportY + row)?.translateToString(true) ?? '';
    });
  }

  /** Types a command; resolves when the screen shows it. */
  async type(command: string): Promise<void> {
    await this.#until(() => this.#line === PROMPT.trim());
    this.#terminal.write(command);
    await this.#until(() => this.#upToCursor.endsWith(command));
  }

  /** Presses Enter; resolves when the command has ended. */
  async enter(): Promise<void> {
    const before = this.#row;
    this.#terminal.write('\r');
    await this.#until(() => this.#row > before && this.#line === PROMPT.trim());
  }

  /** The same for a command that does not end; resolves when the screen shows this text. */
  async enterUntil(text: string): Promise<void> {
    this.#terminal.write('\r');
    await this.#until(() => this.screen.some((row) => row.includes(text)));
  }

  /** Ctrl-C; resolves when the command has ended. */
  async interrupt(): Promise<void> {
    this.#terminal.write('\u0003');
    await this.#until(() => this.#line === PROMPT.trim());
  }

  /** Closes the terminal. */
  async end(): Promise<void> {
    this.#terminal.kill('SIGHUP');
    await this.#ended;
  }

  get #row(): number {
    const { baseY, cursorY } = this.#shown.buffer.active;
    return baseY + cursorY;
  }

  get #line(): string {
    return this.#shown.buffer.active.getLine(this.#row)?.translateToString(true).trimEnd() ?? '';
  }

  /** The line of the cursor with the rows that it continues. */
  get #upToCursor(): string {
    const { active } = this.#shown.buffer;
    let text = '';
    for (let row = this.#row; row >= 0; row -= 1) {
      const line = active.getLine(row);
      text = (line?.translateToString(false) ?? '') + text;
      if (line?.isWrapped !== true) break;
    }
    return text.trimEnd();
  }

  async #until(condition: () => boolean): Promise<void> {
    const timer = setTimeout(() => {
      this.#terminal.kill('SIGKILL');
      throw new Error(`the terminal shows\n${this.screen.join('\n')}`);
    }, COMMAND_TIMEOUT);
    while (!condition()) {
      await new Promise<void>((resolve) => {
        this.#changed = resolve;
      });
    }
    clearTimeout(timer);
  }
}
