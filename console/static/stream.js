// The events process's stream: it says that something has changed, never what. A broken one is opened anew, each time
// after a longer pause.

import { get } from "./server.js";

// ``changed``: for each hint; ``opened``: whenever a stream begins. Returns whether one is open now.
export function stream(changed, opened = () => {}) {
  let open = false;
  let wait = 1000;

  async function connect() {
    try {
      const { url } = await (await get("/console/events-ticket")).json();
      const source = new EventSource(url);
      source.onopen = () => {
        open = true;
        wait = 1000;
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
    setTimeout(connect, wait);
    wait = Math.min(wait * 2, 15000);
  }

  connect();
  return () => open;
}
