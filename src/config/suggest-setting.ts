import { suggestName } from '../wiring/closest.ts';
import { SETTINGS } from './table.ts';

/** The setting that a flag such as `port` or `Admin_Port` probably means; undefined: none. */
export function suggestSetting(written: string): string | undefined {
  const names = Object.values(SETTINGS).map(({ name }) => name.toLowerCase());
  return suggestName(written.replaceAll('-', '_'), names)?.toUpperCase();
}
