import { meant } from '../wiring/closest.ts';
import { SETTINGS } from './table.ts';

/** The setting that a flag of another program was probably meant as: `port` and `Admin_Port` name two. */
export function settingMeant(written: string): string | undefined {
  const names = Object.values(SETTINGS).map(({ name }) => name.toLowerCase());
  return meant(written.replaceAll('-', '_'), names)?.toUpperCase();
}
