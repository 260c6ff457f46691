// The buttons of a running talk: hold, its recording, transfer, a promise on the caller's behalf, the abusive end; and what is picked
// for the outcome. Everything is said to the server; the page shows what the record says.

import { get, post } from "./server.js";

export class Talk {
  #page; // {main, want, offer, panel, look, say}
  #picked = { token: "", detail: "", avoidable: "" };
  #directory = [];
  #goal = "";
  #times = { topic: "", list: [] };
  #asked = 0; // how many times have been asked for: only the latest answer counts

  constructor(page) {
    this.#page = page;
  }

  // after each change of the page: what only this script knows is put back
  settle() {
    const token = document.querySelector(".card")?.dataset.token ?? "";
    if (token !== this.#picked.token) {
      this.#picked = { token, detail: "", avoidable: "" };
      this.#goal = "";
      this.#times = { topic: "", list: [] };
    }
    for (const one of document.querySelectorAll("[data-pick]"))
      one.setAttribute("aria-pressed", String(this.#picked[one.dataset.pick] === one.dataset.code));
    if (isOpen("transfer") && !document.querySelector("#transfer-goal option")) this.#fillGoals();
    if (isOpen("behalf") && !document.querySelector("#behalf-times > *")) this.#showTimes();
  }

  closer() {
    const { detail, avoidable } = this.#picked;
    return { ...(detail ? { detail } : {}), ...(avoidable ? { avoidable } : {}) };
  }

  writeNote() {
    const note = document.getElementById("note");
    note?.focus();
    return Boolean(note);
  }

  opened(name) {
    if (name === "transfer") this.#fetchDirectory();
    if (name === "behalf") {
      this.#fetchTimes();
      const number = document.getElementById("behalf-number");
      if (number.required) number.focus();
    }
  }

  changed(field) {
    if (field.id === "transfer-goal") {
      this.#goal = field.value;
      allowTransfer(Boolean(field.value));
    }
    if (field.id === "behalf-topic") this.#fetchTimes();
  }

  clicked(button) {
    const { pick, code, transferTo, transferStep } = button.dataset;
    const { want, offer } = this.#page;
    if (pick) {
      this.#picked[pick] = this.#picked[pick] === code ? "" : code;
      this.settle();
    } else if ("hold" in button.dataset) want(offer("hold"), { on: button.getAttribute("aria-pressed") !== "true" ? "yes" : "no" });
    else if ("refuseRecording" in button.dataset) want(offer("recording"), { declined: "yes" });
    else if ("pauseRecording" in button.dataset) want(offer("recording"), { paused: button.getAttribute("aria-pressed") !== "true" ? "yes" : "no" });
    else if (transferTo) this.#transfer(transferTo);
    else if (transferStep) want(offer(`transfer/${transferStep}`));
    else if (button.dataset.ringsAbout) want(offer("rings-about"), { request: button.dataset.ringsAbout });
    else if ("abusive" in button.dataset) want(offer("abusive"));
    else if ("promise" in button.dataset) this.#promise(button.dataset);
  }

  // --- transfer ------------------------------------------------------------------------------------------------

  async #fetchDirectory() {
    try {
      this.#directory = groups(await (await get("/console/directory.json")).json());
    } catch {
      this.#directory = [];
    }
    this.#fillGoals();
  }

  #fillGoals() {
    const goals = document.getElementById("transfer-goal");
    if (!goals) return;
    const words = goals.dataset;
    goals.replaceChildren(
      ...this.#directory.map(([name, kind, people]) => {
        const group = Object.assign(document.createElement("optgroup"), { label: words[name] });
        group.append(...people.map((one) => choice(one, kind, words)));
        return group;
      }),
    );
    const empty = !goals.querySelector("option:not([disabled])");
    const first = { value: "", textContent: empty ? words.nobody : words.choose, disabled: true, selected: true };
    goals.prepend(Object.assign(document.createElement("option"), first)); // nobody is chosen for her
    if (this.#goal && goals.querySelector(`[value="${CSS.escape(this.#goal)}"]`)) goals.value = this.#goal;
    allowTransfer(Boolean(goals.value));
  }

  async #transfer(kind) {
    const [goalKind, goal] = document.getElementById("transfer-goal").value.split(":");
    const note = document.getElementById("transfer-note").value || (document.getElementById("note")?.value ?? "");
    const { want, offer, panel } = this.#page;
    if (await want(offer("transfer"), { kind, goal_kind: goalKind, goal, note })) panel("transfer", false);
  }

  // --- a promise on the caller's behalf --------------------------------------------------------------------------

  async #fetchTimes() {
    const topic = document.getElementById("behalf-topic")?.value;
    if (!topic) return;
    const shown = document.getElementById("behalf-times");
    shown.textContent = shown.dataset.loading;
    const asked = ++this.#asked;
    let list = [];
    try {
      const answer = await get(`${this.#page.offer("windows")}?topic=${encodeURIComponent(topic)}`);
      if (answer.ok) list = await answer.json();
    } catch {
      // nothing is offered, and the page says so
    }
    if (asked !== this.#asked) return; // another topic has been chosen since: a late answer must not replace its times
    this.#times = { topic, list };
    this.#showTimes();
  }

  #showTimes() {
    const shown = document.getElementById("behalf-times");
    if (!shown) return;
    const { topic, list } = this.#times;
    shown.replaceChildren(...list.map((time) => offered(time, topic, shown.dataset.language)));
    if (!list.length) shown.textContent = shown.dataset.none;
  }

  async #promise({ topic, window: code }) {
    const { main, offer, panel, look, say } = this.#page;
    const number = isOpen("behalf") ? document.getElementById("behalf-number").value : "";
    const answer = await post(offer("promise"), { topic, window: code, number }).catch(() => null);
    if (answer?.ok) {
      panel("behalf", false);
      await look();
      say(main.dataset.wordPromised);
      document.querySelector(".promised")?.scrollIntoView({ block: "nearest" });
      return;
    }
    const words = answer?.status === 422 ? (await answer.json()).words : null;
    const stale = answer?.status === 409 || answer?.status === 404;
    this.#fault(words ?? (stale ? main.dataset.wordStale : main.dataset.wordFailed));
    if (answer?.status === 422) this.#fetchTimes();
  }

  #fault(words) {
    this.#page.panel("behalf", true);
    const fault = document.getElementById("behalf-fault");
    if (!fault) return;
    fault.textContent = words;
    fault.hidden = false;
  }
}

