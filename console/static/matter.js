// A matter's page renews its state and its history; forms are left alone, and what somebody listens to goes on.

import { onChange } from "./hints.js";
import { place } from "./regions.js";
import { get } from "./server.js";

const main = document.getElementById("main");

async function look() {
  const answer = await get(`${main.dataset.address}/part`);
  if (answer.ok) place(await answer.text());
}

onChange(look);
document.getElementById("outcome")?.focus();
