// The supervisor's page renews itself; a button that somebody is about to press is left in place.

import { place } from "./regions.js";
import { get } from "./server.js";

const EVERY = 5000;

async function look() {
  const main = document.getElementById("main");
  if (!document.hidden && !main.querySelector("form:focus-within, form:hover")) {
    try {
      const answer = await get("/console/line/part");
      if (answer.ok) place(await answer.text());
    } catch {
      // tried again at the next turn
    }
  }
  setTimeout(look, EVERY);
}

setTimeout(look, EVERY);
