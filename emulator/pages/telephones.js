/* The table with the telephones: which ones stand there, and the steady look at the lab. */

import * as clock from './business-clock.js';
import { lab } from './lab.js';
import * as speech from './speech.js';
import { Telephone } from './telephone.js';
import { spaced } from './words.js';

const DEMO = [
  { number: '+358401234501', label: 'Aino (Finnish)' },
  { number: '+358401234502', label: 'Kalle' },
  { number: '+358401234503', label: 'Sven (Swedish)' },
  { number: null, label: 'Withheld' },
];
const LOOK_MS = 400;
const CATCH_UP_EVERY = 4;
const KEPT = 'telephones-on-the-table';

const table = document.getElementById('table');
const lost = document.getElementById('lost');
const phones = new Set();

const say = (id) => (words) => {
  document.getElementById(id).textContent = words;
};

/* A refusal of the lab is told, never swallowed. */
function guarded(act) {
  return async () => {
    try {
      await act();
    } catch (error) {
      told(error.status ? error.message : 'The emulator does not answer.');
    }
  };
}

let telling;
function told(words) {
  lost.textContent = words;
  lost.hidden = false;
  clearTimeout(telling);
  telling = setTimeout(() => {
    lost.hidden = true;
  }, 6000);
}

let cityNumber = '';
const tools = { guarded, loud: say('loud'), quiet: say('quiet'), cityNumber: () => cityNumber, away };

async function put(number, label) {
  if (number && [...phones].some((one) => one.number === number)) return;
  if (number) await lab.put(number, label);
  const telephone = new Telephone(number, label, tools);
  phones.add(telephone);
  table.append(telephone.element);
  keep();
}

function away(telephone) {
  phones.delete(telephone);
  telephone.element.remove();
  keep();
  document.getElementById('telephones').focus();
}

function keep() {
  const standing = [...phones].map(({ number, label }) => ({ number, label }));
  window.localStorage.setItem(KEPT, JSON.stringify(standing));
}

function kept() {
  try {
    return JSON.parse(window.localStorage.getItem(KEPT)) || DEMO;
  } catch {
    return DEMO;
  }
}

/* Telephones the lab knows and that do not stand here: one of them may ring, and then it says so. */
async function showOthers(calls) {
  const standing = new Set([...phones].map((one) => one.number));
  const others = (await lab.phones()).filter(({ number }) => !standing.has(number));
  const ringing = new Set(calls.filter((call) => call.status === 'ringing').map((call) => call.to));
  document.getElementById('others').hidden = others.length === 0;
  const list = document.getElementById('other-list');
  const shown = others.map(({ number }) => number + ringing.has(number)).join(' ');
  if (list.dataset.shown === shown) return;
  list.dataset.shown = shown;
  list.replaceChildren(...others.map(({ number, label }) => {
    const item = document.createElement('li');
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = [label, spaced(number), ringing.has(number) && 'rings'].filter(Boolean).join(', ');
    button.classList.toggle('rings', ringing.has(number));
    button.addEventListener('click', guarded(() => put(number, label || spaced(number))));
    item.append(button);
    return item;
  }));
}

async function showErrors() {
  const errors = await lab.errors();
  const section = document.getElementById('errors');
  const list = document.getElementById('error-list');
  section.hidden = errors.length === 0;
  if (Number(list.dataset.count || 0) === errors.length) return;
  if (errors.length > Number(list.dataset.count || 0)) tools.loud(`Twilio would not accept this: ${errors.at(-1).message}`);
  list.dataset.count = errors.length;
  list.replaceChildren(...errors.slice(-20).reverse().map(errorItem));
}

function errorItem({ code, message, document: text, url, call_sid: sid }) {
  const item = document.createElement('li');
  const head = document.createElement('p');
  const strong = document.createElement('strong');
  strong.textContent = `${code}: ${message}`;
  head.append(strong);
  const where = document.createElement('p');
  where.className = 'where';
  where.textContent = [url, sid].filter(Boolean).join(' · ');
  item.append(head, where);
  if (text) {
    const details = document.createElement('details');
    const summary = document.createElement('summary');
    summary.textContent = 'The document';
    const shown = document.createElement('pre');
    shown.tabIndex = 0;
    shown.textContent = text;
    details.append(summary, shown);
    item.append(details);
  }
  return item;
}

async function look(round) {
  const calls = await lab.active();
  phones.forEach((one) => one.meet(calls));
  for (const one of phones) await one.look();
  if (round % CATCH_UP_EVERY) return;
  await Promise.all([clock.refresh(), showErrors(), showOthers(calls)]);
  for (const one of phones) await one.catchUp();
}

/* One look after the other, so that a slow lab is not asked faster than it answers. */
async function keepLooking(round) {
  try {
    await look(round);
  } catch (error) {
    told(error.status ? error.message : 'The emulator does not answer. Trying again.');
  }
  setTimeout(() => keepLooking(round + 1), LOOK_MS);
}

function wireForms() {
  const form = document.getElementById('add-form');
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const number = form.elements.number.value.replace(/\s/g, '');
    guarded(() => put(number, form.elements.label.value || spaced(number)))();
    form.reset();
  });
  document.getElementById('add-withheld').addEventListener('click', guarded(() => put(null, 'Withheld')));
}

async function start() {
  clock.start(guarded);
  speech.start();
  wireForms();
  await guarded(async () => {
    [cityNumber = ''] = await lab.numbers();
  })();
  for (const { number, label } of kept()) await guarded(() => put(number, label))();
  await keepLooking(0);
}

start();
