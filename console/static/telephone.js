// The browser telephone: the provider's Device, registered for this agent. It says what it is through one callback.
//
// It never gives up: what ends a registration is tried again, ever more seldom, until the page stands aside.

import { get } from "./server.js";
import { why } from "./telephone-errors.js";

const FIRST_WAIT = 1000;
const LONGEST_WAIT = 30000;
const BRIEF = 2; // tries during which it only reconnects; after them it counts as failed
const REGISTERED = ["registered", "registering"];

export class Telephone {
  #tell;
  #device = null;
  #call = null;
  #wanted = false;
  #tries = 0;
  #timer = null;
  #turn = 0;
  #hasMicrophone = false;

  constructor(tell) {
    // (state: starting | registered | reconnecting | failed | microphone | elsewhere | ringing | talking | idle,
    //  why: network | firewall | token | busy | other | microphone | ask) => void
    this.#tell = tell;
  }

  get ringing() {
    return this.#call !== null && !this.#call.accepted;
  }

  async start() {
    this.#wanted = true;
    clearTimeout(this.#timer);
    const turn = ++this.#turn;
    this.#tell("starting");
    this.#drop();
    try {
      const { token, sdk_url: source, edge, microphone } = await this.#key();
      this.#hasMicrophone = microphone;
      const asked = await permission(microphone);
      if (asked === "denied") return this.#withoutMicrophone();
      await load(source);
      if (turn !== this.#turn) return;
      const options = { closeProtection: true, appName: "one-number-console", enableImprovedSignalingErrorPrecision: true };
      this.#device = new globalThis.Twilio.Device(token, { ...options, ...(edge ? { edge } : {}) });
      this.#listen(this.#device);
      await this.#device.register();
      if (asked === "prompt" && turn === this.#turn) this.#tell("registered", "ask");
    } catch (error) {
      if (turn === this.#turn) this.#failed(why(error), BRIEF);
    }
  }

  // another page has the telephone
  stop() {
    this.#wanted = false;
    this.#turn++;
    clearTimeout(this.#timer);
    this.#drop();
    this.#tell("elsewhere");
  }

  #drop() {
    const old = this.#device;
    this.#device = null; // first, so that its last words are nobody's
    this.#call = null;
    old?.destroy?.();
  }

  // asked at a click of hers, so that she knows what the browser's question is about
  async askForMicrophone() {
    if ((await permission(this.#hasMicrophone)) !== "prompt") return;
    try {
      const sound = await navigator.mediaDevices.getUserMedia({ audio: true });
      sound.getTracks().forEach((track) => track.stop());
      this.#tell("registered");
    } catch {
      this.#withoutMicrophone();
    }
  }

  async #withoutMicrophone() {
    this.#drop();
    this.#tell("microphone", "microphone");
    const asked = await navigator.permissions?.query({ name: "microphone" }).catch(() => null);
    if (asked) asked.onchange = () => this.#wanted && this.start();
  }

  answer() {
    this.#call?.sdk.accept();
  }

  refuse() {
    if (this.ringing) this.#call.sdk.reject();
  }

  hangUp() {
    this.#call?.sdk.disconnect();
  }

  mute(on) {
    this.#call?.sdk.mute?.(on);
  }

  // the network is back: there is no need to wait out the pause
  again() {
    if (this.#wanted && this.#timer !== null) this.#reconnect();
  }

  async #key() {
    return (await get("/console/telephone-token")).json();
  }

  #listen(device) {
    device.on("registered", () => {
      if (device !== this.#device) return;
      this.#tries = 0;
      this.#tell("registered");
    });
    device.on("unregistered", () => device === this.#device && this.#failed("network"));
    device.on("error", (error) => device === this.#device && this.#wrong(why(error)));
    device.on("tokenWillExpire", () => this.#renew());
    device.on("incoming", (call) => this.#incoming(call));
  }

  #wrong(reason) {
    if (reason === "microphone") this.#withoutMicrophone();
    else if (reason === "token") this.#renew();
    else if (REGISTERED.includes(this.#device.state)) this.#tell("registered", reason);
    else this.#failed(reason);
  }

  #failed(reason, atLeast = 0) {
    if (!this.#wanted) return;
    this.#tries = Math.max(this.#tries, atLeast);
    this.#tell(this.#tries < BRIEF ? "reconnecting" : "failed", reason);
    const wait = Math.min(FIRST_WAIT * 2 ** this.#tries++, LONGEST_WAIT) * (0.75 + Math.random() / 2);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#reconnect(), wait);
  }

  async #reconnect() {
    clearTimeout(this.#timer);
    this.#timer = null;
    if (!this.#wanted) return;
    if (!this.#device) return this.start();
    if (REGISTERED.includes(this.#device.state)) return;
    if (this.#device.state === "destroyed") return this.start();
    try {
      await this.#device.register();
    } catch (error) {
      this.#failed(why(error));
    }
  }

  async #renew() {
    try {
      this.#device?.updateToken((await this.#key()).token);
      if (this.#device && !REGISTERED.includes(this.#device.state)) await this.#device.register();
    } catch {
      this.#failed("token");
    }
  }

  #incoming(sdk) {
    const call = { sdk, accepted: false };
    this.#call = call;
    this.#tell("ringing");
    sdk.on("accept", () => {
      call.accepted = true;
      this.#tell("talking");
    });
    sdk.on("error", (error) => this.#wrong(why(error)));
    for (const end of ["disconnect", "cancel", "reject", "error"]) {
      sdk.on(end, () => {
        if (this.#call !== call) return;
        this.#call = null;
        this.#tell("idle");
      });
    }
  }
}

// granted | prompt | denied; a telephone without sound needs none, and a browser that cannot say is simply asked later
async function permission(needed) {
  if (!needed) return "granted";
  try {
    return (await navigator.permissions.query({ name: "microphone" })).state;
  } catch {
    return "prompt";
  }
}

const loaded = new Map();

function load(source) {
  if (!loaded.has(source)) {
    loaded.set(
      source,
      new Promise((resolve, reject) => {
        const script = document.createElement("script");
        script.src = source;
        script.onload = resolve;
        script.onerror = () => {
          loaded.delete(source);
          script.remove();
          reject(new Error("telephone not loaded"));
        };
        document.head.append(script);
      }),
    );
  }
  return loaded.get(source);
}
