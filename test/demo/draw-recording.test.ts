import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawRecording } from './draw-recording.ts';

const screen = (text: string): string[] => [`$ echo ${text}`, text, ''];
const frames = [
  { title: 'one', screen: screen('a < b & c'), shown: 1 },
  { title: 'two', screen: [...screen('a < b & c'), ...screen('second')], shown: 3 },
];

test('a recording shows each frame for its part of the time, and without animation the last frame', () => {
  const svg = drawRecording('a name', frames);
  assert.match(svg, /@keyframes f0 \{ 0% \{ visibility: visible \} 25% \{ visibility: hidden \}/);
  assert.match(svg, /@keyframes f1 \{ 0% \{ visibility: hidden \} 25% \{ visibility: visible \} 100% /);
  assert.match(svg, /#f1 \{ animation: f1 4s step-end infinite \}/);
  assert.match(svg, /<g class="frame last" id="f1">/);
});

test('a text that is shown twice is in the file once, escaped as XML', () => {
  const svg = drawRecording('a name', frames);
  assert.equal(svg.split('>a &lt; b &amp; c<').length, 2);
  assert.equal(svg.split('<use href="#t1"').length, 3);
});
