import type { EndpointWords, FieldWord } from './endpoint-words.ts';
import type { Meaning, Word } from './word.ts';

const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,64}$/;
/** RFC 9110 section 5.5, without 8-bit characters. */
const VALUE = /^[\x21-\x7e](?:[\x20-\x7e]{0,4094}[\x21-\x7e])?$/;

/** Of framing, of a connection, or written by podway itself; as names are folded. */
const NEVER =
  /^(?:host|content-length|transfer-encoding|connection|keep-alive|proxy-connection|upgrade|te|trailer|expect|forwarded|x-forwarded-.*|x-real-ip|x-request-id|x-podway-.*|traceparent|tracestate|sec-websocket-.*|http2-settings|proxy-authorization|proxy-authenticate|x-accel-.*)$/;
const NEVER_IN_RESPONSES = /^(?:date|set-cookie|access-control-.*|vary|alt-svc)$/;

export const HEADER_WORDS = {
  'set-request': setWord(
    'setRequest',
    'podway sets this header in requests to the pod, replacing all of that name',
    'set-request="X-Env: prod"',
  ),
  'drop-request': dropWord('dropRequest', 'podway removes these headers of clients', 'drop-request=Cookie'),
  'set-response': setWord(
    'setResponse',
    'podway sets this header in responses of the pod, replacing all of that name',
    'set-response="X-Frame-Options: DENY"',
  ),
  'drop-response': dropWord(
    'dropResponse',
    'podway removes these headers of the pod',
    'drop-response=Server',
  ),
} as const satisfies Readonly<Record<string, Word>>;

type SetField = 'setRequest' | 'setResponse';
type DropField = 'dropRequest' | 'dropResponse';

function setWord(field: SetField, doc: string, example: string): Word {
  return {
    kind: field === 'setRequest' ? 'guard' : 'tuning',
    ...(field === 'setRequest' && { secret: true }),
    value: '"NAME: VALUE", and the word again for another name',
    doc,
    example,
    repeatedBy: (value) => readField(value)?.name.toLowerCase() ?? value,
    read: (value, { reserved }, { endpoint }) => {
      const read = readField(value);
      if (read === undefined || isNever(read.name, field, reserved)) return undefined;
      return meaning({ [field]: [...(endpoint[field] ?? []), read] });
    },
  };
}

function dropWord(field: DropField, doc: string, example: string): Word {
  return {
    kind: 'guard',
    value: 'names of fields, separated by commas',
    doc,
    example,
    read: (value, { reserved }) => {
      const names = value.split(',');
      const fit = names.every((it) => NAME.test(it) && !isNever(it, field, reserved));
      return fit && names.length <= MOST ? meaning({ [field]: names }) : undefined;
    },
  };
}

const MOST = 16;

function meaning(endpoint: EndpointWords): Meaning {
  return { endpoint };
}

function readField(text: string): FieldWord | undefined {
  const [, name = '', value = ''] = /^([^:]+): *(.*?)$/s.exec(text) ?? [];
  return NAME.test(name) && VALUE.test(value) ? { name, value } : undefined;
}

function isNever(name: string, field: SetField | DropField, reserved: ReadonlySet<string>): boolean {
  const folded = name.toLowerCase().replaceAll(/[^a-z0-9]/g, '-');
  const ofResponses = field === 'setResponse' || (field === 'dropResponse' && folded !== 'set-cookie');
  return NEVER.test(folded) || reserved.has(folded) || (ofResponses && NEVER_IN_RESPONSES.test(folded));
}
