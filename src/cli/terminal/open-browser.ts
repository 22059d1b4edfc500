import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Runtime } from '../runtime.ts';

/** The command that opens a page on this system; undefined if the system has no screen. */
export function browserCommand(env: Runtime['env']): string | undefined {
  if (platform() === 'darwin') return 'open';
  return env['DISPLAY'] || env['WAYLAND_DISPLAY'] ? 'xdg-open' : undefined;
}

/**
 * Opens a link in the user's browser. Every user of the machine can read the arguments of a process, so the link must not
 * be an argument: podway passes the name of a file, readable by its owner only, that redirects to the link. Resolves with a
 * function that removes the file.
 */
export async function openBrowser(
  command: string,
  link: string,
  env: Runtime['env'],
): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'podway-terminal-'));
  const file = join(folder, 'open.html');
  await writeFile(file, redirect(link), { mode: 0o600 });
  const child = spawn(command, [pathToFileURL(file).href], { env, stdio: 'ignore', detached: true });
  // The system has no such program. podway has printed the link, too.
  child.on('error', () => undefined);
  child.unref();
  return () => rm(folder, { recursive: true, force: true });
}

/** A page that redirects to the link. The link needs no escaping: it consists of an address and base64url. */
function redirect(link: string): string {
  return `<!doctype html><meta charset="utf-8"><meta name="referrer" content="no-referrer"><title>podway terminal</title>
<meta http-equiv="refresh" content="0; url=${link}"><a href="${link}">Open the terminal</a>
`;
}
