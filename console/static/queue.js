// The queue renews itself where it stands: the same page, the same search. What was typed stays.

import { onChange } from "./hints.js";
import { place } from "./regions.js";
import { get, rested } from "./server.js";

const main = document.getElementById("main");
const form = document.getElementById("search");

async function look() {
  const answer = main.dataset.searched ? await searchAgain() : await get(`/console/queue/part${location.search}`);
  if (answer.ok) place(await answer.text());
}

// looked up with the words of the page as it came, not with what is being typed now; they stay out of every address
const asked = new FormData(form);
asked.set("part", "yes");

async function searchAgain() {
  return rested(await fetch(form.action, { method: "POST", body: new URLSearchParams(asked), cache: "no-store" }));
}

onChange(look);
