// The agent's page: the server says what there is, the buttons say what she wants, the telephone rings beside it.

import { heard, tick } from "./clock.js";
import { listen } from "./keys.js";
import { follow } from "./live.js";
import { place } from "./regions.js";
import { get, post } from "./server.js";
import { Telephone } from "./telephone.js";

const main = document.getElementById("main");
const trouble = document.getElementById("trouble");
const phone = document.getElementById("telephone");
const own = main.dataset.ownTelephone === "yes";
let registered = "starting";
let muted = false;
let looking = false;
let lookAgain = false;

// --- what there is ---------------------------------------------------------------------------------------------

async function look() {
  if (looking) {
    lookAgain = true;
    return;
  }
  looking = true;
  try {
    const before = matter();
    const answer = await get("/console/part");
    if (!answer.ok) return;
    const fresh = place(await answer.text());
    const clock = fresh.getElementById("clock");
    heard(clock.dataset.now);
    main.dataset.csrf = clock.dataset.csrf;
    announce(before, matter());
    settle();
  } catch {
    // the heartbeat tells the agent when the server is away
  } finally {
    looking = false;
    if (lookAgain) {
      lookAgain = false;
      look();
    }
  }
}

// the telephone is quicker than the record: what it just did shows there a moment later
function lookRepeatedly() {
  for (const wait of [0, 300, 800, 1600, 3000]) setTimeout(look, wait);
}

function matter() {
  const card = document.querySelector(".card");
  return card ? { token: card.dataset.token, state: card.dataset.state, words: card.dataset.announce } : null;
}

function announce(before, after) {
  if (before?.token === after?.token && before?.state === after?.state) return;
  document.getElementById("urgent").textContent = "";
  if (after?.state === "offered") say("urgent", after.words);
  else if (after?.state === "connected") say("polite", main.dataset.wordTalk);
  else if (after?.state === "wrapup") say("polite", main.dataset.wordWrapup);
  else if (before && !after) say("polite", main.dataset.wordEmpty);
  document.title = document.title.replace(/^● /, "");
  if (after?.state === "offered") document.title = `● ${document.title}`;
}

function say(where, words) {
  const region = document.getElementById(where);
  region.textContent = "";
  requestAnimationFrame(() => (region.textContent = words));
}

// the page after each change: what the telephone is doing belongs to the buttons too
function settle() {
  tick();
  const answer = document.querySelector("[data-answer]");
  if (answer) {
    answer.disabled = !telephone.ringing;
    document.getElementById("answer-waiting").hidden = telephone.ringing;
  }
  const mute = document.querySelector("[data-mute]");
  if (mute) {
    mute.setAttribute("aria-pressed", String(muted));
    mute.querySelector("span").textContent = muted ? main.dataset.wordUnmute : main.dataset.wordMute;
  }
}

// --- the telephone ---------------------------------------------------------------------------------------------

const telephone = new Telephone((state) => {
  if (state === "registered" || state === "failed" || state === "starting") registered = state;
  if (state === "idle") muted = false;
  phone.dataset.state = state === "talking" ? "talking" : registered;
  document.getElementById("telephone-help").hidden = registered !== "failed";
  settle();
  if (state === "ringing" || state === "idle" || state === "talking") lookRepeatedly();
});

// --- what she wants --------------------------------------------------------------------------------------------

async function want(path, fields) {
  say("polite", "");
  trouble.hidden = true;
  try {
    const answer = await post(path, fields);
    if (answer.status === 409 || answer.status === 404) tell(main.dataset.wordStale);
    else if (!answer.ok) tell(main.dataset.wordFailed);
  } catch {
    tell(main.dataset.wordFailed);
  }
  await look();
}

function tell(words) {
  trouble.querySelector("span").textContent = words;
  trouble.hidden = false;
}

const offer = (action) => `/console/offers/${encodeURIComponent(matter().token)}/${action}`;
const wish = (action) => `/console/requests/${encodeURIComponent(document.querySelector(".card").dataset.request)}/${action}`;
const note = () => document.getElementById("note")?.value ?? "";

