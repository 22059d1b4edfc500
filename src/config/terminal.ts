import { isIP } from 'node:net';
import { choice, duration, flag, type Grammar, grammar, portOrNone, size, text, whole } from './grammar.ts';
import { isLoopback } from './loopback.ts';
import { setting } from './setting.ts';

/** Terminals in the browser. */
export const TERMINAL = {
  terminalPort: setting(
    'TERMINAL_PORT',
    '',
    portOrNone(),
    'Port of the terminals in the browser, for users with a token of the cluster; empty = none',
  ),
  terminalAddress: setting(
    'TERMINAL_ADDRESS',
    '127.0.0.1',
    loopbackAddress(),
    'Address of that listener, which has no TLS; reach it by `kubectl port-forward`',
  ),
  terminalSessions: setting(
    'TERMINAL_SESSIONS',
    '50',
    whole(1, 10_000),
    'Maximum of terminals that are open',
  ),
  terminalPerUser: setting('TERMINAL_PER_USER', '5', whole(1, 10_000), 'Maximum of terminals of one user'),
  terminalCommands: setting(
    'TERMINAL_COMMANDS',
    '',
    programList(),
    'What may be run on `TERMINAL_PORT`, separated by commas, word by word: `shell`, `attach` (to the main process), commands such as `psql -U app`; empty = anything that the user may run',
  ),
  auditArgv: setting(
    'AUDIT_ARGV',
    'off',
    choice('off', 'on'),
    "Write the words of commands into the log's lines about terminals, secrets among them",
  ),
  terminalIdle: setting(
    'TERMINAL_IDLE',
    '15m',
    duration('1s', '168h'),
    'A terminal ends when no key was pressed for so long; the person is warned a minute before',
  ),
  terminalMax: setting(
    'TERMINAL_MAX',
    '8h',
    duration('1s', '168h'),
    'Maximum duration of a terminal; the person is warned a minute before',
  ),
  terminalRecord: setting(
    'TERMINAL_RECORD',
    '',
    text('the path of a folder', /^[^\0]*$/),
    'Folder for recordings of what terminals show (asciicast v2); empty = none is recorded',
  ),
  terminalRecordSize: setting(
    'TERMINAL_RECORD_SIZE',
    '100m',
    size('64k', '64g'),
    'Maximum size of one recording; the terminal goes on without it',
  ),
  terminalRecordInput: setting(
    'TERMINAL_RECORD_INPUT',
    'false',
    flag(),
    'Record what users type as well, including passwords that the terminal does not show',
  ),
} as const;

function loopbackAddress(): Grammar<string> {
  const expects =
    'an address of this machine alone (127.0.0.0/8 or ::1): the listener of terminals has no TLS';
  return grammar(expects, (text) => (isIP(text) !== 0 && isLoopback(text) ? text : undefined));
}

/** Each as a list of words. */
function programList(): Grammar<readonly (readonly string[])[]> {
  return grammar('commands separated by commas, such as shell, attach, psql -U app', (text) => {
    const programs = text.split(',').map((it) => it.split(/\s+/).filter((word) => word !== ''));
    if (text.trim() === '') return [];
    return programs.every((words) => words.length > 0) ? programs : undefined;
  });
}
