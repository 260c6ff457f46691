/* How numbers, times and events are written on the page. No addresses, no buttons. */

export const ZONE = 'Europe/Helsinki';

const wallClock = new Intl.DateTimeFormat('en-GB', {
  timeZone: ZONE, weekday: 'short', day: 'numeric', month: 'short', year: 'numeric',
  hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23',
});

/* The parts of a moment as the wall clock in Finland shows them. */
export function wall(moment) {
  return Object.fromEntries(wallClock.formatToParts(moment).map(({ type, value }) => [type, value]));
}

export function timeOf(iso) {
  const moment = new Date(iso);
  if (Number.isNaN(moment.getTime())) return '';
  const { hour, minute } = wall(moment);
  return `${hour}.${minute}`;
}

export function spaced(number) {
  const finnish = /^\+358(\d{2})(\d{3})(\d+)$/.exec(number || '');
  if (finnish) return `+358 ${finnish.slice(1).join(' ')}`;
  if (!number || number === 'anonymous') return 'withheld number';
  return number.startsWith('client:') ? `browser telephone ${number.slice(7)}` : number;
}

/* What is written for an event that is no speech; undefined: nobody hears it. */
const PLAIN = {
  ring: () => 'Ringing',
  answered: () => 'Answered',
  play: (event) => `♫ ${fileName(event.text) || 'A sound is played'}`,
  music: (event) => `♫ ${fileName(event.text) || 'Music'}`,
  queued: (event) => `In the waiting line${event.text ? `: ${event.text}` : ''}`,
  'left-queue': () => 'Out of the waiting line',
  dial: (event) => `Connecting${/^(\+|client:)/.test(event.text || '') ? ` to ${spaced(event.text)}` : ''}`,
  joined: (event) => `Now talking${event.text ? ` with ${spaced(event.text)}` : ''}`,
  parted: () => 'Nobody else is on the line',
  hold: (event) => event.text || 'On hold',
  beep: () => '♪ Beep',
  record: () => 'You are being recorded',
};

export function plain(event) {
  return PLAIN[event.kind]?.(event);
}

function fileName(text) {
  return /^https?:/.test(text || '') ? decodeURIComponent(new URL(text).pathname.split('/').pop()) : text;
}

/* What is asked of whoever is in a call; undefined: nothing. */
export function question(found) {
  if (found.recording) return 'You are being recorded';
  const { digits, finish, keys, speech } = found.gathering || {};
  if (speech) return keys ? 'Words or a key are asked for' : 'Words are asked for';
  if (!keys) return undefined;
  if (digits === 1) return 'A key is asked for';
  return digits ? `${digits} keys are asked for` : `Keys are asked for${finish ? `; end with ${finish}` : ''}`;
}

export const ENDINGS = {
  completed: 'The call has ended.',
  busy: 'The line was busy.',
  'no-answer': 'Nobody answered.',
  failed: 'The call failed.',
  canceled: 'The call was taken back.',
};

export const RULES = {
  manual: 'you answer',
  answer: 'answers by itself',
  busy: 'busy',
  'no-answer': 'nobody answers',
  decline: 'declines',
  machine: 'a machine answers',
};

export const STATES = {
  idle: 'Free',
  calling: 'Calling',
  ringing: 'Ringing',
  talking: 'In a call',
};
