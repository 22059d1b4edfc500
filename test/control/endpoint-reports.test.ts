import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EndpointReports } from '../../src/control/endpoint-reports.ts';

const seen = (id: string, inFlight: number) => {
  return { id, namespace: 'shop', pod: id, inFlight, failures: 0, ejectedFor: 0 };
};

test('a report of a worker on endpoints takes effect when all its parts have arrived, and is replaced as a whole', () => {
  const endpointReports = new EndpointReports();
  endpointReports.gather(0, [seen('a', 1), seen('b', 2)]);
  assert.deepEqual(endpointReports.all(), []);
  endpointReports.gather(0, [seen('c', 3), seen('a', 4)]);
  endpointReports.complete(0);
  endpointReports.complete(1);
  assert.deepEqual(
    endpointReports.all(),
    [seen('a', 4), seen('b', 2), seen('c', 3)],
    'the later report counts',
  );
  endpointReports.gather(0, [seen('d', 1)]);
  assert.equal(endpointReports.all().length, 3);
  endpointReports.complete(0);
  assert.deepEqual(endpointReports.all(), [seen('d', 1)]);
});

test('the reports of a worker that dies are removed, also an incomplete one', () => {
  const endpointReports = new EndpointReports();
  endpointReports.gather(0, [seen('a', 1)]);
  endpointReports.complete(0);
  endpointReports.gather(0, [seen('b', 1)]);
  endpointReports.forget(0);
  assert.deepEqual(endpointReports.all(), []);
  endpointReports.complete(0);
  assert.deepEqual(endpointReports.all(), []);
});
