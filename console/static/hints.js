// For pages that only show: a hint that something has changed, or the next turn, asks anew. No sign of life is sent: an
// agent who reads the queue is on duty only while her desk is open too.

import { quiet } from "./server.js";
import { stream } from "./stream.js";

const ALONE = 3000; // without a stream
const BESIDES = 12000; // with one: a hint may be lost
const TOGETHER = 700; // hints that come close together are one

export function onChange(look) {
  let soon = null;
  let asked = 0;

  function hurry() {
    soon ??= setTimeout(() => {
      soon = null;
      ask();
    }, TOGETHER);
  }

  async function ask() {
    asked = Date.now();
    if (document.hidden || quiet()) return;
    try {
      await look();
    } catch {
      // asked again at the next turn
    }
  }

  const open = stream(hurry);
  setInterval(() => {
    if (Date.now() - asked >= (open() ? BESIDES : ALONE)) ask();
  }, 1000);
}
