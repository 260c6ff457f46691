/* The business clock at the top: shows it, sets it, changes its speed. */

import { lab } from './lab.js';
import { ZONE, wall } from './words.js';

const day = document.getElementById('clock-day');
const time = document.getElementById('clock-time');
const form = document.getElementById('clock-form');
const rates = [...document.querySelectorAll('input[name="rate"]')];

let anchor = null; // { business, machine, rate }

export function now() {
  if (!anchor) return new Date();
  return new Date(anchor.business + (Date.now() - anchor.machine) * anchor.rate);
}

export async function refresh() {
  take(await lab.clock());
}

function take(clock) {
  const rate = Number(clock.rate ?? 1);
  const since = clock.as_of ? clock.as_of * 1000 : Date.now();
  anchor = { business: Date.parse(clock.business_time), machine: since, rate };
  rates.forEach((radio) => {
    radio.checked = Number(radio.value) === rate;
  });
  show();
}

function show() {
  if (!anchor) return;
  const parts = wall(now());
  day.textContent = `${parts.weekday} ${parts.day} ${parts.month} ${parts.year}`;
  time.textContent = `${parts.hour}.${parts.minute}.${parts.second}`;
  time.dateTime = now().toISOString();
  if (!form.contains(document.activeElement)) form.elements.at.value = localValue(now());
}

function localValue(moment) {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone: ZONE, dateStyle: 'short', timeStyle: 'short' });
  return format.format(moment).replace(' ', 'T');
}

/* "2026-11-24T10:00" on the wall in Finland, as a moment. Asked twice, so that the night of the clock change is right. */
function moment(local) {
  const asUtc = Date.parse(`${local}:00Z`);
  const offset = (at) => Date.parse(`${localValue(new Date(at))}:00Z`) - Math.floor(at / 60000) * 60000;
  return new Date(asUtc - offset(asUtc - offset(asUtc)));
}

/* The next such weekday and time; the clock never goes back by a button. */
function next(weekday, at) {
  const today = localValue(now()).slice(0, 10);
  for (let ahead = 0; ; ahead += 1) {
    const date = new Date(`${today}T00:00:00Z`);
    date.setUTCDate(date.getUTCDate() + ahead);
    const found = moment(`${date.toISOString().slice(0, 10)}T${at}`);
    if (date.getUTCDay() === weekday && found > now()) return found;
  }
}

export function start(guarded) {
  rates.forEach((radio) =>
    radio.addEventListener('change', guarded(async () => take(await lab.setClock({ rate: Number(radio.value) })))),
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    guarded(() => set(moment(form.elements.at.value.slice(0, 16))))();
  });
  document.querySelector('.moments').addEventListener('click', ({ target }) => {
    const { weekday, at, minutes } = target.dataset;
    if (minutes) guarded(() => set(new Date(now().getTime() + Number(minutes) * 60000)))();
    if (weekday) guarded(() => set(next(Number(weekday), at)))();
  });
  setInterval(show, 200);
}

async function set(wanted) {
  take(await lab.setClock({ business_time: wanted.toISOString() }));
}
