import { HANDSHAKE_FAILURES } from '../../src/boundary/handshakes.ts';
import { rigsTable } from '../rigs/rigs.ts';
import { accessLogPage } from './access-log-page.ts';
import { filledPage } from './filled-page.ts';
import { markdownTable } from './markdown-table.ts';
import { metricsPage } from './metrics-page.ts';
import { optionsPage } from './options-page.ts';
import { optionsSchema } from './options-schema.ts';
import { reasonsPage } from './reasons-page.ts';
import { settingsPage } from './settings-page.ts';

/** The files of docs/ that `npm run docs` writes, by name. */
export const GENERATED: Readonly<Record<string, () => string | Promise<string>>> = {
  'access-log.md': accessLogPage,
  'metrics.md': metricsPage,
  'options.md': optionsPage,
  'options.schema.json': () => `${JSON.stringify(optionsSchema(), undefined, 2)}\n`,
  'reasons.md': reasonsPage,
  'rigs.md': () => filledPage('rigs.md', { rigs: [rigsTable().trimEnd()] }),
  'settings.md': settingsPage,
  'tls.md': () => filledPage('tls.md', { 'handshake failures': handshakeFailures() }),
};

function handshakeFailures(): string[] {
  return markdownTable(
    ['reason', 'meaning'],
    Object.entries(HANDSHAKE_FAILURES).map(([reason, meaning]) => [`\`${reason}\``, meaning]),
  );
}
