// The live board renews itself; a button that somebody is about to press is left in place. Listening and coaching are
// asked for here; the supervisor's own telephone rings a moment later.

import { onChange } from "./hints.js";
import { place } from "./regions.js";
import { get, post } from "./server.js";

const main = document.getElementById("main");
const said = document.getElementById("listening");
const board = main.querySelector('[data-region="board"]');

async function look() {
  if (board.querySelector("form:focus-within, form:hover")) return;
  const answer = await get("/console/line/part");
  if (answer.ok) place(await answer.text());
}

async function ask(path, fields, words) {
  try {
    const answer = await post(path, fields);
    say(answer.ok ? words : said.dataset.failed);
  } catch {
    say(said.dataset.failed);
  }
  look();
}

function say(words) {
  said.textContent = words;
  said.hidden = false;
}

board.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-listen], [data-coach], [data-stop-listening]");
  if (!button) return;
  const { listen, coach, stopListening } = button.dataset;
  if (stopListening) ask(`/console/talks/${stopListening}/stop-listening`, {}, said.dataset.stopped);
  else ask(`/console/talks/${listen ?? coach}/listen`, { mode: listen ? "listen" : "coach" }, said.dataset.asked);
});

document.getElementById("outcome")?.focus();
onChange(look);