function allowTransfer(chosen) {
  for (const button of document.querySelectorAll("[data-transfer-to]")) button.disabled = !chosen;
}

function isOpen(name) {
  const panel = document.querySelector(`[data-panel="${name}"]`);
  return Boolean(panel && !panel.hidden);
}

// the directory's lists, in the order in which they help: desks, then colleagues, then partners
function groups(read) {
  const lists = [["desks", "desk"], ["colleagues", "agent"], ["partners", "partner"]];
  return lists.map(([name, kind]) => [name, kind, read[name] ?? []]).filter(([, , people]) => people.length);
}

function choice(one, kind, words) {
  const there = [one.open, one.staffed, one.fits, one.paused === undefined || !one.paused].every((is) => is !== false);
  const free = Number.isInteger(one.free) ? words.free.replace("{number}", one.free) : "";
  const said = there ? free : words.away;
  const textContent = said ? `${one.name} – ${said}` : one.name;
  return Object.assign(document.createElement("option"), { value: `${kind}:${one.id}`, textContent, disabled: !there });
}

function offered(time, topic, language) {
  const button = Object.assign(document.createElement("button"), { type: "button", className: "button time" });
  Object.assign(button.dataset, { promise: "", topic, window: time.code });
  const label = Object.assign(document.createElement("strong"), { textContent: time.label });
  const words = Object.assign(document.createElement("span"), { textContent: time.words, lang: language });
  button.append(label, words);
  return button;
}
