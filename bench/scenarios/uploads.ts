import type { Scenario } from '../harness/scenario.ts';
import { runLoad } from '../load/run-load.ts';
import type { UploadOptions } from '../load/upload.ts';
import { ANSWERS } from '../origin/paths.ts';

const BYTES = ANSWERS['10m'];

export const upload10m: Scenario = {
  name: 'upload-10m',
  title: 'upload of 10 MB, 8 connections',
  operation: 'upload',
  byDefault: 'no',
  requiredPrograms: [],
  requiredCapabilities: [],
  // nginx would answer before it has read the body.
  origin: 'streams',
  headline: 'cpu',
  columns: ['cpu', 'megabytes', 'busy', 'p50', 'p99', 'resident'],
  bytes: BYTES,
  measure: (run) =>
    runLoad(run, 'upload.ts', {
      target: { ...run.target, path: '/upload' },
      bytes: BYTES,
      connections: 8,
      seconds: run.seconds,
    } satisfies UploadOptions),
};
