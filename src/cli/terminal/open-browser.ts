import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Runtime } from '../runtime.ts';

/** What opens a page on this system; undefined where there is no screen to show it on. */
export function browserCommand(env: Runtime['env']): string | undefined {
  if (platform() === 'darwin') return 'open';
  return env['DISPLAY'] || env['WAYLAND_DISPLAY'] ? 'xdg-open' : undefined;
}

/**
 * Opens a link in the person's browser. Arguments of a process can be read by every user of the machine, so the link is not one
 * of them: a file that only its owner can read leads to it. Resolves with what removes that file.
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
  // There is no such program: the person has the link as well.
  child.on('error', () => undefined);
  child.unref();
  return () => rm(folder, { recursive: true, force: true });
}

/** The link has no characters that mean something in HTML: an address and base64url. */
function redirect(link: string): string {
  return `<!doctype html><meta charset="utf-8"><meta name="referrer" content="no-referrer"><title>podway terminal</title>
<meta http-equiv="refresh" content="0; url=${link}"><a href="${link}">Open the terminal</a>
`;
}
