import { isIP } from 'node:net';
import { choice, duration, flag, type Grammar, grammar, portOrNone, size, text, whole } from './grammar.ts';
import { isLoopback } from './loopback.ts';
import { readOrigin } from '../wiring/origin.ts';
import { setting } from './setting.ts';

const MAX_ORIGINS = 100;

/** Settings for terminals in the browser. */
export const TERMINAL = {
  terminalPort: setting(
    'TERMINAL_PORT',
    '',
    portOrNone(),
    'Port of the listener for terminals in the browser, for users with a token of the cluster; empty = no such listener',
  ),
  terminalAddress: setting(
    'TERMINAL_ADDRESS',
    '127.0.0.1',
    ipAddress(),
    'Address of the listener for terminals; an address that other machines can reach requires `TERMINAL_CERTIFICATE` and `TERMINAL_ORIGINS`',
  ),
  terminalCertificate: setting(
    'TERMINAL_CERTIFICATE',
    '',
    text('the name of a certificate in the folder TLS_CERTIFICATES, such as default', /^[^\0/]{0,253}$/),
    'Name of the certificate in `TLS_CERTIFICATES` with which `TERMINAL_PORT` serves TLS; empty = no TLS, on loopback only',
  ),
  terminalOrigins: setting(
    'TERMINAL_ORIGINS',
    '',
    httpsOrigins(),
    'Origins at which browsers reach `TERMINAL_PORT`, such as `https://terminals.example.com`, separated by commas, in addition to loopback names',
  ),
  terminalSessions: setting('TERMINAL_SESSIONS', '50', whole(1, 10_000), 'Maximum number of open terminals'),
  terminalPerUser: setting(
    'TERMINAL_PER_USER',
    '5',
    whole(1, 10_000),
    'Maximum number of open terminals of one user',
  ),
  terminalCommands: setting(
    'TERMINAL_COMMANDS',
    '',
    programList(),
    'Commands that users may run on `TERMINAL_PORT`, separated by commas and compared word by word: `shell`, `attach` (to the main process), commands such as `psql -U app`; empty = anything that the user may run',
  ),
  auditArgv: setting(
    'AUDIT_ARGV',
    'off',
    choice('off', 'on'),
    'Write the arguments of commands to the log, including secrets',
  ),
  terminalIdle: setting(
    'TERMINAL_IDLE',
    '15m',
    duration('1s', '168h'),
    'Time without a key press after which podway ends a terminal; it warns the user one minute before',
  ),
  terminalMax: setting(
    'TERMINAL_MAX',
    '8h',
    duration('1s', '168h'),
    'Maximum duration of a terminal; podway warns the user one minute before',
  ),
  terminalRecord: setting(
    'TERMINAL_RECORD',
    '',
    text('the path of a folder', /^[^\0]*$/),
    'Folder for recordings of what terminals show (asciicast v2); empty = no recordings',
  ),
  terminalRecordSize: setting(
    'TERMINAL_RECORD_SIZE',
    '100m',
    size('64k', '64g'),
    'Maximum size of one recording; after that the terminal continues without recording',
  ),
  terminalRecordInput: setting(
    'TERMINAL_RECORD_INPUT',
    'false',
    flag(),
    'Also record what users type, including passwords that the terminal does not show',
  ),
} as const;

/** Settings that `terminalListenerProblems` compares. */
interface TerminalListenerConfig {
  readonly terminalAddress: string;
  readonly terminalCertificate: string;
  readonly terminalOrigins: readonly string[];
  readonly tlsCertificates: string;
}

/** Contradictions between these settings: the wrong setting, and what is expected. */
export function terminalListenerProblems(
  config: TerminalListenerConfig,
): readonly (readonly [
  key: 'terminalAddress' | 'terminalCertificate' | 'terminalOrigins',
  expected: string,
])[] {
  const { terminalAddress, terminalCertificate, terminalOrigins, tlsCertificates } = config;
  const isOpen = !isLoopback(terminalAddress);
  const problems: (readonly [keyof typeof TERMINAL & keyof TerminalListenerConfig, string])[] = [];
  if (isOpen && terminalCertificate === '')
    problems.push([
      'terminalAddress',
      'a loopback address (127.0.0.0/8 or ::1), or TERMINAL_CERTIFICATE to be set: tokens are not sent without TLS',
    ]);
  if (terminalCertificate !== '' && tlsCertificates === '')
    problems.push(['terminalCertificate', 'TLS_CERTIFICATES to be set, too: the folder that holds it']);
  if (terminalCertificate === '' && terminalOrigins.length > 0)
    problems.push(['terminalOrigins', 'TERMINAL_CERTIFICATE to be set, too: these are served over TLS only']);
  if (isOpen && terminalCertificate !== '' && terminalOrigins.length === 0)
    problems.push([
      'terminalOrigins',
      'the origins at which browsers reach TERMINAL_ADDRESS, such as https://terminals.example.com',
    ]);
  return problems;
}

function ipAddress(): Grammar<string> {
  return grammar('an IPv4 or IPv6 address of this machine', (text) => (isIP(text) !== 0 ? text : undefined));
}

/** Origins as browsers serialize them. */
function httpsOrigins(): Grammar<readonly string[]> {
  return grammar(
    `up to ${MAX_ORIGINS} origins such as https://terminals.example.com, separated by commas`,
    (text) => {
      const items = text.split(/[\s,]+/).filter((item) => item !== '');
      const origins = items.flatMap((item) => readOrigin(item) ?? []);
      const areRight = origins.length === items.length && origins.every((it) => it.startsWith('https://'));
      return areRight && items.length <= MAX_ORIGINS ? origins : undefined;
    },
  );
}

/** Commands, each as a list of its words. */
function programList(): Grammar<readonly (readonly string[])[]> {
  return grammar('commands separated by commas, such as shell, attach, psql -U app', (text) => {
    const programs = text.split(',').map((it) => it.split(/\s+/).filter((word) => word !== ''));
    if (text.trim() === '') return [];
    return programs.every((words) => words.length > 0) ? programs : undefined;
  });
}
