/* One telephone on the table: its keypad, what it hears, its messages, what it does when it rings. */

import { lab } from './lab.js';
import { aloud } from './speech.js';
import { Log, showLeft, showMessages } from './telephone-log.js';
import { ENDINGS, RULES, STATES, question, spaced } from './words.js';

const TYPING_MS = 1000;
const template = document.getElementById('telephone');
let made = 0;

export class Telephone {
  /* number: null where it is withheld. tools: { guarded, loud, quiet, cityNumber, away }. */
  constructor(number, label, tools) {
    this.number = number;
    this.label = label;
    this._tools = tools;
    this._call = null; // { sid, since, ringing }
    this._known = new Set();
    this.element = template.content.firstElementChild.cloneNode(true);
    this._find = (selector) => this.element.querySelector(selector);
    this._log = new Log(this._find('.log'), tools.loud);
    this._name();
    this._wire();
    this._become('idle');
  }

  _name() {
    const id = `telephone-${(made += 1)}`;
    const title = this._find('h3');
    title.id = id;
    title.textContent = this.label;
    this.element.setAttribute('aria-labelledby', id);
    this._find('.number').textContent = this.number ? spaced(this.number) : 'number withheld';
    this._find('.log').setAttribute('aria-label', `Heard by ${this.label}`);
    this._find('.keypad').setAttribute('aria-label', `Keys of ${this.label}`);
    this._find('[data-do="away"]').setAttribute('aria-label', `Put ${this.label} away`);
    this._find('[name="to"]').value = this._tools.cityNumber();
    if (this.number) return;
    this._find('.inbox').remove();
    this._find('.machine').remove();
    this._find('.behaviour').remove();
  }

  _wire() {
    const { guarded } = this._tools;
    this.element.addEventListener('click', (event) => {
      const button = event.target.closest('button');
      if (button?.dataset.key) guarded(() => this.press(button.dataset.key))();
      if (button?.dataset.do) guarded(() => this._do(button.dataset.do))();
    });
    this.element.addEventListener('keydown', (event) => {
      const writing = event.target.closest('input, select, textarea');
      if (writing || event.ctrlKey || event.metaKey || event.altKey || !/^[0-9*#]$/.test(event.key)) return;
      event.preventDefault();
      guarded(() => this.press(event.key))();
    });
    this._find('.dial').addEventListener('submit', (event) => {
      event.preventDefault();
      guarded(() => this._do('call'))();
    });
    this._wireSpeech();
    this._wireBehaviour();
  }

  _wireSpeech() {
    const { guarded } = this._tools;
    const form = this._find('.speak');
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      guarded(() => this._speak(form.elements.words))();
    });
    form.addEventListener('input', guarded(() => this._types()));
    form.addEventListener('focusin', guarded(() => this._types()));
  }

  _wireBehaviour() {
    const { guarded } = this._tools;
    const form = this._find('.behaviour form');
    form?.elements.on_ring.addEventListener('change', ({ target }) => {
      form.elements.greeting.closest('label').hidden = target.value !== 'machine';
    });
    form?.addEventListener('submit', (event) => {
      event.preventDefault();
      guarded(() => this._behave(event.target.elements))();
    });
  }

  async _do(action) {
    if (action === 'away') return this._tools.away(this);
    if (action === 'call') return this._ring();
    if (this._call) await lab.act(this._call.sid, action);
    return this.look();
  }

  async _ring() {
    if (this._call) return;
    const to = this._find('[name="to"]').value.replace(/\s/g, '');
    if (!to) {
      this._find('[name="to"]').focus();
      return;
    }
    this._log.begin(`Calling ${spaced(to)}`);
    const { call_sid: sid } = await lab.ring(this.number || 'anonymous', to);
    this._adopt(sid, false);
    await this.look();
  }

  async press(digits) {
    const key = this._find(`[data-key="${digits}"]`);
    key?.classList.add('down');
    setTimeout(() => key?.classList.remove('down'), 150);
    if (!this._call || key?.getAttribute('aria-disabled') === 'true') return;
    await lab.press(this._call.sid, digits);
    await this.look();
  }

  /* Into a recording, to whoever is on the line, or as the answer to a question. */
  async _speak(field) {
    const call = this._call;
    const text = field.value.trim();
    if (!call || !text) return;
    if (call.found?.gathering?.speech) await lab.say(call.sid, text);
    else await lab.speak(call.sid, { text, now: call.found?.talking_with?.length > 0 });
    if (!call.found?.recording && !call.found?.gathering?.speech && !call.found?.talking_with?.length) {
      this._log.note(`To be said after the beep: ${text}`);
    }
    field.value = '';
    await this.look();
  }

  /* Whoever types needs longer than whoever speaks: the recording waits. */
  async _types() {
    if (!this._call?.found?.recording || Date.now() - (this._typed || 0) < TYPING_MS) return;
    this._typed = Date.now();
    await lab.typing(this._call.sid);
  }

  async _behave({ on_ring: onRing, after, press, talk, greeting }) {
    const behaviour = { on_ring: onRing.value, after: Number(after.value || 0) };
    if (press.value) Object.assign(behaviour, { press: press.value, press_after: 1 });
    if (onRing.value === 'machine' && greeting.value) behaviour.greeting = Number(greeting.value);
    if (talk.value) behaviour.talk = Number(talk.value);
    await lab.behave(this.number, behaviour);
    this._showRule(behaviour);
    this._tools.quiet(`Kept: when ${this.label} rings, ${RULES[behaviour.on_ring]}.`);
  }

