import { own, ownArray } from '../../wiring/json.ts';
import { meaningOf, stepLines } from './explanation-text.ts';
import { numberField, textField, timeOf } from './shown.ts';

/** `/explain?id=` for people: the answer, and the steps that the request passed. */
export function answerText(document: unknown, from: string): string[] {
  const answer = own(document, 'answer');
  const [reason, route] = [textField(answer, 'reason'), textField(answer, 'route')];
  const [pod, attempts] = [textField(answer, 'pod'), numberField(answer, 'attempts')];
  const status = numberField(answer, 'status');
  const asked = [textField(answer, 'method'), `${textField(answer, 'host')}${textField(answer, 'path')}`]
    .join(' ')
    .trim();
  return [
    `${timeOf(answer, 'time')} ${status === 0 ? 'closed without an answer' : `answered ${status}`}: ${reason}`,
    ...meaningOf(reason),
    `request: ${asked || '(no head that can be read)'} from ${textField(answer, 'clientAddress')}, id ${textField(answer, 'requestId')}`,
    ...(route === '' ? [] : [`route:   ${route}`]),
    ...(pod === '' ? [] : [`pod:     ${textField(answer, 'namespace')}/${pod}, attempt ${attempts}`]),
    `took:    ${Math.round(numberField(answer, 'duration') * 1_000)} ms`,
    `asked:   ${from}, worker ${textField(answer, 'worker')}, revision ${textField(answer, 'revision')}`,
    '',
    ...stepLines(ownArray(document, 'steps')),
  ];
}
