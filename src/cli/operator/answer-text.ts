import { own, ownArray } from '../../wiring/json.ts';
import { meaningOf, stepLines } from './explanation-text.ts';
import { figure, shown, timeOf } from './shown.ts';

/** `/explain?id=` for people: the answer, and the steps that the request passed. */
export function answerText(document: unknown, from: string): string[] {
  const answer = own(document, 'answer');
  const [reason, route] = [shown(answer, 'reason'), shown(answer, 'route')];
  const [pod, attempts] = [shown(answer, 'pod'), figure(answer, 'attempts')];
  const status = figure(answer, 'status');
  const asked = [shown(answer, 'method'), `${shown(answer, 'host')}${shown(answer, 'path')}`]
    .join(' ')
    .trim();
  return [
    `${timeOf(answer, 'time')} ${status === 0 ? 'closed without an answer' : `answered ${status}`}: ${reason}`,
    ...meaningOf(reason),
    `request: ${asked || '(no head that can be read)'} from ${shown(answer, 'clientAddress')}, id ${shown(answer, 'requestId')}`,
    ...(route === '' ? [] : [`route:   ${route}`]),
    ...(pod === '' ? [] : [`pod:     ${shown(answer, 'namespace')}/${pod}, attempt ${attempts}`]),
    `took:    ${Math.round(figure(answer, 'duration') * 1_000)} ms`,
    `asked:   ${from}, worker ${shown(answer, 'worker')}, revision ${shown(answer, 'revision')}`,
    '',
    ...stepLines(ownArray(document, 'steps')),
  ];
}
