// The browser telephone: the provider's Device, registered for this agent. It says what it is through one callback.

import { get } from "./server.js";

export class Telephone {
  #tell;
  #device = null;
  #call = null;

  constructor(tell) {
    this.#tell = tell; // (state: starting | registered | failed | ringing | talking | idle) => void
  }

  get ringing() {
    return this.#call !== null && !this.#call.accepted;
  }

  async start() {
    this.#tell("starting");
    try {
      this.#device?.destroy?.();
      const { token, sdk_url: source, edge } = await (await get("/console/telephone-token")).json();
      await load(source);
      const options = { closeProtection: true, appName: "one-number-console", ...(edge ? { edge } : {}) };
      this.#device = new globalThis.Twilio.Device(token, options);
      this.#listen(this.#device);
      await this.#device.register();
    } catch {
      this.#tell("failed");
    }
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

  #listen(device) {
    device.on("registered", () => this.#tell("registered"));
    device.on("unregistered", () => this.#tell("failed"));
    device.on("error", () => device.state === "registered" || this.#tell("failed"));
    device.on("tokenWillExpire", () => this.#renew());
    device.on("incoming", (call) => this.#incoming(call));
  }

  async #renew() {
    const { token } = await (await get("/console/telephone-token")).json();
    this.#device.updateToken(token);
  }

  #incoming(sdk) {
    const call = { sdk, accepted: false };
    this.#call = call;
    this.#tell("ringing");
    sdk.on("accept", () => {
      call.accepted = true;
      this.#tell("talking");
    });
    for (const end of ["disconnect", "cancel", "reject", "error"]) {
      sdk.on(end, () => {
        if (this.#call !== call) return;
        this.#call = null;
        this.#tell("idle");
      });
    }
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
