import { fieldsOf } from '../fixtures/protobuf-fields.ts';

const textOf = (bytes: readonly Buffer[] | undefined): string => bytes?.[0]?.toString('utf8') ?? '';

function mapOf(entries: readonly Buffer[] | undefined): Map<string, Buffer> {
  return new Map(
    (entries ?? []).map((entry) => {
      const fields = fieldsOf(entry);
      return [textOf(fields.get(1)), fields.get(2)?.[0] ?? Buffer.alloc(0)];
    }),
  );
}

/**
 * A Secret as client-go writes it: `k8s\0`, then runtime.Unknown with the object in field 2. Numbers of the fields:
 * generated.proto of core/v1 and meta/v1. Helm stores its releases in such Secrets.
 */
export function readProtobufSecret(bytes: Buffer) {
  const object = fieldsOf(fieldsOf(bytes.subarray(4)).get(2)?.[0] ?? Buffer.alloc(0));
  const metadata = fieldsOf(object.get(1)?.[0] ?? Buffer.alloc(0));
  const labels = [...mapOf(metadata.get(11))].map(([key, value]) => [key, value.toString('utf8')]);
  const data = [...mapOf(object.get(2))].map(([key, value]) => [key, value.toString('base64')]);
  return {
    metadata: {
      name: textOf(metadata.get(1)),
      namespace: textOf(metadata.get(3)),
      labels: Object.fromEntries(labels) as Record<string, string>,
    },
    data: Object.fromEntries(data) as Record<string, string>,
    type: textOf(object.get(3)),
  };
}
