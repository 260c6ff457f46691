// The player of recorded sound: opened by a posted reason, worked by mouse or keyboard, at the speed that suits the ear.
// Everything is heard at the document, so that it goes on when a part of the page is put in place anew.

import { toTheDoor } from "./server.js";

const LONGEST_SKIP = 5;
const model = document.getElementById("player");
const faults = JSON.parse(model.dataset.faults);
let speed = "1"; // the ear's, for every player of this page

// --- opening ---------------------------------------------------------------------------------------------------

async function open(form) {
  const place = form.closest("[data-sound]");
  if (place.dataset.opened !== undefined) return;
  const { csrf_token: word, ...fields } = Object.fromEntries(new FormData(form));
  const headers = { "Content-Type": "application/json", Accept: "application/json", "X-CSRF-Token": word };
  try {
    const answer = await fetch(form.action, { method: "POST", headers, body: JSON.stringify(fields) });
    if (answer.status === 401) return toTheDoor();
    if (!answer.ok) return say(place, (await answer.json()).error);
  } catch {
    return say(place, "lost");
  }
  build(place).play().catch(() => {}); // what keeps it from playing is told by its own error
}

function build(place) {
  const player = model.content.firstElementChild.cloneNode(true);
  const sound = player.querySelector("audio");
  player.setAttribute("aria-label", place.dataset.label);
  player.querySelector("[data-sound-place]").max = place.dataset.seconds;
  player.querySelector("[data-sound-speed]").value = speed;
  sound.src = place.dataset.address;
  sound.defaultPlaybackRate = sound.playbackRate = Number(speed);
  place.dataset.opened = "";
  hush(place);
  for (const before of place.querySelectorAll("form, audio")) before.hidden = true;
  place.append(player);
  show(sound);
  tell(sound);
  if (place.contains(document.activeElement) || document.activeElement === document.body) {
    player.querySelector("[data-sound-toggle]").focus();
  }
  return sound;
}

function close(place, code) {
  const inside = place.contains(document.activeElement);
  place.querySelector(".player")?.remove();
  delete place.dataset.opened;
  for (const before of place.querySelectorAll("form")) before.hidden = false;
  say(place, code);
  if (inside) place.querySelector("form button")?.focus();
}

function say(place, code) {
  const said = place.querySelector("[data-sound-fault]");
  said.textContent = faults[`sound.fault.${code}`] ?? faults["sound.fault.lost"];
  said.hidden = false;
  said.id = `fault-${place.dataset.sound}`;
  mark(place, code, said.id);
}

// the field that is wrong says so, and by which words
function mark(place, code, words) {
  for (const field of place.querySelectorAll("form [name=reason], form [name=why]")) {
    if (field.name === code) {
      field.setAttribute("aria-invalid", "true");
      field.setAttribute("aria-describedby", words);
      field.focus();
    } else {
      field.removeAttribute("aria-invalid");
      field.removeAttribute("aria-describedby");
    }
  }
}

function hush(place) {
  place.querySelector("[data-sound-fault]").hidden = true;
  mark(place, "", "");
}

// a browser says only that it could not; the server says why, in a code
async function why(sound) {
  const place = sound.closest("[data-sound]");
  try {
    const headers = { Accept: "application/json", Range: "bytes=0-0" };
    const answer = await fetch(place.dataset.address, { headers, cache: "no-store" });
    if (answer.status === 401) return toTheDoor();
    close(place, answer.ok ? "broken" : (await answer.json()).error);
  } catch {
    close(place, "lost");
  }
}

// --- what it shows ---------------------------------------------------------------------------------------------

const whole = (sound) => (Number.isFinite(sound.duration) ? sound.duration : Number(place(sound).max));
const place = (sound) => sound.closest(".player").querySelector("[data-sound-place]");
const digits = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

function inWords(player, seconds) {
  const { minute, minutes, second, seconds: many } = player.dataset;
  const [m, s] = [Math.floor(seconds / 60), Math.floor(seconds % 60)];
  const first = m ? `${m} ${m === 1 ? minute : minutes} ` : "";
  return `${first}${s} ${s === 1 ? second : many}`;
}

