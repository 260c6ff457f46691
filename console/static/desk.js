// The agent's page: the server says what there is, the buttons say what she wants, the telephone rings beside it.

import { heard, tick } from "./clock.js";
import { listen } from "./keys.js";
import { follow } from "./live.js";
import { place } from "./regions.js";
import { get, post, quiet } from "./server.js";
import { BUTTONS, PANELS } from "./shortcuts.js";
import { Tab } from "./tab.js";
import { Talk } from "./talk.js";
import { Telephone } from "./telephone.js";

const main = document.getElementById("main");
const trouble = document.getElementById("trouble");
const phone = document.getElementById("telephone");
const own = main.dataset.ownTelephone === "yes";
const SAYS = { registered: "registered", starting: "starting", reconnecting: "starting", failed: "failed", microphone: "microphone", elsewhere: "starting" };
let registered = "starting";
let reason = "";
let muted = false;
let looking = false;
let lookAgain = false;
let acted = false;
let beat = () => {};

// --- what there is ---------------------------------------------------------------------------------------------

async function look() {
  if (looking) return void (lookAgain = true);
  looking = true;
  try {
    const before = matter();
    // what she has in hand, is about to, or has just done is never left out, however busy the service is
    const hers = before || own || telephone.ringing || acted;
    acted = false;
    if (quiet() && !hers) return;
    const answer = await get("/console/part", hers ? { "X-In-Hand": "yes" } : {});
    if (!answer.ok) return;
    const fresh = place(await answer.text());
    const clock = fresh.getElementById("clock");
    heard(clock.dataset.now);
    main.dataset.csrf = clock.dataset.csrf;
    if (!own && clock.dataset.tab && clock.dataset.tab !== tab.id && registered !== "elsewhere") standAside();
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
  if (!card) return null;
  const { token, state, announce: words, situation } = card.dataset;
  return { token, state, words, situation, recording: document.querySelector("[data-recording]")?.dataset.words ?? "" };
}

function announce(before, after) {
  const same = before?.token === after?.token && before?.state === after?.state;
  if (same) return sayWhatChanged(before, after);
  document.getElementById("urgent").textContent = "";
  if (after?.state === "offered") say("urgent", after.words);
  else if (after?.state === "connected") say("polite", `${after.situation || main.dataset.wordTalk} ${after.recording}`);
  else if (after?.state === "wrapup") say("polite", main.dataset.wordWrapup);
  else if (before && !after) say("polite", main.dataset.wordEmpty);
  document.title = document.title.replace(/^● /, "");
  if (after?.state === "offered") document.title = `● ${document.title}`;
}

function sayWhatChanged(before, after) {
  const around = before?.situation === after?.situation ? "" : after.situation || main.dataset.wordTalk;
  const recording = before?.recording === after?.recording ? "" : after.recording;
  if (around || recording) say("polite", `${around} ${recording}`);
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
  talk.settle();
}

// --- the telephone ---------------------------------------------------------------------------------------------

const tab = new Tab(() => standAside());

const telephone = new Telephone((state, why = "") => {
  if (state in SAYS) {
    registered = state;
    reason = why || (state === "elsewhere" ? "elsewhere" : "");
    beat(fields());
  }
  if (state === "talking") reason = ""; // it works: what was wrong before is over
  if (state === "idle") muted = false;
  phone.dataset.state = state === "talking" ? "talking" : registered;
  explain();
  settle();
  if (state === "ringing" || state === "idle" || state === "talking") lookRepeatedly();
});

const fields = () => (own ? {} : { tab: tab.id, telephone: SAYS[registered] });

function explain() {
  const help = document.getElementById("telephone-help");
  for (const one of help.querySelectorAll("[data-why]")) one.hidden = one.dataset.why !== reason;
  help.hidden = !reason;
}

function standAside() {
  if (registered !== "elsewhere") telephone.stop();
}

// the record's answer to each heartbeat: one page of hers has the telephone
function placed(where) {
  if (where === "elsewhere") standAside();
  else if (registered === "elsewhere" || !placed.once) telephone.start();
  placed.once = true;
}

async function takeTelephone() {
  if (!(await post("/console/telephone/take", { tab: tab.id })).ok) return tell(main.dataset.wordFailed);
  tab.tellTaken();
  telephone.start();
}

// --- what she wants --------------------------------------------------------------------------------------------

async function want(path, sent) {
  say("polite", "");
  trouble.hidden = true;
  let done = false;
  try {
    const answer = await post(path, sent);
    done = answer.ok;
    if (answer.status === 409 || answer.status === 404) tell(main.dataset.wordStale);
    else if (answer.status === 422) tell(refused(await answer.json()));
    else if (!answer.ok) tell(main.dataset.wordFailed);
  } catch {
    tell(main.dataset.wordFailed);
  }
  acted = true;
  await look();
  return done;
}

function refused({ error, words }) {
  return words ?? JSON.parse(main.dataset.refusals)[`refusal.${error}`] ?? main.dataset.wordFailed;
}

function tell(words) {
  trouble.querySelector("span").textContent = words;
  trouble.hidden = false;
}

const offer = (action) => `/console/offers/${encodeURIComponent(matter().token)}/${action}`;
const wish = (action) => `/console/requests/${encodeURIComponent(document.querySelector(".card").dataset.request)}/${action}`;
const note = () => document.getElementById("note")?.value ?? "";
const talk = new Talk({ main, want, offer, panel, look, say: (words) => say("polite", words) });

// the time an interpreter comes: what is wrong with it is said beside it, everything else as always
async function agree() {
  const [at, which] = [document.getElementById("interpreter-at"), document.getElementById("interpreter-which")];
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
  acted = true;
  await look();
}

function panel(name, open) {
  const shown = document.querySelector(`[data-panel="${name}"]`);
  if (!shown || shown.hidden === !open) return false;
  shown.hidden = !open;
  const opener = document.querySelector(`[data-open="${name}"]`);
  opener?.setAttribute("aria-expanded", String(open));
  (open ? shown.querySelector("select, input, textarea, button, [tabindex]") : opener)?.focus();
  if (open) talk.opened(name);
  return true;
}

async function noteOutcome(outcome, minutes, window) {
  const running = matter().state !== "wrapup";
  const sent = { outcome, note: note(), ...talk.closer(), ...(minutes ? { minutes: Number(minutes), window } : {}) };
  const done = await want(offer("outcome"), sent);
  if (done && running && outcome !== "machine") telephone.hangUp(); // a machine hears the message first
}

function setMuted(on) {
  muted = on;
  telephone.mute(on);
  say("polite", on ? main.dataset.wordMuted : main.dataset.wordUnmuted);
  settle();
}

main.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button || button.disabled) return;
  const { presence, decline, outcome, minutes, window } = button.dataset;
  if (presence) {
    if (presence === "available" && reason === "ask") telephone.askForMicrophone();
    want("/console/presence", { state: presence });
  } else if (decline) {
    const path = offer("decline");
    telephone.refuse();
    want(path, { reason: decline });
  } else if (outcome) noteOutcome(outcome, minutes, window);
  else if ("answer" in button.dataset) telephone.answer();
  else if ("hangUp" in button.dataset) {
    telephone.hangUp();
    want(offer("hang-up"));
  } else if ("mute" in button.dataset) setMuted(!muted);
  else if (button.dataset.answerBy) want(wish("answer-by"), { way: button.dataset.answerBy });
  else if ("interpreter" in button.dataset) agree();
  else if ("noInterpreter" in button.dataset) want(wish("no-interpreter"));
  else if (button.dataset.open) panel(button.dataset.open, button.getAttribute("aria-expanded") !== "true");
  else if (button.dataset.close) panel(button.dataset.close, false);
  else if ("retryTelephone" in button.dataset) telephone.start();
  else if ("askMicrophone" in button.dataset) telephone.askForMicrophone();
  else if ("takeTelephone" in button.dataset) takeTelephone();
  else talk.clicked(button);
});

