// The events process's stream: it says that something has changed, never what. A broken one is opened anew, each time
// after a longer pause; no two pages at the same moment, for two hundred that come back at once would make callers wait.

import { get, quietFor } from "./server.js";

const FIRST_WAIT = 4000; // milliseconds, at most; until then the page asks by itself
const LONGEST_WAIT = 15000;

// ``changed``: for each hint; ``opened``: whenever a stream begins. Returns whether one is open now.
export function stream(changed, opened = () => {}) {
  let open = false;
  let wait = FIRST_WAIT;

  async function connect() {
    if (quietFor()) return again();
    try {
      const answer = await get("/console/events-ticket");
      if (!answer.ok) return again(); // the service is busy: the page asks by itself meanwhile
      const { url } = await answer.json();
      const source = new EventSource(url);
      source.onopen = () => {
        open = true;
        wait = FIRST_WAIT;
        opened();
      };
      source.onmessage = (message) => {
        if (JSON.parse(message.data).changed) changed();
      };
      source.onerror = () => {
        open = false;
        source.close(); // a ticket is good for a minute only: a new stream needs a new one
        again();
      };
    } catch {
      again();
    }
  }

  function again() {
    setTimeout(connect, quietFor() + wait * (0.25 + 0.75 * Math.random())); // never before the server has said
    wait = Math.min(wait * 2, LONGEST_WAIT);
  }

  connect();
  return () => open;
}
