import { suggestName } from '../wiring/closest.ts';
import { printable } from '../wiring/rejection.ts';

/** Commands that settings configure, instead of arguments. */
const WITH_SETTINGS: ReadonlySet<string> = new Set(['serve', 'demo']);

/** The message for a first argument that is not a command. */
export function unknownCommand(name: string, commands: readonly string[]): string {
  const isFlag = name.startsWith('-');
  const others = ['help', 'version'];
  const near = suggestName(name.replace(/^-+/, ''), isFlag ? others : [...commands, ...others]);
  const known = near === undefined ? '' : ` (did you mean ${isFlag ? '--' : ''}${near}?)`;
  return `unknown ${isFlag ? 'option' : 'command'} ${JSON.stringify(printable(name))}${known}; podway help lists the commands`;
}

/** The message for an argument of a command that takes none, such as `podway serve --port 8080`. */
export async function strayArgument(command: string, stray: string): Promise<string> {
  const refused = `podway ${command} takes no arguments`;
  if (!WITH_SETTINGS.has(command)) return refused;
  const { suggestSetting } = await import('../config/suggest-setting.ts');
  const name = stray.startsWith('--') ? suggestSetting(stray.slice(2).split('=', 1)[0] ?? '') : undefined;
  const instead = name === undefined ? '' : ` (did you mean ${name}?)`;
  return `${refused}; settings are environment variables${instead}, podway settings lists them`;
}
