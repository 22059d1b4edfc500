import { type Certificate, readCertificate } from '../wiring/certificate.ts';
import type { RejectionReason } from '../wiring/rejection.ts';
import { type PairText, samePair } from '../wiring/tls-secret.ts';

/** The result of reading one pair. */
export interface PairReading {
  readonly text: PairText;
  /** The last usable certificate: a replacement that cannot be used does not end it. */
  readonly certificate: Certificate | undefined;
  /** Why the text is not used. */
  readonly problem: RejectionReason | undefined;
}

export type PairReadings = ReadonlyMap<string, PairReading>;

/**
 * Reads the pairs of a Secret or a folder, by name. Yields after each pair that it reads again.
 *
 * @param before the earlier readings of the same object: after a failed renewal the earlier certificate stays
 */
export function* readPairs(pairs: readonly PairText[], before: PairReadings): Generator<void, PairReadings> {
  const readings = new Map<string, PairReading>();
  for (const text of pairs) {
    const known = before.get(text.name);
    if (known !== undefined && samePair(known.text, text)) {
      readings.set(text.name, known);
      continue;
    }
    readings.set(text.name, readPair(text, known?.certificate));
    yield;
  }
  return readings;
}

function readPair(text: PairText, lastGood: Certificate | undefined): PairReading {
  const found = readCertificate(text);
  if (found === undefined) return { text, certificate: undefined, problem: undefined };
  if ('problem' in found) return { text, certificate: lastGood, problem: found.problem };
  return { text, certificate: found, problem: undefined };
}
