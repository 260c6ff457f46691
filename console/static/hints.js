// For pages that only show: a hint that something has changed, or the next turn, asks anew. No sign of life is sent: an
// agent who reads the queue is on duty only while her desk is open too.

import { get } from "./server.js";

const ALONE = 3000; // without a stream
const BESIDES = 12000; // with one: a hint may be lost
const TOGETHER = 700; // hints that come close together are one

export function onChange(look) {
  let open = false;
  let wait = 1000;
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
    if (document.hidden) return;
    try {
      await look();
    } catch {
      // asked again at the next turn
    }
  }

  async function connect() {
    try {
      const { url } = await (await get("/console/events-ticket")).json();
      const stream = new EventSource(url);
      stream.onopen = () => {
        open = true;
        wait = 1000;
      };
      stream.onmessage = (message) => {
        if (JSON.parse(message.data).changed) hurry();
      };
      stream.onerror = () => {
        open = false;
        stream.close(); // a ticket is good for a minute only: a new stream needs a new one
        again();
      };
    } catch {
      again();
    }
  }

  function again() {
    setTimeout(connect, wait);
    wait = Math.min(wait * 2, 15000);
  }

  setInterval(() => {
    if (Date.now() - asked >= (open ? BESIDES : ALONE)) ask();
  }, 1000);
  connect();
}
