import { spawnSync } from 'node:child_process';
import type { StandardStreams } from '../runtime.ts';

/** What programs in a pod may leave behind in a terminal when they are cut off: the other screen, no cursor, mouse reports. */
const USABLE_AGAIN = '\x1b[?1047l\x1b[?25h\x1b[?2004l\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[0m';

interface Size {
  readonly columns: number | undefined;
  readonly rows: number | undefined;
}

/** The terminal of this process, from which every key goes to the pod as it is. */
export class LocalTerminal {
  readonly #streams: StandardStreams;
  readonly #resized: () => void;

  /** Takes the terminal over. @param resized called with every new size, and at once with the size there is */
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

  /** Gives the terminal back. @param broken what ran in the pod has not come to its own end */
  release(broken: boolean): void {
    const { stdin, stdout } = this.#streams;
    stdout.off('resize', this.#resized);
    stdin.setRawMode?.(false);
    if (broken && stdout.isTTY === true) stdout.write(USABLE_AGAIN);
  }
}

/**
 * Node's raw mode still turns each line feed of the output into CR LF, which breaks programs that move the cursor with it.
 * The mode of before comes back with `setRawMode(false)`, and when the process ends. Without stty it stays so.
 */
function passOutputUnchanged(): void {
  spawnSync('stty', ['-opost'], { stdio: ['inherit', 'ignore', 'ignore'] });
}
