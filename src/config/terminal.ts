import { duration, flag, size, text } from './grammar.ts';
import { setting } from './setting.ts';

/** Terminals in the browser. */
export const TERMINAL = {
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
    'Record what is typed as well, passwords that nobody sees among it',
  ),
} as const;
