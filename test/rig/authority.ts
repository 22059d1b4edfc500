import { execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** A CA, and certificates that it signed. */
export class Authority {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async found(): Promise<void> {
    await this.#openssl(
      'req',
      '-x509',
      ...NEW_KEY,
      '-keyout',
      'ca.key',
      '-out',
      'ca',
      '-days',
      '2',
      '-subj',
      '/CN=ca',
    );
  }

  async sign(name: string): Promise<void> {
    await writeFile(this.path('extensions'), 'subjectAltName=IP:127.0.0.1,DNS:localhost');
    await this.#openssl(
      'req',
      ...NEW_KEY,
      '-keyout',
      `${name}.key`,
      '-out',
      'request',
      '-subj',
      `/CN=${name}`,
    );
    const ca = ['-CA', 'ca', '-CAkey', 'ca.key', '-CAcreateserial', '-extfile', 'extensions', '-days', '2'];
    await this.#openssl('x509', '-req', '-in', 'request', '-out', name, ...ca);
  }

  path(name: string): string {
    return join(this.#folder, name);
  }

  read(name: string): Promise<Buffer> {
    return readFile(this.path(name));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return rm(this.#folder, { recursive: true });
  }

  async #openssl(...args: string[]): Promise<void> {
    await run('openssl', args, { cwd: this.#folder });
  }
}