  _showRule(behaviour) {
    this._find('.rule').textContent = RULES[behaviour?.on_ring] || RULES.manual;
  }

  /* One of the lab's calls in progress is this telephone's: its own, or one that makes it ring. */
  meet(calls) {
    if (this._call || !this.number) return;
    const found = calls.find((call) => this._isMine(call));
    if (!found) return;
    const incoming = found.direction !== 'inbound';
    this._log.begin(incoming ? `Call from ${spaced(found.from)}` : `Calling ${spaced(found.to)}`);
    this._adopt(found.call_sid, incoming);
  }

  _isMine(call) {
    if (this._known.has(call.call_sid) || call.status in ENDINGS || call.status === 'queued') return false;
    return (call.direction === 'inbound' ? call.from : call.to) === this.number;
  }

  _adopt(sid, incoming) {
    this._known.add(sid);
    this._call = { sid, since: 0, incoming };
    this._become(incoming ? 'ringing' : 'calling');
    if (incoming) this._tools.loud(`${this.label} rings.`);
  }

  /* Looks once at the call: writes down what is new. Two looks at the same time would write twice. */
  async look() {
    const call = this._call;
    if (!call || call.looking) return;
    call.looking = true;
    try {
      const found = await lab.call(call.sid, call.since);
      call.since = found.next;
      call.found = found;
      found.events.forEach((event) => this._hear(event));
      this._show(call, found);
    } catch (error) {
      if (error.status !== 404) throw error;
      this._end('The lab was emptied.');
    } finally {
      call.looking = false;
    }
  }

  _hear(event) {
    this._log.take(event);
    if (event.kind === 'record') this._call.taping = true;
    if (event.kind === 'recorded') this._call.taping = false;
    if (event.kind === 'say' || event.kind === 'heard') aloud(event.text, event.language);
  }

  _show(call, found) {
    if (found.status in ENDINGS) {
      if (call.taping) return; // what was recorded is told at the next look
      this._end(ENDINGS[found.status]);
      return;
    }
    const waiting = call.incoming && ['ringing', 'initiated', 'queued'].includes(found.status);
    const calling = !call.incoming && found.status === 'ringing';
    this._become(waiting ? 'ringing' : calling ? 'calling' : 'talking', this._where(found));
    const asked = this._find('.asked');
    const words = question(found);
    asked.classList.toggle('now', words !== undefined);
    if (asked.textContent !== (words || 'Say something')) asked.textContent = words || 'Say something';
    this.element.dataset.taping = Boolean(found.recording);
  }

  _where(found) {
    if (found.recording) return 'Recording';
    if (found.talking_with?.length || (found.conference && found.status === 'in-progress')) return 'Talking';
    return found.in_queue ? 'In the line' : undefined;
  }

  _end(words) {
    this._log.note(words);
    this._call = null;
    this._find('.speak').reset();
    this.element.dataset.taping = false;
    this._become('idle');
  }

  _become(state, words = STATES[state]) {
    this.element.dataset.state = state;
    const shown = this._find('.state');
    if (shown.textContent !== words) shown.textContent = words;
    this._offer({ call: state === 'idle', answer: state === 'ringing', decline: state === 'ringing',
      hangup: state === 'talking' || state === 'calling' });
    this._find('.dial').hidden = state !== 'idle';
    this._find('.speak').hidden = state !== 'talking';
    const deaf = state === 'idle' || state === 'ringing';
    this.element.querySelectorAll('[data-key]').forEach((key) => key.setAttribute('aria-disabled', deaf));
  }

  /* Shows the buttons that mean something now. A reader of the keyboard keeps a place to stand. */
  _offer(actions) {
    const buttons = Object.keys(actions).map((name) => this._find(`[data-do="${name}"]`));
    const lostFocus = buttons.some((button) => button === document.activeElement && !actions[button.dataset.do]);
    buttons.forEach((button) => {
      button.hidden = !actions[button.dataset.do];
    });
    if (lostFocus) buttons.find((button) => !button.hidden).focus();
  }

  /* Messages and behaviour, which change rarely. */
  async catchUp() {
    if (!this.number) return;
    const found = await lab.phone(this.number).catch((error) => this._again(error));
    if (!found) return;
    const messages = found.messages || [];
    const count = this._find('.inbox .count');
    if (Number(count.textContent) < messages.length) this._tools.quiet(`${this.label} has a new message.`);
    count.textContent = messages.length;
    count.classList.toggle('some', messages.length > 0);
    showMessages(this._find('.messages'), messages);
    const left = found.left || [];
    this._find('.machine').hidden = !left.length && found.behaviour?.on_ring !== 'machine';
    this._find('.machine .count').textContent = left.length;
    this._find('.machine .count').classList.toggle('some', left.length > 0);
    showLeft(this._find('.left'), left);
    if (!this._find('.behaviour').open) this._showRule(found.behaviour);
  }

  /* The lab was emptied or began anew: the telephone is put there again. */
  async _again(error) {
    if (error.status !== 404) throw error;
    await lab.put(this.number, this.label);
  }
}
