// The list of messages renews itself; what somebody listens to, types or is about to press is left in place.

import { place } from "./regions.js";
import { get } from "./server.js";

const EVERY = 5000;

function busy(main) {
  const playing = [...main.querySelectorAll("audio")].some((sound) => !sound.paused);
  const typed = [...main.querySelectorAll("input[type=text]")].some((field) => field.value);
  return playing || typed || main.querySelector("form:focus-within, form:hover, .player:focus-within");
}

async function look() {
  const main = document.getElementById("main");
  if (!document.hidden && !busy(main)) {
    try {
      const answer = await get("/console/messages/part");
      if (answer.ok) place(await answer.text());
    } catch {
      // tried again at the next turn
    }
  }
  setTimeout(look, EVERY);
}

setTimeout(look, EVERY);
