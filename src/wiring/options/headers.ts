import type { DeclaredEndpointOptions, NamedValue } from './endpoint-options.ts';
import type { Meaning, Option } from './option.ts';

const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,64}$/;
/** RFC 9110 section 5.5, without 8-bit characters. */
const VALUE = /^[\x21-\x7e](?:[\x20-\x7e]{0,4094}[\x21-\x7e])?$/;

/** Folded names of headers that pods may not edit: of framing, of the connection, and those that podway writes itself. */
const FORBIDDEN_FIELDS =
  /^(?:host|content-length|transfer-encoding|connection|keep-alive|proxy-connection|upgrade|te|trailer|expect|forwarded|x-forwarded-.*|x-real-ip|x-request-id|x-podway-.*|traceparent|tracestate|sec-websocket-.*|http2-settings|proxy-authorization|proxy-authenticate|x-accel-.*)$/;
const FORBIDDEN_RESPONSE_FIELDS = /^(?:date|set-cookie|access-control-.*|vary|alt-svc)$/;

export const HEADER_OPTIONS = {
  'set-request': setOption(
    'setRequest',
    'podway sets this header in requests to the pod, replacing all of that name',
    'set-request="X-Env: prod"',
  ),
  'drop-request': dropOption('dropRequest', 'podway removes these headers of clients', 'drop-request=Cookie'),
  'set-response': setOption(
    'setResponse',
    'podway sets this header in responses of the pod, replacing all of that name',
    'set-response="X-Frame-Options: DENY"',
  ),
  'drop-response': dropOption(
    'dropResponse',
    'podway removes these headers of the pod',
    'drop-response=Server',
  ),
} as const satisfies Readonly<Record<string, Option>>;

type SetField = 'setRequest' | 'setResponse';
type DropField = 'dropRequest' | 'dropResponse';

function setOption(field: SetField, doc: string, example: string): Option {
  return {
    kind: field === 'setRequest' ? 'guard' : 'tuning',
    ...(field === 'setRequest' && { secret: true }),
    value: '"NAME: VALUE"; may be repeated with other names',
    doc,
    example,
    repeatedBy: (value) => readField(value)?.name.toLowerCase() ?? value,
    read: (value, { reserved }, { endpoint }) => {
      const read = readField(value);
      if (read === undefined || isForbidden(read.name, field, reserved)) return undefined;
      return meaning({ [field]: [...(endpoint[field] ?? []), read] });
    },
  };
}

function dropOption(field: DropField, doc: string, example: string): Option {
  return {
    kind: 'guard',
    value: 'names of fields, separated by commas',
    doc,
    example,
    read: (value, { reserved }) => {
      const names = value.split(',');
      const fit = names.every((it) => NAME.test(it) && !isForbidden(it, field, reserved));
      return fit && names.length <= MAX_FIELDS ? meaning({ [field]: names }) : undefined;
    },
  };
}

const MAX_FIELDS = 16;

function meaning(endpoint: DeclaredEndpointOptions): Meaning {
  return { endpoint };
}

function readField(text: string): NamedValue | undefined {
  const [, name = '', value = ''] = /^([^:]+): *(.*?)$/s.exec(text) ?? [];
  return NAME.test(name) && VALUE.test(value) ? { name, value } : undefined;
}

function isForbidden(name: string, field: SetField | DropField, reserved: ReadonlySet<string>): boolean {
  const folded = name.toLowerCase().replaceAll(/[^a-z0-9]/g, '-');
  const ofResponses = field === 'setResponse' || (field === 'dropResponse' && folded !== 'set-cookie');
  return (
    FORBIDDEN_FIELDS.test(folded) ||
    reserved.has(folded) ||
    (ofResponses && FORBIDDEN_RESPONSE_FIELDS.test(folded))
  );
}
