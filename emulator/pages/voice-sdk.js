/* window.Twilio in the shape of @twilio/voice-sdk 2.x, as far as a console page uses it, spoken with the emulator.
 *
 * There is no sound: what the telephone would play comes as the extra event 'heard' (text), which only the emulator has.
 * The emulator is found at the origin this script came from.
 */
(function () {
  'use strict';

  const ORIGIN = new URL(document.currentScript.src).origin;
  const POLL_SECONDS = 25;
  const RECONNECT_MS = 1000;
  const TOKEN_REFRESH_MS = 10000;
  const MAX_TIMER_MS = 2 ** 31 - 1;

  class TwilioError extends Error {
    constructor(code, message) {
      super(message);
      this.name = 'TwilioError';
      this.code = code;
    }
  }

  class Emitter {
    constructor() {
      this._listeners = new Map();
    }

    on(name, listener) {
      this._listeners.set(name, [...(this._listeners.get(name) || []), listener]);
      return this;
    }

    addListener(name, listener) {
      return this.on(name, listener);
    }

    once(name, listener) {
      const only = (...values) => {
        this.off(name, only);
        listener(...values);
      };
      only.listener = listener;
      return this.on(name, only);
    }

    off(name, listener) {
      const kept = (this._listeners.get(name) || []).filter((one) => one !== listener && one.listener !== listener);
      this._listeners.set(name, kept);
      return this;
    }

    removeListener(name, listener) {
      return this.off(name, listener);
    }

    removeAllListeners(name) {
      if (name === undefined) this._listeners.clear();
      else this._listeners.delete(name);
      return this;
    }

    listenerCount(name) {
      return (this._listeners.get(name) || []).length;
    }

    /* A listener that fails must not silence the others, nor the next event. */
    emit(name, ...values) {
      const listeners = this._listeners.get(name) || [];
      for (const listener of listeners) {
        try {
          listener(...values);
        } catch (error) {
          setTimeout(() => {
            throw error;
          });
        }
      }
      return listeners.length > 0;
    }
  }

  async function ask(path, body, signal) {
    const answer = await fetch(ORIGIN + path, {
      method: body === undefined ? 'GET' : 'POST',
      headers: body === undefined ? {} : { 'Content-Type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: 'omit',
      signal,
    });
    const said = await answer.json().catch(() => ({}));
    if (!answer.ok) {
      const error = new TwilioError(said.code || 31000, said.message || said.reason || `answered ${answer.status}`);
      error.status = answer.status;
      throw error;
    }
    return said;
  }

  function claims(token) {
    const middle = String(token).split('.')[1];
    if (!middle) throw new TwilioError(20101, 'AccessTokenInvalid: not a token');
    try {
      return JSON.parse(atob(middle.replace(/-/g, '+').replace(/_/g, '/')));
    } catch {
      throw new TwilioError(20101, 'AccessTokenInvalid: not a token');
    }
  }

  class Call extends Emitter {
    constructor(device, event) {
      super();
      this._device = device;
      this._status = 'pending';
      this._muted = false;
      this.direction = 'INCOMING';
      this.customParameters = new Map(Object.entries(event.params || {}));
      this.parameters = {
        CallSid: event.call_sid,
        From: event.from || '',
        To: `client:${device.identity || ''}`,
      };
    }

    status() {
      return this._status;
    }

    isMuted() {
      return this._muted;
    }

    accept() {
      if (this._status !== 'pending') return;
      this._status = 'connecting';
      this._send('accept');
    }

    reject() {
      if (this._status !== 'pending') return;
      this._send('reject');
      this._end('reject');
    }

    /* This telephone falls silent; another of the same agent may still answer. */
    ignore() {
      if (this._status === 'pending') this._end(null);
    }

    disconnect() {
      if (this._status === 'closed') return;
      this._send('disconnect');
    }

    mute(wanted = true) {
      if (this._muted === wanted) return;
      this._muted = wanted;
      this._send('mute', { muted: wanted });
      this.emit('mute', wanted, this);
    }

    sendDigits(digits) {
      if (/[^0-9*#w]/.test(digits)) throw new TwilioError(31000, 'Illegal character passed into sendDigits');
      this._send('press', { digits });
    }

    _send(action, more = {}) {
      this._device._send(action, { call_sid: this.parameters.CallSid, ...more }).catch((error) => {
        this.emit('error', error);
        if (error.status === 404 || error.status === 409) this._gone();
      });
    }

    /* After a lost connection: a call that ended meanwhile must not keep this telephone busy. */
    _stillThere() {
      const asked = this._device._send('mute', { call_sid: this.parameters.CallSid, muted: this._muted });
      asked.catch((error) => {
        if (error.status === 404 || error.status === 409) this._gone();
      });
    }

    /* The emulator knows no such call any more: it ended while this page could not hear of it. */
    _gone() {
      if (this._status === 'pending' || this._status === 'connecting') this._end('cancel');
      else this._end('disconnect', this);
    }

    _happened(event) {
      if (event.type === 'accepted' && this._status !== 'open') {
        this._status = 'open';
        this.emit('accept', this);
      }
      if (event.type === 'cancel') this._end('cancel');
      if (event.type === 'disconnect') this._end('disconnect', this);
      if (event.type === 'heard') this.emit('heard', event.text || '');
      if (event.type === 'error') this.emit('error', new TwilioError(event.code || 31000, event.message || ''));
    }

    _end(name, ...values) {
      if (this._status === 'closed') return;
      this._status = 'closed';
      this._device._forget(this);
      if (name) this.emit(name, ...values);
    }
  }

  class Device extends Emitter {
    constructor(token, options = {}) {
      super();
      this._options = { allowIncomingWhileBusy: false, tokenRefreshMs: TOKEN_REFRESH_MS, ...options };
      this._calls = new Map();
      this._session = null;
      this._round = 0;
      this._state = 'unregistered';
      this.updateToken(token);
      window.addEventListener('pagehide', () => this._leave());
    }

    /* A page that is left is not rung any more; one that comes back registers anew by itself. */
    _leave() {
      if (!this._session) return;
      navigator.sendBeacon(`${ORIGIN}/device/unregister`, JSON.stringify({ session: this._session }));
    }

    get state() {
      return this._state;
    }

    get token() {
      return this._token;
    }

    get calls() {
      return [...this._calls.values()];
    }

    get isBusy() {
      return this.calls.some((call) => call.status() !== 'pending');
    }

    get edge() {
      return 'emulator';
    }

    updateOptions(options = {}) {
      this._options = { ...this._options, ...options };
    }

    updateToken(token) {
      if (this._state === 'destroyed') throw new TwilioError(31000, 'Attempt to use a destroyed Device');
      const said = claims(token);
      this._token = token;
      this.identity = said.grants && said.grants.identity;
      clearTimeout(this._expiry);
      if (!said.exp) return;
      const left = said.exp * 1000 - Date.now() - this._options.tokenRefreshMs;
      this._expiry = setTimeout(() => this.emit('tokenWillExpire', this), Math.min(Math.max(left, 0), MAX_TIMER_MS));
    }

    async register() {
      if (this._state !== 'unregistered') throw new TwilioError(31000, `Attempt to register when ${this._state}`);
      this._become('registering');
      const round = ++this._round;
      try {
        await this._open();
      } catch (error) {
        this._become('unregistered');
        this.emit('error', error);
        throw error;
      }
      if (round !== this._round) return;
      this._become('registered');
      this._listen(round);
    }

    async unregister() {
      if (this._state !== 'registered') throw new TwilioError(31000, `Attempt to unregister when ${this._state}`);
      await this._send('unregister', {}).catch(() => {});
      this._close();
      this._become('unregistered');
    }

    destroy() {
      if (this._state === 'destroyed') return;
      this.disconnectAll();
      this._leave();
      this._close();
      clearTimeout(this._expiry);
      this._become('destroyed');
      this.removeAllListeners();
    }

    disconnectAll() {
      this.calls.forEach((call) => call.disconnect());
    }

    async connect() {
      throw new TwilioError(31002, 'The emulator has no outgoing calls from a browser telephone');
    }

    async _open() {
      this._session = (await ask('/device/register', { token: this._token })).session;
    }

    _close() {
      this._round += 1;
      if (this._waiting) this._waiting.abort();
      this._session = null;
    }

    _become(state) {
      if (this._state === state) return;
      this._state = state;
      this.emit(state, this);
    }

    _send(action, body) {
      return ask(`/device/${action}`, { session: this._session, ...body });
    }

    _forget(call) {
      this._calls.delete(call.parameters.CallSid);
    }

    async _listen(round) {
      let since = 0;
      while (round === this._round) {
        try {
          const said = await this._poll(since);
          if (round !== this._round) return;
          since = said.next;
          said.events.forEach((event) => this._happened(event));
        } catch (error) {
          if (round !== this._round) return;
          await this._reconnect(round, error);
          since = 0;
        }
      }
    }

    _poll(since) {
      this._waiting = new AbortController();
      const query = new URLSearchParams({ session: this._session, since, wait: POLL_SECONDS });
      return ask(`/device/events?${query}`, undefined, this._waiting.signal);
    }

    /* The connection is lost: said once, then tried each second until it holds again. */
    async _reconnect(round, error) {
      this._become('unregistered');
      this.emit('error', error instanceof TwilioError ? error : new TwilioError(53000, 'SignalingConnectionError'));
      while (round === this._round) {
        await new Promise((resolve) => setTimeout(resolve, RECONNECT_MS));
        if (round !== this._round) return;
        try {
          await this._open();
          if (round === this._round) this._become('registered');
          this.calls.forEach((call) => call._stillThere());
          return;
        } catch (again) {
          if (again instanceof TwilioError) this.emit('error', again);
        }
      }
    }

    _happened(event) {
      if (event.type !== 'incoming') {
        const call = this._calls.get(event.call_sid);
        if (call) call._happened(event);
        return;
      }
      if (this._calls.has(event.call_sid)) return;
      if (this.isBusy && !this._options.allowIncomingWhileBusy) return;
      const call = new Call(this, event);
      this._calls.set(event.call_sid, call);
      this.emit('incoming', call);
    }
  }

  Device.isSupported = true;
  Device.packageName = 'emulator/voice-sdk';
  Device.version = '2.18.5';
  Device.EventName = {
    Error: 'error',
    Incoming: 'incoming',
    Destroyed: 'destroyed',
    Unregistered: 'unregistered',
    Registering: 'registering',
    Registered: 'registered',
    TokenWillExpire: 'tokenWillExpire',
  };
  Device.State = {
    Destroyed: 'destroyed',
    Unregistered: 'unregistered',
    Registering: 'registering',
    Registered: 'registered',
  };
  Call.State = { Closed: 'closed', Connecting: 'connecting', Open: 'open', Pending: 'pending', Ringing: 'ringing' };

  window.Twilio = Object.assign(window.Twilio || {}, { Device, Call, TwilioError });
})();
