import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** How the page gets its terminal: with the secret of a link, or with a token that the user enters. */
export type PageMode = 'link' | 'token';

/** A file in the form that podway sends. */
export interface PageFile {
  readonly type: string;
  readonly body: Buffer;
}

const OWN_FILES = ['terminal.js', 'connection.js', 'emulator.js', 'paste.js', 'terminal.css'];
/** Files that podway serves unchanged from packages. */
export const PACKAGE_FILES = {
  'xterm.js': '@xterm/xterm/lib/xterm.mjs',
  'xterm.css': '@xterm/xterm/css/xterm.css',
  'addon-fit.js': '@xterm/addon-fit/lib/addon-fit.mjs',
};

/** Placeholders in the page for the mode, and for the nonce of the answer. */
const MODE = '{mode}';
const NONCE = '{nonce}';

/** The page and all its files, in memory. */
export class PageFiles {
  readonly #document: string;
  readonly #parts: ReadonlyMap<string, PageFile>;

  private constructor(document: string, parts: ReadonlyMap<string, PageFile>) {
    this.#document = document;
    this.#parts = parts;
  }

  static async read(mode: PageMode): Promise<PageFiles> {
    const own = (name: string) => readFile(new URL(`page/${name}`, import.meta.url));
    const parts = new Map<string, PageFile>();
    for (const name of OWN_FILES) parts.set(`/${name}`, { type: typeOf(name), body: await own(name) });
    for (const [name, path] of Object.entries(PACKAGE_FILES)) {
      const body = await readFile(fileURLToPath(import.meta.resolve(path)));
      parts.set(`/${name}`, { type: typeOf(name), body });
    }
    const document = (await own('index.html')).toString();
    return new PageFiles(document.replaceAll(MODE, mode), parts);
  }

  /** The file of this path. */
  part(path: string): PageFile | undefined {
    return this.#parts.get(path);
  }

  /** The page itself, with the nonce that its policy allows. */
  document(): PageFile & { readonly nonce: string } {
    const nonce = randomBytes(16).toString('base64');
    const body = Buffer.from(this.#document.replaceAll(NONCE, nonce));
    return { type: 'text/html; charset=utf-8', body, nonce };
  }
}

function typeOf(name: string): string {
  return name.endsWith('.css') ? 'text/css; charset=utf-8' : 'text/javascript; charset=utf-8';
}