// the time an interpreter comes: what is wrong with it is said beside it, everything else as always
async function agree() {
  const at = document.getElementById("interpreter-at");
  const which = document.getElementById("interpreter-which");
  const fault = document.getElementById("interpreter-fault");
  fault.hidden = true;
  try {
    const answer = await post(wish("interpreter"), { at: at.value, which: which.value });
    if (answer.status === 422) {
      fault.textContent = fault.dataset[(await answer.json()).error];
      fault.hidden = false;
      return;
    }
    if (!answer.ok) tell(answer.status === 409 ? main.dataset.wordStale : main.dataset.wordFailed);
  } catch {
    tell(main.dataset.wordFailed);
  }
  await look();
}

function panel(name, open) {
  const shown = document.querySelector(`[data-panel="${name}"]`);
  if (!shown) return false;
  shown.hidden = !open;
  const opener = document.querySelector(`[data-open="${name}"]`);
  opener?.setAttribute("aria-expanded", String(open));
  (open ? shown.querySelector("input, button") : opener)?.focus();
  return true;
}

main.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button || button.disabled) return;
  const { presence, decline, outcome, minutes } = button.dataset;
  if (presence) want("/console/presence", { state: presence });
  else if (decline) {
    const path = offer("decline");
    telephone.refuse();
    want(path, { reason: decline });
  } else if (outcome) want(offer("outcome"), { outcome, note: note(), ...(minutes ? { minutes: Number(minutes) } : {}) });
  else if ("answer" in button.dataset) telephone.answer();
  else if ("hangUp" in button.dataset) {
    telephone.hangUp();
    want(offer("hang-up"));
  } else if ("mute" in button.dataset) {
    muted = !muted;
    telephone.mute(muted);
    settle();
  } else if (button.dataset.answerBy) want(wish("answer-by"), { way: button.dataset.answerBy });
  else if ("interpreter" in button.dataset) agree();
  else if ("noInterpreter" in button.dataset) want(wish("no-interpreter"));
  else if (button.dataset.open) panel(button.dataset.open, button.getAttribute("aria-expanded") !== "true");
  else if (button.dataset.close) panel(button.dataset.close, false);
  else if (button.id === "telephone-retry") telephone.start();
});

main.addEventListener("change", (event) => {
  if ("breakAfterCall" in event.target.dataset) want("/console/break-after-call", { on: event.target.checked });
});

function press(selector) {
  const button = document.querySelector(selector);
  if (!button || button.disabled) return false;
  button.click();
  return true;
}

listen((name, key) => {
  const reasons = document.querySelectorAll('[data-panel="decline"]:not([hidden]) [data-decline]');
  if (key === "Escape") return panel("decline", false) || panel("bad_moment", false) || panel("interpreter", false);
  if (reasons.length && reasons[Number(key) - 1]) return reasons[Number(key) - 1].click() ?? true;
  switch (name) {
    case "answer":
      return press("[data-answer]");
    case "decline":
      return press('[data-open="decline"]');
    case "hang_up":
      return press("[data-hang-up]");
    case "bad_moment":
      return press('[data-open="bad_moment"]');
    case "done":
    case "machine":
    case "cancelled":
      return press(`.outcomes [data-outcome="${name}"]`);
    case "available":
      return press('.presence [data-presence="available"][aria-pressed="false"]') || press('.presence [data-presence="away"]');
    default:
      return false;
  }
});

// --- begin -----------------------------------------------------------------------------------------------------

heard(document.getElementById("clock").dataset.now);
settle();
setInterval(tick, 250);
if (!own) telephone.start();
let lost = false;
follow(
  look,
  (away) => {
    if (away) tell(main.dataset.wordLost);
    else if (lost) trouble.hidden = true;
    lost = away;
  },
  () => matter() !== null, // while a matter is before her, a hint that was lost may not cost her seconds
);
