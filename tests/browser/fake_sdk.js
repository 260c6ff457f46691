// A browser telephone without a network: the test rings it through window.ring().
(() => {
  class Emitter {
    #heard = new Map();
    on(name, hear) {
      this.#heard.set(name, [...(this.#heard.get(name) ?? []), hear]);
    }
    emit(name, ...values) {
      for (const hear of this.#heard.get(name) ?? []) hear(...values);
    }
  }
  class Call extends Emitter {
    done = [];
    accept() {
      this.done.push("accept");
      this.emit("accept", this);
    }
    reject() {
      this.done.push("reject");
      this.emit("reject");
    }
    disconnect() {
      this.done.push("disconnect");
      this.emit("disconnect", this);
    }
    mute(on) {
      this.done.push(on ? "mute" : "unmute");
    }
  }
  class Device extends Emitter {
    state = "unregistered";
    constructor(token) {
      super();
      this.token = token;
      window.devices = [...(window.devices ?? []), this];
    }
    async register() {
      if (window.unreachable) throw Object.assign(new Error("no network"), { code: 31009 });
      this.state = "registered";
      window.ring = () => {
        window.rung = new Call();
        this.emit("incoming", window.rung);
      };
      this.emit("registered");
    }
    updateToken(token) {
      this.token = token;
    }
    destroy() {
      this.state = "destroyed";
      this.emit("unregistered");
    }
    // what the network does to it
    falls() {
      this.state = "unregistered";
      this.emit("unregistered");
    }
    fails(code) {
      this.emit("error", Object.assign(new Error(String(code)), { code }));
    }
  }
  window.Twilio = { Device };
})();
