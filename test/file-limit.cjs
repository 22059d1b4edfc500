// Ends the process of a test file that does not end. `--test-timeout` limits each test, but a timed-out test may leave a
// child process or a socket open, which keeps the process of its file alive: the runner would wait for it without limit.
'use strict';

const { isMainThread } = require('node:worker_threads');

/** Milliseconds; the longest file takes a third of that with WIDE=1 on two cores. */
const LIMIT = Number(process.env['TEST_FILE_LIMIT'] ?? 600_000);

// The runner sets this variable for the processes of test files only.
if (isMainThread && process.env['NODE_TEST_CONTEXT'] !== undefined) setTimeout(end, LIMIT).unref();

function end() {
  process.stderr.write(
    `${process.argv[1]} did not end within ${LIMIT / 1000} s; open: ${process.getActiveResourcesInfo().join(' ')}\n`,
  );
  process.exit(1);
}
