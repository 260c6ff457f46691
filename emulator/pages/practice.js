/* The practice page: starts scripted residents, and shows how each of them fares. */

import { lab } from './lab.js';
import { timeOf, wall } from './words.js';

const LOOK_MS = 700;
const SPOKEN = { say: 'city', play: 'city', heard: 'other', speech: 'resident', key: 'key' };
const words = JSON.parse(document.getElementById('words').textContent);
const place = document.getElementById('residents');
const template = document.getElementById('resident');
const lost = document.getElementById('lost');
const aloud = document.getElementById('aloud');
const several = document.getElementById('several');
const cards = new Map(); // script -> { element, shown, lines }
let clock = null;

const filled = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? '');

function say(text) {
  document.getElementById('quiet').textContent = text;
}

function told(text) {
  lost.textContent = text;
  lost.hidden = !text;
}

/* A refusal is told in words, never swallowed. */
async function begin(wish) {
  try {
    await lab.practise(wish);
    told('');
    say(words.begun);
    await look();
  } catch (error) {
    told(error.status === 409 ? words.busy : error.status ? words.wrong : words.lost);
  }
}

function duration(seconds) {
  const [m, s] = [Math.floor(seconds / 60), seconds % 60];
  return filled(m ? words.time.minutes : words.time.seconds, { m, s });
}

function element(name, text, kind) {
  const made = document.createElement(name);
  made.textContent = text;
  if (kind) made.className = kind;
  return made;
}

// --- how each of them fares --------------------------------------------------------------------------------------

function card(script) {
  const known = cards.get(script);
  if (known) return known;
  const { title } = document.querySelector(`[data-script="${script}"]`).dataset;
  const made = { element: template.content.firstElementChild.cloneNode(true), shown: '', lines: 0 };
  made.element.querySelector('h3').textContent = title;
  made.element.querySelector('.log').setAttribute('aria-label', filled(words.lines_of, { title }));
  const stop = made.element.querySelector('[data-stop]');
  stop.setAttribute('aria-label', filled(words.stop_of, { title }));
  stop.addEventListener('click', async () => {
    await lab.stopPractising(script).catch(() => told(words.lost));
    say(words.stopped);
    document.getElementById('practice').focus();
  });
  cards.set(script, made);
  return made;
}

function show(found) {
  const made = card(found.script);
  const now = JSON.stringify(found);
  if (made.shown === now) return;
  made.shown = now;
  const part = (name) => made.element.querySelector(name);
  made.element.dataset.state = found.state;
  part('.state').textContent = words.state[found.state];
  part('.answered').textContent = found.answered_after === null
    ? words.not_answered
    : filled(words.answered_after, { time: duration(found.answered_after) });
  const window = found.from ? `${timeOf(found.from)}–${timeOf(found.to)}` : '';
  part('.verdict').textContent = filled(words.verdict[found.verdict], { window });
  part('.happened').replaceChildren(...found.happened.map(happened));
  part('[data-stop]').hidden = found.state === 'over' || found.state === 'stopped';
}

function happened({ at, deed, text, seconds }) {
  const row = element('li', '');
  const what = filled(words.deed[deed], { time: duration(seconds ?? 0) });
  row.append(element('time', timeOf(at)), ` ${what}${text ? `: ${text}` : ''}`);
  return row;
}

async function showLines(script, made) {
  if (!made.element.querySelector('details').open && !aloud.checked) return;
  const lines = await lab.practiceLines(script);
  const log = made.element.querySelector('.log');
  for (const line of lines.slice(made.lines)) {
    const who = SPOKEN[line.kind];
    if (!who || !line.text) continue;
    const row = element('p', '', who === 'city' ? 'said' : who === 'key' ? 'pressed' : 'spoke');
    const text = element('span', line.text);
    if (line.language) text.lang = line.language;
    row.append(element('span', `${words[who]}: `, who === 'key' ? 'unseen' : 'who'), text);
    log.append(row);
    if (line.kind === 'speech') speak(script, line.text);
  }
  if (lines.length > made.lines) log.scrollTop = log.scrollHeight;
  made.lines = lines.length;
}

async function look() {
  const residents = await lab.practising();
  document.getElementById('nobody').hidden = residents.length > 0;
  residents.forEach(show);
  const standing = residents.map(({ script }) => cards.get(script).element);
  if (standing.some((one, n) => place.children[n] !== one) || place.children.length !== standing.length) {
    place.replaceChildren(...standing);
  }
  for (const script of [...cards.keys()].filter((each) => !residents.some((one) => one.script === each))) cards.delete(script);
  for (const { script } of residents) await showLines(script, cards.get(script));
  take(await lab.clock());
}

async function keepLooking() {
  try {
    await look();
    if (lost.textContent === words.lost) told('');
  } catch {
    told(words.lost);
  }
  setTimeout(keepLooking, LOOK_MS);
}

// --- the clock and the voice -------------------------------------------------------------------------------------

function take(found) {
  clock = found;
  const { hour, minute, second } = wall(new Date(found.business_time));
  document.getElementById('now').textContent = `${hour}.${minute}.${second}`;
  document.querySelectorAll('input[name="rate"]').forEach((one) => {
    one.checked = Number(one.value) === Number(clock.rate);
  });
}

const voiceFor = (language) =>
  ('speechSynthesis' in window ? window.speechSynthesis.getVoices() : []).find((one) => one.lang.startsWith(language));

function speak(script, text) {
  const language = document.querySelector(`[data-script="${script}"]`).dataset.language;
  const voice = aloud.checked && voiceFor(language);
  if (!voice) return;
  const spoken = new SpeechSynthesisUtterance(text);
  Object.assign(spoken, { voice, lang: voice.lang });
  window.speechSynthesis.speak(spoken);
}

function offerVoices() {
  const known = ['fi', 'sv', 'en'].filter(voiceFor);
  aloud.disabled = known.length === 0;
  document.getElementById('aloud-why').textContent = known.length
    ? filled(words.aloud_some, { languages: known.join(', ') })
    : words.aloud_none;
}

// --- buttons -----------------------------------------------------------------------------------------------------

document.addEventListener('click', ({ target }) => {
  if (target.dataset.preset) begin({ preset: target.dataset.preset });
  if (target.dataset.start === undefined) return;
  const script = target.closest('[data-script]');
  begin({ scripts: [script.dataset.script], set_clock: script.querySelector('[data-clock]')?.checked === true });
});

several.addEventListener('submit', (event) => {
  event.preventDefault();
  const scripts = new FormData(several).getAll('script');
  if (scripts.length) begin({ scripts, pace: Number(several.elements.pace.value) });
  else told(words.none_chosen);
});

document.querySelector('.rate').addEventListener('change', async ({ target }) => {
  take(await lab.setClock({ rate: Number(target.value) }));
});

offerVoices();
if ('speechSynthesis' in window) window.speechSynthesis.addEventListener('voiceschanged', offerVoices);
aloud.addEventListener('change', () => aloud.checked || window.speechSynthesis.cancel());
keepLooking();
