// This page among the agent's pages: a name that outlives a reload but is never shared, and word from the others.

const REMEMBERED = "console-tab";
const MOMENT = 150; // for a page with the same name to speak up

export class Tab {
  #channel = new BroadcastChannel("console-telephone");
  #taken;
  id = "";

  constructor(taken) {
    this.#taken = taken; // another page has taken the telephone over
  }

  async begin() {
    const remembered = sessionStorage.getItem(REMEMBERED) ?? fresh();
    this.id = (await this.#isShared(remembered)) ? fresh() : remembered; // a copied tab copies the name too
    sessionStorage.setItem(REMEMBERED, this.id);
    this.#channel.onmessage = ({ data }) => {
      if (data.who === this.id) this.#channel.postMessage({ me: this.id });
      else if (data.taken && data.taken !== this.id) this.#taken();
    };
    return this.id;
  }

  tellTaken() {
    this.#channel.postMessage({ taken: this.id });
  }

  #isShared(id) {
    return new Promise((answer) => {
      this.#channel.onmessage = ({ data }) => data.me === id && answer(true);
      this.#channel.postMessage({ who: id });
      setTimeout(() => answer(false), MOMENT);
    });
  }
}

function fresh() {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
