import { spawnSync } from 'node:child_process';
import type { StandardStreams } from '../runtime.ts';

/**
 * Resets modes that a program in a pod may leave set when its session is cut: the alternate screen, a hidden cursor,
 * bracketed paste, mouse reports, colours.
 */
const RESTORE_SEQUENCES =
  '\x1b[?1047l\x1b[?25h\x1b[?2004l\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[0m';

interface Size {
  readonly columns: number | undefined;
  readonly rows: number | undefined;
}

/** The terminal of this process, in raw mode: every key goes to the pod unchanged. */
export class LocalTerminal {
  readonly #streams: StandardStreams;
  readonly #resized: () => void;

  /** Sets raw mode. @param resized called at once with the current size, and then with every new size */
  constructor(streams: StandardStreams, resized: (size: Size) => void) {
    this.#streams = streams;
    this.#resized = () => resized(this.size);
    streams.stdin.setRawMode?.(true);
    passOutputUnchanged();
    streams.stdout.on('resize', this.#resized);
    this.#resized();
  }

  get size(): Size {
    const { stdout, stderr } = this.#streams;
    const { columns, rows } = stdout.isTTY === true ? stdout : stderr;
    return { columns, rows };
  }

  /** Restores the terminal. @param broken the program in the pod did not end by itself, so it may have left modes set */
  release(broken: boolean): void {
    const { stdin, stdout } = this.#streams;
    stdout.off('resize', this.#resized);
    stdin.setRawMode?.(false);
    if (broken && stdout.isTTY === true) stdout.write(RESTORE_SEQUENCES);
  }
}

/**
 * In Node's raw mode the terminal still converts each LF of the output to CR LF, which breaks programs that move the cursor
 * with LF. `stty -opost` turns that off. `setRawMode(false)` and the end of the process restore the mode. Without stty the
 * conversion stays on.
 */
function passOutputUnchanged(): void {
  spawnSync('stty', ['-opost'], { stdio: ['inherit', 'ignore', 'ignore'] });
}
