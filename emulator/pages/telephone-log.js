/* What one telephone heard and pressed, as text. */

import { lab } from './lab.js';
import { plain, spaced, timeOf } from './words.js';

const MINE = { pressed: 'You pressed ', spoke: 'You said ' };
const LANGUAGE_NAMES = { fi: 'suomi', sv: 'svenska', en: 'English' };

export class Log {
  constructor(place, loud) {
    this._place = place;
    this._loud = loud;
    this._lastSaid = null;
  }

  begin(words) {
    if (this._place.childElementCount) this._add('rule', '');
    this.note(words);
  }

  note(words) {
    this._add('note', words);
  }

  take(event) {
    if (event.kind === 'say' || event.kind === 'heard') this._said(event);
    else if (event.kind === 'key') this._add('pressed', event.text, event.at);
    else if (event.kind === 'speech') this._spoke(event);
    else if (event.kind === 'recorded') this._recorded(event);
    else if (event.kind === 'barge') this._cut();
    else if (event.kind === 'error') this._failed(event);
    else this._other(event);
  }

  _said(event) {
    const language = (event.language || '').slice(0, 2);
    const said = this._add('said', '', event.at);
    const words = document.createElement('span');
    words.lang = event.language || 'en';
    words.textContent = event.text;
    if (LANGUAGE_NAMES[language]) {
      const tag = document.createElement('small');
      tag.className = 'tag';
      tag.textContent = language;
      tag.title = LANGUAGE_NAMES[language];
      said.prepend(tag);
    }
    said.append(words);
    if (event.cut) said.classList.add('cut');
    this._lastSaid = said;
    this._show();
  }

  _spoke(event) {
    const words = event.text || `${Math.round(event.data.seconds)} s of speech`;
    this._add('spoke', words, event.at);
  }

  _recorded({ data, at }) {
    if (!data.seconds) {
      this._add('note', 'Nothing was recorded.', at);
      return;
    }
    const row = this._add('tape', `Recorded, ${data.seconds} s`, at);
    row.append(player(data.sid, `Recording, ${data.seconds} s`));
    this._show();
  }

  _cut() {
    if (this._lastSaid) this._lastSaid.classList.add('cut');
  }

  _failed(event) {
    this._add('failed', event.text || 'Twilio would not accept the document.', event.at);
    this._loud(event.text);
  }

  _other(event) {
    const words = plain(event);
    if (words === undefined) return;
    const music = event.kind === 'music' || event.kind === 'play';
    const last = this._place.lastElementChild;
    if (music && last?.dataset.words === words) return; // the same music again is still the same music
    this._add(music ? 'music' : 'note', words, event.at);
  }

  _add(kind, words, at) {
    const row = document.createElement('p');
    row.className = kind;
    row.dataset.words = words;
    if (kind in MINE) {
      const unseen = document.createElement('span');
      unseen.className = 'unseen';
      unseen.textContent = MINE[kind];
      row.append(unseen);
    }
    row.append(words);
    if (at) row.title = timeOf(at);
    this._place.append(row);
    this._show();
    return row;
  }

  _show() {
    this._place.scrollTop = this._place.scrollHeight;
  }
}

function player(sid, name) {
  const audio = document.createElement('audio');
  audio.controls = true;
  audio.preload = 'none';
  audio.src = lab.sound(sid);
  audio.setAttribute('aria-label', name);
  return audio;
}

/* What a machine has heard after its beep, call by call. */
export function showLeft(list, left) {
  if (Number(list.dataset.count || 0) === left.length) return;
  list.dataset.count = left.length;
  list.replaceChildren(...left.map((one) => noteItem(`${timeOf(one.at)} · ${Math.round(one.seconds)} s`, one.text)));
}

export function showMessages(list, messages) {
  if (Number(list.dataset.count || 0) === messages.length) return;
  list.dataset.count = messages.length;
  list.replaceChildren(
    ...messages.map((message) => noteItem(`${spaced(message.from)} · ${timeOf(message.at)}`, message.body)),
  );
}

function noteItem(head, text) {
  const item = document.createElement('li');
  const from = document.createElement('p');
  from.className = 'from';
  from.textContent = head;
  const body = document.createElement('p');
  body.textContent = text;
  item.append(from, body);
  return item;
}