main.addEventListener("change", (event) => {
  if ("breakAfterCall" in event.target.dataset) want("/console/break-after-call", { on: event.target.checked });
  else talk.changed(event.target);
});

// --- keys ------------------------------------------------------------------------------------------------------

function press(...selectors) {
  const found = selectors.map((one) => document.querySelector(one)).find((button) => button && !button.disabled);
  found?.click();
  return Boolean(found);
}

listen((name, key) => {
  if (key === "Escape") return PANELS.some((one) => panel(one, false));
  const reasons = document.querySelectorAll('[data-panel="decline"]:not([hidden]) [data-decline]');
  if (reasons.length && reasons[Number(key) - 1]) return reasons[Number(key) - 1].click() ?? true;
  if (name === "note") return talk.writeNote();
  const [kind, code] = (name ?? "").split(".");
  if (code) return press(`[data-pick="${kind}"][data-code="${code}"]`);
  return name in BUTTONS && press(...BUTTONS[name]);
});

// --- begin -----------------------------------------------------------------------------------------------------

heard(document.getElementById("clock").dataset.now);
settle();
setInterval(tick, 250);
if (!own) await tab.begin();
window.addEventListener("online", () => telephone.again());
let lost = false;
beat = follow(
  look,
  (away) => {
    if (away) tell(main.dataset.wordLost);
    else if (lost) trouble.hidden = true;
    lost = away;
  },
  () => matter() !== null, // while a matter is before her, a hint that was lost may not cost her seconds
  fields(),
  placed,
);