function show(sound) {
  const player = sound.closest(".player");
  const slider = place(sound);
  const length = whole(sound);
  slider.max = Math.ceil(length);
  if (document.activeElement !== slider || !slider.matches(":active")) slider.value = Math.floor(sound.currentTime);
  player.querySelector(".player-time").textContent = `${digits(sound.currentTime)} / ${digits(length)}`;
  const toggle = player.querySelector("[data-sound-toggle]");
  const words_ = toggle.querySelector("[data-sound-toggle-words]");
  const now = sound.paused ? toggle.dataset.play : toggle.dataset.pause;
  player.classList.toggle("player-on", !sound.paused);
  if (words_.textContent !== now) words_.textContent = now;
}

// said when she moves, pauses or comes to it; while it plays, a screen reader would talk over the sound
function tell(sound) {
  const player = sound.closest(".player");
  const words = player.dataset.place.replace("{at}", inWords(player, sound.currentTime));
  place(sound).setAttribute("aria-valuetext", words.replace("{length}", inWords(player, whole(sound))));
}

// --- what moves it ---------------------------------------------------------------------------------------------

function toggle(sound) {
  if (!sound.paused) return sound.pause();
  for (const other of document.querySelectorAll(".player audio")) if (other !== sound) other.pause();
  sound.play().catch(() => {});
}

function move(sound, seconds) {
  sound.currentTime = Math.min(Math.max(0, sound.currentTime + seconds), whole(sound));
  show(sound);
  tell(sound);
}

function goes(sound, chosen) {
  const player = sound.closest(".player");
  player.querySelector("[data-sound-speed]").value = speed = chosen;
  sound.defaultPlaybackRate = sound.playbackRate = Number(chosen);
  const said = chosen.replace(".", player.dataset.sign);
  player.querySelector("[data-sound-said]").textContent = player.dataset.speed.replace("{speed}", said);
}

function faster(sound, step) {
  const { options, selectedIndex } = sound.closest(".player").querySelector("[data-sound-speed]");
  const next = options[selectedIndex + step];
  if (next) goes(sound, next.value);
}

const KEYS = {
  " ": toggle,
  ArrowLeft: (sound) => move(sound, -LONGEST_SKIP),
  ArrowRight: (sound) => move(sound, LONGEST_SKIP),
  "+": (sound) => faster(sound, 1),
  "-": (sound) => faster(sound, -1),
};

const soundOf = (inside) => inside.closest(".player")?.querySelector("audio");

document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-open-sound]")) return;
  event.preventDefault();
  open(event.target);
});

document.addEventListener("click", ({ target }) => {
  const sound = soundOf(target);
  if (!sound) return;
  const skip = target.closest("[data-sound-skip]");
  if (skip) move(sound, Number(skip.dataset.soundSkip));
  else if (target.closest("[data-sound-toggle]")) toggle(sound);
});

document.addEventListener("keydown", (event) => {
  const sound = soundOf(event.target);
  const act = KEYS[event.key];
  if (!sound || !act || event.ctrlKey || event.altKey || event.metaKey) return;
  const field = event.target;
  if (event.key === " " && field.matches("button, select")) return; // its own press
  if (event.key.startsWith("Arrow") && field.matches("select")) return; // its own choice
  event.preventDefault();
  act(sound);
});

document.addEventListener("input", ({ target }) => {
  const sound = soundOf(target);
  if (!sound) return;
  if (target.matches("[data-sound-place]")) move(sound, Number(target.value) - sound.currentTime);
  if (target.matches("[data-sound-speed]")) goes(sound, target.value);
});

for (const change of ["timeupdate", "play", "pause", "ended", "loadedmetadata"]) {
  document.addEventListener(change, ({ target }) => target.closest?.(".player") && show(target), true);
}
for (const still of ["seeked", "pause", "ended", "loadedmetadata"]) {
  document.addEventListener(still, ({ target }) => target.closest?.(".player") && tell(target), true);
}
document.addEventListener("focusin", ({ target }) => target.matches("[data-sound-place]") && tell(soundOf(target)));
document.addEventListener("error", ({ target }) => target.matches?.(".player audio") && why(target), true);

for (const given of document.querySelectorAll("[data-given]")) build(given);
